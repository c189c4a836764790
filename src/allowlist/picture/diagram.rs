//! What every diagram of an allowlist shows: identities, roles and privileges, the arrows between them, and what becomes
//! of all else. The formats differ in how they write it.

use std::collections::BTreeSet;

use super::super::decision::Pattern;
use super::super::{DefaultAccess, Mode};
use super::{EVERYBODY, NOT_BY_NAME, Picture, Unknown, conditions, grouped, parameters, through, visible};

/// How much is drawn node by node; beyond it roles stand for what they hold.
const MOST_IDENTITIES: usize = 12;
const MOST_PRIVILEGES: usize = 16;
const MOST_ARROWS: usize = 60;

/// An allowlist as nodes and arrows.
pub(super) struct Diagram {
    /// Over all of it.
    pub(super) title: Vec<String>,
    pub(super) nodes: Vec<Node>,
    pub(super) arrows: Vec<Arrow>,
}

/// A node.
pub(super) struct Node {
    /// Letters and digits.
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) lines: Vec<String>,
    pub(super) look: Look,
}

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Identity,
    Role,
    Privilege,
    /// Every request that no privilege matches.
    Rest,
}

impl Kind {
    /// The column it stands in, from the left.
    pub(super) const fn column(self) -> usize {
        match self {
            Self::Identity => 0,
            Self::Role => 1,
            Self::Privilege | Self::Rest => 2,
        }
    }
}

/// What a node is to be seen as, beside its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Look {
    /// Somebody may.
    Granted,
    /// Somebody may, and it leads to tokens, certificates or the like.
    Secret,
    /// Nobody may.
    Closed,
    /// The default access refuses it.
    Refused,
    /// It is not allowed, and Audit lets it through.
    Recorded,
    /// Everybody may, or is.
    Open,
    /// It takes no part.
    Idle,
}

impl Look {
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

    /// What it means, for the legend.
    pub(super) const fn meaning(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Secret => "reaches tokens, certificates or the like",
            Self::Closed => "closed to everybody",
            Self::Refused => "refused by default",
            Self::Recorded => "recorded, and let through",
            Self::Open => "open to everybody",
            Self::Idle => "takes no part, or not known",
        }
    }

    /// Fill, line and letters; and how wide the line is.
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
    pub(super) kind: Line,
}

/// What an arrow says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// The one has the other.
    Has,
    /// A broad privilege matches the requests of a narrow one.
    Opens,
    /// Nothing: it keeps a node in its column.
    Hidden,
}

impl Arrow {
    pub(super) fn new(from: impl Into<String>, to: impl Into<String>, kind: Line) -> Self {
        Self { from: from.into(), to: to.into(), kind }
    }
}

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
            let look = match picture.roles_of(name).next() {
                None => Look::Idle,
                Some(_) if identity.is_everybody() => Look::Open,
                Some(_) => Look::Granted,
            };
            nodes.push(Node { id: id('i', place), kind: Kind::Identity, lines, look });
        }
        for (place, name) in rules.roles.keys().enumerate() {
            let look = if picture.is_assigned(name) { Look::Granted } else { Look::Idle };
            let lines = vec![visible(name).into_owned()];
            nodes.push(Node { id: id('r', place), kind: Kind::Role, lines, look });
        }
        for (place, name) in rules.privileges.keys().enumerate() {
            let (lines, look) = privilege(picture, name);
            nodes.push(Node { id: id('p', place), kind: Kind::Privilege, lines, look });
        }

        let mut arrows = Vec::new();
        for (place, name) in rules.roles.keys().enumerate() {
            let Some(assigned) = rules.role_assignments.get(name) else { continue };
            let identities = rules.identities.keys().enumerate();
            let of = identities.filter(|(_, name)| assigned.identities.contains(*name));
            arrows.extend(of.map(|(identity, _)| Arrow::new(id('i', identity), id('r', place), Line::Has)));
        }
        for (place, role) in rules.roles.values().enumerate() {
            let privileges = rules.privileges.keys().enumerate();
            let of = privileges.filter(|(_, name)| role.privileges.contains(*name));
            arrows.extend(of.map(|(privilege, _)| Arrow::new(id('r', place), id('p', privilege), Line::Has)));
        }
        let patterns: Vec<Pattern> = rules.privileges.values().map(Pattern::new).collect();
        let is_open: Vec<bool> = rules.privileges.keys().map(|name| !picture.is_closed(name)).collect();
        for (narrow, one) in patterns.iter().enumerate() {
            let opens = |(_, other): &(usize, &Pattern)| other.covers(one) && !one.covers(other);
            let broad = patterns.iter().enumerate().filter(opens);
            let broad = broad.filter(|(place, _)| is_open.get(*place) == Some(&true));
            // A chain is drawn step by step.
            if let Some((broad, _)) = broad.max_by_key(|(_, other)| (other.path.len(), other.query.len())) {
                arrows.push(Arrow::new(id('p', broad), id('p', narrow), Line::Opens));
            }
        }
        Self { title: title(picture), nodes, arrows }
    }

    /// Hides arrows to what nothing leads to, so that it stands in its column all the same.
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
            hidden.extend(from.map(|from| Arrow::new(from, &node.id, Line::Hidden)));
        }
        self.arrows.extend(hidden);
    }

    /// The looks that occur, in order.
    pub(super) fn looks(&self) -> BTreeSet<Look> {
        self.nodes.iter().map(|node| node.look).collect()
    }
}

/// A privilege's lines and look.
pub(super) fn privilege(picture: &Picture, name: &str) -> (Vec<String>, Look) {
    let Some(privilege) = picture.rules.privileges.get(name) else { return (Vec::new(), Look::Idle) };
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
    let look = match (picture.is_in_force(), is_closed) {
        (false, _) => Look::Idle,
        (true, false) if picture.is_closed(name) => Look::Idle,
        (true, true) if picture.mode == Some(Mode::Audit) => Look::Recorded,
        (true, true) if picture.mode.is_none() => Look::Idle,
        (true, true) => Look::Closed,
        (true, false) if reached.is_some() => Look::Secret,
        (true, false) => Look::Granted,
    };
    (lines, look)
}

fn rest(picture: &Picture, number: usize) -> Node {
    let is_known = picture.unknown < Unknown::Rules;
    let rest = if is_known { picture.everything_else() } else { "not known" };
    let look = match (picture.mode, picture.default_access) {
        _ if !is_known => Look::Idle,
        _ if rest == "let through" => Look::Open,
        (Some(Mode::Audit), Some(DefaultAccess::Deny)) => Look::Recorded,
        (Some(_), Some(DefaultAccess::Deny)) => Look::Refused,
        _ => Look::Idle,
    };
    let about = if is_known { "every other request" } else { "the rules" };
    let lines = vec![about.to_owned(), rest.to_owned()];
    Node { id: format!("v{number}d"), kind: Kind::Rest, lines, look }
}

pub(super) fn title(picture: &Picture) -> Vec<String> {
    let name = if picture.title.is_empty() { "allowlist" } else { &*picture.title };
    let mode = picture.mode.map_or("mode not known", |mode| mode.as_str());
    let access = picture.default_access.map_or("not known", |access| access.as_str());
    let force = match picture.unknown {
        Unknown::Rules => ", rules not known",
        Unknown::Texts => ", rules not all known",
        _ if picture.absent.is_empty() => "",
        _ => ", rules not in force",
    };
    vec![visible(name).into_owned(), format!("{mode}, default {access}{force}")]
}
