//! Wildcard patterns: examples, then laws.

use super::operation;
use crate::rbac::{Coverage, InvalidOperation, Operation, OperationPattern};
use proptest::prelude::*;

fn coverage(pattern: &str, name: &str) -> Coverage {
    OperationPattern::new(pattern).coverage(&operation(name))
}

#[test]
fn a_star_matches_any_run_and_case_is_ignored() {
    use Coverage::{Covered, OnlyCollapsed, Uncovered};
    for (pattern, name, expected) in [
        ("*", "a", Covered),
        ("a/b/read", "A/B/Read", Covered),
        ("a/b/read", "a/b/read/action", Uncovered),
        ("a/b/read", "x/a/b/read", Uncovered),
        ("*/read", "a/b/c/read", Covered),
        ("*/read", "read", Uncovered),
        ("a/*/read", "a/b/c/read", Covered),
        ("a/*/read", "a/read", OnlyCollapsed),
        ("a/*/read", "a/b/write", Uncovered),
        ("a/*", "a/b", Covered),
        ("a/*", "a", Uncovered),
        ("a/*", "ab/c", Uncovered),
        ("a/b*", "a/b", Covered),
        ("a*b*c", "abc", Covered),
        ("a*b*c", "acb", Uncovered),
        ("a*a", "a", Uncovered),
        ("ab*ba", "aba", Uncovered),
        ("a/*/b/*/c", "a/x/b/c", OnlyCollapsed),
        ("a/*/b/*/c", "a/b/c", OnlyCollapsed),
        ("a/*/*/b", "a/b", OnlyCollapsed),
        ("a/*/*/b", "a/x/b", OnlyCollapsed),
        ("a/*/*/b", "a/x/y/b", Covered),
        ("a/*/b", "ab", Uncovered),
        ("a/*b", "a/b", Covered),
        ("", "a", Uncovered),
        ("a?", "ab", Uncovered),
        ("a.c", "abc", Uncovered),
    ] {
        assert_eq!(coverage(pattern, name), expected, "{pattern} on {name}");
    }
}

#[test]
fn a_pattern_is_not_an_operation() {
    assert_eq!(Operation::new(""), Err(InvalidOperation::Empty));
    assert!(matches!(Operation::new("a/*"), Err(InvalidOperation::Wildcard(_))));
    assert!(matches!(Operation::new("a b"), Err(InvalidOperation::Characters(_, ' '))));
    assert!(Operation::new(" a").unwrap_err().to_string().ends_with("it contains a space"));
    let no_break = Operation::new("a/\u{a0}b").unwrap_err().to_string();
    assert!(no_break.contains("a no-break space (U+00A0)"), "{no_break}");
    assert_eq!(
        Operation::new("a\"\\\t").unwrap_err().to_string(),
        "`a\"\\\\t` is not an operation name: it contains a tab"
    );
}

#[test]
fn patterns_with_many_stars_are_fast() {
    let pattern = OperationPattern::new(&("a*".repeat(2000) + "b"));
    assert!(!pattern.matches(&operation(&"a".repeat(50_000))));
}

/// Matching by definition, without optimisation.
fn by_definition(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => (0..=name.len()).any(|skipped| by_definition(rest, &name[skipped..])),
        ([p, pattern @ ..], [n, name @ ..]) => p == n && by_definition(pattern, name),
        _ => false,
    }
}

/// All ways to let each `/*/` stand for itself or for `/`.
fn readings(pattern: &str) -> Vec<String> {
    let mut found = vec![pattern.to_owned()];
    let mut next = 0;
    while let Some(reading) = found.get(next).cloned() {
        for (at, _) in reading.match_indices("/*") {
            if reading[at + 2..].starts_with('/') {
                let collapsed = format!("{}{}", &reading[..at], &reading[at + 2..]);
                if !found.contains(&collapsed) {
                    found.push(collapsed);
                }
            }
        }
        next += 1;
    }
    found
}

proptest! {
    #[test]
    fn matching_agrees_with_the_definition(pattern in "[ab/*]{0,8}", name in "[ab/]{1,8}") {
        let literally = by_definition(pattern.as_bytes(), name.as_bytes());
        let somehow = readings(&pattern).iter().any(|p| by_definition(p.as_bytes(), name.as_bytes()));
        let expected = match (literally, somehow) {
            (true, _) => Coverage::Covered,
            (false, true) => Coverage::OnlyCollapsed,
            (false, false) => Coverage::Uncovered,
        };
        prop_assert_eq!(coverage(&pattern, &name), expected);
    }

    #[test]
    fn every_name_matches_itself_and_whatever_a_star_replaces(name in "[a-zA-Z/]{1,12}", from in 0usize..12, to in 0usize..12) {
        prop_assert_eq!(coverage(&name.to_uppercase(), &name), Coverage::Covered);
        let (from, to) = (from.min(to).min(name.len()), from.max(to).min(name.len()));
        let pattern = format!("{}*{}", &name[..from], &name[to..]);
        prop_assert_eq!(coverage(&pattern, &name), Coverage::Covered);
    }

    #[test]
    fn doubling_a_star_changes_nothing(pattern in "[ab/*]{0,8}", name in "[ab/]{1,8}") {
        let doubled = OperationPattern::new(&pattern.replace('*', "**"));
        let single = OperationPattern::new(&pattern);
        prop_assert_eq!(doubled.matches(&operation(&name)), single.matches(&operation(&name)));
    }
}
