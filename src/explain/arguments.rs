//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use crate::allowlist::{DefaultAccess, Endpoint, Mode, OsType, nearest};

/// The help.
pub const USAGE: &str = "\
usage: terraform-provider-gallery explain FILE [OPTIONS]
       terraform-provider-gallery explain --diff OLD NEW [OPTIONS]
       terraform-provider-gallery explain --schema

Reports who may call what by the allowlists in FILE: who gets tokens and certificates, a matrix of identities and
requests, what is closed to everybody, what happens to every other request, what is wrong, and what is not known. With
--diff, and for a plan, it first reports what changes. Nothing is sent anywhere. FILE is `-` for standard input, or JSON
of one of these kinds:

  rules            { mode, default_access, rules }, or the value of `rules` alone, as maps or as Azure's lists
  a version        as `az sig in-vm-access-control-profile-version show`, az rest or the portal export it; also a list
  an ARM template  every version in it, nested ones too (for Bicep: `bicep build FILE --stdout`); parameters have
                   their default values
  Terraform        `terraform show -json` of a state or a plan, or a state file; azapi's versions too

Options:
  --format FORMAT          text, markdown (for a pull request), html (one page that needs no network), json (for programs),
                           mermaid or dot (for Graphviz) [text]
  --diff                   compare two files: what is gained and lost, and which requests are decided differently
  --schema                 print the JSON schema of a rules file, for editors
  --endpoint ENDPOINT      IMDS or WireServer, if the file does not say
  --os OS                  Linux or Windows, if the file does not say
  --mode MODE              Audit, Enforce or Disabled, if the file does not say
  --default-access ACCESS  Allow or Deny, if the file does not say
  --width COLUMNS          the width of the text [that of the terminal]
  --help

Exit code: 0 nothing is wrong, and nothing is lost or opened; 1 there is a finding of severity error; 2 something cannot be
read, a template does not contain it, or there are no rules; 3 nothing known is wrong, and something is not known: it comes only
with an apply, or the file does not say it. With --diff, and for a plan: 4 somebody loses access; 5 tokens, certificates or the
like open to somebody, or something opens to everybody: a path that is no longer closed, or all by a new mode or default
access; 6 both. If several apply, the first in this order counts: 2, 1, 6, 5, 4, 3.
";

/// The output format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    /// For a terminal.
    #[default]
    Text,
    /// For a pull request.
    Markdown,
    /// A page for a browser.
    Html,
    /// For programs.
    Json,
    /// A flowchart.
    Mermaid,
    /// A graph for Graphviz.
    Dot,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "markdown" | "md" => Ok(Self::Markdown),
            "html" => Ok(Self::Html),
            "json" => Ok(Self::Json),
            "mermaid" => Ok(Self::Mermaid),
            "dot" | "graphviz" => Ok(Self::Dot),
            _ => Err(format!(
                "{text:?} is not a format; the formats are text, markdown, html, json, mermaid and dot"
            )),
        }
    }
}

/// A file to explain, and the options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CommandLine {
    /// The file; `-` is standard input.
    pub(super) file: PathBuf,
    /// The file to compare it with.
    pub(super) old: Option<PathBuf>,
    /// The output format.
    pub(super) format: Format,
    /// The endpoint of versions whose profile is not known.
    pub(super) endpoint: Option<Endpoint>,
    /// The operating system of versions whose profile is not known.
    pub(super) os_type: Option<OsType>,
    /// The mode of rules that have none.
    pub(super) mode: Option<Mode>,
    /// The default access of rules that have none.
    pub(super) default_access: Option<DefaultAccess>,
    /// The maximum width of text.
    pub(super) width: Option<usize>,
}

/// The requested action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// The help.
    Help,
    /// The JSON schema of a rules file.
    Schema,
    /// Explains a file.
    Explain(CommandLine),
}

const OPTIONS: [&str; 9] = [
    "--format",
    "--diff",
    "--schema",
    "--endpoint",
    "--os",
    "--mode",
    "--default-access",
    "--width",
    "--help",
];

