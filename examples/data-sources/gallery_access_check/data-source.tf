data "gallery_access_check" "fleet" {
  scope = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet"
}

# Warns in the plan instead of failing halfway through the apply.
check "may_publish_allowlists" {
  assert {
    condition     = data.gallery_access_check.fleet.allowed != false
    error_message = "Missing: ${join(", ", data.gallery_access_check.fleet.missing)}"
  }
}
