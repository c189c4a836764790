//! The command line of `cargo release-artifacts`.

use std::ffi::OsString;
use std::path::PathBuf;

pub(crate) const USAGE: &str = "\
usage: cargo release-artifacts [OPTIONS]

Builds the files of a release for every platform whose target the compiler has, and says which it has not.
On the same commit, with the same compiler and linker, it writes the same bytes, wherever it runs.

  --output DIRECTORY  where to put them [target/release-artifacts]
  --target TRIPLE     build for this target only (repeatable)
  --profile NAME      cargo's profile; another than release is for trying out [release]
  --check             build everything again in another directory, and fail if a byte differs
  --join DIRECTORY    build nothing: put together what other machines have built, one directory each below this one
  --list              say what would be built, and build nothing
  --help, --version

A target is added by `rustup target add TRIPLE`; musl for Linux also needs a compiler of C, such as musl-gcc. A
release is made so. Where no target can be added, these do for Linux:

  --zig PROGRAM       compile C and link with zig, which brings musl for amd64 and arm64
  --std-sources DIR   with --zig, or mingw-w64 for Windows: build the standard library from its sources, where a target
                      is not installed. DIR is `library` of the sources of the very compiler

Environment: SOURCE_DATE_EPOCH takes the place of the commit's time; CARGO_HOME, CARGO, RUSTC and CARGO_TARGET_DIR
are cargo's own. RUSTFLAGS, CFLAGS and CARGO_PROFILE_... play no part.
";

/// The requested action.
pub(crate) struct Wanted {
    pub(crate) output: Option<PathBuf>,
    pub(crate) triples: Vec<String>,
    pub(crate) profile: String,
    pub(crate) std_sources: Option<PathBuf>,
    pub(crate) zig: Option<PathBuf>,
    pub(crate) join: Option<PathBuf>,
    pub(crate) check: bool,
    pub(crate) list: bool,
}

/// The parsed arguments.
pub(crate) enum Command {
    Run(Wanted),
    Say(String),
}

/// Reads the arguments, or returns what is wrong with them.
pub(crate) fn command(arguments: impl Iterator<Item = OsString>) -> Result<Command, String> {
    let mut wanted = Wanted {
        output: None,
        triples: Vec::new(),
        profile: "release".to_owned(),
        std_sources: None,
        zig: None,
        join: None,
        check: false,
        list: false,
    };
    let mut arguments = arguments.map(|one| one.to_string_lossy().into_owned());
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--help" | "-h" => return Ok(Command::Say(USAGE.to_owned())),
            "--version" | "-V" => {
                return Ok(Command::Say(format!("release-artifacts {}\n", env!("CARGO_PKG_VERSION"))));
            }
            "--check" => wanted.check = true,
            "--list" => wanted.list = true,
            "--join" => wanted.join = Some(value()?.into()),
            "--output" => wanted.output = Some(value()?.into()),
            "--profile" => wanted.profile = value()?,
            "--std-sources" => wanted.std_sources = Some(value()?.into()),
            "--zig" => wanted.zig = Some(value()?.into()),
            "--target" => {
                let triple = value()?;
                if !release::PLATFORMS.iter().any(|platform| platform.triples.contains(&&*triple)) {
                    return Err(format!("{triple} is not a target of a release; --list names them"));
                }
                wanted.triples.push(triple);
            }
            _ => return Err(format!("unknown argument {argument}")),
        }
    }
    let for_windows = |triple: &String| triple.contains("-windows-");
    let is_for_windows = !wanted.triples.is_empty() && wanted.triples.iter().all(for_windows);
    if wanted.std_sources.is_some() && wanted.zig.is_none() && !is_for_windows {
        return Err(
            "--std-sources needs --zig, for the C library and the unwinder that a target comes with; only a --target \
             for Windows has them from mingw-w64"
                .to_owned(),
        );
    }
    Ok(Command::Run(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Wanted, String> {
        command(arguments.iter().map(OsString::from)).map(|command| match command {
            Command::Run(wanted) => wanted,
            Command::Say(text) => panic!("{text}"),
        })
    }

    #[test]
    fn every_option_is_read() {
        let wanted =
            read(&["--zig", "zig", "--std-sources", "library", "--check", "--output", "out"]).unwrap();
        assert_eq!(wanted.zig, Some("zig".into()));
        assert_eq!(wanted.std_sources, Some("library".into()));
        assert_eq!(wanted.output, Some("out".into()));
        assert!(wanted.check && !wanted.list && wanted.join.is_none());
        assert!(read(&["--target", "x86_64-pc-windows-gnu", "--std-sources", "library"]).is_ok());
        assert_eq!(read(&["--join", "parts"]).unwrap().join, Some("parts".into()));
        assert_eq!(wanted.profile, "release");
    }

    #[test]
    fn contradictory_arguments_are_refused() {
        for (arguments, expected) in [
            (&["--std-sources", "library"][..], "--std-sources needs --zig"),
            (&["--target", "z80"], "z80 is not a target of a release"),
            (&["--zig"], "--zig needs a value"),
            (&["--wrong"], "unknown argument --wrong"),
        ] {
            let Err(error) = read(arguments) else { panic!("{arguments:?} is accepted") };
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn the_help_names_every_option() {
        let Ok(Command::Say(text)) = command([OsString::from("--help")].into_iter()) else {
            panic!("no help")
        };
        for option in
            ["--output", "--target", "--profile", "--check", "--list", "--zig", "--std-sources", "--join"]
        {
            assert!(text.contains(&format!("\n  {option} ")), "{option}");
        }
    }
}
