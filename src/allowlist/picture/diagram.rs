//! What every diagram of an allowlist shows: identities, roles and privileges, the arrows between them, and what becomes
//! of all else. The formats differ in how they write it.

use super::super::DefaultAccess;
use super::{EVERYBODY, NOT_BY_NAME, Picture, Unknown, conditions, parameters, through, visible};

/// An allowlist as nodes and arrows.
pub(super) struct Diagram {
    /// Over all of it.
    pub(super) title: Vec<String>,
    pub(super) nodes: Vec<Node>,
    /// From one node's id to another's.
    pub(super) arrows: Vec<(String, String)>,
}

/// A node.
pub(super) struct Node {
    /// Letters and digits.
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) lines: Vec<String>,
    pub(super) look: Look,
}

/// What a node stands for.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Identity,
    Role,
    Privilege,
    /// Every request that no privilege matches.
    Rest,
}

/// What a node is to be seen as, beside its words.
#[derive(Clone, Copy)]
pub(super) enum Look {
    /// Somebody may.
    Granted,
    /// Nobody may.
    Closed,
    /// Everybody may, or is.
    Open,
    /// It takes no part.
    Idle,
}

impl Diagram {
    /// The diagram of an allowlist. Ids begin with `v` and `number`.
    pub(super) fn new(picture: &Picture, number: usize) -> Self {
        let rules = &picture.rules;
        let id = |kind: char, place: usize| format!("v{number}{kind}{place}");
        let mut nodes = Vec::new();
        for (place, (name, identity)) in rules.identities.iter().enumerate() {
            let mut lines = vec![visible(name).into_owned()];
            lines.extend(conditions(identity).into_iter().map(|(what, text)| format!("{what} {text}")));
            if identity.is_everybody() {
                lines.push(EVERYBODY.to_owned());
            }
            let look = match picture.roles_of(name).next() {
                None => Look::Idle,
                Some(_) if identity.is_everybody() => Look::Open,
                Some(_) => Look::Granted,
            };
            nodes.push(Node { id: id('i', place), kind: Kind::Identity, lines, look });
        }
        for (place, name) in rules.roles.keys().enumerate() {
            let exists = |name: &String| rules.identities.contains_key(name);
            let assigned =
                rules.role_assignments.get(name).is_some_and(|one| one.identities.iter().any(exists));
            let look = if assigned { Look::Granted } else { Look::Idle };
            let lines = vec![visible(name).into_owned()];
            nodes.push(Node { id: id('r', place), kind: Kind::Role, lines, look });
        }
        for (place, (name, privilege)) in rules.privileges.iter().enumerate() {
            let mut lines = vec![visible(name).into_owned(), visible(&privilege.path).into_owned()];
            lines.extend(parameters(privilege));
            let is_closed = picture.is_closed(name) && !picture.is_partly_known();
            if picture.is_closed(name) && !is_closed {
                lines.push(NOT_BY_NAME.to_owned());
            } else if is_closed {
                lines.push(picture.closed(privilege));
            } else if let Some(reached) = picture.reaches(privilege) {
                lines.push(format!("reaches {reached}"));
            }
            if !picture.is_closed(name) && !picture.is_granted(name) {
                lines.push(through(picture, name));
            }
            let look = match (picture.is_in_force(), is_closed) {
                (false, _) => Look::Idle,
                (true, false) if picture.is_closed(name) => Look::Idle,
                (true, true) => Look::Closed,
                (true, false) => Look::Granted,
            };
            nodes.push(Node { id: id('p', place), kind: Kind::Privilege, lines, look });
        }
        let is_known = picture.unknown < Unknown::Rules;
        let rest = if is_known { picture.everything_else() } else { "not known" };
        let look = match picture.default_access {
            _ if !is_known => Look::Idle,
            _ if rest == "let through" => Look::Open,
            Some(DefaultAccess::Deny) => Look::Closed,
            _ => Look::Idle,
        };
        let about = if is_known { "every other request" } else { "the rules" };
        let lines = vec![about.to_owned(), rest.to_owned()];
        nodes.push(Node { id: format!("v{number}d"), kind: Kind::Rest, lines, look });

        let mut arrows = Vec::new();
        for (place, name) in rules.roles.keys().enumerate() {
            let Some(assigned) = rules.role_assignments.get(name) else { continue };
            let identities = rules.identities.keys().enumerate();
            let of = identities.filter(|(_, name)| assigned.identities.contains(*name));
            arrows.extend(of.map(|(identity, _)| (id('i', identity), id('r', place))));
        }
        for (place, role) in rules.roles.values().enumerate() {
            let privileges = rules.privileges.keys().enumerate();
            let of = privileges.filter(|(_, name)| role.privileges.contains(*name));
            arrows.extend(of.map(|(privilege, _)| (id('r', place), id('p', privilege))));
        }
        Self { title: title(picture), nodes, arrows }
    }
}

fn title(picture: &Picture) -> Vec<String> {
    let name = if picture.title.is_empty() { "allowlist" } else { &*picture.title };
    let mode = picture.mode.map_or("mode not known", |mode| mode.as_str());
    let access = picture.default_access.map_or("not known", |access| access.as_str());
    let force = match picture.unknown {
        Unknown::Rules => ", rules not known",
        Unknown::Texts => ", rules not all known",
        _ if picture.absent.is_empty() => "",
        _ => ", rules not in force",
    };
    vec![visible(name).into_owned(), format!("{mode}, default {access}{force}")]
}
