//! How the plugin ends, and that it ends only then.

use std::process::Stdio;
use std::time::Duration;

use acceptance_tests::host::{Address, Network};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use tokio::time::{Instant, sleep, timeout};

use super::{answers, launch, launches};

/// The file in which the killed host writes the plugin's address.
const PLUGIN: &str = "PLUGIN: ";

#[tokio::test]
#[ignore = "the host of the test below, run as a process of its own"]
async fn a_host_that_is_killed() {
    let network = std::env::var("GALLERY_TEST_NETWORK").expect("run by the test below");
    let plugin = launch().variable("PLUGIN_NETWORK", &network).start().await.unwrap();
    let mut connection = plugin.connect().await.unwrap();
    answers(&mut connection).await;
    let address = match &plugin.line().address {
        #[cfg(unix)]
        Address::Unix(path) => path.display().to_string(),
        Address::Tcp(address) => address.to_string(),
    };
    println!("\n{PLUGIN}{address}");
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn the_plugin_does_not_outlive_its_host() {
    for network in Network::ALL {
        let mut host = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "ending::a_host_that_is_killed", "--ignored", "--nocapture"])
            .env("GALLERY_TEST_NETWORK", network.name())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(host.stdout.take().unwrap()).lines();
        let address = loop {
            let line = timeout(Duration::from_secs(60), lines.next_line()).await.unwrap().unwrap();
            if let Some((_, address)) = line.expect("the host has ended").split_once(PLUGIN) {
                break Address::parse(network.name(), address).unwrap();
            }
        };
        drop(address.connect().await.expect("it is there"));
        host.kill().await.unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while address.connect().await.is_ok() {
            assert!(Instant::now() < deadline, "{network:?}: the plugin has outlived its host");
            sleep(Duration::from_millis(50)).await;
        }
    }
}

#[cfg(unix)] // Elsewhere it takes two minutes.
#[tokio::test]
async fn the_plugin_does_not_outlive_a_host_that_never_connects() {
    let directory = tempfile::tempdir_in("/tmp").unwrap();
    let line = directory.path().join("line");
    let sockets = directory.path().join("sockets");
    std::fs::create_dir(&sockets).unwrap();
    // A host that starts the plugin and then dies.
    let mut host = Command::new("sh")
        .args([
            "-c",
            "\"$0\" >\"$1\" 2>/dev/null & while ! grep -q grpc \"$1\"; do sleep 0.02; done; kill -s KILL $$",
        ])
        .arg(&acceptance_tests::binaries::binaries().unwrap().provider)
        .arg(&line)
        .env("TF_PLUGIN_MAGIC_COOKIE", acceptance_tests::host::COOKIE)
        .env("PLUGIN_UNIX_SOCKET_DIR", &sockets)
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    host.wait().await.unwrap();
    let is_empty = |directory: &std::path::Path| std::fs::read_dir(directory).unwrap().next().is_none();
    let deadline = Instant::now() + Duration::from_secs(15);
    while !is_empty(&sockets) {
        assert!(Instant::now() < deadline, "the plugin has outlived its host");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_host_that_loses_its_connection_may_make_another() {
    for launch in launches() {
        let plugin = launch.start().await.unwrap();
        for _ in 0..2 {
            answers(&mut plugin.connect().await.unwrap()).await;
        }
        let connection = plugin.connect().await.unwrap();
        // Longer than a host may be without a connection.
        sleep(Duration::from_secs(6)).await;
        answers(&mut connection.clone()).await;
        drop(connection);
        let ended = plugin.ended().await.unwrap();
        assert!(ended.status.success(), "{ended:?}");
        assert_eq!(ended.left_behind, Vec::<std::path::PathBuf>::new());
    }
}

#[tokio::test]
async fn a_killed_plugin_is_noticed_at_once() {
    let mut plugin = launch().start().await.unwrap();
    let mut connection = plugin.connect().await.unwrap();
    plugin.kill().unwrap();
    assert!(!plugin.ended().await.unwrap().status.success());
    let request = acceptance_tests::host::proto::get_provider_schema::Request {};
    let status = connection.provider.get_provider_schema(request).await.unwrap_err();
    // A connection that ends in the middle of a call has one of three codes, depending on what is read last.
    let codes = [tonic::Code::Unavailable, tonic::Code::Cancelled, tonic::Code::Unknown];
    assert!(codes.contains(&status.code()), "{status}");
}
