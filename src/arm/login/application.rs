//! Who signs in as an application: a tenant and a client id, both checked once.

use std::fmt;
use std::str::FromStr;

/// Why a setting cannot be used to sign in. Nothing of it is secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApplicationError {
    /// The tenant would not fit an address.
    #[error("the tenant id {0:?} is neither a GUID nor a domain")]
    Tenant(String),
    /// The client id is blank, or no single word.
    #[error("the client id {0:?} is no id")]
    Client(String),
}

/// A directory: a GUID or a domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TenantId(String);

/// An application or identity.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientId(String);

/// An application in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// The directory.
    pub tenant_id: TenantId,
    /// The application.
    pub client_id: ClientId,
}

impl TenantId {
    /// The id as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TenantId {
    type Err = ApplicationError;

    /// Takes letters, digits, dots and hyphens: what a GUID or a domain has, and nothing that could lead an address
    /// elsewhere.
    fn from_str(text: &str) -> Result<Self, ApplicationError> {
        let text = text.trim();
        let fits = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
        let means = text.chars().any(|c| c.is_ascii_alphanumeric());
        if fits && means { Ok(Self(text.to_owned())) } else { Err(ApplicationError::Tenant(text.to_owned())) }
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ClientId {
    /// The id as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientId {
    type Err = ApplicationError;

    fn from_str(text: &str) -> Result<Self, ApplicationError> {
        let text = text.trim();
        let fits = !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(ApplicationError::Client(text.to_owned())) }
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Application {
    /// Takes the tenant and the client id as texts.
    ///
    /// # Errors
    /// When one of them is none.
    pub fn new(tenant_id: &str, client_id: &str) -> Result<Self, ApplicationError> {
        Ok(Self { tenant_id: tenant_id.parse()?, client_id: client_id.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_are_none() {
        assert!("contoso.onmicrosoft.com".parse::<TenantId>().is_ok());
        assert_eq!(" 0b1f6471-1bf0-4dda-aec3-cb9272f09590\n".parse::<TenantId>().unwrap().as_str().len(), 36);
        for bad in ["", " ", "a/b", "a?b", "..", "-", "ä"] {
            assert!(bad.parse::<TenantId>().is_err(), "{bad}");
        }
        for bad in ["", " ", "a b", "ä"] {
            assert!(bad.parse::<ClientId>().is_err(), "{bad}");
        }
    }
}
