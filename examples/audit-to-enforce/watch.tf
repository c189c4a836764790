# The machines: their references, and whether they are ready for the last pull request.

resource "gallery_invm_access_attachment" "fleet" {
  for_each = var.machine_ids

  machine_id              = each.value
  imds_profile_version_id = module.allowlist.version_id

  lifecycle {
    precondition {
      condition     = var.mode != "Enforce" || local.is_ready
      error_message = "Not ready for Enforce: ${join(", ", local.not_ready)}. The check \"fleet\" says more."
    }
  }
}

# Every plan reads this again.
data "gallery_invm_access_machines" "fleet" {
  resource_group_id = split("/providers/", var.gallery_id)[0]
  profile_id        = module.allowlist.profile_id
}

locals {
  machines = data.gallery_invm_access_machines.fleet.machines

  # Machines that already enforce have passed. A machine that is switched off loads its reference when it
  # starts.
  auditing = [for one in local.machines : one if one.imds.channel_state != "Enforce" && one.power_state != "deallocated"]

  not_ready = [for one in local.auditing : one.name if !one.complete || !one.imds.up_to_date || one.imds.denied != 0]
  is_ready  = data.gallery_invm_access_machines.fleet.all_listed && length(local.not_ready) == 0
}

check "fleet" {
  assert {
    condition     = data.gallery_invm_access_machines.fleet.complete
    error_message = join("\n", data.gallery_invm_access_machines.fleet.incomplete)
  }

  assert {
    condition     = alltrue([for one in local.auditing : one.imds.up_to_date])
    error_message = "Do not run what they refer to: ${join(", ", [for one in local.auditing : one.name if !one.imds.up_to_date])}."
  }

  assert {
    condition = alltrue([for one in local.auditing : one.imds.denied == 0])
    error_message = join("\n", flatten([for one in local.auditing : [
      for caller in one.denied : "${one.name} would refuse ${caller.user_name} with ${caller.exe_path}: ${caller.count} times."
    ]]))
  }
}
