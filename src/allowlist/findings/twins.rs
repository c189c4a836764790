//! Names that differ only in case: people see one name, machines two.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::decoding::lowered;

/// Each name that differs only in case from an earlier one, with the last of those. The names are different.
pub(super) fn twins<'n>(names: impl Iterator<Item = &'n str> + Clone) -> Vec<(&'n str, &'n str)> {
    // Among different names in lower case there are no twins.
    if names.clone().all(|name| matches!(lowered(name), Cow::Borrowed(_))) {
        return Vec::new();
    }
    let mut seen = BTreeMap::<Cow<'_, str>, &str>::new();
    names.filter_map(|name| Some((seen.insert(lowered(name), name)?, name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Vec<(String, String)> {
        twins(names.iter().copied())
            .into_iter()
            .map(|(first, name)| (first.to_owned(), name.to_owned()))
            .collect()
    }

    #[test]
    fn each_has_the_last_before_it() {
        let pair = |first: &str, name: &str| (first.to_owned(), name.to_owned());
        assert_eq!(of(&["AB", "Ab", "É", "ab", "é"]), [pair("AB", "Ab"), pair("Ab", "ab"), pair("É", "é")]);
        assert_eq!(of(&["a", "ab", "b"]), []);
        assert_eq!(of(&["A", "ab", "b"]), []);
    }
}
