//! ValidateResourceConfig and PlanResourceChange.

use super::call::guarded;
use super::catalogue::Managed;
use super::held::Held;
use super::{Shared, convert};
use crate::plugin::diagnostic::{Diagnostic, Diagnostics, Failure};
use crate::plugin::proto;
use crate::plugin::provider::ClientCapabilities;
use crate::plugin::resource::{PlanCreate, PlanDelete, PlanUpdate, Planned};
use proto::plan_resource_change::{Request, Response};

impl Shared {
    /// Checks the configuration of a resource.
    pub(super) async fn validate_resource(
        &self,
        request: proto::validate_resource_config::Request,
    ) -> proto::validate_resource_config::Response {
        let diagnostics = match self.catalogue().resource(&request.type_name) {
            Err(unknown) => convert::pathless(unknown),
            Ok(managed) => {
                let checked = self.validate_managed(managed, request).await;
                managed.form.told(checked.unwrap_or_else(Failure::into_diagnostics))
            }
        };
        proto::validate_resource_config::Response { diagnostics }
    }

    async fn validate_managed(
        &self,
        managed: &Managed,
        request: proto::validate_resource_config::Request,
    ) -> Result<Diagnostics, Failure> {
        let config = managed.form.configuration(request.config)?;
        let mut diagnostics = Diagnostics::new();
        if !convert::capabilities(request.client_capabilities).write_only_attributes_allowed {
            // A host that does not know them would store them, which is what they are there to prevent.
            diagnostics.extend(managed.form.schema.block.write_only_set(&config).into_iter().map(|path| {
                let detail = format!(
                    "`{path}` is never stored, which needs Terraform 1.11 or OpenTofu 1.11, or a newer one."
                );
                Diagnostic::error("Write-only attribute not supported", detail).at(path)
            }));
        }
        let doing = format!("checking a {}", managed.name());
        diagnostics.extend(guarded(&doing, managed.resource.validate(&self.context(), config)).await?);
        Ok(diagnostics)
    }

    /// Plans a creation, a change or a deletion: a null prior state means that there is nothing yet, a null
    /// proposed one that there shall be nothing.
    pub(super) async fn plan(&self, request: Request) -> Response {
        let managed = match self.catalogue().resource(&request.type_name) {
            Ok(managed) => managed,
            Err(unknown) => {
                return Response { diagnostics: convert::pathless(unknown), ..Response::default() };
            }
        };
        self.plan_managed(managed, request).await.unwrap_or_else(|failure| Response {
            diagnostics: managed.form.told(failure.into_diagnostics()),
            ..Response::default()
        })
    }

    async fn plan_managed(&self, managed: &Managed, request: Request) -> Result<Response, Failure> {
        let capabilities = convert::capabilities(request.client_capabilities);
        let prior = managed.form.decode("prior state", request.prior_state)?;
        let proposed =
            managed.form.sent("proposed state", request.proposed_new_state.map(Held::plain).as_ref())?;
        let identity = managed.decode_identity(request.prior_identity.as_ref())?;
        let (private, earlier) = (request.prior_private.to_vec(), request.planned_private.to_vec());
        let context = self.context();

        if proposed.is_null() {
            let warnings = if prior.is_null() {
                Diagnostics::new()
            } else {
                let doing = format!("planning to delete a {}", managed.name());
                let plan = PlanDelete { prior, private };
                guarded(&doing, managed.resource.plan_delete(&context, plan)).await??
            };
            return Ok(Response {
                planned_state: Some(convert::null()),
                // What the state holds is what the deletion gets.
                planned_private: request.prior_private,
                diagnostics: managed.form.told(warnings),
                planned_identity: request.prior_identity,
                ..Response::default()
            });
        }

        let config = managed.form.configuration(request.config)?;
        let meta = self.catalogue().meta(request.provider_meta)?;
        let planned = if prior.is_null() {
            let doing = format!("planning a new {}", managed.name());
            let plan = PlanCreate { config, proposed, private, earlier, meta, capabilities };
            guarded(&doing, managed.resource.plan_create(&context, plan)).await??
        } else {
            let doing = format!("planning a change of a {}", managed.name());
            let known = identity.clone();
            let plan = PlanUpdate { prior, config, proposed, private, earlier, identity, meta, capabilities };
            let mut planned = guarded(&doing, managed.resource.plan_update(&context, plan)).await??;
            // An identity does not change in place; a plan that makes a new object says its own.
            if planned.identity.is_none() && planned.replace.is_empty() {
                planned.identity = known;
            }
            planned
        };
        answer(managed, planned, capabilities)
    }
}

fn answer(
    managed: &Managed,
    planned: Planned,
    capabilities: ClientCapabilities,
) -> Result<Response, Failure> {
    let deferred = planned.deferred.map(|deferral| convert::deferred(deferral, capabilities)).transpose()?;
    let mut requires_replace = Vec::new();
    for path in &planned.replace {
        let path = convert::attribute_path(&convert::within(path, &managed.form.kind));
        if !path.steps.is_empty() && !requires_replace.contains(&path) {
            requires_replace.push(path);
        }
    }
    Ok(Response {
        planned_state: Some(managed.encode_object("planned state", planned.state)?),
        requires_replace,
        planned_private: planned.private.into(),
        diagnostics: managed.form.told(planned.warnings),
        legacy_type_system: false,
        deferred,
        planned_identity: managed.encode_identity(planned.identity)?,
    })
}
