//! Asking a process to stop, and killing it.

use std::io;
use std::process::{Command, Stdio};

/// The variable that names a program in the role of a console of Windows: `.ci/console-event.c`. A test would need
/// `unsafe` for that.
const CONSOLE_EVENT: &str = "GALLERY_CONSOLE_EVENT";

/// The signal that a terminal sends on Ctrl-C.
pub const INTERRUPT: &str = if cfg!(unix) { "INT" } else { "CTRL_C_EVENT" };
/// The signal that a terminal sends when it closes.
pub const CLOSE: &str = if cfg!(unix) { "HUP" } else { "CTRL_CLOSE_EVENT" };

/// Whether this process runs under `nohup`. Then a closing terminal has no effect on what it starts. Known on
/// Linux only.
#[must_use]
pub fn closing_is_ignored() -> bool {
    gallery_emulator::signals::hangup_is_ignored()
}

/// Signals a process as Ctrl-C does. On Windows only a console can do that, and it has already signalled every
/// process attached to it.
///
/// # Errors
/// If there is no such process.
pub fn interrupt(process: u32) -> io::Result<()> {
    if cfg!(unix) { signal(INTERRUPT, process) } else { Ok(()) }
}

/// Signals a process. On Unix, `name` is one that `kill` takes. On Windows it is an event of a console, which the
/// descendants receive too.
///
/// # Errors
/// If there is no such process.
pub fn signal(name: &str, process: u32) -> io::Result<()> {
    let process = process.to_string();
    if cfg!(unix) {
        run(Command::new("kill").args(["-s", name, "--", &process]))
    } else {
        run(console_event()?.args([name, &process]))
    }
}

/// Signals every process of a terminal whose first one is this.
///
/// # Errors
/// If there is no such process.
pub fn signal_group(name: &str, leader: u32) -> io::Result<()> {
    if cfg!(unix) {
        run(Command::new("kill").args(["-s", name, "--", &format!("-{leader}")]))
    } else {
        signal(name, leader)
    }
}

/// Kills it.
///
/// # Errors
/// If there is no such process.
pub fn kill(process: u32) -> io::Result<()> {
    if cfg!(unix) {
        return signal("KILL", process);
    }
    run(Command::new("taskkill").args(["/F", "/PID", &process.to_string()]))
}

/// The child processes of a process.
///
/// # Errors
/// If they cannot be listed.
pub fn children(of: u32) -> io::Result<Vec<u32>> {
    let of = of.to_string();
    let listed = if cfg!(unix) {
        Command::new("ps").args(["-A", "-o", "ppid=,pid="]).output()?
    } else {
        console_event()?.args(["list", &of]).output()?
    };
    let lines = String::from_utf8_lossy(&listed.stdout).into_owned();
    let child = |line: &str| match line.split_whitespace().collect::<Vec<_>>()[..] {
        [parent, child] if parent == of => child.parse().ok(),
        [child] => child.parse().ok(),
        _ => None,
    };
    Ok(lines.lines().filter_map(child).collect())
}

fn console_event() -> io::Result<Command> {
    let program = std::env::var_os(CONSOLE_EVENT);
    let missing = || io::Error::other(format!("{CONSOLE_EVENT} names no program; .ci/windows builds it"));
    program.map(Command::new).ok_or_else(missing)
}

fn run(command: &mut Command) -> io::Result<()> {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("{command:?}: {status}"))) }
}
