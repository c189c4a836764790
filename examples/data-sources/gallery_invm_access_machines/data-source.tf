# With every plan: which machines do not run the version that they refer to, and whom do their rules refuse?
data "gallery_invm_access_machines" "fleet" {
  resource_group_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet"
  profile_id        = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet/inVMAccessControlProfiles/web-imds"
}

check "fleet" {
  assert {
    condition     = data.gallery_invm_access_machines.fleet.complete
    error_message = join("\n", data.gallery_invm_access_machines.fleet.incomplete)
  }

  assert {
    condition     = alltrue([for machine in data.gallery_invm_access_machines.fleet.machines : machine.imds.up_to_date])
    error_message = "Not up to date: ${join(", ", [for machine in data.gallery_invm_access_machines.fleet.machines : machine.name if !machine.imds.up_to_date])}."
  }

  assert {
    condition = length(flatten(data.gallery_invm_access_machines.fleet.machines[*].denied)) == 0
    error_message = join("\n", flatten([for machine in data.gallery_invm_access_machines.fleet.machines : [
      for caller in machine.denied : "${machine.name} refused ${caller.user_name} with ${caller.exe_path} ${caller.count} times."
    ]]))
  }
}
