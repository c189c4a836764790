//! A diagram of many rules: each role with the number of its identities and privileges. Names and paths are
//! left to the matrix, and the diagram says so.

use std::collections::{BTreeMap, BTreeSet};

use super::super::sensitive;
use super::nodes::{Arrow, ArrowKind, Diagram, Node, NodeKind, NodeStyle, privilege, title};
use super::{Picture, visible};

/// How many roles are drawn.
const MOST_ROLES: usize = 20;
/// How many names a group shows.
const NAMED: usize = 3;

pub(super) fn diagram(picture: &Picture, number: usize) -> Diagram {
    let rules = &picture.rules;
    let mut drawing = Drawing { number, nodes: Vec::new(), arrows: Vec::new(), groups: BTreeMap::new() };
    let mut roles: Vec<(&String, BTreeSet<_>)> =
        rules.roles.keys().map(|role| (role, secrets(picture, role))).collect();
    roles.sort_by_key(|(role, secrets)| (!picture.is_assigned(role), secrets.is_empty(), role.as_str()));
    let more = roles.len().saturating_sub(MOST_ROLES);
    let mut reached = BTreeMap::<String, String>::new();
    for (place, (role, secrets)) in roles.into_iter().take(MOST_ROLES).enumerate() {
        let style = if picture.is_assigned(role) { NodeStyle::Granted } else { NodeStyle::Idle };
        let id = drawing.node('r', place, NodeKind::Role, vec![visible(role).into_owned()], style);
        let assigned = rules.role_assignments.get(role).map(|one| &one.identities);
        let identities: Vec<_> =
            assigned.into_iter().flatten().filter_map(|name| rules.identities.get_key_value(name)).collect();
        if !identities.is_empty() {
            let is_open = identities.iter().any(|(_, one)| one.is_everybody());
            let names: Vec<_> = identities.iter().map(|(name, _)| name.as_str()).collect();
            let style = if is_open { NodeStyle::Open } else { NodeStyle::Granted };
            let group = drawing.group(NodeKind::Identity, &names, ("identity", "identities"), style);
            drawing.arrows.push(Arrow::new(group, &id, ArrowKind::Has));
        }
        let role_privileges = rules.roles.get(role).map(|one| &one.privileges);
        let names: Vec<_> = role_privileges
            .into_iter()
            .flatten()
            .filter(|name| rules.privileges.contains_key(*name))
            .map(String::as_str)
            .collect();
        if !names.is_empty() {
            let style = if style == NodeStyle::Idle { NodeStyle::Idle } else { NodeStyle::Granted };
            let group = drawing.group(NodeKind::Privilege, &names, ("privilege", "privileges"), style);
            drawing.arrows.push(Arrow::new(&id, group, ArrowKind::Has));
        }
        for secret in secrets {
            let place = reached.len();
            let to = reached.entry(secret.clone()).or_insert_with(|| {
                drawing.node('s', place, NodeKind::Privilege, vec![secret], NodeStyle::Secret)
            });
            drawing.arrows.push(Arrow::new(&id, to.clone(), ArrowKind::Has));
        }
    }
    if more > 0 {
        drawing.node(
            'm',
            0,
            NodeKind::Role,
            vec![format!("{more} more roles, in the matrix")],
            NodeStyle::Idle,
        );
    }
    let styles: Vec<(&str, NodeStyle)> =
        rules.privileges.keys().map(|name| (name.as_str(), privilege(picture, name).1)).collect();
    for style in [NodeStyle::Closed, NodeStyle::Recorded] {
        let closed: Vec<_> = styles.iter().filter(|(_, one)| *one == style).map(|(name, _)| *name).collect();
        if !closed.is_empty() {
            let words = ("privilege granted to nobody", "privileges granted to nobody");
            drawing.group(NodeKind::Privilege, &closed, words, style);
        }
    }
    let idle: Vec<_> = rules
        .identities
        .keys()
        .filter(|name| picture.roles_of(name).next().is_none())
        .map(String::as_str)
        .collect();
    if !idle.is_empty() {
        let words = ("identity without a role", "identities without a role");
        drawing.group(NodeKind::Identity, &idle, words, NodeStyle::Idle);
    }
    let left_out = vec![
        "grouped by role; the matrix has".to_owned(),
        format!("all {} privileges and {} identities", rules.privileges.len(), rules.identities.len()),
    ];
    drawing.node('n', 0, NodeKind::Role, left_out, NodeStyle::Idle);
    Diagram { title: title(picture), nodes: drawing.nodes, arrows: drawing.arrows }
}

/// The tokens, certificates and the like that a role reaches, if anybody has it.
fn secrets(picture: &Picture, role: &str) -> BTreeSet<String> {
    if !picture.is_assigned(role) || !picture.is_in_force() {
        return BTreeSet::new();
    }
    let role_privileges = picture.rules.roles.get(role).map(|one| &one.privileges);
    let privileges =
        role_privileges.into_iter().flatten().filter_map(|name| picture.rules.privileges.get(name));
    let reached = privileges.flat_map(|one| sensitive(&one.path, &one.query_parameters, picture.endpoint));
    reached.map(|what| what.to_string()).collect()
}

struct Drawing {
    number: usize,
    nodes: Vec<Node>,
    arrows: Vec<Arrow>,
    /// Ids of groups, so that equal ones are drawn once.
    groups: BTreeMap<(NodeKind, NodeStyle, Vec<String>), String>,
}

impl Drawing {
    fn node(
        &mut self,
        letter: char,
        place: usize,
        kind: NodeKind,
        lines: Vec<String>,
        style: NodeStyle,
    ) -> String {
        let id = format!("v{}{letter}{place}", self.number);
        self.nodes.push(Node { id: id.clone(), kind, lines, style });
        id
    }

    fn group(&mut self, kind: NodeKind, names: &[&str], words: (&str, &str), style: NodeStyle) -> String {
        let key = (kind, style, names.iter().map(|name| (*name).to_owned()).collect());
        if let Some(id) = self.groups.get(&key) {
            return id.clone();
        }
        let mut lines = Vec::new();
        match names {
            [only] => lines.push(format!("{}: {}", words.0, visible(only))),
            names => {
                lines.push(format!("{} {}", names.len(), words.1));
                lines.extend(names.iter().take(NAMED).map(|name| visible(name).into_owned()));
                match names.len().saturating_sub(NAMED) {
                    0 => {}
                    more => lines.push(format!("and {more} more")),
                }
            }
        }
        let letter = if kind == NodeKind::Identity { 'g' } else { 'h' };
        let id = self.node(letter, self.groups.len(), kind, lines, style);
        self.groups.insert(key, id.clone());
        id
    }
}
