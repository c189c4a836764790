//! `cargo release-artifacts`: what a registry takes, for every platform that can be built here.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use release::{
    Artefacts, Choice, Error, Linking, Platform, Sources, choose, compile, is_installed, needs_loader, sha256,
};

const USAGE: &str = "\
usage: cargo release-artifacts [OPTIONS]

Builds the files of a release for every platform whose target the compiler has, and says which it has not.
Run twice on the same commit, with the same compiler, it writes the same bytes.

  --output DIRECTORY  where to put them [target/release-artifacts]
  --target TRIPLE     build for this target only (repeatable)
  --profile NAME      cargo's profile; another than release is for trying out [release]
  --list              say what would be built, and build nothing
  --help, --version

A target is added by `rustup target add TRIPLE`. Environment: SOURCE_DATE_EPOCH takes the place of the commit's
time; CARGO_HOME, CARGO, RUSTC and CARGO_TARGET_DIR are cargo's own. RUSTFLAGS play no part.
";

/// What was asked for.
struct Wanted {
    output: Option<PathBuf>,
    triples: Vec<String>,
    profile: String,
    list: bool,
}

/// What the arguments ask for.
enum Command {
    Run(Wanted),
    Say(String),
}

fn main() -> ExitCode {
    let wanted = match command(std::env::args_os().skip(1)) {
        Ok(Command::Run(wanted)) => wanted,
        Ok(Command::Say(text)) => {
            drop(std::io::stdout().write_all(text.as_bytes()));
            return ExitCode::SUCCESS;
        }
        Err(wrong) => {
            drop(writeln!(std::io::stderr(), "release-artifacts: {wrong}\n\n{USAGE}"));
            return ExitCode::from(2);
        }
    };
    match run(&wanted) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            drop(writeln!(std::io::stderr(), "release-artifacts: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn command(arguments: impl Iterator<Item = OsString>) -> Result<Command, String> {
    let mut wanted = Wanted { output: None, triples: Vec::new(), profile: "release".to_owned(), list: false };
    let mut arguments = arguments.map(|one| one.to_string_lossy().into_owned());
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--help" | "-h" => return Ok(Command::Say(USAGE.to_owned())),
            "--version" | "-V" => {
                return Ok(Command::Say(format!("release-artifacts {}\n", env!("CARGO_PKG_VERSION"))));
            }
            "--list" => wanted.list = true,
            "--output" => wanted.output = Some(value()?.into()),
            "--profile" => wanted.profile = value()?,
            "--target" => {
                let triple = value()?;
                if !release::PLATFORMS.iter().any(|platform| platform.triples.contains(&&*triple)) {
                    return Err(format!("{triple} is no target of a release; --list names them"));
                }
                wanted.triples.push(triple);
            }
            _ => return Err(format!("unknown argument {argument}")),
        }
    }
    Ok(Command::Run(wanted))
}

/// Gives whether there is anything to release.
fn run(wanted: &Wanted) -> Result<bool, Error> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().map_err(|error| Error::File { path: root, error })?;
    let sources = Sources::at(&root, std::env::var_os("SOURCE_DATE_EPOCH"))?;
    let choices = choose(&wanted.triples, is_installed);
    if wanted.list {
        choices.iter().for_each(list);
        return Ok(true);
    }
    if sources.is_changed {
        say("Note: there are changes that are not committed, so nobody else can build these files again.");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let target = std::path::absolute(&target).map_err(|error| Error::File { path: target, error })?;
    let read = |name: &str| {
        let path = root.join(name);
        std::fs::read(&path).map_err(|error| Error::File { path, error })
    };
    let manifest = read("terraform-registry-manifest.json")?;
    let mut artefacts = Artefacts::new(env!("CARGO_PKG_VERSION"), sources.made, manifest, read("LICENSE")?)?;
    let mut built = Vec::new();
    for (platform, triple) in choices.iter().filter_map(to_build) {
        say(&format!("Building {platform} for {triple} ..."));
        let began = Instant::now();
        let file = compile(&sources, triple, &wanted.profile, &target)?;
        let executable = std::fs::read(&file).map_err(|error| Error::File { path: file.clone(), error })?;
        if platform.os == "linux" && needs_loader(&executable) != Some(false) {
            return Err(Error::NotStatic { triple: triple.to_owned() });
        }
        let name = artefacts.add(platform, &executable)?;
        say(&format!("  {name} in {:.0} seconds: {}", began.elapsed().as_secs_f64(), linking(triple)));
        built.push(name);
    }
    let output = wanted.output.clone().unwrap_or_else(|| target.join("release-artifacts"));
    let missing: Vec<_> = choices.iter().filter(|choice| to_build(choice).is_none()).collect();
    if built.is_empty() {
        say("Nothing can be built here: the compiler has none of the targets.");
    } else {
        artefacts.write(&output)?;
        say(&format!("\n{}:", output.display()));
        for (name, bytes) in artefacts.files() {
            say(&format!("  {}  {:>9}  {name}", sha256(&bytes), bytes.len()));
        }
    }
    if !missing.is_empty() {
        say("\nNot built, since the compiler lacks the target:");
        missing.into_iter().for_each(list);
    }
    if !built.is_empty() {
        let sums = artefacts.sums_name();
        say(&format!(
            "\nTo publish, sign the checksums with the key the registry knows, and put all of it into a release v{}:\n  \
             gpg --detach-sign {}",
            env!("CARGO_PKG_VERSION"),
            output.join(sums).display()
        ));
    }
    Ok(!built.is_empty())
}

fn to_build(choice: &Choice) -> Option<(&Platform, &'static str)> {
    match choice {
        Choice::Build(platform, triple) => Some((platform, triple)),
        Choice::Missing(_) => None,
    }
}

fn linking(triple: &str) -> &'static str {
    match Linking::of(triple) {
        Linking::Static => "static, with musl",
        Linking::StaticGnu => {
            "static, with the C library of GNU; names are looked up in /etc/hosts and by DNS only"
        }
        Linking::Usual => "linked as usual there",
    }
}

fn list(choice: &Choice) {
    match choice {
        Choice::Build(platform, triple) => {
            say(&format!("  {:<14} {triple}: {}", platform.to_string(), linking(triple)))
        }
        Choice::Missing(platform) => {
            let preferred = platform.triples.first().copied().unwrap_or_default();
            let more = match platform.os {
                "darwin" => ", on a Mac: its linker and SDK exist nowhere else",
                "windows" => ", on Windows",
                "freebsd" => ", and a linker with FreeBSD's libraries",
                _ if preferred.starts_with("aarch64") => ", and a linker for it (CARGO_TARGET_..._LINKER)",
                _ => "",
            };
            say(&format!("  {:<14} rustup target add {preferred}{more}", platform.to_string()));
        }
    }
}

fn say(text: &str) {
    // A reader that has gone away is no reason to leave a release half made.
    drop(writeln!(std::io::stdout(), "{text}"));
}
