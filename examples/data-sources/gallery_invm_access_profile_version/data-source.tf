variable "profile_id" {
  type = string
}

# Without a name: the highest version that is not excluded from latest.
data "gallery_invm_access_profile_version" "latest" {
  profile_id = var.profile_id
}

output "proxy_agent_reference" {
  description = "What the proxy agent settings of a virtual machine refer to."
  value       = data.gallery_invm_access_profile_version.latest.id
}

# What would the published rules say to this request?
output "curl_gets_a_token" {
  value = provider::gallery::access_decision(data.gallery_invm_access_profile_version.latest, {
    endpoint     = "IMDS"
    url          = "/metadata/identity/oauth2/token?resource=https%3A%2F%2Fvault.azure.net"
    user_name    = "azureuser"
    exe_path     = "/usr/bin/curl"
    process_name = "curl"
  }).decision
}
