//! `cargo quickstart`, as a newcomer runs it.

use std::env::consts::EXE_EXTENSION;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use acceptance_tests::cli::{Cli, NAMES};
use acceptance_tests::host::{Feature, Release};
use acceptance_tests::scenario::with_cli;
use acceptance_tests::stop;

/// The quickstart, with this program as the only one of its kind.
fn quickstart(cli: &Cli, directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    command.arg(directory.join("story")).stdin(Stdio::null()).env("PATH", path_with_only(cli, directory));
    command
}

/// The PATH with this program and none of the others.
fn path_with_only(cli: &Cli, directory: &Path) -> OsString {
    let own = directory.join("bin");
    std::fs::create_dir_all(&own).unwrap();
    let file = own.join(cli.program.file_name().unwrap());
    std::fs::hard_link(&cli.program, &file)
        .or_else(|_| std::fs::copy(&cli.program, &file).map(drop))
        .unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let has_one = |at: &Path| NAMES.iter().any(|name| at.join(name).with_extension(EXE_EXTENSION).exists());
    let others = std::env::split_paths(&path).filter(|at| !has_one(at));
    std::env::join_paths(std::iter::once(own).chain(others)).unwrap()
}

/// This system's shell with a file that the quickstart has left: the emulator's is run; the environment's is
/// sourced and followed by a command.
fn shell(story: &Path, file: &str, then: &str) -> Command {
    let mut shell;
    if cfg!(windows) {
        let file = format!("{file}.ps1");
        shell = Command::new("powershell");
        shell.args(["-NoProfile", "-ExecutionPolicy", "Bypass"]);
        match then {
            "" => shell.args(["-File", &file]),
            then => {
                shell.args(["-Command", &format!("Get-Content -Raw {file} | Invoke-Expression; & {then}")])
            }
        };
    } else {
        let file = format!("./{file}.sh");
        shell = Command::new("sh");
        match then {
            // So that the process is the emulator's.
            "" => shell.arg(file),
            then => shell.args(["-c", &format!(". {file} && exec {then}")]),
        };
    }
    shell.current_dir(story).stdin(Stdio::null());
    shell
}

#[test]
fn the_quickstart_runs_and_leaves_working_files() {
    with_cli(|cli| {
        let directory = tempfile::tempdir().unwrap();
        let output = quickstart(cli, directory.path()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let story = directory.path().join("story");
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        for words in [
            "successfully initialized",
            "+ \"backup -> vault-token (secrets-reader)\"",
            "No changes.",
            if Release::of(cli).has(Feature::WrittenConfig) {
                "1 imported, 0 added, 0 changed, 0 destroyed"
            } else {
                "Import successful!"
            },
            "Destroy complete! Resources: 3 destroyed.",
            if cfg!(windows) { "emulator.ps1" } else { "emulator.sh" },
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let other = if cli.title() == "OpenTofu" { "Terraform" } else { "OpenTofu" };
        let spoken: Vec<_> =
            text.lines().filter(|line| line.contains(other) && !line.contains("https:")).collect();
        assert!(spoken.is_empty(), "{other} is not used: {spoken:?}");
        // The remaining files work: the emulator starts again at the same address, and the environment points
        // to it.
        let mut emulator = shell(&story, "emulator", "").stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(emulator.stdout.take().unwrap()), &mut line)
            .unwrap();
        let apply = format!("{} apply -auto-approve -no-color", cli.program.display());
        let plan = shell(&story, "env", &apply).output().unwrap();
        emulator.kill().unwrap();
        emulator.wait().unwrap();
        let plan =
            format!("{}{}", String::from_utf8_lossy(&plan.stdout), String::from_utf8_lossy(&plan.stderr));
        assert!(plan.contains("2 added, 0 changed, 0 destroyed"), "{plan}");
    });
}

#[test]
#[cfg_attr(windows, ignore = "it needs .ci/console-event.c")]
fn an_interrupt_leaves_nothing_running() {
    with_cli(|cli| {
        let directory = tempfile::tempdir().unwrap();
        let mut child =
            quickstart(cli, directory.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // In the middle of the quickstart: the emulator runs, and perhaps a command.
        let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
        let mut lines = lines.map_while(Result::ok);
        let address = lines.find_map(|line| Some(line.split_once("https://")?.1.to_owned())).unwrap();
        assert!(lines.any(|line| line.contains("apply planned")));
        let alive = || std::net::TcpStream::connect(&address).is_ok();
        assert!(alive(), "{address}");
        let begun = Instant::now();
        stop::signal(stop::INTERRUPT, child.id()).unwrap();
        drop(lines);
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(130), "{}", String::from_utf8_lossy(&ended.stderr));
        assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
        assert!(!alive(), "the emulator goes on at {address}");
    });
}
