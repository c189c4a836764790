//! Laws that hold for all conditions.

use crate::rbac::condition::{AttributeSource, Condition, Operator, Quantifier, RequestContext};
use crate::rbac::{Operation, kleene};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

const ATTRIBUTES: [&str; 3] = ["a", "b/c:d", "tags:K<$key_case_sensitive$>"];

fn literal(operator: Operator) -> BoxedStrategy<String> {
    use crate::rbac::condition::Family;
    match operator.family {
        Family::String => "[xyX*?]{0,3}".prop_map(|text| format!("'{text}'")).boxed(),
        Family::Numeric => (-3i64..4).prop_map(|number| number.to_string()).boxed(),
        Family::Bool => select(vec!["true", "FALSE"]).prop_map(str::to_owned).boxed(),
        Family::DateTime => (1u32..4).prop_map(|day| format!("'2026-01-0{day}T00:00:00.0Z'")).boxed(),
        Family::Guid => (0u8..4).prop_map(|n| format!("{n:032x}")).boxed(),
    }
}

fn attribute() -> impl Strategy<Value = String> {
    (select(AttributeSource::ALL.to_vec()), select(ATTRIBUTES.to_vec()))
        .prop_map(|(source, name)| format!("@{}[{name}]", source.name().to_lowercase()))
}

fn comparison() -> impl Strategy<Value = String> {
    let operators: Vec<Operator> = Operator::all().collect();
    (select(operators), proptest::option::of(select(Quantifier::ALL.to_vec()))).prop_flat_map(
        |(operator, quantifier)| {
            let set = proptest::collection::vec(literal(operator), 1..4)
                .prop_map(|items| format!("{{{}}}", items.join(" ,")));
            let operand = || prop_oneof![attribute(), literal(operator), set.clone()];
            (operand(), operand()).prop_map(move |(left, right)| {
                // A set is refused without one.
                let has_set = [&left, &right].into_iter().any(|side| side.starts_with('{'));
                let quantifier = quantifier.or(has_set.then_some(Quantifier::AnyAll));
                let quantifier = quantifier.map_or(String::new(), |q| format!("{}:", q.name()));
                format!("{left} {quantifier}{operator} {right}")
            })
        },
    )
}

/// Conditions as people write them: with and without parentheses, words and symbols mixed.
fn condition() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => comparison(),
        1 => attribute().prop_map(|attribute| format!("Exists {attribute}")),
        1 => select(vec!["ActionMatches{'x/*'}", "actionmatches { 'x/y', 'q' }", "SubOperationMatches{'s.*'}"])
            .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|text| format!("({text})")),
            inner.clone().prop_map(|text| format!("!({text})")),
            inner.clone().prop_map(|text| format!("NOT {text}")),
            (proptest::collection::vec(inner, 2..4), select(vec![" AND ", "&&", " or ", " || "]))
                .prop_map(|(terms, word)| terms.join(word)),
        ]
    })
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[xyX]{0,3}".prop_map(Value::from),
        (-3i64..4).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        (0u8..4).prop_map(|n| json!(format!("{n:032x}"))),
        (1u32..4).prop_map(|day| json!(format!("2026-01-0{day}T00:00:00.0Z"))),
    ]
}

fn context() -> impl Strategy<Value = RequestContext> {
    let one = (
        select(AttributeSource::ALL.to_vec()),
        select(ATTRIBUTES.to_vec()),
        proptest::collection::vec(value(), 0..3),
    );
    (proptest::collection::vec(one, 0..6), select(vec!["x/y", "q", "x/z/w"]), any::<bool>()).prop_map(
        |(attributes, action, sub)| {
            let mut context = RequestContext::empty().with_action(&Operation::new(action).unwrap());
            if sub {
                context = context.with_suboperation("S.t");
            }
            for (source, name, values) in attributes {
                context = context.with_attribute(source, name, values);
            }
            context
        },
    )
}

