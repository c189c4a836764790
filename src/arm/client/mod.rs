//! The client.
//!
//! ```no_run
//! use std::time::Duration;
//! use terraform_provider_gallery::arm::{
//!     Application, ArmClient, Call, Cloud, Login, Secret, ClientSettings, ids::ProfileId,
//! };
//! use tokio_util::sync::CancellationToken;
//!
//! # async fn example(id: ProfileId) -> Result<(), Box<dyn std::error::Error>> {
//! let application =
//!     Application::new("contoso.onmicrosoft.com", "00000000-0000-0000-0000-000000000000")?;
//! let login = Login::ClientSecret { application, secret: Secret::new("...") };
//! let client = ArmClient::new(ClientSettings::new(Cloud::public(), login))?;
//! let call = Call::new(Duration::from_secs(300), CancellationToken::new());
//! let profile = client.profiles().get(&id, &call).await?;
//! # Ok(())
//! # }
//! ```

mod authorization;
mod children;
mod collection;
mod create;
mod delete;
mod list;
mod machine_lists;
mod machines;
mod sharing;
mod verify;
mod write;

#[cfg(test)]
mod tests;

use super::call::Call;
use super::cloud::{Cloud, CloudSource};
use super::durations::Durations;
use super::error::Error;
use super::exchange::Http;
use super::login::{Login, TenantId, Tokens, object_id};
use super::metadata;
use super::models::{Profile, Version};
use super::pace::Pace;
use super::pipeline::{BearerPolicy, LazyTransport, PipelineSettings, WriteLockPolicy};
use super::registration::Registration;
use azure_core::http::Context;
use children::ActiveDeletions;
use sharing::Sharing;
use std::sync::Arc;
use time::OffsetDateTime;
use tokio::sync::OnceCell;
use uuid::Uuid;

pub use authorization::Authorization;
use collection::to_json;
pub use collection::{Collection, Kind};
pub use create::CreateOutcome;
pub use delete::DeleteOutcome;
pub use list::{Pages, UnreadableEntry};
pub use machine_lists::{MachineList, MachineScope};
pub use machines::Machines;

/// The api-version that is sent when none is set: the first with these types, so most clouds have it, and the
/// one that the shipped az CLI uses for them. Later ones have the same bodies.
pub const API_VERSION: &str = "2024-03-03";

/// The settings of a client.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// The cloud, or the host that publishes its addresses.
    pub cloud: CloudSource,
    /// How to sign in there.
    pub login: Login,
    /// Why this login was chosen, for the message when no token can be acquired.
    pub login_choice: Option<String>,
    /// Further tenants whose tokens are sent with each request.
    pub auxiliary_tenants: Vec<TenantId>,
    /// Whether the resource provider may be registered in a subscription that lacks it.
    pub may_register: bool,
    /// The api-version of every request.
    pub api_version: String,
    /// The user agent of every request.
    pub user_agent: String,
    /// Sent with every request as `x-ms-correlation-request-id`; `None` sends none.
    pub correlation_id: Option<String>,
    /// Certificates in PEM that are trusted in addition to the system's.
    pub root_certificates: Vec<Vec<u8>>,
    /// The intervals of retries and polls.
    pub pace: Pace,
    /// Whether one list may serve reads of several objects under one parent.
    pub share_reads: bool,
}

impl ClientSettings {
    /// Settings with everything else at its default: [`API_VERSION`], our own user agent, a new correlation id.
    pub fn new(cloud: impl Into<CloudSource>, login: Login) -> Self {
        Self {
            cloud: cloud.into(),
            login,
            login_choice: None,
            auxiliary_tenants: Vec::new(),
            may_register: true,
            api_version: API_VERSION.to_owned(),
            user_agent: concat!("terraform-provider-gallery/", env!("CARGO_PKG_VERSION")).to_owned(),
            correlation_id: Some(Uuid::new_v4().to_string()),
            root_certificates: Vec::new(),
            pace: Pace::default(),
            share_reads: true,
        }
    }
}

/// A client for one cloud and one login. Clones share connections, token and locks.
#[derive(Clone, Debug)]
pub struct ArmClient {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    cloud_source: CloudSource,
    login: Login,
    login_choice: Option<String>,
    auxiliary_tenants: Vec<TenantId>,
    registration: Arc<Registration>,
    api_version: String,
    pipeline_settings: PipelineSettings,
    /// Created at once if the cloud is known, otherwise by the first request.
    connection: OnceCell<CloudConnection>,
    deletions: ActiveDeletions,
    sharing: Sharing,
    pace: Pace,
}

/// The parts of the client that depend on the cloud.
#[derive(Debug)]
struct CloudConnection {
    http: Http,
    tokens: Arc<Tokens>,
}

