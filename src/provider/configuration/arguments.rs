//! The arguments of the provider block and their environment variables, in the order in which they are read.
//! The schema's descriptions, the lookup and the tests all use this one table.
//!
//! The names are those of azurerm and azapi, so that a block and an environment written for one of them work
//! here.

/// One argument, by its path (`endpoint.` for those in that block), and its variables. The first that is set
/// counts.
pub const VARIABLES: &[(&str, &[&str])] = &[
    ("ado_pipeline_service_connection_id", &["ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID"]),
    ("auxiliary_tenant_ids", &["ARM_AUXILIARY_TENANT_IDS"]),
    ("client_certificate", &["ARM_CLIENT_CERTIFICATE"]),
    ("client_certificate_password", &["ARM_CLIENT_CERTIFICATE_PASSWORD"]),
    ("client_certificate_path", &["ARM_CLIENT_CERTIFICATE_PATH"]),
    ("client_id", &["ARM_CLIENT_ID", "AZURE_CLIENT_ID"]),
    ("client_id_file_path", &["ARM_CLIENT_ID_FILE_PATH"]),
    ("client_secret", &["ARM_CLIENT_SECRET"]),
    ("client_secret_file_path", &["ARM_CLIENT_SECRET_FILE_PATH"]),
    ("custom_correlation_request_id", &["ARM_CORRELATION_REQUEST_ID"]),
    ("disable_correlation_request_id", &["ARM_DISABLE_CORRELATION_REQUEST_ID"]),
    ("disable_instance_discovery", &["ARM_DISABLE_INSTANCE_DISCOVERY"]),
    ("disable_terraform_partner_id", &["ARM_DISABLE_TERRAFORM_PARTNER_ID"]),
    ("endpoint.active_directory_authority_host", &["ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST"]),
    ("endpoint.resource_manager_audience", &["ARM_RESOURCE_MANAGER_AUDIENCE"]),
    ("endpoint.resource_manager_endpoint", &["ARM_RESOURCE_MANAGER_ENDPOINT"]),
    ("environment", &["ARM_ENVIRONMENT"]),
    ("lint", &[]),
    ("metadata_host", &["ARM_METADATA_HOSTNAME"]),
    ("msi_api_version", &["ARM_MSI_API_VERSION"]),
    ("msi_endpoint", &["ARM_MSI_ENDPOINT"]),
    ("msi_object_id", &["ARM_MSI_OBJECT_ID"]),
    ("msi_resource_id", &["ARM_MSI_RESOURCE_ID"]),
    (
        "oidc_azure_service_connection_id",
        &["ARM_OIDC_AZURE_SERVICE_CONNECTION_ID", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"],
    ),
    (
        "oidc_request_token",
        &["ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"],
    ),
    ("oidc_request_url", &["ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"]),
    ("oidc_token", &["ARM_OIDC_TOKEN"]),
    ("oidc_token_file_path", &["ARM_OIDC_TOKEN_FILE_PATH"]),
    ("partner_id", &["ARM_PARTNER_ID"]),
    ("refresh_by_list", &["ARM_REFRESH_BY_LIST"]),
    ("resource_provider_registrations", &["ARM_RESOURCE_PROVIDER_REGISTRATIONS"]),
    ("resource_providers_to_register", &[]),
    ("skip_provider_registration", &["ARM_SKIP_PROVIDER_REGISTRATION"]),
    ("subscription_id", &["ARM_SUBSCRIPTION_ID"]),
    ("tenant_id", &["ARM_TENANT_ID"]),
    ("use_aks_workload_identity", &["ARM_USE_AKS_WORKLOAD_IDENTITY"]),
    ("use_cli", &["ARM_USE_CLI"]),
    ("use_msi", &["ARM_USE_MSI"]),
    ("use_oidc", &["ARM_USE_OIDC"]),
];

/// What AKS sets in a pod with workload identity. Read only with `use_aks_workload_identity`. If the setting
/// is also given elsewhere, both must agree.
pub const AKS_CLIENT_ID: &str = "AZURE_CLIENT_ID";
/// The tenant of the pod's identity.
pub const AKS_TENANT_ID: &str = "AZURE_TENANT_ID";
/// The file in which AKS keeps the pod's current token.
pub const AKS_TOKEN_FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";

/// The variables of an argument.
#[must_use]
pub fn variables(argument: &str) -> &'static [&'static str] {
    VARIABLES.iter().find(|(name, _)| *name == argument).map_or(&[], |(_, variables)| variables)
}

/// The sentence about variables in an argument's description.
#[must_use]
pub fn also_read_from(argument: &str) -> String {
    let quoted: Vec<_> = variables(argument).iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => format!(" Also read from the environment variable {one}."),
        all => format!(" Also read from the environment variables {}, in this order.", all.join(", ")),
    }
}
