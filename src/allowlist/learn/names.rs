//! Readable names that are the same for the same things.

use std::collections::{BTreeMap, BTreeSet};

/// The longest name, in letters.
const LONGEST: usize = 80;

/// A name for each thing: the preferred one, or the longer one if another thing has the preferred one, or one
/// with a number. Things are sorted, so the log's order does not matter.
pub(super) fn of<'t, T: Ord>(
    things: impl Iterator<Item = (&'t T, String, Option<String>)>,
) -> BTreeMap<&'t T, String> {
    let things: Vec<_> = things.map(|(thing, name, longer)| (thing, plain(&name), longer)).collect();
    let mut counts = BTreeMap::<&str, usize>::new();
    for (_, name, _) in &things {
        *counts.entry(name).or_default() += 1;
    }
    let mut taken = BTreeSet::new();
    let mut names = BTreeMap::new();
    for (thing, name, longer) in &things {
        let is_shared = counts.get(name.as_str()).is_some_and(|times| *times > 1);
        let name = match longer {
            Some(longer) if is_shared => plain(longer),
            _ => name.clone(),
        };
        let numbered = (2..).map(|number: usize| format!("{name}-{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name));
        let name = free.unwrap_or(name);
        taken.insert(name.clone());
        names.insert(*thing, name);
    }
    names
}

/// Lower case, with a dash for every other character than a letter, a digit, a dot or an underscore.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for letter in name.to_lowercase().chars() {
        if letter.is_ascii_alphanumeric() || letter == '.' || letter == '_' {
            plain.push(letter);
        } else if !plain.ends_with('-') {
            plain.push('-');
        }
    }
    let plain: String = plain.trim_matches('-').chars().take(LONGEST).collect();
    if plain.is_empty() { "unnamed".to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(things: &[(u8, &str, Option<&str>)]) -> Vec<String> {
        let things =
            things.iter().map(|(thing, name, longer)| (thing, (*name).to_owned(), longer.map(str::to_owned)));
        of(things).into_values().collect()
    }

    #[test]
    fn names_are_plain_and_unique() {
        assert_eq!(names(&[(1, "Web Server!", None), (2, "é", None)]), ["web-server", "unnamed"]);
        assert_eq!(names(&[(1, "a", Some("x-a")), (2, "a", Some("y-a"))]), ["x-a", "y-a"]);
        assert_eq!(names(&[(1, "a", None), (2, "A", None), (3, "a-2", None)]), ["a", "a-2", "a-2-2"]);
    }
}
