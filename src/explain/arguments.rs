//! What the command is asked for.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use crate::allowlist::{Endpoint, OsType, nearest};

/// The help.
pub const USAGE: &str = "\
usage: terraform-provider-gallery explain FILE [OPTIONS]

Says who may call what by the allowlists in FILE, what is closed to everybody, what becomes of every other request,
and what is wrong. What is not known is said. Nothing is sent anywhere. FILE is `-` for standard input, or JSON of one of these kinds:

  rules            { mode, default_access, rules }, or the value of `rules` alone, as maps or as Azure's lists
  a version        as `az sig in-vm-access-control-profile-version show`, az rest or the portal export it; also a list
  an ARM template  every version in it, nested ones too (for Bicep: `bicep build FILE --stdout`); parameters have
                   their default values
  Terraform        `terraform show -json` of a state or a plan, or a state file; azapi's versions too

Options:
  --format FORMAT      text, markdown (for a pull request), mermaid or dot (for Graphviz) [text]
  --endpoint ENDPOINT  IMDS or WireServer, where the file does not say
  --os OS              Linux or Windows, where the file does not say
  --help

Exit code: 0 nothing is wrong; 1 there is a finding of severity error; 2 something cannot be read, a template does not
tell it, or there are no rules; 3 nothing that is known is wrong, and something is known only after apply.
";

/// How the answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    /// For a terminal.
    #[default]
    Text,
    /// For a pull request.
    Markdown,
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
            "mermaid" => Ok(Self::Mermaid),
            "dot" | "graphviz" => Ok(Self::Dot),
            _ => Err(format!("{text:?} is no format; known are text, markdown, mermaid and dot")),
        }
    }
}

/// A file to explain, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Arguments {
    /// Which; `-` is standard input.
    pub(super) file: PathBuf,
    /// How.
    pub(super) format: Format,
    /// The endpoint of versions whose profile is not known.
    pub(super) endpoint: Option<Endpoint>,
    /// The operating system of versions whose profile is not known.
    pub(super) os_type: Option<OsType>,
}

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The help.
    Help,
    /// A file explained.
    Explain(Arguments),
}

const OPTIONS: [&str; 4] = ["--format", "--endpoint", "--os", "--help"];

impl Wanted {
    /// Reads the command line. The error is a sentence.
    pub(super) fn read(arguments: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut read = Arguments::default();
        let mut file = None;
        let mut rest = arguments;
        while let Some(argument) = rest.next() {
            let text = argument.to_string_lossy().into_owned();
            let is_option = text.starts_with('-') && text != "-";
            if !is_option {
                if file.replace(PathBuf::from(argument)).is_some() {
                    return Err("one file at a time".to_owned());
                }
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
                "--format" | "-f" => read.format = value()?.parse()?,
                "--endpoint" => read.endpoint = Some(word(&value()?)?),
                "--os" => read.os_type = Some(word(&value()?)?),
                _ => {
                    let near = nearest(&name, OPTIONS.into_iter());
                    let hint = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
                    return Err(format!("unknown option {name}{hint}"));
                }
            }
        }
        read.file = file.ok_or("which file? `-` is standard input")?;
        Ok(Self::Explain(read))
    }
}

fn word<T: FromStr<Err = crate::allowlist::UnknownWord>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: crate::allowlist::UnknownWord| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Wanted, String> {
        Wanted::read(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn options_are_taken_in_either_form_and_any_order() {
        let wanted = read("--format=dot rules.json --os windows --endpoint imds").unwrap();
        let Wanted::Explain(arguments) = wanted else { panic!("{wanted:?}") };
        assert_eq!(arguments.file, PathBuf::from("rules.json"));
        assert_eq!((arguments.format, arguments.os_type), (Format::Dot, Some(OsType::Windows)));
        assert_eq!(arguments.endpoint, Some(Endpoint::Imds));
        assert!(matches!(read("-"), Ok(Wanted::Explain(_))));
        assert_eq!(read("whatever --help"), Ok(Wanted::Help));
    }

    #[test]
    fn wrong_lines_get_a_sentence() {
        for (line, part) in [
            ("", "which file"),
            ("a b", "one file"),
            ("a --format", "needs a value"),
            ("a --format svg", "text, markdown, mermaid and dot"),
            ("a --endpoint here", "IMDS"),
            ("a --fromat dot", "did you mean --format?"),
        ] {
            let error = read(line).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
    }
}
