//! The application's registrations in addition to its secret: certificates, federated credentials, its other
//! tenants, and the managed identities of the machine.
//!
//! They come from the command line or from `/emulator/login`.

use std::fmt::Write as _;

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use x509_parser::pem::Pem;

use crate::clock::Millis;
use crate::entra::issuer::{AUDIENCE, Issuer};
use crate::entra::key::PublicKey;

/// The registrations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Certificates, as PEM.
    pub certificates: Vec<String>,
    /// The credentials whose assertions Entra accepts for the application.
    pub federated_credentials: Vec<FederatedCredential>,
    /// The other tenants of the application.
    pub auxiliary_tenants: Vec<String>,
    /// The managed identities of the machine.
    pub managed_identities: ManagedIdentities,
}

impl Default for Application {
    /// No certificate; one federated credential for each of the emulator's own issuers.
    fn default() -> Self {
        Self {
            certificates: Vec::new(),
            federated_credentials: Issuer::ALL.into_iter().map(FederatedCredential::of).collect(),
            auxiliary_tenants: Vec::new(),
            managed_identities: ManagedIdentities::default(),
        }
    }
}

/// One federated credential: all three must match, including case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FederatedCredential {
    /// The `iss` claim. The words `github`, `azure-devops` and `kubernetes` stand for the emulator's own issuers.
    pub issuer: String,
    /// The `sub` claim.
    pub subject: String,
    /// The `aud` claim.
    #[serde(default = "audience")]
    pub audience: String,
    /// The keys of an issuer other than the emulator, `{"keys": [...]}`: it never requests them.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub jwks: Value,
}

fn audience() -> String {
    AUDIENCE.to_owned()
}

impl FederatedCredential {
    fn of(issuer: Issuer) -> Self {
        Self {
            issuer: issuer.word().to_owned(),
            subject: issuer.subject().to_owned(),
            audience: audience(),
            jwks: Value::Null,
        }
    }

    /// Reads `ISSUER,SUBJECT[,AUDIENCE]`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(',').map(str::trim);
        let (issuer, subject) = (parts.next()?, parts.next()?);
        let audience = parts.next().unwrap_or(AUDIENCE);
        let none_is_empty = ![issuer, subject, audience].contains(&"");
        (none_is_empty && parts.next().is_none()).then(|| Self {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            audience: audience.to_owned(),
            jwks: Value::Null,
        })
    }

    /// The issuer's address, with its word resolved.
    pub fn issuer(&self, base: &str) -> String {
        Issuer::of_word(&self.issuer).map_or_else(|| self.issuer.clone(), |issuer| issuer.address(base))
    }
}

/// The managed identities of the machine on which the client runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ManagedIdentities {
    /// Whether the machine has an identity of its own.
    pub system_assigned: bool,
    /// Its user-assigned identities.
    pub user_assigned: Vec<UserAssigned>,
}

/// A user-assigned managed identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserAssigned {
    /// Its application.
    pub client_id: String,
    /// Its service principal.
    pub object_id: String,
    /// Its ARM id.
    pub resource_id: String,
}

impl Default for ManagedIdentities {
    /// One system-assigned and one user-assigned identity.
    fn default() -> Self {
        Self {
            system_assigned: true,
            user_assigned: vec![UserAssigned {
                client_id: "7e4a0000-0000-4000-8000-00000000000a".to_owned(),
                object_id: "7e4a0000-0000-4000-8000-00000000000b".to_owned(),
                resource_id: "/subscriptions/7e4a0000-0000-4000-8000-000000000004/resourceGroups/identities/\
                              providers/Microsoft.ManagedIdentity/userAssignedIdentities/terraform"
                    .to_owned(),
            }],
        }
    }
}

/// A registered certificate, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// SHA-1 over the whole: `x5t`.
    pub sha1: Vec<u8>,
    /// SHA-256 over the whole: `x5t#S256`.
    pub sha256: Vec<u8>,
    /// Its key.
    pub key: PublicKey,
    /// The start of its validity.
    pub from: Millis,
    /// The end of its validity.
    pub until: Millis,
}

impl Certificate {
    /// Reads one from DER.
    pub fn of_der(der: &[u8]) -> Option<Self> {
        let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
        Some(Self {
            sha1: digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref().to_vec(),
            sha256: digest(&SHA256, der).as_ref().to_vec(),
            key: PublicKey::of_certificate(&certificate)?,
            from: certificate.validity().not_before.timestamp().saturating_mul(1000),
            until: certificate.validity().not_after.timestamp().saturating_mul(1000),
        })
    }

    /// Reads every certificate of a PEM text; it skips keys.
    pub fn of_pem(text: &str) -> Vec<Self> {
        Pem::iter_from_buffer(text.as_bytes())
            .filter_map(Result::ok)
            .filter(|block| block.label == "CERTIFICATE")
            .filter_map(|block| Self::of_der(&block.contents))
            .collect()
    }

    /// The thumbprint as people see it.
    pub fn thumbprint(&self) -> String {
        hexadecimal(&self.sha1)
    }
}

/// Bytes as upper-case hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02X}");
        text
    })
}

impl Application {
    /// The same with the members of `change` set; the error names the fault.
    pub fn changed(&self, change: &Value) -> Result<Self, String> {
        let Value::Object(change) = change else { return Err("registrations are a JSON object".to_owned()) };
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        if let Value::Object(members) = &mut all {
            members.extend(change.clone());
        }
        let application: Self = serde_json::from_value(all).map_err(|error| error.to_string())?;
        for pem in &application.certificates {
            if Certificate::of_pem(pem).is_empty() {
                return Err("certificates has an entry that is not a PEM certificate with an RSA or EC key"
                    .to_owned());
            }
        }
        Ok(application)
    }

    /// The registered certificates.
    pub fn keys(&self) -> impl Iterator<Item = Certificate> {
        // The first block of each text is the certificate itself; others are its issuers.
        self.certificates.iter().filter_map(|pem| Certificate::of_pem(pem).into_iter().next())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_federated_credential_is_read_from_one_word() {
        let read = FederatedCredential::parse("https://i, repo:a/b:ref:refs/heads/main").unwrap();
        assert_eq!(
            (read.subject.as_str(), read.audience.as_str()),
            ("repo:a/b:ref:refs/heads/main", AUDIENCE)
        );
        assert_eq!(FederatedCredential::parse("github,s,a").unwrap().issuer("https://h"), "https://h/github");
        for wrong in ["", "i", "i,", "i,s,", "i,s,a,more"] {
            assert!(FederatedCredential::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_change_affects_only_named_members_and_invalid_values_are_refused() {
        let changed = Application::default().changed(&json!({"auxiliary_tenants": ["x"]})).unwrap();
        assert_eq!(changed.auxiliary_tenants, ["x"]);
        assert_eq!(changed.federated_credentials.len(), 3);
        for wrong in [json!({"certificates": ["x"]}), json!({"certificate": []}), json!([])] {
            assert!(Application::default().changed(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn thumbprints_are_those_of_the_certificate() {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate =
            rcgen::CertificateParams::new(vec!["t".to_owned()]).unwrap().self_signed(&key).unwrap();
        let read = Certificate::of_pem(&certificate.pem()).remove(0);
        assert_eq!((read.sha1.len(), read.sha256.len(), read.thumbprint().len()), (20, 32, 40));
        assert_eq!(read, Certificate::of_der(certificate.der()).unwrap());
        assert!(matches!(read.key, PublicKey::P256(_)));
    }
}
