import {
  to = gallery_invm_access_profile_version.web
  identity = {
    subscription_id     = "00000000-0000-0000-0000-000000000000"
    resource_group_name = "fleet"
    gallery_name        = "fleet"
    profile_name        = "web-imds"
    version_name        = "1.0.0"
  }
}
