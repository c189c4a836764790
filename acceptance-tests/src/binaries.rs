//! The binaries under test, built once by cargo itself.
//!
//! `cargo test --workspace` does not build the binaries of other packages, so a test that needs one asks
//! cargo for it: same profile, same target directory, and nothing to do if it is up to date. Test executables
//! that ask at the same time wait for cargo's own lock. [`PROVIDER`] names another provider to test: a
//! released one, or one for another system, run by a script. With [`EMULATOR`] as well, cargo is not called.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::running;

/// The variable with the path of a provider to test instead of the built one. It must have the same version
/// and sources, since the tests are about these.
pub const PROVIDER: &str = "GALLERY_PROVIDER";

/// The variable with the path of an emulator to use instead of the built one.
pub const EMULATOR: &str = "GALLERY_EMULATOR";

/// The paths of the binaries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// `terraform-provider-gallery`.
    pub provider: PathBuf,
    /// `gallery-emulator`.
    pub emulator: PathBuf,
}

/// Builds the workspace's binaries unless they are named, the first time it is called in a process, and
/// returns their paths.
pub fn binaries() -> Result<&'static Binaries, BuildError> {
    static BUILT: OnceLock<Result<Binaries, BuildError>> = OnceLock::new();
    BUILT.get_or_init(find).as_ref().map_err(Clone::clone)
}

fn find() -> Result<Binaries, BuildError> {
    match (named(PROVIDER, std::env::var_os(PROVIDER))?, named(EMULATOR, std::env::var_os(EMULATOR))?) {
        (Some(provider), Some(emulator)) => Ok(Binaries { provider, emulator }),
        (provider, emulator) => {
            let built = build()?;
            let (provider, emulator) =
                (provider.unwrap_or(built.provider), emulator.unwrap_or(built.emulator));
            Ok(Binaries { provider, emulator })
        }
    }
}

/// The binary that a variable names, if it is set. A wrong name is an error; the built binary must not be
/// tested instead.
fn named(variable: &'static str, path: Option<OsString>) -> Result<Option<PathBuf>, BuildError> {
    let Some(path) = path else { return Ok(None) };
    let wrong = |error: String| BuildError::Named { variable, path: path.clone().into(), error };
    // Tests run in directories of their own.
    let binary = std::path::absolute(&path).map_err(|error| wrong(error.to_string()))?;
    if binary.is_file() { Ok(Some(binary)) } else { Err(wrong("there is no such file".to_owned())) }
}

