//! Why the service could not be reached, from the chain of causes: the outermost error alone is not enough.

use super::RequestLine;
use std::error::Error as StdError;
use std::fmt;

/// The kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportKind {
    /// No connection: refused, no such host, no route.
    Connect,
    /// The other side's certificate is not trusted, or TLS failed otherwise. A retry does not help.
    Certificate,
    /// The proxy requires authentication. A retry does not help.
    Proxy,
    /// No response within its time limit.
    Silent,
    /// The connection broke or stalled after it was established.
    Broken,
    /// The request could not be built.
    Request,
}

/// A request without a response.
#[derive(Clone, Debug, PartialEq)]
pub struct TransportError {
    /// The kind of failure.
    pub kind: TransportKind,
    /// The request.
    pub request: RequestLine,
    /// The requested host, with the port.
    pub host: String,
    /// The causes, outermost first, without repetitions.
    pub causes: Vec<String>,
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, request, host, causes } = self;
        match kind {
            TransportKind::Connect => write!(f, "{request} failed, no connection to {host}")?,
            TransportKind::Certificate => write!(f, "{request} failed, no trusted connection to {host}")?,
            TransportKind::Proxy => write!(f, "{request} to {host} failed, the proxy refused")?,
            TransportKind::Silent => write!(f, "{request} failed, {host} did not respond")?,
            TransportKind::Broken => write!(f, "{request} failed, the connection to {host} broke")?,
            TransportKind::Request => write!(f, "{request} to {host} could not be made")?,
        }
        match causes.is_empty() {
            true => Ok(()),
            false => write!(f, ": {}", causes.join(": ")),
        }
    }
}

/// The texts of an error and its causes. Wrappers repeat the text of the wrapped error, so a text that is
/// part of the one before is omitted. Only `Display` is used: `Debug` would print backtraces.
pub(in crate::arm) fn causes(error: &(dyn StdError + 'static)) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        let text = cause.to_string();
        if !text.trim().is_empty() && !texts.iter().any(|earlier| earlier.contains(&text)) {
            texts.push(text);
        }
        next = cause.source();
    }
    texts
}

/// Whether TLS is the reason: the chain contains an error of rustls. An `io::Error` returns its inner error
/// only from `get_ref`, so that is checked too.
pub(in crate::arm) fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        if cause.is::<rustls::Error>() {
            return true;
        }
        let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if inner.is_some_and(|inner| is_tls(inner)) {
            return true;
        }
        next = cause.source();
    }
    false
}
