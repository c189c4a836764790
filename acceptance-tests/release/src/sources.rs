//! The sources of a release: the checkout, its time, and the compiler.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use time::OffsetDateTime;

use super::Error;

/// A checkout of the repository.
#[derive(Clone, Debug)]
pub struct Sources {
    /// Its root.
    pub root: PathBuf,
    /// The time of its commit, or the one in `SOURCE_DATE_EPOCH`
    /// (<https://reproducible-builds.org/specs/source-date-epoch/>).
    pub made: OffsetDateTime,
    /// Whether something in it is not committed, so that nobody else can build the same.
    pub is_changed: bool,
}

impl Sources {
    /// Examines the checkout there.
    ///
    /// # Errors
    /// If its time is unknown.
    pub fn at(root: &Path, epoch: Option<OsString>) -> Result<Self, Error> {
        let git = |arguments: &[&str]| {
            let output = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
            output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let text = match epoch {
            Some(epoch) => epoch.to_string_lossy().into_owned(),
            None => git(&["log", "-1", "--format=%ct"]).ok_or(Error::NoTime)?,
        };
        let seconds = text.parse().ok().filter(|seconds| *seconds >= 0);
        let made = seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
        let made = made.ok_or(Error::BadTime { text })?;
        let is_changed = git(&["status", "--porcelain"]).is_some_and(|changes| !changes.is_empty());
        Ok(Self { root: root.to_owned(), made, is_changed })
    }
}

/// Whether the compiler has the standard library of a target, so that it can build for it.
pub fn is_installed(triple: &str) -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "target-libdir", "--target", triple]).output();
    let directory = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    directory.is_ok_and(|directory| !directory.is_empty() && Path::new(&directory).is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_takes_precedence_over_the_commit() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let sources = Sources::at(root, Some("1700000000".into())).unwrap();
        assert_eq!(sources.made.unix_timestamp(), 1_700_000_000);
        for wrong in ["yesterday", "-1", ""] {
            assert!(matches!(Sources::at(root, Some(wrong.into())), Err(Error::BadTime { .. })), "{wrong}");
        }
    }

    #[test]
    fn outside_a_checkout_the_time_must_be_set() {
        let directory = tempfile::tempdir().unwrap();
        assert!(matches!(Sources::at(directory.path(), None), Err(Error::NoTime)));
    }

    #[test]
    fn an_unknown_target_is_not_installed() {
        assert!(!is_installed("no-such-target"));
    }
}
