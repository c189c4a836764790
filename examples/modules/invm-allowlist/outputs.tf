output "profile_id" {
  description = "The resource id of the profile."
  value       = gallery_invm_access_profile.this.id
}

output "version_id" {
  description = "The resource id of the version: what `inVMAccessControlProfileReferenceId` of a machine takes."
  value       = gallery_invm_access_profile_version.this.id
}

output "version_name" {
  description = "The version, `x.y.z`."
  value       = gallery_invm_access_profile_version.this.name
}

output "grants" {
  description = "Who may do what: `identity -> privilege (role)`, sorted."
  value       = provider::gallery::grants(local.enforced)
}

output "findings" {
  description = "What the provider has to say about the rules, `info` included."
  value       = provider::gallery::rules_findings(merge(local.enforced, { mode = var.mode }))
}