/// `{left} quantifier:operator {right}` over numbers.
fn quantified(quantifier: Quantifier, operator: &str, left: &[i64], right: &[i64]) -> Option<bool> {
    let set = |numbers: &[i64]| numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    let text = format!("{{{}}} {}:{operator} {{{}}}", set(left), quantifier.name(), set(right));
    Condition::parse(&text).unwrap().evaluate(&RequestContext::empty())
}

fn numbers() -> impl Strategy<Value = Vec<i64>> {
    proptest::collection::vec(-2i64..3, 1..4)
}

/// A numeric operator, its test, and the name of the opposite.
type Pair = (&'static str, fn(i64, i64) -> bool, &'static str);

const PAIRS: [Pair; 6] = [
    ("NumericEquals", |l, r| l == r, "NumericNotEquals"),
    ("NumericNotEquals", |l, r| l != r, "NumericEquals"),
    ("NumericLessThan", |l, r| l < r, "NumericGreaterThanEquals"),
    ("NumericLessThanEquals", |l, r| l <= r, "NumericGreaterThan"),
    ("NumericGreaterThan", |l, r| l > r, "NumericLessThanEquals"),
    ("NumericGreaterThanEquals", |l, r| l >= r, "NumericLessThan"),
];

proptest! {
    #[test]
    fn canonical_text_is_stable_and_means_the_same(text in condition(), context in context()) {
        prop_assume!(text.len() < 2000);
        let condition = Condition::parse(&text).unwrap();
        let canonical = condition.canonical();
        let again = Condition::parse(&canonical).unwrap();
        prop_assert_eq!(&again.canonical(), &canonical);
        prop_assert_eq!(again.evaluate(&context), condition.evaluate(&context), "{} / {}", text, canonical);
        let (mut first, mut second) = (condition.outline().guids, again.outline().guids);
        first.sort();
        second.sort();
        prop_assert_eq!(first, second);
    }

    #[test]
    fn canonical_text_is_never_ambiguous(text in condition()) {
        let canonical = Condition::parse(&text).unwrap().canonical();
        let again = Condition::parse(&canonical).unwrap();
        prop_assert!(again.findings().iter().all(|finding| finding.kind.code() != "mixed_and_or"));
    }

    #[test]
    fn white_space_and_case_of_words_are_ignored(text in comparison(), context in context()) {
        let spaced = text.replace(' ', " \n\t ").replace("For", "for").replace("Equals", "EQUALS");
        let expected = Condition::parse(&text).unwrap();
        let read = Condition::parse(&spaced).unwrap();
        prop_assert_eq!(read.canonical(), expected.canonical());
        prop_assert_eq!(read.evaluate(&context), expected.evaluate(&context));
    }

    #[test]
    fn a_result_without_a_context_holds_for_each_request(text in condition(), context in context()) {
        let condition = Condition::parse(&text).unwrap();
        if let Some(answer) = condition.evaluate(&RequestContext::unknown()) {
            prop_assert_eq!(condition.evaluate(&context), Some(answer));
        }
        if let Some(answer) = condition.evaluate(&RequestContext::unknown().with_action(context.action().unwrap())) {
            prop_assert_eq!(condition.evaluate(&context), Some(answer));
        }
    }

    #[test]
    fn negation_and_de_morgan(a in condition(), b in condition(), context in context()) {
        let holds = |text: String| Condition::parse(&text).unwrap().evaluate(&context);
        let (x, y) = (holds(a.clone()), holds(b.clone()));
        prop_assert_eq!(holds(format!("!({a})")), kleene::not(x));
        prop_assert_eq!(holds(format!("({a}) AND ({b})")), kleene::all([x, y]));
        prop_assert_eq!(holds(format!("({a}) OR ({b})")), kleene::any([x, y]));
        prop_assert_eq!(holds(format!("!(({a}) AND ({b}))")), holds(format!("(!({a})) OR (!({b}))")));
    }

    #[test]
    fn quantifiers_agree_with_their_definition(left in numbers(), right in numbers(), pair in select(PAIRS.to_vec())) {
        let (operator, test, _) = pair;
        let holds = |quantifier| quantified(quantifier, operator, &left, &right);
        let any_right = |l: &i64| right.iter().any(|r| test(*l, *r));
        let all_right = |l: &i64| right.iter().all(|r| test(*l, *r));
        prop_assert_eq!(holds(Quantifier::AnyAny), Some(left.iter().any(any_right)));
        prop_assert_eq!(holds(Quantifier::AllAny), Some(left.iter().all(any_right)));
        prop_assert_eq!(holds(Quantifier::AnyAll), Some(left.iter().any(all_right)));
        prop_assert_eq!(holds(Quantifier::AllAll), Some(left.iter().all(all_right)));
    }

    #[test]
    fn quantifiers_are_each_others_opposite(left in numbers(), right in numbers(), pair in select(PAIRS.to_vec())) {
        let (operator, _, opposite) = pair;
        for (quantifier, dual) in [
            (Quantifier::AnyAny, Quantifier::AllAll),
            (Quantifier::AllAny, Quantifier::AnyAll),
            (Quantifier::AnyAll, Quantifier::AllAny),
            (Quantifier::AllAll, Quantifier::AnyAny),
        ] {
            let expected = kleene::not(quantified(dual, opposite, &left, &right));
            prop_assert_eq!(quantified(quantifier, operator, &left, &right), expected);
        }
    }

    #[test]
    fn stricter_quantifiers_imply_looser_ones(text in comparison(), context in context()) {
        // Holds for attributes of any kind too, including undecided ones: a stricter yes is a looser yes.
        let (left, rest) = text.split_once(' ').unwrap();
        prop_assume!(!left.starts_with('{') && !left.starts_with('\''));
        let bare = rest.rsplit_once(':').filter(|(q, _)| q.starts_with("For") && !q.contains(' ')).map_or(rest, |(_, b)| b);
        let holds = |q: Quantifier| Condition::parse(&format!("{left} {}:{bare}", q.name())).map(|c| c.evaluate(&context));
        let answers: Vec<_> = Quantifier::ALL.into_iter().map(holds).collect();
        if let [Ok(any_any), Ok(all_any), Ok(any_all), Ok(all_all)] = answers[..] {
            let implies = |strict: Option<bool>, loose: Option<bool>| strict != Some(true) || loose == Some(true);
            prop_assert!(implies(all_all, all_any) && implies(all_all, any_all));
            prop_assert!(implies(all_any, any_any) && implies(any_all, any_any));
            match Condition::parse(&format!("{left} {bare}")) {
                Ok(condition) => {
                    let unquantified = condition.evaluate(&context);
                    prop_assert!(implies(all_all, unquantified) && implies(unquantified, any_any));
                }
                Err(_) => {
                    let is_set = bare.ends_with('}');
                    prop_assert!(is_set);
                }
            }
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[ -~ä\n]{0,60}") {
        if let Err(error) = Condition::parse(&text) {
            prop_assert!(text.is_char_boundary(error.offset) && error.offset <= text.len());
        }
    }

    #[test]
    fn no_row_of_tokens_makes_the_parser_panic(tokens in proptest::collection::vec(select(vec![
        "(", ")", "!", "NOT", "AND", "||", "{", "}", ",", ":", "@Request[a]", "'x'", "5", "true", "Exists",
        "ActionMatches", "StringEquals", "ForAnyOfAnyValues", "GuidEquals", "49fc33c1886f4b21a00e1d9993234734", "foo",
    ]), 0..14)) {
        let text = tokens.join(" ");
        match Condition::parse(&text) {
            Ok(condition) => prop_assert!(Condition::parse(&condition.canonical()).is_ok()),
            Err(error) => prop_assert!(error.offset <= text.len()),
        }
    }
}
