//! A graph in Graphviz's language (<https://graphviz.org/doc/info/lang.html>), for `dot -Tsvg`.

use super::super::DefaultAccess;
use super::mermaid::heading;
use super::{EVERYBODY, Picture, conditions, parameters, visible};

const GREEN: &str = "fillcolor=\"#e6f2e6\", color=\"#2d6a2d\"";
const RED: &str = "fillcolor=\"#fbe3e4\", color=\"#a4262c\"";
const YELLOW: &str = "fillcolor=\"#fff0c8\", color=\"#8a5a00\"";
const GREY: &str = "fillcolor=\"#f3f3f3\", color=\"#767676\", fontcolor=\"#444444\", style=\"filled,dashed\"";

/// A graph of these allowlists: identities, roles, privileges from left to right; privileges that are closed and what
/// falls to the default access are marked in words, and in colour.
pub fn graphviz(pictures: &[Picture]) -> String {
    let mut graph = String::from(
        "digraph allowlist {\n  rankdir=LR;\n  graph [fontname=\"Helvetica\", style=rounded, color=\"#999999\"];\n  \
         node [fontname=\"Helvetica\", fontsize=11, shape=box, style=filled];\n  edge [color=\"#555555\"];\n",
    );
    for (number, picture) in pictures.iter().enumerate() {
        draw(picture, number, &mut graph);
    }
    graph.push_str("}\n");
    graph
}

fn draw(picture: &Picture, number: usize, graph: &mut String) {
    let rules = &picture.rules;
    let mut put = |text: String| {
        graph.push_str("    ");
        graph.push_str(&text);
        graph.push('\n');
    };
    let title = if picture.title.is_empty() { "allowlist" } else { &*picture.title };
    put(format!("subgraph cluster_{number} {{"));
    put(format!("label={};", label([&*visible(title), &*heading(picture)])));
    for (place, (name, identity)) in rules.identities.iter().enumerate() {
        let conditions = conditions(identity).into_iter().map(|(what, text)| format!("{what} {text}"));
        let mut lines: Vec<_> = std::iter::once(visible(name).into_owned()).chain(conditions).collect();
        if identity.is_everybody() {
            lines.push(EVERYBODY.to_owned());
        }
        let colour = match picture.roles_of(name).next() {
            None => GREY,
            Some(_) if identity.is_everybody() => YELLOW,
            Some(_) => GREEN,
        };
        put(format!("v{number}i{place} [label={}, shape=ellipse, {colour}];", label(&lines)));
    }
    for (place, name) in rules.roles.keys().enumerate() {
        let assigned = rules.role_assignments.get(name);
        let known = |name: &String| rules.identities.contains_key(name);
        let colour = if assigned.is_some_and(|one| one.identities.iter().any(known)) { GREEN } else { GREY };
        put(format!("v{number}r{place} [label={}, {colour}];", label([&*visible(name)])));
    }
    for (place, (name, privilege)) in rules.privileges.iter().enumerate() {
        let mut lines = vec![visible(name).into_owned(), visible(&privilege.path).into_owned()];
        lines.extend(parameters(privilege));
        let is_closed = picture.holders(name).is_none();
        if is_closed {
            lines.push(picture.closed().to_owned());
        } else if let Some(reached) = picture.reaches(privilege) {
            lines.push(format!("reaches {reached}"));
        }
        let colour = match (picture.is_in_force(), is_closed) {
            (false, _) => GREY,
            (true, true) => RED,
            (true, false) => GREEN,
        };
        put(format!("v{number}p{place} [label={}, shape=component, {colour}];", label(&lines)));
    }
    let colour = match picture.default_access {
        _ if picture.everything_else() == "let through" => YELLOW,
        Some(DefaultAccess::Deny) => RED,
        _ => GREY,
    };
    let default = label(["every other request", picture.everything_else()]);
    put(format!("v{number}d [label={default}, shape=hexagon, {colour}];"));
    for (place, name) in rules.roles.keys().enumerate() {
        let Some(assigned) = rules.role_assignments.get(name) else { continue };
        let identities = rules.identities.keys().enumerate();
        for (identity, _) in identities.filter(|(_, name)| assigned.identities.contains(*name)) {
            put(format!("v{number}i{identity} -> v{number}r{place};"));
        }
    }
    for (place, role) in rules.roles.values().enumerate() {
        let privileges = rules.privileges.keys().enumerate();
        for (privilege, _) in privileges.filter(|(_, name)| role.privileges.contains(*name)) {
            put(format!("v{number}r{place} -> v{number}p{privilege};"));
        }
    }
    put("}".to_owned());
}

/// Lines as one quoted label. Graphviz reads backslashes and HTML's entities in it.
fn label<S: AsRef<str>>(lines: impl IntoIterator<Item = S>) -> String {
    let mut label = String::from("\"");
    for (number, line) in lines.into_iter().enumerate() {
        if number > 0 {
            label.push_str("\\n");
        }
        for c in line.as_ref().chars() {
            match c {
                '\\' => label.push_str("\\\\"),
                '"' => label.push_str("\\\""),
                '&' => label.push_str("&amp;"),
                _ => label.push(c),
            }
        }
    }
    label.push('"');
    label
}
