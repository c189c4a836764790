//! What the user may write in the provider block. Everything is optional: an empty block is legal.

use crate::plugin::Type;
use crate::plugin::schema::{Attribute, Block, BlockNesting, NestedBlock, Schema};

/// The clouds that `environment` names.
pub const ENVIRONMENTS: &[&str] = &["public", "usgovernment", "china", "custom"];

/// The schema.
#[must_use]
pub fn schema() -> Schema {
    let block = Block::new(
        "Manages the in-VM access control profiles of Azure Compute Gallery. An empty block is legal: every argument \
         can be given by its environment variable, and nothing is asked of Azure before a resource needs it.",
    )
    .attributes([
        text("client_id", "ARM_CLIENT_ID", "The application (client) id to sign in with."),
        text(
            "client_id_file_path",
            "ARM_CLIENT_ID_FILE_PATH",
            "A file that holds the client id. Where the id is given as well, both must agree.",
        ),
        text("client_secret", "ARM_CLIENT_SECRET", "The client secret to sign in with.").sensitive(),
        text(
            "client_secret_file_path",
            "ARM_CLIENT_SECRET_FILE_PATH",
            "A file that holds the client secret. Where the secret is given as well, both must agree.",
        ),
        text(
            "custom_correlation_request_id",
            "ARM_CORRELATION_REQUEST_ID",
            "The value of the `x-ms-correlation-request-id` header of every request, by which Azure's activity log \
             groups them.",
        )
        .default_text("a new UUID for each run"),
        argument(
            "disable_correlation_request_id",
            Type::Bool,
            "ARM_DISABLE_CORRELATION_REQUEST_ID",
            "Whether to send no `x-ms-correlation-request-id` header.",
        )
        .default_text("`false`"),
        text(
            "environment",
            "ARM_ENVIRONMENT",
            "The Azure cloud. `custom` takes its addresses from the `endpoint` block.",
        )
        .one_of(ENVIRONMENTS)
        .default_text("`public`"),
        text(
            "partner_id",
            "ARM_PARTNER_ID",
            "A GUID that attributes usage to a partner in the user agent. None is sent unless this is set.",
        ),
        argument(
            "refresh_by_list",
            Type::Bool,
            "ARM_REFRESH_BY_LIST",
            "Whether a refresh of several profiles of one gallery, or of several versions of one profile, may read \
             their list in place of each of them. What seems to have changed or to be gone is then read by itself, so \
             a plan says the same either way; `false` sends one request for each object.",
        )
        .default_text("`true`"),
        Attribute::new(
            "subscription_id",
            Type::String,
            "Accepted so that a block shared with other Azure providers fits; resources carry whole ids and need no \
             subscription.",
        ),
        text("tenant_id", "ARM_TENANT_ID", "The Microsoft Entra tenant to sign in to, as a GUID or a domain."),
    ])
    .nested(NestedBlock::new(
        "endpoint",
        BlockNesting::Single,
        Block::new("The addresses of a cloud. Each one that is left out is that of `environment`.").attributes([
            text(
                "active_directory_authority_host",
                "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST",
                "The address of Microsoft Entra, such as `https://login.microsoftonline.com`.",
            ),
            text(
                "resource_manager_audience",
                "ARM_RESOURCE_MANAGER_AUDIENCE",
                "The audience of tokens for Azure Resource Manager.",
            )
            .default_text("the address of Azure Resource Manager"),
            text(
                "resource_manager_endpoint",
                "ARM_RESOURCE_MANAGER_ENDPOINT",
                "The address of Azure Resource Manager, such as `https://management.azure.com`.",
            ),
        ]),
    ));
    Schema::new(0, block)
}

/// An argument that an environment variable stands in for.
fn argument(name: &'static str, kind: Type, variable: &str, description: &str) -> Attribute {
    let description = format!("{description} Also read from the environment variable `{variable}`.");
    Attribute::new(name, kind, description)
}

fn text(name: &'static str, variable: &str, description: &str) -> Attribute {
    argument(name, Type::String, variable, description)
}
