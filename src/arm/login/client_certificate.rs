//! Login as an application with its certificate: an assertion that its key has signed, a new one for each
//! token.

use super::super::error::LoginError;
use super::super::pipeline::wrap_error;
use super::application::ClientId;
use super::certificate::Certificate;
use async_trait::async_trait;
use azure_core::http::{ClientMethodOptions, Url};
use azure_identity::ClientAssertion;
use time::OffsetDateTime;

/// The login, for messages.
pub(super) const LOGIN_NAME: &str = "client certificate";

/// Signs assertions for one application and one token endpoint.
#[derive(Debug)]
pub(super) struct SignedAssertion {
    pub(super) certificate: Certificate,
    pub(super) client_id: ClientId,
    pub(super) endpoint: Url,
    pub(super) now: fn() -> OffsetDateTime,
}

#[async_trait]
impl ClientAssertion for SignedAssertion {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        let audience = self.endpoint.as_str();
        self.certificate.assertion(self.client_id.as_str(), audience, (self.now)()).ok_or_else(|| {
            wrap_error(
                LoginError {
                    login_name: LOGIN_NAME,
                    endpoint: audience.to_owned(),
                    description: Some("the system gave no randomness to sign with".to_owned()),
                    ..LoginError::default()
                }
                .into(),
            )
        })
    }
}
