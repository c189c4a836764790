//! A host at work: the calls of a run in the order in which Terraform and OpenTofu make them, each answer held to the
//! rules that those hold it to.
//!
//! A run is made of plan, apply and refresh, each with what the one before stored. What a host would report as "a bug
//! in the provider" is a [`Trouble::Broken`] here.

use prost::bytes::Bytes;
use std::collections::BTreeMap;
use terraform_provider_gallery::plugin::schema::Schema;
use terraform_provider_gallery::plugin::value::{json, msgpack};
use terraform_provider_gallery::plugin::{Type, Value};

use super::{Connection, HostError, Launch, PluginProcess, proto, rules, schema};

mod elsewhere;

/// A host with one provider, configured.
#[derive(Debug)]
pub struct Host {
    plugin: PluginProcess,
    connection: Connection,
    resources: BTreeMap<String, Schema>,
    data_sources: BTreeMap<String, Schema>,
    lists: BTreeMap<String, Schema>,
    identities: BTreeMap<String, Type>,
    capabilities: proto::ClientCapabilities,
}

/// What a state holds of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The attributes.
    pub state: Value,
    /// The provider's private data.
    pub private: Bytes,
    /// The identity; none in a state from before there were identities.
    pub identity: Option<Value>,
}

/// A plan that passed the host's rules.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the state will be.
    pub state: Value,
    /// Whether the object is replaced; the state is then that of the new one.
    pub replaces: bool,
    /// Whether nothing changes.
    pub is_empty: bool,
    /// The identity, as far as it is known.
    pub identity: Option<Value>,
    /// What was warned about.
    pub warnings: Vec<proto::Diagnostic>,
    config: Value,
    private: Bytes,
    prior: Option<Object>,
}

/// Why something did not work.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The provider refused, as a person would see it.
    #[error("refused: {0:#?}")]
    Refused(Vec<proto::Diagnostic>),
    /// The provider broke a rule of the host.
    #[error("the provider broke the rules of the host:\n{}", .0.join("\n"))]
    Broken(Vec<String>),
    /// The call itself failed.
    #[error("{0}")]
    Call(#[from] tonic::Status),
}

type Answer<T> = Result<T, Trouble>;

fn broken(what: impl Into<String>) -> Trouble {
    Trouble::Broken(vec![what.into()])
}

fn lawful(found: Vec<String>) -> Answer<()> {
    if found.is_empty() { Ok(()) } else { Err(Trouble::Broken(found)) }
}

/// The warnings, unless there is an error.
pub(super) fn told(diagnostics: Vec<proto::Diagnostic>) -> Answer<Vec<proto::Diagnostic>> {
    let error = proto::diagnostic::Severity::Error as i32;
    if diagnostics.iter().any(|one| one.severity == error) {
        return Err(Trouble::Refused(diagnostics));
    }
    Ok(diagnostics)
}

fn sent(value: &Value, kind: &Type) -> Answer<Option<proto::DynamicValue>> {
    let msgpack = msgpack::encode(value, kind).map_err(|error| broken(format!("not sent: {error}")))?.into();
    Ok(Some(proto::DynamicValue { msgpack, json: Bytes::new() }))
}

fn received(what: &str, value: Option<&proto::DynamicValue>, kind: &Type) -> Answer<Value> {
    let value = value.ok_or_else(|| broken(format!("no {what} in the answer")))?;
    msgpack::decode(&value.msgpack, kind).map_err(|error| broken(format!("{what}: {error}")))
}

