//! Login as an application by an id token of somebody that it trusts (workload identity federation, or OIDC for
//! short). Each exchange takes a fresh one, so that a run may last longer than any of them lives.

mod azure_devops;
mod file;
mod github;
mod request;

#[cfg(test)]
mod tests;

use super::super::error::Error;
use super::super::pipeline::Plumbing;
use super::super::secret::Secret;
use super::claims;
use super::entra::{Entra, Proof, context_of, through};
use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::http::Context;
use std::path::PathBuf;
use time::OffsetDateTime;
use url::Url;

/// The audience that Microsoft Entra expects in an id token, in every cloud unless the federation says otherwise.
pub(super) const AUDIENCE: &str = "api://AzureADTokenExchange";

/// Where id tokens come from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AssertionSource {
    /// One token, given as it is. It cannot be renewed.
    Token(Secret),
    /// A file that somebody keeps fresh. Read at each exchange.
    File {
        /// Where it is.
        path: PathBuf,
        /// Whether it is the one of an AKS pod.
        aks: bool,
    },
    /// GitHub Actions, or whoever answers as it does: a GET with a bearer token, answered with `value`.
    GitHub {
        /// The address to ask.
        url: RequestUrl,
        /// What shows that we may.
        token: Secret,
    },
    /// Azure DevOps: a POST for a service connection, answered with `oidcToken`.
    AzureDevOps {
        /// The address to ask.
        url: RequestUrl,
        /// What shows that we may.
        token: Secret,
        /// The service connection.
        service_connection_id: String,
    },
}

/// An address that gives id tokens: https, or this very machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestUrl(Url);

impl RequestUrl {
    /// Takes the text of an address.
    ///
    /// # Errors
    /// When it is none, or would send the token in the clear.
    pub fn new(text: &str) -> Result<Self, super::AddressError> {
        super::address::confidential(text).map(Self)
    }
}

impl AssertionSource {
    /// When the token ends, where it is given as it is and says so.
    pub fn expires(&self) -> Option<OffsetDateTime> {
        match self {
            Self::Token(token) => OffsetDateTime::from_unix_timestamp(claims::expiry(token.expose())?).ok(),
            _ => None,
        }
    }

    /// The way, for messages.
    pub fn way(&self) -> &'static str {
        match self {
            Self::Token(_) => "OIDC token",
            Self::File { aks: false, .. } => "OIDC token file",
            Self::File { aks: true, .. } => "AKS workload identity",
            Self::GitHub { .. } => "OIDC token request",
            Self::AzureDevOps { .. } => "Azure DevOps service connection",
        }
    }
}

/// Asks Entra for a token with an id token. Keeps none.
#[derive(Debug)]
pub(super) struct Federated {
    entra: Entra,
    assertions: Assertions,
}

/// A source ready to be asked.
#[derive(Debug)]
enum Assertions {
    Token(Secret),
    File(file::TokenFile),
    GitHub(github::GitHub),
    AzureDevOps(azure_devops::AzureDevOps),
}

impl Federated {
    pub(super) fn new(entra: Entra, source: &AssertionSource, plumbing: &Plumbing) -> Self {
        let way = source.way();
        let assertions = match source {
            AssertionSource::Token(token) => Assertions::Token(token.clone()),
            AssertionSource::File { path, .. } => Assertions::File(file::TokenFile::new(way, path)),
            AssertionSource::GitHub { url, token } => {
                Assertions::GitHub(github::GitHub::new(way, &url.0, token, plumbing))
            }
            AssertionSource::AzureDevOps { url, token, service_connection_id } => Assertions::AzureDevOps(
                azure_devops::AzureDevOps::new(way, &url.0, token, service_connection_id, plumbing),
            ),
        };
        Self { entra, assertions }
    }

    async fn assertion(&self, ctx: &Context<'_>) -> Result<Secret, Error> {
        match &self.assertions {
            Assertions::Token(token) => Ok(token.clone()),
            Assertions::File(file) => file.read(),
            Assertions::GitHub(github) => github.ask(ctx).await,
            Assertions::AzureDevOps(devops) => devops.ask(ctx).await,
        }
    }
}

#[async_trait]
impl TokenCredential for Federated {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let ctx = context_of(options.as_ref());
        let work = async {
            let assertion = self.assertion(&ctx).await?;
            self.entra.exchange(Proof::Assertion(&assertion), scopes, &ctx).await
        };
        through(work.await)
    }
}
