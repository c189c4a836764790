//! An allowlist for people: a diagram, a table for a pull request, a page of text.
//!
//! A [`Picture`] is made of a [`Document`], so it can also show what only lists can contain. It shows how the
//! guest agent reads it: which privileges are closed, which requests the default access decides, whether the
//! rules are in force at all. Renderings depend only on it and are always the same. Whatever names and paths
//! contain, the result is well-formed and shows only the text: see [`visible`](visible::visible) and the
//! escapes of each format.

mod diagram;
mod graphviz;
mod grouped;
mod markdown;
mod mermaid;
mod nodes;
mod svg;
mod text;
mod visible;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::decision::{Pattern, Reach};
use super::{
    DefaultAccess, Document, Endpoint, Identity, List, Mode, OsType, Privilege, Rules, Sensitive, sensitive,
};

pub use graphviz::graphviz;
pub use markdown::markdown;
pub use mermaid::mermaid;
pub(crate) use svg::escaped;
pub use svg::svg;
pub use text::text;

pub(crate) use markdown::{code, prose};
pub(crate) use visible::{NAMED, clipped, listed, visible};

/// How much of an allowlist is unknown. Its consequences are then omitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnknownParts {
    /// Everything is known.
    #[default]
    Nothing,
    /// The mode or the default access is not.
    Words,
    /// Texts in the rules are not, such as a path.
    Texts,
    /// The rules are not.
    Rules,
}

/// An allowlist to be shown.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    title: String,
    /// As the agent reads it; nothing if it is unknown.
    mode: Option<Mode>,
    /// As the agent reads it; nothing if it is unknown.
    default_access: Option<DefaultAccess>,
    /// Absent lists, if others are present: the agent then ignores all of them.
    absent: Vec<List>,
    rules: Rules,
    endpoint: Option<Endpoint>,
    os_type: Option<OsType>,
    notes: Vec<String>,
    unknown: UnknownParts,
    /// By privilege, who may make its requests.
    access: BTreeMap<String, Access>,
    /// By identity, the roles that it has.
    roles_of: BTreeMap<String, Vec<String>>,
}

/// Who may make the requests of a privilege, as the decision has it.
#[derive(Clone, Debug, Default)]
struct Access {
    /// The identities, and how each gets it.
    holders: BTreeMap<Holder, BTreeSet<String>>,
    /// Nobody may make any of the requests.
    is_closed: bool,
}

/// An identity that may make requests of a privilege. Its own grants come first, then those of others that
/// lead to all of the requests, then those that lead to some.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Holder {
    in_part: bool,
    /// Another privilege that matches the same requests, if the grant is of that one.
    through: Option<String>,
    identity: String,
}

impl Picture {
    /// A picture of the agent's document. An absent mode or default access counts as unknown.
    pub fn new(document: &Document) -> Self {
        let lists = document.rules.clone().unwrap_or_default();
        let absent = lists.absent();
        let (rules, _) = lists.into_rules();
        let reach = Reach::new(&rules);
        let access = rules.privileges.keys().map(|name| (name.clone(), access(&reach, name))).collect();
        Self {
            mode: document.mode.as_deref().map(Mode::as_agent_reads),
            default_access: document.default_access.as_deref().map(DefaultAccess::as_agent_reads),
            absent: if absent.len() < List::ALL.len() { absent } else { Vec::new() },
            access,
            roles_of: roles_of(&rules),
            rules,
            ..Self::default()
        }
    }

