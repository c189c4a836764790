//! What a registry takes of a provider: an archive for each platform, their checksums, and a manifest.
//!
//! The layout is the registry's own (<https://developer.hashicorp.com/terraform/registry/providers/publishing>), and the
//! same that a filesystem mirror holds. Everything is made from the sources and the time of the commit alone, so that
//! whoever builds it again gets the same bytes.

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
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A program cannot be run.
    #[error("{program} cannot be run: {error}")]
    Program {
        /// Which.
        program: String,
        /// Why.
        error: std::io::Error,
    },
    /// The sources do not build for a target.
    #[error("{triple} does not build; what the compiler said stands above")]
    Build {
        /// The target.
        triple: String,
    },
    /// Nobody knows when the sources were made.
    #[error(
        "the time of the release is not known: this is no git checkout. Set SOURCE_DATE_EPOCH to seconds since 1970"
    )]
    NoTime,
    /// The variable holds something else.
    #[error("SOURCE_DATE_EPOCH takes whole seconds from 1980 to 2107, not {text:?}")]
    BadTime {
        /// What it holds.
        text: String,
    },
    /// An archive cannot be written.
    #[error("the archive cannot be written: {0}")]
    Archive(String),
    /// Nobody knows what notices a binary needs.
    #[error("the notices of the dependencies cannot be written: {0}")]
    Notices(String),
    /// The manifest is not what a registry expects.
    #[error("terraform-registry-manifest.json does not name protocol {MANIFEST_PROTOCOL}")]
    Manifest,
    /// A binary for Linux has symbols in it.
    #[error("the binary for {triple} is not stripped: it has a table of symbols")]
    NotStripped {
        /// The target.
        triple: String,
    },
    /// The standard library cannot be built from these.
    #[error("{}: {why}", path.display())]
    StdSources {
        /// What was named.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// There is no commit to build again.
    #[error("only what is committed can be built again elsewhere, and something here is not")]
    Changed,
    /// What several machines have built is no release.
    #[error("{}: {why}", directory.display())]
    Parts {
        /// Where it is.
        directory: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A second build gave other files.
    #[error("built again, not the same: {}; the second ones are in {}", names.join(", "), kept.join("artefacts").display())]
    Different {
        /// Which.
        names: Vec<String>,
        /// The directory with the second build: `checkout`, `target` and `artefacts`.
        kept: PathBuf,
    },
    /// A binary for Windows needs libraries that Windows may not have.
    #[error("the binary for {triple} does not start by itself: it needs {}", libraries.join(", "))]
    NeedsRuntime {
        /// The target.
        triple: String,
        /// What it needs.
        libraries: Vec<String>,
    },
    /// A binary for Linux needs libraries of the system.
    #[error("the binary for {triple} is not static: it asks for a loader of the system")]
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
