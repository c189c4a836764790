# In GitHub Actions. The runner sets ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN for a job with the
# permission `id-token: write`.
provider "gallery" {
  alias     = "github_actions"
  tenant_id = "11111111-1111-1111-1111-111111111111"
  client_id = "22222222-2222-2222-2222-222222222222"
  use_oidc  = true
}