    /// The same under a title, such as the version's name.
    #[must_use]
    pub fn titled(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// The same with the profile's settings.
    #[must_use]
    pub fn of_profile(self, endpoint: Option<Endpoint>, os_type: Option<OsType>) -> Self {
        Self { endpoint, os_type, ..self }
    }

    /// The same with a note, as a sentence. Diagrams omit notes.
    #[must_use]
    pub fn noting(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same with something unknown.
    #[must_use]
    pub fn with_unknown(self, unknown: UnknownParts) -> Self {
        Self { unknown, ..self }
    }

    /// Whether something in the rules is unknown, which may open what looks closed.
    fn is_partly_known(&self) -> bool {
        self.unknown >= UnknownParts::Texts
    }

    /// Whether the agent evaluates the rules at all, as far as is known.
    fn is_in_force(&self) -> bool {
        self.mode != Some(Mode::Disabled) && self.absent.is_empty()
    }

    /// The sentences before the rules.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = vec![
            match self.mode {
                Some(Mode::Enforce) => "Mode Enforce: a request that is not allowed is refused.",
                Some(Mode::Audit) => {
                    "Mode Audit: a request that is not allowed is recorded, but let \
                                      through."
                }
                Some(Mode::Disabled) => {
                    "Mode Disabled: no rule is evaluated, and every request is let \
                                         through."
                }
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

    /// The outcome of a request that no privilege matches.
    fn everything_else(&self) -> &'static str {
        match (self.mode, self.default_access) {
            (Some(Mode::Disabled), _) | (_, Some(DefaultAccess::Allow)) => "let through",
            (Some(Mode::Enforce), Some(DefaultAccess::Deny)) => "refused",
            (Some(Mode::Audit), Some(DefaultAccess::Deny)) => "recorded, and let through",
            (None, Some(DefaultAccess::Deny)) => "not allowed",
            (_, None) => "not known here",
        }
    }

    /// The outcome of the requests of a privilege that nobody may make.
    fn closed(&self, privilege: &Privilege) -> String {
        if !self.is_in_force() {
            return "granted to nobody".to_owned();
        }
        let but = match Pattern::new(privilege).has_skipped_request() {
            true => " but for what elevated processes may always send",
            false => "",
        };
        // The effect of the mode is unknown.
        if self.mode.is_none() {
            return "allowed to nobody".to_owned();
        }
        let audit = if self.mode == Some(Mode::Audit) { ", which Audit only records" } else { "" };
        format!("closed to everybody{but}{audit}")
    }

    /// Whether nobody may make any request of a privilege.
    fn is_closed(&self, privilege: &str) -> bool {
        self.access.get(privilege).is_some_and(|access| access.is_closed)
    }

    /// Who may make requests of a privilege.
    fn holders(&self, privilege: &str) -> impl Iterator<Item = (&Holder, &BTreeSet<String>)> {
        self.access.get(privilege).into_iter().flat_map(|access| &access.holders)
    }

    /// Whether a privilege is granted to somebody by its own name.
    fn is_granted(&self, privilege: &str) -> bool {
        self.holders(privilege).any(|(holder, _)| holder.through.is_none())
    }

    /// The sensitive data that a privilege reaches, as prose.
    fn reaches(&self, privilege: &Privilege) -> Option<String> {
        let reached: Vec<_> = sensitive(&privilege.path, &privilege.query_parameters, self.endpoint)
            .iter()
            .map(Sensitive::to_string)
            .collect();
        (!reached.is_empty()).then(|| reached.join(", "))
    }

    /// Whether some identity has a role.
    fn is_assigned(&self, role: &str) -> bool {
        let assigned = self.rules.role_assignments.get(role);
        assigned.is_some_and(|one| one.identities.iter().any(|name| self.rules.identities.contains_key(name)))
    }

    /// The roles an identity has.
    fn roles_of(&self, identity: &str) -> impl Iterator<Item = &String> {
        self.roles_of.get(identity).into_iter().flatten()
    }
}

/// By identity, the roles that it has, in order.
fn roles_of(rules: &Rules) -> BTreeMap<String, Vec<String>> {
    let mut roles_of = BTreeMap::<_, Vec<_>>::new();
    for (role, one) in rules.role_assignments.iter().filter(|(role, _)| rules.roles.contains_key(*role)) {
        for identity in &one.identities {
            roles_of.entry(identity.clone()).or_default().push(role.clone());
        }
    }
    roles_of
}

/// Lists each identity once, with the roles that grant it this privilege. An identity without such a role
/// appears with its widest grant of another privilege.
fn access(reach: &Reach<'_>, privilege: &str) -> Access {
    let mut holders = BTreeMap::<Holder, BTreeSet<String>>::new();
    let mut seen = BTreeMap::<&str, Holder>::new();
    let mut grants: Vec<_> = reach.grants(privilege).iter().collect();
    grants.sort_by_key(|reaching| (reaching.in_part, reaching.grant.privilege != privilege));
    for reaching in grants {
        let through = Some(reaching.grant.privilege).filter(|other| *other != privilege);
        let holder = Holder {
            in_part: reaching.in_part,
            through: through.map(str::to_owned),
            identity: reaching.grant.identity.to_owned(),
        };
        if *seen.entry(reaching.grant.identity).or_insert_with(|| holder.clone()) == holder {
            holders.entry(holder).or_default().insert(reaching.grant.role.to_owned());
        }
    }
    Access { holders, is_closed: reach.is_closed(privilege) }
}

/// How requests of a privilege are reached that nobody has by its own name.
fn through(picture: &Picture, privilege: &str) -> String {
    let mut others = BTreeSet::new();
    for (holder, _) in picture.holders(privilege) {
        others.insert((holder.in_part, holder.through.as_deref().unwrap_or_default()));
    }
    let names = |part| {
        let names: Vec<_> = others
            .iter()
            .filter(|(in_part, _)| *in_part == part)
            .map(|(_, name)| visible(name).into_owned())
            .collect();
        listed(&names)
    };
    match (names(false), names(true)) {
        (whole, part) if whole.is_empty() && part.is_empty() => "granted to nobody".to_owned(),
        (whole, part) if part.is_empty() => format!("reached through {whole}"),
        (whole, part) if whole.is_empty() => format!("reached in part through {part}"),
        (whole, part) => format!("reached through {whole}, in part through {part}"),
    }
}

/// The conditions of an identity: each attribute and its value.
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

/// The text for a privilege that nobody has by its name, if something unknown may open it.
const NOT_BY_NAME: &str = "granted to nobody by its name";

/// The text for an identity without conditions.
const EVERYBODY: &str = "every process";

#[cfg(test)]
mod tests;
