output "profile_id" {
  value = provider::gallery::profile_id("00000000-0000-0000-0000-000000000000", "fleet", "fleet", "web-imds")
}
