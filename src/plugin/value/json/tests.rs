use proptest::prelude::*;

use super::{decode, decode_stored};
use crate::plugin::path::Path;
use crate::plugin::types::Type;
use crate::plugin::value::arbitrary::{kind, typed};
use crate::plugin::value::error::Problem;
use crate::plugin::value::{Members, Number, Value};

fn check(value: Value, kind: &Type, text: &str) {
    assert_eq!(decode(text.as_bytes(), kind).expect(text), value);
}

/// A value as a host stores it.
fn stored(value: &Value) -> String {
    let all = |elements: &[Value]| elements.iter().map(stored).collect::<Vec<_>>().join(",");
    let named = |members: &Members| {
        let member = |(name, one): (&String, &Value)| format!("{}:{}", serde_json::json!(name), stored(one));
        members.iter().map(member).collect::<Vec<_>>().join(",")
    };
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.decimal().expect("a number").to_text(),
        Value::String(text) => serde_json::json!(text).to_string(),
        Value::List(elements) | Value::Set(elements) | Value::Tuple(elements) => {
            format!("[{}]", all(elements))
        }
        Value::Map(members) | Value::Object(members) => format!("{{{}}}", named(members)),
        Value::Dynamic(typed) => format!(r#"{{"value":{},"type":{}}}"#, stored(&typed.1), typed.0.to_json()),
        Value::Unknown(_) => panic!("an unknown value is never stored"),
    }
}

