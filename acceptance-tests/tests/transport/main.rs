//! The real binary through the real handshake and real TLS: the guarantees of the transport, whatever the
//! provider does.

// clippy.toml allows panics in tests; the code that tests share counts as a test here too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod ending;
mod handshake;
mod hostile;
mod load;
#[cfg(unix)]
mod other_users;
mod ports;
mod reattach;
mod secrets;
mod signals;
mod slow;
mod strangers;

use acceptance_tests::binaries::binaries;
use acceptance_tests::host::proto::get_provider_schema;
use acceptance_tests::host::{Connection, Launch, Network};

/// A launch of the provider as Terraform starts it.
fn launch() -> Launch {
    Launch::new(&binaries().unwrap_or_else(|error| panic!("{error}")).provider).unwrap()
}

/// The same over every kind of socket that this system has.
fn launches() -> impl Iterator<Item = Launch> {
    Network::ALL.iter().map(|network| launch().network(*network))
}

/// The most memory the process has ever had resident, in kB.
#[cfg(target_os = "linux")]
fn peak_memory(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// A call that every provider answers: the plugin is alive, and serves this connection.
async fn answers(connection: &mut Connection) {
    let request = get_provider_schema::Request {};
    let schema = connection.provider.get_provider_schema(request).await.unwrap().into_inner();
    assert!(schema.provider.is_some(), "no provider schema");
    assert!(schema.diagnostics.is_empty(), "{:?}", schema.diagnostics);
}
