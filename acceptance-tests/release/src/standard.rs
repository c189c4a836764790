//! The way around for a machine that cannot install a target: the standard library built from its sources, along with the
//! provider. Cargo calls it `-Zbuild-std` and has it for nightly compilers only, so it may change; to publish, install the
//! target.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Error;

/// What cargo is to build of it: with unwinding, as the profile has it.
pub(crate) const CRATES: &str = "-Zbuild-std=std,panic_unwind";

/// The sources of the standard library that belong to the compiler.
#[derive(Clone, Debug)]
pub struct StdSources {
    /// Where they really are.
    pub(crate) directory: PathBuf,
    /// Where cargo is told that they are: below the checkout. A package's path goes into the names of its symbols, seen
    /// from the checkout, and so it is the same on every machine.
    pub(crate) seen_at: PathBuf,
}

impl StdSources {
    /// Takes the directory `library` of the compiler's sources: `lib/rustlib/src/rust/library` of a toolchain with the
    /// component `rust-src`, `/usr/src/rustc-VERSION/library` of Debian's package of that name.
    ///
    /// # Errors
    /// When they are not there, or belong to another compiler; a standard library is built by its own only.
    pub fn at(directory: &Path, root: &Path) -> Result<Self, Error> {
        let wrong = |why: &str| Error::StdSources { path: directory.to_owned(), why: why.to_owned() };
        let directory = directory.canonicalize().map_err(Error::file(directory))?;
        if !directory.join("Cargo.lock").is_file() || !directory.join("std/Cargo.toml").is_file() {
            return Err(wrong(
                "this is no directory `library` of the compiler's sources: it has no Cargo.lock and std",
            ));
        }
        // The component of rustup does not say; it is always the toolchain's own.
        if let Ok(version) = std::fs::read_to_string(directory.join("../src/version")) {
            let (version, compiler) = (version.trim(), compiler().unwrap_or_default());
            if version != compiler {
                return Err(wrong(&format!("they are of {version}, and the compiler is {compiler}")));
            }
        }
        Ok(Self { directory, seen_at: root.join("target/std-sources") })
    }

    /// What cargo needs to find them, beside the options.
    ///
    /// # Errors
    /// When they cannot be linked to.
    pub(crate) fn environment(&self) -> Result<[(&'static str, OsString); 2], Error> {
        self.show()?;
        Ok([
            // Cargo takes -Z options of a stable toolchain so.
            ("RUSTC_BOOTSTRAP", "1".into()),
            // Cargo looks below the compiler's own directory otherwise. The name is meant for its own tests; there is no other.
            ("__CARGO_TESTS_ONLY_SRC_ROOT", self.seen_at.clone().into()),
        ])
    }

    fn show(&self) -> Result<(), Error> {
        if self.seen_at.canonicalize().is_ok_and(|there| there == self.directory) {
            return Ok(());
        }
        if self.seen_at.is_symlink() {
            std::fs::remove_file(&self.seen_at).map_err(Error::file(&self.seen_at))?;
        }
        if let Some(above) = self.seen_at.parent() {
            std::fs::create_dir_all(above).map_err(Error::file(above))?;
        }
        link(&self.directory, &self.seen_at).map_err(Error::file(&self.seen_at))
    }
}

#[cfg(unix)]
fn link(to: &Path, from: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(to, from)
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(std::io::Error::new(std::io::ErrorKind::Unsupported, "this takes a system with symbolic links"))
}

/// The compiler's version, as in `1.95.0`.
fn compiler() -> Option<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().nth(1).map(str::to_owned)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// A directory with what is looked at.
    fn library(below: &Path, version: &str) -> PathBuf {
        let library = below.join("library");
        std::fs::create_dir_all(library.join("std")).unwrap();
        std::fs::create_dir_all(below.join("src")).unwrap();
        for (name, text) in
            [("library/Cargo.lock", ""), ("library/std/Cargo.toml", ""), ("src/version", version)]
        {
            std::fs::write(below.join(name), text).unwrap();
        }
        library
    }

    #[test]
    fn sources_of_another_compiler_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let own = library(directory.path(), &format!("{}\n", compiler().unwrap()));
        assert!(StdSources::at(&own, Path::new("/source")).is_ok());
        std::fs::remove_file(directory.path().join("src/version")).unwrap();
        assert!(StdSources::at(&own, Path::new("/source")).is_ok());
        let other = library(directory.path(), "1.2.3\n");
        let error = StdSources::at(&other, Path::new("/source")).unwrap_err().to_string();
        assert!(error.contains("they are of 1.2.3, and the compiler is "), "{error}");
        assert!(matches!(
            StdSources::at(directory.path(), Path::new("/source")),
            Err(Error::StdSources { .. })
        ));
    }

    #[test]
    fn wherever_they_are_cargo_sees_them_below_the_checkout() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("checkout");
        let version = compiler().unwrap();
        for name in ["one", "two"] {
            let sources = StdSources::at(&library(&directory.path().join(name), &version), &root).unwrap();
            // Twice, since the second build of a release finds the link there.
            for _ in 0..2 {
                let [_, (_, seen)] = sources.environment().unwrap();
                assert_eq!(seen, root.join("target/std-sources"));
                assert_eq!(Path::new(&seen).canonicalize().unwrap(), sources.directory);
            }
        }
    }
}
