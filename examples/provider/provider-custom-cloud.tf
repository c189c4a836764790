# Another cloud, such as the emulator on this machine. Set the client secret in ARM_CLIENT_SECRET or a file
# rather than here.
provider "gallery" {
  alias                   = "emulator"
  environment             = "custom"
  tenant_id               = "7e4a0000-0000-4000-8000-000000000001"
  client_id               = "7e4a0000-0000-4000-8000-000000000002"
  client_secret_file_path = "/run/secrets/client-secret"

  endpoint {
    resource_manager_endpoint       = "https://127.0.0.1:8443"
    active_directory_authority_host = "https://127.0.0.1:8443"
  }
}
