//! Which programs the tests have run, in which versions, and what was not tested with which.
//!
//! Each test executable writes a file of its own below the target directory, from scratch. The test target
//! `versions`, which cargo runs last in this package, prints the files.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Once;

use crate::cli::Cli;
use crate::host::{Feature, Release};

/// Records that a test has run with this program.
pub(crate) fn ran(cli: &Cli) {
    note(&format!("ran\t{}\t{}", cli.name, cli.version()));
}

/// Records that something was not tried with this program, and prints it outside the test runner's capture.
pub(crate) fn left_out(cli: &Cli, why: &str) {
    drop(writeln!(io::stderr(), "not tried with {} {}: {why}", cli.name, cli.version()));
    note(&format!("left out\t{}\t{}\t{why}", cli.name, cli.version()));
}

/// Why a release does not support something: the first that does.
pub(crate) fn why(release: Release, feature: Feature) -> String {
    let [terraform, tofu] = feature.since();
    let since = |name: &str, minor: Option<u32>| match minor {
        Some(minor) => format!("{name} can from 1.{minor} on"),
        None => format!("{name} cannot"),
    };
    format!("{feature:?} is not in {release}; {}, {}", since("Terraform", terraform), since("OpenTofu", tofu))
}

/// The records of the last run of each test executable, as lines for a person.
///
/// # Errors
/// If the records exist but cannot be read.
pub fn report() -> io::Result<Vec<String>> {
    let mut tests: BTreeMap<(String, String), u32> = BTreeMap::new();
    let mut reasons: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let Some(directory) = directory().filter(|directory| directory.is_dir()) else { return Ok(Vec::new()) };
    for entry in fs::read_dir(directory)? {
        for line in fs::read_to_string(entry?.path())?.lines() {
            let mut parts = line.split('\t').map(str::to_owned);
            let (Some(kind), Some(name), Some(version)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            if kind == "ran" {
                *tests.entry((name, version)).or_default() += 1;
            } else {
                let all = reasons.entry((name, version)).or_default();
                all.extend(parts.next().filter(|why| !all.contains(why)));
            }
        }
    }
    let mut lines = Vec::new();
    for (program, count) in &tests {
        lines.push(format!("{} {}: {count} tests", program.0, program.1));
        let left_out = reasons.get(program).into_iter().flatten();
        lines.extend(left_out.map(|why| format!("    not tried: {why}")));
    }
    Ok(lines)
}

fn note(line: &str) {
    static BEGUN: Once = Once::new();
    let Some(file) = file() else { return };
    BEGUN.call_once(|| {
        if let Some(directory) = file.parent() {
            drop(fs::create_dir_all(directory));
        }
        drop(fs::write(&file, ""));
    });
    if let Ok(mut open) = OpenOptions::new().append(true).create(true).open(&file) {
        drop(open.write_all(format!("{line}\n").as_bytes()));
    }
}

/// The directory of the records, next to the binaries under test.
fn directory() -> Option<PathBuf> {
    let executable = std::env::current_exe().ok()?;
    let mut profile = executable.parent()?;
    if profile.file_name()? == "deps" {
        profile = profile.parent()?;
    }
    Some(profile.join("programs-tested"))
}

/// The file of this executable, without the hash that cargo adds to its name.
fn file() -> Option<PathBuf> {
    let executable = std::env::current_exe().ok()?;
    let stem = executable.file_stem()?.to_string_lossy().into_owned();
    let name = stem.rsplit_once('-').map_or(stem.as_str(), |(name, _)| name).to_owned();
    Some(directory()?.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Program;

    #[test]
    fn the_reason_names_the_first_release_that_can() {
        let release = Release { program: Program::OpenTofu, minor: 12 };
        let expected = "List is not in OpenTofu 1.12; Terraform can from 1.14 on, OpenTofu cannot";
        assert_eq!(why(release, Feature::List), expected);
    }
}
