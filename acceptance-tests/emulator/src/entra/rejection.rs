//! Entra's errors for assertions that it does not accept.
//!
//! Source: texts in threads of Azure/login, Azure/azure-workload-identity and Microsoft's authentication libraries.

use hyper::StatusCode;

use crate::clock::{Millis, rfc3339};
use crate::entra::application::Certificate;
use crate::entra::error::EntraError;

/// The link for certificates in the texts.
const CERTIFICATES: &str = "https://learn.microsoft.com/entra/identity-platform/certificate-credentials";
/// The link for federated credentials.
const FEDERATION: &str = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation";

fn client(code: u32, text: String) -> EntraError {
    EntraError::new(StatusCode::UNAUTHORIZED, "invalid_client", code, text)
}

fn keys(client: &str) -> String {
    format!(
        "Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id \
         '{client}'."
    )
}

impl EntraError {
    /// An assertion that is not a token.
    pub fn assertion_malformed() -> Self {
        Self::jwt_invalid("JWT token is invalid or malformed.")
    }

    /// A token with an invalid form.
    pub fn jwt_invalid(text: &str) -> Self {
        client(50_027, format!("Invalid JWT token. {text}"))
    }

    /// A header without a thumbprint.
    pub fn thumbprint_missing() -> Self {
        Self::jwt_invalid("No certificate thumbprint specified in token header.")
    }

    /// Another algorithm.
    pub fn algorithm_unsupported(algorithm: &str) -> Self {
        let text = format!(
            "Invalid JWT token. '{algorithm}' is not a supported signature algorithm. Supported signing algorithms \
             are: '{}'.",
            crate::entra::key::ALGORITHMS.join(", ")
        );
        client(5_002_738, text)
    }

    /// A certificate that is not registered.
    pub fn key_unknown(thumbprint: &str, app: &str) -> Self {
        let text = format!(
            "The certificate with identifier used to sign the client assertion is not registered on application. \
             [Reason - The key was not found., Thumbprint of key used by client: '{thumbprint}', {}]",
            keys(app)
        );
        client(700_027, text)
    }

    /// A signature that does not match the registered key.
    pub fn signature_wrong(found: &Certificate, app: &str) -> Self {
        Self::key_refused(
            "The provided signature value did not match the expected signature value.",
            found,
            app,
        )
    }

    /// A registered certificate that is not valid now.
    pub fn key_expired(found: &Certificate, app: &str) -> Self {
        Self::key_refused("The key used is expired.", found, app)
    }

    fn key_refused(reason: &str, found: &Certificate, app: &str) -> Self {
        let text = format!(
            "Client assertion failed signature validation. [Reason - {reason}, Thumbprint of key used by client: \
             '{}', Found key 'Start={}, End={}', {}]",
            found.thumbprint(),
            rfc3339(found.from),
            rfc3339(found.until),
            keys(app)
        );
        client(700_027, text)
    }

    /// Issuer or subject is another application.
    pub fn assertion_of_another() -> Self {
        let text = format!(
            "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation \
             at {CERTIFICATES} ."
        );
        client(700_021, text)
    }

    /// The audience is not this tenant's token endpoint.
    pub fn assertion_for_another() -> Self {
        let text = format!(
            "Client assertion audience claim does not match Realm issuer. Review the documentation at \
             {CERTIFICATES} ."
        );
        client(700_023, text)
    }

    /// Too late, or too early.
    pub fn assertion_expired(now: Millis, from: Option<Millis>, until: Option<Millis>) -> Self {
        let text = format!(
            "Client assertion is not within its valid time range. Current time: {}, assertion valid from {}, expiry \
             time of assertion {}. Review the documentation at {CERTIFICATES} .",
            rfc3339(now),
            rfc3339(from.unwrap_or(0)),
            rfc3339(until.unwrap_or(0))
        );
        client(700_024, text)
    }

    /// No federated credential has this `issuer`, `subject` or `audience`.
    pub fn no_federated_credential(claim: &str, value: &str) -> Self {
        let code = match claim {
            "issuer" => 700_211,
            "audience" => 700_212,
            _ => 700_213,
        };
        let text = format!(
            "No matching federated identity record found for presented assertion {claim} '{value}'. Check your \
             federated identity credential Subject, Audience and Issuer against the presented assertion. \
             {FEDERATION}"
        );
        client(code, text)
    }

    /// A credential has this subject in another case.
    pub fn federated_subject_case(subject: &str) -> Self {
        let text = format!(
            "No matching federated identity record found for presented assertion subject '{subject}'. The subject \
             matches with case-insensitive comparison, but not with case-sensitive comparison. Check your federated \
             identity credential Subject, Audience and Issuer against the presented assertion. {FEDERATION}"
        );
        client(7_002_138, text)
    }

    /// An issuer whose keys are not available.
    pub fn issuer_unreachable() -> Self {
        let text = "Request to External OIDC endpoint failed.".to_owned();
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", 50_166, text)
    }

    /// A key that the issuer does not have.
    pub fn issuer_key_unknown(key: &str, issuer: &str) -> Self {
        let text = format!(
            "The certificate with identifier {key} used to sign the federated credential could not be found in the \
             metadata of identity provider {issuer}. Please validate that your Identity Provider's metadata exposes \
             the key used to sign the incoming token."
        );
        client(7_000_272, text)
    }
}
