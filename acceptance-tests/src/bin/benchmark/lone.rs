//! One process alone: its size, its start, its memory.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use acceptance_tests::host::{COOKIE, HostIdentity, Launch, proto};

use super::table::table;
use super::{AnyError, Rig, usage};

/// The smallest useful Rust program: it prints a line, and waits to be ended.
const EMPTY: &str = "use std::io::Write;\nfn main() {\n    println!(\"started\");\n    std::io::stdout().flush().unwrap();\n    \
                     std::thread::sleep(std::time::Duration::from_secs(10));\n}\n";

/// Measures and prints.
pub(crate) fn measure(rig: &Rig) -> Result<(), AnyError> {
    let directory = tempfile::tempdir()?;
    let empty = empty_program(directory.path())?;
    let certificate = HostIdentity::p521()?.pem();
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    // In turns, so that a busy moment of the machine affects both.
    for _ in 0..rig.options.starts {
        ours.push(start(&rig.provider, &certificate)?);
        floor.push(start(&empty, &certificate)?);
    }
    ours.sort();
    floor.sort();
    let ms = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1000.0);
    let ratio = |one: Duration, other: Duration| format!("{:.1}", one.as_secs_f64() / other.as_secs_f64());
    let at = |all: &[Duration], part: usize| {
        all.get(all.len().saturating_sub(1) * part / 2).copied().unwrap_or_default()
    };
    let mut rows = Vec::new();
    for (name, part) in [("start to handshake, least", 0), ("start to handshake, median", 1)] {
        let (one, other) = (at(&ours, part), at(&floor, part));
        rows.push(vec![name.to_owned(), ms(one), ms(other), ratio(one, other), "2.5 times".to_owned()]);
    }
    let mib = |bytes: u64| {
        #[allow(clippy::cast_precision_loss)]
        let mib = bytes as f64 / f64::from(1 << 20);
        format!("{mib:.1} MiB")
    };
    let (binary, least) = (std::fs::metadata(&rig.provider)?.len(), std::fs::metadata(&empty)?.len());
    rows.push(vec!["binary".to_owned(), mib(binary), mib(least), String::new(), "10 MiB".to_owned()]);
    let resident = memory_after_schema(&rig.provider)? * 1024;
    rows.push(vec![
        "memory after the schema".to_owned(),
        mib(resident),
        String::new(),
        String::new(),
        "10 MiB".to_owned(),
    ]);
    let title = format!("One process, started {} times", rig.options.starts);
    table(&title, &["", "provider", "empty program", "ratio", "goal, at most"], &rows);
    Ok(())
}

/// From the start of a program to its first line.
fn start(program: &Path, certificate: &str) -> Result<Duration, AnyError> {
    let began = Instant::now();
    let mut child = Command::new(program)
        .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
        .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
        .env("PLUGIN_CLIENT_CERT", certificate)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut line = String::new();
    let read = child.stdout.take().map(|stdout| BufReader::new(stdout).read_line(&mut line));
    let took = began.elapsed();
    // Asked to end, so that it removes its socket.
    drop(Command::new("kill").args(["-TERM", &child.id().to_string()]).status());
    child.wait()?;
    match read {
        Some(Ok(1..)) => Ok(took),
        _ => Err(format!("{} says nothing", program.display()).into()),
    }
}

fn empty_program(directory: &Path) -> Result<PathBuf, AnyError> {
    let (source, program) = (directory.join("empty.rs"), directory.join("empty"));
    std::fs::write(&source, EMPTY)?;
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let arguments = ["-C", "opt-level=3", "-C", "strip=symbols", "-o"];
    if !Command::new(compiler).args(arguments).arg(&program).arg(&source).status()?.success() {
        return Err("the empty program does not build".into());
    }
    Ok(program)
}

fn memory_after_schema(provider: &Path) -> Result<u64, AnyError> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let plugin = Launch::new(provider)?.start().await?;
        let mut connection = plugin.connect().await?;
        let asked = proto::get_provider_schema::Request {};
        drop(connection.provider.get_provider_schema(asked).await?);
        let resident = usage::resident(plugin.id().unwrap_or_default());
        plugin.shutdown().await?;
        Ok(resident)
    })
}
