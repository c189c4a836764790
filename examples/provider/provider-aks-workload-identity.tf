# In a pod of AKS with workload identity: the cluster sets tenant, client and token file.
provider "gallery" {
  alias                     = "aks_workload_identity"
  use_aks_workload_identity = true
}
