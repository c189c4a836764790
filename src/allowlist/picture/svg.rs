//! A drawing that needs no other program: SVG, for a page of HTML whose style sheet has its colours.

use std::collections::BTreeMap;

use super::Picture;
use super::nodes::{ArrowKind, Diagram, Node, NodeKind};

const WIDTH: usize = 250;
const GAP: usize = 110;
const LINE: usize = 16;
const PAD: usize = 8;
const BETWEEN: usize = 12;
/// The number of letters in a line.
const LETTERS: usize = 36;

/// A drawing of an allowlist: identities, roles and privileges in columns from left to right. Large ones are grouped by
/// role.
pub fn svg(picture: &Picture) -> String {
    let diagram = Diagram::new(picture, 0);
    let boxes = boxes(&diagram);
    let height =
        boxes.values().map(|node_box| node_box.y + node_box.height).max().unwrap_or_default() + BETWEEN;
    let is_opening = diagram.arrows.iter().any(|arrow| arrow.kind == ArrowKind::Opens);
    let width = 3 * WIDTH + 2 * GAP + 2 * PAD + if is_opening { GAP / 2 } else { 0 };
    let styles = diagram.styles();
    let legend = styles.len() * (LINE + 4) + BETWEEN;
    let name = diagram.title.join(", ");
    let mut drawing = format!(
        "<svg class=\"diagram\" role=\"img\" viewBox=\"0 0 {width} {}\" width=\"{width}\"><title>{}</title>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" class=\"tip\"/></marker></defs>\n",
        height + legend,
        escaped(&name)
    );
    for arrow in diagram.arrows.iter().filter(|arrow| arrow.kind != ArrowKind::Hidden) {
        let (Some(from), Some(to)) = (boxes.get(&arrow.from), boxes.get(&arrow.to)) else { continue };
        let (x, y) = (from.x + WIDTH, from.y + from.height / 2);
        let end = to.y + to.height / 2;
        let path = if arrow.kind == ArrowKind::Opens {
            let out = x + GAP / 3;
            format!("M{x} {y}C{out} {y} {out} {end} {} {end}", to.x + WIDTH)
        } else {
            let (one, other) = (x + GAP / 2, to.x - GAP / 2);
            format!("M{x} {y}C{one} {y} {other} {end} {} {end}", to.x)
        };
        let class = if arrow.kind == ArrowKind::Opens { "edge opens" } else { "edge" };
        drawing.push_str(&format!("<path class=\"{class}\" d=\"{path}\" marker-end=\"url(#tip)\"/>\n"));
    }
    for node in &diagram.nodes {
        let Some(node_box) = boxes.get(&node.id) else { continue };
        let round = match node.kind {
            NodeKind::Identity => 14,
            NodeKind::Role => 3,
            NodeKind::Privilege | NodeKind::Rest => 0,
        };
        drawing.push_str(&format!(
            "<g class=\"node {}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{WIDTH}\" height=\"{}\" rx=\"{round}\"/>",
            node.style.name(),
            escaped(&node.lines.join("\n")),
            node_box.x,
            node_box.y,
            node_box.height
        ));
        for (number, line) in lines(node).into_iter().enumerate() {
            let class = if number == 0 { " class=\"name\"" } else { "" };
            let (x, y) = (node_box.x + PAD, node_box.y + PAD + LINE * number + 12);
            drawing.push_str(&format!("<text x=\"{x}\" y=\"{y}\"{class}>{}</text>", escaped(&line)));
        }
        drawing.push_str("</g>\n");
    }
    for (number, style) in styles.into_iter().enumerate() {
        let y = height + number * (LINE + 4);
        drawing.push_str(&format!(
            "<g class=\"node {}\"><rect x=\"{PAD}\" y=\"{y}\" width=\"26\" height=\"14\"/></g><text class=\"key\" x=\"{}\" \
             y=\"{}\">{}</text>\n",
            style.name(),
            PAD + 36,
            y + 12,
            style.meaning()
        ));
    }
    drawing.push_str("</svg>\n");
    drawing
}

struct NodeBox {
    x: usize,
    y: usize,
    height: usize,
}

/// The place of each node: in its column, next to what leads to it.
fn boxes(diagram: &Diagram) -> BTreeMap<String, NodeBox> {
    let mut boxes = BTreeMap::<String, NodeBox>::new();
    let mut tallest = 0;
    let mut columns = Vec::new();
    for column in 0..3 {
        let mut nodes: Vec<&Node> =
            diagram.nodes.iter().filter(|node| node.kind.column() == column).collect();
        let weight = |node: &Node| {
            let from =
                diagram.arrows.iter().filter(|arrow| arrow.to == node.id && arrow.kind == ArrowKind::Has);
            let of: Vec<usize> =
                from.filter_map(|arrow| boxes.get(&arrow.from)).map(|node_box| node_box.y).collect();
            // Nodes without an arrow to them are placed below.
            if of.is_empty() { usize::MAX } else { of.iter().sum::<usize>() / of.len() }
        };
        if column > 0 {
            let mut weighed: Vec<_> = nodes.into_iter().map(|node| (weight(node), node)).collect();
            weighed.sort_by_key(|(weight, node)| (node.kind == NodeKind::Rest, *weight));
            nodes = weighed.into_iter().map(|(_, node)| node).collect();
        }
        let mut y = PAD;
        for node in &nodes {
            let height = lines(node).len() * LINE + 2 * PAD;
            let node_box = NodeBox { x: PAD + column * (WIDTH + GAP), y, height };
            boxes.insert(node.id.clone(), node_box);
            y += height + BETWEEN;
        }
        tallest = tallest.max(y);
        columns.push((nodes, y));
    }
    // Columns are centred next to the tallest.
    for (nodes, height) in columns {
        let down = (tallest - height) / 2;
        for node in nodes {
            if let Some(node_box) = boxes.get_mut(&node.id) {
                node_box.y += down;
            }
        }
    }
    boxes
}

/// The lines of a node, wrapped if they are too long; three pieces at most.
fn lines(node: &Node) -> Vec<String> {
    let mut lines = Vec::new();
    for line in &node.lines {
        let letters: Vec<char> = line.chars().collect();
        // The first line is bold.
        let pieces = letters.chunks(if lines.is_empty() { LETTERS - 5 } else { LETTERS });
        let more = pieces.len() > 3;
        for (number, piece) in pieces.take(3).enumerate() {
            let end = if more && number == 2 { "\u{2026}" } else { "" };
            lines.push(format!("{}{end}", piece.iter().collect::<String>()));
        }
    }
    lines
}

/// A text, escaped for SVG and HTML.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
