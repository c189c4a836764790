//! The list resources, for `terraform query`: the profiles of a gallery and the versions of a profile, a request for
//! each page and none that is not wanted.

pub mod profiles;
pub mod versions;

use std::sync::Arc;

use super::connection::Connection;
use super::timeouts::Operation;
use crate::arm;
use crate::arm::{Call, UnreadableEntry};
use crate::plugin::{Context, Failure, ListResource, Value};
use crate::provider::data_sources::lookup::Asked;
use crate::provider::timeouts;

/// All list resources.
#[must_use]
pub fn all(connection: &Connection) -> Vec<Arc<dyn ListResource>> {
    vec![
        Arc::new(profiles::ProfileList::new(connection.clone())),
        Arc::new(versions::VersionList::new(connection.clone())),
    ]
}

/// The call that one page is read under. Each has its own time: how long the whole list takes is the host's choice.
fn call(context: &Context) -> Call {
    Call::new(timeouts::of(&Value::Null, Operation::Read), context.cancel.clone())
}

/// What is told when a page cannot be read.
fn failed(kind: &str, id: &str, argument: &str, error: &arm::Error) -> Failure {
    Asked { kind, id, argument, holder: (kind, argument) }.failed(error)
}

/// Why an entry is left out, in words to stand after a colon.
fn reason(entry: &UnreadableEntry) -> String {
    entry.to_string()
}

#[cfg(test)]
mod tests;