impl ArmClient {
    /// Creates a client. No connection is opened and no certificate read before its first request.
    pub fn new(settings: ClientSettings) -> Result<Self, Error> {
        header_text("user agent", &settings.user_agent)?;
        if let Some(id) = &settings.correlation_id {
            header_text("correlation id", id)?;
        }
        let pipeline_settings = PipelineSettings {
            transport: Arc::new(LazyTransport::new(settings.root_certificates)),
            user_agent: settings.user_agent,
            correlation_id: settings.correlation_id,
            pace: settings.pace.clone(),
            now: OffsetDateTime::now_utc,
        };
        let inner = Inner {
            cloud_source: settings.cloud,
            login: settings.login,
            login_choice: settings.login_choice,
            auxiliary_tenants: settings.auxiliary_tenants,
            registration: Arc::new(Registration::new(settings.may_register)),
            api_version: settings.api_version,
            pipeline_settings,
            connection: OnceCell::new(),
            deletions: ActiveDeletions::default(),
            sharing: Sharing::new(settings.share_reads),
            pace: settings.pace,
        };
        if let CloudSource::Known(cloud) = &inner.cloud_source {
            // The cell is new, so nobody else can have filled it.
            let _ = inner.connection.set(inner.build(cloud)?);
        }
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The profiles of galleries.
    pub fn profiles(&self) -> Collection<'_, Profile> {
        Collection::new(self, &self.inner.sharing.profiles)
    }

    /// The versions of profiles.
    pub fn versions(&self) -> Collection<'_, Version> {
        Collection::new(self, &self.inner.sharing.versions)
    }

    /// Virtual machines and scale sets.
    pub fn machines(&self) -> Machines<'_> {
        Machines::new(self)
    }

    /// Roles, their assignments, and the existing operations.
    pub fn authorization(&self) -> Authorization<'_> {
        Authorization::new(self)
    }

    /// The object id of the signed-in principal, if its token can be acquired and names it.
    pub async fn signed_in_as(&self, call: &Call) -> Option<String> {
        let ctx = Context::new().with_value(call.clone());
        let connection = self.inner.connection(call).await.ok()?;
        let tokens = connection.tokens.get(&ctx).await.ok()?;
        object_id(tokens.own.expose())
    }

    /// The id that the requests of this client share.
    pub fn correlation_id(&self) -> Option<&str> {
        self.inner.pipeline_settings.correlation_id.as_deref()
    }

    /// The endpoint of requests, if it is already known.
    #[cfg(any(test, fuzzing))]
    pub(super) fn known_http(&self) -> Option<&Http> {
        self.inner.connection.get().map(|connection| &connection.http)
    }

    /// The endpoint of requests. A metadata host is read the first time.
    async fn http(&self, call: &Call) -> Result<&Http, Error> {
        Ok(&self.inner.connection(call).await?.http)
    }
}

impl Inner {
    async fn connection(&self, call: &Call) -> Result<&CloudConnection, Error> {
        if let Some(connection) = self.connection.get() {
            return Ok(connection);
        }
        let make = || async {
            match &self.cloud_source {
                CloudSource::Known(cloud) => self.build(cloud),
                CloudSource::Published { host, environment } => {
                    let cloud =
                        metadata::fetch(host, environment.as_deref(), &self.pipeline_settings, call).await?;
                    self.build(&cloud)
                }
            }
        };
        self.connection.get_or_try_init(make).await
    }

    fn build(&self, cloud: &Cloud) -> Result<CloudConnection, Error> {
        let pipeline_settings = &self.pipeline_settings;
        let choice = self.login_choice.as_deref();
        let tokens =
            Arc::new(Tokens::new(&self.login, &self.auxiliary_tenants, choice, cloud, pipeline_settings)?);
        let bearer = BearerPolicy::new(cloud.clone(), tokens.clone());
        let pipeline = pipeline_settings.pipeline(Arc::new(WriteLockPolicy::default()), Arc::new(bearer));
        let http = Http {
            pipeline,
            cloud: cloud.clone(),
            api_version: self.api_version.clone(),
            correlation_id: pipeline_settings.correlation_id.clone(),
            pace: self.pace.clone(),
            durations: Arc::new(Durations::new(self.pace.hurry)),
            registration: self.registration.clone(),
        };
        Ok(CloudConnection { http, tokens })
    }
}

/// A header can contain visible ASCII and blanks only; an error here is better than a broken request.
fn header_text(what: &str, text: &str) -> Result<(), Error> {
    if text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(Error::Setup(format!("the {what} {text:?} has characters that a header cannot hold")))
}
