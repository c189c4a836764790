//! Entra: tokens, discovery documents, managed identities, and the issuers whose assertions it accepts.

pub mod application;
pub mod assertion;
pub mod discovery;
pub mod endpoint;
pub mod error;
pub mod issuer;
pub mod jwt;
pub mod key;
pub mod managed_identity;
pub mod oidc;
pub mod rejection;
pub mod signer;
pub mod token;

use serde::Serialize;

/// The identity and its tenant.
#[derive(Clone, Debug, Serialize)]
pub struct Identity {
    /// The only tenant.
    pub tenant_id: String,
    /// The only application.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// The object id of its service principal.
    pub object_id: String,
    /// The only subscription.
    pub subscription_id: String,
}

impl Identity {
    /// Whether a path's first segment names the tenant: its id, or one of the names for any tenant. `adfs` is
    /// one of them because MSAL makes no instance discovery for an authority with that path.
    pub fn is_tenant(&self, name: &str) -> bool {
        name.eq_ignore_ascii_case(&self.tenant_id)
            || ["common", "organizations", "adfs"].iter().any(|any| name.eq_ignore_ascii_case(any))
    }
}