#[test]
fn values_are_read_as_cty_writes_them() {
    check(Value::Null, &Type::map(Type::Bool), "null");
    check(false.into(), &Type::Bool, "false");
    check("a\"\u{e9}\n".into(), &Type::String, r#""a\"é\n""#);
    check(Value::Number(Number::Big("0.1".to_owned())), &Type::Number, "0.1");
    check(Value::Number(Number::Float(-2.5)), &Type::Number, "-2.5");
    check(Value::Number(Number::UInt(u64::MAX)), &Type::Number, "18446744073709551615");
    let strings = || vec!["a".into(), Value::Null];
    check(Value::List(strings()), &Type::list(Type::String), r#"["a",null]"#);
    check(Value::Set(strings()), &Type::set(Type::String), r#"["a",null]"#);
    check(Value::Tuple(strings()), &Type::Tuple(vec![Type::String, Type::Bool]), r#"["a",null]"#);
    check(Value::Map(Members::from([("k".to_owned(), 1.into())])), &Type::map(Type::Number), r#"{"k":1}"#);
    let kind = Type::object([("b", Type::Bool), ("a", Type::Number)]);
    check(Value::object([("b", Value::Null), ("a", 1.into())]), &kind, r#"{"a":1,"b":null}"#);
    let any = Value::Dynamic(Box::new((Type::set(Type::Bool), Value::Set(vec![true.into()]))));
    check(any, &Type::Dynamic, r#"{"value":[true],"type":["set","bool"]}"#);
}

#[test]
fn a_binary_fraction_is_not_mistaken_for_the_decimal_one() {
    let nearest = Value::Number(Number::Float(0.1));
    let text = stored(&nearest);
    assert_eq!(decode(text.as_bytes(), &Type::Number), Ok(nearest.clone()));
    assert_ne!(decode(b"0.1", &Type::Number), Ok(nearest));
}

#[test]
fn primitives_are_converted_where_nothing_is_lost() {
    assert_eq!(decode(b"\"true\"", &Type::Bool), Ok(true.into()));
    assert_eq!(decode(b"\"12\"", &Type::Number), Ok(12.into()));
    assert_eq!(decode(b"1.50", &Type::String), Ok("1.50".into()));
    assert_eq!(decode(b"false", &Type::String), Ok("false".into()));
    for (text, kind) in
        [("\"yes\"", Type::Bool), ("1", Type::Bool), ("true", Type::Number), ("[]", Type::String)]
    {
        assert!(decode(text.as_bytes(), &kind).is_err(), "{text}");
    }
}

#[test]
fn the_type_of_any_type_may_be_on_either_side() {
    let expected = Value::Dynamic(Box::new((Type::list(Type::String), Value::List(vec!["}".into()]))));
    for text in [
        r#"{"value":["}"],"type":["list","string"]}"#,
        r#" { "type" : ["list", "string"] , "value" : [ "}" ] } "#,
    ] {
        assert_eq!(decode(text.as_bytes(), &Type::Dynamic), Ok(expected.clone()));
    }
    for text in [r#"{"value":1}"#, r#"{"type":"bool"}"#, r#"{"value":1,"type":"number","x":1}"#, "[1]", "1"] {
        assert!(decode(text.as_bytes(), &Type::Dynamic).is_err(), "{text}");
    }
    let bad = decode(br#"{"value":1,"type":"text"}"#, &Type::Dynamic).expect_err("no such type");
    assert_eq!(bad.problem(), &Problem::BadType);
}

#[test]
fn objects_are_strict() {
    let kind = Type::object([("a", Type::Bool), ("b", Type::Bool)]);
    let problem = |text: &str| decode(text.as_bytes(), &kind).expect_err(text).problem().clone();
    assert_eq!(problem(r#"{"a":true}"#), Problem::MissingAttribute("b".to_owned()));
    assert_eq!(problem(r#"{"a":true,"b":null,"c":1}"#), Problem::UnknownAttribute("c".to_owned()));
    assert_eq!(problem(r#"{"a":true,"a":false}"#), Problem::Repeated("a".to_owned()));
}

#[test]
fn a_stored_state_may_be_of_another_build() {
    let inner = Type::object([("path", Type::String), ("added", Type::list(Type::String))]);
    let kind = Type::object([("rules", Type::map(inner)), ("id", Type::String)]);
    let text = br#"{"gone":{"deep":[1,{"x":"}\""}]},"rules":{"a":{"path":"/","gone":[[]]}}}"#;
    let state = decode_stored(text, &kind).expect("lenient");
    let rule = Path::attribute("rules").with_key("a");
    assert_eq!(state.at(&rule.with_attribute("path")), Some(&"/".into()));
    assert_eq!(state.at(&rule.with_attribute("added")), Some(&Value::Null));
    assert_eq!(state.get("id"), Some(&Value::Null));
    assert_eq!(state.get("gone"), None);
    let error = decode_stored(br#"{"rules":{"a":{"path":["x"]}}}"#, &kind).expect_err("another type");
    assert_eq!(error.to_string(), "`rules[\"a\"].path` should be string, but is an array");
}

#[test]
fn broken_json_is_refused() {
    let any = Type::list(Type::Number);
    for text in [
        "",
        " ",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "]",
        "nul",
        "[01]",
        "[+1]",
        "[1.]",
        "[.5]",
        "[1e]",
        "[1]x",
        "[1]]",
        "{\"a\":1}",
        "[\"1]",
        "\u{feff}[1]",
    ] {
        assert!(decode(text.as_bytes(), &any).is_err(), "{text}");
    }
    for text in ["\"a\tb\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"abc\\", "\"abc"] {
        assert!(decode(text.as_bytes(), &Type::String).is_err(), "{text}");
    }
    assert_eq!(decode(b"\"\xff\"", &Type::String).expect_err("no UTF-8").problem(), &Problem::NotUtf8);
    for text in [r#"{"a" 1}"#, r#"{"a":1,}"#, r#"{a:1}"#, r#"{"a":1"#] {
        assert!(decode(text.as_bytes(), &Type::map(Type::Number)).is_err(), "{text}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |levels: usize| {
        let (open, close) = (r#"{"type":"dynamic","value":"#, "}");
        format!("{}null{}", open.repeat(levels), close.repeat(levels))
    };
    let small = std::thread::Builder::new().stack_size(512 << 10).spawn(move || {
        assert_eq!(decode(nested(200).as_bytes(), &Type::Dynamic), Ok(Value::Null));
        let error = decode(nested(1_000).as_bytes(), &Type::Dynamic).expect_err("deep");
        assert_eq!(error.problem(), &Problem::TooDeep);
        // An unknown attribute may be nested to any depth: it is skipped without recursion.
        let text = format!(r#"{{"x":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert!(decode_stored(text.as_bytes(), &Type::object::<String>([])).is_ok());
    });
    small.expect("starts").join().expect("no overflow");
}

proptest! {
    #[test]
    fn every_value_survives_the_round_trip((kind, value) in typed(false)) {
        let text = stored(&value);
        prop_assert_eq!(decode(text.as_bytes(), &kind).expect("reads back"), value.clone());
        prop_assert_eq!(decode_stored(text.as_bytes(), &kind).expect("reads back"), value);
    }

    #[test]
    fn arbitrary_text_never_panics(text in "[\\[\\]{}\",:0-9a-z\\\\ .-]{0,40}", kind in kind()) {
        let _ = decode(text.as_bytes(), &kind);
        let _ = decode_stored(text.as_bytes(), &kind);
    }
}
