//! Many resources at a time, as a host with a large configuration has them.
//!
//! The calls are those of [`Host`](super::Host), in the same order, with two differences: any number runs in
//! parallel, and responses are passed on unchanged, without being checked against the rules. So the
//! measurement is of the provider.

use std::future::Future;
use std::sync::Arc;

use prost::bytes::Bytes;
use terraform_provider_gallery::plugin::schema::Schema;
use terraform_provider_gallery::plugin::value::{json, msgpack};
use terraform_provider_gallery::plugin::{Type, Value};
use tokio::task::JoinSet;

use super::session::{CallError, fail_on_error};
use super::{Connection, HostError, Launch, PluginProcess, proto, schema};

type CallResult<T> = Result<T, CallError>;

/// A host that does the same to many resources of one type.
#[derive(Debug)]
pub struct Crowd {
    plugin: PluginProcess,
    connection: Connection,
    resource: &'static str,
    kind: Arc<Type>,
    schema: Schema,
    width: usize,
}

/// The state of one of them, in its encoded form.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The attributes.
    pub state: proto::DynamicValue,
    /// The provider's private data.
    pub private: Bytes,
    /// The identity.
    pub identity: Option<proto::ResourceIdentityData>,
}

fn broken(what: impl std::fmt::Display) -> CallError {
    CallError::Broken(vec![what.to_string()])
}

impl Crowd {
    /// Starts a provider, asks for its schema, and configures it with an empty block. `width` calls run at a time.
    ///
    /// # Errors
    /// If it cannot be started.
    pub async fn start(
        launch: Launch,
        resource: &'static str,
        width: usize,
    ) -> Result<CallResult<Self>, HostError> {
        let plugin = launch.start().await?;
        let connection = plugin.connect().await?;
        Ok(Self::configure(plugin, connection, resource, width).await)
    }

    async fn configure(
        plugin: PluginProcess,
        mut connection: Connection,
        resource: &'static str,
        width: usize,
    ) -> CallResult<Self> {
        let client = &mut connection.provider;
        let offered = client.get_provider_schema(proto::get_provider_schema::Request {}).await?.into_inner();
        fail_on_error(offered.diagnostics)?;
        let read = |one: Option<&proto::Schema>| {
            schema::read(one.ok_or_else(|| broken("no schema"))?).map_err(broken)
        };
        let block = read(offered.provider.as_ref())?;
        let schema = read(offered.resource_schemas.get(resource))?;
        let kind = Arc::new(schema.implied_type());
        let empty = json::decode_stored(b"{}", &block.implied_type()).map_err(broken)?;
        let request = proto::configure_provider::Request {
            terraform_version: "1.14.0".to_owned(),
            config: Some(encode(&empty, &block.implied_type())?),
            ..proto::configure_provider::Request::default()
        };
        fail_on_error(client.configure_provider(request).await?.into_inner().diagnostics)?;
        Ok(Self { plugin, connection, resource, kind, schema, width: width.max(1) })
    }

