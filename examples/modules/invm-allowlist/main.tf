locals {
  # The rules in the form of the functions: what the machines will decide once they enforce.
  enforced = {
    mode           = "Enforce"
    default_access = var.default_access
    rules = {
      privileges       = var.privileges
      roles            = var.roles
      identities       = var.identities
      role_assignments = var.role_assignments
    }
  }

  decisions = {
    for name, request in merge(
      { for name, request in var.must_allow : "must_allow.${name}" => request },
      { for name, request in var.must_deny : "must_deny.${name}" => request },
      ) : name => provider::gallery::access_decision(local.enforced, merge(
        { endpoint = var.applicable_host_endpoint, os_type = var.os_type },
        # As on the machine, where a process's name is always the last part of its path.
        request.exe_path == null ? {} : { process_name = regex("[^/\\\\]*$", request.exe_path) },
        { for key, value in request : key => value if value != null },
    ))
  }

  wrongly_denied  = [for name in keys(var.must_allow) : name if local.decisions["must_allow.${name}"].decision != "Allowed"]
  wrongly_allowed = [for name in keys(var.must_deny) : name if local.decisions["must_deny.${name}"].decision != "Denied"]
}

resource "gallery_invm_access_profile" "this" {
  gallery_id               = var.gallery_id
  name                     = var.name
  location                 = var.location
  applicable_host_endpoint = var.applicable_host_endpoint
  os_type                  = var.os_type
  description              = var.description
  tags                     = var.tags
}

# Machines look at a version again only when its id changes. So a change of the mode or the default access
# makes a new version, as a change of the rules does, unless the caller numbers the versions.
resource "gallery_invm_access_profile_version" "this" {
  profile_id          = gallery_invm_access_profile.this.id
  name                = var.version_name
  location            = var.location
  mode                = var.mode
  default_access      = var.default_access
  target_regions      = var.target_regions
  exclude_from_latest = var.exclude_from_latest
  tags                = var.tags
  lint                = var.lint

  rules {
    privileges       = var.privileges
    roles            = var.roles
    identities       = var.identities
    role_assignments = var.role_assignments
  }

  lifecycle {
    # Creates the new version and moves whatever refers to it before the old one is deleted. Terraform extends
    # this to the profile, but two profiles cannot have the same name. Before a change that replaces the
    # profile (location, os_type), remove it for that apply, or give the profile another name.
    create_before_destroy = true

    precondition {
      condition     = length(local.wrongly_denied) == 0
      error_message = "The rules would deny what must be allowed: ${join("; ", [for name in local.wrongly_denied : "${name}: ${local.decisions["must_allow.${name}"].reason}"])}"
    }

    precondition {
      condition     = length(local.wrongly_allowed) == 0
      error_message = "The rules would allow what must be denied: ${join("; ", [for name in local.wrongly_allowed : "${name}: ${local.decisions["must_deny.${name}"].reason}"])}"
    }
  }
}
