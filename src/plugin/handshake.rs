//! The variables that go-plugin sets in a plugin's environment, and the one line that the plugin prints.
//!
//! The host starts the binary with a magic cookie, the protocol versions it supports, a range of ports, and
//! its own certificate. The plugin opens a socket and prints `1|6|unix|<path>|grpc|<certificate>` on stdout;
//! from then on they use gRPC. Source: go-plugin's `server.go` and `client.go`, versions 1.4 to 1.7, and
//! Terraform's `internal/plugin/serve.go` for the cookie.
//!
//! go-plugin ignores a malformed variable and serves all the same. This plugin refuses and names the
//! variable, since a host that sets malformed values cannot be relied on.

use std::ffi::OsString;
use std::num::NonZeroU16;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::listener::{Address, SocketOptions};
use super::tls::{ClientCertificateError, PinnedCertificate};

/// The version of go-plugin's own handshake.
const CORE_PROTOCOL_VERSION: u32 = 1;
/// The major version of Terraform's protocol that this layer implements.
pub const PROTOCOL_VERSION: u32 = 6;

/// The variable by which a plugin recognises that Terraform started it, and its value. It is not a secret: it
/// tells people who run the binary by hand that it is a plugin.
pub const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// Our own variable: `tcp` opens a port instead of a Unix socket.
pub const NETWORK: &str = "PLUGIN_NETWORK";

/// The environment, as a function, so that tests need not change the real one.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The host's request.
#[derive(Debug)]
pub struct Handshake {
    /// The socket to open.
    pub(super) socket: SocketOptions,
    /// The only certificate that may connect. Without one, go-plugin expects plaintext.
    pub(super) client: Option<PinnedCertificate>,
    /// The protocol versions that the host offers, if ours is not among them. The handshake line is printed
    /// all the same: go-plugin then reports which versions do not match. Without a line it would report a
    /// wrong architecture.
    pub incompatible: Option<Incompatible>,
}

/// The host and this plugin have no protocol version in common.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "this provider speaks plugin protocol {PROTOCOL_VERSION}, which needs Terraform 1.0 or OpenTofu 1.6 at least; the \
     host offers {0} (PLUGIN_PROTOCOL_VERSIONS)"
)]
pub struct Incompatible(String);

impl Handshake {
    /// Whether only processes of this user can connect: to a Unix socket in a private directory, but not to a
    /// port.
    #[must_use]
    pub const fn is_for_one_user(&self) -> bool {
        self.socket.unix
    }

    /// Reads the variables that go-plugin has set.
    pub fn from_environment(environment: Environment<'_>) -> Result<Self, HandshakeError> {
        match text(environment, COOKIE.0)? {
            None => return Err(HandshakeError::NoCookie),
            Some(cookie) if cookie != COOKIE.1 => return Err(HandshakeError::WrongCookie),
            Some(_) => {}
        }
        let incompatible = negotiate(environment)?;
        let client = text(environment, "PLUGIN_CLIENT_CERT")?
            .map(|pem| PinnedCertificate::from_pem(pem.as_bytes()))
            .transpose()?;
        Ok(Self { socket: SocketOptions::from_environment(environment)?, client, incompatible })
    }

    /// The handshake of a plugin that is started by hand for debugging: no cookie, and no certificate, since
    /// a host that reattaches cannot send one. The socket's directory keeps other users out.
    pub fn for_debugging(environment: Environment<'_>) -> Result<Self, HandshakeError> {
        Ok(Self { socket: SocketOptions::from_environment(environment)?, client: None, incompatible: None })
    }
}

impl SocketOptions {
    fn from_environment(environment: Environment<'_>) -> Result<Self, HandshakeError> {
        let directory =
            environment("PLUGIN_UNIX_SOCKET_DIR").filter(|value| !value.is_empty()).map(PathBuf::from);
        let (first, last) = (port(environment, "PLUGIN_MIN_PORT")?, port(environment, "PLUGIN_MAX_PORT")?);
        let ports = match (first, last) {
            (Some(first), Some(last)) if first > last => {
                return Err(HandshakeError::EmptyPortRange { first: first.get(), last: last.get() });
            }
            (Some(first), Some(last)) => first.get()..=last.get(),
            (Some(first), None) => first.get()..=u16::MAX,
            (None, _) => 0..=0,
        };
        Ok(Self {
            unix: network(environment)?,
            directory,
            temporary: temporary_directory(environment),
            group: text(environment, "PLUGIN_UNIX_SOCKET_GROUP")?,
            ports,
        })
    }
}

