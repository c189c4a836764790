//! Login as the machine or service that this process runs on. Each platform has its own endpoint, nearby and
//! without TLS. The environment shows which one it is; the code that builds the settings reads it.

mod arc;
mod request;

#[cfg(test)]
mod tests;

use super::super::call::Call;
use super::super::error::{Error, LoginError};
use super::super::pace::{Backoff, random};
use super::super::pipeline::{PipelineSettings, wrap_error};
use super::super::secret::Secret;
use super::answer::TokenAnswer;
use super::sender::{Sender, address, json, masked, quoted};
use super::{AddressError, address as addresses};
use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::http::{Context, RawResponse};
use serde_json::Value;
use std::fmt;
use std::time::Duration;
use time::OffsetDateTime;
use url::Url;

/// The login, for messages.
pub(super) const LOGIN_NAME: &str = "managed identity";

/// The endpoint of a virtual machine (Azure Instance Metadata Service).
const IMDS: &str = "http://169.254.169.254/metadata/identity/oauth2/token";

/// How long to retry an endpoint that does not respond: it is near, or this is not an Azure machine.
const UNREACHABLE: Duration = Duration::from_secs(5);

/// How often to retry an endpoint that is being updated (404 and 410, "How to use managed identities on a VM:
/// retry guidance", which says up to 70 seconds).
const UPDATES: u32 = 5;

/// Which identity to use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum IdentitySelector {
    /// The machine's own. If it has one user-assigned identity and no own one, that one.
    #[default]
    System,
    /// A user-assigned one by its client id.
    Client(String),
    /// A user-assigned one by its object (principal) id.
    Object(String),
    /// A user-assigned one by its resource id.
    Resource(String),
}

/// The service that issues tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityEndpoint {
    /// A virtual machine's.
    Imds(MachineUrl),
    /// App Service's, Functions' and Container Apps', with the secret in `IDENTITY_HEADER`.
    AppService(MachineUrl, Secret),
    /// The agent of an Azure Arc-enabled server.
    Arc(MachineUrl),
    /// Cloud Shell's.
    CloudShell(MachineUrl),
}

impl IdentityEndpoint {
    /// Its address.
    pub(super) fn url(&self) -> &Url {
        match self {
            Self::Imds(url) | Self::AppService(url, _) | Self::Arc(url) | Self::CloudShell(url) => &url.0,
        }
    }
}

/// The address of an endpoint for managed identities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineUrl(Url);

impl MachineUrl {
    /// Takes an address from a user: https, or near enough for plain http.
    ///
    /// # Errors
    /// If it is not an address, or too far away for plain http.
    pub fn from_user(text: &str) -> Result<Self, AddressError> {
        addresses::of_machine(text).map(Self)
    }

    /// Takes an address that a platform sets in the environment.
    ///
    /// # Errors
    /// If it is not an address, or too far away for plain http.
    pub fn of_platform(text: &str) -> Result<Self, AddressError> {
        addresses::of_platform(text).map(Self)
    }

    /// The endpoint of a virtual machine.
    pub fn imds() -> Self {
        Self(Url::parse(IMDS).unwrap_or_else(|_| unreachable!("{IMDS} is an address")))
    }
}

/// A managed identity and its endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedIdentity {
    /// Which identity.
    pub identity: IdentitySelector,
    /// The endpoint.
    pub endpoint: IdentityEndpoint,
    /// The endpoint's api-version, unless it is the usual one.
    pub api_version: Option<String>,
}

/// A combination that the platform does not support.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{platform} has no user-assigned identities")]
pub struct NoUserAssigned {
    /// The platform.
    pub platform: &'static str,
}

impl ManagedIdentity {
    /// Takes the identity and the endpoint.
    ///
    /// # Errors
    /// If the platform has no user-assigned identities and one is requested.
    pub fn new(
        identity: IdentitySelector,
        endpoint: IdentityEndpoint,
        api_version: Option<String>,
    ) -> Result<Self, NoUserAssigned> {
        let platform = match endpoint {
            IdentityEndpoint::Arc(_) => Some("Azure Arc"),
            IdentityEndpoint::CloudShell(_) => Some("Cloud Shell"),
            _ => None,
        };
        match platform {
            Some(platform) if identity != IdentitySelector::System => Err(NoUserAssigned { platform }),
            _ => Ok(Self { identity, endpoint, api_version }),
        }
    }
}

