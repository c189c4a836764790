//! `cargo quickstart`: a real example through the real CLI, against an Azure that runs on this machine.

mod interrupt;
mod narration;
mod playground;
mod steps;

use std::process::ExitCode;

use acceptance_tests::cli::{Cli, HOW_TO_GET_ONE};
use narration::Narration;
use steps::Stop;

const USAGE: &str =
    "usage: cargo quickstart [-- DIRECTORY]\n\nworks in DIRECTORY, which must be empty, or in quickstart/";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let directory = arguments.next();
    let option = directory.as_ref().is_some_and(|one| one.to_string_lossy().starts_with('-'));
    if option || arguments.next().is_some() {
        Narration::complain(USAGE);
        return ExitCode::from(2);
    }
    let Some(cli) = Cli::find() else {
        Narration::complain(HOW_TO_GET_ONE);
        return ExitCode::FAILURE;
    };
    if let Err(error) = interrupt::watch() {
        Narration::complain(&format!("an interrupt could not be waited for: {error}"));
        return ExitCode::FAILURE;
    }
    match steps::tell(cli, &Narration::new(), directory.map(Into::into)) {
        Ok(()) => ExitCode::SUCCESS,
        // What was being run has failed for no other reason.
        Err(_) if interrupt::happened() => {
            Narration::complain("interrupted; nothing is left running");
            ExitCode::from(130)
        }
        Err(Stop(reason)) => {
            Narration::complain(&format!("this is not as it should be: {reason}"));
            ExitCode::FAILURE
        }
    }
}
