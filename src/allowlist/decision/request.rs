//! A request as the guest agent sees it: its target, and the calling process.

use super::super::decoding::lowered;
use super::super::{Endpoint, OsType, UnknownWord};
use super::target::Target;

/// The destination of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Destination {
    /// One of the three endpoints that rules exist for.
    Host(Endpoint),
    /// The agent's own listener, 127.0.0.1:3080.
    Agent,
    /// Any other destination.
    Other,
}

impl From<Endpoint> for Destination {
    fn from(endpoint: Endpoint) -> Self {
        Self::Host(endpoint)
    }
}

impl Destination {
    /// The destination with this address and port (`proxy_authorizer.rs`, lines 213-230).
    pub fn at(ip: &str, port: u16) -> Self {
        match (ip, port) {
            ("169.254.169.254", 80) => Self::Host(Endpoint::Imds),
            ("168.63.129.16", 80) => Self::Host(Endpoint::WireServer),
            ("168.63.129.16", 32526) => Self::Host(Endpoint::HostGaPlugin),
            ("127.0.0.1", 3080) => Self::Agent,
            _ => Self::Other,
        }
    }
}

impl std::str::FromStr for Destination {
    type Err = UnknownWord;

    /// Accepts the name of an endpoint in any case.
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        text.parse::<Endpoint>().map(Self::Host)
    }
}

/// One request with the claims about its caller (`proxy.rs`, lines 173-250).
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Its destination.
    pub destination: Destination,
    /// The operating system, which determines how paths of executables are compared.
    pub os_type: OsType,
    /// The method, in capitals as in HTTP.
    pub method: &'a str,
    /// The request target as received: path and query, or one of the other forms of HTTP.
    pub url: &'a str,
    /// Account name, without a domain.
    pub user_name: &'a str,
    /// Names of the account's groups.
    pub user_groups: &'a [String],
    /// Full path of the executable file.
    pub exe_path: &'a str,
    /// The last component of that path. The agent derives it; this code does not.
    pub process_name: &'a str,
    /// Whether the caller is elevated.
    pub elevated: bool,
}

impl<'a> Request<'a> {
    /// A request by an unspecified caller: GET, Linux, not elevated, everything else empty.
    pub const fn new(destination: Destination, url: &'a str) -> Self {
        Self {
            destination,
            os_type: OsType::Linux,
            method: "GET",
            url,
            user_name: "",
            user_groups: &[],
            exe_path: "",
            process_name: "",
            elevated: false,
        }
    }

    /// Whether the agent accepts the method at all (`proxy_server.rs`, lines 394-404).
    pub fn has_known_method(&self) -> bool {
        ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"].contains(&self.method)
    }

    /// Whether elevated callers may always make this request (`hyper_client.rs`, lines 557-565). The whole
    /// target is compared, lower-cased, not decoded, and only in the form without a host.
    pub fn is_on_skip_list(&self, target: &Target<'_>) -> bool {
        let is = |path: &str, query: Option<&str>| {
            let same = |a: Option<&str>, b: Option<&str>| match (a, b) {
                (Some(a), Some(b)) => lowered(a) == b,
                (None, None) => true,
                _ => false,
            };
            target.is_origin_form && lowered(target.path) == path && same(target.query, query)
        };
        match self.method {
            "PUT" => is("/vmagentlog", None),
            "POST" => is("/machine/", Some("comp=telemetrydata")),
            _ => false,
        }
    }
}
