//! A Mermaid flowchart (<https://mermaid.js.org/syntax/flowchart.html>): what GitHub, GitLab and Azure DevOps draw in
//! Markdown.

use std::fmt::Write as _;

use super::Picture;
use super::diagram::{Diagram, Kind, Look};

/// From how many arrows on Mermaid refuses to draw unless its `maxEdges` is raised.
const ARROWS: usize = 500;

/// A flowchart of these allowlists: identities, roles, privileges from left to right; privileges that are closed and
/// what falls to the default access are marked in words, and in colour.
pub fn mermaid(pictures: &[Picture]) -> String {
    let mut chart = String::from("flowchart LR\n");
    let mut put = |text: &str| {
        chart.push_str("  ");
        chart.push_str(text);
        chart.push('\n');
    };
    let mut arrows = 0;
    for (number, picture) in pictures.iter().enumerate() {
        let diagram = Diagram::new(picture, number);
        put(&format!("subgraph v{number}[\"{}\"]", label(&diagram.title)));
        put("direction LR");
        for node in &diagram.nodes {
            let (open, close) = match node.kind {
                Kind::Identity => ("([", "])"),
                Kind::Role => ("[", "]"),
                Kind::Privilege => ("[[", "]]"),
                Kind::Rest => ("{{", "}}"),
            };
            let class = match node.look {
                Look::Granted => "granted",
                Look::Closed => "closed",
                Look::Open => "open",
                Look::Idle => "idle",
            };
            put(&format!("{}{open}\"{}\"{close}:::{class}", node.id, label(&node.lines)));
        }
        for (from, to) in &diagram.arrows {
            put(&format!("{from} --> {to}"));
        }
        put("end");
        arrows += diagram.arrows.len();
    }
    put("classDef granted fill:#e6f2e6,stroke:#2d6a2d,color:#000");
    put("classDef closed fill:#fbe3e4,stroke:#a4262c,color:#000");
    put("classDef open fill:#fff0c8,stroke:#8a5a00,color:#000");
    put("classDef idle fill:#f3f3f3,stroke:#767676,color:#444,stroke-dasharray:4 3");
    if arrows > ARROWS {
        put(&format!(
            "%% {arrows} arrows: Mermaid draws {ARROWS} unless its maxEdges is raised, Graphviz has no limit"
        ));
    }
    chart
}

/// Lines as one label. Mermaid reads labels as Markdown and as HTML, so everything that could be either, or ends the
/// label, is written as the number of its character.
fn label(lines: &[String]) -> String {
    let mut label = String::new();
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            label.push_str("<br/>");
        }
        for (place, c) in line.chars().enumerate() {
            if c.is_alphanumeric() || c == '/' || (place > 0 && matches!(c, ' ' | ',' | '=' | '-')) {
                label.push(c);
            } else {
                // Writing to a string cannot fail.
                let _ = write!(label, "#{};", u32::from(c));
            }
        }
    }
    label
}
