//! The application that signs in: a tenant and a client id, both checked once.

use std::fmt;
use std::str::FromStr;

/// Why a login setting cannot be used. The setting itself is omitted: it may be a secret in the wrong place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApplicationError {
    /// The tenant cannot be part of an address.
    #[error("it is neither a GUID nor a domain")]
    Tenant,
    /// The client id is blank, or more than one word.
    #[error("it is not a client id, which is a GUID")]
    Client,
    /// The client id looks like a secret.
    #[error(
        "it looks like a secret, so it is neither sent nor shown; a client id is a GUID, and a secret \
         belongs in `client_secret` (ARM_CLIENT_SECRET)"
    )]
    Secret,
}

/// A directory: a GUID or a domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TenantId(String);

/// An application or identity: a GUID at Entra, though not at every authority.
#[derive(Clone, PartialEq, Eq, Hash)]
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

    /// Accepts letters, digits, dots and hyphens: what a GUID or a domain has, and nothing that could lead an
    /// address elsewhere.
    fn from_str(text: &str) -> Result<Self, ApplicationError> {
        let text = text.trim();
        let fits = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
        let means = text.chars().any(|c| c.is_ascii_alphanumeric());
        if fits && means && !is_long_word(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ApplicationError::Tenant)
        }
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

impl ClientId {
    /// Whether it can be shown: a GUID, or too short for a secret.
    pub(super) fn is_showable(&self) -> bool {
        is_guid(&self.0) || self.0.len() < 8
    }
}

impl FromStr for ClientId {
    type Err = ApplicationError;

    fn from_str(text: &str) -> Result<Self, ApplicationError> {
        let text = text.trim();
        if text.is_empty() || !text.chars().all(|c| c.is_ascii_graphic()) {
            return Err(ApplicationError::Client);
        }
        // Every secret that Entra creates has a tilde.
        if text.contains('~') || is_long_word(text) {
            return Err(ApplicationError::Secret);
        }
        Ok(Self(text.to_owned()))
    }
}

/// Whether a text is too long for a name and neither a GUID, a domain nor an address.
fn is_long_word(text: &str) -> bool {
    text.len() >= 24 && !text.contains(['.', ':', '/']) && !is_guid(text)
}

fn is_guid(text: &str) -> bool {
    uuid::Uuid::parse_str(text).is_ok()
}

impl fmt::Display for ClientId {
    /// A text that is not a GUID may be a password in the wrong place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_showable() { &self.0 } else { "(not a GUID, not shown)" })
    }
}

impl fmt::Debug for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientId({self})")
    }
}

impl Application {
    /// Takes the tenant and the client id as texts.
    ///
    /// # Errors
    /// If one of them is not valid.
    pub fn new(tenant_id: &str, client_id: &str) -> Result<Self, ApplicationError> {
        Ok(Self { tenant_id: tenant_id.parse()?, client_id: client_id.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_ids_are_errors() {
        assert!("contoso.onmicrosoft.com".parse::<TenantId>().is_ok());
        assert_eq!(" 0b1f6471-1bf0-4dda-aec3-cb9272f09590\n".parse::<TenantId>().unwrap().as_str().len(), 36);
        for bad in ["", " ", "a/b", "a?b", "..", "-", "ä"] {
            assert!(bad.parse::<TenantId>().is_err(), "{bad}");
        }
        for bad in ["", " ", "a b", "ä"] {
            assert!(bad.parse::<ClientId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_secret_in_the_place_of_an_id_is_not_shown() {
        for secret in ["hid8Q~AbcdefghijKlmnopqrstuvWxyz01234567", "hid-AbcdefghijKlmnopqrstuvWxyz01234567+="]
        {
            let error = secret.parse::<ClientId>().unwrap_err();
            assert_eq!(error, ApplicationError::Secret);
            assert!(!format!("{error} {error:?}").contains("hid"));
            let error = secret.parse::<TenantId>().unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hid"));
        }
        let id: ClientId = "hidden-Pa55word".parse().unwrap();
        assert!(!format!("{id} {id:?}").contains("hidden"), "an authority may have such ids");
        for id in ["5a1c0000-0000-4000-8000-000000000001", "c", "https://adfs.example/an/application/of/it"] {
            assert!(id.parse::<ClientId>().is_ok());
        }
    }
}
