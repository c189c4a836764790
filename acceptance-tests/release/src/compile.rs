//! One build of the provider that another machine can reproduce.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::standard::CRATES;
use super::{Error, Sources, StdSources, Zig, is_installed, mingw};

const PACKAGE: &str = "terraform-provider-gallery";

/// How a binary is linked to its system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linking {
    /// Static, with musl.
    Static,
    /// Static, including the C library of GNU. That resolves names by `/etc/hosts` and by DNS itself. For
    /// further services in `/etc/nsswitch.conf` it loads a module of the system, which only works for certain
    /// with the same version of the library. So this is for trying out, and for machines like the one that
    /// built it.
    StaticGnu,
    /// Static except for the libraries of Windows itself.
    Windows,
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
        } else if triple.contains("-windows-") {
            Self::Windows
        } else {
            Self::Usual
        }
    }
}

/// Tools of the build in addition to the compiler.
#[derive(Clone, Debug, Default)]
pub struct Tools {
    /// For a target that is not installed.
    pub std_sources: Option<StdSources>,
    /// For the targets that it serves, installed or not.
    pub zig: Option<Zig>,
}

impl Tools {
    /// Whether a build for a target is possible.
    pub fn build(&self, triple: &str) -> bool {
        let linker = || self.zig_for(triple).is_some() || (triple == mingw::TARGET && mingw::is_there());
        is_installed(triple) || (self.std_sources.is_some() && linker())
    }

    /// The sources of the standard library, if it is to be built too.
    pub fn std_sources_for(&self, triple: &str) -> Option<&StdSources> {
        self.std_sources.as_ref().filter(|_| !is_installed(triple))
    }

    fn zig_for(&self, triple: &str) -> Option<&Zig> {
        self.zig.as_ref().filter(|_| Zig::serves(triple))
    }
}

