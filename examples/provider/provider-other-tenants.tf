# Also sends tokens of up to three further tenants, for resources that refer to objects there.
provider "gallery" {
  alias                = "other_tenants"
  auxiliary_tenant_ids = ["44444444-4444-4444-4444-444444444444"]
}
