//! The connection to Azure that resources and data sources share: the client, once it can be created, and
//! what this process knows of profiles.

use std::sync::{Arc, PoisonError, RwLock};

use super::configuration::login::NoLogin;
use super::configuration::{ProcessVariables, ProviderSettings, Variables};
use super::invm_access_profile_version::lint;
use super::locks::Locks;
use super::machine_cache::MachineCache;
use super::profile_cache::ProfileCache;
use crate::arm::ArmClient;
use crate::plugin::provider::Deferral;
use crate::plugin::resource::{Read, ReadOutcome, Stored};
use crate::plugin::{Diagnostic, Diagnostics, Failure, Value};

#[derive(Debug, Default)]
enum State {
    /// No provider block yet: Terraform validates, or calls a function.
    #[default]
    Unconfigured,
    /// The provider block has parts that are known only at apply.
    Unknown,
    /// No login is configured: an error only when Azure is needed.
    NoLogin(NoLogin),
    /// Ready; no request has been sent yet.
    Ready(ArmClient),
}

/// The connection. Clones share everything.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: RwLock<State>,
    /// The provider block's `lint`.
    lint: RwLock<Option<Value>>,
    profiles: ProfileCache,
    machines: MachineCache,
    locks: Locks,
}

impl Connection {
    /// Applies the provider block and returns warnings. It does not use the network.
    ///
    /// # Errors
    /// If an argument or environment variable cannot be used.
    pub fn configure(&self, config: &Value, terraform_version: &str) -> Result<Diagnostics, Failure> {
        self.configure_with(config, terraform_version, &ProcessVariables)
    }

    /// A connection over this client.
    #[cfg(test)]
    pub(crate) fn ready(client: ArmClient) -> Self {
        let connection = Self::default();
        *connection.shared.state.write().unwrap_or_else(PoisonError::into_inner) = State::Ready(client);
        connection
    }

    /// A connection whose provider block is not known yet.
    #[cfg(test)]
    pub(crate) fn not_known_yet() -> Self {
        let connection = Self::default();
        *connection.shared.state.write().unwrap_or_else(PoisonError::into_inner) = State::Unknown;
        connection
    }

    fn configure_with(
        &self,
        config: &Value,
        terraform: &str,
        variables: &dyn Variables,
    ) -> Result<Diagnostics, Failure> {
        let mut warnings = Diagnostics::new();
        let state = if config.is_wholly_known() {
            let settings = ProviderSettings::resolve(config, variables)?;
            warnings = settings.warnings;
            match settings.login {
                Err(missing) => State::NoLogin(missing),
                Ok(login) => {
                    let mut client_settings = crate::arm::ClientSettings::new(settings.cloud, login);
                    client_settings.login_choice = Some(settings.login_choice);
                    client_settings.auxiliary_tenants = settings.auxiliary_tenants;
                    client_settings.may_register = settings.may_register;
                    client_settings.correlation_id = settings.correlation_id;
                    client_settings.share_reads = settings.share_reads;
                    client_settings.user_agent =
                        user_agent(&client_settings.user_agent, terraform, &settings.user_agent_suffix);
                    State::Ready(ArmClient::new(client_settings).map_err(|error| {
                        Diagnostic::error("Unusable provider configuration", error.report())
                    })?)
                }
            }
        } else {
            State::Unknown
        };
        *self.shared.state.write().unwrap_or_else(PoisonError::into_inner) = state;
        self.record_lint(config);
        self.shared.machines.clear();
        Ok(warnings)
    }

