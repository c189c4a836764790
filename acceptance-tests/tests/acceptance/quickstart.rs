//! `cargo quickstart`, as a newcomer runs it.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use acceptance_tests::scenario::with_cli;

fn quickstart(directory: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    command.arg(directory).stdin(Stdio::null());
    command
}

#[test]
fn the_whole_story_and_what_it_leaves() {
    with_cli(|_| {
        let directory = tempfile::tempdir().unwrap();
        let output = quickstart(directory.path()).output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
        for words in [
            "successfully initialized",
            "+ \"backup -> vault-token (secrets-reader)\"",
            "No changes.",
            "1 imported, 0 added, 0 changed, 0 destroyed",
            "Destroy complete! Resources: 3 destroyed.",
            "emulator.sh",
        ] {
            assert!(told.contains(words), "{words}: {told}");
        }
        // What is left to play with works: the emulator starts again where it was, and the environment leads to it.
        let mut emulator = Command::new("sh")
            .arg(directory.path().join("emulator.sh"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(emulator.stdout.take().unwrap()), &mut line)
            .unwrap();
        let plan = Command::new("sh")
            .current_dir(directory.path())
            .args(["-c", ". ./env.sh && exec \"$0\" apply -auto-approve -no-color"])
            .arg(&acceptance_tests::cli::Cli::find().unwrap().program)
            .output()
            .unwrap();
        emulator.kill().unwrap();
        emulator.wait().unwrap();
        let plan =
            format!("{}{}", String::from_utf8_lossy(&plan.stdout), String::from_utf8_lossy(&plan.stderr));
        assert!(plan.contains("2 added, 0 changed, 0 destroyed"), "{plan}");
    });
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_running() {
    with_cli(|_| {
        let directory = tempfile::tempdir().unwrap();
        let mut child =
            quickstart(directory.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // In the middle of the story: the emulator runs, and so may a command.
        let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
        let mut lines = lines.map_while(Result::ok);
        let address = lines.find_map(|line| Some(line.split_once("https://")?.1.to_owned())).unwrap();
        assert!(lines.any(|line| line.contains("apply planned")));
        let alive = || std::net::TcpStream::connect(&address).is_ok();
        assert!(alive(), "{address}");
        let begun = Instant::now();
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        drop(lines);
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(130), "{}", String::from_utf8_lossy(&ended.stderr));
        assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
        assert!(!alive(), "the emulator goes on at {address}");
    });
}
