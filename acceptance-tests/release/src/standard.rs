//! An alternative for a machine that cannot install a target: the standard library is built from its sources
//! together with the provider. Cargo calls it `-Zbuild-std` and has it only for nightly compilers, so it may
//! change; to publish, install the target.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::script::{quoted, written};
use super::{Error, mingw};

/// The crates that cargo builds: with unwinding, as in the profile.
pub(crate) const CRATES: &str = "-Zbuild-std=std,panic_unwind";

/// The path, relative to the checkout, under which the compiler sees its own files. It is the same on every
/// machine. The path of a package is part of the names of its symbols, and for those of the standard library
/// cargo uses this path.
const SYSROOT: &str = "target/std-sysroot";
/// Where in it cargo looks for the sources, as in rustup's component `rust-src`.
const LIBRARY: &str = "lib/rustlib/src/rust/library";

/// The sources of the standard library that belong to the compiler.
#[derive(Clone, Debug)]
pub struct StdSources {
    /// Their real path.
    directory: PathBuf,
    /// The directory with the compiler's files and these.
    sysroot: PathBuf,
}

impl StdSources {
    /// Accepts the directory `library` of the compiler's sources: `lib/rustlib/src/rust/library` of a
    /// toolchain with the component `rust-src`, `/usr/src/rustc-VERSION/library` of Debian's package of that
    /// name.
    ///
    /// # Errors
    /// If they do not exist, or belong to another compiler: a standard library builds only with its own.
    pub fn at(directory: &Path, root: &Path) -> Result<Self, Error> {
        let wrong = |why: &str| Error::StdSources { path: directory.to_owned(), why: why.to_owned() };
        let directory = directory.canonicalize().map_err(Error::file(directory))?;
        if !directory.join("Cargo.lock").is_file() || !directory.join("std/Cargo.toml").is_file() {
            return Err(wrong(
                "this is not the directory `library` of the compiler's sources: it has no Cargo.lock and \
                 std",
            ));
        }
        // rustup's component does not state it; it always matches the toolchain.
        if let Ok(version) = std::fs::read_to_string(directory.join("../src/version")) {
            let (version, compiler) = (version.trim(), compiler().unwrap_or_default());
            if version != compiler {
                return Err(wrong(&format!("they are of {version}, and the compiler is {compiler}")));
            }
        }
        Ok(Self { directory, sysroot: root.join(SYSROOT) })
    }

    /// The names of their directory for the compiler. The compiler may see a path inside the checkout either
    /// way.
    pub(crate) fn names(&self) -> [PathBuf; 3] {
        [self.sysroot.join(LIBRARY), Path::new(SYSROOT).join(LIBRARY), self.directory.clone()]
    }

    /// What cargo needs to find them, in addition to the option: a compiler with these files, which is the
    /// usual one with links to its own.
    ///
    /// # Errors
    /// If that cannot be written.
    pub(crate) fn environment(&self, triple: &str) -> Result<[(&'static str, OsString); 2], Error> {
        let sysroot = &self.sysroot;
        if sysroot.exists() {
            std::fs::remove_dir_all(sysroot).map_err(Error::file(sysroot))?;
        }
        let (rustc, own) = (rustc(), printed(&["--print", "sysroot"]).unwrap_or_default());
        let all = Path::new(&own).join("lib/rustlib");
        for entry in std::fs::read_dir(&all).map_err(Error::file(&all))?.flatten() {
            // Libraries of targets and the linker; the other entries are rustup's records, and perhaps `src`.
            if entry.path().join("lib").is_dir() {
                link(&entry.path(), &sysroot.join("lib/rustlib").join(entry.file_name()))?;
            }
        }
        link(&self.directory, &sysroot.join(LIBRARY))?;
        let [rustc, at] = [&rustc, sysroot.as_os_str()].map(|word| quoted(&word.to_string_lossy()));
        let script =
            written(&sysroot.join("rustc"), &format!("#!/bin/sh\nexec {rustc} --sysroot {at} \"$@\"\n"))?;
        if triple == mingw::TARGET {
            mingw::objects(Path::new(&script), &sysroot.join(LIBRARY), sysroot)?;
        }
        // The other variable lets cargo and the compiler of a stable toolchain accept -Z options.
        Ok([("RUSTC", script), ("RUSTC_BOOTSTRAP", "1".into())])
    }
}

/// Makes a link at `from` that leads to `to`.
#[cfg(unix)]
pub(crate) fn link(to: &Path, from: &Path) -> Result<(), Error> {
    if let Some(above) = from.parent() {
        std::fs::create_dir_all(above).map_err(Error::file(above))?;
    }
    std::os::unix::fs::symlink(to, from).map_err(Error::file(from))
}

#[cfg(not(unix))]
pub(crate) fn link(_: &Path, from: &Path) -> Result<(), Error> {
    Err(Error::file(from)(std::io::Error::other("this needs a system with symbolic links")))
}

fn rustc() -> OsString {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

/// The output of the compiler.
fn printed(arguments: &[&str]) -> Option<String> {
    let output = Command::new(rustc()).args(arguments).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The compiler's version, as in `1.95.0`.
fn compiler() -> Option<String> {
    printed(&["--version"])?.split_whitespace().nth(1).map(str::to_owned)
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with the sources to check.
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
    fn the_compiler_always_sees_the_sources_below_the_checkout() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("checkout");
        let version = compiler().unwrap();
        for name in ["one", "two"] {
            let sources = StdSources::at(&library(&directory.path().join(name), &version), &root).unwrap();
            // Twice, since the second build of a release finds them already there.
            for _ in 0..2 {
                let [(_, rustc), _] = sources.environment("x86_64-unknown-linux-musl").unwrap();
                let run = |arguments: &[&str]| {
                    let output = Command::new("sh").arg(&rustc).args(arguments).output().unwrap();
                    String::from_utf8(output.stdout).unwrap().trim().to_owned()
                };
                let sysroot = PathBuf::from(run(&["--print", "sysroot"]));
                assert_eq!(sysroot, root.join("target/std-sysroot"));
                assert_eq!(sysroot.join(LIBRARY).canonicalize().unwrap(), sources.directory);
                // Its own files stay.
                assert!(Path::new(&run(&["--print", "target-libdir"])).read_dir().unwrap().count() > 10);
            }
        }
    }
}
