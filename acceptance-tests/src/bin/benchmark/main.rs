//! `cargo benchmark`: what the provider costs, compared with the possible minimum.
//!
//! It measures the release build: the start of the process compared with that of an empty program, memory,
//! the processor time of each call by the number of versions, and whole commands of the real CLI compared
//! with the CLI's own time. It prints tables; nothing passes or fails. Processor times come from `/proc`, so
//! it runs on Linux.

mod at_scale;
mod commands;
mod lone;
mod many;
mod options;
mod pace;
mod state_server;
mod table;
mod usage;
mod waiting;
mod workload;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use acceptance_tests::binaries::binaries;
use acceptance_tests::emulator::Emulator;
use options::{Options, USAGE};

/// Why there is nothing to print.
type AnyError = Box<dyn std::error::Error>;

/// What is measured, and with what.
struct Rig {
    provider: PathBuf,
    emulator: PathBuf,
    options: Options,
}

impl Rig {
    /// An Azure that responds at once and contains nothing but a gallery.
    fn azure(&self) -> Result<Emulator, AnyError> {
        let arguments = ["--operations", "none", "--seed", "rg/g@westus"];
        Ok(Emulator::start(&self.emulator, &arguments)?)
    }
}

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            table::say(USAGE);
            return ExitCode::SUCCESS;
        }
        Err(wrong) => {
            table::say(&format!("{wrong}\n\n{USAGE}"));
            return ExitCode::from(2);
        }
    };
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            table::say(&format!("the benchmark could not be finished: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), AnyError> {
    if options.at_scale {
        at_scale::print();
        return Ok(());
    }
    if !cfg!(target_os = "linux") {
        return Err("it reads processor times from /proc, which is on Linux only".into());
    }
    let provider = match &options.provider {
        Some(path) => path.canonicalize()?,
        None => release_build()?,
    };
    let emulator = binaries()?.emulator.clone();
    table::say(&format!(
        "{}\n{} processors, load {}. Figures of a busy machine are upper bounds.\n",
        provider.display(),
        std::thread::available_parallelism().map_or(1, usize::from),
        usage::load(),
    ));
    let rig = Rig { provider, emulator, options };
    if rig.options.pace {
        return pace::measure(&rig);
    }
    lone::measure(&rig)?;
    many::measure(&rig)?;
    commands::measure(&rig)
}

/// Builds the release; nothing to do if it is up to date.
fn release_build() -> Result<PathBuf, AnyError> {
    table::say("building the release (minutes, the first time) ...");
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = [
        "build",
        "--quiet",
        "--release",
        "--package",
        "terraform-provider-gallery",
        "--bin",
        "terraform-provider-gallery",
    ];
    let mut command = Command::new(cargo);
    // Variables that cargo has set for this program would make the other cargo rebuild everything.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text == "OUT_DIR"
            || ["CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_BIN_"].iter().any(|start| text.starts_with(start))
        {
            command.env_remove(&name);
        }
    }
    if !command.args(arguments).current_dir(&root).status()?.success() {
        return Err("the release does not build".into());
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join("release").join("terraform-provider-gallery"))
}