    /// The provider's process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.plugin.id().unwrap_or_default()
    }

    /// Sets how many calls run at a time from here on.
    pub fn widen(&mut self, width: usize) {
        self.width = width.max(1);
    }

    /// Ends the provider.
    ///
    /// # Errors
    /// If it does not end.
    pub async fn end(self) -> Result<(), HostError> {
        self.plugin.shutdown().await.map(drop)
    }

    /// A configuration with these arguments set; all others are null.
    ///
    /// # Errors
    /// If an argument does not fit the schema.
    pub fn config(&self, arguments: &serde_json::Value) -> CallResult<Value> {
        json::decode_stored(arguments.to_string().as_bytes(), &self.schema.implied_type()).map_err(broken)
    }

    /// Checks and plans the creation of this many, with the configuration for each.
    ///
    /// # Errors
    /// If one is refused.
    pub async fn plan_creations(&self, count: usize, config: impl Fn(usize) -> Value) -> CallResult<()> {
        let (resource, kind) = (self.resource, &self.kind);
        self.each(count, |index, connection| {
            let config = encode(&config(index), kind);
            let nothing = encode(&Value::Null, kind);
            async move { planned(connection, resource, nothing?, config?, None).await.map(drop) }
        })
        .await
        .map(drop)
    }

    /// Creates this many, each planned once more before, as hosts do when they apply.
    ///
    /// # Errors
    /// If one is refused.
    pub async fn create(&self, count: usize, config: impl Fn(usize) -> Value) -> CallResult<Vec<Member>> {
        let (resource, kind) = (self.resource, &self.kind);
        self.each(count, |index, connection| {
            let config = encode(&config(index), kind);
            let nothing = encode(&Value::Null, kind);
            async move { created(connection, resource, nothing?, config?).await }
        })
        .await
    }

    /// Plans a change of each to its configuration, and applies it.
    ///
    /// # Errors
    /// If one is refused.
    pub async fn change(
        &self,
        members: &[Member],
        config: impl Fn(usize) -> Value,
    ) -> CallResult<Vec<Member>> {
        let (resource, kind) = (self.resource, &self.kind);
        self.each(members.len(), |index, connection| {
            let config = encode(&config(index), kind);
            let member = members.get(index).cloned();
            async move {
                let member = member.ok_or_else(|| broken("nobody"))?;
                let (prior, config) = (member.state.clone(), config?);
                let plan = planned(connection.clone(), resource, prior.clone(), config.clone(), Some(member));
                applied(connection, resource, prior, config, plan.await?).await
            }
        })
        .await
    }

    /// Deletes each.
    ///
    /// # Errors
    /// If one is refused.
    pub async fn delete(&self, members: &[Member]) -> CallResult<()> {
        let (resource, kind) = (self.resource, &self.kind);
        self.each(members.len(), |index, mut connection| {
            let nothing = encode(&Value::Null, kind);
            let member = members.get(index).cloned();
            async move {
                let (member, nothing) = (member.ok_or_else(|| broken("nobody"))?, nothing?);
                let request = proto::apply_resource_change::Request {
                    type_name: resource.to_owned(),
                    prior_state: Some(member.state),
                    planned_state: Some(nothing.clone()),
                    config: Some(nothing),
                    planned_private: member.private,
                    planned_identity: member.identity,
                    ..proto::apply_resource_change::Request::default()
                };
                fail_on_error(
                    connection.provider.apply_resource_change(request).await?.into_inner().diagnostics,
                )
            }
        })
        .await
        .map(drop)
    }

    /// Refreshes each, in this order; `None` is one that is gone.
    ///
    /// # Errors
    /// If one is refused.
    pub async fn refresh(&self, members: &[Member]) -> CallResult<Vec<Option<Member>>> {
        let resource = self.resource;
        self.each(members.len(), |index, connection| {
            let member = members.get(index).cloned();
            async move { refreshed(connection, resource, member.ok_or_else(|| broken("nobody"))?).await }
        })
        .await
    }

    /// Checks and plans each with its configuration; returns how many plans are not empty.
    ///
    /// # Errors
    /// If one is refused.
    pub async fn plan(&self, members: &[Member], config: impl Fn(usize) -> Value) -> CallResult<usize> {
        let (resource, kind) = (self.resource, &self.kind);
        let changed = self
            .each(members.len(), |index, connection| {
                let config = encode(&config(index), kind);
                let member = members.get(index).cloned();
                async move {
                    let member = member.ok_or_else(|| broken("nobody"))?;
                    let before = member.state.clone();
                    let plan = planned(connection, resource, before.clone(), config?, Some(member)).await?;
                    Ok(plan.planned_state != Some(before))
                }
            })
            .await?;
        Ok(changed.into_iter().filter(|changed| *changed).count())
    }

    /// Runs a function for each number, `width` at a time, and returns the results in order.
    async fn each<T, F>(&self, count: usize, work: impl Fn(usize, Connection) -> F) -> CallResult<Vec<T>>
    where
        T: Send + 'static,
        F: Future<Output = CallResult<T>> + Send + 'static,
    {
        let mut running = JoinSet::new();
        let mut results: Vec<Option<T>> = (0..count).map(|_| None).collect();
        let mut next = 0;
        loop {
            while next < count && running.len() < self.width {
                let (index, work) = (next, work(next, self.connection.clone()));
                running.spawn(async move { (index, work.await) });
                next += 1;
            }
            let Some(done) = running.join_next().await else { break };
            let (index, result) = done.map_err(broken)?;
            if let Some(slot) = results.get_mut(index) {
                *slot = Some(result?);
            }
        }
        results.into_iter().map(|result| result.ok_or_else(|| broken("a response is missing"))).collect()
    }
}

