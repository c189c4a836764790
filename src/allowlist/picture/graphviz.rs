//! A graph in Graphviz's language (<https://graphviz.org/doc/info/lang.html>), for `dot -Tsvg`.

use std::collections::BTreeSet;

use super::Picture;
use super::nodes::{Diagram, Kind, Line, Look};

const BEGINNING: &str = "\
digraph allowlist {
  rankdir=LR;
  graph [fontname=\"Helvetica\", style=rounded, color=\"#999999\"];
  node [fontname=\"Helvetica\", fontsize=11, style=filled];
  edge [color=\"#555555\"];
";

/// How many versions are drawn.
const MOST: usize = 50;

/// A graph of these allowlists: identities, roles and privileges from left to right. Closed privileges and
/// the default access are marked by words and colour. Large ones are grouped by role.
pub fn graphviz(pictures: &[Picture]) -> String {
    let mut graph = String::from(BEGINNING);
    let mut put = |text: &str| {
        graph.push_str("  ");
        graph.push_str(text);
        graph.push('\n');
    };
    let mut looks = BTreeSet::new();
    for (number, picture) in pictures.iter().take(MOST).enumerate() {
        let diagram = Diagram::new(picture, number);
        looks.extend(diagram.looks());
        put(&format!("subgraph cluster_{number} {{"));
        put(&format!("  label={};", label(&diagram.title)));
        for node in &diagram.nodes {
            let shape = match node.kind {
                Kind::Identity => "ellipse",
                Kind::Role => "box",
                Kind::Privilege => "component",
                Kind::Rest => "hexagon",
            };
            put(&format!(
                "  {} [label={}, shape={shape}, {}];",
                node.id,
                label(&node.lines),
                style(node.look)
            ));
        }
        for column in 0..3 {
            let of = diagram.nodes.iter().filter(|node| node.kind.column() == column);
            let ids: Vec<&str> = of.map(|node| node.id.as_str()).collect();
            if ids.len() > 1 {
                put(&format!("  {{ rank=same; {}; }}", ids.join("; ")));
            }
        }
        for arrow in &diagram.arrows {
            let style = match arrow.kind {
                Line::Has => "",
                // It is between two of a column.
                Line::Opens => " [style=dashed, constraint=false]",
                Line::Hidden => " [style=invis]",
            };
            put(&format!("  {} -> {}{style};", arrow.from, arrow.to));
        }
        put("}");
    }
    if let Some(more @ 1..) = pictures.len().checked_sub(MOST) {
        put(&format!(
            "more [label=\"{more} more versions are left out\", shape=box, {}];",
            style(Look::Idle)
        ));
    }
    put("subgraph cluster_legend {");
    put("  label=\"Legend\";");
    for look in &looks {
        put(&format!("  l{} [label=\"{}\", shape=box, {}];", look.name(), look.meaning(), style(*look)));
    }
    put("}");
    graph.push_str("}\n");
    graph
}

fn style(look: Look) -> String {
    let (fill, line, letters, width) = look.colours();
    let dashed = if look == Look::Idle { ", style=\"filled,dashed\"" } else { "" };
    let width = if width == 1 { String::new() } else { format!(", penwidth={width}") };
    format!("fillcolor=\"{fill}\", color=\"{line}\", fontcolor=\"{letters}\"{width}{dashed}")
}

/// Lines as one quoted label. Graphviz reads backslashes and HTML's entities in it.
fn label(lines: &[String]) -> String {
    let mut label = String::from("\"");
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            label.push_str("\\n");
        }
        for c in line.chars() {
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
