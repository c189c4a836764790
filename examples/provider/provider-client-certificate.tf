# With a client certificate: a PFX or PEM file with its private key, RSA or EC. Set the password in
# ARM_CLIENT_CERTIFICATE_PASSWORD rather than here.
provider "gallery" {
  alias                   = "client_certificate"
  tenant_id               = "11111111-1111-1111-1111-111111111111"
  client_id               = "22222222-2222-2222-2222-222222222222"
  client_certificate_path = "/run/secrets/terraform.pfx"
}
