//! The emulator's own issuers of assertions: GitHub Actions, Azure DevOps and a Kubernetes cluster.
//!
//! Source: the documents of GitHub, Azure DevOps and AKS on their tokens, for the claims and the form of subjects.
//! Their own issuers sign with RS256; these sign with ES256 and have the emulator's address.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::Millis;
use crate::entra::signer::Signer;

/// The audience that Entra requires in an assertion.
pub const AUDIENCE: &str = "api://AzureADTokenExchange";

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// GitHub Actions.
    GitHub,
    /// Azure DevOps.
    AzureDevOps,
    /// A Kubernetes cluster such as AKS.
    Kubernetes,
}

impl Issuer {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::GitHub, Self::AzureDevOps, Self::Kubernetes];

    /// Its word, which is also the first segment of its address.
    pub fn word(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::AzureDevOps => "azure-devops",
            Self::Kubernetes => "kubernetes",
        }
    }

    /// The one with this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|issuer| issuer.word() == word)
    }

    /// The subject of its assertions, unless another is requested.
    pub fn subject(self) -> &'static str {
        match self {
            Self::GitHub => "repo:contoso/allowlists:environment:production",
            Self::AzureDevOps => "sc://contoso/allowlists/azure",
            Self::Kubernetes => "system:serviceaccount:terraform:runner",
        }
    }

    /// The `iss` claim.
    pub fn address(self, base: &str) -> String {
        format!("{base}/{}", self.word())
    }

    /// The issuer with this address, under any loopback name.
    pub fn of_address(address: &str, base: &str) -> Option<Self> {
        let (_, port) = base.rsplit_once(':')?;
        ["127.0.0.1", "localhost", "[::1]"].iter().find_map(|host| {
            let path = address.strip_prefix(&format!("https://{host}:{port}/"))?;
            Self::of_word(path.trim_end_matches('/'))
        })
    }

    /// Its discovery document.
    pub fn openid(self, base: &str) -> Value {
        let address = self.address(base);
        json!({
            "issuer": address,
            "jwks_uri": format!("{address}/.well-known/jwks"),
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public", "pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "scopes_supported": ["openid"],
            "claims_supported": ["sub", "aud", "exp", "iat", "iss", "jti", "nbf"],
        })
    }

    /// An assertion; none if the random source fails.
    pub fn assertion(self, signer: &Signer, base: &str, content: &AssertionContent<'_>) -> Option<String> {
        let from = content.now / 1000;
        signer.sign(&json!({
            "iss": self.address(base),
            "sub": content.subject,
            "aud": content.audience,
            "jti": Uuid::new_v4().to_string(),
            "iat": from,
            "nbf": from.min(from.saturating_add(content.seconds)),
            "exp": from.saturating_add(content.seconds),
        }))
    }
}

/// The content of an assertion.
#[derive(Clone, Copy, Debug)]
pub struct AssertionContent<'a> {
    /// Its subject.
    pub subject: &'a str,
    /// Its audience.
    pub audience: &'a str,
    /// Its time of issue.
    pub now: Millis,
    /// Its lifetime; below zero it has expired already.
    pub seconds: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_known_by_every_name_of_this_machine() {
        let base = "https://127.0.0.1:1";
        assert_eq!(Issuer::of_address("https://localhost:1/github", base), Some(Issuer::GitHub));
        assert_eq!(Issuer::of_address("https://[::1]:1/kubernetes/", base), Some(Issuer::Kubernetes));
        assert_eq!(Issuer::of_address("https://localhost:2/github", base), None);
        assert_eq!(Issuer::of_address("https://token.actions.githubusercontent.com", base), None);
    }
}
