//! Login as an application by its secret.

use super::super::secret::Secret;
use super::entra::{Entra, Proof, context_of, through};
use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};

/// The way, for messages.
pub(super) const WAY: &str = "client secret";

/// Asks Entra for a token with a client secret. Keeps none.
#[derive(Debug)]
pub(super) struct ClientSecret {
    entra: Entra,
    secret: Secret,
}

impl ClientSecret {
    pub(super) fn new(entra: Entra, secret: &Secret) -> Self {
        Self { entra, secret: secret.clone() }
    }
}

#[async_trait]
impl TokenCredential for ClientSecret {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let ctx = context_of(options.as_ref());
        through(self.entra.exchange(Proof::Secret(&self.secret), scopes, &ctx).await)
    }
}
