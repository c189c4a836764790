//! When the process ends: at the host's request, on a signal, or when the host is gone.
//!
//! - **An interrupt is ignored**: SIGINT, and Ctrl-C and Ctrl-Break on Windows. It is sent to every process
//!   of the terminal, so it reaches the plugin as well as Terraform. Terraform then calls StopProvider, waits
//!   for running calls, saves the state, and ends the plugin. If the plugin ended by itself, the state would
//!   be lost. Only under `--debug`, where the plugin has its own terminal, does an interrupt end it.
//! - **SIGTERM, SIGHUP and SIGQUIT end the process**, and on Windows a closing console, a log-off and a
//!   shutdown. Running calls are cancelled as by StopProvider and return, then the process ends. A second
//!   signal ends it at once. Under `nohup`, SIGHUP has no effect, as it has none on the host.
//! - **The host may die** without any message (`kill -9`, out of memory). go-plugin's stdin is not a pipe, so
//!   nothing closes there, but the host's connection closes ([`host_connections`](super::host_connections)). A host that dies
//!   before it connects leaves an orphan: on Unix that gets another parent, which is checked every second.

use std::io;
use std::time::Duration;

use futures::{Stream, stream};

/// How often to check the parent.
const PARENT_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Who controls the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A host started the process and will end it.
    Plugin,
    /// A person started it to attach a debugger, and ends it with Ctrl-C.
    Debug,
}

/// Why the process should end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EndReason {
    /// This signal.
    Signal(&'static str),
    /// The process that started this one is gone.
    Orphaned,
}

/// The signals of a process, from the moment this is created.
#[derive(Debug)]
pub(super) struct Lifetime {
    mode: Mode,
    signals: Signals,
    #[cfg(unix)]
    parent: u32,
}

impl Lifetime {
    /// Installs the signal handlers. Must be called within the tokio runtime, and before there is anything to
    /// clean up.
    pub(super) fn begin(mode: Mode) -> io::Result<Self> {
        Ok(Self {
            mode,
            signals: Signals::install()?,
            #[cfg(unix)]
            parent: std::os::unix::process::parent_id(),
        })
    }

    /// The reasons to end, as they occur.
    pub(super) fn reasons(self) -> impl Stream<Item = EndReason> {
        stream::unfold(self, async |mut lifetime| Some((lifetime.next_reason().await, lifetime)))
    }

    async fn next_reason(&mut self) -> EndReason {
        loop {
            let signal = tokio::select! {
                signal = self.signals.next() => signal,
                () = tokio::time::sleep(PARENT_CHECK_INTERVAL), if self.mode == Mode::Plugin => {
                    #[cfg(unix)]
                    if std::os::unix::process::parent_id() != self.parent {
                        return EndReason::Orphaned;
                    }
                    continue;
                }
            };
            if self.mode == Mode::Plugin && INTERRUPTS.contains(&signal) {
                tracing::trace!(target: "provider.plugin", signal, "interrupt ignored: the host decides \
                                                                    when to end");
                continue;
            }
            return EndReason::Signal(signal);
        }
    }
}

/// The keys that a person presses to stop the command.
const INTERRUPTS: [&str; 3] = ["SIGINT", "Ctrl-C", "Ctrl-Break"];

/// Whether this process was started with SIGHUP ignored, as by `nohup`. Hosts then ignore it too, as all programs
/// in Go do. Without `unsafe`, only Linux shows it.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored =
        status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    // SIGHUP is the first signal.
    ignored.is_some_and(|signals| signals & 1 != 0)
}

#[cfg(unix)]
#[derive(Debug)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// `None` if it is ignored.
    hangup: Option<tokio::signal::unix::Signal>,
    quit: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn install() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: if hangup_is_ignored() { None } else { Some(signal(SignalKind::hangup())?) },
            quit: signal(SignalKind::quit())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            Some(()) = self.interrupt.recv() => "SIGINT",
            Some(()) = self.terminate.recv() => "SIGTERM",
            Some(()) = async { self.hangup.as_mut()?.recv().await } => "SIGHUP",
            Some(()) = self.quit.recv() => "SIGQUIT",
            else => std::future::pending().await,
        }
    }
}

/// After the last three, Windows itself ends the process within five seconds or more.
#[cfg(windows)]
#[derive(Debug)]
struct Signals {
    ctrl_c: tokio::signal::windows::CtrlC,
    ctrl_break: tokio::signal::windows::CtrlBreak,
    close: tokio::signal::windows::CtrlClose,
    logoff: tokio::signal::windows::CtrlLogoff,
    shutdown: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl Signals {
    fn install() -> io::Result<Self> {
        use tokio::signal::windows;
        Ok(Self {
            ctrl_c: windows::ctrl_c()?,
            ctrl_break: windows::ctrl_break()?,
            close: windows::ctrl_close()?,
            logoff: windows::ctrl_logoff()?,
            shutdown: windows::ctrl_shutdown()?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            Some(()) = self.ctrl_c.recv() => "Ctrl-C",
            Some(()) = self.ctrl_break.recv() => "Ctrl-Break",
            Some(()) = self.close.recv() => "close of the console",
            Some(()) = self.logoff.recv() => "log-off",
            Some(()) = self.shutdown.recv() => "shutdown",
            else => std::future::pending().await,
        }
    }
}
