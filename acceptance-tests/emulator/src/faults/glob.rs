//! Patterns of paths: `*` for anything inside a segment, `**` for anything at all.

/// Whether the whole of `text` matches, without case.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let text: Vec<char> = text.to_lowercase().chars().collect();
    // One row per pattern position, so that many stars cost no more than the product of the two lengths.
    let mut reachable = vec![false; text.len() + 1];
    if let Some(first) = reachable.first_mut() {
        *first = true;
    }
    let mut at = 0;
    while let Some(&symbol) = pattern.get(at) {
        let double = symbol == '*' && pattern.get(at + 1) == Some(&'*');
        at += if double { 2 } else { 1 };
        let mut next = vec![false; text.len() + 1];
        let mut running = false;
        for (position, slot) in next.iter_mut().enumerate() {
            let here = reachable.get(position).copied().unwrap_or(false);
            let before = position.checked_sub(1);
            let letter = before.and_then(|before| text.get(before)).copied();
            *slot = if symbol == '*' {
                running = here || (running && (double || letter != Some('/')));
                running
            } else {
                let reached = before.and_then(|before| reachable.get(before)).copied().unwrap_or(false);
                reached && letter == Some(symbol)
            };
        }
        reachable = next;
    }
    reachable.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stay_inside_their_segment_unless_doubled() {
        assert!(matches("/a/*/c", "/a/bbb/C"));
        assert!(!matches("/a/*/c", "/a/b/b/c"));
        assert!(matches("/a/**/c", "/a/b/b/c"));
        assert!(matches("**/versions/*", "/x/y/versions/1.0.0"));
        assert!(!matches("**/versions/*", "/x/y/versions"));
        assert!(matches("*", ""));
        assert!(!matches("", "a"));
        assert!(matches("/a*c/**", "/abcc/"));
    }

    #[test]
    fn patterns_with_many_stars_are_fast() {
        assert!(!matches(&"**a".repeat(200), &"a/".repeat(199)));
    }
}
