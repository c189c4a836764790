//! The output of a run of the CLI, and how it ended.

use std::fmt;
use std::process::ExitStatus;

use serde_json::Value;

/// One finished command.
#[derive(Debug, Clone)]
pub struct Output {
    /// The command line.
    pub line: String,
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Standard output, without colours.
    pub stdout: String,
    /// Standard error, without colours.
    pub stderr: String,
}

impl Output {
    pub(crate) fn new(line: String, status: ExitStatus, stdout: &[u8], stderr: &[u8]) -> Self {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Self { line, code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }

    /// Whether it ended with 0.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.code == Some(0)
    }

    /// Both streams as one text with single blanks, so that a sentence can be found wherever Terraform broke
    /// its lines and drew its frames.
    #[must_use]
    pub fn text(&self) -> String {
        let both = format!("{}\n{}", self.stdout, self.stderr);
        let unframed = both.replace(['│', '╷', '╵'], " ");
        unframed.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether it printed this sentence, however it was broken into lines.
    #[must_use]
    pub fn says(&self, sentence: &str) -> bool {
        self.times(sentence) > 0
    }

    /// How many times it printed this sentence.
    #[must_use]
    pub fn times(&self, sentence: &str) -> usize {
        let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
        self.text().matches(&sentence).count()
    }

    /// The JSON it printed, for commands with `-json`.
    ///
    /// # Errors
    /// If it printed none.
    pub fn json(&self) -> Result<Value, serde_json::Error> {
        serde_json::from_str(&self.stdout)
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code.map_or_else(|| "a signal".to_owned(), |code| format!("exit code {code}"));
        write!(f, "$ {}\n{}{}({code})", self.line, self.stdout, self.stderr)
    }
}
