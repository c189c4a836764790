# Ids may be in any case, as some tools write them.
output "gallery" {
  value = provider::gallery::parse_profile_id("/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/fleet/providers/microsoft.compute/galleries/fleet/invmaccesscontrolprofiles/web-imds").gallery_name
}
