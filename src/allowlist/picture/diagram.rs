//! The content of every diagram of an allowlist: identities, roles and privileges, the arrows between them,
//! and the outcome of all other requests. The formats differ only in notation.

use std::collections::BTreeSet;

use super::super::decision::Pattern;
use super::super::{DefaultAccess, Mode};
use super::nodes::{Arrow, ArrowKind, Diagram, Node, NodeKind, NodeStyle, privilege, title};
use super::{EVERYBODY, Picture, UnknownParts, conditions, grouped, visible};

/// How much is drawn node by node; larger ones are grouped by role.
const MOST_IDENTITIES: usize = 12;
const MOST_PRIVILEGES: usize = 16;
const MOST_ARROWS: usize = 60;

impl Diagram {
    /// The diagram of an allowlist. Ids begin with `v` and `number`.
    pub(super) fn new(picture: &Picture, number: usize) -> Self {
        let rules = &picture.rules;
        let arrows = super::super::count_grants(rules);
        let is_small = rules.identities.len() <= MOST_IDENTITIES
            && rules.privileges.len() <= MOST_PRIVILEGES
            && rules.roles.len() <= MOST_PRIVILEGES
            && arrows <= MOST_ARROWS;
        let mut diagram =
            if is_small { Self::whole(picture, number) } else { grouped::diagram(picture, number) };
        diagram.nodes.push(rest(picture, number));
        diagram.keep_columns();
        diagram
    }

    fn whole(picture: &Picture, number: usize) -> Self {
        let rules = &picture.rules;
        let id = |kind: char, place: usize| format!("v{number}{kind}{place}");
        let mut nodes = Vec::new();
        for (place, (name, identity)) in rules.identities.iter().enumerate() {
            let mut lines = vec![visible(name).into_owned()];
            lines.extend(conditions(identity).into_iter().map(|(what, text)| format!("{what} {text}")));
            if identity.is_everybody() {
                lines.push(EVERYBODY.to_owned());
            }
            let style = match picture.roles_of(name).next() {
                None => NodeStyle::Idle,
                Some(_) if identity.is_everybody() => NodeStyle::Open,
                Some(_) => NodeStyle::Granted,
            };
            nodes.push(Node { id: id('i', place), kind: NodeKind::Identity, lines, style });
        }
        for (place, name) in rules.roles.keys().enumerate() {
            let style = if picture.is_assigned(name) { NodeStyle::Granted } else { NodeStyle::Idle };
            let lines = vec![visible(name).into_owned()];
            nodes.push(Node { id: id('r', place), kind: NodeKind::Role, lines, style });
        }
        for (place, name) in rules.privileges.keys().enumerate() {
            let (lines, style) = privilege(picture, name);
            nodes.push(Node { id: id('p', place), kind: NodeKind::Privilege, lines, style });
        }

        let mut arrows = Vec::new();
        for (place, name) in rules.roles.keys().enumerate() {
            let Some(assigned) = rules.role_assignments.get(name) else { continue };
            let identities = rules.identities.keys().enumerate();
            let of = identities.filter(|(_, name)| assigned.identities.contains(*name));
            arrows.extend(
                of.map(|(identity, _)| Arrow::new(id('i', identity), id('r', place), ArrowKind::Has)),
            );
        }
        for (place, role) in rules.roles.values().enumerate() {
            let privileges = rules.privileges.keys().enumerate();
            let of = privileges.filter(|(_, name)| role.privileges.contains(*name));
            arrows.extend(
                of.map(|(privilege, _)| Arrow::new(id('r', place), id('p', privilege), ArrowKind::Has)),
            );
        }
        let patterns: Vec<Pattern> = rules.privileges.values().map(Pattern::new).collect();
        let is_open: Vec<bool> = rules.privileges.keys().map(|name| !picture.is_closed(name)).collect();
        for (narrow, one) in patterns.iter().enumerate() {
            let opens = |(_, other): &(usize, &Pattern)| other.covers(one) && !one.covers(other);
            let broad = patterns.iter().enumerate().filter(opens);
            let broad = broad.filter(|(place, _)| is_open.get(*place) == Some(&true));
            // A chain is drawn step by step.
            if let Some((broad, _)) = broad.max_by_key(|(_, other)| (other.path.len(), other.query.len())) {
                arrows.push(Arrow::new(id('p', broad), id('p', narrow), ArrowKind::Opens));
            }
        }
        Self { title: title(picture), nodes, arrows }
    }

    /// Adds hidden arrows to nodes without one, which keeps them in their columns.
    fn keep_columns(&mut self) {
        let first = |column: usize| {
            let of = |node: &&Node| node.kind.column() == column;
            self.nodes.iter().find(of).map(|node| node.id.clone())
        };
        let (identity, role) = (first(0), first(1));
        let led_to: BTreeSet<&str> = self.arrows.iter().map(|arrow| arrow.to.as_str()).collect();
        let mut hidden = Vec::new();
        for node in self.nodes.iter().filter(|node| !led_to.contains(node.id.as_str())) {
            let from = match node.kind.column() {
                1 => identity.as_ref(),
                2 => role.as_ref().or(identity.as_ref()),
                _ => None,
            };
            hidden.extend(from.map(|from| Arrow::new(from, &node.id, ArrowKind::Hidden)));
        }
        self.arrows.extend(hidden);
    }

    /// The looks that occur, in order.
    pub(super) fn styles(&self) -> BTreeSet<NodeStyle> {
        self.nodes.iter().map(|node| node.style).collect()
    }
}

fn rest(picture: &Picture, number: usize) -> Node {
    let is_known = picture.unknown < UnknownParts::Rules;
    let rest = if is_known { picture.everything_else() } else { "not known" };
    let style = match (picture.mode, picture.default_access) {
        _ if !is_known => NodeStyle::Idle,
        _ if rest == "let through" => NodeStyle::Open,
        (Some(Mode::Audit), Some(DefaultAccess::Deny)) => NodeStyle::Recorded,
        (Some(_), Some(DefaultAccess::Deny)) => NodeStyle::Refused,
        _ => NodeStyle::Idle,
    };
    let about = if is_known { "every other request" } else { "the rules" };
    let lines = vec![about.to_owned(), rest.to_owned()];
    Node { id: format!("v{number}d"), kind: NodeKind::Rest, lines, style }
}
