//! Where a plugin listens, and the two kinds of socket there are.

use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// A kind of socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// A Unix socket.
    #[cfg(unix)]
    Unix,
    /// A port on the loopback interface.
    Tcp,
}

impl Network {
    /// The kinds that this system has, the usual one first.
    pub const ALL: &[Self] = &[
        #[cfg(unix)]
        Self::Unix,
        Self::Tcp,
    ];

    /// Go's name for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            #[cfg(unix)]
            Self::Unix => "unix",
            Self::Tcp => "tcp",
        }
    }
}

/// Where a plugin listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// At this path.
    #[cfg(unix)]
    Unix(PathBuf),
    /// At this port.
    Tcp(SocketAddr),
}

/// Common to both kinds of socket.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Address {
    /// Reads the two fields of the handshake line.
    #[must_use]
    pub fn parse(network: &str, address: &str) -> Option<Self> {
        match network {
            #[cfg(unix)]
            "unix" => Some(Self::Unix(PathBuf::from(address))),
            "tcp" => address.parse().ok().map(Self::Tcp),
            _ => None,
        }
    }

    /// Opens a connection, and sends nothing.
    ///
    /// # Errors
    /// If nothing listens there.
    pub async fn connect(&self) -> io::Result<Box<dyn Stream>> {
        Ok(match self {
            #[cfg(unix)]
            Self::Unix(path) => Box::new(tokio::net::UnixStream::connect(path).await?),
            Self::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
        })
    }
}
