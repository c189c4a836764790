//! An allowlist as people look at it: a diagram, a table for a pull request, a page of text.
//!
//! A [`Picture`] is made of a [`Document`], so it can show what only lists can hold, and says what the guest agent makes
//! of it: which privileges are closed, what falls to the default access, whether the rules are in force at all. The
//! renderings are functions of it alone and always come out the same. Whatever names and paths hold, the result is
//! well-formed and shows no more than the text: see [`visible`](visible::visible) and the escapes of each format.

mod diagram;
mod graphviz;
mod markdown;
mod mermaid;
mod text;
mod visible;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{
    DefaultAccess, Document, Endpoint, Identity, List, Mode, OsType, Privilege, Rules, Sensitive, grants,
    sensitive,
};

pub use graphviz::graphviz;
pub use markdown::markdown;
pub use mermaid::mermaid;
pub use text::text;

use visible::visible;

/// An allowlist prepared to be shown.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    title: String,
    /// As the agent reads it; nothing when it is not known.
    mode: Option<Mode>,
    /// As the agent reads it; nothing when it is not known.
    default_access: Option<DefaultAccess>,
    /// Lists that are absent while others are there: the agent then ignores all of them.
    absent: Vec<List>,
    rules: Rules,
    endpoint: Option<Endpoint>,
    os_type: Option<OsType>,
    notes: Vec<String>,
    /// By privilege, who may: identities with the roles that let them.
    holders: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

impl Picture {
    /// The picture of what the agent receives. A mode or default access that is absent counts as not known.
    pub fn new(document: &Document) -> Self {
        let lists = document.rules.clone().unwrap_or_default();
        let absent = lists.absent();
        let (rules, _) = lists.into_rules();
        let mut holders = BTreeMap::<_, BTreeMap<_, BTreeSet<_>>>::new();
        for grant in grants(&rules) {
            let of_privilege = holders.entry(grant.privilege.to_owned()).or_default();
            of_privilege.entry(grant.identity.to_owned()).or_default().insert(grant.role.to_owned());
        }
        Self {
            mode: document.mode.as_deref().map(Mode::as_agent_reads),
            default_access: document.default_access.as_deref().map(DefaultAccess::as_agent_reads),
            absent: if absent.len() < List::ALL.len() { absent } else { Vec::new() },
            rules,
            holders,
            ..Self::default()
        }
    }

    /// The same under a title, such as the version's name.
    #[must_use]
    pub fn titled(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// The same with what its profile says.
    #[must_use]
    pub fn of_profile(self, endpoint: Option<Endpoint>, os_type: Option<OsType>) -> Self {
        Self { endpoint, os_type, ..self }
    }

    /// The same with something to know beside the rules, as a sentence. Diagrams leave notes out.
    #[must_use]
    pub fn noting(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Whether the agent looks at the rules at all, as far as is known.
    fn is_in_force(&self) -> bool {
        self.mode != Some(Mode::Disabled) && self.absent.is_empty()
    }

    /// What is to be said before the rules, a sentence each.
    fn sentences(&self) -> Vec<String> {
        let mut sentences = vec![
            match self.mode {
                Some(Mode::Enforce) => "Mode Enforce: what is not allowed is refused.",
                Some(Mode::Audit) => "Mode Audit: what is not allowed is recorded, and let through.",
                Some(Mode::Disabled) => "Mode Disabled: nothing is evaluated, every request is let through.",
                None => "The mode is not known here.",
            }
            .to_owned(),
            match self.default_access {
                Some(access) => format!(
                    "Default access {access}: a request that no privilege matches is {}.",
                    self.everything_else()
                ),
                None => "The default access is not known here.".to_owned(),
            },
        ];
        match (self.endpoint, self.os_type) {
            (Some(endpoint), Some(os_type)) => sentences.push(format!("For {endpoint}, on {os_type}.")),
            (Some(endpoint), None) => sentences.push(format!("For {endpoint}.")),
            (None, Some(os_type)) => sentences.push(format!("For {os_type}.")),
            (None, None) => {}
        }
        if self.endpoint.is_some_and(|endpoint| endpoint.profile() == Endpoint::WireServer) {
            sentences.push(
                "Only elevated processes reach WireServer and HostGAPlugin, before any rule.".to_owned(),
            );
        }
        if !self.absent.is_empty() {
            let absent: Vec<_> = self.absent.iter().map(|list| list.in_documents()).collect();
            let are = if absent.len() == 1 { "is" } else { "are" };
            sentences.push(format!(
                "The rules are not in force: {} {are} absent, so the guest agent ignores all of them.",
                absent.join(" and ")
            ));
        }
        sentences.extend(self.notes.iter().cloned());
        sentences
    }

    /// What becomes of a request that no privilege matches.
    fn everything_else(&self) -> &'static str {
        match (self.mode, self.default_access) {
            (Some(Mode::Disabled), _) | (_, Some(DefaultAccess::Allow)) => "let through",
            (Some(Mode::Enforce), Some(DefaultAccess::Deny)) => "refused",
            (Some(Mode::Audit), Some(DefaultAccess::Deny)) => "recorded, and let through",
            (None, Some(DefaultAccess::Deny)) => "not allowed",
            (_, None) => "not known here",
        }
    }

    /// What becomes of a request that only a closed privilege matches.
    fn closed(&self) -> &'static str {
        match self.mode {
            Some(Mode::Audit) => "closed to everybody, which Audit only records",
            _ => "closed to everybody",
        }
    }

    /// Who may make the requests of a privilege; nobody, if it is closed.
    fn holders(&self, privilege: &str) -> Option<&BTreeMap<String, BTreeSet<String>>> {
        self.holders.get(privilege)
    }

    /// The privileges that nobody has.
    fn closed_privileges(&self) -> impl Iterator<Item = (&String, &Privilege)> {
        self.rules.privileges.iter().filter(|(name, _)| !self.holders.contains_key(*name))
    }

    /// What of the sensitive things a privilege reaches, as prose.
    fn reaches(&self, privilege: &Privilege) -> Option<String> {
        let reached: Vec<_> = sensitive(&privilege.path, &privilege.query_parameters, self.endpoint)
            .iter()
            .map(Sensitive::to_string)
            .collect();
        (!reached.is_empty()).then(|| reached.join(", "))
    }

    /// The roles an identity has.
    fn roles_of(&self, identity: &str) -> impl Iterator<Item = &String> {
        let has = move |(_, one): &(&String, &super::RoleAssignment)| one.identities.contains(identity);
        let existing = |(role, _): &(&String, _)| self.rules.roles.contains_key(*role);
        self.rules.role_assignments.iter().filter(has).filter(existing).map(|(role, _)| role)
    }
}

/// The conditions of an identity: what is compared, and with what.
fn conditions(identity: &Identity) -> Vec<(&'static str, Cow<'_, str>)> {
    let all = [
        ("user", &identity.user_name),
        ("group", &identity.group_name),
        ("executable", &identity.exe_path),
        ("process name", &identity.process_name),
    ];
    all.into_iter().filter_map(|(what, text)| Some((what, visible(text.as_deref()?)))).collect()
}

/// The parameters of a privilege, as `key=value`.
fn parameters(privilege: &Privilege) -> Vec<String> {
    privilege
        .query_parameters
        .iter()
        .map(|(key, value)| format!("{}={}", visible(key), visible(value)))
        .collect()
}

/// What an identity without conditions is.
const EVERYBODY: &str = "every process";

#[cfg(test)]
mod tests;
