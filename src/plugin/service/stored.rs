//! Data that an earlier run stored: UpgradeResourceState, UpgradeResourceIdentity.

use std::sync::Arc;

use super::call::catch_panic;
use super::catalogue::ResourceEntry;
use super::{ServiceState, convert};
use crate::plugin::diagnostic::Diagnostic;
use crate::plugin::proto;
use crate::plugin::types::Type;
use crate::plugin::value::{CodecError, Value, json};

impl ServiceState {
    /// Upgrades a stored state to the current schema. The host calls this for every resource on every run: a
    /// state of the current version is only read.
    pub(super) async fn upgrade_state(
        self: Arc<Self>,
        request: proto::upgrade_resource_state::Request,
    ) -> proto::upgrade_resource_state::Response {
        let upgraded = async |entry: &ResourceEntry| {
            let stored = stored_json("state", request.raw_state)?;
            let schema = &entry.schema;
            let state = if request.version == schema.schema.version {
                current("state", &stored, &schema.kind)?
            } else {
                let activity = format!("upgrading the state of a {}", entry.name());
                let upgrade = entry.resource.upgrade_state(request.version, parsed("state", &stored)?);
                catch_panic(&activity, upgrade).await??
            };
            schema.encode("upgraded state", state)
        };
        let (upgraded_state, diagnostics) = match self.catalogue().resource(&request.type_name) {
            Err(unknown) => (None, convert::pathless(unknown)),
            Ok(entry) => match upgraded(entry).await {
                Ok(state) => (Some(state), Vec::new()),
                Err(failure) => (None, entry.schema.diagnostics(failure)),
            },
        };
        proto::upgrade_resource_state::Response { upgraded_state, diagnostics }
    }

    /// Upgrades a stored identity to the current schema of identities.
    pub(super) async fn upgrade_identity(
        self: Arc<Self>,
        request: proto::upgrade_resource_identity::Request,
    ) -> proto::upgrade_resource_identity::Response {
        let upgraded = async |entry: &ResourceEntry| {
            let Some((schema, kind)) = &entry.identity else {
                let detail = format!("A {} has no identity in this version of the provider.", entry.name());
                return Err(Diagnostic::error("Resource without identity", detail).into());
            };
            let stored = stored_json("identity", request.raw_identity)?;
            let identity = if request.version == schema.version {
                current("identity", &stored, kind)?
            } else {
                let activity = format!("upgrading the identity of a {}", entry.name());
                let upgrade = entry.resource.upgrade_identity(request.version, parsed("identity", &stored)?);
                catch_panic(&activity, upgrade).await??
            };
            entry.encode_identity(Some(identity))
        };
        let (upgraded_identity, diagnostics) = match self.catalogue().resource(&request.type_name) {
            Err(unknown) => (None, convert::pathless(unknown)),
            Ok(entry) => match upgraded(entry).await {
                Ok(identity) => (identity, Vec::new()),
                Err(failure) => (None, convert::diagnostics(failure.into(), &Type::Dynamic)),
            },
        };
        proto::upgrade_resource_identity::Response { upgraded_identity, diagnostics }
    }
}

/// The stored JSON.
pub(super) fn stored_json(
    what: &str,
    raw: Option<proto::RawState>,
) -> Result<prost::bytes::Bytes, Diagnostic> {
    let raw = raw.unwrap_or_default();
    if !raw.json.is_empty() {
        return Ok(raw.json);
    }
    if raw.flatmap.is_empty() {
        let detail = format!("Terraform sent no {what}. This is a bug in Terraform or in the provider.");
        return Err(Diagnostic::error("Value missing in a call", detail));
    }
    Err(Diagnostic::error(
        "State is too old",
        format!(
            "The {what} was stored by Terraform 0.11 or an older one, in a form that this provider has never \
             written. Remove the resource from the state and import it again."
        ),
    ))
}

/// Data stored under the current version, perhaps by another build of it.
fn current(what: &str, stored: &[u8], kind: &Type) -> Result<Value, Diagnostic> {
    json::decode_stored(stored, kind).map_err(|error| not_readable(what, &error))
}

/// Data stored under another version.
pub(super) fn parsed(what: &str, stored: &[u8]) -> Result<serde_json::Value, Diagnostic> {
    serde_json::from_slice(stored).map_err(|_| {
        let detail = format!("The {what} that Terraform sent is not JSON, or nested too deep.");
        Diagnostic::error("State cannot be read", detail)
    })
}

fn not_readable(what: &str, error: &CodecError) -> Diagnostic {
    let detail = format!(
        "The stored {what} does not fit the provider's schema: {error}. Was it changed by hand, or stored by \
         another version of the provider?"
    );
    Diagnostic::error("State cannot be read", detail).at(error.path())
}
