//! The calls beside a resource's own life: what comes from elsewhere, and what is only read.

use terraform_provider_gallery::plugin::Value;

use super::{Answer, Host, Object, broken, configuration, proto, received, sent, told};

impl Host {
    /// What the provider has written to stderr so far: its log.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.plugin.stderr()
    }

    /// Imports by id, and refreshes as a host does next.
    ///
    /// # Errors
    /// When the provider refuses, or there is nothing.
    pub async fn import(&mut self, resource: &str, id: &str) -> Answer<Object> {
        self.import_named(resource, id.to_owned(), None).await
    }

    /// Imports by identity, and refreshes as a host does next.
    ///
    /// # Errors
    /// When the provider refuses, or there is nothing.
    pub async fn import_identity(&mut self, resource: &str, identity: &Value) -> Answer<Object> {
        self.import_named(resource, String::new(), Some(identity)).await
    }

    async fn import_named(&mut self, resource: &str, id: String, identity: Option<&Value>) -> Answer<Object> {
        let kind = self.resource(resource)?.implied_type();
        let request = proto::import_resource_state::Request {
            type_name: resource.to_owned(),
            id,
            client_capabilities: Some(self.capabilities),
            identity: self.sent_identity(resource, identity)?,
        };
        let answer = self.connection.provider.import_resource_state(request).await?.into_inner();
        told(answer.diagnostics)?;
        let [imported] = answer.imported_resources.as_slice() else {
            return Err(broken("an import gives one object"));
        };
        let state = received("imported state", imported.state.as_ref(), &kind)?;
        let found = self.received_identity(resource, imported.identity.as_ref())?;
        self.same_identity(resource, identity, found.as_ref())?;
        let object = Object { state, private: imported.private.clone(), identity: found };
        let refreshed = self.refresh(resource, &object).await?;
        refreshed.ok_or_else(|| broken("an import of something that is not there went unnoticed"))
    }

    /// Takes over a state of another type, and refreshes as a host does next.
    ///
    /// # Errors
    /// When the provider refuses, or there is nothing.
    pub async fn take_over(
        &mut self,
        resource: &str,
        (provider, type_name): (&str, &str),
        stored: &serde_json::Value,
    ) -> Answer<Object> {
        let kind = self.resource(resource)?.implied_type();
        let json = stored.to_string().into();
        let request = proto::move_resource_state::Request {
            source_provider_address: provider.to_owned(),
            source_type_name: type_name.to_owned(),
            source_schema_version: 2,
            source_state: Some(proto::RawState { json, ..proto::RawState::default() }),
            target_type_name: resource.to_owned(),
            ..proto::move_resource_state::Request::default()
        };
        let answer = self.connection.provider.move_resource_state(request).await?.into_inner();
        told(answer.diagnostics)?;
        let state = received("moved state", answer.target_state.as_ref(), &kind)?;
        let identity = self.received_identity(resource, answer.target_identity.as_ref())?;
        self.same_identity(resource, None, identity.as_ref())?;
        let object = Object { state, private: answer.target_private, identity };
        let refreshed = self.refresh(resource, &object).await?;
        refreshed.ok_or_else(|| broken("a move of something that is not there went unnoticed"))
    }

    /// The configuration that the provider writes for a state.
    ///
    /// # Errors
    /// When the provider refuses, or sets what only it can set.
    pub async fn generate(&mut self, resource: &str, state: &Value) -> Answer<Value> {
        let kind = self.resource(resource)?.implied_type();
        let state = sent(state, &kind)?;
        let request = proto::generate_resource_config::Request { type_name: resource.to_owned(), state };
        let answer = self.connection.provider.generate_resource_config(request).await?.into_inner();
        told(answer.diagnostics)?;
        received("generated configuration", answer.config.as_ref(), &kind)
    }

    /// Checks and reads a data source.
    ///
    /// # Errors
    /// When the provider refuses, or leaves something open.
    pub async fn data(&mut self, name: &str, arguments: &serde_json::Value) -> Answer<Value> {
        let schema = self.data_sources.get(name).ok_or_else(|| broken(format!("no data source {name}")))?;
        let kind = schema.implied_type();
        let config = sent(&configuration(schema, arguments)?, &kind)?;
        let type_name = || name.to_owned();
        let request =
            proto::validate_data_resource_config::Request { type_name: type_name(), config: config.clone() };
        let client = &mut self.connection.provider;
        told(client.validate_data_resource_config(request).await?.into_inner().diagnostics)?;
        let request = proto::read_data_source::Request {
            type_name: type_name(),
            config,
            client_capabilities: Some(self.capabilities),
            ..proto::read_data_source::Request::default()
        };
        let answer = client.read_data_source(request).await?.into_inner();
        told(answer.diagnostics)?;
        let state = received("data", answer.state.as_ref(), &kind)?;
        if state.is_null() || !state.is_wholly_known() {
            return Err(broken("the data is null or not wholly known"));
        }
        Ok(state)
    }

    /// Lists objects as a query does: their display names, identities and states, until the limit.
    ///
    /// # Errors
    /// When the provider refuses, or an object comes without its identity.
    pub async fn list(
        &mut self,
        name: &str,
        arguments: &serde_json::Value,
        limit: i64,
    ) -> Answer<Vec<(String, Value, Value)>> {
        let schema = self.lists.get(name).ok_or_else(|| broken(format!("no list of {name}")))?;
        let kind = schema.implied_type();
        let config = sent(&configuration(schema, arguments)?, &kind)?;
        let type_name = || name.to_owned();
        let request = proto::validate_list_resource_config::Request {
            type_name: type_name(),
            config: config.clone(),
            ..proto::validate_list_resource_config::Request::default()
        };
        told(
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
            let warned = !told(event.diagnostic)?.is_empty();
            match self.received_identity(name, event.identity.as_ref())? {
                Some(identity) => {
                    let state = received("listed state", event.resource_object.as_ref(), &kind)?;
                    found.push((event.display_name, identity, state));
                }
                None if warned => {}
                None => return Err(broken("an object was listed without its identity")),
            }
        }
        Ok(found)
    }
}
