//! GUIDs, instants, operators and the wildcards of `Like`, each alone.

use crate::rbac::condition::like::like;
use crate::rbac::condition::{Guid, Instant, Operator, Quantifier};
use proptest::prelude::*;

#[test]
fn guids_in_both_forms() {
    let dashed = "1c0163c0-47e6-4577-8991-ea5c82e286e4";
    let guid: Guid = "1C0163C047E645778991EA5C82E286E4".parse().unwrap();
    assert_eq!(guid, dashed.parse().unwrap());
    assert_eq!(guid.to_string(), dashed);
    assert_eq!("00000000-0000-0000-0000-000000000001".parse::<Guid>().unwrap().to_string().len(), 36);
    for wrong in [
        "",
        "1c0163c0",
        "1c0163c047e6-4577-8991-ea5c82e286e4",
        "1c0163c0-47e6-4577-8991-ea5c82e286eg",
        "1c0163c0-47e6-4577-8991-ea5c82e286e4-",
        "+c0163c047e645778991ea5c82e286e4",
    ] {
        assert!(wrong.parse::<Guid>().is_err(), "{wrong}");
    }
}

#[test]
fn instants_exist_and_are_ordered() {
    let read = |text: &str| text.parse::<Instant>();
    assert_eq!(read("2022-06-01T00:00:00Z"), read("2022-06-01T00:00:00.0000000Z"));
    assert!(read("2022-06-01T00:00:00.01Z").unwrap() < read("2022-06-01T00:00:00.1Z").unwrap());
    assert!(read("2022-06-01T00:00:00Z").unwrap() > read("2022-05-31T23:59:59.9999999Z").unwrap());
    assert_eq!(read("2024-02-29T01:02:03.0450Z").unwrap().to_string(), "2024-02-29T01:02:03.045Z");
    for wrong in [
        "2022-13-01T00:00:00Z",
        "2022-00-01T00:00:00Z",
        "2022-04-31T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2022-06-01T24:00:00Z",
        "2022-06-01T00:60:00Z",
        "2022-06-01T00:00:60Z",
        "2022-06-01 00:00:00Z",
        "2022-06-01T00:00:00",
        "2022-06-01T00:00:00.Z",
        "2022-06-01T00:00:00.12345678Z",
        "22-06-01T00:00:00Z",
        "2022-6-1T00:00:00Z",
        "2022-06-01-01T00:00:00Z",
        "2022-06-01T00:00:00:00Z",
        "+022-06-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_operators_are_those_of_the_documentation() {
    let mut names: Vec<String> = Operator::all().map(|operator| operator.to_string()).collect();
    assert_eq!(names.len(), 12 + 6 + 6 + 2 + 2);
    for name in [
        "StringNotStartsWithIgnoreCase",
        "StringLike",
        "NumericGreaterThanEquals",
        "DateTimeNotEquals",
        "BoolNotEquals",
        "GuidNotEquals",
    ] {
        assert!(names.iter().any(|known| known == name), "{name}");
        assert_eq!(Operator::named(&name.to_uppercase()).unwrap().to_string(), name);
        assert!(!Operator::is_unsupported(name));
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 28);
    for quantifier in Quantifier::ALL {
        assert_eq!(Quantifier::named(&quantifier.name().to_lowercase()), Some(quantifier));
    }
    assert!(Operator::is_unsupported("timeofdayequals") && !Operator::is_unsupported("TimeOf"));
}

/// Matching by definition; the pattern holds no backslash.
fn by_definition(text: &[char], pattern: &[char]) -> bool {
    match (text, pattern) {
        ([], []) => true,
        (_, ['*', rest @ ..]) => (0..=text.len()).any(|skipped| by_definition(&text[skipped..], rest)),
        ([_, text @ ..], ['?', pattern @ ..]) => by_definition(text, pattern),
        ([t, text @ ..], [p, pattern @ ..]) => t == p && by_definition(text, pattern),
        _ => false,
    }
}

proptest! {
    #[test]
    fn like_agrees_with_the_definition(text in "[abä]{0,7}", pattern in "[abä*?]{0,7}") {
        let expected = by_definition(&text.chars().collect::<Vec<_>>(), &pattern.chars().collect::<Vec<_>>());
        prop_assert_eq!(like(&text, &pattern, false), expected);
        prop_assert_eq!(like(&text.to_uppercase(), &pattern, true), expected);
    }

    #[test]
    fn an_escaped_text_matches_itself_only(text in "[ab*?'\\\\]{0,6}", other in "[ab*?'\\\\]{0,6}") {
        let escape = |c| if matches!(c, 'a' | 'b') { vec![c] } else { vec!['\\', c] };
        let escaped: String = text.chars().flat_map(escape).collect();
        prop_assert!(like(&text, &escaped, false));
        prop_assert_eq!(like(&other, &escaped, false), text == other);
    }

    #[test]
    fn guids_and_instants_read_back(bits in any::<u128>(), fraction in 0u32..10_000_000, second in 0u32..60) {
        let guid: Guid = format!("{bits:032X}").parse().unwrap();
        prop_assert_eq!(guid.to_string().parse::<Guid>().unwrap(), guid);
        let instant: Instant = format!("2026-11-22T03:04:{second:02}.{fraction:07}Z").parse().unwrap();
        prop_assert_eq!(instant.to_string().parse::<Instant>().unwrap(), instant);
    }
}
