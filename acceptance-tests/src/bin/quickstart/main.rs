//! `cargo quickstart`: a real example through the real CLI, against an Azure that runs on this machine.

mod interrupt;
mod narration;
mod playground;
mod steps;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use acceptance_tests::cli::{Cli, HOW_TO_GET_ONE};
use narration::Narration;
use steps::Stop;

const USAGE: &str = "\
usage: cargo quickstart [DIRECTORY]

Runs a real example with the real Terraform, or with OpenTofu if there is no Terraform, against an emulator of Azure on
this machine: init, validate, plan, apply, a change of one rule, an import, destroy. It explains each step, and leaves
the files with which you can continue. Nothing leaves this machine, and your own settings of that program have no effect.

  DIRECTORY  where to work, which must be empty or new [quickstart/ in the repository]
  --help, --version

Needs terraform or tofu on the PATH. Ctrl-C ends it and everything that it has started.
";

/// The requested action.
enum Action {
    Story(Option<PathBuf>),
    Say(String),
}

fn main() -> ExitCode {
    let directory = match action(std::env::args_os().skip(1)) {
        Ok(Action::Story(directory)) => directory,
        Ok(Action::Say(text)) => {
            // A closed pipe (`--help | head -1`) is not an error.
            drop(std::io::stdout().write_all(text.as_bytes()));
            return ExitCode::SUCCESS;
        }
        Err(wrong) => {
            Narration::complain(&format!("{wrong}\n\n{USAGE}"));
            return ExitCode::from(2);
        }
    };
    let Some(cli) = Cli::find() else {
        Narration::complain(HOW_TO_GET_ONE);
        return ExitCode::FAILURE;
    };
    if let Err(error) = interrupt::watch() {
        Narration::complain(&format!("an interrupt could not be waited for: {error}"));
        return ExitCode::FAILURE;
    }
    match steps::tell(cli, &Narration::new(), directory) {
        Ok(()) => ExitCode::SUCCESS,
        // The running command has failed only because of the interrupt.
        Err(_) if interrupt::happened() => {
            Narration::complain("interrupted; nothing is left running");
            ExitCode::from(130)
        }
        Err(Stop(reason)) => {
            Narration::complain(&format!("unexpected result: {reason}"));
            ExitCode::FAILURE
        }
    }
}

fn action(arguments: impl Iterator<Item = OsString>) -> Result<Action, String> {
    let mut directory = None;
    for argument in arguments {
        match argument.to_str() {
            Some("--help" | "-h") => return Ok(Action::Say(USAGE.to_owned())),
            Some("--version" | "-V") => {
                return Ok(Action::Say(concat!("quickstart ", env!("CARGO_PKG_VERSION"), "\n").to_owned()));
            }
            // Cargo passes it on if it was written once more.
            Some("--") => {}
            Some(option) if option.starts_with('-') => return Err(format!("unknown option {option}")),
            _ if directory.is_some() => return Err("one directory at a time".to_owned()),
            _ => directory = Some(PathBuf::from(argument)),
        }
    }
    Ok(Action::Story(directory))
}
