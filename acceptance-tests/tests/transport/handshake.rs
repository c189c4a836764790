//! How the plugin handles its environment and arguments.

#[cfg(unix)]
use acceptance_tests::host::Address;
use acceptance_tests::host::proto::go_plugin::{ConnInfo, GoogleEmpty};
use acceptance_tests::host::proto::health::{HealthCheckRequest, health_check_response::ServingStatus};
use acceptance_tests::host::{Ended, HostIdentity, Launch};

use super::{answers, launch, launches};

/// Runs a plugin that must refuse to serve: one exit code, a reason on stderr, nothing on stdout, nothing on
/// disk.
async fn refusal(launch: Launch) -> String {
    let Ended { status, stdout, stderr, left_behind } = launch.run().await.unwrap();
    assert_eq!(status.code(), Some(1), "{stderr}");
    assert_eq!(stdout, "");
    assert_eq!(left_behind, Vec::<std::path::PathBuf>::new());
    stderr
}

#[tokio::test]
async fn the_schema_is_read_and_a_shutdown_leaves_nothing_behind() {
    let both = || [HostIdentity::p521().unwrap(), HostIdentity::p384().unwrap()];
    for launch in launches().flat_map(|launch| both().map(|identity| launch.clone().identity(identity))) {
        let plugin = launch.start().await.unwrap();
        let mut connection = plugin.connect().await.unwrap();
        answers(&mut connection).await;
        let ended = plugin.shutdown().await.unwrap();
        assert!(ended.status.success(), "{ended:?}");
        assert_eq!(ended.left_behind, Vec::<std::path::PathBuf>::new());
        assert_eq!(ended.stdout, "", "stdout carries the handshake line and nothing else");
        assert_eq!(ended.stderr, "", "no log was requested");
    }
}

#[cfg(unix)]
fn socket(plugin: &acceptance_tests::host::PluginProcess) -> std::path::PathBuf {
    let Address::Unix(path) = &plugin.line().address else { panic!("no Unix socket") };
    path.clone()
}

#[cfg(unix)]
#[tokio::test]
async fn the_socket_is_for_this_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let plugin = launch().start().await.unwrap();
    let socket = socket(&plugin);
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&socket), 0o600);
    assert_eq!(mode(socket.parent().unwrap()), 0o700);
}

#[tokio::test]
async fn every_service_of_go_plugin_answers() {
    for launch in launches() {
        let plugin = launch.start().await.unwrap();
        let mut connection = plugin.connect().await.unwrap();
        let request = HealthCheckRequest { service: "plugin".into() };
        let health = connection.health.check(request).await.unwrap().into_inner();
        assert_eq!(health.status(), ServingStatus::Serving);
        let unknown = HealthCheckRequest { service: "something".into() };
        assert_eq!(connection.health.check(unknown).await.unwrap_err().code(), tonic::Code::NotFound);
        // Both streams stay open and silent until the end, as go-plugin expects.
        let mut stdio = connection.stdio.stream_stdio(GoogleEmpty {}).await.unwrap().into_inner();
        let knocks = tonic::Request::new(tokio_stream_of(ConnInfo { service_id: 1, ..ConnInfo::default() }));
        connection.broker.start_stream(knocks).await.unwrap();
        let quiet = tokio::time::timeout(std::time::Duration::from_millis(50), stdio.message()).await;
        assert!(quiet.is_err(), "{quiet:?}");
        // They must not delay the end either.
        let ended = plugin.shutdown().await.unwrap();
        assert!(ended.status.success(), "{ended:?}");
        assert!(matches!(stdio.message().await, Ok(None) | Err(_)));
    }
}

/// A stream of one message.
fn tokio_stream_of<T: Clone + Send + Sync + 'static>(
    message: T,
) -> impl tonic::codegen::tokio_stream::Stream<Item = T> {
    tonic::codegen::tokio_stream::once(message)
}

#[tokio::test]
async fn a_person_gets_an_explanation() {
    for launch in [
        launch().without("TF_PLUGIN_MAGIC_COOKIE"),
        launch().variable("TF_PLUGIN_MAGIC_COOKIE", ""),
        launch().variable("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f"),
    ] {
        let said = refusal(launch).await;
        assert!(said.contains("This binary is a plugin"), "{said}");
        assert!(said.contains("terraform init") && said.contains("cargo quickstart"), "{said}");
    }
}

