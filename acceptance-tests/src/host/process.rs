//! The plugin as a process: start, handshake, signals, end.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::proto::go_plugin::Empty;
use super::{Connection, HandshakeLine, HostError, HostIdentity, Network, Peer};

/// Terraform's value of `TF_PLUGIN_MAGIC_COOKIE`.
pub const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
/// As long as go-plugin waits for the line; the machine may be busy compiling.
const START: Duration = Duration::from_secs(60);
/// How long an end may take. Longer than the plugin gives running calls.
const END: Duration = Duration::from_secs(20);
/// The variables of our own environment that the plugin needs on any system; all others are set explicitly.
const KEPT: [&str; 7] = ["PATH", "HOME", "LD_LIBRARY_PATH", "LLVM_PROFILE_FILE", "SystemRoot", "TEMP", "TMP"];

/// How to start a plugin.
#[derive(Debug, Clone)]
pub struct Launch {
    binary: PathBuf,
    arguments: Vec<OsString>,
    identity: Option<HostIdentity>,
    variables: BTreeMap<OsString, OsString>,
}

/// A plugin that has printed its line. Dropping it kills the process and removes the directory of its socket.
#[derive(Debug)]
pub struct PluginProcess {
    line: HandshakeLine,
    identity: Option<HostIdentity>,
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: Arc<Mutex<Vec<u8>>>,
    stderr_ended: JoinHandle<()>,
    sockets: TempDir,
}

/// A process that has ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// Its stdout, after the handshake line if there was one.
    pub stdout: String,
    /// Its stderr.
    pub stderr: String,
    /// The remaining files in the directory of the socket.
    pub left_behind: Vec<PathBuf>,
}

