//! What a plan reads about a replacement. Terraform deletes the old object before it creates the new one, so
//! a create that is certain to fail must be an error before anything is deleted.

use std::time::Duration;

use super::Managed;
use crate::arm::ids::ChildId;
use crate::arm::models::{ArmResource, ProvisioningState};
use crate::arm::{self, Error, Missing};
use crate::plugin::{Context, Diagnostic, Path};
use crate::provider::connection::Connection;
use crate::provider::existing::{self, Existing};
use crate::provider::module;

/// How long a plan waits for the read. A plan without it reports less.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads the object that a replacement is going to create under another id. If Azure cannot be read, nothing
/// is reported.
///
/// # Errors
/// If the id is taken, or its parent does not exist.
pub(super) async fn check<K: Managed>(
    connection: &Connection,
    context: &Context,
    new: &K::Id,
) -> Result<(), Diagnostic> {
    let Ok(client) = connection.client() else { return Ok(()) };
    let call = module::call(context, READ_TIMEOUT);
    // A profile that this process has planned need not exist yet.
    let is_planned = connection.profiles().planned(<K::Object as arm::Kind>::profile(new)).is_some();
    match K::collection(&client).get(new, &call).await {
        // The create waits until it is gone.
        Ok(object) if object.provisioning_state() == Some(&ProvisioningState::Deleting) => Ok(()),
        Ok(_) => {
            let (name, id) = (new.own_name().to_string(), new.to_string());
            let diagnostic = existing::diagnostic(K::TYPE, K::WORD, &name, &id, Existing::AtNewName);
            Err(diagnostic.at(Path::attribute("name")))
        }
        Err(error) if is_parent_missing(&error) && !is_planned => Err(without_parent::<K>(new)),
        Err(_) => Ok(()),
    }
}

fn is_parent_missing(error: &Error) -> bool {
    matches!(error.missing(), Some(Missing::Parent | Missing::ResourceGroup))
}

fn without_parent<K: Managed>(new: &K::Id) -> Diagnostic {
    let (parent, word, attribute) = (new.parent(), K::WORD, K::PARENT_ATTRIBUTE);
    let detail = format!(
        "Azure does not have {parent}, where the plan creates the new {word}: it would delete the old \
         one and then fail. Nothing was changed.\n\nCorrect `{attribute}`. If another configuration \
         creates {parent}, apply that first."
    );
    Diagnostic::error(format!("The {} for the new {word} does not exist", K::PARENT), detail)
        .at(Path::attribute(attribute))
}
