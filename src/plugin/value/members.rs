//! Values by name: the attributes of an object, the elements of a map.

use std::sync::Arc;

use super::Value;

/// The name of an attribute or element. Shared, since every object of a type has the names of the type.
pub type Name = Arc<str>;

/// Values in order of name, each name once.
///
/// A state has some hundred objects, most with two to five attributes; in a row they take a fraction of the memory
/// of a tree's nodes, and of the time to make them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Members(Vec<(Name, Value)>);

impl Members {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// These, in whatever order.
    ///
    /// # Errors
    /// With a name that is there twice.
    pub fn distinct(mut members: Vec<(Name, Value)>) -> Result<Self, Name> {
        if !in_order(&members) {
            members.sort_by(|(one, _), (other, _)| one.cmp(other));
            let twice = members.windows(2).find_map(|pair| match pair {
                [(one, _), (next, _)] if one == next => Some(next.clone()),
                _ => None,
            });
            if let Some(name) = twice {
                return Err(name);
            }
        }
        Ok(Self(members))
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where a name stands, or where it would.
    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(own, _)| (**own).cmp(name))
    }

    /// The value of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.find(name).ok().and_then(|at| self.0.get(at)).map(|(_, value)| value)
    }

    /// The value of this name, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.find(name).ok().and_then(|at| self.0.get_mut(at)).map(|(_, value)| value)
    }

    /// Whether there is one of this name.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    /// Puts a value under a name, and gives the one that was there.
    pub fn insert(&mut self, name: impl Into<Name>, value: Value) -> Option<Value> {
        let name = name.into();
        match self.find(&name) {
            Ok(at) => self.0.get_mut(at).map(|(_, place)| std::mem::replace(place, value)),
            Err(at) => {
                self.0.insert(at, (name, value));
                None
            }
        }
    }

    /// Takes the value of this name out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.find(name).ok().map(|at| self.0.remove(at).1)
    }

    /// Names and values, in order of name.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.0.iter())
    }

    /// The same, to change the values.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Name, &mut Value)> {
        self.0.iter_mut().map(|(name, value)| (&*name, value))
    }

    /// The names, in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Name> {
        self.0.iter().map(|(name, _)| name)
    }

    /// The values, in order of name.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.0.iter().map(|(_, value)| value)
    }

    /// The values, to change them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// The values, in order of name.
    pub fn into_values(self) -> impl Iterator<Item = Value> {
        self.0.into_iter().map(|(_, value)| value)
    }
}

/// Names and values, in order of name.
#[derive(Clone, Debug)]
pub struct Iter<'a>(std::slice::Iter<'a, (Name, Value)>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a Name, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Members {
    type Item = (&'a Name, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl IntoIterator for Members {
    type Item = (Name, Value);
    type IntoIter = std::vec::IntoIter<(Name, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Whether each name stands after the one before it, as a host sends them.
fn in_order(members: &[(Name, Value)]) -> bool {
    members.is_sorted_by(|(one, _), (next, _)| one < next)
}

impl<N: Into<Name>> Extend<(N, Value)> for Members {
    /// Of two of one name the later one stays.
    fn extend<I: IntoIterator<Item = (N, Value)>>(&mut self, members: I) {
        let all = &mut self.0;
        all.extend(members.into_iter().map(|(name, value)| (name.into(), value)));
        if !in_order(all) {
            // Stable, so that the last of a name is the last that came.
            all.sort_by(|(one, _), (other, _)| one.cmp(other));
            all.dedup_by(|later, earlier| {
                let same = later.0 == earlier.0;
                if same {
                    std::mem::swap(later, earlier);
                }
                same
            });
        }
    }
}

impl<N: Into<Name>> FromIterator<(N, Value)> for Members {
    /// Of two of one name the later one stays.
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(members: I) -> Self {
        let mut all = Self::new();
        all.extend(members);
        all
    }
}

impl<N: Into<Name>, const COUNT: usize> From<[(N, Value); COUNT]> for Members {
    fn from(members: [(N, Value); COUNT]) -> Self {
        members.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What a map does, in whatever order names come.
        #[test]
        fn it_is_a_map(
            start in prop::collection::vec(("[a-e]", any::<bool>()), 0..8),
            steps in prop::collection::vec((any::<bool>(), "[a-f]", any::<bool>()), 0..12),
        ) {
            let pairs = || start.iter().map(|(name, value)| (name.clone(), Value::from(*value)));
            let (mut ours, mut map): (Members, BTreeMap<String, Value>) = (pairs().collect(), pairs().collect());
            let distinct = Members::distinct(pairs().map(|(name, value)| (name.into(), value)).collect());
            prop_assert_eq!(distinct.is_ok(), map.len() == start.len());
            if let Ok(distinct) = distinct {
                prop_assert_eq!(&distinct, &ours);
            }
            for (insert, name, value) in steps {
                if insert {
                    let old = ours.insert(name.as_str(), value.into());
                    prop_assert_eq!(old, map.insert(name.clone(), value.into()));
                } else {
                    prop_assert_eq!(ours.remove(&name), map.remove(&name));
                }
                prop_assert_eq!(ours.get(&name), map.get(&name));
                prop_assert_eq!(ours.contains_key(&name), map.contains_key(&name));
                prop_assert_eq!(ours.len(), map.len());
                prop_assert!(ours.iter().map(|(name, value)| (&**name, value)).eq(
                    map.iter().map(|(name, value)| (name.as_str(), value))
                ));
            }
            prop_assert!(ours.clone().into_values().eq(map.into_values()));
        }
    }

    #[test]
    fn many_names_in_the_worst_order_are_soon_sorted() {
        let worst = (0..200_000).rev().map(|number| (format!("{number:06}").into(), Value::Null));
        let members = Members::distinct(worst.collect()).unwrap();
        assert_eq!(members.keys().next().map(|name| &**name), Some("000000"));
    }
}
