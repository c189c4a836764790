//! The socket that the host connects to: a Unix socket in a private directory, or a loopback port where there
//! are no Unix sockets.
//!
//! The directory is the first line of defence (mode 0700, so no other user can reach the socket), the pinned
//! certificate of [`tls`](super::tls) the second. The [`Listener`]'s [`SocketFiles`] remove both.

use std::fmt;
use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
#[cfg(unix)]
use std::path::Path;
use std::path::PathBuf;

use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};

#[cfg(unix)]
mod directory;
#[cfg(unix)]
mod group;

#[cfg(unix)]
use directory::{PREFIX, RANDOM, SOCKET};

/// The longest path of a Unix socket, without the final NUL: `sun_path` has 108 bytes on Linux and 104 on the
/// BSDs and macOS.
#[cfg(unix)]
const PATH_LIMIT: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// The kind and place of the socket that the host requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SocketOptions {
    /// Whether to open a Unix socket, as on every system that has them, or a port (`PLUGIN_NETWORK`).
    pub(super) unix: bool,
    /// The directory in which the host wants Unix sockets (`PLUGIN_UNIX_SOCKET_DIR`).
    pub(super) directory: Option<PathBuf>,
    /// The directory for temporary files, if the host names none.
    pub(super) temporary: PathBuf,
    /// The group, by number or name, that may connect too (`PLUGIN_UNIX_SOCKET_GROUP`).
    pub(super) group: Option<String>,
    /// The ports to try without Unix sockets; 0 is any free one.
    pub(super) ports: RangeInclusive<u16>,
}

/// An open socket.
#[derive(Debug)]
pub(super) enum Listener {
    /// A Unix socket. If no group is admitted, with the user that alone may connect (the superuser may
    /// always).
    #[cfg(unix)]
    Unix(UnixListener, Option<u32>),
    /// For systems without Unix sockets.
    Tcp(TcpListener),
}

/// Where a host finds the socket. `Display` writes it as in the handshake line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// A path. It is checked to be printable on one line.
    #[cfg_attr(not(any(unix, test)), allow(dead_code))]
    Unix(String),
    /// An address on the loopback interface.
    Tcp(SocketAddr),
}

/// The directory of the socket, and its locked file. Dropping this removes them.
#[derive(Debug)]
pub(super) struct SocketFiles(Option<(TempDir, File)>);

/// One accepted connection, before TLS.
#[derive(Debug)]
pub(super) enum RawConnection {
    /// Over the Unix socket.
    #[cfg(unix)]
    Unix(UnixStream),
    /// Over the loopback port.
    Tcp(TcpStream),
}

impl Listener {
    /// Opens the requested kind of socket. Must be called within the tokio runtime.
    pub(super) fn bind(socket: &SocketOptions) -> Result<(Self, Address, SocketFiles), BindError> {
        #[cfg(unix)]
        if socket.unix {
            return Self::bind_unix(socket);
        }
        Self::bind_tcp(socket)
    }

    /// Opens a Unix socket in a new directory that only this user (and the host's group, if it names one) may
    /// enter.
    #[cfg(unix)]
    fn bind_unix(socket: &SocketOptions) -> Result<(Self, Address, SocketFiles), BindError> {
        use std::fs::{Permissions, set_permissions};
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

        let group = socket.group.as_deref().map(group::Group::find).transpose()?;
        let (listener, path, (directory, lock)) = match &socket.directory {
            Some(directory) => open_in(directory)?,
            None => open_temporary(&socket.temporary)?,
        };
        let failed = |source| BindError::Socket { path: path.clone(), source };
        let owner = match &group {
            Some(_) => None,
            None => Some(std::fs::metadata(&path).map_err(failed)?.uid()),
        };
        if let Some(group) = group {
            // The socket first: while the directory is closed, nobody can reach the socket before its mode is
            // set.
            group.admit(Path::new(&path), 0o660)?;
            group.admit(directory.path(), 0o750)?;
        } else {
            set_permissions(&path, Permissions::from_mode(0o600)).map_err(failed)?;
        }
        Ok((Self::Unix(listener, owner), Address::Unix(path), SocketFiles(Some((directory, lock)))))
    }

    /// Opens the first free port of the range on 127.0.0.1.
    fn bind_tcp(socket: &SocketOptions) -> Result<(Self, Address, SocketFiles), BindError> {
        let mut last = io::Error::from(io::ErrorKind::AddrInUse);
        for port in socket.ports.clone() {
            let bound = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).and_then(|listener| {
                listener.set_nonblocking(true)?;
                TcpListener::from_std(listener)
            });
            match bound.and_then(|listener| listener.local_addr().map(|address| (listener, address))) {
                Ok((listener, address)) => {
                    return Ok((Self::Tcp(listener), Address::Tcp(address), SocketFiles(None)));
                }
                Err(error) => last = error,
            }
        }
        Err(BindError::Ports { first: *socket.ports.start(), last: *socket.ports.end(), source: last })
    }

    /// Accepts the next connection. A connection of another user is closed. The permissions of the directory
    /// already keep others out, unless somebody has changed them.
    pub(super) async fn accept(&self) -> io::Result<RawConnection> {
        match self {
            #[cfg(unix)]
            Self::Unix(listener, owner) => loop {
                let (stream, _) = listener.accept().await?;
                let user = stream.peer_cred()?.uid();
                if user == 0 || owner.is_none_or(|owner| owner == user) {
                    return Ok(RawConnection::Unix(stream));
                }
                tracing::warn!(target: "provider.plugin", user, "a connection of another user was refused");
            },
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(RawConnection::Tcp(stream))
            }
        }
    }
}

