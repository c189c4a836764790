//! Why no token could be acquired.

use super::TransportError;
use std::fmt;

/// The whole response of the authority, or why there was none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoginError {
    /// The login, in words: `client secret`.
    pub login_name: &'static str,
    /// The address of the request.
    pub endpoint: String,
    /// The HTTP status; absent if there was no response.
    pub status: Option<u16>,
    /// OAuth's error word, such as `invalid_client`.
    pub error: Option<String>,
    /// Entra's text, whole, with its AADSTS code.
    pub description: Option<String>,
    /// Entra's numbers, such as 7000215.
    pub codes: Vec<i64>,
    /// Entra's id of this request, for support.
    pub trace_id: Option<String>,
    /// Entra's correlation id.
    pub correlation_id: Option<String>,
    /// Why there was no response.
    pub transport: Option<Box<TransportError>>,
    /// Whether there was no usable response within the login's time limit.
    pub timed_out: bool,
    /// Whether the program for the login is not installed.
    pub not_installed: bool,
    /// How the login was chosen: what was set, from where, and why not the others.
    pub choice: Option<String>,
}

impl From<LoginError> for super::Error {
    fn from(error: LoginError) -> Self {
        Self::Login(Box::new(error))
    }
}

impl fmt::Display for LoginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { login_name, endpoint, status, error, description, transport, .. } = self;
        if let Some(transport) = transport {
            return write!(f, "no token by {login_name}: {transport}");
        }
        write!(f, "no token by {login_name} from {endpoint}")?;
        if let Some(status) = status {
            write!(f, ", status {status}")?;
        }
        match (description, error) {
            (Some(text), _) | (None, Some(text)) => write!(f, ": {}", text.trim()),
            (None, None) => Ok(()),
        }
    }
}
