variable "profile_id" {
  type = string
}

data "gallery_invm_access_profile_versions" "enforced" {
  profile_id = var.profile_id
  mode       = "Enforce"
}

output "enforced" {
  value = data.gallery_invm_access_profile_versions.enforced.versions[*].name
}
