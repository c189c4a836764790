//! The table of conditions: each with a context and the result, or the kind of error.

use crate::rbac::condition::{Condition, RequestContext};
use serde_json::{Map, Value};

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../fixtures/conditions.json")).unwrap()
}

fn text(case: &Map<String, Value>, named: &Value) -> String {
    let text = case["condition"].as_str().unwrap();
    let name = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    let text = name.map_or(text, |name| named[name].as_str().unwrap());
    let copies = case.get("joined_with_or").map_or(1, |n| n.as_u64().unwrap());
    vec![text; usize::try_from(copies).unwrap()].join(" OR ")
}

#[test]
fn every_case_of_the_table() {
    let fixture = fixture();
    let mut failures = Vec::new();
    for case in fixture["cases"].as_array().unwrap() {
        let case = case.as_object().unwrap();
        let name = case["name"].as_str().unwrap();
        let condition = text(case, &fixture["conditions"]);
        let context = RequestContext::from_json(&case["context"]).unwrap();
        match (Condition::parse(&condition), case.get("error")) {
            (Err(error), Some(expected)) if error.kind.code() == expected => {
                assert!(error.offset <= condition.len(), "{name}");
                assert!(!error.message().is_empty(), "{name}");
            }
            (Err(error), expected) => failures.push(format!("{name}: {error} instead of {expected:?}")),
            (Ok(_), Some(expected)) => failures.push(format!("{name}: accepted instead of {expected}")),
            (Ok(condition), None) => {
                let answer = condition.evaluate(&context);
                if answer != case["holds"].as_bool() {
                    failures.push(format!("{name}: {answer:?} instead of {}", case["holds"]));
                }
                let canonical = condition.canonical();
                if let Ok(again) = Condition::parse(&canonical) {
                    assert_eq!(again.canonical(), canonical, "{name}: the canonical text is not stable");
                    assert_eq!(
                        again.evaluate(&context),
                        answer,
                        "{name}: the canonical text means something else"
                    );
                } else {
                    assert!(canonical.len() > crate::rbac::condition::MAX_BYTES, "{name}: {canonical}");
                }
                let found: Vec<&str> = condition.findings().iter().map(|f| f.kind.code()).collect();
                if let Some(expected) = case.get("findings")
                    && serde_json::json!(found) != *expected
                {
                    failures.push(format!("{name}: {found:?} instead of {expected}"));
                }
            }
        }
    }
    assert_eq!(failures, [""; 0]);
}

#[test]
fn every_shipped_spelling_is_read() {
    let spellings: Vec<String> = serde_json::from_str(include_str!("../../fixtures/spellings.json")).unwrap();
    for text in spellings {
        let condition = Condition::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let canonical = condition.canonical();
        assert_eq!(Condition::parse(&canonical).unwrap().canonical(), canonical);
        let sorted = |condition: &Condition| {
            let mut guids = condition.outline().guids;
            guids.sort();
            guids
        };
        assert_eq!(sorted(&Condition::parse(&canonical).unwrap()), sorted(&condition));
    }
}

#[test]
fn conditions_have_a_canonical_text() {
    for (text, canonical) in [
        ("exists @resource[a]", "Exists @Resource[a]"),
        ("((Exists @Resource[a]))", "Exists @Resource[a]"),
        ("!!Exists @Resource[a]", "Exists @Resource[a]"),
        ("!(NOT (Exists @Resource[a]))", "Exists @Resource[a]"),
        ("NOT Exists @Resource[ a ]", "!(Exists @Resource[a])"),
        (
            "Exists @Resource[a]||Exists @Resource[b]&&Exists @Resource[c]",
            "(Exists @Resource[a]) OR ((Exists @Resource[b]) AND (Exists @Resource[c]))",
        ),
        (
            "Exists @Resource[a] AND (Exists @Resource[b] AND Exists @Resource[c])",
            "(Exists @Resource[a]) AND (Exists @Resource[b]) AND (Exists @Resource[c])",
        ),
        (
            "@Request[n] foranyofanyvalues:numericequals { 10, -2, 9, 10 }",
            "@Request[n] ForAnyOfAnyValues:NumericEquals{-2, 9, 10}",
        ),
        ("ActionMatches { 'b' , 'A', 'a' }", "ActionMatches{'A', 'b'}"),
        (
            "@Environment[UtcNow] datetimeequals '2022-06-01T00:00:00.1200000Z'",
            "@Environment[UtcNow] DateTimeEquals '2022-06-01T00:00:00.12Z'",
        ),
        (
            "@Environment[UtcNow] DateTimeEquals '2022-06-01T00:00:00Z'",
            "@Environment[UtcNow] DateTimeEquals '2022-06-01T00:00:00.0Z'",
        ),
        (r"@Resource[t] StringLike 'a\*\'b'", r"@Resource[t] StringLike 'a\*\'b'"),
        ("@Resource[t] BoolEquals TRUE", "@Resource[t] BoolEquals true"),
        (
            "{'b','a'} ForAnyOfAnyValues:StringEquals @Resource[t]",
            "{'a', 'b'} ForAnyOfAnyValues:StringEquals @Resource[t]",
        ),
    ] {
        assert_eq!(Condition::parse(text).unwrap().canonical(), canonical, "{text}");
    }
}