impl Address {
    /// Go's name for the network.
    #[must_use]
    pub(super) fn network(&self) -> &'static str {
        match self {
            Self::Unix(_) => "unix",
            Self::Tcp(_) => "tcp",
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => formatter.write_str(path),
            Self::Tcp(address) => address.fmt(formatter),
        }
    }
}

impl SocketFiles {
    /// Removes them now.
    ///
    /// # Errors
    /// If something cannot be removed.
    pub(super) fn remove(self) -> io::Result<()> {
        // The lock is released last: until then no other start removes the directory.
        self.0.map_or(Ok(()), |(directory, _lock)| directory.close())
    }

    /// Removes the directories that killed processes of this user have left next to it, in the background.
    /// Must be called within the tokio runtime.
    pub(super) fn sweep(&self) {
        #[cfg(unix)]
        if let Some((directory, _)) = &self.0
            && let Some(parent) = directory.path().parent().map(Path::to_owned)
        {
            tokio::task::spawn_blocking(move || directory::sweep(&parent));
        }
    }
}

/// Opens a socket in a directory for temporary files. If that is missing or full, or its path too long, in
/// `/tmp`.
#[cfg(unix)]
fn open_temporary(temporary: &Path) -> Result<OpenedSocket, BindError> {
    const SHORT: &str = "/tmp";
    let first = match open_in(temporary) {
        Err(error) if temporary != Path::new(SHORT) => error,
        opened => return opened,
    };
    let too_long = matches!(first, BindError::PathTooLong { .. });
    if !too_long {
        tracing::warn!(target: "provider.plugin", error = %first, "the socket goes to {SHORT}");
    }
    open_in(Path::new(SHORT)).map_err(|second| if too_long { second } else { first })
}

#[cfg(unix)]
type OpenedSocket = (UnixListener, String, (TempDir, File));

/// Opens a socket in a private directory below `parent`. Checks that its path is short enough and valid in
/// the handshake line.
#[cfg(unix)]
fn open_in(parent: &Path) -> Result<OpenedSocket, BindError> {
    let failed = |source| BindError::Directory { path: parent.to_owned(), source };
    let parent = std::path::absolute(parent).map_err(failed)?;
    if !fits(&parent) {
        return Err(BindError::PathTooLong { path: parent });
    }
    let failed = |source| BindError::Directory { path: parent.clone(), source };
    let (directory, lock) = directory::make(&parent).map_err(failed)?;
    let path = match directory.path().join(SOCKET).to_str() {
        // The bar separates the fields of the handshake line, and go-plugin trims and splits at line ends.
        Some(text) if !text.contains(['|', '\n', '\r']) => text.to_owned(),
        _ => return Err(BindError::Unprintable { path: parent }),
    };
    let listener =
        UnixListener::bind(&path).map_err(|source| BindError::Socket { path: path.clone(), source })?;
    Ok((listener, path, (directory, lock)))
}

/// Whether a socket in our directory below `parent` stays within the limit.
#[cfg(unix)]
fn fits(parent: &Path) -> bool {
    parent.as_os_str().len() + 1 + PREFIX.len() + RANDOM + 1 + SOCKET.len() <= PATH_LIMIT
}

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// The private directory cannot be created.
    #[error("no directory for the plugin's socket can be created in {}: {source}", path.display())]
    Directory {
        /// The parent directory.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The configured directory is too long for a socket's path.
    #[error(
        "PLUGIN_UNIX_SOCKET_DIR is too long for a socket: {} has {} bytes, but the system allows {} for \
         the whole path of the socket; choose a shorter directory",
        path.display(), path.as_os_str().len(), limit()
    )]
    PathTooLong {
        /// The directory.
        path: PathBuf,
    },
    /// The path cannot be written in the handshake line.
    #[error("{} cannot hold the plugin's socket: a bar, a line break or a byte outside UTF-8 is in its name", path.display())]
    Unprintable {
        /// The directory.
        path: PathBuf,
    },
    /// The socket cannot be opened.
    #[error("the plugin's socket {path} cannot be opened: {source}")]
    Socket {
        /// Its path.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The group that the host names does not exist or cannot be admitted.
    #[error("PLUGIN_UNIX_SOCKET_GROUP is \"{group}\": {reason}")]
    Group {
        /// Its name or number.
        group: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No port of the range is free.
    #[error("no port from {first} to {last} can be opened on 127.0.0.1: {source}")]
    Ports {
        /// The first port tried.
        first: u16,
        /// The last one.
        last: u16,
        /// The reason of the last.
        source: io::Error,
    },
}

fn limit() -> usize {
    #[cfg(unix)]
    return PATH_LIMIT;
    #[cfg(not(unix))]
    return usize::MAX;
}

#[cfg(test)]
mod tests;
