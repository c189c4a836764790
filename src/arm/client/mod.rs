//! The client: what a caller holds.
//!
//! ```no_run
//! use std::time::Duration;
//! use terraform_provider_gallery::arm::{ArmClient, Call, Cloud, Login, Secret, Settings, ids::ProfileId};
//! use tokio_util::sync::CancellationToken;
//!
//! # async fn example(id: ProfileId) -> Result<(), terraform_provider_gallery::arm::Error> {
//! let login = Login::ClientSecret {
//!     tenant_id: "contoso.onmicrosoft.com".into(),
//!     client_id: "00000000-0000-0000-0000-000000000000".into(),
//!     client_secret: Secret::new("..."),
//! };
//! let client = ArmClient::new(Settings::new(Cloud::public(), login))?;
//! let call = Call::new(Duration::from_secs(300), CancellationToken::new());
//! let profile = client.profiles().get(&id, &call).await?;
//! # Ok(())
//! # }
//! ```

mod authorization;
mod children;
mod collection;
mod delete;
mod list;
mod sharing;
mod write;

#[cfg(test)]
mod tests;

use super::call::Call;
use super::cloud::Cloud;
use super::error::Error;
use super::exchange::Http;
use super::login::{Login, TokenCache, object_id};
use super::pace::Pace;
use super::pipeline::{BearerPolicy, LazyTransport, Plumbing, TurnPolicy};
use azure_core::http::Context;
use children::Leaving;
use sharing::Sharing;
use std::sync::Arc;
use uuid::Uuid;

pub use authorization::Authorization;
pub use collection::{Profiles, Versions};
pub use delete::Deleted;
pub use list::{Pages, UnreadableEntry};

/// The api-version that is sent when none is set: the first with these types, so the one most clouds have, and the
/// one the shipped az CLI uses for them. Later ones have the same bodies.
pub const API_VERSION: &str = "2024-03-03";

/// How a client is made.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where Azure is.
    pub cloud: Cloud,
    /// How to log in there.
    pub login: Login,
    /// The api-version of every request.
    pub api_version: String,
    /// The user agent of every request.
    pub user_agent: String,
    /// Sent with every request as `x-ms-correlation-request-id`; `None` sends none.
    pub correlation_id: Option<String>,
    /// Certificates in PEM that are trusted besides the system's.
    pub root_certificates: Vec<Vec<u8>>,
    /// How fast things are tried again.
    pub pace: Pace,
    /// Whether reads of several objects under one parent may be answered from one list.
    pub share_reads: bool,
}

impl Settings {
    /// Settings with everything else at its default: [`API_VERSION`], our own user agent, a new correlation id.
    pub fn new(cloud: Cloud, login: Login) -> Self {
        Self {
            cloud,
            login,
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
    http: Http,
    tokens: Arc<TokenCache>,
    leaving: Leaving,
    sharing: Sharing,
    #[cfg(test)]
    transport: Arc<LazyTransport>,
}

impl ArmClient {
    /// Makes a client; no connection is opened and no certificate read before its first request.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let Settings {
            cloud,
            login,
            api_version,
            user_agent,
            correlation_id,
            root_certificates,
            pace,
            share_reads,
        } = settings;
        header_text("user agent", &user_agent)?;
        if let Some(id) = &correlation_id {
            header_text("correlation id", id)?;
        }
        let transport = Arc::new(LazyTransport::new(root_certificates));
        let plumbing =
            Plumbing { transport, user_agent, correlation_id: correlation_id.clone(), pace: pace.clone() };
        let tokens = Arc::new(TokenCache::new(login.credential(&cloud, &plumbing)?, cloud.scope()));
        let bearer = BearerPolicy::new(cloud.clone(), tokens.clone());
        let pipeline = plumbing.pipeline(vec![Arc::new(TurnPolicy::default()), Arc::new(bearer)]);
        Ok(Self {
            inner: Arc::new(Inner {
                http: Http { pipeline, cloud, api_version, correlation_id, pace },
                tokens,
                leaving: Leaving::default(),
                sharing: Sharing::new(share_reads),
                #[cfg(test)]
                transport: plumbing.transport,
            }),
        })
    }

    /// The profiles of galleries.
    pub fn profiles(&self) -> Profiles<'_> {
        Profiles::new(self)
    }

    /// The versions of profiles.
    pub fn versions(&self) -> Versions<'_> {
        Versions::new(self)
    }

    /// Roles, who has them, and the operations there are.
    pub fn authorization(&self) -> Authorization<'_> {
        Authorization::new(self)
    }

    /// The object id of the principal that is signed in, when its token can be had and says so.
    pub async fn signed_in_as(&self, call: &Call) -> Option<String> {
        let ctx = Context::new().with_value(call.clone());
        let token = self.inner.tokens.get(&ctx).await.ok()?;
        object_id(token.expose())
    }

    /// The id that the requests of this client share.
    pub fn correlation_id(&self) -> Option<&str> {
        self.inner.http.correlation_id.as_deref()
    }

    fn http(&self) -> &Http {
        &self.inner.http
    }
}

/// A header can hold visible ASCII and blanks only; better told here than by a broken request.
fn header_text(what: &str, text: &str) -> Result<(), Error> {
    if text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(Error::Setup(format!("the {what} {text:?} has characters that a header cannot hold")))
}
