# With an id token from any issuer that the application trusts. The file is read again for each sign-in, so it
# may be renewed at any time.
provider "gallery" {
  alias                = "oidc_token_file"
  tenant_id            = "11111111-1111-1111-1111-111111111111"
  client_id            = "22222222-2222-2222-2222-222222222222"
  use_oidc             = true
  oidc_token_file_path = "/run/secrets/id-token"
}
