//! One build of the provider that another machine can repeat.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Error, Sources};

const PACKAGE: &str = "terraform-provider-gallery";

/// How a binary is tied to the system it runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linking {
    /// Everything is inside; musl's way.
    Static,
    /// Everything is inside, the C library of GNU too. It looks names up in `/etc/hosts` and by DNS by itself; for further
    /// services in `/etc/nsswitch.conf` it loads a module of the system, which is sure to work with the very version of the
    /// library only that this was built with. So it is for trying out, and for machines like the one that built it.
    StaticGnu,
    /// As usual on the system.
    Usual,
}

impl Linking {
    /// That of a target.
    pub fn of(triple: &str) -> Self {
        if triple.ends_with("-linux-musl") {
            Self::Static
        } else if triple.ends_with("-linux-gnu") {
            Self::StaticGnu
        } else {
            Self::Usual
        }
    }
}

/// Builds the provider for a target and says where the binary is. Cargo and the compiler are those of the `PATH`, or of
/// `CARGO` and `RUSTC`; what they print goes to the terminal.
///
/// # Errors
/// When it does not build.
pub fn compile(sources: &Sources, triple: &str, profile: &str, target: &Path) -> Result<PathBuf, Error> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(&cargo);
    command
        .current_dir(&sources.root)
        .args(["build", "--locked", "--package", PACKAGE, "--bin", PACKAGE, "--profile", profile])
        .args(["--target", triple, "--target-dir"])
        .arg(target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(sources, triple, target))
        .env("CARGO_INCREMENTAL", "0")
        .env("SOURCE_DATE_EPOCH", sources.made.unix_timestamp().to_string())
        // Compilers of C sort and print by the language of the terminal.
        .env("LC_ALL", "C");
    let status = command
        .status()
        .map_err(|error| Error::Program { program: cargo.to_string_lossy().into_owned(), error })?;
    if !status.success() {
        return Err(Error::Build { triple: triple.to_owned() });
    }
    let directory = target.join(triple).join(if profile == "dev" { "debug" } else { profile });
    let suffix = if triple.contains("windows") { ".exe" } else { "" };
    Ok(directory.join(format!("{PACKAGE}{suffix}")))
}

/// The compiler's options: directories of this machine get names that every machine has, the last that fits wins. Options
/// that the environment has for other builds play no part.
fn flags(sources: &Sources, triple: &str, target: &Path) -> OsString {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let named = [(home.as_deref(), "/cargo"), (Some(&*sources.root), "/source"), (Some(target), "/target")];
    let mut flags = OsString::new();
    for (directory, name) in named {
        let Some(directory) = directory else { continue };
        flags.push("--remap-path-prefix\u{1f}");
        flags.push(directory);
        flags.push("=");
        flags.push(name);
        flags.push("\u{1f}");
    }
    flags.push("-C\u{1f}debuginfo=0");
    if Linking::of(triple) != Linking::Usual {
        flags.push("\u{1f}-C\u{1f}target-feature=+crt-static");
    }
    flags
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;

    #[test]
    fn no_directory_of_this_machine_reaches_the_binary() {
        let made = OffsetDateTime::UNIX_EPOCH;
        let sources = Sources { root: "/home/me/gallery".into(), made, is_changed: false };
        let flags = flags(&sources, "x86_64-unknown-linux-musl", Path::new("/home/me/gallery/target"));
        let flags = flags.into_string().unwrap();
        let flags: Vec<_> = flags.split('\u{1f}').collect();
        let place = |flag: &str| flags.iter().position(|one| *one == flag);
        // The target directory lies inside of the checkout, so it has to come later.
        assert!(
            place("/home/me/gallery=/source").unwrap() < place("/home/me/gallery/target=/target").unwrap()
        );
        assert_eq!(flags.last(), Some(&"target-feature=+crt-static"));
    }

    #[test]
    fn binaries_for_linux_are_static() {
        assert_eq!(Linking::of("aarch64-unknown-linux-musl"), Linking::Static);
        assert_eq!(Linking::of("x86_64-unknown-linux-gnu"), Linking::StaticGnu);
        assert_eq!(Linking::of("aarch64-apple-darwin"), Linking::Usual);
    }
}
