//! ValidateResourceConfig and PlanResourceChange.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::call::catch_panic;
use super::catalogue::ResourceEntry;
use super::{ServiceState, convert};
use crate::plugin::diagnostic::{Diagnostic, Diagnostics, Failure};
use crate::plugin::proto;
use crate::plugin::provider::Deferral;
use crate::plugin::resource::{PlanCreate, PlanDelete, PlanUpdate};
use proto::plan_resource_change::{Request, Response};

impl ServiceState {
    /// Checks the configuration of a resource.
    pub(super) async fn validate_resource(
        self: Arc<Self>,
        request: proto::validate_resource_config::Request,
    ) -> proto::validate_resource_config::Response {
        let diagnostics = match self.catalogue().resource(&request.type_name) {
            Err(unknown) => convert::pathless(unknown),
            Ok(entry) => {
                let checked = self.validate_entry(entry, request).await;
                entry.schema.diagnostics(checked.unwrap_or_else(Failure::into_diagnostics))
            }
        };
        proto::validate_resource_config::Response { diagnostics }
    }

    async fn validate_entry(
        &self,
        entry: &ResourceEntry,
        request: proto::validate_resource_config::Request,
    ) -> Result<Diagnostics, Failure> {
        let config = entry.schema.configuration(request.config.as_ref())?;
        let mut diagnostics = Diagnostics::new();
        if !convert::capabilities(request.client_capabilities.as_ref()).write_only_attributes_allowed {
            // An older host would store them.
            diagnostics.extend(entry.schema.block().write_only_set(&config).into_iter().map(|path| {
                let detail = format!(
                    "`{path}` is never stored, which needs Terraform 1.11 or OpenTofu 1.11, or a newer \
                     version."
                );
                Diagnostic::error("Write-only attribute not supported", detail).at(path)
            }));
        }
        let activity = format!("checking a {}", entry.name());
        diagnostics.extend(catch_panic(&activity, entry.resource.validate(&self.context(), config)).await?);
        Ok(diagnostics)
    }

    /// Plans to create, change or delete. Without a prior state it creates; without a proposed one it
    /// deletes.
    pub(super) async fn plan(self: Arc<Self>, request: Request) -> Response {
        let failed = |diagnostics| Response { diagnostics, ..Response::default() };
        match self.catalogue().resource(&request.type_name) {
            Err(unknown) => failed(convert::pathless(unknown)),
            Ok(entry) => self
                .plan_change(entry, request)
                .await
                .unwrap_or_else(|failure| failed(entry.schema.diagnostics(failure))),
        }
    }

    async fn plan_change(&self, entry: &ResourceEntry, request: Request) -> Result<Response, Failure> {
        let capabilities = convert::capabilities(request.client_capabilities.as_ref());
        let prior = entry.schema.decode("prior state", request.prior_state.as_ref())?;
        let proposed = entry.schema.decode("proposed state", request.proposed_new_state.as_ref())?;
        let identity = entry.decode_identity(request.prior_identity.as_ref())?;
        let (private, earlier) = (request.prior_private.to_vec(), request.planned_private.to_vec());
        let context = self.context_of(self.catalogue().meta(request.provider_meta.as_ref())?);

        if proposed.is_null() {
            let warnings = if prior.is_null() {
                Diagnostics::new()
            } else {
                let activity = format!("planning to delete a {}", entry.name());
                let plan = PlanDelete { prior, private };
                catch_panic(&activity, entry.resource.plan_delete(&context, plan)).await??
            };
            return Ok(Response {
                planned_state: Some(convert::null()),
                // The deletion receives the private data of the state.
                planned_private: request.prior_private,
                diagnostics: entry.schema.diagnostics(warnings),
                planned_identity: request.prior_identity,
                ..Response::default()
            });
        }

        let config = entry.schema.configuration(request.config.as_ref())?;
        let planned = if prior.is_null() {
            let activity = format!("planning a new {}", entry.name());
            let plan = PlanCreate { config, proposed, private, earlier, capabilities };
            catch_panic(&activity, entry.resource.plan_create(&context, plan)).await??
        } else {
            let activity = format!("planning a change of a {}", entry.name());
            let prior_identity = identity.clone();
            let plan = PlanUpdate { prior, config, proposed, private, earlier, identity, capabilities };
            let mut planned = catch_panic(&activity, entry.resource.plan_update(&context, plan)).await??;
            // An identity does not change in place. A plan that makes a new object returns the new one's.
            if planned.identity.is_none() && planned.replace.is_empty() {
                planned.identity = prior_identity;
            }
            planned
        };

        // A host that supports deferral may not know the provider block at the apply either, which would then
        // fail.
        let waits = capabilities.deferral_allowed && self.config_unknown.load(Ordering::SeqCst);
        let deferral = planned.deferred.or(waits.then_some(Deferral::ProviderConfigUnknown));
        let deferred = deferral.map(|deferral| convert::deferred(deferral, capabilities)).transpose()?;
        let mut requires_replace = Vec::new();
        for path in &planned.replace {
            let path = convert::attribute_path(&convert::existing_part(path, &entry.schema.kind));
            if !path.steps.is_empty() && !requires_replace.contains(&path) {
                requires_replace.push(path);
            }
        }
        Ok(Response {
            planned_state: Some(entry.encode_object("planned state", planned.state)?),
            requires_replace,
            planned_private: planned.private.into(),
            diagnostics: entry.schema.diagnostics(planned.warnings),
            legacy_type_system: false,
            deferred,
            planned_identity: entry.encode_identity(planned.identity)?,
        })
    }
}
