//! Login as the machine or service that this process runs on. Each platform has an endpoint of its own, near by and
//! without TLS; which one it is, the environment tells, and whoever makes the settings reads it.

mod arc;
mod request;

#[cfg(test)]
mod tests;

use super::super::call::Call;
use super::super::error::{Error, LoginError, excerpt, without_mark};
use super::super::pace::{Backoff, random};
use super::super::pipeline::{Plumbing, request_line, to_error};
use super::super::secret::Secret;
use super::answer::{TokenAnswer, is_header_text};
use super::entra::{context_of, masked, through, unanswered};
use super::{AddressError, address};
use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::http::{Context, Pipeline, PipelineSendOptions, RawResponse, Request};
use serde_json::Value;
use std::fmt;
use std::time::Duration;
use time::OffsetDateTime;
use url::Url;

/// The way, for messages.
pub(super) const WAY: &str = "managed identity";

/// Where a virtual machine asks (Azure Instance Metadata Service).
const IMDS: &str = "http://169.254.169.254/metadata/identity/oauth2/token";

/// How long an endpoint that does not answer is tried: it is near, or this is no Azure machine.
const UNREACHABLE: Duration = Duration::from_secs(5);

/// How often an endpoint is asked again that is being brought up to date (404 and 410, "How to use managed identities
/// on a VM: retry guidance", which says up to 70 seconds).
const UPDATES: u32 = 5;

/// Which identity to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Identity {
    /// The machine's own; where it has one user-assigned identity and no own, that one.
    #[default]
    System,
    /// A user-assigned one by its client id.
    Client(String),
    /// A user-assigned one by its object (principal) id.
    Object(String),
    /// A user-assigned one by its resource id.
    Resource(String),
}

/// Who is asked for tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityEndpoint {
    /// A virtual machine's.
    Imds(MachineUrl),
    /// App Service's, Functions' and Container Apps', with the secret that `IDENTITY_HEADER` holds.
    AppService(MachineUrl, Secret),
    /// The agent of a server that Azure Arc looks after.
    Arc(MachineUrl),
    /// Cloud Shell's.
    CloudShell(MachineUrl),
}

/// The address of an endpoint for managed identities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineUrl(Url);

impl MachineUrl {
    /// Takes an address as a user gives it: https, or near enough for plain http.
    ///
    /// # Errors
    /// When it is none, or too far away.
    pub fn given(text: &str) -> Result<Self, AddressError> {
        address::of_machine(text).map(Self)
    }

    /// Takes an address as a platform sets it in the environment.
    ///
    /// # Errors
    /// When it is none, or too far away.
    pub fn of_platform(text: &str) -> Result<Self, AddressError> {
        address::of_platform(text).map(Self)
    }

    /// Where a virtual machine asks.
    pub fn imds() -> Self {
        Self(Url::parse(IMDS).unwrap_or_else(|_| unreachable!("{IMDS} is an address")))
    }
}

/// A managed identity: which, and who is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedIdentity {
    /// Which identity.
    pub identity: Identity,
    /// Who is asked.
    pub endpoint: IdentityEndpoint,
    /// The endpoint's api-version, when it is not to be the usual one.
    pub api_version: Option<String>,
}

/// A combination that the platform does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{platform} has no user-assigned identities")]
pub struct NoUserAssigned {
    /// Where this runs.
    pub platform: &'static str,
}

impl ManagedIdentity {
    /// Takes which identity and who is asked.
    ///
    /// # Errors
    /// When the platform has no user-assigned identities and one is asked for.
    pub fn new(
        identity: Identity,
        endpoint: IdentityEndpoint,
        api_version: Option<String>,
    ) -> Result<Self, NoUserAssigned> {
        let platform = match endpoint {
            IdentityEndpoint::Arc(_) => Some("Azure Arc"),
            IdentityEndpoint::CloudShell(_) => Some("Cloud Shell"),
            _ => None,
        };
        match platform {
            Some(platform) if identity != Identity::System => Err(NoUserAssigned { platform }),
            _ => Ok(Self { identity, endpoint, api_version }),
        }
    }
}

/// Asks the platform for a token. Keeps none.
pub(super) struct ManagedIdentityCredential {
    settings: ManagedIdentity,
    arc: arc::Challenges,
    pipeline: Pipeline,
    update_wait: Backoff,
    now: fn() -> OffsetDateTime,
}

