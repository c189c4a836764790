//! The `provider_meta` block: the name of a module. Azure's logs show it in the user agent of the requests
//! that are made for the module.

use std::time::Duration;

use super::checks::text;
use crate::arm::Call;
use crate::plugin::schema::{Attribute, Block, Schema};
use crate::plugin::{Context, Type};

/// The one argument of the block.
const MODULE_NAME: &str = "module_name";

/// The schema of a module's `provider_meta "gallery"` block.
#[must_use]
pub fn meta_schema() -> Schema {
    let name = Attribute::new(
        MODULE_NAME,
        Type::String,
        "The name of the module, such as `contoso-allowlist/1.2.0`. The provider adds it to the user agent \
         of the requests that it makes for the module's resources and data sources.",
    );
    Schema::new(0, Block::new("What a module can tell the provider.").attributes([name]))
}

/// The call to Azure for a call of Terraform, with this timeout.
#[must_use]
pub fn call(context: &Context, limit: Duration) -> Call {
    let call = Call::new(limit, context.cancel.clone());
    match context.meta.as_ref().and_then(|meta| text(meta, MODULE_NAME)) {
        Some(module) => call.on_behalf_of(module),
        None => call,
    }
}