impl Launch {
    /// As Terraform starts it: cookie, protocols 5 and 6, its ports, and a new P-521 certificate.
    pub fn new(binary: impl Into<PathBuf>) -> Result<Self, HostError> {
        let launch =
            Self { binary: binary.into(), arguments: Vec::new(), identity: None, variables: BTreeMap::new() };
        Ok(launch
            .variable("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
            .variable("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .variable("PLUGIN_MIN_PORT", "10000")
            .variable("PLUGIN_MAX_PORT", "25000")
            .identity(HostIdentity::p521()?))
    }

    /// Sets a variable.
    #[must_use]
    pub fn variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Removes a variable.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.variables.remove(OsStr::new(name));
        self
    }

    /// Makes the plugin listen on this kind of socket.
    #[must_use]
    pub fn network(self, network: Network) -> Self {
        self.variable("PLUGIN_NETWORK", network.name())
    }

    /// Adds an argument; hosts give none.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Uses this certificate instead.
    #[must_use]
    pub fn identity(mut self, identity: HostIdentity) -> Self {
        let launch = self.variable("PLUGIN_CLIENT_CERT", identity.pem());
        self = launch;
        self.identity = Some(identity);
        self
    }

    /// Uses no certificate: hosts without AutoMTLS use plaintext.
    #[must_use]
    pub fn plaintext(mut self) -> Self {
        self = self.without("PLUGIN_CLIENT_CERT");
        self.identity = None;
        self
    }

    /// Starts the plugin and waits for its line.
    pub async fn start(self) -> Result<PluginProcess, HostError> {
        let sockets = short_directory()?;
        let mut child = self.command(sockets.path()).spawn()?;
        let (mut stdout, stderr) = pipes(&mut child)?;
        let (stderr, stderr_ended) = collect(stderr);
        let mut line = String::new();
        timeout(START, stdout.read_line(&mut line)).await.map_err(|_| HostError::Late("shake hands"))??;
        let Some(line) = line.strip_suffix('\n') else {
            let status = timeout(END, child.wait()).await.map_err(|_| HostError::Late("end"))??;
            drop(timeout(END, stderr_ended).await);
            return Err(HostError::Ended { status, stderr: text(&stderr) });
        };
        let line = HandshakeLine::parse(line)?;
        Ok(PluginProcess { line, identity: self.identity, child, stdout, stderr, stderr_ended, sockets })
    }

    /// Starts the program and waits for its end, for a program that should end by itself.
    pub async fn run(self) -> Result<Ended, HostError> {
        let sockets = short_directory()?;
        let mut child = self.command(sockets.path()).spawn()?;
        let (stdout, stderr) = pipes(&mut child)?;
        let (stderr, stderr_ended) = collect(stderr);
        finish(child, stdout, &stderr, stderr_ended, &sockets).await
    }

    fn command(&self, sockets: &Path) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(&self.arguments).env_clear();
        for name in KEPT {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("PLUGIN_UNIX_SOCKET_DIR", sockets).envs(&self.variables);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }
}

impl PluginProcess {
    /// Its address.
    #[must_use]
    pub fn line(&self) -> &HandshakeLine {
        &self.line
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// The certificate it was started with.
    #[must_use]
    pub fn identity(&self) -> Option<&HostIdentity> {
        self.identity.as_ref()
    }

    /// Connects as the host that started it.
    pub async fn connect(&self) -> Result<Connection, HostError> {
        let peer = Peer { identity: self.identity.clone(), tls: self.identity.is_some() };
        Connection::open(&self.line, &peer).await
    }

    /// Connects as another peer.
    pub async fn connect_as(&self, peer: &Peer) -> Result<Connection, HostError> {
        Connection::open(&self.line, peer).await
    }

    /// Its stderr so far.
    #[must_use]
    pub fn stderr(&self) -> String {
        text(&self.stderr)
    }

    /// Kills it, as the system does when it is out of memory.
    pub fn kill(&mut self) -> Result<(), HostError> {
        Ok(self.child.start_kill()?)
    }

    /// Sends it a [signal](crate::stop::signal).
    pub fn signal(&self, name: &str) -> Result<(), HostError> {
        Ok(crate::stop::signal(name, self.id().unwrap_or_default())?)
    }

    /// Calls Shutdown as go-plugin does, and waits for the end.
    pub async fn shutdown(self) -> Result<Ended, HostError> {
        let mut connection = self.connect().await?;
        // The plugin may be gone before the response arrives; go-plugin ignores that too.
        drop(connection.controller.shutdown(Empty {}).await);
        self.ended().await
    }

    /// Waits for the end.
    pub async fn ended(self) -> Result<Ended, HostError> {
        finish(self.child, self.stdout, &self.stderr, self.stderr_ended, &self.sockets).await
    }
}

/// A directory for the socket; on Unix in the one place whose path is short everywhere.
fn short_directory() -> Result<TempDir, HostError> {
    let parent = if cfg!(unix) { PathBuf::from("/tmp") } else { std::env::temp_dir() };
    Ok(tempfile::Builder::new().prefix("host").rand_bytes(8).tempdir_in(parent)?)
}

fn pipes(child: &mut Child) -> Result<(BufReader<ChildStdout>, tokio::process::ChildStderr), HostError> {
    match (child.stdout.take(), child.stderr.take()) {
        (Some(stdout), Some(stderr)) => Ok((BufReader::new(stdout), stderr)),
        _ => Err(std::io::Error::other("no pipes").into()),
    }
}

/// Reads stderr continuously: a full pipe would stop the plugin.
fn collect(mut stderr: tokio::process::ChildStderr) -> (Arc<Mutex<Vec<u8>>>, JoinHandle<()>) {
    let collected = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&collected);
    let reading = tokio::spawn(async move {
        let mut piece = [0; 4096];
        while let Ok(length @ 1..) = stderr.read(&mut piece).await {
            let piece = piece.get(..length).unwrap_or_default();
            into.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(piece);
        }
    });
    (collected, reading)
}

fn text(bytes: &Mutex<Vec<u8>>) -> String {
    String::from_utf8_lossy(&bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

async fn finish(
    mut child: Child,
    mut stdout: BufReader<ChildStdout>,
    stderr: &Mutex<Vec<u8>>,
    stderr_ended: JoinHandle<()>,
    sockets: &TempDir,
) -> Result<Ended, HostError> {
    let status = timeout(END, child.wait()).await.map_err(|_| HostError::Late("end"))??;
    let mut rest = Vec::new();
    timeout(END, stdout.read_to_end(&mut rest)).await.map_err(|_| HostError::Late("close stdout"))??;
    drop(timeout(END, stderr_ended).await);
    let left_behind = std::fs::read_dir(sockets.path())?.map(|entry| Ok(entry?.path()));
    Ok(Ended {
        status,
        stdout: String::from_utf8_lossy(&rest).into_owned(),
        stderr: text(stderr),
        left_behind: left_behind.collect::<Result<_, std::io::Error>>()?,
    })
}
