//! Asking a process to stop, and killing it.

use std::io;
use std::process::{Command, Stdio};

/// Signals it as Ctrl-C does. Without signals only a terminal can do that, and it has already signalled every
/// process attached to it.
///
/// If there is no such process.
/// When there is no such process.
pub fn interrupt(process: u32) -> io::Result<()> {
    if cfg!(unix) { signal("INT", &process.to_string()) } else { Ok(()) }
}

/// Signals a whole process group as Ctrl-C does.
///
/// # Errors
/// If there is no such group.
#[cfg(unix)]
pub fn interrupt_group(leader: u32) -> io::Result<()> {
    signal("INT", &format!("-{leader}"))
}

/// Kills it.
///
/// # Errors
/// If there is no such process.
pub fn kill(process: u32) -> io::Result<()> {
    if cfg!(unix) {
        return signal("KILL", &process.to_string());
    }
    run(Command::new("taskkill").args(["/F", "/PID", &process.to_string()]))
}

fn signal(name: &str, to: &str) -> io::Result<()> {
    run(Command::new("kill").args(["-s", name, "--", to]))
}

fn run(command: &mut Command) -> io::Result<()> {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("{command:?}: {status}"))) }
}
