import {
  to = gallery_invm_access_profile_version.web
  id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet/inVMAccessControlProfiles/web-imds/versions/1.0.0"
}