impl Action {
    /// Reads the command line. The error is a sentence.
    pub(super) fn read(arguments: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut parsed = CommandLine::default();
        let mut files = Vec::new();
        let mut is_difference = false;
        let mut rest = arguments;
        while let Some(argument) = rest.next() {
            let text = argument.to_string_lossy().into_owned();
            let is_option = text.starts_with('-') && text != "-";
            if !is_option {
                files.push(PathBuf::from(argument));
                continue;
            }
            let (name, given) = match text.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (text, None),
            };
            let mut value = || {
                let next = || rest.next().map(|next| next.to_string_lossy().into_owned());
                given.clone().or_else(next).ok_or_else(|| format!("{name} needs a value"))
            };
            match name.as_str() {
                "--help" | "-help" | "-h" => return Ok(Self::Help),
                "--schema" => return Ok(Self::Schema),
                "--diff" => is_difference = true,
                "--format" | "-f" => parsed.format = value()?.parse()?,
                "--endpoint" => parsed.endpoint = Some(word(&value()?)?),
                "--os" => parsed.os_type = Some(word(&value()?)?),
                "--mode" => parsed.mode = Some(word(&value()?)?),
                "--default-access" | "--default_access" => parsed.default_access = Some(word(&value()?)?),
                "--width" => {
                    let value = value()?;
                    let width = value.parse().map_err(|_| format!("{value:?} is not a number of columns"))?;
                    parsed.width = Some(width);
                }
                _ => {
                    let near = nearest(&name, OPTIONS.into_iter());
                    let hint = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
                    return Err(format!("unknown option {name}{hint}"));
                }
            }
        }
        let mut files = files.into_iter();
        match (is_difference, files.next(), files.next(), files.next()) {
            (false, Some(file), None, None) => parsed.file = file,
            (true, Some(old), Some(new), None) if old == new && new.as_os_str() == "-" => {
                return Err("only one of the two files can be standard input".to_owned());
            }
            (true, Some(old), Some(new), None) => (parsed.old, parsed.file) = (Some(old), new),
            (true, ..) => return Err("--diff takes two files, the old one first".to_owned()),
            (false, None, ..) => return Err("no file given; `-` is standard input".to_owned()),
            (false, ..) => return Err("one file at a time, or two with --diff".to_owned()),
        }
        Ok(Self::Explain(parsed))
    }
}

fn word<T: FromStr<Err = crate::allowlist::UnknownWord>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: crate::allowlist::UnknownWord| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Action, String> {
        Action::read(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn options_are_accepted_in_either_form_and_any_order() {
        let action = read("--format=dot rules.json --os windows --endpoint imds").unwrap();
        let Action::Explain(arguments) = action else { panic!("{action:?}") };
        assert_eq!(arguments.file, PathBuf::from("rules.json"));
        assert_eq!((arguments.format, arguments.os_type), (Format::Dot, Some(OsType::Windows)));
        assert_eq!(arguments.endpoint, Some(Endpoint::Imds));
        assert!(matches!(read("-"), Ok(Action::Explain(_))));
        assert_eq!(read("whatever --help"), Ok(Action::Help));
        let action = read("old.json --diff - --mode enforce --default-access=deny --width 80").unwrap();
        let Action::Explain(arguments) = action else { panic!("{action:?}") };
        assert_eq!((arguments.old, arguments.file), (Some("old.json".into()), "-".into()));
        assert_eq!(
            (arguments.mode, arguments.default_access),
            (Some(Mode::Enforce), Some(DefaultAccess::Deny))
        );
        assert_eq!(arguments.width, Some(80));
        assert_eq!(read("--schema"), Ok(Action::Schema));
    }

    #[test]
    fn a_wrong_command_line_is_an_error_sentence() {
        for (line, part) in [
            ("", "no file given"),
            ("a b", "one file"),
            ("--diff a", "two files"),
            ("--diff a b c", "two files"),
            ("--diff - -", "standard input"),
            ("a --format", "needs a value"),
            ("a --format svg", "text, markdown, html, json, mermaid and dot"),
            ("a --endpoint here", "IMDS"),
            ("a --width x", "not a number"),
            ("a --fromat dot", "did you mean --format?"),
        ] {
            let error = read(line).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
    }
}
