//! The calls beyond a resource's own life: imported and moved objects, and data sources.

use terraform_provider_gallery::plugin::{Type, Value};

use super::super::release::{Feature, Program};
use super::{
    CallError, CallResult, Host, Object, broken, configuration, decode, encode, fail_on_error,
    fail_on_violation, offer, proto,
};

impl Host {
    /// The provider's stderr so far: its log.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.plugin.stderr()
    }

    /// Imports by id, and refreshes as a host does next.
    ///
    /// # Errors
    /// If the provider refuses, or there is no object.
    pub async fn import(&mut self, resource: &str, id: &str) -> CallResult<Object> {
        self.import_named(resource, id.to_owned(), None).await
    }

    /// Imports by identity, and refreshes as a host does next.
    ///
    /// # Errors
    /// If the provider refuses, or there is no object.
    pub async fn import_identity(&mut self, resource: &str, identity: &Value) -> CallResult<Object> {
        self.import_named(resource, String::new(), Some(identity)).await
    }

    async fn import_named(
        &mut self,
        resource: &str,
        id: String,
        identity: Option<&Value>,
    ) -> CallResult<Object> {
        let kind = self.resource(resource)?.implied_type();
        let request = proto::import_resource_state::Request {
            type_name: resource.to_owned(),
            id,
            client_capabilities: self.capabilities,
            identity: self.encoded_identity(resource, identity)?,
        };
        self.trail.push("ImportResourceState");
        let answer = self.connection.provider.import_resource_state(request).await?.into_inner();
        fail_on_error(answer.diagnostics)?;
        self.put_off(answer.deferred)?;
        let [imported] = answer.imported_resources.as_slice() else {
            return Err(broken("an import returns one object"));
        };
        let state = decode("imported state", imported.state.as_ref(), &kind)?;
        let found = self.received_identity(resource, imported.identity.as_ref())?;
        self.same_identity(resource, identity, found.as_ref())?;
        let object = Object { state, private: imported.private.clone(), identity: found };
        let refreshed = self.read(resource, &object).await?;
        refreshed.ok_or_else(|| not_there("Cannot import non-existent remote object"))
    }

    /// Takes over a state of another type, stored under this version of its schema, and refreshes as a host
    /// does next.
    ///
    /// # Errors
    /// If the provider refuses, or there is no object.
    pub async fn take_over(
        &mut self,
        resource: &str,
        (provider, type_name, version): (&str, &str, i64),
        stored: &serde_json::Value,
    ) -> CallResult<Object> {
        let kind = self.resource(resource)?.implied_type();
        let json = stored.to_string().into();
        let request = proto::move_resource_state::Request {
            source_provider_address: provider.to_owned(),
            source_type_name: type_name.to_owned(),
            source_schema_version: version,
            source_state: Some(proto::RawState { json, ..proto::RawState::default() }),
            target_type_name: resource.to_owned(),
            ..proto::move_resource_state::Request::default()
        };
        self.trail.push("MoveResourceState");
        let answer = self.connection.provider.move_resource_state(request).await?.into_inner();
        fail_on_error(answer.diagnostics)?;
        let state = decode("moved state", answer.target_state.as_ref(), &kind)?;
        let identity = self.received_identity(resource, answer.target_identity.as_ref())?;
        self.same_identity(resource, None, identity.as_ref())?;
        let object = Object { state, private: answer.target_private, identity };
        let refreshed = self.refresh(resource, &object).await?;
        refreshed.ok_or_else(|| not_there("Moved object does not exist"))
    }

    /// The configuration that the provider generates for a state.
    ///
    /// # Errors
    /// If the provider refuses, or sets an attribute that only it can set.
    pub async fn generate(&mut self, resource: &str, state: &Value) -> CallResult<Value> {
        let kind = self.resource(resource)?.implied_type();
        let state = encode(state, &kind)?;
        let request = proto::generate_resource_config::Request { type_name: resource.to_owned(), state };
        self.trail.push("GenerateResourceConfig");
        let answer = self.connection.provider.generate_resource_config(request).await?.into_inner();
        fail_on_error(answer.diagnostics)?;
        decode("generated configuration", answer.config.as_ref(), &kind)
    }

    /// Checks and reads a data source; a deferred one is unknown.
    ///
    /// # Errors
    /// If the provider refuses, or leaves an attribute unknown.
    pub async fn data(&mut self, name: &str, arguments: &serde_json::Value) -> CallResult<Value> {
        let schema = self.offer.data_sources.get(name);
        let schema = schema.ok_or_else(|| broken(format!("no data source {name}")))?;
        let kind = schema.implied_type();
        let config = encode(&configuration(schema, arguments)?, &kind)?;
        let type_name = || name.to_owned();
        let request =
            proto::validate_data_resource_config::Request { type_name: type_name(), config: config.clone() };
        let provider_meta = self.encoded_meta()?;
        self.trail.extend(["ValidateDataResourceConfig", "ReadDataSource"]);
        let client = &mut self.connection.provider;
        fail_on_error(client.validate_data_resource_config(request).await?.into_inner().diagnostics)?;
        let request = proto::read_data_source::Request {
            type_name: type_name(),
            config,
            provider_meta,
            client_capabilities: self.capabilities,
        };
        let answer = client.read_data_source(request).await?.into_inner();
        fail_on_error(answer.diagnostics)?;
        if self.put_off(answer.deferred)?.is_some() {
            return Ok(Value::unknown());
        }
        let state = decode("data", answer.state.as_ref(), &kind)?;
        if state.is_null() || !state.is_wholly_known() {
            return Err(broken("the data is null or not wholly known"));
        }
        Ok(state)
    }

    /// Lists objects as a query does: their display names, identities and states, up to the limit.
    ///
    /// # Errors
    /// If the provider refuses, or an object has no identity.
    pub async fn list(
        &mut self,
        name: &str,
        arguments: &serde_json::Value,
        limit: i64,
    ) -> CallResult<Vec<(String, Value, Value)>> {
        let schema = self.offer.lists.get(name).ok_or_else(|| broken(format!("no list of {name}")))?;
        let kind = schema.implied_type();
        let config = encode(&configuration(schema, arguments)?, &kind)?;
        let type_name = || name.to_owned();
        let request = proto::validate_list_resource_config::Request {
            type_name: type_name(),
            config: config.clone(),
            ..proto::validate_list_resource_config::Request::default()
        };
        self.trail.extend(["ValidateListResourceConfig", "ListResource"]);
        fail_on_error(
            self.connection.provider.validate_list_resource_config(request).await?.into_inner().diagnostics,
        )?;
        let request = proto::list_resource::Request {
            type_name: type_name(),
            config,
            include_resource_object: true,
            limit,
        };
        let mut events = self.connection.provider.list_resource(request).await?.into_inner();
        let kind = self.resource(name)?.implied_type();
        let mut found = Vec::new();
        while let Some(event) = events.message().await? {
            let warned = !fail_on_error(event.diagnostic)?.is_empty();
            match self.received_identity(name, event.identity.as_ref())? {
                Some(identity) => {
                    let state = decode("listed state", event.resource_object.as_ref(), &kind)?;
                    found.push((event.display_name, identity, state));
                }
                None if warned => {}
                None => return Err(broken("an object was listed without its identity")),
            }
        }
        Ok(found)
    }

    /// Calls a function with these arguments, each converted to its parameter's type.
    ///
    /// OpenTofu makes no call with a literal null for a parameter of any type:
    /// `internal/tofu/context_functions.go` sets `AllowDynamicType: false` for each parameter, and the result
    /// is then unknown.
    ///
    /// # Errors
    /// If there is no such function, or it refuses.
    pub async fn call(&mut self, name: &str, arguments: &[Value]) -> CallResult<Value> {
        let (parameters, result) =
            self.offer.functions.get(name).cloned().ok_or_else(|| broken("no such function"))?;
        let kinds = parameters.iter().chain(parameters.last().into_iter().cycle());
        let literal_null = |(value, kind): (&Value, &Type)| value.is_null() && *kind == Type::Dynamic;
        if self.release.program == Program::OpenTofu && arguments.iter().zip(kinds.clone()).any(literal_null)
        {
            return Ok(Value::unknown());
        }
        let arguments =
            arguments.iter().zip(kinds).map(|(value, kind)| Ok(encode(value, kind)?.unwrap_or_default()));
        let arguments = arguments.collect::<CallResult<Vec<_>>>()?;
        if self.release.has(Feature::FunctionsApart) {
            self.functions_apart().await?;
        }
        self.trail.push("CallFunction");
        let request = proto::call_function::Request { name: name.to_owned(), arguments };
        let answer = self.connection.provider.call_function(request).await?.into_inner();
        if let Some(error) = answer.error {
            let severity = proto::diagnostic::Severity::Error as i32;
            let refused = proto::Diagnostic { severity, detail: error.text, ..proto::Diagnostic::default() };
            return Err(CallError::Refused(vec![refused]));
        }
        decode("result", answer.result.as_ref(), &result)
    }

    /// OpenTofu's request to a configured provider: it must offer the same functions as its schema.
    async fn functions_apart(&mut self) -> CallResult<()> {
        self.trail.push("GetFunctions");
        let request = proto::get_functions::Request {};
        let answer = self.connection.provider.get_functions(request).await?.into_inner();
        fail_on_error(answer.diagnostics)?;
        let apart = offer::functions(&answer.functions).map_err(broken)?;
        let same = apart == self.offer.functions;
        fail_on_violation(if same {
            Vec::new()
        } else {
            vec!["the functions differ from those of the schema".to_owned()]
        })
    }
}

/// The host's own message when the following refresh finds nothing.
fn not_there(summary: &str) -> CallError {
    let severity = proto::diagnostic::Severity::Error as i32;
    CallError::Refused(vec![proto::Diagnostic {
        severity,
        summary: summary.to_owned(),
        ..proto::Diagnostic::default()
    }])
}
