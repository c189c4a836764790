//! When the process ends: on the host's word, on a signal, or when the host is gone.
//!
//! - **SIGINT is not a reason.** Ctrl-C goes to the whole process group, so it reaches the plugin as it reaches
//!   Terraform. Terraform then calls StopProvider, waits for what is running, saves the state, and ends the plugin:
//!   a plugin that died on its own would take the state with it. Only under `--debug`, where the terminal is the
//!   plugin's own, does Ctrl-C end it.
//! - **SIGTERM, SIGHUP and SIGQUIT are**: what is running is stopped as by StopProvider and answered, then the
//!   process ends. A second one ends it at once.
//! - **The host may die** without a word (`kill -9`, out of memory). go-plugin's stdin is no pipe, so nothing closes;
//!   but an orphan gets another parent, and that is looked at every second.

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
pub enum End {
    /// By this signal.
    Signal(&'static str),
    /// The process that started this one is gone.
    Orphaned,
}

/// The signals a process gets, from the moment this is made.
#[derive(Debug)]
pub struct Lifetime {
    mode: Mode,
    signals: Signals,
    #[cfg(unix)]
    parent: u32,
}

impl Lifetime {
    /// Takes over the signals. Must be called within the tokio runtime, and before there is anything to clean up.
    pub fn begin(mode: Mode) -> io::Result<Self> {
        Ok(Self {
            mode,
            signals: Signals::install()?,
            #[cfg(unix)]
            parent: std::os::unix::process::parent_id(),
        })
    }

    /// The reasons to end, as they come.
    pub fn reasons(self) -> impl Stream<Item = End> {
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
            match (signal, self.mode) {
                (INTERRUPT, Mode::Plugin) => {
                    tracing::trace!(target: "provider.plugin", "interrupt ignored: the host decides");
                }
                (signal, _) => return End::Signal(signal),
            }
        }
    }
}

const INTERRUPT: &str = "SIGINT";

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
            Some(()) = self.interrupt.recv() => INTERRUPT,
            Some(()) = self.terminate.recv() => "SIGTERM",
            Some(()) = self.hangup.recv() => "SIGHUP",
            Some(()) = self.quit.recv() => "SIGQUIT",
            else => std::future::pending().await,
        }
    }
}

/// Without signals there is Ctrl-C alone.
#[cfg(not(unix))]
#[derive(Debug)]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn install() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> &'static str {
        match tokio::signal::ctrl_c().await {
            Ok(()) => INTERRUPT,
            Err(_) => std::future::pending().await,
        }
    }
}
