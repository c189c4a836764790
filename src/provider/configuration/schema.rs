//! The provider block's schema. Everything is optional: an empty block is valid.

use super::arguments::{AKS_CLIENT_ID, AKS_TENANT_ID, AKS_TOKEN_FILE, also_read_from};
use crate::plugin::Type;
use crate::plugin::schema::{Attribute, Block, BlockNesting, NestedBlock, Schema};
use crate::provider::invm_access_profile_version::lint;

/// The clouds that `environment` names.
pub const ENVIRONMENTS: &[&str] = &["public", "usgovernment", "china", "custom"];

/// The sets of resource providers that azurerm knows.
pub const REGISTRATIONS: &[&str] = &["core", "extended", "all", "none", "legacy"];

/// The schema.
#[must_use]
pub fn schema() -> Schema {
    let block = Block::new(
        "Manages the in-VM access control profiles of Azure Compute Gallery. An empty block is valid: \
         every argument can be set by its environment variable, and the provider contacts Azure only when \
         a resource needs it.",
    )
    .attributes([
        text(
            "ado_pipeline_service_connection_id",
            "The id of an Azure DevOps service connection with workload identity federation, to sign in \
             with `use_oidc` from a pipeline. `oidc_azure_service_connection_id` is the same under azapi's \
             name; if both are set they must agree.",
        ),
        argument(
            "auxiliary_tenant_ids",
            Type::list(Type::String),
            "Up to three further tenants whose tokens are sent with each request, for resources that refer \
             to other tenants. In the variable, separate them with semicolons.",
        ),
        text(
            "client_certificate",
            "The client certificate to sign in with and its private key, as the base64 text of a PFX (PKCS #12) or \
             PEM file.",
        )
        .sensitive(),
        text("client_certificate_password", "The password of the client certificate.").sensitive(),
        text(
            "client_certificate_path",
            "A PFX (PKCS #12) or PEM file that holds the client certificate and its private key. If the \
             certificate is set as well, both must agree.",
        ),
        text(
            "client_id",
            "The application (client) id to sign in with; with `use_msi` that of a user-assigned identity.",
        ),
        text(
            "client_id_file_path",
            "A file that holds the client id. If the id is set as well, both must agree.",
        ),
        text("client_secret", "The client secret to sign in with.").sensitive(),
        text(
            "client_secret_file_path",
            "A file that holds the client secret. If the secret is set as well, both must agree.",
        ),
        text(
            "custom_correlation_request_id",
            "The value of the `x-ms-correlation-request-id` header of every request. Azure's activity log \
             groups requests by it.",
        )
        .default_text("a new UUID for each run"),
        flag(
            "disable_correlation_request_id",
            "Whether to send no `x-ms-correlation-request-id` header.",
            "`false`",
        ),
        flag(
            "disable_instance_discovery",
            "Accepted so that a block shared with azapi works. This provider never asks Microsoft whether \
             an authority is genuine, so there is nothing to disable.",
            "`false`",
        ),
        flag(
            "disable_terraform_partner_id",
            "Accepted so that a block shared with other Azure providers works. No partner id is sent \
             unless `partner_id` is set.",
            "`false`",
        ),
        text(
            "environment",
            "The Azure cloud, in any case; the names of the az CLI, such as `AzureUSGovernment`, work too. \
             `custom` takes its addresses from the `endpoint` block or from `metadata_host`.",
        )
        .one_of(ENVIRONMENTS)
        .default_text("`public`"),
        argument(
            lint::ARGUMENT,
            Type::map(Type::String),
            "The level of single findings about the rules of all versions, by their ids, such as `{ L04 = \
             \"off\" }`. A version's own `lint` takes precedence for each finding that it names. If \
             omitted, the levels in the guide on findings apply.",
        ),
        text(
            "metadata_host",
            "A host that publishes the addresses of its cloud under `/metadata/endpoints`, such as a stamp \
             of Azure Stack. The provider asks it before the first request. If it lists several clouds, \
             `environment` chooses one.",
        ),
        text("msi_api_version", "The api-version of the endpoint for managed identities.")
            .default_text("the one that fits the endpoint"),
        text(
            "msi_endpoint",
            "The endpoint for managed identities, in the form that virtual machines have. Plain http is \
             accepted for this machine and for link-local addresses only.",
        )
        .default_text("the one of the platform: App Service, Azure Arc, Cloud Shell, or a virtual machine's"),
        text(
            "msi_object_id",
            "The object (principal) id of the user-assigned identity to sign in as with `use_msi`, instead \
             of `client_id`.",
        ),
        text(
            "msi_resource_id",
            "The resource id of the user-assigned identity to sign in as with `use_msi`, instead of \
             `client_id`.",
        ),
        text(
            "oidc_azure_service_connection_id",
            "The same as `ado_pipeline_service_connection_id`, under azapi's name.",
        ),
        text("oidc_request_token", "The token that authenticates requests to `oidc_request_url`.")
            .sensitive(),
        text(
            "oidc_request_url",
            "The address that issues id tokens; in GitHub Actions and Azure DevOps the runner sets it. The \
             provider requests a new id token for each token request to Microsoft Entra.",
        ),
        text(
            "oidc_token",
            "The id token to sign in with. It cannot be renewed: a long run may outlive it, so prefer a file or a \
             request address.",
        )
        .sensitive(),
        Attribute::new(
            "oidc_token_file_path",
            Type::String,
            format!(
                "A file that holds the id token. The provider reads it again for each token request to \
                 Microsoft Entra. If the token is set as well, both must agree.{} With \
                 `use_aks_workload_identity` also from `{AKS_TOKEN_FILE}`.",
                also_read_from("oidc_token_file_path")
            ),
        ),
        text(
            "partner_id",
            "A GUID that attributes usage to a partner in the user agent. None is sent unless this is set.",
        ),
        flag(
            "refresh_by_list",
            "Whether a refresh of several profiles of one gallery, or of several versions of one profile, \
             may read their list instead of each object. An object that seems to have changed or to be \
             gone is then read singly, so the plan is the same either way. `false` sends one request for \
             each object.",
            "`true`",
        ),
        text(
            "resource_provider_registrations",
            "The resource providers that azurerm registers at its start. This provider registers only \
             `Microsoft.Compute`, and only when Azure says that the subscription lacks it; `none` forbids \
             that, every other value allows it.",
        )
        .one_of(REGISTRATIONS),
        argument(
            "resource_providers_to_register",
            Type::list(Type::String),
            "Further resource providers that azurerm registers. If `Microsoft.Compute` is among them, this \
             provider may register it where it is missing, even if `resource_provider_registrations` is \
             `none`. If omitted, there are none.",
        ),
        flag(
            "skip_provider_registration",
            "Whether to leave the registration of `Microsoft.Compute` to others. Otherwise the provider \
             registers it when Azure says that the subscription lacks it, and repeats the request.",
            "`false`",
        ),
        text(
            "subscription_id",
            "The subscription whose account the az CLI signs in with if no `tenant_id` is set. Resources \
             have whole ids and need no subscription.",
        ),
        Attribute::new(
            "tenant_id",
            Type::String,
            format!(
                "The Microsoft Entra tenant to sign in to, as a GUID or a domain.{} With \
                 `use_aks_workload_identity` also from `{AKS_TENANT_ID}`.",
                also_read_from("tenant_id")
            ),
        ),
        Attribute::new(
            "use_aks_workload_identity",
            Type::Bool,
            format!(
                "Whether to sign in with the workload identity that AKS gives a pod: `{AKS_CLIENT_ID}`, \
                 `{AKS_TENANT_ID}` and `{AKS_TOKEN_FILE}`.{}",
                also_read_from("use_aks_workload_identity")
            ),
        )
        .default_text("`false`"),
        flag(
            "use_cli",
            "Whether to sign in as the az CLI's user if no other login is configured.",
            "`true`",
        ),
        flag("use_msi", "Whether to sign in with a managed identity of the machine or service.", "`false`"),
        flag(
            "use_oidc",
            "Whether to sign in with an id token: `oidc_token`, `oidc_token_file_path`, an Azure DevOps service \
             connection, or `oidc_request_url` with `oidc_request_token`.",
            "`false`",
        ),
    ])
    .nested(NestedBlock::new(
        "endpoint",
        BlockNesting::Single,
        Block::new("The addresses of a cloud. An omitted address is that of `environment`.").attributes([
            endpoint(
                "active_directory_authority_host",
                "The address of Microsoft Entra, such as `https://login.microsoftonline.com`.",
            ),
            endpoint("resource_manager_audience", "The audience of tokens for Azure Resource Manager.")
                .default_text("the address of Azure Resource Manager"),
            endpoint(
                "resource_manager_endpoint",
                "The address of Azure Resource Manager, such as `https://management.azure.com`.",
            ),
        ]),
    ));
    Schema::new(0, block)
}

/// An argument that has environment variables.
fn argument(name: &'static str, kind: Type, description: &str) -> Attribute {
    Attribute::new(name, kind, format!("{description}{}", also_read_from(name)))
}

fn text(name: &'static str, description: &str) -> Attribute {
    argument(name, Type::String, description)
}

fn flag(name: &'static str, description: &str, default: &'static str) -> Attribute {
    argument(name, Type::Bool, description).default_text(default)
}

fn endpoint(name: &'static str, description: &str) -> Attribute {
    let variables = also_read_from(&format!("endpoint.{name}"));
    Attribute::new(name, Type::String, format!("{description}{variables}"))
}