#[test]
fn errors_have_a_place_and_what_was_expected() {
    for (text, offset, message) in [
        ("", 0, "expected `(`, NOT, a function, an attribute or a value, found the end"),
        ("Exists @Resource[a] Exists", 20, "expected AND, OR or the end, found `Exists`"),
        ("(Exists @Resource[a]", 20, "expected AND, OR or `)`, found the end"),
        ("@Resource[a] 'x'", 13, "expected an operator, found the string 'x'"),
        ("@Resource[a] StringEquals", 25, "expected an attribute, a value or `{`, found the end"),
        ("@Resource[a] StringEquals foo", 26, "expected an attribute, a value or `{`, found `foo`"),
        ("@Resource[a] StringSortOf 'a'", 13, "`StringSortOf` is not an operator"),
        (
            "@Resource[a] StringEndsWith 'a'",
            13,
            "`StringEndsWith` is not part of the condition language Azure documents",
        ),
        ("@Resource[a] ForAnyOfAnyValues {'a'}", 31, "expected `:`, found `{`"),
        ("@Resource[a] StringEquals {'a' 'b'}", 31, "expected `,` or `}`, found the string 'b'"),
        (
            "@Resource[a] GuidEquals {not-a-guid}",
            25,
            "expected a value, found `not-a-guid`, which is neither a word nor a GUID nor a number",
        ),
        ("@Resource[a] NumericEquals 'ä'", 27, "expected a whole number, found the string 'ä'"),
        ("'ä' StringEquals %", 18, "`%` is not allowed here"),
        (
            "@Action[a] BoolEquals true",
            1,
            "expected Request, Resource, Principal or Environment, found `Action` after `@`",
        ),
        ("@Resource a", 10, "expected `[`, found no name after the attribute's source"),
        ("ActionMatches{5}", 14, "expected a string, found the number 5"),
        ("Exists true", 7, "expected an attribute, found `true`"),
        (
            "StringEquals 'a'",
            0,
            "expected `(`, NOT, a function, an attribute or a value, found `StringEquals`",
        ),
        ("@Resource[a] StringEquals 'x", 26, "this string is not closed"),
    ] {
        let error = Condition::parse(text).unwrap_err();
        assert_eq!((error.offset, error.message().as_str()), (offset, message), "{text}");
        assert_eq!(error.to_string(), format!("{message} at offset {offset}"));
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}Exists @Resource[a]{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Condition::parse(&nested(64)).is_ok());
    let error = Condition::parse(&nested(65)).unwrap_err();
    assert_eq!((error.kind.code(), error.offset), ("too_deep", 64));
    assert!(Condition::parse(&format!("{}Exists @Resource[a]", "!".repeat(65))).is_err());
    assert_eq!(Condition::parse(&"(".repeat(8192)).unwrap_err().kind.code(), "too_deep");
    assert_eq!(Condition::parse(&"(".repeat(8193)).unwrap_err().kind.code(), "too_long");
    let side_by_side = vec!["(Exists @Resource[a])"; 100].join(" AND ");
    assert!(Condition::parse(&side_by_side).is_ok(), "depth is not length");
}
