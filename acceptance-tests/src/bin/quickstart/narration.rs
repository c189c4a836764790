//! The output of the quickstart: a heading for each step, a sentence or two, the command, and the important
//! part of its output.

use std::io::{self, IsTerminal as _, Write as _};

/// Sentences are broken into lines of at most this length.
const COLUMNS: usize = 90;

/// The narrator.
#[derive(Debug)]
pub(crate) struct Narration {
    colours: bool,
}

impl Narration {
    /// In colours if a person reads along and has not disabled them (<https://no-color.org>).
    pub(crate) fn new() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { colours: wanted && io::stdout().is_terminal() }
    }

    /// Begins a step.
    pub(crate) fn heading(&self, title: &str) {
        self.line("");
        self.line(&self.styled("1;36", title));
    }

    /// Prints a sentence.
    pub(crate) fn says(&self, text: &str) {
        let mut line = String::new();
        for word in text.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > COLUMNS {
                self.line(&std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(&line);
    }

    /// Prints the command that is about to run.
    pub(crate) fn command(&self, line: &str) {
        self.line(&self.styled("1", &format!("  $ {line}")));
    }

    /// Prints a part of its output.
    pub(crate) fn output<'a>(&self, lines: impl IntoIterator<Item = &'a str>) {
        for line in lines {
            let style = match line.trim_start().chars().next() {
                Some('+') => "32",
                Some('-') => "31",
                Some('~') => "33",
                _ => "2",
            };
            self.line(&format!("  {} {}", self.styled("2", "|"), self.styled(style, line)));
        }
    }

    fn styled(&self, code: &str, text: &str) -> String {
        if self.colours && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn line(&self, text: &str) {
        // A closed pipe (`| head`) must not leave things half done.
        let _ = writeln!(io::stdout(), "{text}");
    }

    /// Prints an error, to stderr.
    pub(crate) fn complain(text: &str) {
        let _ = writeln!(io::stderr(), "quickstart: {text}");
    }
}
