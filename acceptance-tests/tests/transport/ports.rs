//! A port instead of a Unix socket: as on Windows, and on every other system on request.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use acceptance_tests::host::{Address, Launch, Network};

use super::{answers, launch};

fn over_tcp(first: u16, last: u16) -> Launch {
    let launch = launch().network(Network::Tcp);
    launch.variable("PLUGIN_MIN_PORT", first.to_string()).variable("PLUGIN_MAX_PORT", last.to_string())
}

/// A port that is in use.
fn taken() -> (TcpListener, u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[tokio::test]
async fn the_first_free_port_of_the_range_is_used() {
    let (_somebody, first) = taken();
    let plugin = over_tcp(first, first.saturating_add(200)).start().await.unwrap();
    let address: SocketAddr = match &plugin.line().address {
        Address::Tcp(address) => *address,
        #[cfg(unix)]
        Address::Unix(path) => panic!("{}", path.display()),
    };
    assert!(address.ip().is_loopback(), "{address}");
    assert!((first + 1..=first.saturating_add(200)).contains(&address.port()), "{address}");
    answers(&mut plugin.connect().await.unwrap()).await;
    assert!(plugin.shutdown().await.unwrap().status.success());
}

#[tokio::test]
async fn a_range_without_a_free_port_is_named() {
    let (_somebody, port) = taken();
    let ended = over_tcp(port, port).run().await.unwrap();
    assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(1), ""));
    let said = format!("no port from {port} to {port} can be opened on 127.0.0.1");
    assert!(ended.stderr.contains(&said), "{}", ended.stderr);
}

#[tokio::test]
async fn a_port_is_not_served_to_a_host_without_a_certificate() {
    let ended = launch().network(Network::Tcp).plaintext().run().await.unwrap();
    assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(1), ""));
    assert!(ended.stderr.contains("PLUGIN_CLIENT_CERT"), "{}", ended.stderr);
}
