//! The life of an object: planned, created, changed, refreshed, deleted.

use prost::bytes::Bytes;
use terraform_provider_gallery::plugin::{Type, Value};

use super::super::release::Feature;
use super::super::rules;
use super::{
    CallResult, Host, Object, Plan, broken, decode, encode, fail_on_error, fail_on_violation, proto,
};
use proto::attribute_path::step::Selector;

impl Host {
    /// Checks a configuration, and plans the way from a state to it. A replacement is planned as a host does:
    /// once more, as the creation of a new object.
    ///
    /// # Errors
    /// If the provider refuses, or its plan breaks a rule.
    pub async fn plan(&mut self, resource: &str, prior: Option<&Object>, config: &Value) -> CallResult<Plan> {
        self.validate(resource, config).await?;
        let (mut plan, replaces) =
            self.plan_once(resource, prior, [Bytes::new(), Bytes::new()], config).await?;
        if let Some(object) = prior
            && replaces
        {
            let (again, _) = self.plan_once(resource, None, [plan.private, Bytes::new()], config).await?;
            plan = Plan { replaces: true, is_empty: false, prior: Some(object.clone()), ..again };
        }
        Ok(plan)
    }

    /// Checks a configuration, without and before any state.
    ///
    /// # Errors
    /// If the provider refuses it.
    pub async fn validate(&mut self, resource: &str, config: &Value) -> CallResult<Vec<proto::Diagnostic>> {
        let kind = self.resource(resource)?.implied_type();
        let request = proto::validate_resource_config::Request {
            type_name: resource.to_owned(),
            config: encode(config, &kind)?,
            client_capabilities: self.capabilities.filter(|_| self.release.has(Feature::WriteOnly)),
        };
        self.trail.push("ValidateResourceConfig");
        fail_on_error(
            self.connection.provider.validate_resource_config(request).await?.into_inner().diagnostics,
        )
    }

    async fn plan_once(
        &mut self,
        resource: &str,
        prior: Option<&Object>,
        [private, earlier]: [Bytes; 2],
        config: &Value,
    ) -> CallResult<(Plan, bool)> {
        let schema = self.resource(resource)?.clone();
        let kind = schema.implied_type();
        let prior_state = prior.map_or(Value::Null, |object| object.state.clone());
        let stored = prior.and_then(|object| object.identity.as_ref());
        let proposed = rules::proposed(self.release, &schema.block, &prior_state, config);
        let request = proto::plan_resource_change::Request {
            type_name: resource.to_owned(),
            prior_state: encode(&prior_state, &kind)?,
            proposed_new_state: encode(&proposed, &kind)?,
            config: encode(config, &kind)?,
            prior_private: prior.map_or(private, |object| object.private.clone()),
            provider_meta: self.encoded_meta()?,
            client_capabilities: self.capabilities,
            prior_identity: self.encoded_identity(resource, stored)?,
            planned_private: earlier,
        };
        self.trail.push("PlanResourceChange");
        let answer = self.connection.provider.plan_resource_change(request).await?.into_inner();
        let warnings = fail_on_error(answer.diagnostics)?;
        if answer.legacy_type_system {
            return Err(broken("the plan asks for the leniency of the legacy SDK"));
        }
        let state = decode("planned state", answer.planned_state.as_ref(), &kind)?;
        fail_on_violation(rules::plan(&schema.block, &prior_state, config, &state))?;
        let deferred = self.put_off(answer.deferred)?;
        let mut replaces = false;
        for path in &answer.requires_replace {
            replaces |= changes(path, &prior_state, &state)?;
        }
        let identity = self.received_identity(resource, answer.planned_identity.as_ref())?;
        if stored.is_some() && !replaces {
            self.same_identity(resource, stored, identity.as_ref())?;
        }
        let plan = Plan {
            is_empty: state == prior_state,
            state,
            replaces: false,
            identity,
            warnings,
            deferred,
            config: config.clone(),
            private: answer.planned_private,
            prior: prior.cloned(),
        };
        Ok((plan, replaces))
    }

