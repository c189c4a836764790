//! `terraform-provider-gallery explain FILE`: who may call what by the allowlists in a file, without Terraform and
//! without Azure.
//!
//! [`file`] finds the versions in whatever the file is, [`version`] says what each comes to, and the pictures are those of
//! [`crate::allowlist`].

mod arguments;
mod file;
mod version;

use std::ffi::OsString;
use std::io::{Read, Write};

use crate::allowlist::{Picture, Severity, graphviz, markdown, mermaid, text};

pub use arguments::USAGE;
use arguments::{Arguments, Format, Wanted};
use version::Explained;

/// Everything could be read, and nothing in it is wrong.
const FINE: u8 = 0;
/// There is a finding of severity `error`.
const WRONG: u8 = 1;
/// The arguments, the file, or something in it cannot be read, or there are no rules in it.
const UNREADABLE: u8 = 2;
/// Nothing known is wrong, and something is known only after an apply.
const UNKNOWN: u8 = 3;

/// Runs the command with the arguments after its name, and gives its exit code. `-` as a file is `input`.
pub fn run(
    arguments: impl Iterator<Item = OsString>,
    input: &mut dyn Read,
    output: &mut dyn Write,
    errors: &mut dyn Write,
) -> u8 {
    // A reader that has gone away (`explain FILE | head`) is no failure.
    let mut complain = |text: String| drop(writeln!(errors, "{text}"));
    let arguments = match Wanted::read(arguments) {
        Ok(Wanted::Explain(arguments)) => arguments,
        Ok(Wanted::Help) => {
            drop(output.write_all(USAGE.as_bytes()));
            return FINE;
        }
        Err(wrong) => {
            complain(format!("explain: {wrong}\n\n{USAGE}"));
            return UNREADABLE;
        }
    };
    let found = match file::open(&arguments.file, input) {
        Ok(found) => found,
        Err(error) => {
            complain(format!("explain: {}: {error}", arguments.file.display()));
            return UNREADABLE;
        }
    };
    let mut explained = Vec::new();
    let mut unread = found.unread;
    for version in found.versions {
        match version.explain(&arguments) {
            Ok(one) => {
                // What a template does not say nobody will say later either.
                if !one.is_later {
                    unread.extend(one.unknown.iter().map(|what| format!("{}: {what}", version.title())));
                }
                explained.push(one);
            }
            Err(error) => unread.push(format!("{}: {error}", version.title())),
        }
    }
    drop(output.write_all(shown(&arguments, &explained).as_bytes()));
    for what in &unread {
        complain(format!("explain: {}: {what}", arguments.file.display()));
    }
    let wrong =
        explained.iter().flat_map(|one| &one.findings).filter(|one| one.severity == Severity::Error).count();
    if wrong > 0 && matches!(arguments.format, Format::Mermaid | Format::Dot) {
        let findings = if wrong == 1 { "1 finding".to_owned() } else { format!("{wrong} findings") };
        complain(format!("explain: {findings} of severity error; --format text tells more"));
    }
    let is_unknown = explained.iter().any(|one| !one.unknown.is_empty());
    match (unread.is_empty(), wrong) {
        (false, _) => UNREADABLE,
        (true, 1..) => WRONG,
        (true, 0) if is_unknown => UNKNOWN,
        (true, 0) => FINE,
    }
}

fn shown(arguments: &Arguments, explained: &[Explained]) -> String {
    let pages = |page: fn(&Picture, &[crate::allowlist::Finding]) -> String| {
        explained.iter().map(|one| page(&one.picture, &one.findings)).collect::<Vec<_>>().join("\n")
    };
    let pictures = || explained.iter().map(|one| one.picture.clone()).collect::<Vec<_>>();
    match arguments.format {
        _ if explained.is_empty() => String::new(),
        Format::Text => pages(text),
        Format::Markdown => pages(markdown),
        Format::Mermaid => mermaid(&pictures()),
        Format::Dot => graphviz(&pictures()),
    }
}

#[cfg(test)]
mod tests;
