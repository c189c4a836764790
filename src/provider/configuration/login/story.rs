//! What was seen while the way was chosen, for the message when it fails.

use std::fmt;

use super::application::Who;
use crate::arm::Login;
use crate::plugin::Diagnostic;

/// The ways in the order in which they were looked at.
#[derive(Debug, Default)]
pub(super) struct Story(Vec<String>);

impl Story {
    pub(super) fn taken(&mut self, name: &str, login: &Login, who: &Who) {
        let exactly = if login.way() == name { String::new() } else { format!(", by {}", login.way()) };
        let sources = match login {
            Login::ManagedIdentity(_) => who.sources(&["client_id"]),
            Login::AzureCli { .. } => who.sources(&["tenant_id"]),
            _ => who.sources(&["tenant_id", "client_id"]),
        };
        let sources = if sources.is_empty() { String::new() } else { format!("; {sources}") };
        self.0.push(format!("{name}: used{exactly}{sources}"));
    }

    pub(super) fn passed(&mut self, name: &str, reason: &str) {
        self.0.push(format!("{name}: not used, {reason}"));
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ways to sign in, in the order in which they are looked at:")?;
        self.0.iter().try_for_each(|line| write!(f, "\n  - {line}"))
    }
}

/// There is nothing to sign in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoLogin(String);

impl NoLogin {
    pub(super) fn new(story: String) -> Self {
        Self(story)
    }

    /// The message for the first resource that needs Azure.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error(
            "No way to sign in to Azure",
            format!(
                "Nothing to sign in with was given, and the az CLI is not to be used.\n\n{}\n\n{}",
                self.0,
                advice()
            ),
        )
    }
}

/// What to set, for who has set nothing.
#[must_use]
pub fn advice() -> &'static str {
    "Set up one of them. For a client secret, set tenant_id (ARM_TENANT_ID), client_id (ARM_CLIENT_ID) and \
     client_secret (ARM_CLIENT_SECRET); to sign in as yourself, install the az CLI and run `az login`. The environment \
     variables have the same names as those of the azurerm and azapi providers."
}
