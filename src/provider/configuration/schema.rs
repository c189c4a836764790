//! What the user may write in the provider block. Everything is optional: an empty block is legal.

use crate::plugin::Type;
use crate::plugin::schema::{Attribute, Block, BlockNesting, NestedBlock, Schema};

/// The clouds that `environment` names.
pub const ENVIRONMENTS: &[&str] = &["public", "usgovernment", "china", "custom"];

/// The schema.
#[must_use]
pub fn schema() -> Schema {
    let text =
        |name: &'static str, description: &'static str| Attribute::new(name, Type::String, description);
    let block = Block::new(
        "Manages the in-VM access control profiles of Azure Compute Gallery. An empty block is legal: every argument \
         can be given by its environment variable, and nothing is asked of Azure before a resource needs it.",
    )
    .attributes([
        text("client_id", "The application (client) id to sign in with. `ARM_CLIENT_ID`."),
        text("client_id_file_path", "A file that holds the client id. `ARM_CLIENT_ID_FILE_PATH`."),
        text("client_secret", "The client secret to sign in with. `ARM_CLIENT_SECRET`.").sensitive(),
        text("client_secret_file_path", "A file that holds the client secret. `ARM_CLIENT_SECRET_FILE_PATH`."),
        text(
            "custom_correlation_request_id",
            "The value of the `x-ms-correlation-request-id` header of every request, by which Azure's activity log \
             groups them. `ARM_CORRELATION_REQUEST_ID`.",
        )
        .default_text("a new UUID for each run"),
        Attribute::new(
            "disable_correlation_request_id",
            Type::Bool,
            "Whether to send no `x-ms-correlation-request-id` header. `ARM_DISABLE_CORRELATION_REQUEST_ID`.",
        )
        .default_text("`false`"),
        text(
            "environment",
            "The Azure cloud. `custom` takes its addresses from the `endpoint` block or its environment variables. \
             `ARM_ENVIRONMENT`.",
        )
        .one_of(ENVIRONMENTS)
        .default_text("`public`"),
        text(
            "partner_id",
            "A GUID that attributes usage to a partner in the user agent. None is sent unless this is set. \
             `ARM_PARTNER_ID`.",
        ),
        text(
            "subscription_id",
            "Accepted so that a block shared with other Azure providers fits; resources carry whole ids and need no \
             subscription. `ARM_SUBSCRIPTION_ID`.",
        ),
        text("tenant_id", "The Microsoft Entra tenant to sign in to. `ARM_TENANT_ID`."),
    ])
    .nested(NestedBlock::new(
        "endpoint",
        BlockNesting::Single,
        Block::new("The addresses of a cloud; each one left out is that of `environment`.").attributes([
            text(
                "active_directory_authority_host",
                "The address of Microsoft Entra. `ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST`.",
            ),
            text(
                "resource_manager_audience",
                "The audience of tokens for Azure Resource Manager. `ARM_RESOURCE_MANAGER_AUDIENCE`.",
            )
            .default_text("the address of Azure Resource Manager"),
            text(
                "resource_manager_endpoint",
                "The address of Azure Resource Manager. `ARM_RESOURCE_MANAGER_ENDPOINT`.",
            ),
        ]),
    ));
    Schema::new(0, block)
}