fn encode(value: &Value, kind: &Type) -> CallResult<proto::DynamicValue> {
    let msgpack = msgpack::encode(value, kind).map_err(|error| broken(format!("not sent: {error}")))?.into();
    Ok(proto::DynamicValue { msgpack, json: Bytes::new() })
}

/// Checks a configuration and plans the way to it. A prior state must have been made from the same
/// configuration: the proposed state is then the state itself.
async fn planned(
    mut connection: Connection,
    resource: &str,
    prior: proto::DynamicValue,
    config: proto::DynamicValue,
    member: Option<Member>,
) -> CallResult<proto::plan_resource_change::Response> {
    let request = proto::validate_resource_config::Request {
        type_name: resource.to_owned(),
        config: Some(config.clone()),
        ..proto::validate_resource_config::Request::default()
    };
    fail_on_error(connection.provider.validate_resource_config(request).await?.into_inner().diagnostics)?;
    let proposed = if member.is_some() { prior.clone() } else { config.clone() };
    let (prior_private, prior_identity) =
        member.map(|member| (member.private, member.identity)).unwrap_or_default();
    let request = proto::plan_resource_change::Request {
        type_name: resource.to_owned(),
        prior_state: Some(prior),
        proposed_new_state: Some(proposed),
        config: Some(config),
        prior_private,
        prior_identity,
        ..proto::plan_resource_change::Request::default()
    };
    let answer = connection.provider.plan_resource_change(request).await?.into_inner();
    fail_on_error(answer.diagnostics.clone())?;
    Ok(answer)
}

async fn created(
    connection: Connection,
    resource: &str,
    nothing: proto::DynamicValue,
    config: proto::DynamicValue,
) -> CallResult<Member> {
    let plan = planned(connection.clone(), resource, nothing.clone(), config.clone(), None).await?;
    applied(connection, resource, nothing, config, plan).await
}

async fn applied(
    mut connection: Connection,
    resource: &str,
    prior: proto::DynamicValue,
    config: proto::DynamicValue,
    plan: proto::plan_resource_change::Response,
) -> CallResult<Member> {
    let request = proto::apply_resource_change::Request {
        type_name: resource.to_owned(),
        prior_state: Some(prior),
        planned_state: plan.planned_state,
        config: Some(config),
        planned_private: plan.planned_private,
        planned_identity: plan.planned_identity,
        ..proto::apply_resource_change::Request::default()
    };
    let answer = connection.provider.apply_resource_change(request).await?.into_inner();
    fail_on_error(answer.diagnostics)?;
    let state = answer.new_state.ok_or_else(|| broken("no state after an apply"))?;
    Ok(Member { state, private: answer.private, identity: answer.new_identity })
}

async fn refreshed(mut connection: Connection, resource: &str, member: Member) -> CallResult<Option<Member>> {
    let request = proto::read_resource::Request {
        type_name: resource.to_owned(),
        current_state: Some(member.state),
        private: member.private,
        current_identity: member.identity,
        ..proto::read_resource::Request::default()
    };
    let answer = connection.provider.read_resource(request).await?.into_inner();
    fail_on_error(answer.diagnostics)?;
    let state = answer.new_state.ok_or_else(|| broken("no state after a refresh"))?;
    // Null in msgpack.
    if *state.msgpack == [0xc0] {
        return Ok(None);
    }
    Ok(Some(Member { state, private: answer.private, identity: answer.new_identity }))
}
