data "gallery_access_check" "me" {
  scope = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet"
}

# Stops the plan before the apply is refused halfway.
resource "terraform_data" "access" {
  lifecycle {
    precondition {
      condition     = data.gallery_access_check.me.allowed != false
      error_message = "The pipeline lacks ${join(", ", data.gallery_access_check.me.missing)}."
    }
  }
}
