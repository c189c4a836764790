//! The last check of every scenario: the calls that the CLI made of the provider follow the host double's
//! rules.
//!
//! With `GALLERY_RECORD=1` it also writes the test's configurations to `tests/protocol/recorded`, whose test
//! has the host double apply them. So they are applied without a CLI too, once per test run.

use std::io;
use std::path::{Path, PathBuf};

use crate::binaries::binaries;
use crate::emulator::Emulator;
use crate::host::{Host, Launch, Offer, Recording, Release, Script};
use crate::scenario::{SEED, USUAL};
use crate::terraform::Terraform;

/// The variable that turns recording on.
pub const RECORD: &str = "GALLERY_RECORD";
/// The provider's variable for a directory of recorded calls.
const CALLS: &str = "TF_LOG_PROVIDER_GALLERY_CALLS";
/// The directory, in that of the test.
const DIRECTORY: &str = ".calls";
/// Larger recordings do not belong in a repository.
const TOO_LARGE: usize = 128 * 1024;

/// Where configurations are written.
#[must_use]
pub fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protocol/recorded")
}

/// Makes the provider record its calls.
pub(crate) fn record(terraform: &mut Terraform) -> io::Result<()> {
    let directory = terraform.directory().join(DIRECTORY);
    std::fs::create_dir(&directory)?;
    terraform.set(CALLS, directory);
    Ok(())
}

/// Stops recording, and deletes the recordings.
pub(crate) fn forget(terraform: &mut Terraform) -> io::Result<()> {
    terraform.unset(CALLS);
    std::fs::remove_dir_all(terraform.directory().join(DIRECTORY))
}

/// The recordings so far.
pub(crate) fn recording(terraform: &Terraform) -> Result<Recording, String> {
    Recording::read(&terraform.directory().join(DIRECTORY))
}

/// Checks the recordings against the host double's rules. With `GALLERY_RECORD` it also has the double do the
/// same, and writes the configurations.
pub(crate) fn check(terraform: &Terraform, arguments: &[&str]) -> Result<(), String> {
    let recording = recording(terraform)?;
    let Some(offer) = recording.offer()? else { return Ok(()) };
    let broken = recording.broken(Release::of(terraform.cli()), &offer)?;
    if !broken.is_empty() {
        return Err(format!("the calls of the CLI differ from the host double's:\n{}", broken.join("\n")));
    }
    if std::env::var_os(RECORD).is_some() { write_down(&recording, &offer, arguments) } else { Ok(()) }
}

fn write_down(recording: &Recording, offer: &Offer, arguments: &[&str]) -> Result<(), String> {
    let mut script = Script::of(recording, offer, arguments)?;
    let text = |script: &Script| format!("{:#}\n", script.json());
    // Faults are scripted by request, but another host makes other requests.
    if script.steps.is_empty() || arguments.contains(&"--faults") || text(&script).len() > TOO_LARGE {
        return Ok(());
    }
    let file = corpus().join(format!("{}.json", test_name()));
    let recorded = std::fs::read_to_string(&file).ok().and_then(|text| Script::parse(&text).ok());
    // Parallel steps may be in any order; the recorded order is as good as any.
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

/// Runs a script against an Azure of its own.
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
        script.replay(&mut host.map_err(|error| error.to_string())?).await
    })
}

/// The name of the running test, as a file name.
fn test_name() -> String {
    std::thread::current().name().unwrap_or("unnamed").replace("::", ".")
}
