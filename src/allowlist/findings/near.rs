//! "Did you mean": the known name closest to one that refers to nothing.

/// The candidate that was probably meant by `name`: one that differs only in case and blanks, or else the one
/// with the smallest edit distance. That distance may be a third of the name, or 1 for a short name. Of
/// equals the first in order.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    nearest_within(name, (name.trim().chars().count() / 3).max(1), candidates)
}

/// The same, with this maximum edit distance.
pub fn nearest_within<'a>(
    name: &str,
    most: usize,
    candidates: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let folded = fold(name);
    if let Some(same) = candidates.clone().find(|candidate| fold(candidate) == folded) {
        return Some(same);
    }
    let length = folded.chars().count();
    let mut limit = most;
    let mut best = None;
    for candidate in candidates {
        let other = fold(candidate);
        if other.chars().count().abs_diff(length) > limit {
            continue;
        }
        // Swapping two neighbours counts as one edit.
        let distance = strsim::osa_distance(&folded, &other);
        if distance < limit || (distance == limit && best.is_none()) {
            (limit, best) = (distance, Some(candidate));
        }
    }
    best
}

fn fold(name: &str) -> String {
    name.trim().to_lowercase()
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
    fn distant_names_are_not_offered() {
        assert_eq!(near("web", &["token", "instance"]), None);
        assert_eq!(near("x", &[]), None);
        assert_eq!(near("", &["token"]), None);
    }
}
