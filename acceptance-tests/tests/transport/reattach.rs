//! `--debug`: a provider that is started by hand, to which the real CLI attaches.

use std::path::PathBuf;
use std::process::Stdio;

use acceptance_tests::binaries::binaries;
use acceptance_tests::cli::{Cli, HOW_TO_GET_ONE, SKIP, may_skip};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

const CONFIGURATION: &str = r#"
terraform {
  required_providers {
    gallery = { source = "terraform.local/azure/gallery" }
  }
}

provider "gallery" {}
"#;

/// Starts the provider in debug mode; returns the value of TF_REATTACH_PROVIDERS.
async fn debugged(flag: &str) -> (Child, String) {
    let mut child = Command::new(&binaries().unwrap().provider)
        .arg(flag)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
    let start = if cfg!(windows) { "$env:TF_REATTACH_PROVIDERS = '" } else { "TF_REATTACH_PROVIDERS='" };
    let value = line.trim_end().strip_prefix(start).and_then(|rest| rest.strip_suffix('\''));
    (child, value.unwrap_or_else(|| panic!("{line:?}")).to_owned())
}

/// Presses Ctrl-C; if only a terminal can do that, kills.
async fn end(child: &mut Child) {
    #[cfg(unix)]
    {
        let id = child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", "INT", &id]).status().await.unwrap().success());
        assert!(child.wait().await.unwrap().success());
    }
    #[cfg(not(unix))]
    child.kill().await.unwrap();
}

#[tokio::test]
async fn the_line_says_how_to_attach_and_ctrl_c_cleans_up() {
    for flag in ["--debug", "-debug"] {
        let (mut child, value) = debugged(flag).await;
        let value: serde_json::Value = serde_json::from_str(&value).unwrap();
        let attach = &value["terraform.local/azure/gallery"];
        assert_eq!(attach["Protocol"], "grpc");
        assert_eq!(attach["ProtocolVersion"], 6);
        assert_eq!(attach["Pid"], child.id().unwrap());
        assert_eq!(attach["Test"], true);
        assert_eq!(attach["Addr"]["Network"], if cfg!(unix) { "unix" } else { "tcp" });
        let socket = PathBuf::from(attach["Addr"]["String"].as_str().unwrap());
        assert!(socket.exists() || !cfg!(unix));
        end(&mut child).await;
        assert!(socket.parent().is_none_or(|directory| !directory.exists() || !cfg!(unix)));
    }
}

#[tokio::test]
async fn the_real_cli_attaches_more_than_once() {
    let Some(cli) = command_line() else { return };
    let (mut child, value) = debugged("--debug").await;
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("main.tf"), CONFIGURATION).unwrap();
    let settings = directory.path().join("none.tfrc");
    std::fs::write(&settings, "").unwrap();
    for arguments in
        [&["validate", "-no-color"][..], &["providers", "schema", "-json"], &["validate", "-no-color"]]
    {
        let output = Command::new(&cli)
            .args(arguments)
            .current_dir(directory.path())
            .env("TF_REATTACH_PROVIDERS", &value)
            .env("TF_CLI_CONFIG_FILE", &settings)
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        let (said, complained) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {said}{complained}");
        assert!(child.try_wait().unwrap().is_none(), "the plugin has ended with the command");
    }
    end(&mut child).await;
}

/// The CLI on the PATH; without one, the test fails unless it may be skipped.
fn command_line() -> Option<PathBuf> {
    let found = Cli::find().map(|cli| cli.program.clone());
    if found.is_none() {
        assert!(may_skip(), "{HOW_TO_GET_ONE}; {SKIP}=1 skips this test");
        eprintln!("SKIPPED the_real_cli_attaches_more_than_once: no CLI on the PATH, {SKIP}=1");
    }
    found
}
