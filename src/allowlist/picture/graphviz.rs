//! A graph in Graphviz's language (<https://graphviz.org/doc/info/lang.html>), for `dot -Tsvg`.

use std::collections::BTreeSet;

use super::Picture;
use super::nodes::{ArrowKind, Diagram, NodeKind, NodeStyle};

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
    let mut styles = BTreeSet::new();
    for (number, picture) in pictures.iter().take(MOST).enumerate() {
        let diagram = Diagram::new(picture, number);
        styles.extend(diagram.styles());
        put(&format!("subgraph cluster_{number} {{"));
        put(&format!("  label={};", label(&diagram.title)));
        for node in &diagram.nodes {
            let shape = match node.kind {
                NodeKind::Identity => "ellipse",
                NodeKind::Role => "box",
                NodeKind::Privilege => "component",
                NodeKind::Rest => "hexagon",
            };
            put(&format!(
                "  {} [label={}, shape={shape}, {}];",
                node.id,
                label(&node.lines),
                attributes(node.style)
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
                ArrowKind::Has => "",
                // It is between two of a column.
                ArrowKind::Opens => " [style=dashed, constraint=false]",
                ArrowKind::Hidden => " [style=invis]",
            };
            put(&format!("  {} -> {}{style};", arrow.from, arrow.to));
        }
        put("}");
    }
    if let Some(more @ 1..) = pictures.len().checked_sub(MOST) {
        put(&format!(
            "more [label=\"{more} more versions are left out\", shape=box, {}];",
            attributes(NodeStyle::Idle)
        ));
    }
    put("subgraph cluster_legend {");
    put("  label=\"Legend\";");
    for style in &styles {
        put(&format!(
            "  l{} [label=\"{}\", shape=box, {}];",
            style.name(),
            style.meaning(),
            attributes(*style)
        ));
    }
    put("}");
    graph.push_str("}\n");
    graph
}

fn attributes(style: NodeStyle) -> String {
    let (fill, line, letters, width) = style.colours();
    let dashed = if style == NodeStyle::Idle { ", style=\"filled,dashed\"" } else { "" };
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