impl Host {
    /// Starts a provider and does what a host does first: schemas, identities, and the provider block, checked and
    /// handed over. `provider` holds the arguments of the block that are set.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn start(launch: Launch, provider: &serde_json::Value) -> Result<Answer<Self>, HostError> {
        let plugin = launch.start().await?;
        let connection = plugin.connect().await?;
        Ok(Self::configure(plugin, connection, provider).await)
    }

    async fn configure(
        plugin: PluginProcess,
        mut connection: Connection,
        provider: &serde_json::Value,
    ) -> Answer<Self> {
        let client = &mut connection.provider;
        let offered = client.get_provider_schema(proto::get_provider_schema::Request {}).await?.into_inner();
        told(offered.diagnostics)?;
        let read = |all: &std::collections::HashMap<String, proto::Schema>| {
            let all = all.iter().map(|(name, one)| Ok((name.clone(), schema::read(one)?)));
            all.collect::<Result<BTreeMap<_, _>, String>>().map_err(broken)
        };
        let block = offered.provider.as_ref().ok_or_else(|| broken("no schema of the provider block"))?;
        let block = schema::read(block).map_err(broken)?;
        let request = proto::get_resource_identity_schemas::Request {};
        let identities = client.get_resource_identity_schemas(request).await?.into_inner();
        told(identities.diagnostics)?;
        let identity = |schema: &proto::ResourceIdentitySchema| -> Answer<Type> {
            let parts = schema.identity_attributes.iter().map(|part| {
                let kind = Type::from_json(&part.r#type).map_err(|error| broken(error.to_string()))?;
                Ok((part.name.clone(), kind))
            });
            Ok(Type::object(parts.collect::<Answer<Vec<_>>>()?))
        };
        let identities = identities.identity_schemas.iter();
        let identities =
            identities.map(|(name, one)| Ok((name.clone(), identity(one)?))).collect::<Answer<_>>()?;
        let (resources, data_sources) =
            (read(&offered.resource_schemas)?, read(&offered.data_source_schemas)?);
        let lists = read(&offered.list_resource_schemas)?;

        let kind = block.implied_type();
        let config = configuration(&block, provider)?;
        let request = proto::validate_provider_config::Request { config: sent(&config, &kind)? };
        told(client.validate_provider_config(request).await?.into_inner().diagnostics)?;
        let capabilities = proto::ClientCapabilities {
            write_only_attributes_allowed: true,
            ..proto::ClientCapabilities::default()
        };
        let request = proto::configure_provider::Request {
            terraform_version: "1.14.0".to_owned(),
            config: sent(&config, &kind)?,
            client_capabilities: Some(capabilities),
        };
        told(client.configure_provider(request).await?.into_inner().diagnostics)?;
        Ok(Self { plugin, connection, resources, data_sources, lists, identities, capabilities })
    }

    /// Says from here on that "not now" is taken for an answer.
    pub fn allow_deferral(&mut self) {
        self.capabilities.deferral_allowed = true;
    }

    /// Ends the provider.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn end(self) -> Result<(), HostError> {
        self.plugin.shutdown().await.map(drop)
    }

    fn resource(&self, name: &str) -> Answer<&Schema> {
        self.resources.get(name).ok_or_else(|| broken(format!("there is no resource {name}")))
    }

    /// A configuration of a resource with these arguments set; all others are null.
    ///
    /// # Errors
    /// When an argument does not fit the schema.
    pub fn config(&self, resource: &str, arguments: &serde_json::Value) -> Answer<Value> {
        configuration(self.resource(resource)?, arguments)
    }

    fn sent_identity(
        &self,
        resource: &str,
        identity: Option<&Value>,
    ) -> Answer<Option<proto::ResourceIdentityData>> {
        let (Some(kind), Some(identity)) = (self.identities.get(resource), identity) else { return Ok(None) };
        Ok(Some(proto::ResourceIdentityData { identity_data: sent(identity, kind)? }))
    }

    fn received_identity(
        &self,
        resource: &str,
        identity: Option<&proto::ResourceIdentityData>,
    ) -> Answer<Option<Value>> {
        let (Some(kind), Some(data)) = (self.identities.get(resource), identity) else { return Ok(None) };
        let identity = received("identity", data.identity_data.as_ref(), kind)?;
        if !identity.is_wholly_known() {
            return Err(broken("an identity that is not wholly known"));
        }
        Ok(Some(identity))
    }

    /// An identity that is stored may not change, nor go missing.
    fn same_identity(&self, resource: &str, stored: Option<&Value>, now: Option<&Value>) -> Answer<()> {
        if !self.identities.contains_key(resource) {
            return Ok(());
        }
        match (stored, now) {
            (_, None) => Err(broken("no identity in the answer")),
            (Some(stored), Some(now)) if stored != now => {
                Err(broken(format!("the identity changed from {stored:?} to {now:?}")))
            }
            _ => Ok(()),
        }
    }

    /// Checks a configuration, and plans the way from a state to it. A replacement is planned as a host does: once
    /// more, as the creation of something new.
    ///
    /// # Errors
    /// When the provider refuses, or its plan breaks a rule.
    pub async fn plan(&mut self, resource: &str, prior: Option<&Object>, config: &Value) -> Answer<Plan> {
        let kind = self.resource(resource)?.implied_type();
        let request = proto::validate_resource_config::Request {
            type_name: resource.to_owned(),
            config: sent(config, &kind)?,
            client_capabilities: Some(self.capabilities),
        };
        told(self.connection.provider.validate_resource_config(request).await?.into_inner().diagnostics)?;
        let (mut plan, paths) = self.plan_once(resource, prior, Bytes::new(), config).await?;
        if let Some(object) = prior
            && !paths.is_empty()
        {
            for path in &paths {
                if path.steps.is_empty() {
                    return Err(broken("a replacement because of nothing in particular"));
                }
            }
            let (again, _) = self.plan_once(resource, None, plan.private, config).await?;
            plan = Plan { replaces: true, is_empty: false, prior: Some(object.clone()), ..again };
        }
        Ok(plan)
    }

    async fn plan_once(
        &mut self,
        resource: &str,
        prior: Option<&Object>,
        private: Bytes,
        config: &Value,
    ) -> Answer<(Plan, Vec<proto::AttributePath>)> {
        let schema = self.resource(resource)?.clone();
        let kind = schema.implied_type();
        let held = prior.map_or(Value::Null, |object| object.state.clone());
        let stored = prior.and_then(|object| object.identity.as_ref());
        let request = proto::plan_resource_change::Request {
            type_name: resource.to_owned(),
            prior_state: sent(&held, &kind)?,
            proposed_new_state: sent(&rules::proposed(&schema.block, &held, config), &kind)?,
            config: sent(config, &kind)?,
            prior_private: prior.map_or(private, |object| object.private.clone()),
            client_capabilities: Some(self.capabilities),
            prior_identity: self.sent_identity(resource, stored)?,
            ..proto::plan_resource_change::Request::default()
        };
        let answer = self.connection.provider.plan_resource_change(request).await?.into_inner();
        let warnings = told(answer.diagnostics)?;
        if answer.legacy_type_system {
            return Err(broken("the plan asks for the leniency of the legacy SDK"));
        }
        let state = received("planned state", answer.planned_state.as_ref(), &kind)?;
        lawful(rules::plan(&schema.block, &held, config, &state))?;
        let identity = self.received_identity(resource, answer.planned_identity.as_ref())?;
        if stored.is_some() && answer.requires_replace.is_empty() {
            self.same_identity(resource, stored, identity.as_ref())?;
        }
        let plan = Plan {
            is_empty: state == held,
            state,
            replaces: false,
            identity,
            warnings,
            config: config.clone(),
            private: answer.planned_private,
            prior: prior.cloned(),
        };
        Ok((plan, answer.requires_replace))
    }

    /// Carries out a plan; of a replacement the deletion first, as hosts do unless told otherwise. Gives what is stored.
    ///
    /// # Errors
    /// When the provider refuses, or what it did is not what was planned.
    pub async fn apply(&mut self, resource: &str, plan: Plan) -> Answer<Object> {
        let kind = self.resource(resource)?.implied_type();
        let mut prior = plan.prior;
        if plan.replaces
            && let Some(old) = prior.take()
        {
            self.destroy(resource, &old).await?;
        }
        let held = prior.as_ref().map_or(Value::Null, |object| object.state.clone());
        let request = proto::apply_resource_change::Request {
            type_name: resource.to_owned(),
            prior_state: sent(&held, &kind)?,
            planned_state: sent(&plan.state, &kind)?,
            config: sent(&plan.config, &kind)?,
            planned_private: plan.private,
            planned_identity: self.sent_identity(resource, plan.identity.as_ref())?,
            ..proto::apply_resource_change::Request::default()
        };
        let answer = self.connection.provider.apply_resource_change(request).await?.into_inner();
        told(answer.diagnostics)?;
        let state = received("new state", answer.new_state.as_ref(), &kind)?;
        lawful(rules::applied(&plan.state, &state))?;
        let identity = self.received_identity(resource, answer.new_identity.as_ref())?;
        self.same_identity(resource, plan.identity.as_ref(), identity.as_ref())?;
        Ok(Object { state, private: answer.private, identity })
    }

    /// Plans and carries out a deletion.
    ///
    /// # Errors
    /// When the provider refuses, or leaves something in the state.
    pub async fn destroy(&mut self, resource: &str, object: &Object) -> Answer<()> {
        let kind = self.resource(resource)?.implied_type();
        let (state, nothing) = (sent(&object.state, &kind)?, sent(&Value::Null, &kind)?);
        let identity = self.sent_identity(resource, object.identity.as_ref())?;
        let request = proto::plan_resource_change::Request {
            type_name: resource.to_owned(),
            prior_state: state.clone(),
            proposed_new_state: nothing.clone(),
            config: nothing.clone(),
            prior_private: object.private.clone(),
            client_capabilities: Some(self.capabilities),
            prior_identity: identity.clone(),
            ..proto::plan_resource_change::Request::default()
        };
        let answer = self.connection.provider.plan_resource_change(request).await?.into_inner();
        told(answer.diagnostics)?;
        if !received("planned state", answer.planned_state.as_ref(), &kind)?.is_null() {
            return Err(broken("a deletion is planned as something else"));
        }
        let request = proto::apply_resource_change::Request {
            type_name: resource.to_owned(),
            prior_state: state,
            planned_state: nothing.clone(),
            config: nothing,
            planned_private: answer.planned_private,
            planned_identity: identity,
            ..proto::apply_resource_change::Request::default()
        };
        let answer = self.connection.provider.apply_resource_change(request).await?.into_inner();
        told(answer.diagnostics)?;
        if !received("new state", answer.new_state.as_ref(), &kind)?.is_null() {
            return Err(broken("there is still something after a deletion"));
        }
        Ok(())
    }

    /// Brings what was stored to the current schemas, as every run begins, and refreshes it; `None` when it is gone.
    ///
    /// # Errors
    /// When the provider refuses, or its answer breaks a rule.
    pub async fn refresh(&mut self, resource: &str, object: &Object) -> Answer<Option<Object>> {
        let schema = self.resource(resource)?;
        let (kind, version) = (schema.implied_type(), schema.version);
        let stored = json::encode(&object.state, &kind).map_err(|error| broken(error.to_string()))?;
        let state = self.upgrade(resource, version, &stored).await?;
        if state != object.state {
            return Err(broken("a state of the current version changed when it was read"));
        }
        let request = proto::read_resource::Request {
            type_name: resource.to_owned(),
            current_state: sent(&state, &kind)?,
            private: object.private.clone(),
            client_capabilities: Some(self.capabilities),
            current_identity: self.sent_identity(resource, object.identity.as_ref())?,
            ..proto::read_resource::Request::default()
        };
        let answer = self.connection.provider.read_resource(request).await?.into_inner();
        told(answer.diagnostics)?;
        if answer.deferred.is_some() && !self.capabilities.deferral_allowed {
            return Err(broken("\"not now\" for a host that does not take it"));
        }
        let state = received("state", answer.new_state.as_ref(), &kind)?;
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

    /// Reads a state as an earlier version of the provider stored it.
    ///
    /// # Errors
    /// When the provider refuses it.
    pub async fn upgrade(&mut self, resource: &str, version: i64, stored: &str) -> Answer<Value> {
        let kind = self.resource(resource)?.implied_type();
        let raw_state =
            Some(proto::RawState { json: stored.to_owned().into(), ..proto::RawState::default() });
        let request =
            proto::upgrade_resource_state::Request { type_name: resource.to_owned(), version, raw_state };
        let answer = self.connection.provider.upgrade_resource_state(request).await?.into_inner();
        told(answer.diagnostics)?;
        received("upgraded state", answer.upgraded_state.as_ref(), &kind)
    }

    /// Reads an identity as an earlier version of the provider stored it.
    ///
    /// # Errors
    /// When the provider refuses it.
    pub async fn upgrade_identity(
        &mut self,
        resource: &str,
        version: i64,
        stored: &str,
    ) -> Answer<Option<Value>> {
        let raw_identity =
            Some(proto::RawState { json: stored.to_owned().into(), ..proto::RawState::default() });
        let request = proto::upgrade_resource_identity::Request {
            type_name: resource.to_owned(),
            version,
            raw_identity,
        };
        let answer = self.connection.provider.upgrade_resource_identity(request).await?.into_inner();
        told(answer.diagnostics)?;
        self.received_identity(resource, answer.upgraded_identity.as_ref())
    }
}

fn configuration(schema: &Schema, arguments: &serde_json::Value) -> Answer<Value> {
    let text = arguments.to_string();
    json::decode_stored(text.as_bytes(), &schema.implied_type())
        .map_err(|error| broken(format!("the configuration: {error}")))
}
