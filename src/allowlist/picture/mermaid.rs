//! A Mermaid flowchart (<https://mermaid.js.org/syntax/flowchart.html>). GitHub, GitLab and Azure DevOps draw
//! it in Markdown.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Picture;
use super::nodes::{ArrowKind, Diagram, NodeKind, NodeStyle};

/// With this many arrows Mermaid refuses to draw unless its `maxEdges` is raised.
const ARROWS: usize = 500;
/// With this many characters it refuses unless its `maxTextSize` is raised.
const SIZE: usize = 50_000;

/// A flowchart of these allowlists: identities, roles and privileges from left to right. Closed privileges
/// and the default access are marked by words and colour. Large ones are grouped by role.
pub fn mermaid(pictures: &[Picture]) -> String {
    let mut chart = String::from("flowchart LR\n");
    let (mut arrows, mut left_out) = (0, 0);
    let mut styles = BTreeSet::new();
    let mut has_opening = false;
    for (number, picture) in pictures.iter().enumerate() {
        let diagram = Diagram::new(picture, number);
        let drawn = drawn(&diagram, number);
        if number > 0 && (arrows + diagram.arrows.len() > ARROWS || chart.len() + drawn.len() > SIZE * 4 / 5)
        {
            left_out += 1;
            continue;
        }
        chart.push_str(&drawn);
        arrows += diagram.arrows.len();
        styles.extend(diagram.styles());
        has_opening |= diagram.arrows.iter().any(|arrow| arrow.kind == ArrowKind::Opens);
    }
    let mut put = |text: &str| {
        chart.push_str("  ");
        chart.push_str(text);
        chart.push('\n');
    };
    if left_out > 0 {
        let more = format!("{left_out} more versions are left out, a chart of all would be too large");
        put(&format!("more[\"{}\"]:::idle", label(&[more])));
    }
    put("subgraph legend[\"Legend\"]");
    put("direction LR");
    let mut last: Option<&str> = None;
    for style in &styles {
        put(&format!("l{}[\"{}\"]:::{}", style.name(), style.meaning(), style.name()));
        // Next to each other.
        if let Some(last) = last.replace(style.name()) {
            put(&format!("l{last} ~~~ l{}", style.name()));
        }
    }
    if has_opening {
        put("lbroad[\"broad\"]:::granted -.-> lnarrow[\"narrow: the same requests\"]:::granted");
    }
    put("end");
    for style in NodeStyle::ALL {
        let (fill, line, letters, width) = style.colours();
        let dashes = if style == NodeStyle::Idle { ",stroke-dasharray:4 3" } else { "" };
        let width = if width == 1 { String::new() } else { format!(",stroke-width:{width}px") };
        put(&format!("classDef {} fill:{fill},stroke:{line},color:{letters}{width}{dashes}", style.name()));
    }
    chart
}

fn drawn(diagram: &Diagram, number: usize) -> String {
    let mut drawn = String::new();
    let mut put = |text: &str| {
        drawn.push_str("  ");
        drawn.push_str(text);
        drawn.push('\n');
    };
    // A second line of a title would be behind the first node.
    put(&format!("subgraph v{number}[\"{}\"]", label(&[diagram.title.join(", ")])));
    put("direction LR");
    for node in &diagram.nodes {
        let (open, close) = match node.kind {
            NodeKind::Identity => ("([", "])"),
            NodeKind::Role => ("[", "]"),
            NodeKind::Privilege => ("[[", "]]"),
            NodeKind::Rest => ("{{", "}}"),
        };
        put(&format!("{}{open}\"{}\"{close}:::{}", node.id, label(&node.lines), node.style.name()));
    }
    for arrow in &diagram.arrows {
        let line = match arrow.kind {
            ArrowKind::Has => "-->",
            ArrowKind::Opens => "-.->",
            ArrowKind::Hidden => "~~~",
        };
        put(&format!("{} {line} {}", arrow.from, arrow.to));
    }
    put("end");
    drawn
}

/// Lines as one label. Mermaid reads labels as Markdown and as HTML, so every character that could be either,
/// or could end the label, is written as its number.
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
