//! The addresses that a login sends secrets to, and which of them may use plain http.

use super::super::cloud::is_loopback;
use std::net::Ipv4Addr;
use url::{Host, Url};

/// Why an address cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// The text is not a web address.
    #[error("it is not a web address: {0}")]
    NotAUrl(String),
    /// Plain http to another machine.
    #[error("it uses plain http to {0}, which would send a secret in the clear; use https")]
    PlainHttp(String),
}

/// Takes an address that a secret is sent to: https, or plain http on loopback.
pub(super) fn confidential(text: &str) -> Result<Url, AddressError> {
    address(text, is_loopback)
}

/// Takes the address of an endpoint for managed identities from a user: plain http is also accepted for
/// link-local addresses, where virtual machines have that endpoint.
pub(super) fn of_machine(text: &str) -> Result<Url, AddressError> {
    address(text, |url| is_loopback(url) || is_link_local(url))
}

/// Takes the address of an endpoint for managed identities from the platform's environment: plain http is
/// also accepted for private addresses, where App Service on Linux has its endpoint.
pub(super) fn of_platform(text: &str) -> Result<Url, AddressError> {
    address(text, |url| is_loopback(url) || is_link_local(url) || ipv4(url).is_some_and(|a| a.is_private()))
}

fn address(text: &str, is_near: impl Fn(&Url) -> bool) -> Result<Url, AddressError> {
    let url = Url::parse(text.trim()).map_err(|error| AddressError::NotAUrl(error.to_string()))?;
    let host = url.host_str().unwrap_or_default().to_owned();
    if host.is_empty() {
        return Err(AddressError::NotAUrl("it has no host".to_owned()));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_near(&url) => Ok(url),
        "http" => Err(AddressError::PlainHttp(host)),
        other => Err(AddressError::NotAUrl(format!("only https is supported, not {other}"))),
    }
}

fn is_link_local(url: &Url) -> bool {
    ipv4(url).is_some_and(|address| address.is_link_local())
}

fn ipv4(url: &Url) -> Option<Ipv4Addr> {
    match url.host() {
        Some(Host::Ipv4(address)) => Some(address),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_depends_on_the_source_of_the_address() {
        for (text, expected) in [
            ("https://login.example/x", [true, true, true]),
            ("http://127.0.0.1:8/x", [true, true, true]),
            ("http://localhost:8/x", [true, true, true]),
            ("http://169.254.169.254/metadata", [false, true, true]),
            ("http://172.16.1.3:8081/msi/token", [false, false, true]),
            ("http://10.0.0.1/", [false, false, true]),
            ("http://172.32.0.1/", [false, false, false]),
            ("http://169.254.169.254.example/", [false, false, false]),
            ("http://token.example/", [false, false, false]),
            ("ftp://127.0.0.1/", [false, false, false]),
            ("", [false, false, false]),
            ("nonsense", [false, false, false]),
        ] {
            let found = [confidential(text).is_ok(), of_machine(text).is_ok(), of_platform(text).is_ok()];
            assert_eq!(found, expected, "{text}");
        }
    }
}
