//! Acquiring tokens for Azure Resource Manager.
//!
//! Each login is a variant of [`Login`] and a credential in a file of its own. A credential is azure_core's
//! [`TokenCredential`]; it need not keep tokens, the [`TokenCache`] in front of it does. azure_identity
//! builds the token request of every login but one: `entra` is the application's, whose logins differ in
//! their credential, and `azure_cli` runs the az CLI. Managed identities are implemented here, since
//! azure_identity 1.0 has no configurable endpoint, no Azure Arc, no Cloud Shell, and no resource id on App
//! Service.

mod address;
mod answer;
mod application;
mod azure_cli;
mod certificate;
mod child;
mod claims;
mod client_certificate;
#[cfg(test)]
mod double;
mod entra;
mod federated;
mod managed_identity;
mod sender;
pub mod text;
mod token_cache;
mod tokens;

use super::cloud::Cloud;
use super::error::Error;
use super::pipeline::PipelineSettings;
use super::secret::Secret;
use azure_core::credentials::TokenCredential;
use std::sync::Arc;

pub use address::AddressError;
pub use application::{Application, ApplicationError, ClientId, TenantId};
pub use certificate::{Certificate, CertificateError};
pub use federated::{AssertionSource, RequestUrl};
pub use managed_identity::{IdentityEndpoint, IdentitySelector, MachineUrl, ManagedIdentity, NoUserAssigned};

pub(super) use claims::object_id;
pub(super) use sender::send_until_json;
pub(super) use tokens::{TokenSet, Tokens};

use azure_cli::{AzProcess, AzureCli};
use client_certificate::SignedAssertion;
use entra::{ClientCredential, Entra, token_endpoint};
use managed_identity::ManagedIdentityCredential;
use token_cache::TokenCache;

/// The login with a client secret, for messages.
const CLIENT_SECRET: &str = "client secret";

/// A login. No request is made before the first request to Azure.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Login {
    /// As an application, with its secret.
    ClientSecret {
        /// The application.
        application: Application,
        /// Its secret.
        secret: Secret,
    },
    /// As an application, with its certificate.
    ClientCertificate {
        /// The application.
        application: Application,
        /// Its certificate and key.
        certificate: Certificate,
    },
    /// As an application, with a token from an issuer that it trusts: a pipeline, a cluster.
    Federated {
        /// The application.
        application: Application,
        /// The source of such a token.
        assertion: AssertionSource,
    },
    /// As the machine or service that this process runs on.
    ManagedIdentity(ManagedIdentity),
    /// As the az CLI's user.
    AzureCli {
        /// The tenant to sign in to.
        tenant_id: Option<TenantId>,
        /// Without a tenant: the subscription whose account is used.
        subscription_id: Option<String>,
    },
}

impl Login {
    /// The login, for messages.
    pub fn name(&self) -> &'static str {
        match self {
            Login::ClientSecret { .. } => CLIENT_SECRET,
            Login::ClientCertificate { .. } => client_certificate::LOGIN_NAME,
            Login::Federated { assertion, .. } => assertion.name(),
            Login::ManagedIdentity(_) => managed_identity::LOGIN_NAME,
            Login::AzureCli { .. } => azure_cli::LOGIN_NAME,
        }
    }

    /// Whether it can sign in to further tenants. A managed identity has its own only.
    pub fn supports_other_tenants(&self) -> bool {
        !matches!(self, Login::ManagedIdentity(_))
    }

    /// The same login in another tenant.
    fn in_tenant(&self, tenant: &TenantId) -> Option<Self> {
        let mut other = self.clone();
        match &mut other {
            Login::ClientSecret { application, .. }
            | Login::ClientCertificate { application, .. }
            | Login::Federated { application, .. } => {
                application.tenant_id = tenant.clone();
            }
            Login::AzureCli { tenant_id, .. } => *tenant_id = Some(tenant.clone()),
            Login::ManagedIdentity(_) => return None,
        }
        Some(other)
    }

    /// The service that issues tokens, for messages.
    fn token_source(&self, cloud: &Cloud) -> String {
        match self {
            Login::ManagedIdentity(identity) => sender::address(identity.endpoint.url()),
            Login::AzureCli { .. } => azure_cli::COMMAND.to_owned(),
            _ => cloud.authority().origin().ascii_serialization(),
        }
    }

    /// The credential for this login.
    fn credential(
        &self,
        cloud: &Cloud,
        settings: &PipelineSettings,
    ) -> Result<Arc<dyn TokenCredential>, Error> {
        let entra = |application, endpoint, credential| -> Arc<dyn TokenCredential> {
            Arc::new(Entra::new(self.name(), application, endpoint, credential, settings))
        };
        Ok(match self {
            Login::ClientSecret { application, secret } => {
                let endpoint = token_endpoint(application, cloud)?;
                entra(application, endpoint, ClientCredential::Secret(secret.clone()))
            }
            Login::ClientCertificate { application, certificate } => {
                let endpoint = token_endpoint(application, cloud)?;
                let signed = SignedAssertion {
                    certificate: certificate.clone(),
                    client_id: application.client_id.clone(),
                    endpoint: endpoint.clone(),
                    now: settings.now,
                };
                entra(application, endpoint, ClientCredential::assertion(signed))
            }
            Login::Federated { application, assertion } => {
                entra(application, token_endpoint(application, cloud)?, assertion.client_credential(settings))
            }
            Login::ManagedIdentity(identity) => Arc::new(ManagedIdentityCredential::new(identity, settings)),
            Login::AzureCli { tenant_id, subscription_id } => {
                Arc::new(AzureCli::new(tenant_id.as_ref(), subscription_id.as_deref(), AzProcess::default())?)
            }
        })
    }
}
