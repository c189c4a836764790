//! "Did you mean": the known name closest to one that refers to nothing.

/// The candidate a reader would have meant by `name`: equal but for case and blanks, or else the one with the
/// smallest edit distance, if that is at most a third of the name (at least 1). Of equals the first in order.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    nearest_within(name, (name.trim().chars().count() / 3).max(1), candidates)
}

/// The same, with the largest edit distance that may lie between the two.
pub fn nearest_within<'a>(
    name: &str,
    most: usize,
    candidates: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let folded = fold(name);
    if let Some(same) = candidates.clone().find(|candidate| fold(candidate) == folded) {
        return Some(same);
    }
    let name: Vec<char> = folded.chars().collect();
    let mut limit = most;
    let mut best = None;
    for candidate in candidates {
        let folded: Vec<char> = fold(candidate).chars().collect();
        if folded.len().abs_diff(name.len()) > limit {
            continue;
        }
        let distance = distance(&name, &folded);
        if distance < limit || (distance == limit && best.is_none()) {
            (limit, best) = (distance, Some(candidate));
        }
    }
    best
}

fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Edit distance with insertions, deletions, replacements and swaps of neighbours each counting one (optimal
/// string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, to) in b.iter().enumerate() {
            let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX - 1);
            let replaced = at(&last, j) + usize::from(from != to);
            let mut least = replaced.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(to) && b.get(j - 1) == Some(from);
            if swapped {
                least = least.min(at(&before_last, j - 1) + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(name: &str, candidates: &[&'static str]) -> Option<&'static str> {
        nearest(name, candidates.iter().copied())
    }

    #[test]
    fn case_and_blanks_come_first_then_the_smallest_distance() {
        assert_eq!(near("Token ", &["tokens", "token"]), Some("token"));
        assert_eq!(near("tokn", &["instance", "token"]), Some("token"));
        assert_eq!(near("tokne", &["taken", "token"]), Some("token"));
        assert_eq!(near("instanec", &["instance", "identity"]), Some("instance"));
    }

    #[test]
    fn what_is_far_off_is_not_offered() {
        assert_eq!(near("web", &["token", "instance"]), None);
        assert_eq!(near("x", &[]), None);
        assert_eq!(near("", &["token"]), None);
    }

    #[test]
    fn distances_are_those_of_optimal_string_alignment() {
        let count =
            |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!(count("kitten", "sitting"), 3);
        assert_eq!(count("ab", "ba"), 1);
        assert_eq!(count("", "abc"), 3);
        assert_eq!(count("abc", "abc"), 0);
    }
}
