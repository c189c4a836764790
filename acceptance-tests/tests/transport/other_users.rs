//! Processes of another user. Needs root, to change the user; without root, the tests say that they were
//! skipped.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use acceptance_tests::binaries::binaries;
use acceptance_tests::host::{Address, HostIdentity};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use super::{answers, launch};

/// The user and group that own nothing, on every system.
const NOBODY: u32 = 65_534;
/// The variable with the socket's path for the child process.
const SOCKET: &str = "GALLERY_TEST_SOCKET";

/// Whether this process may become another user.
fn may_change_user(test: &str) -> bool {
    let root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    if !root {
        eprintln!("SKIPPED {test}: only the superuser can start processes of other users");
    }
    root
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// A copy of a program where every user may run it: a checkout may be in a private directory.
fn public_copy(program: &Path) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir_in("/tmp").unwrap();
    set_mode(directory.path(), 0o755);
    let copy = directory.path().join("program");
    std::fs::copy(program, &copy).unwrap();
    set_mode(&copy, 0o755);
    (directory, copy)
}

/// The result of a process of `nobody` at the socket: this test program, run as the test below.
async fn visit(socket: &Path) -> String {
    let (_directory, copy) = public_copy(&std::env::current_exe().unwrap());
    let output = Command::new(copy)
        .args(["--exact", "other_users::visitor", "--ignored", "--nocapture"])
        .env_clear()
        .env(SOCKET, socket)
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY)
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let found = said.lines().find_map(|line| line.split_once("VISITOR: ")).map(|(_, found)| found.to_owned());
    found.unwrap_or_else(|| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
#[ignore = "the other half of the tests here, run by them as another user"]
fn visitor() {
    use std::io::{Read as _, Write as _};
    let socket = std::env::var_os(SOCKET).expect("run by the tests in this file");
    let found = match std::os::unix::net::UnixStream::connect(socket) {
        Err(error) => format!("{:?}", error.kind()),
        Ok(mut stream) => {
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            // As a host without TLS begins. An admitted peer gets settings in return.
            drop(stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"));
            let mut answer = [0; 64];
            match stream.read(&mut answer) {
                Ok(0) => "closed".to_owned(),
                Ok(length) => format!("answered with {length} bytes"),
                Err(error) => format!("{:?}", error.kind()),
            }
        }
    };
    println!("\nVISITOR: {found}");
}

#[tokio::test]
async fn another_user_cannot_reach_the_socket() {
    if !may_change_user("another_user_cannot_reach_the_socket") {
        return;
    }
    // Without certificates, so that only the system keeps others out.
    let plugin = launch().plaintext().start().await.unwrap();
    let Address::Unix(socket) = plugin.line().address.clone() else { panic!("no Unix socket") };
    // The directory that this test has created around the plugin's own is open to all.
    set_mode(socket.parent().unwrap().parent().unwrap(), 0o755);
    assert_eq!(visit(&socket).await, "PermissionDenied");
    // If somebody opens the plugin's directory, the socket's own mode still refuses.
    set_mode(socket.parent().unwrap(), 0o755);
    assert_eq!(visit(&socket).await, "PermissionDenied");
    // If somebody opens that as well, the plugin asks the system for the peer's user.
    set_mode(&socket, 0o666);
    let found = visit(&socket).await;
    assert!(found == "closed" || found == "ConnectionReset", "{found}");
    answers(&mut plugin.connect().await.unwrap()).await;
    assert!(plugin.shutdown().await.unwrap().status.success());
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn the_process_cannot_be_inspected_or_dumped() {
    let plugin = launch().start().await.unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", plugin.id().unwrap())).unwrap();
    let core: Vec<&str> = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max core file size"))
        .unwrap()
        .split_whitespace()
        .collect();
    assert_eq!(core[..2], ["0", "0"], "{limits}");
    assert!(plugin.shutdown().await.unwrap().status.success());

    if !may_change_user("the_process_cannot_be_inspected_or_dumped") {
        return;
    }
    // A dumpable process, which its user may inspect, owns its own files in /proc.
    let (directory, copy) = public_copy(&binaries().unwrap().provider);
    let sockets = directory.path().join("sockets");
    std::fs::create_dir(&sockets).unwrap();
    set_mode(&sockets, 0o777);
    let mut plugin = Command::new(copy)
        .env_clear()
        .env("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
        .env("PLUGIN_UNIX_SOCKET_DIR", &sockets)
        .env("PLUGIN_CLIENT_CERT", HostIdentity::p521().unwrap().pem())
        .uid(NOBODY)
        .gid(NOBODY)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(plugin.stdout.take().unwrap());
    timeout(Duration::from_secs(30), stdout.read_line(&mut line)).await.unwrap().unwrap();
    assert!(line.starts_with("1|6|unix|"), "{line}");
    let id = plugin.id().unwrap();
    let owner = |file: &str| std::fs::metadata(format!("/proc/{id}/{file}")).unwrap().uid();
    assert_eq!(std::fs::metadata(format!("/proc/{id}/status")).unwrap().mode() & 0o222, 0);
    for file in ["environ", "mem", "maps"] {
        assert_eq!(owner(file), 0, "{file} is open to every process of the same user");
    }
    plugin.kill().await.unwrap();
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).await.unwrap();
}
