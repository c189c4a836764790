//! A working host: the calls of a run in the order in which Terraform and OpenTofu make them, with each
//! response checked against their rules.
//!
//! A run consists of plan, apply and refresh, each with what the one before stored. What a host would report
//! as "a bug in the provider" is a [`CallError::Broken`] here. The [`Release`] decides which calls are made,
//! and with what.

use prost::bytes::Bytes;
use std::sync::Arc;
use terraform_provider_gallery::plugin::schema::Schema;
use terraform_provider_gallery::plugin::value::{json, msgpack};
use terraform_provider_gallery::plugin::{Type, Value};

use super::offer::{self, Offer};
use super::release::{Feature, Release};
use super::{Connection, HostError, Launch, PluginProcess, proto};

mod elsewhere;
mod eventful;
mod life;
mod stored;

pub use eventful::{Outcome, Stopper};

/// A host with one configured provider. Clones share the provider, for parallel work.
#[derive(Clone, Debug)]
pub struct Host {
    release: Release,
    plugin: Arc<PluginProcess>,
    connection: Connection,
    offer: Offer,
    capabilities: Option<proto::ClientCapabilities>,
    module: Value,
    trail: Vec<&'static str>,
    deferrals: Vec<proto::deferred::Reason>,
}

/// The provider block.
#[derive(Clone, Debug, Default)]
pub struct ProviderBlock {
    arguments: serde_json::Value,
    unknown: Vec<&'static str>,
}

impl ProviderBlock {
    /// A block with these arguments.
    #[must_use]
    pub const fn new(arguments: serde_json::Value) -> Self {
        Self { arguments, unknown: Vec::new() }
    }

    /// The same with an argument that is known only after an apply.
    #[must_use]
    pub fn unknown(mut self, name: &'static str) -> Self {
        self.unknown.push(name);
        self
    }

    fn value(&self, schema: &Schema) -> CallResult<Value> {
        let arguments = if self.arguments.is_null() { serde_json::json!({}) } else { self.arguments.clone() };
        let mut value = configuration(schema, &arguments)?;
        if let Value::Object(attributes) = &mut value {
            attributes.extend(self.unknown.iter().map(|name| ((*name).to_owned(), Value::unknown())));
        }
        Ok(value)
    }
}

/// The state of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The attributes.
    pub state: Value,
    /// The provider's private data.
    pub private: Bytes,
    /// The identity; none in a state from before identities existed.
    pub identity: Option<Value>,
}

/// A plan that passed the host's rules.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The planned state.
    pub state: Value,
    /// Whether the object is replaced; the state is then that of the new one.
    pub replaces: bool,
    /// Whether nothing changes.
    pub is_empty: bool,
    /// The identity, as far as it is known.
    pub identity: Option<Value>,
    /// The warnings.
    pub warnings: Vec<proto::Diagnostic>,
    /// Why it is deferred, if it is.
    pub deferred: Option<proto::deferred::Reason>,
    config: Value,
    private: Bytes,
    prior: Option<Object>,
}

/// Why something did not work.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The provider refused, with its message.
    #[error("refused: {0:#?}")]
    Refused(Vec<proto::Diagnostic>),
    /// The provider broke a rule of the host.
    #[error("the provider broke the rules of the host:\n{}", .0.join("\n"))]
    Broken(Vec<String>),
    /// The call itself failed.
    #[error("{0}")]
    Call(#[from] tonic::Status),
}

/// The outcome of a call.
pub type CallResult<T> = Result<T, CallError>;

fn broken(what: impl Into<String>) -> CallError {
    CallError::Broken(vec![what.into()])
}

fn fail_on_violation(found: Vec<String>) -> CallResult<()> {
    if found.is_empty() { Ok(()) } else { Err(CallError::Broken(found)) }
}

/// The warnings, unless there is an error.
pub(super) fn fail_on_error(diagnostics: Vec<proto::Diagnostic>) -> CallResult<Vec<proto::Diagnostic>> {
    let error = proto::diagnostic::Severity::Error as i32;
    if diagnostics.iter().any(|one| one.severity == error) {
        return Err(CallError::Refused(diagnostics));
    }
    Ok(diagnostics)
}

fn encode(value: &Value, kind: &Type) -> CallResult<Option<proto::DynamicValue>> {
    let msgpack = msgpack::encode(value, kind).map_err(|error| broken(format!("not sent: {error}")))?.into();
    Ok(Some(proto::DynamicValue { msgpack, json: Bytes::new() }))
}

