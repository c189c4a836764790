//! `cargo release-artifacts`: the files for a registry, for every platform that can be built here.

mod arguments;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use release::{
    Artefacts, Choice, Error, Linking, Platform, Sources, StdSources, Tools, Zig, again, choose, compile,
    imports, is_stripped, join, needs_loader, notices, sha256,
};

use crate::arguments::{Command, USAGE, Wanted, command};

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

/// Returns whether there is anything to release.
fn run(wanted: &Wanted) -> Result<bool, Error> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().map_err(|error| Error::File { path: root, error })?;
    if let Some(parts) = &wanted.join {
        return put_together(parts, wanted.output.as_deref().unwrap_or(parts));
    }
    let sources = Sources::at(&root, std::env::var_os("SOURCE_DATE_EPOCH"))?;
    let tools = Tools {
        std_sources: wanted.std_sources.as_deref().map(|path| StdSources::at(path, &root)).transpose()?,
        zig: wanted.zig.as_deref().map(Zig::at).transpose()?,
    };
    let choices = choose(&wanted.triples, |triple| tools.build(triple));
    if wanted.list {
        choices.iter().for_each(|choice| list(choice, &tools));
        return Ok(true);
    }
    if sources.is_changed {
        if wanted.check {
            return Err(Error::Changed);
        }
        say("Note: there are changes that are not committed, so nobody else can build these files again.");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let target = std::path::absolute(&target).map_err(|error| Error::File { path: target, error })?;
    let artefacts = build(wanted, &sources, &tools, &choices, &target)?;
    let missing: Vec<_> = choices.iter().filter(|choice| to_build(choice).is_none()).collect();
    let output = wanted.output.clone().unwrap_or_else(|| target.join("release-artifacts"));
    if let Some(artefacts) = &artefacts {
        artefacts.write(&output)?;
        say(&format!("\n{}:", output.display()));
        for (name, bytes) in artefacts.files() {
            say(&format!("  {}  {:>9}  {name}", sha256(&bytes), bytes.len()));
        }
    } else {
        say("Nothing can be built here: the compiler has none of the targets.");
    }
    if !missing.is_empty() {
        say("\nNot built, since the compiler lacks the target:");
        missing.into_iter().for_each(|choice| list(choice, &tools));
    }
    let Some(artefacts) = artefacts else { return Ok(false) };
    if wanted.check {
        say("\nBuilding all of it again in another directory ...");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        again(&sources, &cargo, &same(wanted, &tools)?, &artefacts)?;
        say("Every file is the same, byte for byte.");
    }
    say(&format!(
        "\nTo publish, sign the checksums with the key the registry knows, and put all of it into a release v{}:\n  \
         gpg --detach-sign {}",
        env!("CARGO_PKG_VERSION"),
        output.join(artefacts.sums_name()).display()
    ));
    Ok(true)
}

/// Writes the release of these parts.
fn put_together(parts: &Path, output: &Path) -> Result<bool, Error> {
    let files = join(parts, env!("CARGO_PKG_VERSION"))?;
    std::fs::create_dir_all(output).map_err(|error| Error::File { path: output.to_owned(), error })?;
    say(&format!("{}:", output.display()));
    for (name, bytes) in files {
        say(&format!("  {}  {:>9}  {name}", sha256(&bytes), bytes.len()));
        let path = output.join(name);
        std::fs::write(&path, bytes).map_err(|error| Error::File { path, error })?;
    }
    Ok(true)
}