/// Builds the provider for a target and returns the path of the binary. Cargo and the compiler are those of
/// the `PATH`, or of `CARGO` and `RUSTC`; their output goes to the terminal.
///
/// # Errors
/// If it does not build.
pub fn compile(
    sources: &Sources,
    tools: &Tools,
    triple: &str,
    profile: &str,
    target: &Path,
) -> Result<PathBuf, Error> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(&cargo);
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_other_builds(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    let (std_sources, zig) = (tools.std_sources_for(triple), tools.zig_for(triple));
    command
        .current_dir(&sources.root)
        .args(["build", "--locked", "--package", PACKAGE, "--bin", PACKAGE, "--profile", profile])
        .args(["--target", triple, "--target-dir"])
        .arg(target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(sources, std_sources, zig, triple, target))
        .env("CARGO_INCREMENTAL", "0")
        .env("SOURCE_DATE_EPOCH", sources.made.unix_timestamp().to_string())
        // C compilers sort and print by the language of the terminal.
        .env("LC_ALL", "C");
    if let Some(std_sources) = std_sources {
        command.arg(CRATES).envs(std_sources.environment(triple)?);
    }
    if triple == mingw::TARGET && cfg!(unix) {
        mingw::libraries(target)?;
    }
    if let Some(zig) = zig {
        command.envs(zig.environment(triple, target)?);
    }
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

/// Whether a variable belongs to other builds and would change the bytes: the profile is the repository's,
/// and options for C that are meant for this build name its target (`CFLAGS_<target>`).
fn is_of_other_builds(variable: &str) -> bool {
    variable.starts_with("CARGO_PROFILE_") || ["CFLAGS", "CXXFLAGS", "TARGET_CFLAGS"].contains(&variable)
}

/// The compiler's options: directories of this machine get names that are the same everywhere; the last match
/// wins. Options in the environment for other builds have no effect.
fn flags(
    sources: &Sources,
    std_sources: Option<&StdSources>,
    zig: Option<&Zig>,
    triple: &str,
    target: &Path,
) -> OsString {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let library = std_sources.map(StdSources::names).into_iter().flatten().map(|name| (Some(name), "/std"));
    let named =
        [(home, "/cargo"), (Some(sources.root.clone()), "/source"), (Some(target.to_owned()), "/target")];
    let mut flags = OsString::new();
    for (directory, name) in named.into_iter().chain(library) {
        let Some(directory) = directory else { continue };
        flags.push("--remap-path-prefix\u{1f}");
        flags.push(directory);
        flags.push("=");
        flags.push(name);
        flags.push("\u{1f}");
    }
    // Repeated here, since a cargo configuration outside the repository takes precedence over the profile.
    flags.push("-C\u{1f}debuginfo=0\u{1f}-C\u{1f}strip=symbols");
    let linker = match Linking::of(triple) {
        // Some linkers write an id of the build by default.
        Linking::Static | Linking::StaticGnu => Some("-Wl,--build-id=none"),
        // Windows' linkers write the time.
        Linking::Windows if triple.ends_with("-msvc") => Some("/Brepro"),
        Linking::Windows => Some("-Wl,--no-insert-timestamp"),
        Linking::Usual => None,
    };
    if let Some(option) = linker {
        flags.push("\u{1f}-C\u{1f}link-arg=");
        flags.push(option);
        flags.push("\u{1f}-C\u{1f}target-feature=+crt-static");
    }
    if triple == mingw::TARGET {
        flags.push("\u{1f}-C\u{1f}link-arg=");
        flags.push(mingw::option(target));
    }
    if zig.is_some() {
        // zig has the startup objects of a program; the compiler may not have them.
        flags.push("\u{1f}-C\u{1f}link-self-contained=no");
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
        let target = Path::new("/home/me/gallery/target");
        let flags = flags(&sources, None, None, "x86_64-unknown-linux-musl", target);
        let flags = flags.into_string().unwrap();
        let flags: Vec<_> = flags.split('\u{1f}').collect();
        let place = |flag: &str| flags.iter().position(|one| *one == flag);
        // The target directory is inside the checkout, so it has to come later.
        assert!(
            place("/home/me/gallery=/source").unwrap() < place("/home/me/gallery/target=/target").unwrap()
        );
        assert_eq!(flags.last(), Some(&"target-feature=+crt-static"));
        assert!(place("strip=symbols").is_some());
    }

    #[test]
    fn the_time_of_the_link_does_not_reach_a_binary_for_windows() {
        let sources = Sources { root: "/g".into(), made: OffsetDateTime::UNIX_EPOCH, is_changed: false };
        let flags =
            |triple: &str| flags(&sources, None, None, triple, Path::new("/t")).into_string().unwrap();
        for (triple, option) in [
            ("x86_64-pc-windows-gnu", "link-arg=-Wl,--no-insert-timestamp"),
            ("x86_64-pc-windows-msvc", "link-arg=/Brepro"),
            ("aarch64-pc-windows-msvc", "link-arg=/Brepro"),
        ] {
            let flags = flags(triple);
            let flags: Vec<_> = flags.split('\u{1f}').collect();
            assert!(flags.contains(&option) && flags.contains(&"target-feature=+crt-static"), "{flags:?}");
        }
    }

    #[test]
    fn libraries_of_mingw_are_in_the_target_directory() {
        let sources = Sources { root: "/g".into(), made: OffsetDateTime::UNIX_EPOCH, is_changed: false };
        for (triple, is_linked_so) in [(mingw::TARGET, true), ("x86_64-pc-windows-msvc", false)] {
            let flags = flags(&sources, None, None, triple, Path::new("/t")).into_string().unwrap();
            let directory = Path::new("/t").join("mingw-w64");
            let option = format!("link-arg=-L{}", directory.display());
            assert_eq!(flags.split('\u{1f}').any(|flag| flag == option), is_linked_so, "{flags}");
        }
    }

    #[test]
    fn variables_for_other_builds_are_removed() {
        for name in ["CARGO_PROFILE_RELEASE_STRIP", "CARGO_PROFILE_RELEASE_LTO", "CFLAGS"] {
            assert!(is_of_other_builds(name), "{name}");
        }
        for name in ["CARGO_HOME", "CFLAGS_aarch64_unknown_linux_musl", "CC", "CARGO_TARGET_DIR", "PATH"] {
            assert!(!is_of_other_builds(name), "{name}");
        }
    }

    #[test]
    fn binaries_for_linux_are_static() {
        assert_eq!(Linking::of("aarch64-unknown-linux-musl"), Linking::Static);
        assert_eq!(Linking::of("x86_64-unknown-linux-gnu"), Linking::StaticGnu);
        assert_eq!(Linking::of("aarch64-pc-windows-msvc"), Linking::Windows);
        assert_eq!(Linking::of("aarch64-apple-darwin"), Linking::Usual);
    }
}
