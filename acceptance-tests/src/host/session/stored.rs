//! Data that earlier runs, and earlier versions of a provider, have stored.

use terraform_provider_gallery::plugin::Value;

use super::{CallResult, Host, Object, broken, decode, fail_on_error, proto};
use crate::host::storage;

impl Host {
    /// The beginning of a run: the provider upgrades the stored state and identity, and must not change what
    /// has the current versions.
    pub(super) async fn stored(&mut self, resource: &str, object: &Object) -> CallResult<Object> {
        let schema = self.resource(resource)?;
        let version = schema.version;
        let text = storage::json(&object.state).ok_or_else(|| broken("a state has an unknown value"))?;
        let state = self.upgrade(resource, version, &text).await?;
        if state != object.state {
            return Err(broken("a state of the current version changed when it was read"));
        }
        // Hosts call this only for an identity of another version; calling it always must make no difference.
        if let (Some(identity), Some(_)) = (&object.identity, self.identity_type(resource)) {
            let text = storage::json(identity).ok_or_else(|| broken("an identity has an unknown value"))?;
            let asked = self.trail.len();
            if self.upgrade_identity(resource, 0, &text).await?.as_ref() != Some(identity) {
                return Err(broken("an identity of the current version changed when it was read"));
            }
            self.trail.truncate(asked);
        }
        Ok(object.clone())
    }

    /// Reads a state as an earlier version of the provider stored it.
    ///
    /// # Errors
    /// If the provider refuses it.
    pub async fn upgrade(&mut self, resource: &str, version: i64, stored: &str) -> CallResult<Value> {
        let raw_state = proto::RawState { json: stored.to_owned().into(), ..proto::RawState::default() };
        self.upgrade_raw(resource, version, raw_state).await
    }

    /// The same with a state in the form of Terraform 0.11.
    ///
    /// # Errors
    /// If the provider refuses it.
    pub async fn upgrade_flat(
        &mut self,
        resource: &str,
        version: i64,
        flat: &[(&str, &str)],
    ) -> CallResult<Value> {
        let flatmap = flat.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let raw_state = proto::RawState { flatmap, ..proto::RawState::default() };
        self.upgrade_raw(resource, version, raw_state).await
    }

    async fn upgrade_raw(
        &mut self,
        resource: &str,
        version: i64,
        raw_state: proto::RawState,
    ) -> CallResult<Value> {
        let kind = self.resource(resource)?.implied_type();
        let (type_name, raw_state) = (resource.to_owned(), Some(raw_state));
        let request = proto::upgrade_resource_state::Request { type_name, version, raw_state };
        self.trail.push("UpgradeResourceState");
        let answer = self.connection.provider.upgrade_resource_state(request).await?.into_inner();
        fail_on_error(answer.diagnostics)?;
        decode("upgraded state", answer.upgraded_state.as_ref(), &kind)
    }

    /// Reads an identity as an earlier version of the provider stored it.
    ///
    /// # Errors
    /// If the provider refuses it.
    pub async fn upgrade_identity(
        &mut self,
        resource: &str,
        version: i64,
        stored: &str,
    ) -> CallResult<Option<Value>> {
        let raw_identity =
            Some(proto::RawState { json: stored.to_owned().into(), ..proto::RawState::default() });
        let request = proto::upgrade_resource_identity::Request {
            type_name: resource.to_owned(),
            version,
            raw_identity,
        };
        self.trail.push("UpgradeResourceIdentity");
        let answer = self.connection.provider.upgrade_resource_identity(request).await?.into_inner();
        fail_on_error(answer.diagnostics)?;
        self.received_identity(resource, answer.upgraded_identity.as_ref())
    }
}
