//! Applies that may fail: what a host then keeps in its state.

use prost::bytes::Bytes;
use terraform_provider_gallery::plugin::Value;

use super::super::rules;
use super::{CallResult, Host, Object, Plan, broken, decode, encode, fail_on_violation, proto};

/// The result of an apply for a host, however it ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What the state holds.
    pub object: Option<Object>,
    /// Whether the next plan replaces it, since its creation ended with an error.
    pub tainted: bool,
    /// The diagnostics, errors and warnings.
    pub diagnostics: Vec<proto::Diagnostic>,
    /// Why there is no response, if there is none: the provider is gone.
    pub lost: Option<String>,
}

impl Outcome {
    /// Whether it succeeded.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        let error = proto::diagnostic::Severity::Error as i32;
        self.lost.is_none() && self.diagnostics.iter().all(|one| one.severity != error)
    }

    /// All diagnostics, as one text.
    #[must_use]
    pub fn text(&self) -> String {
        self.diagnostics.iter().map(|one| format!("{}\n{}\n", one.summary, one.detail)).collect()
    }
}

/// Stops a provider while it works.
#[derive(Clone, Debug)]
pub struct Stopper(proto::provider_client::ProviderClient<crate::host::Calls>);

impl Stopper {
    /// Stops it, as a host does on Ctrl-C.
    pub async fn stop(mut self) {
        // A provider that is gone has stopped, too.
        let _ = self.0.stop_provider(proto::stop_provider::Request {}).await;
    }
}

impl Host {
    /// A handle to stop the provider.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper(self.connection.provider.clone())
    }

    /// The provider's process id.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.plugin.id()
    }

    /// Applies a plan, whatever the outcome; for a replacement the deletion first.
    ///
    /// # Errors
    /// If the response breaks a rule of the host.
    pub async fn try_apply(&mut self, resource: &str, plan: Plan) -> CallResult<Outcome> {
        let Plan { state, config, private, mut prior, identity, replaces, .. } = plan;
        if replaces && let Some(old) = prior.take() {
            let destroyed = self.try_destroy(resource, &old).await?;
            if !destroyed.succeeded() {
                return Ok(destroyed);
            }
        }
        self.attempt(resource, prior, &state, &config, private, identity.as_ref()).await
    }

    /// Plans and applies a deletion, whatever the outcome.
    ///
    /// # Errors
    /// If the response breaks a rule of the host.
    pub async fn try_destroy(&mut self, resource: &str, object: &Object) -> CallResult<Outcome> {
        let nothing = Value::Null;
        let identity = object.identity.as_ref();
        // A host passes the private data from the plan of a deletion to the deletion.
        let private = object.private.clone();
        self.attempt(resource, Some(object.clone()), &nothing, &nothing, private, identity).await
    }

    async fn attempt(
        &mut self,
        resource: &str,
        prior: Option<Object>,
        planned: &Value,
        config: &Value,
        private: Bytes,
        identity: Option<&Value>,
    ) -> CallResult<Outcome> {
        let kind = self.resource(resource)?.implied_type();
        let prior_state = prior.as_ref().map_or(Value::Null, |object| object.state.clone());
        let request = proto::apply_resource_change::Request {
            type_name: resource.to_owned(),
            prior_state: encode(&prior_state, &kind)?,
            planned_state: encode(planned, &kind)?,
            config: encode(config, &kind)?,
            planned_private: private,
            planned_identity: self.encoded_identity(resource, identity)?,
            ..proto::apply_resource_change::Request::default()
        };
        let answer = match self.connection.provider.apply_resource_change(request).await {
            Ok(answer) => answer.into_inner(),
            Err(status) => {
                let lost = Some(status.to_string());
                return Ok(Outcome { object: prior, tainted: false, diagnostics: Vec::new(), lost });
            }
        };
        let state = decode("new state", answer.new_state.as_ref(), &kind)?;
        let mut outcome =
            Outcome { object: None, tainted: false, diagnostics: answer.diagnostics, lost: None };
        if outcome.succeeded() {
            fail_on_violation(rules::applied(planned, &state))?;
        } else if !state.is_wholly_known() {
            return Err(broken("a state that is not wholly known, together with an error"));
        }
        if !state.is_null() {
            let identity = self.received_identity(resource, answer.new_identity.as_ref())?;
            let stored = prior.as_ref().and_then(|object| object.identity.as_ref());
            self.same_identity(resource, stored, identity.as_ref())?;
            outcome.tainted = !outcome.succeeded() && prior.is_none();
            outcome.object = Some(Object { state, private: answer.private, identity });
        }
        Ok(outcome)
    }
}