    /// Returns the client, or why there is none.
    ///
    /// # Errors
    /// If no login is configured, or the provider block is not known yet.
    pub fn client(&self) -> Result<ArmClient, Diagnostic> {
        match &*self.shared.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::Ready(client) => Ok(client.clone()),
            State::NoLogin(missing) => Err(missing.diagnostic()),
            State::Unknown => Err(Diagnostic::error(
                "Provider configuration is not known yet",
                "A part of the provider block depends on something that is known only after an apply, but \
                 the provider must contact Azure now. Apply what the provider block depends on first, with \
                 `-target`, or delay a data source with `depends_on`.",
            )),
            State::Unconfigured => Err(Diagnostic::error(
                "Provider is not configured",
                "The host asked for a resource before it configured the provider. This is a bug in the host.",
            )),
        }
    }

    /// Stores the provider block's levels of findings. A host checks the block before the resources that use
    /// it, so `validate` knows them too.
    pub fn record_lint(&self, config: &Value) {
        let lint = config.get(lint::ARGUMENT).cloned();
        *self.shared.lint.write().unwrap_or_else(PoisonError::into_inner) = lint;
    }

    /// The provider block's levels of findings; null where they are not set or not known.
    #[must_use]
    pub fn lint(&self) -> Value {
        self.shared.lint.read().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or(Value::Null)
    }

    /// Whether the host has configured the provider, as it does before a plan but not before validation.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        !matches!(*self.shared.state.read().unwrap_or_else(PoisonError::into_inner), State::Unconfigured)
    }

    /// Whether the provider block has parts that are not known yet.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(*self.shared.state.read().unwrap_or_else(PoisonError::into_inner), State::Unknown)
    }

    /// The result of a refresh while the provider block is not known yet. It is deferred if the host supports
    /// that. Otherwise it is the unchanged state, with a warning, so that a plan can still be made. An import
    /// has no state to keep, so it gets no result and fails as any other request would.
    ///
    /// # Errors
    /// If the state does not fit the schema.
    pub fn read_from_state(&self, request: &Read) -> Result<Option<ReadOutcome>, Failure> {
        if !self.is_unknown() {
            return Ok(None);
        }
        if request.capabilities.deferral_allowed {
            return Ok(Some(ReadOutcome::Deferred(Deferral::ProviderConfigUnknown)));
        }
        let state = request.state.clone();
        // An import knows only the id.
        if ["name", "machine_id"].iter().all(|name| state.get(name).is_none_or(Value::is_null)) {
            return Ok(None);
        }
        let id = state.get("id").and_then(Value::as_str).unwrap_or_default();
        let detail = format!(
            "A part of the provider block is known only after an apply, so {id} could not be read. The \
             plan uses the state alone. The next plan will show changes made outside of Terraform."
        );
        let warning = Diagnostic::warning("Planned without contacting Azure", detail);
        Ok(Some(ReadOutcome::Present(Stored {
            private: request.private.clone(),
            warnings: warning.into(),
            ..Stored::new(state)
        })))
    }

    /// What this process knows of profiles.
    #[must_use]
    pub fn profiles(&self) -> &ProfileCache {
        &self.shared.profiles
    }

    /// What this process knows of machines.
    #[must_use]
    pub fn machines(&self) -> &MachineCache {
        &self.shared.machines
    }

    /// The locks of this process, by the object's id.
    #[must_use]
    pub fn locks(&self) -> &Locks {
        &self.shared.locks
    }
}

/// The user agent: the host, the provider, and what the user wants appended.
fn user_agent(provider: &str, terraform: &str, suffix: &[String]) -> String {
    let version: String = terraform.chars().filter(char::is_ascii_graphic).collect();
    let host = if version.is_empty() { "Terraform".to_owned() } else { format!("Terraform/{version}") };
    let mut agent = format!("{host} {provider}");
    for part in suffix {
        let part: String = part.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect();
        agent.push(' ');
        agent.push_str(part.trim());
    }
    agent
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::plugin::provider::ClientCapabilities;

    fn configured(config: Value, variables: &[(&'static str, &'static str)]) -> Connection {
        let connection = Connection::default();
        let variables: BTreeMap<_, _> = variables.iter().copied().collect();
        connection.configure_with(&config, "1.11.4", &variables).unwrap();
        connection
    }

    fn summary(connection: &Connection) -> String {
        connection.client().map(|_| ()).unwrap_err().summary
    }

    #[test]
    fn a_missing_login_is_reported_only_when_azure_is_needed() {
        assert_eq!(summary(&Connection::default()), "Provider is not configured");
        assert_eq!(
            summary(&configured(Value::object::<&str>([]), &[("ARM_USE_CLI", "false")])),
            "No login configured"
        );
        let unknown = configured(Value::object([("tenant_id", Value::unknown())]), &[]);
        assert!(unknown.is_unknown());
        assert_eq!(summary(&unknown), "Provider configuration is not known yet");
    }

    #[test]
    fn a_refresh_with_an_unknown_provider_block_is_deferred_or_returns_the_state() {
        let unknown = configured(Value::object([("tenant_id", Value::unknown())]), &[]);
        let read = |name: Value, deferral_allowed| Read {
            state: Value::object([("id", Value::from("/x")), ("name", name)]),
            private: b"kept".to_vec(),
            identity: None,
            capabilities: ClientCapabilities { deferral_allowed, ..ClientCapabilities::default() },
        };
        assert!(matches!(
            unknown.read_from_state(&read("web".into(), true)).unwrap(),
            Some(ReadOutcome::Deferred(Deferral::ProviderConfigUnknown))
        ));
        let Some(ReadOutcome::Present(stored)) = unknown.read_from_state(&read("web".into(), false)).unwrap()
        else {
            panic!("the state stays")
        };
        assert_eq!((stored.private.as_slice(), stored.warnings.iter().count()), (b"kept".as_slice(), 1));
        assert!(
            unknown.read_from_state(&read(Value::Null, false)).unwrap().is_none(),
            "an import cannot go on"
        );
        assert!(Connection::default().read_from_state(&read("web".into(), true)).unwrap().is_none());
    }

    #[test]
    fn a_client_is_made_without_the_network() {
        let login = [("ARM_TENANT_ID", "t"), ("ARM_CLIENT_ID", "c"), ("ARM_CLIENT_SECRET", "s")];
        assert!(configured(Value::object::<&str>([]), &login).client().is_ok());
    }

    #[test]
    fn the_user_agent_names_the_caller_and_nothing_else() {
        let agent = user_agent("terraform-provider-gallery/0.1.0", "1.11.4", &["cloud-shell/1.0".into()]);
        assert_eq!(agent, "Terraform/1.11.4 terraform-provider-gallery/0.1.0 cloud-shell/1.0");
    }
}
