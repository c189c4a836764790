//! Rules of which a part may be unknown, as they are while Terraform plans. Nothing about an unknown part is
//! ever guessed: a check that would need it stays silent.

use std::collections::{BTreeMap, BTreeSet};

use super::{Identity, Privilege, Role, RoleAssignment, Rules};

/// A value, or the knowledge that it will be there later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<T> {
    /// The value.
    Known(T),
    /// Not known yet.
    Unknown,
}

impl<T> Part<T> {
    /// The value, if it is known.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown => None,
        }
    }

    /// The value itself, if it is known.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown => None,
        }
    }

    /// Whether the value is unknown.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }
}

impl<T> From<T> for Part<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

/// [`Rules`] of which any part may be unknown: a whole map, one element, one attribute, one member of a set.
/// The names in a known map are always known, as they are in Terraform.
///
/// Texts are those of whatever the draft is made of: every configuration is looked at, and nothing of it copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft<'a> {
    /// As [`Rules::privileges`].
    pub privileges: Part<BTreeMap<&'a str, Part<DraftPrivilege<'a>>>>,
    /// As [`Rules::roles`].
    pub roles: Part<BTreeMap<&'a str, Part<DraftRole<'a>>>>,
    /// As [`Rules::identities`].
    pub identities: Part<BTreeMap<&'a str, Part<DraftIdentity<'a>>>>,
    /// As [`Rules::role_assignments`].
    pub role_assignments: Part<BTreeMap<&'a str, Part<DraftRoleAssignment<'a>>>>,
}

/// A [`Privilege`] that may be known in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftPrivilege<'a> {
    /// As [`Privilege::path`].
    pub path: Part<&'a str>,
    /// As [`Privilege::query_parameters`].
    pub query_parameters: Part<BTreeMap<&'a str, Part<&'a str>>>,
}

/// A [`Role`] that may be known in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRole<'a> {
    /// As [`Role::privileges`].
    pub privileges: Part<DraftNames<'a>>,
}

/// An [`Identity`] that may be known in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftIdentity<'a> {
    /// As [`Identity::user_name`].
    pub user_name: Part<Option<&'a str>>,
    /// As [`Identity::group_name`].
    pub group_name: Part<Option<&'a str>>,
    /// As [`Identity::exe_path`].
    pub exe_path: Part<Option<&'a str>>,
    /// As [`Identity::process_name`].
    pub process_name: Part<Option<&'a str>>,
}

/// A [`RoleAssignment`] that may be known in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRoleAssignment<'a> {
    /// As [`RoleAssignment::identities`].
    pub identities: Part<DraftNames<'a>>,
}

/// A set of names, some of which may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftNames<'a> {
    /// The names that are known.
    pub known: BTreeSet<&'a str>,
    /// Whether there are others.
    pub more: bool,
}

impl Draft<'_> {
    /// Rules of which nothing is known.
    pub const fn unknown() -> Self {
        Self {
            privileges: Part::Unknown,
            roles: Part::Unknown,
            identities: Part::Unknown,
            role_assignments: Part::Unknown,
        }
    }

    /// The complete rules, or nothing when any part is unknown.
    pub fn complete(self) -> Option<Rules> {
        Some(Rules {
            privileges: each(self.privileges, |one| {
                Some(Privilege {
                    path: one.path.into_known()?.to_owned(),
                    query_parameters: each(one.query_parameters, |value| Some(value.to_owned()))?,
                })
            })?,
            roles: each(self.roles, |one| Some(Role { privileges: names(one.privileges)? }))?,
            identities: each(self.identities, |one| {
                Some(Identity {
                    user_name: text(one.user_name)?,
                    group_name: text(one.group_name)?,
                    exe_path: text(one.exe_path)?,
                    process_name: text(one.process_name)?,
                })
            })?,
            role_assignments: each(self.role_assignments, |one| {
                Some(RoleAssignment { identities: names(one.identities)? })
            })?,
        })
    }
}

impl Draft<'_> {
    /// The same with some texts taken for unknown, because they only stand for others: an expression of a template, for
    /// one. An element whose name is such a text makes its list unknown, since its name may be any other's.
    #[must_use]
    pub fn without(mut self, is_open: impl Fn(&str) -> bool) -> Self {
        let text = |part: &mut Part<&str>| {
            if part.known().is_some_and(|text| is_open(text)) {
                *part = Part::Unknown;
            }
        };
        let condition = |part: &mut Part<Option<&str>>| {
            if part.known().is_some_and(|text| text.is_some_and(&is_open)) {
                *part = Part::Unknown;
            }
        };
        let names = |part: &mut Part<DraftNames<'_>>| {
            if let Part::Known(names) = part {
                let before = names.known.len();
                names.known.retain(|name| !is_open(name));
                names.more |= names.known.len() < before;
            }
        };
        each_known(&mut self.privileges, &is_open, |one| {
            text(&mut one.path);
            let open_key = |query: &BTreeMap<&str, _>| query.keys().any(|key| is_open(key));
            if one.query_parameters.known().is_some_and(open_key) {
                one.query_parameters = Part::Unknown;
            } else if let Part::Known(query) = &mut one.query_parameters {
                query.values_mut().for_each(text);
            }
        });
        each_known(&mut self.roles, &is_open, |one| names(&mut one.privileges));
        each_known(&mut self.identities, &is_open, |one| {
            let conditions =
                [&mut one.user_name, &mut one.group_name, &mut one.exe_path, &mut one.process_name];
            conditions.into_iter().for_each(condition);
        });
        each_known(&mut self.role_assignments, &is_open, |one| names(&mut one.identities));
        self
    }
}

