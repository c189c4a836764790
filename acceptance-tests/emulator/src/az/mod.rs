//! The `az` on this machine: a stand-in that behaves as the az CLI does, for the user that the emulator has
//! signed in.
//!
//! The program is a script that passes its arguments to `gallery-emulator az`, which calls the emulator by
//! its plain listener. This module decides the output and the exit code.
//!
//! Source: azure-cli 2.91.0, its modules `profile` and `core`, for commands, members and texts.

pub mod account;
pub mod stand_in;

use serde_json::{Value, json};

use crate::clock::Millis;
use crate::entra::Identity;
use crate::entra::application::Application;
use crate::entra::token::Tokens;
use crate::settings::Az;

/// The output of the stand-in, and its exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The exit code.
    pub code: u8,
}

impl Answer {
    fn json(value: &Value) -> Self {
        // Four blanks before a member, as the az CLI indents.
        let text = serde_json::to_string_pretty(value).unwrap_or_default().replace("  ", "    ");
        Self { stdout: format!("{text}\n"), stderr: String::new(), code: 0 }
    }

    fn error(message: &str) -> Self {
        Self { stdout: String::new(), stderr: format!("ERROR: {message}\n"), code: 1 }
    }

    /// A command that it does not have.
    fn usage(message: &str) -> Self {
        Self { stdout: String::new(), stderr: format!("{message}\n"), code: 2 }
    }

    /// As the plain listener sends it.
    pub fn body(&self) -> Value {
        json!({"stdout": self.stdout, "stderr": self.stderr, "code": self.code})
    }
}

/// The context of the commands.
#[derive(Clone, Copy, Debug)]
pub struct Cli<'a> {
    /// The signed-in identity.
    pub state: Az,
    /// The tenant and the subscription.
    pub identity: &'a Identity,
    /// The other tenants.
    pub application: &'a Application,
    /// Makes the tokens.
    pub tokens: &'a Tokens,
    /// The emulator's address.
    pub base: &'a str,
    /// The time.
    pub now: Millis,
    /// How long a token lives.
    pub seconds: u64,
}

impl Cli<'_> {
    /// Runs a command line, without the program's name.
    pub fn run(&self, words: &[String]) -> Answer {
        let commands: Vec<&str> =
            words.iter().map(String::as_str).take_while(|word| !word.starts_with('-')).collect();
        let options = match Options::read(words.get(commands.len()..).unwrap_or_default()) {
            Ok(options) => options,
            Err(message) => return Answer::usage(&message),
        };
        if options.has("--version") || options.has("-v") {
            return Answer { stdout: "azure-cli 2.91.0\n".to_owned(), stderr: String::new(), code: 0 };
        }
        match commands.as_slice() {
            ["version"] => self.version(),
            ["account", "show"] => self.show(&options),
            ["account", "list"] => self.list(),
            ["account", "get-access-token"] => self.token(&options),
            _ => Answer::usage(&format!(
                "'{}' is misspelled or not recognized by the system.",
                commands.join(" ")
            )),
        }
    }

    fn version(&self) -> Answer {
        let version = if self.state == Az::Old { "2.53.1" } else { "2.91.0" };
        Answer::json(&json!({
            "azure-cli": version, "azure-cli-core": version, "azure-cli-telemetry": "1.1.0", "extensions": {}
        }))
    }
}

/// The options of a command line.
struct Options(Vec<(String, Option<String>)>);

impl Options {
    fn read(words: &[String]) -> Result<Self, String> {
        let mut options: Vec<(String, Option<String>)> = Vec::new();
        for word in words {
            match (word.split_once('='), options.last_mut()) {
                (Some((name, value)), _) if name.starts_with("--") => {
                    options.push((name.to_owned(), Some(value.to_owned())));
                }
                (None, Some((_, value @ None))) if !word.starts_with('-') => *value = Some(word.clone()),
                _ if word.starts_with('-') => options.push((word.clone(), None)),
                _ => return Err(format!("unrecognized arguments: {word}")),
            }
        }
        Ok(Self(options))
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(option, _)| option == name)
    }

    /// The value under any of these names.
    fn get(&self, names: &[&str]) -> Option<&str> {
        self.0
            .iter()
            .find(|(option, _)| names.contains(&option.as_str()))
            .and_then(|(_, value)| value.as_deref())
    }
}

#[cfg(test)]
mod tests;
