//! The errors for reads about roles that fail.

use crate::arm;
use crate::plugin::{Diagnostic, Path};
use crate::provider::sign_in;

/// Whether the service responded that there is no such object, with any code.
#[must_use]
pub fn is_absent(error: &arm::Error) -> bool {
    matches!(error, arm::Error::Service(refused) if refused.status == 404)
}

/// A read that failed: what could not be read, the operation it needs, and the argument it belongs to.
#[must_use]
pub fn failed(what: &str, operation: &str, argument: Option<&'static str>, error: &arm::Error) -> Diagnostic {
    if let arm::Error::Login(login) = error
        && let Some(diagnostic) = sign_in::no_login(login)
    {
        return diagnostic;
    }
    let next = if error.is_cancelled() {
        "Run the same command again to continue.".to_owned()
    } else if error.is_timeout() {
        "If Azure is only slow, raise `read` in the `timeouts` block.".to_owned()
    } else if error.is_forbidden() {
        format!(
            "Give the signed-in identity a role with `Microsoft.Authorization/{operation}/read`, such as \
             Reader."
        )
    } else if is_absent(error) {
        "Check the scope, and that the signed-in identity can see it.".to_owned()
    } else {
        match error {
            arm::Error::Login(login) => sign_in::next_step(login),
            arm::Error::Transport(_) | arm::Error::Unreadable { .. } | arm::Error::ForeignAddress { .. } => {
                "Check the `environment` and `endpoint` of the provider block, then run the command again."
                    .to_owned()
            }
            _ => "Run the command again later; the request id helps Azure's support to find this read."
                .to_owned(),
        }
    };
    let diagnostic =
        Diagnostic::error(format!("{what} could not be read"), format!("{}\n\n{next}", error.report()));
    match argument {
        Some(argument) => diagnostic.at(Path::attribute(argument)),
        None => diagnostic,
    }
}