impl ManagedIdentityCredential {
    pub(super) fn new(settings: &ManagedIdentity, plumbing: &Plumbing) -> Self {
        let mut plumbing = plumbing.clone();
        plumbing.pace.unreachable = plumbing.pace.unreachable.min(UNREACHABLE);
        Self {
            settings: settings.clone(),
            arc: arc::Challenges::of_this_system(),
            pipeline: plumbing.login_pipeline(),
            update_wait: plumbing.pace.busy,
            now: plumbing.now,
        }
    }

    async fn ask(&self, scopes: &[&str], ctx: &Context<'_>) -> Result<AccessToken, Error> {
        let scope = scopes.first().copied().unwrap_or_default();
        let resource = scope.strip_suffix("/.default").unwrap_or(scope);
        let mut request = request::first(&self.settings, resource);
        let asked = (self.now)();
        let mut answer = self.send(&mut request, ctx).await?;
        let mut updates = 0;
        while matches!(u16::from(answer.status()), 404 | 410) && updates < UPDATES {
            let Some(call) = ctx.value::<Call>() else { break };
            call.pause(self.update_wait.wait(updates, random()), "asking for a token").await?;
            answer = self.send(&mut request, ctx).await?;
            updates += 1;
        }
        if matches!(self.settings.endpoint, IdentityEndpoint::Arc(_)) && u16::from(answer.status()) == 401 {
            let key = self.arc.answer(&answer).map_err(|reason| self.refused(&answer, Some(reason)))?;
            request::prove(&mut request, &key);
            answer = self.send(&mut request, ctx).await?;
        }
        self.read(&answer, asked)
    }

    async fn send(&self, request: &mut Request, ctx: &Context<'_>) -> Result<RawResponse, Error> {
        let (line, url) = (request_line(request), request.url().clone());
        tracing::debug!(target: "provider.auth", way = WAY, host = url.host_str(), path = url.path(), "asking for a token");
        let options = PipelineSendOptions { skip_checks: true, ..PipelineSendOptions::default() };
        let sent = self.pipeline.send(ctx, request, Some(options)).await;
        sent.map_err(|error| unanswered(WAY, &url, to_error(error, &line, &url), &line))
    }

    fn read(&self, answer: &RawResponse, asked: OffsetDateTime) -> Result<AccessToken, Error> {
        if !answer.status().is_success() {
            return Err(self.refused(answer, None));
        }
        let json: Value = serde_json::from_slice(without_mark(answer.body().as_ref())).unwrap_or_default();
        match TokenAnswer::read(&json).filter(|answer| is_header_text(&answer.token)) {
            Some(answer) => Ok(answer.access_token(asked)),
            None => Err(self.refused(answer, Some("the answer holds no usable token".to_owned()))),
        }
    }

    /// The refusal in the endpoint's own words, or for the reason given.
    fn refused(&self, answer: &RawResponse, reason: Option<String>) -> Error {
        let (url, secret) = match &self.settings.endpoint {
            IdentityEndpoint::AppService(url, secret) => (url, Some(secret)),
            IdentityEndpoint::Imds(url) | IdentityEndpoint::Arc(url) | IdentityEndpoint::CloudShell(url) => {
                (url, None)
            }
        };
        let body: &[u8] = answer.body().as_ref();
        let json: Value = serde_json::from_slice(without_mark(body)).unwrap_or_default();
        let masked = |text: &str| secret.map_or_else(|| text.to_owned(), |secret| masked(secret, text));
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(masked);
        LoginError {
            way: WAY,
            endpoint: format!("{}{}", url.0.origin().ascii_serialization(), url.0.path()),
            status: Some(u16::from(answer.status())),
            error: text("error"),
            description: reason
                .or_else(|| text("error_description"))
                .or_else(|| text("message"))
                .or_else(|| excerpt(body).map(|text| masked(&text))),
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
        let ctx = context_of(options.as_ref());
        through(self.ask(scopes, &ctx).await)
    }
}

impl fmt::Debug for ManagedIdentityCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedIdentityCredential").field("settings", &self.settings).finish_non_exhaustive()
    }
}
