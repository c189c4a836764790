//! Peers that are not the host: they are refused whatever they try, and the host is served as if they did not
//! exist.

use std::time::Duration;

use acceptance_tests::host::proto::get_provider_schema;
use acceptance_tests::host::{Address, HostIdentity, Launch, Peer, PluginProcess};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep, timeout};

use super::{answers, launches};

/// Whether `peer` gets a response to its first call.
async fn is_served(plugin: &PluginProcess, peer: &Peer) -> bool {
    let Ok(mut connection) = plugin.connect_as(peer).await else { return false };
    let request = get_provider_schema::Request {};
    // Under TLS 1.3 a client is done before the server has checked its certificate.
    connection.provider.get_provider_schema(request).await.is_ok()
}

#[tokio::test]
async fn only_the_certificate_of_the_host_is_served() {
    let own = || [HostIdentity::p521().unwrap(), HostIdentity::p384().unwrap()];
    for (launch, own) in launches().flat_map(|launch| own().map(|own| (launch.clone(), own))) {
        let plugin = launch.identity(own.clone()).start().await.unwrap();
        let other = HostIdentity::p521().unwrap();
        let peer = |identity: Option<HostIdentity>| Peer { identity, tls: true };
        for (who, stranger) in [
            ("no certificate", peer(None)),
            ("another P-521 certificate", peer(Some(other.clone()))),
            ("another P-384 certificate", peer(Some(HostIdentity::p384().unwrap()))),
            ("a copied certificate without its key", peer(Some(own.with_key_of(&other)))),
            ("plaintext", Peer { identity: None, tls: false }),
        ] {
            assert!(!is_served(&plugin, &stranger).await, "{who} was served");
        }
        assert!(is_served(&plugin, &peer(Some(own))).await);
    }
}

#[tokio::test]
async fn http_1_is_refused() {
    // Plaintext is for Unix sockets only.
    let plain = launches().filter(|_| cfg!(unix)).take(1).map(Launch::plaintext);
    for launch in launches().chain(plain) {
        let plugin = launch.start().await.unwrap();
        let mut stream = plugin.line().address.connect().await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        drop(timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await.expect("left open"));
        assert!(!answer.starts_with(b"HTTP/1"), "{answer:?}");
        answers(&mut plugin.connect().await.unwrap()).await;
    }
}

#[tokio::test]
async fn garbage_on_the_socket_is_survived() {
    for launch in launches() {
        let plugin = launch.start().await.unwrap();
        let hello_cut_short = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
        let pieces: [&[u8]; 6] =
            [b"", b"\0", &[0xff; 70_000], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", hello_cut_short, &[0x16; 9]];
        for garbage in pieces {
            let mut stream = plugin.line().address.connect().await.unwrap();
            // The plugin may hang up before it has read all of it.
            drop(stream.write_all(garbage).await);
            drop(stream.shutdown().await);
            let mut answer = Vec::new();
            drop(timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await.expect("left open"));
        }
        answers(&mut plugin.connect().await.unwrap()).await;
        assert!(plugin.shutdown().await.unwrap().status.success());
    }
}

#[tokio::test]
async fn silent_peers_delay_nobody() {
    for launch in launches() {
        let plugin = launch.start().await.unwrap();
        let mut silent = Vec::new();
        // More than may be pending at a time.
        for _ in 0..300 {
            silent.push(plugin.line().address.connect().await.unwrap());
        }
        let connected = timeout(Duration::from_secs(10), plugin.connect()).await.expect("kept waiting");
        answers(&mut connected.unwrap()).await;
        // The oldest have been dropped for others.
        let mut answer = Vec::new();
        let oldest = timeout(Duration::from_secs(10), silent[0].read_to_end(&mut answer)).await;
        assert!(oldest.is_ok(), "the oldest handshake is still pending");
        assert!(plugin.shutdown().await.unwrap().status.success());
    }
}

#[tokio::test]
async fn a_recorded_handshake_cannot_be_replayed() {
    for launch in launches() {
        let plugin = launch.start().await.unwrap();
        // A client hello of the host, replayed by another peer, gets as far as the server's flight and no
        // further: the proof of the key covers both sides' random values. Only what the host has sent can be
        // replayed.
        let recorded = record_host(&plugin).await;
        let mut stream = plugin.line().address.connect().await.unwrap();
        stream.write_all(&recorded).await.unwrap();
        let mut answer = Vec::new();
        drop(timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await.expect("left open"));
        // Most of the server's messages are encrypted, for the recorded host and not for us; its log is not.
        let deadline = Instant::now() + Duration::from_secs(10);
        while !plugin.stderr().contains("a connection was refused") {
            assert!(Instant::now() < deadline, "the replay was not refused: {}", plugin.stderr());
            sleep(Duration::from_millis(5)).await;
        }
        answers(&mut plugin.connect().await.unwrap()).await;
        assert!(plugin.shutdown().await.unwrap().status.success());
    }
}

/// Everything that the host sends in a handshake and a first call, recorded by a proxy between the two.
async fn record_host(plugin: &PluginProcess) -> Vec<u8> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut line = plugin.line().clone();
    let behind = std::mem::replace(&mut line.address, Address::Tcp(listener.local_addr().unwrap()));
    let proxy = tokio::spawn(async move {
        let (host, _) = listener.accept().await.unwrap();
        let (mut from_host, mut to_host) = host.into_split();
        let (mut from_plugin, mut to_plugin) = tokio::io::split(behind.connect().await.unwrap());
        let answering =
            tokio::spawn(async move { drop(tokio::io::copy(&mut from_plugin, &mut to_host).await) });
        let mut recorded = Vec::new();
        let mut piece = vec![0; 1 << 16];
        while let Ok(length @ 1..) = from_host.read(&mut piece).await {
            recorded.extend_from_slice(&piece[..length]);
            to_plugin.write_all(&piece[..length]).await.unwrap();
        }
        answering.abort();
        recorded
    });
    let peer = Peer { identity: plugin.identity().cloned(), tls: true };
    let mut connection = acceptance_tests::host::Connection::open(&line, &peer).await.unwrap();
    answers(&mut connection).await;
    drop(connection);
    proxy.await.unwrap()
}
