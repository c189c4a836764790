//! Login as an application by its certificate: an assertion that its key has signed.

use super::super::error::{Error, LoginError};
use super::super::secret::Secret;
use super::certificate::Certificate;
use super::entra::{Entra, Proof, context_of, through};
use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};

/// The way, for messages.
pub(super) const WAY: &str = "client certificate";

/// Asks Entra for a token with an assertion signed for it. Keeps none.
#[derive(Debug)]
pub(super) struct ClientCertificate {
    entra: Entra,
    certificate: Certificate,
}

impl ClientCertificate {
    pub(super) fn new(entra: Entra, certificate: &Certificate) -> Self {
        Self { entra, certificate: certificate.clone() }
    }

    fn assertion(&self) -> Result<Secret, Error> {
        let audience = self.entra.endpoint().as_str();
        let assertion = self.certificate.assertion(self.entra.client_id(), audience, self.entra.now());
        assertion.map(Secret::new).ok_or_else(|| {
            LoginError {
                way: WAY,
                endpoint: audience.to_owned(),
                description: Some("the system gave no randomness to sign with".to_owned()),
                ..LoginError::default()
            }
            .into()
        })
    }
}

#[async_trait]
impl TokenCredential for ClientCertificate {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let ctx = context_of(options.as_ref());
        let work = async {
            let assertion = self.assertion()?;
            self.entra.exchange(Proof::Assertion(&assertion), scopes, &ctx).await
        };
        through(work.await)
    }
}
