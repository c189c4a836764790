# As the user that `az login` has signed in. This is the default if nothing else is configured. The tenant is
# for accounts that are in several.
provider "gallery" {
  alias     = "az_cli"
  use_cli   = true
  tenant_id = "11111111-1111-1111-1111-111111111111"
}