    /// Applies a plan; for a replacement the deletion first, as hosts do by default. Returns the stored
    /// object.
    ///
    /// # Errors
    /// If the provider refuses, or the result is not what was planned.
    pub async fn apply(&mut self, resource: &str, plan: Plan) -> CallResult<Object> {
        let config = plan.config.clone();
        self.apply_known(resource, plan, &config).await
    }

    /// The same with the final configuration. A host plans once more before it applies, from the current
    /// state, and checks the second plan against the first.
    ///
    /// # Errors
    /// If the provider refuses, the result is not what was planned, or the second plan differs.
    pub async fn apply_known(&mut self, resource: &str, plan: Plan, config: &Value) -> CallResult<Object> {
        let kind = self.resource(resource)?.implied_type();
        let mut prior = plan.prior;
        let keeps = self.capabilities.is_some_and(|capabilities| capabilities.store_planned_private);
        let kept = if keeps { plan.private.clone() } else { Bytes::new() };
        if let Some(object) = &prior {
            // The process that changes the object reads its state again.
            self.stored(resource, object).await?;
        }
        if plan.replaces
            && let Some(old) = prior.take()
        {
            // It was planned together with its replacement, and has that plan's private data.
            self.delete(resource, &old, plan.private).await?;
        }
        self.validate(resource, config).await?;
        let (again, replaces) =
            self.plan_once(resource, prior.as_ref(), [Bytes::new(), kept], config).await?;
        if replaces {
            return Err(broken("what was planned in place is a replacement now"));
        }
        fail_on_violation(rules::planned_again(&plan.state, &again.state))?;
        if plan.identity.is_some() {
            self.same_identity(resource, plan.identity.as_ref(), again.identity.as_ref())?;
        }
        if let Some(object) = &prior
            && !self.release.has(Feature::StateReadOnce)
        {
            self.stored(resource, object).await?;
        }

        let prior_state = prior.as_ref().map_or(Value::Null, |object| object.state.clone());
        let request = proto::apply_resource_change::Request {
            type_name: resource.to_owned(),
            prior_state: encode(&prior_state, &kind)?,
            planned_state: encode(&again.state, &kind)?,
            config: encode(config, &kind)?,
            planned_private: again.private,
            provider_meta: self.encoded_meta()?,
            planned_identity: self.encoded_identity(resource, again.identity.as_ref())?,
        };
        self.trail.push("ApplyResourceChange");
        let answer = self.connection.provider.apply_resource_change(request).await?.into_inner();
        fail_on_error(answer.diagnostics)?;
        if answer.legacy_type_system {
            return Err(broken("the apply asks for the leniency of the legacy SDK"));
        }
        let state = decode("new state", answer.new_state.as_ref(), &kind)?;
        fail_on_violation(rules::applied(&again.state, &state))?;
        let identity = self.received_identity(resource, answer.new_identity.as_ref())?;
        self.same_identity(resource, again.identity.as_ref(), identity.as_ref())?;
        Ok(Object { state, private: answer.private, identity })
    }

    /// Plans a deletion, if this host does so, and applies it.
    ///
    /// # Errors
    /// If the provider refuses, or leaves something in the state.
    pub async fn destroy(&mut self, resource: &str, object: &Object) -> CallResult<()> {
        let kind = self.resource(resource)?.implied_type();
        let planned_private = if self.release.has(Feature::PlannedDeletion) {
            self.plan_deletion(resource, object, &kind).await?
        } else {
            object.private.clone()
        };
        let object = self.stored(resource, object).await?;
        self.delete(resource, &object, planned_private).await
    }

    async fn delete(&mut self, resource: &str, object: &Object, planned_private: Bytes) -> CallResult<()> {
        let kind = self.resource(resource)?.implied_type();
        let nothing = encode(&Value::Null, &kind)?;
        let request = proto::apply_resource_change::Request {
            type_name: resource.to_owned(),
            prior_state: encode(&object.state, &kind)?,
            planned_state: nothing.clone(),
            config: nothing,
            planned_private,
            provider_meta: self.encoded_meta()?,
            planned_identity: self.encoded_identity(resource, object.identity.as_ref())?,
        };
        self.trail.push("ApplyResourceChange");
        let answer = self.connection.provider.apply_resource_change(request).await?.into_inner();
        fail_on_error(answer.diagnostics)?;
        if !decode("new state", answer.new_state.as_ref(), &kind)?.is_null() {
            return Err(broken("the object still exists after a deletion"));
        }
        Ok(())
    }

