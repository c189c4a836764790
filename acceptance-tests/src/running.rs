//! Processes that this one waits for, so that an interrupt can be passed on to them.

use std::io;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Runs a command to its end with nothing on its standard input, and returns its output.
///
/// # Errors
/// If it cannot be started.
pub fn run(command: &mut Command) -> io::Result<Output> {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let id = child.id();
    list(|running| running.push(id));
    let output = child.wait_with_output();
    list(|running| running.retain(|one| *one != id));
    output
}

/// Whether a command is running.
#[must_use]
pub fn any() -> bool {
    list(|running| !running.is_empty())
}

/// Asks every running command to stop, or ends it.
pub fn each(stop: fn(u32) -> io::Result<()>) {
    for id in list(|running| running.clone()) {
        // A process that has just ended cannot be signalled, and need not be.
        let _ = stop(id);
    }
}

fn list<T>(look: impl FnOnce(&mut Vec<u32>) -> T) -> T {
    look(&mut RUNNING.lock().unwrap_or_else(PoisonError::into_inner))
}
