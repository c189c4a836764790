//! The files of a provider that a registry needs: an archive for each platform, their checksums, and a
//! manifest.
//!
//! The layout is the registry's (<https://developer.hashicorp.com/terraform/registry/providers/publishing>),
//! and that of a filesystem mirror. Everything is made only from the sources and the time of the commit, so
//! that every build yields the same bytes.

mod again;
mod archive;
mod artefacts;
mod compile;
mod executable;
mod join;
mod mingw;
mod notices;
mod platform;
mod script;
mod sources;
mod standard;
mod sums;
mod zig;

pub use again::again;
pub use archive::{Entry, pack};
pub use artefacts::{Artefacts, MANIFEST_PROTOCOL};
pub use compile::{Linking, Tools, compile};
pub use executable::{imports, is_stripped, needs_loader};
pub use join::join;
pub use notices::notices;
pub use platform::{Choice, PLATFORMS, Platform, choose};
pub use sources::{Sources, is_installed};
pub use standard::StdSources;
pub use sums::{sha256, sums};
pub use zig::Zig;

use std::path::{Path, PathBuf};

/// Why there are no artefacts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        error: std::io::Error,
    },
    /// A program cannot be run.
    #[error("{program} cannot be run: {error}")]
    Program {
        /// The program.
        program: String,
        /// The reason.
        error: std::io::Error,
    },
    /// The sources do not build for a target.
    #[error("{triple} does not build; the compiler's messages are above")]
    Build {
        /// The target.
        triple: String,
    },
    /// The time of the sources is unknown.
    #[error(
        "the time of the release is not known: this is not a git checkout. Set SOURCE_DATE_EPOCH to \
         seconds since 1970"
    )]
    NoTime,
    /// The variable has another value.
    #[error("SOURCE_DATE_EPOCH must be whole seconds from 1980 to 2107, not {text:?}")]
    BadTime {
        /// The value.
        text: String,
    },
    /// An archive cannot be written.
    #[error("the archive cannot be written: {0}")]
    Archive(String),
    /// The notices of a binary are unknown.
    #[error("the notices of the dependencies cannot be written: {0}")]
    Notices(String),
    /// The manifest differs from what a registry expects.
    #[error("terraform-registry-manifest.json does not name protocol {MANIFEST_PROTOCOL}")]
    Manifest,
    /// A binary for Linux has symbols.
    #[error("the binary for {triple} is not stripped: it has a table of symbols")]
    NotStripped {
        /// The target.
        triple: String,
    },
    /// The standard library cannot be built from these sources.
    #[error("{}: {why}", path.display())]
    StdSources {
        /// The named directory.
        path: PathBuf,
        /// The fault.
        why: String,
    },
    /// There is no commit to build again.
    #[error("only committed files can be built again elsewhere, and there are uncommitted changes")]
    Changed,
    /// The files of several machines are not a release.
    #[error("{}: {why}", directory.display())]
    Parts {
        /// Their directory.
        directory: PathBuf,
        /// The fault.
        why: String,
    },
    /// A second build yielded other files.
    #[error("the second build differs: {}; its files are in {}", names.join(", "), kept.join("artefacts").display())]
    Different {
        /// The files.
        names: Vec<String>,
        /// The directory with the second build: `checkout`, `target` and `artefacts`.
        kept: PathBuf,
    },
    /// A binary for Windows needs libraries that Windows may not have.
    #[error("the binary for {triple} does not start without further libraries: it needs {}", libraries.join(", "))]
    NeedsRuntime {
        /// The target.
        triple: String,
        /// The libraries.
        libraries: Vec<String>,
    },
    /// A binary for Linux needs libraries of the system.
    #[error("the binary for {triple} is not static: it needs a loader of the system")]
    NotStatic {
        /// The target.
        triple: String,
    },
}

impl Error {
    fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File { path, error }
    }
}