    async fn plan_deletion(&mut self, resource: &str, object: &Object, kind: &Type) -> CallResult<Bytes> {
        let nothing = encode(&Value::Null, kind)?;
        let request = proto::plan_resource_change::Request {
            type_name: resource.to_owned(),
            prior_state: encode(&object.state, kind)?,
            proposed_new_state: nothing.clone(),
            config: nothing,
            prior_private: object.private.clone(),
            provider_meta: self.encoded_meta()?,
            client_capabilities: self.capabilities,
            prior_identity: self.encoded_identity(resource, object.identity.as_ref())?,
            ..proto::plan_resource_change::Request::default()
        };
        self.trail.push("PlanResourceChange");
        let answer = self.connection.provider.plan_resource_change(request).await?.into_inner();
        fail_on_error(answer.diagnostics)?;
        if !decode("planned state", answer.planned_state.as_ref(), kind)?.is_null() {
            return Err(broken("a deletion is planned as something else"));
        }
        self.put_off(answer.deferred)?;
        Ok(answer.planned_private)
    }

    /// Upgrades the stored object to the current schemas, as every run begins, and refreshes it; `None` if it
    /// is gone.
    ///
    /// # Errors
    /// If the provider refuses, or its response breaks a rule.
    pub async fn refresh(&mut self, resource: &str, object: &Object) -> CallResult<Option<Object>> {
        let object = &self.stored(resource, object).await?;
        self.read(resource, object).await
    }

    /// Refreshes an object that was just read or imported.
    pub(super) async fn read(&mut self, resource: &str, object: &Object) -> CallResult<Option<Object>> {
        let kind = self.resource(resource)?.implied_type();
        let request = proto::read_resource::Request {
            type_name: resource.to_owned(),
            current_state: encode(&object.state, &kind)?,
            private: object.private.clone(),
            provider_meta: self.encoded_meta()?,
            client_capabilities: self.capabilities,
            current_identity: self.encoded_identity(resource, object.identity.as_ref())?,
        };
        self.trail.push("ReadResource");
        let answer = self.connection.provider.read_resource(request).await?.into_inner();
        fail_on_error(answer.diagnostics)?;
        self.put_off(answer.deferred)?;
        let state = decode("state", answer.new_state.as_ref(), &kind)?;
        if state.is_null() {
            return Ok(None);
        }
        if !state.is_wholly_known() {
            return Err(broken("a refreshed state that is not wholly known"));
        }
        let identity = self.received_identity(resource, answer.new_identity.as_ref())?;
        self.same_identity(resource, object.identity.as_ref(), identity.as_ref())?;
        Ok(Some(Object { state, private: answer.private, identity }))
    }
}

/// Whether something that the provider says forces a replacement has changed. A path that does not exist,
/// before and after, is the provider's mistake; one to an unchanged value does not count.
fn changes(path: &proto::AttributePath, before: &Value, after: &Value) -> CallResult<bool> {
    if path.steps.is_empty() {
        return Err(broken("a replacement without a reason"));
    }
    if before.is_null() {
        return Ok(false);
    }
    let (mut old, mut new) = (Some(before), Some(after));
    for step in &path.steps {
        let on = |value: &mut Option<&Value>| {
            *value = match (&step.selector, *value) {
                (Some(Selector::AttributeName(name) | Selector::ElementKeyString(name)), Some(at)) => {
                    at.get(name)
                }
                (Some(Selector::ElementKeyInt(index)), Some(Value::List(all))) => {
                    usize::try_from(*index).ok().and_then(|index| all.get(index))
                }
                _ => None,
            };
        };
        let unknown = new.is_some_and(Value::is_unknown);
        on(&mut old);
        if !unknown {
            on(&mut new);
        }
        if old.is_none() && new.is_none() {
            return Err(broken(format!("a replacement because of {path:?}, which does not exist")));
        }
    }
    Ok(old.unwrap_or(&Value::Null) != new.unwrap_or(&Value::Null))
}
