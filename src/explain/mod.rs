//! `terraform-provider-gallery explain FILE`: who may call what by the allowlists in a file, without
//! Terraform and without Azure.
//!
//! [`file`] finds the versions in any supported file, [`version`] explains each, [`difference`] compares, and
//! [`show`] writes the result. The pictures and the matrix are those of [`crate::allowlist`].

mod arguments;
mod difference;
mod file;
#[cfg(any(test, fuzzing))]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
pub mod fuzz;
mod show;
pub mod terminal;
mod version;

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::Path;

use crate::allowlist::Severity;

pub use arguments::USAGE;
use arguments::{Action, CommandLine, Format};
use difference::{VersionDifference, differences};
use file::FileContent;
use version::{Explained, Version};

/// Everything could be read, and nothing is wrong.
const FINE: u8 = 0;
/// There is a finding of severity `error`.
const WRONG: u8 = 1;
/// The arguments, the file, or something in it cannot be read, or there are no rules in it.
const UNREADABLE: u8 = 2;
/// Nothing known is wrong, but something is known only after an apply, or the file does not say it.
const UNKNOWN: u8 = 3;
/// Somebody loses access.
const LOSES: u8 = 4;
/// Tokens, certificates or the like open to somebody, or something opens to everybody.
const OPENS: u8 = 5;
/// Both.
const LOSES_AND_OPENS: u8 = 6;

/// The JSON schema of a rules file.
pub const SCHEMA: &str = include_str!("rules.schema.json");

/// What to show.
struct Report {
    /// The file's name.
    name: String,
    /// The changes, if two things were compared.
    differences: Option<Vec<VersionDifference>>,
    versions: Vec<Explained>,
    /// What cannot be read, and why.
    unread: Vec<String>,
    code: u8,
}

/// Runs the command with the arguments after its name, and returns its exit code. `-` as a file is `input`;
/// `width` is that of the terminal.
pub fn run(
    arguments: impl Iterator<Item = OsString>,
    input: &mut dyn Read,
    output: &mut dyn Write,
    errors: &mut dyn Write,
    width: usize,
) -> u8 {
    // A closed pipe (`explain FILE | head`) is not an error.
    let mut complain = |text: String| drop(writeln!(errors, "{text}"));
    let arguments = match Action::read(arguments) {
        Ok(Action::Explain(arguments)) => arguments,
        Ok(Action::Help) => {
            drop(output.write_all(USAGE.as_bytes()));
            return FINE;
        }
        Ok(Action::Schema) => {
            drop(output.write_all(SCHEMA.as_bytes()));
            return FINE;
        }
        Err(wrong) => {
            complain(format!("explain: {wrong}\n\n{USAGE}"));
            return UNREADABLE;
        }
    };
    let mut open = |path: &Path| {
        file::open(path, input).map_err(|error| format!("explain: {}: {error}", path.display()))
    };
    let old = match arguments.old.as_deref().map(&mut open).transpose() {
        Ok(old) => old,
        Err(error) => {
            complain(error);
            return UNREADABLE;
        }
    };
    let new = match open(&arguments.file) {
        Ok(new) => new,
        Err(error) => {
            complain(error);
            return UNREADABLE;
        }
    };
    let report = report(&arguments, old, new);
    let width = arguments.width.unwrap_or(width);
    drop(output.write_all(show::report(&report, arguments.format, width).as_bytes()));
    for what in &report.unread {
        complain(format!("explain: {what}"));
    }
    let errors = report.error_count();
    if errors > 0 && matches!(arguments.format, Format::Mermaid | Format::Dot) {
        let findings = if errors == 1 { "1 finding".to_owned() } else { format!("{errors} findings") };
        complain(format!("explain: {findings} of severity error; --format text shows more"));
    }
    report.code
}

/// Reads the files.
fn report(arguments: &CommandLine, old: Option<FileContent>, new: FileContent) -> Report {
    let mut unread = Vec::new();
    let before = match (old, new.before) {
        (Some(old), _) => {
            let path = arguments.old.as_deref().unwrap_or(Path::new(""));
            Some(explained(arguments, path, old.versions, old.unread, &mut unread))
        }
        // For a plan, the versions before it.
        (None, Some(before)) => Some(explained(arguments, &arguments.file, before, Vec::new(), &mut unread)),
        (None, None) => None,
    };
    let versions = explained(arguments, &arguments.file, new.versions, new.unread, &mut unread);
    let differences = before.map(|before| differences(&before, &versions));
    let name =
        arguments.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let name = if name == "-" { "standard input".to_owned() } else { name };
    let mut report = Report { name, differences, versions, unread, code: FINE };
    report.code = report.exit_code();
    report
}

fn explained(
    arguments: &CommandLine,
    path: &Path,
    versions: Vec<Version>,
    unread: Vec<String>,
    all_unread: &mut Vec<String>,
) -> Vec<Explained> {
    let mut explained = Vec::new();
    let mut record = |what: String| all_unread.push(format!("{}: {what}", path.display()));
    unread.into_iter().for_each(&mut record);
    for version in versions {
        match version.explain(arguments) {
            Ok(one) => {
                // A value that a template does not contain will not be known later either.
                if !one.is_later {
                    one.unknown.iter().for_each(|what| record(format!("{}: {what}", version.title())));
                }
                explained.push(one);
            }
            Err(error) => record(format!("{}: {error}", version.title())),
        }
    }
    explained
}

impl Report {
    /// The number of findings that are errors.
    fn error_count(&self) -> usize {
        let findings = self.versions.iter().flat_map(|one| &one.findings);
        findings.filter(|one| one.severity == Severity::Error).count()
    }

    fn exit_code(&self) -> u8 {
        let differences = || self.differences.iter().flatten();
        let loses = differences().any(VersionDifference::loses);
        let opens = differences().any(VersionDifference::opens);
        let is_unknown = self.versions.iter().any(|one| !one.unknown.is_empty() || !one.missing.is_empty())
            || differences().any(|one| !one.unknown.is_empty());
        match (loses, opens) {
            _ if !self.unread.is_empty() => UNREADABLE,
            _ if self.error_count() > 0 => WRONG,
            (true, true) => LOSES_AND_OPENS,
            (false, true) => OPENS,
            (true, false) => LOSES,
            _ if is_unknown => UNKNOWN,
            _ => FINE,
        }
    }
}

#[cfg(test)]
mod tests;
