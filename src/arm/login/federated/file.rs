//! An id token in a file that another program renews: the kubelet in an AKS pod, a step of a pipeline.

use super::super::super::error::LoginError;
use super::super::super::pipeline::wrap_error;
use super::super::text;
use async_trait::async_trait;
use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;
use std::io::Read as _;
use std::path::PathBuf;

/// Larger than any id token; a wrong path may name any file.
const LARGEST: u64 = 64 << 10;

/// A file with an id token, read at each exchange.
#[derive(Debug)]
pub(super) struct TokenFile {
    pub(super) login_name: &'static str,
    pub(super) path: PathBuf,
}

impl TokenFile {
    /// Reads the current token. The file is small and local, so it is read synchronously.
    fn read(&self) -> Result<String, String> {
        let file = std::fs::File::open(&self.path).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        if bytes.len() as u64 > LARGEST {
            return Err("the file is too large for an id token".to_owned());
        }
        let text = text::decoded(&bytes).ok_or("the file is not text")?;
        text::checked(&text).map(str::to_owned).map_err(|hint| format!("its content {hint}"))
    }
}

#[async_trait]
impl ClientAssertion for TokenFile {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        self.read().map_err(|reason| {
            wrap_error(
                LoginError {
                    login_name: self.login_name,
                    endpoint: format!("the file {}", self.path.display()),
                    description: Some(reason),
                    ..LoginError::default()
                }
                .into(),
            )
        })
    }
}