/// Changes the known elements of a map, unless one of its names is open: then nothing about it is known.
fn each_known<T>(
    part: &mut Part<BTreeMap<&str, Part<T>>>,
    is_open: impl Fn(&str) -> bool,
    change: impl Fn(&mut T),
) {
    if part.known().is_some_and(|elements| elements.keys().any(|name| is_open(name))) {
        *part = Part::Unknown;
    }
    if let Part::Known(elements) = part {
        for element in elements.values_mut() {
            if let Part::Known(element) = element {
                change(element);
            }
        }
    }
}

impl<'a> From<&'a Rules> for Draft<'a> {
    fn from(rules: &'a Rules) -> Self {
        let set = |names: &'a BTreeSet<String>| {
            Part::Known(DraftNames { known: names.iter().map(String::as_str).collect(), more: false })
        };
        Self {
            privileges: all(&rules.privileges, |one| DraftPrivilege {
                path: Part::Known(&one.path),
                query_parameters: all(&one.query_parameters, String::as_str),
            }),
            roles: all(&rules.roles, |one| DraftRole { privileges: set(&one.privileges) }),
            identities: all(&rules.identities, |one| DraftIdentity {
                user_name: one.user_name.as_deref().into(),
                group_name: one.group_name.as_deref().into(),
                exe_path: one.exe_path.as_deref().into(),
                process_name: one.process_name.as_deref().into(),
            }),
            role_assignments: all(&rules.role_assignments, |one| DraftRoleAssignment {
                identities: set(&one.identities),
            }),
        }
    }
}

fn each<D, R>(
    part: Part<BTreeMap<&str, Part<D>>>,
    whole: impl Fn(D) -> Option<R>,
) -> Option<BTreeMap<String, R>> {
    let mut elements = BTreeMap::new();
    // One by one, since `collect` puts them in a row first, and most maps have few.
    for (name, one) in part.into_known()? {
        elements.insert(name.to_owned(), whole(one.into_known()?)?);
    }
    Some(elements)
}

fn names(part: Part<DraftNames<'_>>) -> Option<BTreeSet<String>> {
    let names = part.into_known().filter(|names| !names.more)?;
    Some(names.known.into_iter().map(str::to_owned).collect())
}

fn text(part: Part<Option<&str>>) -> Option<Option<String>> {
    part.into_known().map(|text| text.map(str::to_owned))
}

fn all<'a, R, D>(
    map: &'a BTreeMap<String, R>,
    draft: impl Fn(&'a R) -> D,
) -> Part<BTreeMap<&'a str, Part<D>>> {
    Part::Known(map.iter().map(|(name, one)| (name.as_str(), Part::Known(draft(one)))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Rules {
        let mut rules = Rules::default();
        rules.privileges.insert(
            "p".into(),
            Privilege { path: "/a".into(), query_parameters: [("k".into(), "v".into())].into() },
        );
        rules.roles.insert("r".into(), Role { privileges: ["p".into()].into() });
        rules.identities.insert("i".into(), Identity { user_name: Some("u".into()), ..Default::default() });
        rules.role_assignments.insert("r".into(), RoleAssignment { identities: ["i".into()].into() });
        rules
    }

    #[test]
    fn complete_rules_survive_the_way_there_and_back() {
        assert_eq!(Draft::from(&sample()).complete(), Some(sample()));
    }

    #[test]
    fn open_texts_are_unknown_wherever_they_stand() {
        let rules = sample();
        let open = |one: &'static str| Draft::from(&rules).without(move |text| text == one);
        assert_eq!(open("nothing"), Draft::from(&rules));
        for text in ["/a", "k", "v", "u"] {
            assert_eq!(open(text).complete(), None, "{text}");
        }
        // As a name of an element it leaves the list open, as a reference the set.
        assert!(open("i").identities.is_unknown());
        assert!(open("p").privileges.is_unknown() && !open("p").roles.is_unknown());
        assert_eq!(open("p").complete(), None);
    }

    #[test]
    fn any_unknown_part_makes_it_incomplete() {
        assert_eq!(Draft::unknown().complete(), None);
        let rules = sample();
        let whole = Draft::from(&rules);

        let mut draft = whole.clone();
        if let Part::Known(roles) = &mut draft.roles {
            roles.insert("s", Part::Unknown);
        }
        assert_eq!(draft.complete(), None);

        let mut draft = whole;
        let more = DraftNames { known: BTreeSet::new(), more: true };
        draft.role_assignments =
            Part::Known([("r", Part::Known(DraftRoleAssignment { identities: more.into() }))].into());
        assert_eq!(draft.complete(), None);
    }
}