fn build() -> Result<Binaries, BuildError> {
    let executable = std::env::current_exe().map_err(|error| BuildError::Cargo(error.to_string()))?;
    let layout = Layout::of(&executable).ok_or(BuildError::Layout { executable: executable.clone() })?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_of_this_package)) {
        command.env_remove(name);
    }
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--quiet", "--workspace", "--bins"])
        .args(layout.arguments());
    let output = running::run(&mut command).map_err(|error| BuildError::Cargo(error.to_string()))?;
    if !output.status.success() {
        return Err(BuildError::Failed(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let place = |name: &str| layout.directory.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let built =
        Binaries { provider: place("terraform-provider-gallery"), emulator: place("gallery-emulator") };
    for binary in [&built.provider, &built.emulator] {
        if !binary.is_file() {
            return Err(BuildError::Missing { binary: binary.clone() });
        }
    }
    Ok(built)
}

/// Whether cargo has set a variable for this one package. Build scripts watch some of them (ring's does), so
/// passing them on to another cargo would make it rebuild nearly everything, and this one after it.
fn is_of_this_package(variable: &str) -> bool {
    variable == "OUT_DIR"
        || ["CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_BIN_", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE"]
            .iter()
            .any(|prefix| variable.starts_with(prefix))
}

/// How the running executable was built, read from its path: `<target>[/<triple>]/<profile>[/deps]/<name>`.
#[derive(Debug, PartialEq, Eq)]
struct Layout {
    target: PathBuf,
    triple: Option<OsString>,
    /// The directory of the profile's binaries.
    directory: PathBuf,
}

impl Layout {
    fn of(executable: &Path) -> Option<Self> {
        let mut directory = executable.parent()?;
        if directory.file_name()? == "deps" {
            directory = directory.parent()?;
        }
        let above = directory.parent()?;
        // Cargo writes the first into the root of a target directory that it creates, and the second into the root of any.
        let marked = ["CACHEDIR.TAG", ".rustc_info.json"].iter().any(|name| above.join(name).exists());
        let (target, triple) =
            if marked { (above, None) } else { (above.parent()?, Some(above.file_name()?.to_owned())) };
        Some(Self { target: target.to_owned(), triple, directory: directory.to_owned() })
    }

    fn arguments(&self) -> Vec<OsString> {
        let mut arguments = vec!["--target-dir".into(), self.target.clone().into()];
        if let Some(triple) = &self.triple {
            arguments.extend(["--target".into(), triple.clone()]);
        }
        let profile = match self.directory.file_name() {
            // The development profile is the one whose directory has another name.
            Some(name) if name == "debug" => "dev".into(),
            Some(name) => name.to_owned(),
            None => "dev".into(),
        };
        arguments.extend(["--profile".into(), profile]);
        arguments
    }
}

/// Why there are no binaries to test.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Cargo cannot be run.
    #[error("cargo cannot be run: {0}")]
    Cargo(String),
    /// The executable is not where cargo puts one.
    #[error("{} is not in a cargo target directory", executable.display())]
    Layout {
        /// The running executable.
        executable: PathBuf,
    },
    /// The workspace does not build.
    #[error("the binaries cannot be built:\n{0}")]
    Failed(String),
    /// The binary that a variable names does not exist.
    #[error("{variable} names {}: {error}", path.display())]
    Named {
        /// Which variable.
        variable: &'static str,
        /// Its value.
        path: PathBuf,
        /// What is wrong with it.
        error: String,
    },
    /// Cargo built something else.
    #[error("cargo built no {}", binary.display())]
    Missing {
        /// The missing binary.
        binary: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_cargo_variables_are_passed_on() {
        for name in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "CARGO_BIN_EXE_quickstart", "OUT_DIR"] {
            assert!(is_of_this_package(name), "{name}");
        }
        for name in ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_BUILD_JOBS", "CARGO_NET_OFFLINE", "RUSTFLAGS"] {
            assert!(!is_of_this_package(name), "{name}");
        }
    }

    #[test]
    fn a_named_binary_must_exist() {
        assert_eq!(named(PROVIDER, None), Ok(None));
        let released = tempfile::NamedTempFile::new().unwrap();
        let path = released.path();
        assert_eq!(named(PROVIDER, Some(path.into())), Ok(Some(path.to_owned())));
        let error = named(EMULATOR, Some("no/such/emulator".into())).unwrap_err().to_string();
        assert_eq!(error, "GALLERY_EMULATOR names no/such/emulator: there is no such file");
    }

    #[test]
    fn a_target_directory_that_cargo_did_not_create_is_known() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join(".rustc_info.json"), "").unwrap();
        let layout = Layout::of(&root.path().join("debug/quickstart")).unwrap();
        assert_eq!((layout.target.as_path(), layout.triple), (root.path(), None));
    }

    #[test]
    fn the_profile_is_read_from_the_path() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("CACHEDIR.TAG"), "").unwrap();
        let arguments = |below: &str| {
            let layout = Layout::of(&root.path().join(below)).unwrap();
            let arguments = layout.arguments();
            assert_eq!(arguments[1], root.path().as_os_str());
            arguments[2..].iter().map(|argument| argument.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(arguments("debug/deps/transport-123"), ["--profile", "dev"]);
        assert_eq!(arguments("debug/quickstart"), ["--profile", "dev"]);
        assert_eq!(arguments("release/deps/transport-123"), ["--profile", "release"]);
        let cross = ["--target", "x86_64-unknown-linux-musl", "--profile", "release"];
        assert_eq!(arguments("x86_64-unknown-linux-musl/release/deps/t"), cross);
    }
}
