//! The privileges of one path. Ten thousand may differ in only one parameter, such as the `resource` of
//! tokens. So those that match a request are looked up by a parameter.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::compare::{Pattern, RequestKey};

/// With this many or more they are looked up; with fewer a search is faster.
const MANY: usize = 16;

type Pair = (String, String);

/// Privileges of one path with their data, the most specific first.
#[derive(Clone, Debug)]
pub(super) struct SamePath<T> {
    all: Vec<(Pattern, T)>,
    /// By one of its parameters, the positions of those that have it. Empty if there are few.
    by_pair: HashMap<Option<Pair>, Vec<usize>>,
}

impl<T> SamePath<T> {
    /// Those with equally many parameters keep their order.
    pub(super) fn new(mut all: Vec<(Pattern, T)>) -> Self {
        all.sort_by_key(|(one, _)| Reverse(one.query.len()));
        let mut by_pair = HashMap::<_, Vec<_>>::new();
        if all.len() >= MANY {
            // By the parameter that the fewest have: all of them may have the same `api-version`.
            let mut having = HashMap::<(&String, &String), usize>::new();
            for pair in all.iter().flat_map(|(one, _)| &one.query) {
                *having.entry(pair).or_default() += 1;
            }
            for (place, (one, _)) in all.iter().enumerate() {
                let rarest = one.query.iter().min_by_key(|pair| having.get(pair).copied());
                let key = rarest.map(|(key, value)| (key.clone(), value.clone()));
                by_pair.entry(key).or_default().push(place);
            }
        }
        Self { all, by_pair }
    }

    /// Those that match, the most specific first.
    pub(super) fn matching<'m>(
        &'m self,
        request: &RequestKey<'_>,
    ) -> impl Iterator<Item = &'m T> + use<'m, T> {
        let places: Vec<usize> = if self.by_pair.is_empty() {
            (0..self.all.len()).collect()
        } else {
            let pairs = request.parameters().iter().map(|(key, value)| Some((key.clone(), value.clone())));
            let keys = pairs.chain([None]);
            let mut places: Vec<_> =
                keys.filter_map(|key| self.by_pair.get(&key)).flatten().copied().collect();
            places.sort_unstable();
            places
        };
        let matching = places.into_iter().filter_map(|place| self.all.get(place));
        let matching: Vec<_> =
            matching.filter(|(one, _)| one.matches(request)).map(|(_, what)| what).collect();
        matching.into_iter()
    }
}