/// The files to build, or nothing if there are none.
fn build(
    wanted: &Wanted,
    sources: &Sources,
    tools: &Tools,
    choices: &[Choice],
    target: &Path,
) -> Result<Option<Artefacts>, Error> {
    let read = |name: &str| {
        let path = sources.root.join(name);
        std::fs::read(&path).map_err(|error| Error::File { path, error })
    };
    let manifest = read("terraform-registry-manifest.json")?;
    let mut artefacts = Artefacts::new(
        env!("CARGO_PKG_VERSION"),
        sources.made,
        manifest,
        [read("LICENSE")?, notices(&sources.root)?],
    )?;
    let mut is_empty = true;
    for (platform, triple) in choices.iter().filter_map(to_build) {
        say(&format!("Building {platform} for {triple} ..."));
        let began = Instant::now();
        let file = compile(sources, tools, triple, &wanted.profile, target)?;
        let executable = std::fs::read(&file).map_err(|error| Error::File { path: file.clone(), error })?;
        if platform.os == "linux" {
            if needs_loader(&executable) != Some(false) {
                return Err(Error::NotStatic { triple: triple.to_owned() });
            }
            if is_stripped(&executable) != Some(true) {
                return Err(Error::NotStripped { triple: triple.to_owned() });
            }
        }
        if platform.os == "windows" {
            let libraries = imports(&executable).ok_or_else(|| Error::Build { triple: triple.to_owned() })?;
            let libraries: Vec<_> = libraries.into_iter().filter(|name| is_a_runtime(name)).collect();
            if !libraries.is_empty() {
                return Err(Error::NeedsRuntime { triple: triple.to_owned(), libraries });
            }
        }
        let name = artefacts.add(platform, &executable)?;
        say(&format!("  {name} in {:.0} seconds: {}", began.elapsed().as_secs_f64(), linking(triple, tools)));
        is_empty = false;
    }
    Ok((!is_empty).then_some(artefacts))
}

/// Whether a library comes with a compiler and not with Windows: those of Visual C++, and of mingw-w64.
fn is_a_runtime(library: &str) -> bool {
    let name = library.to_ascii_lowercase();
    ["vcruntime", "msvcp", "concrt", "lib"].iter().any(|start| name.starts_with(start))
}

/// The arguments for the same build elsewhere.
fn same(wanted: &Wanted, tools: &Tools) -> Result<Vec<OsString>, Error> {
    let mut arguments: Vec<OsString> = vec!["--profile".into(), wanted.profile.clone().into()];
    for triple in &wanted.triples {
        arguments.extend(["--target".into(), triple.into()]);
    }
    if let Some(path) = &wanted.std_sources {
        let path = path.canonicalize().map_err(|error| Error::File { path: path.clone(), error })?;
        arguments.extend(["--std-sources".into(), path.into()]);
    }
    if let Some(zig) = &tools.zig {
        arguments.extend(["--zig".into(), zig.program().into()]);
    }
    Ok(arguments)
}

fn to_build(choice: &Choice) -> Option<(&Platform, &'static str)> {
    match choice {
        Choice::Build(platform, triple) => Some((platform, triple)),
        Choice::Missing(_) => None,
    }
}

fn linking(triple: &str, tools: &Tools) -> &'static str {
    match Linking::of(triple) {
        Linking::Static if tools.std_sources_for(triple).is_some() => {
            "static, with musl, and a standard library built from its sources: a way around. To publish, \
             `rustup target add` the target"
        }
        Linking::Static => "static, with musl",
        Linking::StaticGnu => {
            "static, with the C library of GNU: to try out, not to publish. `rustup target add` its -musl target and \
             install musl-gcc to have musl instead"
        }
        Linking::Windows if triple.ends_with("-gnu") => {
            "with the runtime inside, linked by mingw-w64: to try out. To publish, build on Windows"
        }
        Linking::Windows => "with the runtime inside",
        Linking::Usual => "linked as usual there",
    }
}

fn list(choice: &Choice, tools: &Tools) {
    match choice {
        Choice::Build(platform, triple) => {
            say(&format!("  {:<14} {triple}: {}", platform.to_string(), linking(triple, tools)))
        }
        Choice::Missing(platform) => {
            let preferred = platform.triples.first().copied().unwrap_or_default();
            let more = match platform.os {
                "darwin" => ", on a Mac: its linker and SDK exist nowhere else",
                "windows" => {
                    ", on Windows; or --std-sources, with mingw-w64 (Debian: g++-mingw-w64-x86-64-win32)"
                }
                "freebsd" => ", and a linker with FreeBSD's libraries",
                _ if preferred.starts_with("aarch64") && tools.zig.is_none() => {
                    ", and --zig or another linker for it (CARGO_TARGET_..._LINKER)"
                }
                _ => "",
            };
            say(&format!("  {:<14} rustup target add {preferred}{more}", platform.to_string()));
        }
    }
}

fn say(text: &str) {
    // If the reader has gone away, that is no reason to leave a release half made.
    drop(writeln!(std::io::stdout(), "{text}"));
}
