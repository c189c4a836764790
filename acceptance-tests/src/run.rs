//! A running command of the CLI, and ways to interrupt it: Ctrl-C, and kills.

use std::io;
use std::process::{Child, Command, Stdio};

use crate::output::Output;
use crate::stop;

/// A running command, in a process group of its own, as a shell would start it.
#[derive(Debug)]
pub struct Run {
    child: Child,
    line: String,
    watched: bool,
}

impl Run {
    /// Starts a command; `line` is its display form. `watched` says that the first process of the CLI only
    /// starts and watches the one that does the work, as in Terraform 1.0.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(command: &mut Command, line: String, watched: bool) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        Ok(Self { child, line, watched })
    }

    /// Presses Ctrl-C: the CLI and its providers get the signal.
    ///
    /// # Errors
    /// If no process can be signalled.
    pub fn interrupt(&self) -> io::Result<()> {
        stop::signal_group(stop::INTERRUPT, self.child.id())
    }

    /// Closes the terminal: the CLI and its providers get the signal.
    ///
    /// # Errors
    /// If no process can be signalled.
    pub fn close_terminal(&self) -> io::Result<()> {
        stop::signal_group(stop::CLOSE, self.child.id())
    }

    /// Kills the CLI, but not its providers.
    ///
    /// # Errors
    /// If it cannot be killed.
    pub fn kill(&self) -> io::Result<()> {
        stop::kill(self.worker()?)
    }

    /// Kills the child processes of the CLI: its providers.
    ///
    /// # Errors
    /// If there is none, or it cannot be killed.
    pub fn kill_providers(&self) -> io::Result<()> {
        let providers = stop::children(self.worker()?)?;
        if providers.is_empty() {
            return Err(io::Error::other("the CLI has started no provider"));
        }
        providers.into_iter().try_for_each(stop::kill)
    }

    /// The process that does the work.
    fn worker(&self) -> io::Result<u32> {
        if !self.watched {
            return Ok(self.child.id());
        }
        let children = stop::children(self.child.id())?;
        children.first().copied().ok_or_else(|| io::Error::other("the CLI does not work yet, or no longer"))
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// If its output cannot be read.
    pub fn output(self) -> io::Result<Output> {
        let output = self.child.wait_with_output()?;
        Ok(Output::new(self.line, output.status, &output.stdout, &output.stderr))
    }
}
