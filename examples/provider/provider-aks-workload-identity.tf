# In a pod of AKS with workload identity: tenant, client and token file are set by the cluster.
provider "gallery" {
  alias                     = "aks_workload_identity"
  use_aks_workload_identity = true
}
