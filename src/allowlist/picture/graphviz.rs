//! A graph in Graphviz's language (<https://graphviz.org/doc/info/lang.html>), for `dot -Tsvg`.

use super::Picture;
use super::diagram::{Diagram, Kind, Look};

const BEGINNING: &str = "\
digraph allowlist {
  rankdir=LR;
  graph [fontname=\"Helvetica\", style=rounded, color=\"#999999\"];
  node [fontname=\"Helvetica\", fontsize=11, style=filled];
  edge [color=\"#555555\"];
";

/// A graph of these allowlists: identities, roles, privileges from left to right; privileges that are closed and what
/// falls to the default access are marked in words, and in colour.
pub fn graphviz(pictures: &[Picture]) -> String {
    let mut graph = String::from(BEGINNING);
    let mut put = |text: &str| {
        graph.push_str("  ");
        graph.push_str(text);
        graph.push('\n');
    };
    for (number, picture) in pictures.iter().enumerate() {
        let diagram = Diagram::new(picture, number);
        put(&format!("subgraph cluster_{number} {{"));
        put(&format!("  label={};", label(&diagram.title)));
        for node in &diagram.nodes {
            let shape = match node.kind {
                Kind::Identity => "ellipse",
                Kind::Role => "box",
                Kind::Privilege => "component",
                Kind::Rest => "hexagon",
            };
            let look = match node.look {
                Look::Granted => "fillcolor=\"#e6f2e6\", color=\"#2d6a2d\"",
                Look::Closed => "fillcolor=\"#fbe3e4\", color=\"#a4262c\"",
                Look::Open => "fillcolor=\"#fff0c8\", color=\"#8a5a00\"",
                Look::Idle => {
                    "fillcolor=\"#f3f3f3\", color=\"#767676\", fontcolor=\"#444444\", style=\"filled,dashed\""
                }
            };
            put(&format!("  {} [label={}, shape={shape}, {look}];", node.id, label(&node.lines)));
        }
        for (from, to) in &diagram.arrows {
            put(&format!("  {from} -> {to};"));
        }
        put("}");
    }
    graph.push_str("}\n");
    graph
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
