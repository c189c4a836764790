//! What a diagram is made of: nodes, arrows, and how they are to be seen.

use super::super::Mode;
use super::{NOT_BY_NAME, Picture, UnknownParts, parameters, through, visible};

/// An allowlist as nodes and arrows.
pub(super) struct Diagram {
    /// The title.
    pub(super) title: Vec<String>,
    pub(super) nodes: Vec<Node>,
    pub(super) arrows: Vec<Arrow>,
}

/// A node.
pub(super) struct Node {
    /// Letters and digits.
    pub(super) id: String,
    pub(super) kind: NodeKind,
    pub(super) lines: Vec<String>,
    pub(super) style: NodeStyle,
}

/// What a node represents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NodeKind {
    Identity,
    Role,
    Privilege,
    /// Every request that no privilege matches.
    Rest,
}

impl NodeKind {
    /// Its column, from the left.
    pub(super) const fn column(self) -> usize {
        match self {
            Self::Identity => 0,
            Self::Role => 1,
            Self::Privilege | Self::Rest => 2,
        }
    }
}

/// The appearance of a node, in addition to its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NodeStyle {
    /// Somebody may make it.
    Granted,
    /// Somebody may make it, and it reaches tokens, certificates or the like.
    Secret,
    /// Nobody may make it.
    Closed,
    /// The default access refuses it.
    Refused,
    /// It is not allowed, but Audit lets it pass.
    Recorded,
    /// Everybody may make it, or it matches everybody.
    Open,
    /// It has no effect.
    Idle,
}

impl NodeStyle {
    /// A name for style sheets.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Secret => "secret",
            Self::Closed => "closed",
            Self::Refused => "refused",
            Self::Recorded => "recorded",
            Self::Open => "open",
            Self::Idle => "idle",
        }
    }

    /// Its meaning, for the legend.
    pub(super) const fn meaning(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Secret => "reaches tokens, certificates or the like",
            Self::Closed => "closed to everybody",
            Self::Refused => "refused by default",
            Self::Recorded => "recorded, and let through",
            Self::Open => "open to everybody",
            Self::Idle => "has no effect, or not known",
        }
    }

    /// Fill, line and letters; and the width of the line.
    pub(super) const fn colours(self) -> (&'static str, &'static str, &'static str, u8) {
        match self {
            Self::Granted => ("#e6f2e6", "#2d6a2d", "#000000", 1),
            Self::Secret => ("#e6f2e6", "#c05600", "#000000", 4),
            Self::Closed => ("#fbe3e4", "#a4262c", "#000000", 1),
            Self::Refused => ("#e4e7ee", "#44506b", "#000000", 1),
            Self::Recorded => ("#e3eefa", "#1f5a99", "#000000", 1),
            Self::Open => ("#fff0c8", "#8a5a00", "#000000", 1),
            Self::Idle => ("#f3f3f3", "#767676", "#444444", 1),
        }
    }

    pub(super) const ALL: [Self; 7] =
        [Self::Granted, Self::Secret, Self::Closed, Self::Refused, Self::Recorded, Self::Open, Self::Idle];
}

/// An arrow from one node's id to another's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arrow {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) kind: ArrowKind,
}

/// The meaning of an arrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArrowKind {
    /// One has the other.
    Has,
    /// A broad privilege matches the requests of a narrow one.
    Opens,
    /// None: it keeps a node in its column.
    Hidden,
}

impl Arrow {
    pub(super) fn new(from: impl Into<String>, to: impl Into<String>, kind: ArrowKind) -> Self {
        Self { from: from.into(), to: to.into(), kind }
    }
}

/// A privilege's lines and appearance.
pub(super) fn privilege(picture: &Picture, name: &str) -> (Vec<String>, NodeStyle) {
    let Some(privilege) = picture.rules.privileges.get(name) else { return (Vec::new(), NodeStyle::Idle) };
    let mut lines = vec![visible(name).into_owned(), visible(&privilege.path).into_owned()];
    lines.extend(parameters(privilege));
    let is_closed = picture.is_closed(name) && !picture.is_partly_known();
    let reached = picture.reaches(privilege);
    if picture.is_closed(name) && !is_closed {
        lines.push(NOT_BY_NAME.to_owned());
    } else if is_closed {
        lines.push(picture.closed(privilege));
    } else if let Some(reached) = &reached {
        lines.push(format!("reaches {reached}"));
    }
    if !picture.is_closed(name) && !picture.is_granted(name) {
        lines.push(through(picture, name));
    }
    let style = match (picture.is_in_force(), is_closed) {
        (false, _) => NodeStyle::Idle,
        (true, false) if picture.is_closed(name) => NodeStyle::Idle,
        (true, true) if picture.mode == Some(Mode::Audit) => NodeStyle::Recorded,
        (true, true) if picture.mode.is_none() => NodeStyle::Idle,
        (true, true) => NodeStyle::Closed,
        (true, false) if reached.is_some() => NodeStyle::Secret,
        (true, false) => NodeStyle::Granted,
    };
    (lines, style)
}

/// The lines over a diagram.
pub(super) fn title(picture: &Picture) -> Vec<String> {
    let name = if picture.title.is_empty() { "allowlist" } else { &*picture.title };
    let mode = picture.mode.map_or("mode not known", |mode| mode.as_str());
    let access = picture.default_access.map_or("not known", |access| access.as_str());
    let force = match picture.unknown {
        UnknownParts::Rules => ", rules not known",
        UnknownParts::Texts => ", rules not all known",
        _ if picture.absent.is_empty() => "",
        _ => ", rules not in force",
    };
    vec![visible(name).into_owned(), format!("{mode}, default {access}{force}")]
}
