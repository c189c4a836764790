//! An index of privileges by the requests that they match. Those that cover another are looked up by the
//! prefixes of its path, and by its parameters.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use super::super::Privilege;
use super::super::decision::Pattern;

/// A parameter and its value.
type Pair = (String, String);

/// Numbered patterns; privileges that match the same requests share a number.
pub(super) struct CoverIndex {
    by_path: BTreeMap<String, HashMap<Option<Pair>, Vec<Numbered>>>,
}

struct Numbered {
    query: BTreeMap<String, String>,
    number: usize,
}

impl CoverIndex {
    /// Indexes privileges; also returns the number of each by its name.
    pub(super) fn new(privileges: &BTreeMap<String, Privilege>) -> (Self, HashMap<&str, usize>) {
        let mut patterns = HashMap::<Pattern, usize>::new();
        let mut numbers = HashMap::new();
        for (name, one) in privileges {
            let next = patterns.len();
            numbers.insert(name.as_str(), *patterns.entry(Pattern::new(one)).or_insert(next));
        }
        // Each is indexed by the parameter that the fewest others have: ten thousand may share an
        // `api-version`.
        let mut having = HashMap::<Pair, usize>::new();
        for pair in patterns.keys().flat_map(|one| &one.query).map(owned) {
            *having.entry(pair).or_default() += 1;
        }
        let mut by_path = BTreeMap::<_, HashMap<_, Vec<_>>>::new();
        for (Pattern { path, query }, number) in patterns {
            let rarest = query.iter().map(owned).min_by_key(|pair| having.get(pair).copied());
            let of_path = by_path.entry(path).or_default();
            of_path.entry(rarest).or_default().push(Numbered { query, number });
        }
        (Self { by_path }, numbers)
    }

    /// The numbers of those that match every request that another one matches.
    pub(super) fn of<'s>(&'s self, other: &'s Pattern) -> impl Iterator<Item = usize> + use<'s> {
        let some_pairs = || [None].into_iter().chain(other.query.iter().map(|pair| Some(owned(pair))));
        let includes =
            |one: &&Numbered| one.query.iter().all(|(key, value)| other.query.get(key) == Some(value));
        self.above(&other.path)
            .flat_map(move |of_path| some_pairs().filter_map(|pair| of_path.get(&pair)))
            .flatten()
            .filter(includes)
            .map(|one| one.number)
    }

    /// Whether any of them can match a request below a path.
    pub(super) fn touches(&self, path: &str) -> bool {
        let mut below = self.by_path.range::<str, _>((Bound::Included(path), Bound::Unbounded));
        let is_below = below.next().is_some_and(|(other, _)| other.starts_with(path));
        is_below || self.above(path).next().is_some()
    }

    /// Those whose path is a prefix of a path.
    fn above<'s>(&'s self, path: &'s str) -> impl Iterator<Item = &'s HashMap<Option<Pair>, Vec<Numbered>>> {
        let ends = path.char_indices().map(|(at, _)| at).chain([path.len()]);
        ends.filter_map(move |end| self.by_path.get(path.get(..end)?))
    }
}

fn owned((key, value): (&String, &String)) -> Pair {
    (key.clone(), value.clone())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn privilege() -> impl Strategy<Value = Privilege> {
        let query = prop::collection::btree_map("[aAb]", "[xXy]", 0..3);
        ("(/[aAé]){0,3}", query).prop_map(|(path, query_parameters)| Privilege { path, query_parameters })
    }

    proptest! {
        #[test]
        fn the_index_finds_the_same_as_a_search(
            all in prop::collection::btree_map("[a-z]{2}", privilege(), 0..12), other in privilege()
        ) {
            let (index, numbers) = CoverIndex::new(&all);
            let other = Pattern::new(&other);
            let mut found: Vec<_> = index.of(&other).collect();
            let searched = all.iter().filter(|(_, one)| Pattern::new(one).covers(&other));
            let mut searched: Vec<_> = searched.map(|(name, _)| numbers[name.as_str()]).collect();
            found.sort_unstable();
            searched.sort_unstable();
            searched.dedup();
            prop_assert_eq!(found, searched);
            let touches = |one: &Privilege| {
                let path = Pattern::new(one).path;
                path.starts_with(&other.path) || other.path.starts_with(&path)
            };
            prop_assert_eq!(index.touches(&other.path), all.values().any(touches));
        }
    }
}
