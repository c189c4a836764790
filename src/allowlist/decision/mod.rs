//! The guest agent's decision about one request, reproduced exactly.
//!
//! The steps are those of the agent: the request target is parsed (`hyper`'s `Uri`), the method is looked at
//! (`proxy_server.rs`, lines 394-404), then the path ([`path_is_guarded`]), then `authorize`
//! (`proxy_authorizer.rs`, lines 232-291) asks the rules ([`Matcher`]; `authorization_rules.rs`, lines 244-326).
//!
//! The agent is not deterministic in one place: of two query keys of a privilege that are equal but for case
//! one survives at random. Here it is always the one that sorts last by its bytes. What the agent leaves open
//! too is which of several grants it finds first; the one named here is that of the most specific privilege
//! (longest path, most parameters), then the first by name of privilege, identity and role.

mod compare;
mod exe_path;
mod matcher;
mod numbers;
mod reach;
mod request;
mod same_path;
mod target;

use std::fmt;

pub(super) use compare::Pattern;
pub(super) use matcher::{Held, Question};
pub use matcher::{Matcher, Matches};
pub(super) use reach::{Patterns, Reach};
pub use request::{Destination, Request};
pub use target::{Target, path_is_guarded};

/// Whether a request gets through, as the functions of the provider name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It is forwarded.
    Allowed,
    /// It is recorded as not allowed, and forwarded since the mode is Audit.
    AllowedByAudit,
    /// It is refused.
    Denied,
}

impl Verdict {
    /// The word used in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "Allowed",
            Self::AllowedByAudit => "AllowedByAudit",
            Self::Denied => "Denied",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which step decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The text is no request target; the agent's HTTP parser refuses it.
    MalformedTarget,
    /// The method is none of the seven (405).
    MethodNotAllowed,
    /// The path contains `//` or `..` (403, before any rule and in every mode).
    PathGuard,
    /// The agent answers this path itself and forwards nothing (`proxy_server.rs`, lines 418-437).
    OwnPath,
    /// One of the two requests that elevated callers may always make.
    SkipList,
    /// WireServer and HostGAPlugin are for elevated callers only, whatever the mode.
    NotElevated,
    /// The request goes to the agent's own listener.
    AgentListener,
    /// The request goes somewhere that has no rules.
    OtherDestination,
    /// There is no rule document for the destination.
    NoDocument,
    /// The mode is Disabled, or a word the agent does not know.
    Disabled,
    /// A privilege matches and is granted to an identity that matches.
    Granted,
    /// A privilege matches, and no identity it is granted to does: the default access is not consulted.
    Closed,
    /// No privilege matches.
    DefaultAccess,
}

/// A decision and why it was taken. Names are those of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision<'m> {
    /// Whether the request gets through.
    pub verdict: Verdict,
    /// Which step decided.
    pub step: Step,
    /// The privilege that granted or closed.
    pub privilege: Option<&'m str>,
    /// The identity it is granted to.
    pub identity: Option<&'m str>,
    /// The role by which it is.
    pub role: Option<&'m str>,
}

impl Decision<'_> {
    const fn plain(verdict: Verdict, step: Step) -> Self {
        Self { verdict, step, privilege: None, identity: None, role: None }
    }

    /// Why, as a sentence.
    pub fn reason(&self) -> String {
        let audit = match self.verdict {
            Verdict::AllowedByAudit => ", which Audit only records",
            _ => "",
        };
        let name = |name: Option<&str>| name.unwrap_or_default().to_owned();
        match self.step {
            Step::MalformedTarget => "the url is no valid request target, which the HTTP parser refuses".into(),
            Step::MethodNotAllowed => {
                "the method is none of GET, HEAD, POST, PUT, DELETE, OPTIONS and PATCH (405)".into()
            }
            Step::PathGuard => "the path contains \"//\" or \"..\", which is refused before any rule (403)".into(),
            Step::OwnPath => "the guest agent answers this path itself".into(),
            Step::SkipList => "elevated callers may always make this request".into(),
            Step::NotElevated => {
                "the WireServer and HostGAPlugin are for elevated callers only, before any rule and in every mode"
                    .into()
            }
            Step::AgentListener => "the guest agent forwards nothing that is sent to itself".into(),
            Step::OtherDestination => "there are no rules for this destination".into(),
            Step::NoDocument => "no rules are loaded for this endpoint".into(),
            Step::Disabled => "the mode is Disabled, so nothing is evaluated".into(),
            Step::Granted => format!(
                "privilege \"{}\" matches and is granted to identity \"{}\" by role \"{}\"",
                name(self.privilege),
                name(self.identity),
                name(self.role)
            ),
            Step::Closed => format!(
                "privilege \"{}\" matches and no identity it is granted to does{audit}",
                name(self.privilege)
            ),
            Step::DefaultAccess if self.verdict == Verdict::Allowed => {
                "no privilege matches and the default access is Allow".into()
            }
            Step::DefaultAccess => format!("no privilege matches and the default access is Deny{audit}"),
        }
    }
}

/// The path of a target and the first value of each of its parameters, as they are compared with rules.
pub(super) fn asked_for(target: &Target<'_>) -> (String, std::collections::BTreeMap<String, String>) {
    let asked = compare::Asked::new(target);
    let parameters = asked.parameters().clone();
    (asked.path.into_owned(), parameters)
}

#[cfg(test)]
mod tests;
