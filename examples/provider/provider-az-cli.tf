# As whoever `az login` has signed in: nothing has to be set where nothing else is. The tenant is for accounts that are in
# several.
provider "gallery" {
  alias     = "az_cli"
  use_cli   = true
  tenant_id = "11111111-1111-1111-1111-111111111111"
}