fn decode(what: &str, value: Option<&proto::DynamicValue>, kind: &Type) -> CallResult<Value> {
    let value = value.ok_or_else(|| broken(format!("no {what} in the response")))?;
    msgpack::decode(&value.msgpack, kind).map_err(|error| broken(format!("{what}: {error}")))
}

fn configuration(schema: &Schema, arguments: &serde_json::Value) -> CallResult<Value> {
    let text = arguments.to_string();
    json::decode_stored(text.as_bytes(), &schema.implied_type())
        .map_err(|error| broken(format!("the configuration: {error}")))
}

impl Host {
    /// Starts a provider under the host with the most features. `provider` has the arguments of its block.
    ///
    /// # Errors
    /// If it cannot be started.
    pub async fn start(launch: Launch, provider: &serde_json::Value) -> Result<CallResult<Self>, HostError> {
        Self::start_as(Release::NEWEST, launch, &ProviderBlock::new(provider.clone())).await
    }

    /// Starts a provider and makes the first calls of this release: schemas in a process of its own, and
    /// then, in the process of the run, the provider block, checked and configured.
    ///
    /// # Errors
    /// If it cannot be started.
    pub async fn start_as(
        release: Release,
        launch: Launch,
        provider: &ProviderBlock,
    ) -> Result<CallResult<Self>, HostError> {
        let mut trail = Vec::new();
        let first = launch.clone().start().await?;
        let mut connection = first.connect().await?;
        let offer = match meet(release, &mut connection, &mut trail).await {
            Ok(offer) => offer,
            Err(error) => return Ok(Err(error)),
        };
        first.shutdown().await?;
        let plugin = launch.start().await?;
        let connection = plugin.connect().await?;
        let capabilities = release.capabilities();
        let (module, deferrals) = (Value::Null, Vec::new());
        let mut host = Self {
            release,
            plugin: Arc::new(plugin),
            connection,
            offer,
            capabilities,
            module,
            trail,
            deferrals,
        };
        Ok(match host.configure(provider).await {
            Ok(()) => Ok(host),
            Err(error) => Err(error),
        })
    }

    async fn configure(&mut self, provider: &ProviderBlock) -> CallResult<()> {
        if !self.release.has(Feature::CachedSchema) {
            self.offer = meet(self.release, &mut self.connection, &mut self.trail).await?;
        }
        let kind = self.offer.provider.implied_type();
        let config = provider.value(&self.offer.provider)?;
        self.trail.push("ValidateProviderConfig");
        let request = proto::validate_provider_config::Request { config: encode(&config, &kind)? };
        let client = &mut self.connection.provider;
        fail_on_error(client.validate_provider_config(request).await?.into_inner().diagnostics)?;
        self.trail.push("ConfigureProvider");
        let request = proto::configure_provider::Request {
            terraform_version: self.release.version(),
            config: encode(&config, &kind)?,
            client_capabilities: self.capabilities,
        };
        fail_on_error(client.configure_provider(request).await?.into_inner().diagnostics)?;
        Ok(())
    }

    /// Accepts deferral from here on, as experimental builds do.
    pub fn allow_deferral(&mut self) {
        self.capabilities.get_or_insert_default().deferral_allowed = true;
    }

    /// Continues in a module with this `provider_meta` block.
    ///
    /// # Errors
    /// If the provider supports no such block, or not with these arguments.
    pub fn in_module(&mut self, arguments: &serde_json::Value) -> CallResult<()> {
        let kind = self.offer.meta.as_ref().ok_or_else(|| broken("no schema for `provider_meta`"))?;
        self.module = json::decode_stored(arguments.to_string().as_bytes(), kind)
            .map_err(|error| broken(format!("provider_meta: {error}")))?;
        Ok(())
    }

