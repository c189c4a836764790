# In Azure Pipelines, with a service connection with workload identity federation. The agent sets
# SYSTEM_OIDCREQUESTURI; map SYSTEM_ACCESSTOKEN into the step.
provider "gallery" {
  alias                              = "azure_devops"
  tenant_id                          = "11111111-1111-1111-1111-111111111111"
  client_id                          = "22222222-2222-2222-2222-222222222222"
  use_oidc                           = true
  ado_pipeline_service_connection_id = "33333333-3333-3333-3333-333333333333"
}
