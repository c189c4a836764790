//! A host double: starts the provider's binary as go-plugin does and uses the real socket and real TLS.
//!
//! The connection handles messages, not values. On top of it a [`Host`] runs plans, applies and refreshes as
//! the real ones do, and checks every response against their [`rules`]. It tests responses that the real CLI
//! hides, features that the installed CLI does not have, and peers that the real CLI never is.

mod address;
mod calls;
mod connection;
mod corpus;
mod crowd;
mod handshake;
mod identity;
mod offer;
mod process;
pub mod proto;
mod recorded;
pub mod release;
pub mod rules;
pub mod schema;
pub mod sequence;
mod session;
mod storage;

// The unit tests of the server own this certificate and need it too.
#[path = "../../src/plugin/tls/tests/p521.rs"]
mod p521;

pub use address::{Address, Network, Stream};
pub use calls::Calls;
pub use connection::{Connection, Peer};
pub use corpus::{Script, Step};
pub use crowd::{Crowd, Member};
pub use handshake::HandshakeLine;
pub use identity::HostIdentity;
pub use offer::Offer;
pub use process::{COOKIE, Ended, Launch, PluginProcess};
pub use recorded::Recording;
pub use release::{FEATURES, Feature, Program, Release};
pub use session::{CallError, CallResult, Host, Object, Outcome, Plan, ProviderBlock, Stopper};

/// Why the plugin could not be started or reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// The binary cannot be run, or its pipes cannot be read.
    #[error("the plugin process: {0}")]
    Process(#[from] std::io::Error),
    /// It ended without the handshake line.
    #[error("the plugin ended ({status}) before the handshake; it said:\n{stderr}")]
    Ended {
        /// How it ended.
        status: std::process::ExitStatus,
        /// What it wrote to stderr.
        stderr: String,
    },
    /// It did not finish in time.
    #[error("the plugin did not {0} in time")]
    Late(&'static str),
    /// The line is not go-plugin's.
    #[error("not a handshake line ({reason}): {line:?}")]
    Line {
        /// The line.
        line: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// TLS cannot be set up on this side.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// A certificate cannot be made.
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The plugin does not accept the connection.
    #[error("connection: {0}")]
    Connection(#[from] tonic::transport::Error),
}
