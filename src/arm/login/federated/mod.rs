//! Login as an application with an id token from an issuer that it trusts (workload identity federation, or
//! OIDC for short). Each exchange uses a new id token, so a run may last longer than one is valid.

mod file;
mod request;

#[cfg(test)]
mod tests;

use super::super::pipeline::PipelineSettings;
use super::super::secret::Secret;
use super::claims;
use super::entra::ClientCredential;
use async_trait::async_trait;
use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;
use file::TokenFile;
use request::IdTokenRequest;
use std::path::PathBuf;
use time::OffsetDateTime;
use url::Url;

/// The audience that Microsoft Entra expects in an id token, in every cloud unless the federation says otherwise.
pub(super) const AUDIENCE: &str = "api://AzureADTokenExchange";

/// The source of id tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AssertionSource {
    /// One fixed token. It cannot be renewed.
    Token(Secret),
    /// A file that another program renews. Read at each exchange.
    File {
        /// Its path.
        path: PathBuf,
        /// Whether it is the one of an AKS pod.
        aks: bool,
    },
    /// GitHub Actions, or a service with the same interface: a GET with a bearer token, which returns
    /// `value`.
    GitHub {
        /// The address of the request.
        url: RequestUrl,
        /// The token that authorises the request.
        token: Secret,
    },
    /// Azure DevOps: a POST for a service connection, which returns `oidcToken`.
    AzureDevOps {
        /// The address of the request.
        url: RequestUrl,
        /// The token that authorises the request.
        token: Secret,
        /// The service connection.
        service_connection_id: String,
    },
}

/// An address that issues id tokens: https, or on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestUrl(Url);

impl RequestUrl {
    /// Takes the text of an address.
    ///
    /// # Errors
    /// If it is not an address, or would send the token in the clear.
    pub fn new(text: &str) -> Result<Self, super::AddressError> {
        super::address::confidential(text).map(Self)
    }
}

impl AssertionSource {
    /// When the token expires, if it is fixed and has a claim for it.
    pub fn expires(&self) -> Option<OffsetDateTime> {
        match self {
            Self::Token(token) => OffsetDateTime::from_unix_timestamp(claims::expiry(token.expose())?).ok(),
            _ => None,
        }
    }

    /// The login, for messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Token(_) => "OIDC token",
            Self::File { aks: false, .. } => "OIDC token file",
            Self::File { aks: true, .. } => "AKS workload identity",
            Self::GitHub { .. } => "OIDC token request",
            Self::AzureDevOps { .. } => "Azure DevOps service connection",
        }
    }

    /// The credential of an application, ready to use.
    pub(super) fn client_credential(&self, settings: &PipelineSettings) -> ClientCredential {
        let login_name = self.name();
        match self {
            Self::Token(token) => ClientCredential::assertion(FixedToken(token.clone())),
            Self::File { path, .. } => {
                ClientCredential::assertion(TokenFile { login_name, path: path.clone() })
            }
            Self::GitHub { url, token } => {
                ClientCredential::assertion(IdTokenRequest::github(login_name, url, token, settings))
            }
            Self::AzureDevOps { url, token, service_connection_id } => ClientCredential::assertion(
                IdTokenRequest::azure_devops(login_name, url, token, service_connection_id, settings),
            ),
        }
    }
}

/// One id token for every exchange.
#[derive(Debug)]
struct FixedToken(Secret);

#[async_trait]
impl ClientAssertion for FixedToken {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        Ok(self.0.expose().to_owned())
    }
}
