//! When the process ends: on the host's word, on a signal, or when the host is gone.
//!
//! - **An interrupt is not a reason**: SIGINT, and Ctrl-C and Ctrl-Break on Windows. It goes to every process of the
//!   terminal, so it reaches the plugin as it reaches Terraform. Terraform then calls StopProvider, waits for what is
//!   running, saves the state, and ends the plugin: a plugin that died on its own would take the state with it. Only
//!   under `--debug`, where the terminal is the plugin's own, does it end the plugin.
//! - **SIGTERM, SIGHUP and SIGQUIT are**, and on Windows a console that closes, a log-off and a shutdown: what is running
//!   is stopped as by StopProvider and answered, then the process ends. A second one ends it at once.
//! - **The host may die** without a word (`kill -9`, out of memory). go-plugin's stdin is no pipe, so nothing closes
//!   there, but the host's connection does ([`presence`](super::presence)). A host that dies before it connects leaves an
//!   orphan: on Unix that gets another parent, which is looked at every second.

use std::io;
use std::time::Duration;

use futures::{Stream, stream};

/// How often to look for the parent.
const WATCH: Duration = Duration::from_secs(1);

/// Who has the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A host started the process and will end it.
    Plugin,
    /// A person started it to attach a debugger, and ends it with Ctrl-C.
    Debug,
}

/// Why the process should end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// By this signal.
    Signal(&'static str),
    /// The process that started this one is gone.
    Orphaned,
}

/// The signals a process gets, from the moment this is made.
#[derive(Debug)]
pub(super) struct Lifetime {
    mode: Mode,
    signals: Signals,
    #[cfg(unix)]
    parent: u32,
}

impl Lifetime {
    /// Takes over the signals. Must be called within the tokio runtime, and before there is anything to clean up.
    pub(super) fn begin(mode: Mode) -> io::Result<Self> {
        Ok(Self {
            mode,
            signals: Signals::install()?,
            #[cfg(unix)]
            parent: std::os::unix::process::parent_id(),
        })
    }

    /// The reasons to end, as they come.
    pub(super) fn reasons(self) -> impl Stream<Item = End> {
        stream::unfold(self, async |mut lifetime| Some((lifetime.ended().await, lifetime)))
    }

    async fn ended(&mut self) -> End {
        loop {
            let signal = tokio::select! {
                signal = self.signals.next() => signal,
                () = tokio::time::sleep(WATCH), if self.mode == Mode::Plugin => {
                    #[cfg(unix)]
                    if std::os::unix::process::parent_id() != self.parent {
                        return End::Orphaned;
                    }
                    continue;
                }
            };
            if self.mode == Mode::Plugin && INTERRUPTS.contains(&signal) {
                tracing::trace!(target: "provider.plugin", signal, "interrupt ignored: the host decides");
                continue;
            }
            return End::Signal(signal);
        }
    }
}

/// What a person presses who wants the command to stop.
const INTERRUPTS: [&str; 3] = ["SIGINT", "Ctrl-C", "Ctrl-Break"];

#[cfg(unix)]
#[derive(Debug)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    quit: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn install() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            quit: signal(SignalKind::quit())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            Some(()) = self.interrupt.recv() => "SIGINT",
            Some(()) = self.terminate.recv() => "SIGTERM",
            Some(()) = self.hangup.recv() => "SIGHUP",
            Some(()) = self.quit.recv() => "SIGQUIT",
            else => std::future::pending().await,
        }
    }
}

/// After the last three the system ends the process by itself, within five seconds or more.
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
