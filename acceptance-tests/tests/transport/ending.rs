//! How the plugin ends, and that it ends only then.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use acceptance_tests::binaries::binaries;
use tokio::process::Command;
use tokio::time::{Instant, sleep};

use super::{answers, launch};

#[tokio::test]
async fn ctrl_c_is_for_the_host_to_decide() {
    let plugin = launch().start().await.unwrap();
    let mut connection = plugin.connect().await.unwrap();
    for _ in 0..3 {
        plugin.signal("INT").await.unwrap();
        sleep(Duration::from_millis(30)).await;
        answers(&mut connection).await;
    }
    assert!(plugin.shutdown().await.unwrap().status.success());
}

#[tokio::test]
async fn other_signals_end_it_and_leave_nothing_behind() {
    for signal in ["TERM", "HUP", "QUIT"] {
        let plugin = launch().start().await.unwrap();
        answers(&mut plugin.connect().await.unwrap()).await;
        plugin.signal(signal).await.unwrap();
        let ended = plugin.ended().await.unwrap();
        assert!(ended.status.success(), "{signal}: {ended:?}");
        assert_eq!(ended.left_behind, Vec::<std::path::PathBuf>::new(), "{signal}");
    }
}

#[tokio::test]
async fn it_does_not_outlive_its_host() {
    let directory = tempfile::tempdir_in("/tmp").unwrap();
    let line = directory.path().join("line");
    let sockets = directory.path().join("sockets");
    std::fs::create_dir(&sockets).unwrap();
    // A host that starts the plugin and dies without a word.
    let mut host = Command::new("sh")
        .args([
            "-c",
            "\"$0\" >\"$1\" 2>/dev/null & while ! grep -q grpc \"$1\"; do sleep 0.02; done; kill -s KILL $$",
        ])
        .arg(&binaries().unwrap().provider)
        .arg(&line)
        .env("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
        .env("PLUGIN_UNIX_SOCKET_DIR", &sockets)
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    host.wait().await.unwrap();
    let is_empty = |directory: &Path| std::fs::read_dir(directory).unwrap().next().is_none();
    let deadline = Instant::now() + Duration::from_secs(15);
    while !is_empty(&sockets) {
        assert!(Instant::now() < deadline, "the plugin has outlived its host");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_killed_plugin_is_noticed_at_once() {
    let plugin = launch().start().await.unwrap();
    let mut connection = plugin.connect().await.unwrap();
    plugin.signal("KILL").await.unwrap();
    assert!(!plugin.ended().await.unwrap().status.success());
    let request = acceptance_tests::host::proto::get_provider_schema::Request {};
    assert_eq!(
        connection.provider.get_provider_schema(request).await.unwrap_err().code(),
        tonic::Code::Unavailable
    );
}
