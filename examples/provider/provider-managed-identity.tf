# As the machine or service that Terraform runs on. Without client_id (or msi_object_id, or msi_resource_id)
# it is the system-assigned identity.
provider "gallery" {
  alias     = "managed_identity"
  use_msi   = true
  client_id = "22222222-2222-2222-2222-222222222222"
}