/// The line that ends the handshake, without its line feed: where the plugin listens, and its certificate.
/// The base64 has no padding, and the field is empty without TLS: otherwise the host refuses it.
#[must_use]
pub(super) fn line(address: &Address, certificate: Option<&[u8]>) -> String {
    let certificate = certificate.map(|der| STANDARD_NO_PAD.encode(der)).unwrap_or_default();
    format!("{CORE_PROTOCOL_VERSION}|{PROTOCOL_VERSION}|{}|{address}|grpc|{certificate}", address.network())
}

/// Looks for version 6 among those that the host offers. A host that names no version at all is older than
/// the negotiation and is served, as go-plugin does.
fn negotiate(environment: Environment<'_>) -> Result<Option<Incompatible>, HandshakeError> {
    const NAME: &str = "PLUGIN_PROTOCOL_VERSIONS";
    let Some(offered) = text(environment, NAME)? else { return Ok(None) };
    let mut is_offered = false;
    for version in offered.split(',') {
        match version.trim().parse::<u32>() {
            Ok(version) => is_offered |= version == PROTOCOL_VERSION,
            Err(_) => {
                return Err(HandshakeError::malformed(NAME, &offered, "a list of numbers like \"5,6\""));
            }
        }
    }
    Ok((!is_offered).then(|| Incompatible(excerpt(&offered))))
}

/// Whether to open a Unix socket.
fn network(environment: Environment<'_>) -> Result<bool, HandshakeError> {
    match text(environment, NETWORK)?.as_deref() {
        None => Ok(cfg!(unix)),
        Some("unix") if cfg!(unix) => Ok(true),
        Some("tcp") => Ok(false),
        Some(value) => {
            let known = if cfg!(unix) { "\"unix\" or \"tcp\"" } else { "\"tcp\"" };
            Err(HandshakeError::malformed(NETWORK, value, known))
        }
    }
}

/// A port, or `None` if the variable is absent, empty or 0.
fn port(environment: Environment<'_>, name: &'static str) -> Result<Option<NonZeroU16>, HandshakeError> {
    let Some(value) = text(environment, name)? else { return Ok(None) };
    let number: u16 =
        value.trim().parse().map_err(|_| HandshakeError::malformed(name, &value, "a port, 0 to 65535"))?;
    Ok(NonZeroU16::new(number))
}

/// A variable that must be text. An empty one counts as absent, as in go-plugin.
fn text(environment: Environment<'_>, name: &'static str) -> Result<Option<String>, HandshakeError> {
    match environment(name).filter(|value| !value.is_empty()) {
        None => Ok(None),
        Some(value) => value
            .into_string()
            .map(Some)
            .map_err(|value| HandshakeError::malformed(name, &value.to_string_lossy(), "UTF-8")),
    }
}

fn temporary_directory(environment: Environment<'_>) -> PathBuf {
    let variable = if cfg!(windows) { "TEMP" } else { "TMPDIR" };
    let named = environment(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    named.unwrap_or_else(|| if cfg!(unix) { PathBuf::from("/tmp") } else { std::env::temp_dir() })
}

/// The start of a value, printable: an environment may contain anything, of any length.
fn excerpt(value: &str) -> String {
    const SHOWN: usize = 60;
    let shown: String = value.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if value.chars().nth(SHOWN).is_some() { format!("{shown}…") } else { shown }
}

/// Why the handshake fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// Not started by a plugin host.
    #[error("{} is not set: this process was not started by Terraform or OpenTofu", COOKIE.0)]
    NoCookie,
    /// The cookie belongs to plugins of another program.
    #[error("{} is set, but not to Terraform's value: this is a plugin for Terraform and OpenTofu", COOKIE.0)]
    WrongCookie,
    /// A variable that is not in go-plugin's format.
    #[error("{name} is \"{value}\", which is not {expected}")]
    Malformed {
        /// Its name.
        name: &'static str,
        /// The start of its value.
        value: String,
        /// The expected format.
        expected: &'static str,
    },
    /// The range of ports ends before it begins.
    #[error("PLUGIN_MIN_PORT {first} is above PLUGIN_MAX_PORT {last}")]
    EmptyPortRange {
        /// `PLUGIN_MIN_PORT`.
        first: u16,
        /// `PLUGIN_MAX_PORT`.
        last: u16,
    },
    /// The host's certificate cannot be used.
    #[error("PLUGIN_CLIENT_CERT cannot be used: {0}")]
    ClientCertificate(#[from] ClientCertificateError),
}

impl HandshakeError {
    fn malformed(name: &'static str, value: &str, expected: &'static str) -> Self {
        Self::Malformed { name, value: excerpt(value), expected }
    }

    /// Whether a person, not a host, seems to have started the process.
    #[must_use]
    pub fn is_by_hand(&self) -> bool {
        matches!(self, Self::NoCookie | Self::WrongCookie)
    }
}

#[cfg(test)]
mod tests;
