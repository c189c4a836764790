//! How a token for Azure Resource Manager is had.
//!
//! Each way of logging in is a variant of [`Login`] and a credential in a file of its own. A credential is azure_core's
//! [`TokenCredential`], so azure_identity's fit as they are; it need not keep tokens, the [`TokenCache`] in front of
//! it does.

mod claims;
mod client_secret;
mod token_cache;

use super::cloud::Cloud;
use super::error::Error;
use super::pipeline::Plumbing;
use super::secret::Secret;
use azure_core::credentials::TokenCredential;
use std::sync::Arc;

pub(super) use claims::object_id;
pub(super) use token_cache::TokenCache;

/// A way to log in. Nothing is asked of Entra before the first request to Azure.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Login {
    /// As an application, by its secret.
    ClientSecret {
        /// The directory: a GUID or a domain.
        tenant_id: String,
        /// The application.
        client_id: String,
        /// Its secret.
        client_secret: Secret,
    },
}

impl Login {
    /// The credential for this way, after a check of what can be checked without the network.
    pub(super) fn credential(
        &self,
        cloud: &Cloud,
        plumbing: &Plumbing,
    ) -> Result<Arc<dyn TokenCredential>, Error> {
        match self {
            Login::ClientSecret { tenant_id, client_id, client_secret } => {
                let credential =
                    client_secret::ClientSecret::new(tenant_id, client_id, client_secret, cloud, plumbing)?;
                Ok(Arc::new(credential))
            }
        }
    }
}