#[tokio::test]
async fn garbage_in_the_environment_is_refused_by_name() {
    let certificate = HostIdentity::p521().unwrap().pem();
    let cut = certificate.replace("-----END CERTIFICATE-----", "");
    for (name, garbage, reason) in [
        ("PLUGIN_PROTOCOL_VERSIONS", "six", "a list of numbers"),
        ("PLUGIN_MIN_PORT", "70000", "a port"),
        ("PLUGIN_MAX_PORT", "x", "a port"),
        ("PLUGIN_MIN_PORT", "30000", "above PLUGIN_MAX_PORT 25000"),
        ("PLUGIN_CLIENT_CERT", "garbage", "no certificate in PEM form"),
        ("PLUGIN_CLIENT_CERT", &cut, "no certificate in PEM form"),
        ("PLUGIN_CLIENT_CERT", &certificate.repeat(2), "more than one certificate"),
        ("PLUGIN_NETWORK", "udp", "\"tcp\""),
        #[cfg(unix)]
        ("PLUGIN_UNIX_SOCKET_DIR", &format!("/tmp/{}", "d".repeat(200)), "too long"),
        #[cfg(unix)]
        ("PLUGIN_UNIX_SOCKET_DIR", "/nonexistent", "/nonexistent"),
        #[cfg(unix)]
        ("PLUGIN_UNIX_SOCKET_DIR", "/dev/null", "/dev/null"),
        #[cfg(unix)]
        ("PLUGIN_UNIX_SOCKET_GROUP", "no such group", "/etc/group"),
    ] {
        let said = refusal(launch().variable(name, garbage)).await;
        assert!(said.contains(reason), "{name}={garbage}: {said}");
        assert!(name == "PLUGIN_UNIX_SOCKET_DIR" || said.contains(name), "{name}={garbage}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[tokio::test]
async fn a_host_without_protocol_6_gets_a_line_it_can_parse() {
    let mut plugin = launch().variable("PLUGIN_PROTOCOL_VERSIONS", "5").start().await.unwrap();
    // The host's reader requires "1|6|": go-plugin shows both versions to the user when it reads this.
    assert!(plugin.line().certificate.is_some());
    plugin.kill().unwrap();
    let ended = plugin.ended().await.unwrap();
    assert!(
        ended
            .stderr
            .starts_with("[ERROR] terraform-provider-gallery: this provider speaks plugin protocol 6")
    );
    assert!(ended.stderr.contains("the host offers 5 "), "{}", ended.stderr);
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
}

#[cfg(unix)] // Without a Unix socket there is no file.
#[tokio::test]
async fn a_long_or_missing_temporary_directory_is_replaced() {
    let deep = format!("/tmp/{}", "d".repeat(200));
    for unusable in [deep.as_str(), "/nonexistent/tmp", "/dev/null"] {
        let launch = launch().variable("PLUGIN_UNIX_SOCKET_DIR", "").variable("TMPDIR", unusable);
        let plugin = launch.start().await.unwrap();
        answers(&mut plugin.connect().await.unwrap()).await;
        let socket = socket(&plugin);
        assert!(plugin.shutdown().await.unwrap().status.success());
        assert!(!socket.parent().unwrap().exists());
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_next_start_removes_the_socket_of_a_killed_plugin() {
    let temporary = tempfile::tempdir_in("/tmp").unwrap();
    let start = async || {
        let launch = launch().variable("PLUGIN_UNIX_SOCKET_DIR", "").variable("TMPDIR", temporary.path());
        launch.start().await.unwrap()
    };
    let directories = || std::fs::read_dir(temporary.path()).unwrap().count();
    let live = start().await;
    let killed = start().await;
    assert_eq!(directories(), 2);
    killed.signal("KILL").unwrap();
    killed.ended().await.unwrap();
    assert_eq!(directories(), 2, "it could not clean up");
    let next = start().await;
    answers(&mut next.connect().await.unwrap()).await;
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(10);
    while directories() != 2 {
        assert!(tokio::time::Instant::now() < deadline, "it was not swept");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    answers(&mut live.connect().await.unwrap()).await;
    assert!(next.shutdown().await.unwrap().status.success());
    assert!(live.shutdown().await.unwrap().status.success());
    assert_eq!(directories(), 0);
}

#[cfg(unix)]
#[tokio::test]
async fn a_host_without_certificates_is_served_on_the_private_socket() {
    let plugin = launch().plaintext().start().await.unwrap();
    assert_eq!(plugin.line().certificate, None);
    answers(&mut plugin.connect().await.unwrap()).await;
    assert!(plugin.shutdown().await.unwrap().status.success());
}

#[tokio::test]
async fn version_and_help_are_printed() {
    for (argument, expected) in
        [("--version", "terraform-provider-gallery 0."), ("--help", "usage: "), ("-h", "--debug")]
    {
        let ended = launch().argument(argument).run().await.unwrap();
        assert!(ended.status.success() && ended.stdout.contains(expected), "{ended:?}");
    }
    let ended = launch().argument("--no-such-thing").run().await.unwrap();
    assert_eq!(ended.status.code(), Some(2));
    assert!(ended.stdout.is_empty() && ended.stderr.contains("--no-such-thing"), "{ended:?}");
}

#[tokio::test]
async fn a_log_is_written_as_terraform_reads_it() {
    let plugin = launch().variable("TF_LOG_PROVIDER_GALLERY_PLUGIN", "trace").start().await.unwrap();
    plugin.connect().await.unwrap();
    let ended = plugin.shutdown().await.unwrap();
    let line = ended.stderr.lines().find(|line| line.contains("\"serving\"")).unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["@level"], "debug");
    assert_eq!(line["@module"], "provider.plugin");
    assert_eq!(line["tls"], true);
}
