output "profile_version_id" {
  value = provider::gallery::profile_version_id("00000000-0000-0000-0000-000000000000", "fleet", "fleet", "web-imds", "1.0.0")
}