/// Requests tokens from the platform. It keeps none.
pub(super) struct ManagedIdentityCredential {
    settings: ManagedIdentity,
    arc: arc::Challenges,
    sender: Sender,
    /// Used as the secret if the endpoint needs none.
    no_secret: Secret,
    update_wait: Backoff,
    now: fn() -> OffsetDateTime,
}

impl ManagedIdentityCredential {
    pub(super) fn new(settings: &ManagedIdentity, pipeline_settings: &PipelineSettings) -> Self {
        let mut pipeline_settings = pipeline_settings.clone();
        pipeline_settings.pace.unreachable = pipeline_settings.pace.unreachable.min(UNREACHABLE);
        Self {
            settings: settings.clone(),
            arc: arc::Challenges::of_this_system(),
            sender: Sender::new(LOGIN_NAME, &pipeline_settings),
            no_secret: Secret::new(""),
            update_wait: pipeline_settings.pace.busy,
            now: pipeline_settings.now,
        }
    }

    async fn request_token(&self, scopes: &[&str], ctx: &Context<'_>) -> Result<AccessToken, Error> {
        let scope = scopes.first().copied().unwrap_or_default();
        let resource = scope.strip_suffix("/.default").unwrap_or(scope);
        let mut request = request::first(&self.settings, resource);
        let requested_at = (self.now)();
        let mut answer = self.sender.send(&mut request, self.secret(), ctx).await?;
        let mut updates = 0;
        while matches!(u16::from(answer.status()), 404 | 410) && updates < UPDATES {
            let wait = self.update_wait.wait(updates, random());
            let Some(call) = ctx.value::<Call>().filter(|call| wait < call.remaining()) else { break };
            call.pause(wait, "asking for a token").await?;
            answer = self.sender.send(&mut request, self.secret(), ctx).await?;
            updates += 1;
        }
        if matches!(self.settings.endpoint, IdentityEndpoint::Arc(_)) && u16::from(answer.status()) == 401 {
            let key = self.arc.answer(&answer).map_err(|reason| self.refused(&answer, Some(reason)))?;
            request::add_key(&mut request, &key);
            answer = self.sender.send(&mut request, self.secret(), ctx).await?;
        }
        self.read(&answer, requested_at)
    }

    fn read(&self, answer: &RawResponse, requested_at: OffsetDateTime) -> Result<AccessToken, Error> {
        if !answer.status().is_success() {
            return Err(self.refused(answer, None));
        }
        match json(answer).as_ref().and_then(TokenAnswer::read) {
            Some(token) => Ok(token.access_token(requested_at)),
            None => Err(self.refused(answer, Some("the response contains no usable token".to_owned()))),
        }
    }

    /// The credential for the endpoint.
    fn secret(&self) -> &Secret {
        match &self.settings.endpoint {
            IdentityEndpoint::AppService(_, secret) => secret,
            _ => &self.no_secret,
        }
    }

    /// The refusal in the endpoint's own words, or for the given reason.
    fn refused(&self, answer: &RawResponse, reason: Option<String>) -> Error {
        let secret = self.secret();
        let json = json(answer).unwrap_or_default();
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(|text| masked(secret, text));
        LoginError {
            login_name: LOGIN_NAME,
            endpoint: address(self.settings.endpoint.url()),
            status: Some(u16::from(answer.status())),
            error: text("error"),
            description: reason
                .or_else(|| text("error_description"))
                .or_else(|| text("message"))
                .or_else(|| quoted(secret, answer.body().as_ref())),
            trace_id: text("trace_id"),
            correlation_id: text("correlation_id"),
            ..LoginError::default()
        }
        .into()
    }
}

#[async_trait]
impl TokenCredential for ManagedIdentityCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let ctx = options.map(|options| options.method_options.context).unwrap_or_default();
        self.request_token(scopes, &ctx).await.map_err(wrap_error)
    }
}

impl fmt::Debug for ManagedIdentityCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedIdentityCredential").field("settings", &self.settings).finish_non_exhaustive()
    }
}
