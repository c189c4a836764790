//! The guest agent's decision about one request, reproduced exactly.
//!
//! The steps are those of the agent. It parses the request target (`hyper`'s `Uri`), checks the method
//! (`proxy_server.rs`, lines 394-404) and then the path ([`path_is_guarded`]). Then `authorize`
//! (`proxy_authorizer.rs`, lines 232-291) applies the rules ([`Matcher`]; `authorization_rules.rs`, lines
//! 244-326).
//!
//! The agent is not deterministic in one place: of two query keys of a privilege that differ only in case,
//! one survives at random. Here it is always the one that sorts last by its bytes. The agent also leaves open
//! which of several grants it finds first. The one named here is that of the most specific privilege (longest
//! path, most parameters), then the first by name of privilege, identity and role.

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
pub(super) use matcher::{CallerRoles, MatchedRequest};
pub use matcher::{Matcher, Matches};
pub(super) use reach::{Patterns, Reach};
pub use request::{Destination, Request};
pub use target::{Target, path_is_guarded};

/// Whether a request passes, as the functions of the provider name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It is forwarded.
    Allowed,
    /// It is recorded as not allowed, but forwarded because the mode is Audit.
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

/// The step that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The text is not a request target; the agent's HTTP parser refuses it.
    MalformedTarget,
    /// The method is not one of the seven (405).
    MethodNotAllowed,
    /// The path contains `//` or `..` (403, before any rule and in every mode).
    PathGuard,
    /// The agent responds to this path itself and forwards nothing (`proxy_server.rs`, lines 418-437).
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
    /// The mode is Disabled, or a word that the agent does not know.
    Disabled,
    /// A privilege matches and is granted to an identity that matches.
    Granted,
    /// A privilege matches, but it is granted to no identity that matches: the default access does not apply.
    Closed,
    /// No privilege matches.
    DefaultAccess,
}

/// A decision and its reason. Names are those of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision<'m> {
    /// Whether the request passes.
    pub verdict: Verdict,
    /// The step that decided.
    pub step: Step,
    /// The privilege that granted or closed it.
    pub privilege: Option<&'m str>,
    /// The identity that has it.
    pub identity: Option<&'m str>,
    /// The role that grants it.
    pub role: Option<&'m str>,
}

impl Decision<'_> {
    const fn plain(verdict: Verdict, step: Step) -> Self {
        Self { verdict, step, privilege: None, identity: None, role: None }
    }

    /// The reason, as a sentence.
    pub fn reason(&self) -> String {
        let audit = match self.verdict {
            Verdict::AllowedByAudit => ", which Audit only records",
            _ => "",
        };
        let name = |name: Option<&str>| name.unwrap_or_default().to_owned();
        match self.step {
            Step::MalformedTarget => "the url is not a valid request target, so the HTTP parser refuses it".into(),
            Step::MethodNotAllowed => {
                "the method is not one of GET, HEAD, POST, PUT, DELETE, OPTIONS and PATCH (405)".into()
            }
            Step::PathGuard => "the path contains \"//\" or \"..\", which is refused before any rule (403)".into(),
            Step::OwnPath => "the guest agent responds to this path itself".into(),
            Step::SkipList => "elevated callers may always make this request".into(),
            Step::NotElevated => {
                "the WireServer and HostGAPlugin are for elevated callers only, before any rule and in every mode"
                    .into()
            }
            Step::AgentListener => "the guest agent does not forward requests to itself".into(),
            Step::OtherDestination => "there are no rules for this destination".into(),
            Step::NoDocument => "no rules are loaded for this endpoint".into(),
            Step::Disabled => "the mode is Disabled, so no rule is evaluated".into(),
            Step::Granted => format!(
                "privilege \"{}\" matches and is granted to identity \"{}\" by role \"{}\"",
                name(self.privilege),
                name(self.identity),
                name(self.role)
            ),
            Step::Closed => format!(
                "privilege \"{}\" matches, but it is granted to no identity that matches{audit}",
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
pub(super) fn normalised_target(target: &Target<'_>) -> (String, std::collections::BTreeMap<String, String>) {
    let request = compare::RequestKey::new(target);
    let parameters = request.parameters().clone();
    (request.path.into_owned(), parameters)
}

#[cfg(test)]
mod tests;
