//! Rules that may be known in part, as during a plan. Unknown parts are never guessed: a check that needs one
//! reports nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::{Identity, Privilege, Role, RoleAssignment, Rules};

/// A text in a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Text<'a> {
    /// The text.
    Known(&'a str),
    /// Not known yet.
    Unknown,
}

impl<'a> Text<'a> {
    /// The text, if it is known.
    pub const fn known(self) -> Option<&'a str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Unknown => None,
        }
    }
}

/// [`Rules`] of which any part may be unknown. A part that is unknown as a whole contains an unknown text: a
/// map an unknown name, a set an unknown member. The other entries of such a map may still be replaced, so
/// `named` must be called before they are used.
pub type Draft<'a> = Rules<Text<'a>>;

/// A map of a draft, unless a name in it is unknown.
pub(super) fn named<'m, 'a, V>(map: &'m BTreeMap<Text<'a>, V>) -> Option<&'m BTreeMap<Text<'a>, V>> {
    (!map.contains_key(&Text::Unknown)).then_some(map)
}

/// The elements of a map, once their names are known.
pub(super) fn known<'m, 'a, T>(
    map: &'m BTreeMap<Text<'a>, T>,
) -> impl Iterator<Item = (&'a str, &'m T)> + Clone {
    named(map).into_iter().flatten().filter_map(|(name, one)| Some((name.known()?, one)))
}

impl Draft<'_> {
    /// Rules of which nothing is known.
    pub fn unknown() -> Self {
        let (text, names) = (Text::Unknown, BTreeSet::from([Text::Unknown]));
        let privilege = Privilege { path: text, query_parameters: [(text, text)].into() };
        let condition = Some(text);
        let identity = Identity {
            user_name: condition,
            group_name: condition,
            exe_path: condition,
            process_name: condition,
        };
        Self {
            privileges: [(text, privilege)].into(),
            roles: [(text, Role { privileges: names.clone() })].into(),
            identities: [(text, identity)].into(),
            role_assignments: [(text, RoleAssignment { identities: names })].into(),
        }
    }

    /// The complete rules, or nothing if any part is unknown.
    pub fn complete(&self) -> Option<Rules> {
        let mut is_complete = true;
        let rules = self.map(&mut |text| {
            is_complete &= text.known().is_some();
            text.known().unwrap_or_default().to_owned()
        });
        is_complete.then_some(rules)
    }
}

impl<'a> From<&'a Rules> for Draft<'a> {
    fn from(rules: &'a Rules) -> Self {
        rules.map(&mut |text| Text::Known(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Rules {
        let privilege = Privilege { path: "/a".into(), query_parameters: [("k".into(), "v".into())].into() };
        let identity = Identity {
            user_name: Some("u".into()),
            group_name: Some("g".into()),
            exe_path: Some("/x".into()),
            process_name: Some("x".into()),
        };
        Rules {
            privileges: [("p".into(), privilege)].into(),
            roles: [("r".into(), Role { privileges: ["q".into()].into() })].into(),
            identities: [("i".into(), identity)].into(),
            role_assignments: [("s".into(), RoleAssignment { identities: ["j".into()].into() })].into(),
        }
    }

    #[test]
    fn complete_rules_survive_a_round_trip() {
        assert_eq!(Draft::from(&sample()).complete(), Some(sample()));
    }

    #[test]
    fn one_unknown_text_anywhere_makes_rules_incomplete() {
        assert_eq!(Draft::unknown().complete(), None);
        let rules = sample();
        let without = |unknown: &str| {
            rules.map(&mut |text| if text == unknown { Text::Unknown } else { Text::Known(text) })
        };
        for unknown in ["p", "/a", "k", "v", "r", "q", "i", "u", "g", "/x", "x", "s", "j"] {
            assert_eq!(without(unknown).complete(), None, "{unknown}");
        }
        assert_eq!(without("nothing"), Draft::from(&rules));
    }

    #[test]
    fn a_map_with_an_unknown_name_is_unknown() {
        let unknown = Draft::unknown();
        assert!(named(&unknown.privileges).is_none() && named(&unknown.identities).is_none());
        let rules = sample();
        assert!(named(&Draft::from(&rules).privileges).is_some());
    }
}