    /// The calls since the last query, in order.
    pub fn trail(&mut self) -> Vec<&'static str> {
        std::mem::take(&mut self.trail)
    }

    /// The provider's reasons for deferral since the last query.
    pub fn deferrals(&mut self) -> Vec<proto::deferred::Reason> {
        std::mem::take(&mut self.deferrals)
    }

    /// The provider's schemas.
    #[must_use]
    pub const fn offer(&self) -> &Offer {
        &self.offer
    }

    /// The provider's log.
    #[must_use]
    pub fn log(&self) -> String {
        self.plugin.stderr()
    }

    /// Ends the provider, if this is the last of the clones.
    ///
    /// # Errors
    /// If it does not end.
    pub async fn end(self) -> Result<(), HostError> {
        let Some(plugin) = Arc::into_inner(self.plugin) else { return Ok(()) };
        plugin.shutdown().await.map(drop)
    }

    fn resource(&self, name: &str) -> CallResult<&Schema> {
        self.offer.resources.get(name).ok_or_else(|| broken(format!("there is no resource {name}")))
    }

    /// A configuration of a resource with these arguments set; all others are null.
    ///
    /// # Errors
    /// If an argument does not fit the schema.
    pub fn config(&self, resource: &str, arguments: &serde_json::Value) -> CallResult<Value> {
        configuration(self.resource(resource)?, arguments)
    }

    fn encoded_meta(&self) -> CallResult<Option<proto::DynamicValue>> {
        // A module without the block sends null if the provider has a schema for it.
        self.offer.meta.as_ref().map_or(Ok(None), |kind| encode(&self.module, kind))
    }

    fn identity_type(&self, resource: &str) -> Option<&Type> {
        self.offer.identities.get(resource)
    }

    fn encoded_identity(
        &self,
        resource: &str,
        identity: Option<&Value>,
    ) -> CallResult<Option<proto::ResourceIdentityData>> {
        let (Some(kind), Some(identity)) = (self.identity_type(resource), identity) else { return Ok(None) };
        Ok(Some(proto::ResourceIdentityData { identity_data: encode(identity, kind)? }))
    }

    fn received_identity(
        &self,
        resource: &str,
        identity: Option<&proto::ResourceIdentityData>,
    ) -> CallResult<Option<Value>> {
        // A host without identities has no schema for one, and drops it unread.
        let (Some(kind), Some(data)) = (self.identity_type(resource), identity) else { return Ok(None) };
        let identity = decode("identity", data.identity_data.as_ref(), kind)?;
        if !identity.is_wholly_known() {
            return Err(broken("an identity that is not wholly known"));
        }
        Ok(Some(identity))
    }

    /// A stored identity must not change, nor disappear.
    fn same_identity(&self, resource: &str, stored: Option<&Value>, now: Option<&Value>) -> CallResult<()> {
        if self.identity_type(resource).is_none() {
            return Ok(());
        }
        match (stored, now) {
            (_, None) => Err(broken("no identity in the response")),
            (Some(stored), Some(now)) if stored != now => {
                Err(broken(format!("the identity changed from {stored:?} to {now:?}")))
            }
            _ => Ok(()),
        }
    }

    /// Deferral is a valid response only for a host that supports it.
    fn put_off(&mut self, deferred: Option<proto::Deferred>) -> CallResult<Option<proto::deferred::Reason>> {
        let Some(deferred) = deferred else { return Ok(None) };
        if !self.capabilities.is_some_and(|capabilities| capabilities.deferral_allowed) {
            return Err(broken("deferred, for a host that does not support it"));
        }
        let reason = deferred.reason();
        if reason == proto::deferred::Reason::Unknown {
            return Err(broken("deferred without a reason"));
        }
        self.deferrals.push(reason);
        Ok(Some(reason))
    }
}

/// Requests the schemas of a provider.
async fn meet(
    release: Release,
    connection: &mut Connection,
    trail: &mut Vec<&'static str>,
) -> CallResult<Offer> {
    let client = &mut connection.provider;
    trail.push("GetProviderSchema");
    let offered = client.get_provider_schema(proto::get_provider_schema::Request {}).await?.into_inner();
    fail_on_error(offered.diagnostics.clone())?;
    let identities = if release.has(Feature::Identity) {
        trail.push("GetResourceIdentitySchemas");
        let request = proto::get_resource_identity_schemas::Request {};
        let identities = client.get_resource_identity_schemas(request).await?.into_inner();
        fail_on_error(identities.diagnostics.clone())?;
        Some(identities)
    } else {
        None
    };
    let offer = Offer::read(release, &offered, identities.as_ref()).map_err(broken)?;
    let capable = offered.server_capabilities.unwrap_or_default();
    let wanted = [
        (capable.plan_destroy, "plan_destroy"),
        (capable.get_provider_schema_optional, "get_provider_schema_optional"),
        (capable.move_resource_state, "move_resource_state"),
        (capable.generate_resource_config, "generate_resource_config"),
    ];
    let missing = wanted.iter().filter(|(has, _)| !has).map(|(_, name)| format!("no capability {name}"));
    fail_on_violation(missing.collect())?;
    Ok(offer)
}
