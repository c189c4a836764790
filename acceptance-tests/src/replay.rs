//! What every scenario does at its end besides: it holds the calls that the CLI made of the provider to our own host's
//! rules.
//!
//! With `GALLERY_RECORD=1` it also writes the test's configurations down for `tests/protocol/recorded`, whose test has our
//! own host apply them. So they are applied without a CLI too, once in a test run.

use std::io;
use std::path::{Path, PathBuf};

use crate::binaries::binaries;
use crate::emulator::Emulator;
use crate::host::{Host, Launch, Offer, Recording, Script};
use crate::scenario::{SEED, USUAL};
use crate::terraform::Terraform;

/// Has configurations written down when it is set.
pub const RECORD: &str = "GALLERY_RECORD";
/// The provider's variable for a directory of recorded calls.
const CALLS: &str = "TF_LOG_PROVIDER_GALLERY_CALLS";
/// The directory, in that of the test.
const DIRECTORY: &str = ".calls";
/// What is too large to be worth a place in a repository.
const TOO_LARGE: usize = 128 * 1024;

/// Where configurations are written down.
#[must_use]
pub fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protocol/recorded")
}

/// Has the provider record its calls.
pub(crate) fn record(terraform: &mut Terraform) -> io::Result<()> {
    let directory = terraform.directory().join(DIRECTORY);
    std::fs::create_dir(&directory)?;
    terraform.set(CALLS, directory);
    Ok(())
}

/// Has nothing recorded any more, and forgets what was.
pub(crate) fn forget(terraform: &mut Terraform) -> io::Result<()> {
    terraform.unset(CALLS);
    std::fs::remove_dir_all(terraform.directory().join(DIRECTORY))
}

/// What has been recorded so far.
pub(crate) fn recording(terraform: &Terraform) -> Result<Recording, String> {
    Recording::read(&terraform.directory().join(DIRECTORY))
}

/// Holds what was recorded to the rules of our own host. With `GALLERY_RECORD` it also has that host do the same, and
/// writes the configurations down.
pub(crate) fn check(terraform: &Terraform, arguments: &[&str]) -> Result<(), String> {
    let recording = recording(terraform)?;
    let Some(offer) = recording.offer()? else { return Ok(()) };
    let broken = recording.broken(&offer)?;
    if !broken.is_empty() {
        return Err(format!("the calls of the CLI are not as our own host has them:\n{}", broken.join("\n")));
    }
    if std::env::var_os(RECORD).is_some() { write_down(&recording, &offer, arguments) } else { Ok(()) }
}

fn write_down(recording: &Recording, offer: &Offer, arguments: &[&str]) -> Result<(), String> {
    let mut script = Script::of(recording, offer, arguments)?;
    let text = |script: &Script| format!("{:#}\n", script.json());
    // Faults are scripted by request; another host makes others.
    if script.steps.is_empty() || arguments.contains(&"--faults") || text(&script).len() > TOO_LARGE {
        return Ok(());
    }
    let file = corpus().join(format!("{}.json", test_name()));
    let recorded = std::fs::read_to_string(&file).ok().and_then(|text| Script::parse(&text).ok());
    // What came at the same time may come in any order; the one that is written down will do.
    if let Some(recorded) = recorded.filter(|recorded| recorded.same(&script)) {
        script = recorded;
    }
    let outcomes = again(&script)?;
    for (step, outcome) in script.steps.iter_mut().zip(outcomes) {
        step.outside = outcome;
    }
    std::fs::create_dir_all(corpus()).map_err(|error| error.to_string())?;
    std::fs::write(&file, text(&script)).map_err(|error| format!("{}: {error}", file.display()))
}

/// Does what a script says against an Azure of its own.
fn again(script: &Script) -> Result<Vec<Option<String>>, String> {
    let binaries = binaries().map_err(|error| error.to_string())?;
    let own = script.emulator.iter().map(String::as_str);
    let arguments: Vec<_> = SEED.iter().chain(&USUAL).copied().chain(own).collect();
    let emulator = Emulator::start(&binaries.emulator, &arguments).map_err(|error| error.to_string())?;
    let mut launch = Launch::new(&binaries.provider).map_err(|error| error.to_string())?;
    for (name, value) in emulator.environment() {
        launch = launch.variable(name, value);
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let host = Host::start(launch, &serde_json::json!({})).await.map_err(|error| error.to_string())?;
        script.replay(&mut host.map_err(|trouble| trouble.to_string())?).await
    })
}

/// The name of the running test, as a file may be called.
fn test_name() -> String {
    std::thread::current().name().unwrap_or("unnamed").replace("::", ".")
}
