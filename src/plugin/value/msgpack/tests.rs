use proptest::prelude::*;

use super::{decode, encode};
use crate::plugin::path::Path;
use crate::plugin::types::Type;
use crate::plugin::value::arbitrary::{kind, typed};
use crate::plugin::value::error::Problem;
use crate::plugin::value::{Number, Unknown, Value};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Checks cty's encoding of a value, and that it is decoded to the same value.
fn check(value: Value, kind: &Type, expected: &str) {
    let bytes = encode(&value, kind).expect("conforms");
    assert_eq!(hex(&bytes), expected);
    assert_eq!(decode(&bytes, kind).expect("reads back"), value);
}

#[test]
fn primitive_values_are_written_as_cty_writes_them() {
    check(Value::Null, &Type::String, "c0");
    check(true.into(), &Type::Bool, "c3");
    check("abc".into(), &Type::String, "a3616263");
    check(5.into(), &Type::Number, "05");
    check((-1).into(), &Type::Number, "ff");
    check(300.into(), &Type::Number, "cd012c");
    check((-300).into(), &Type::Number, "d1fed4");
    check(i64::MIN.into(), &Type::Number, "d38000000000000000");
    check(Value::Number(Number::UInt(u64::MAX)), &Type::Number, "cfffffffffffffffff");
    check(Value::Number(Number::Float(1.5)), &Type::Number, "cb3ff8000000000000");
    check(Value::Number(Number::Float(2.0)), &Type::Number, "02");
    check(Value::Number(Number::Big("0.1".to_owned())), &Type::Number, "a3302e31");
}

#[test]
fn unknown_values_are_extensions() {
    check(Value::unknown(), &Type::String, "d40000");
    check(Value::unknown(), &Type::Dynamic, "d40000");
    // A refinement by cty: a map of one entry, "not null".
    check(Value::Unknown(Unknown::refined(vec![0x81, 0x01, 0xc2])), &Type::String, "c7030c8101c2");
    let eight = Unknown::refined(b"12345678".to_vec());
    check(Value::Unknown(eight), &Type::Bool, "d70c3132333435363738");
}

#[test]
fn any_extension_is_unknown() {
    for bytes in [b"\xd4\x05\x00".as_slice(), b"\xc7\x03\x63abc", b"\xc9\0\0\0\x01\x00\x00"] {
        assert_eq!(decode(bytes, &Type::Bool), Ok(Value::unknown()));
    }
    let mut oversized = vec![0xc8, 0x10, 0x00, 12];
    oversized.extend(std::iter::repeat_n(0, 0x1000));
    assert_eq!(decode(&oversized, &Type::Bool), Ok(Value::unknown()));
}

#[test]
fn collections_are_written_as_cty_writes_them() {
    let strings = || vec!["a".into(), Value::Null];
    check(Value::List(strings()), &Type::list(Type::String), "92a161c0");
    check(Value::Set(strings()), &Type::set(Type::String), "92a161c0");
    check(Value::Tuple(strings()), &Type::Tuple(vec![Type::String, Type::Bool]), "92a161c0");
    let map = [("k".to_owned(), true.into())].into();
    check(Value::Map(map), &Type::map(Type::Bool), "81a16bc3");
    let kind = Type::object([("b", Type::Bool), ("a", Type::Number)]);
    check(Value::object([("b", Value::Null), ("a", 1.into())]), &kind, "82a16101a162c0");
}

#[test]
fn a_value_of_any_type_brings_its_type() {
    let value = Value::Dynamic(Box::new((Type::String, "x".into())));
    check(value, &Type::Dynamic, "92c40822737472696e6722a178");
    check(Value::Null, &Type::Dynamic, "c0");
    let null = Value::Dynamic(Box::new((Type::Bool, Value::Null)));
    check(Value::List(vec![null]), &Type::list(Type::Dynamic), "9192c40622626f6f6c22c0");
    // Some writers write the type as text; "any" of "any" is one "any".
    assert_eq!(decode(b"\x92\xa9\"dynamic\"\xd4\x00\x00", &Type::Dynamic), Ok(Value::unknown()));
}

#[test]
fn numbers_are_read_in_every_width() {
    for (bytes, expected) in [
        (b"\xcc\x05".as_slice(), Number::Int(5)),
        (b"\xd0\xfb", Number::Int(-5)),
        (b"\xce\0\0\0\x05", Number::Int(5)),
        (b"\xd3\0\0\0\0\0\0\0\x05", Number::Int(5)),
        (b"\xca\x3f\x80\0\0", Number::Int(1)),
        (b"\xcb\x40\x14\0\0\0\0\0\0", Number::Int(5)),
        (b"\xa15", Number::Int(5)),
        (b"\xc4\x015", Number::Int(5)),
    ] {
        assert_eq!(decode(bytes, &Type::Number), Ok(Value::Number(expected)));
    }
    for bytes in [b"\xcb\x7f\xf0\0\0\0\0\0\0".as_slice(), b"\xca\x7f\xc0\0\0", b"\xa1x"] {
        assert_eq!(decode(bytes, &Type::Number).expect_err("no number").problem(), &Problem::NotANumber);
    }
}

#[test]
fn errors_name_the_attribute_and_never_the_value() {
    let rule = Type::object([("path", Type::String), ("codes", Type::list(Type::Number))]);
    let kind = Type::object([("rules", Type::map(rule))]);
    let bytes = b"\x81\xa5rules\x81\xa5token\x82\xa4path\xc0\xa5codes\x92\x01\xa6secret";
    let error = decode(bytes, &kind).expect_err("a string among numbers");
    let path = Path::attribute("rules").with_key("token").with_attribute("codes").with_index(1);
    assert_eq!(error.path(), path);
    assert_eq!(error.to_string(), "`rules[\"token\"].codes[1]` is not a finite decimal number");

    let error = decode(b"\x81\xa5rules\x81\xa5token\xa6secret", &kind).expect_err("no object");
    assert_eq!(error.to_string(), "`rules[\"token\"]` should be object, but is string");
}

#[test]
fn objects_must_have_exactly_their_attributes() {
    let kind = Type::object([("a", Type::Bool), ("b", Type::Bool)]);
    let problem = |bytes: &[u8]| decode(bytes, &kind).expect_err("no such object").problem().clone();
    assert_eq!(problem(b"\x81\xa1a\xc3"), Problem::MissingAttribute("b".to_owned()));
    assert_eq!(problem(b"\x82\xa1a\xc3\xa1c\xc3"), Problem::UnknownAttribute("c".to_owned()));
    assert_eq!(problem(b"\x82\xa1a\xc3\xa1a\xc3"), Problem::Repeated("a".to_owned()));
}

#[test]
fn a_broken_encoding_is_refused() {
    let problem = |bytes: &[u8], kind: Type| decode(bytes, &kind).expect_err("broken").problem().clone();
    assert_eq!(problem(b"", Type::Bool), Problem::Truncated);
    assert_eq!(problem(b"\xa5abc", Type::String), Problem::Truncated);
    assert_eq!(problem(b"\xc3\xc3", Type::Bool), Problem::TrailingBytes);
    assert_eq!(problem(b"\xa1\xff", Type::String), Problem::NotUtf8);
    assert!(matches!(problem(b"\xc1", Type::Bool), Problem::Mismatch { .. }));
    assert!(matches!(problem(b"\x91\xc3", Type::Dynamic), Problem::Malformed(_)));
    assert_eq!(problem(b"\x92\xa3abc\xc0", Type::Dynamic), Problem::BadType);
    assert!(matches!(problem(b"\x91\xc3", Type::Tuple(vec![])), Problem::Mismatch { .. }));
}

#[test]
fn a_false_length_does_not_allocate() {
    // Five bytes that claim four thousand million elements, each a list of as many.
    let mut bytes = Vec::new();
    for _ in 0..200 {
        bytes.extend(b"\xdd\xff\xff\xff\xff");
    }
    let kind = (0..200).fold(Type::Bool, |kind, _| Type::list(kind));
    assert_eq!(decode(&bytes, &kind).expect_err("nothing follows").problem(), &Problem::Truncated);
    for bytes in [b"\xdf\xff\xff\xff\xff".as_slice(), b"\xdb\xff\xff\xff\xff", b"\xc9\xff\xff\xff\xff\x00"] {
        let kind = if bytes[0] == 0xdf { Type::map(Type::Bool) } else { Type::String };
        assert_eq!(decode(bytes, &kind).expect_err("nothing follows").problem(), &Problem::Truncated);
    }
}

#[test]
fn more_values_than_a_message_may_have_are_refused() {
    let count: u32 = 5 << 20;
    let mut bytes = vec![0xdd];
    bytes.extend(count.to_be_bytes());
    bytes.resize(bytes.len() + (5 << 20), 0xc0);
    assert_eq!(decode(&bytes, &Type::list(Type::Bool)).expect_err("too many").problem(), &Problem::TooMany);
}

#[test]
fn nesting_is_bounded_and_its_recursion_is_small() {
    // Through "any type" a value can be nested to any depth, whatever the schema says.
    let nested = |levels: usize| {
        let mut bytes = b"\x92\xc4\x09\"dynamic\"".repeat(levels);
        bytes.push(0xc0);
        bytes
    };
    let small = std::thread::Builder::new().stack_size(512 << 10).spawn(move || {
        assert_eq!(decode(&nested(200), &Type::Dynamic), Ok(Value::Null));
        assert_eq!(decode(&nested(10_000), &Type::Dynamic).expect_err("deep").problem(), &Problem::TooDeep);
        let lists = (0..250).fold(Type::Bool, |kind, _| Type::list(kind));
        let value = (0..250).fold(Value::Bool(true), |value, _| Value::List(vec![value]));
        let bytes = encode(&value, &lists).expect("conforms");
        assert_eq!(decode(&bytes, &lists), Ok(value.clone()));
        let deeper = (0..10).fold(value, |value, _| Value::List(vec![value]));
        let lists = (0..10).fold(lists, |kind, _| Type::list(kind));
        assert_eq!(encode(&deeper, &lists).expect_err("deep").problem(), &Problem::TooDeep);
    });
    small.expect("starts").join().expect("no overflow");
}

#[test]
fn a_value_of_another_type_cannot_be_written() {
    let rule = Type::object([("name", Type::String)]);
    let kind = Type::object([("rule", Type::set(rule))]);
    let write = |rule: Value| {
        let value = Value::object([("rule", Value::Set(vec![rule]))]);
        encode(&value, &kind).expect_err("does not conform")
    };
    let error = write(Value::object([("name", 5.into())]));
    assert_eq!(error.path(), Path::attribute("rule"));
    assert_eq!(error.to_string(), "`rule` has an element whose `name` should be string, but is number");
    let missing = write(Value::object::<String>([]));
    assert_eq!(missing.problem(), &Problem::MissingAttribute("name".to_owned()));
    let unknown = write(Value::object([("name", "a".into()), ("other", "b".into())]));
    assert_eq!(unknown.problem(), &Problem::UnknownAttribute("other".to_owned()));
    for number in [Number::Float(f64::NAN), Number::Float(f64::INFINITY), Number::Big("many".to_owned())] {
        let error = encode(&Value::Number(number), &Type::Number).expect_err("no number");
        assert_eq!(error.problem(), &Problem::NotANumber);
    }
    assert!(encode(&Value::from("x"), &Type::Dynamic).is_err());
}

proptest! {
    #[test]
    fn every_value_survives_the_round_trip((kind, value) in typed(true)) {
        let bytes = encode(&value, &kind).expect("conforms");
        prop_assert_eq!(decode(&bytes, &kind).expect("reads back"), value);
    }

    #[test]
    fn written_bytes_are_valid_msgpack((kind, value) in typed(true)) {
        let bytes = encode(&value, &kind).expect("conforms");
        let mut rest = bytes.as_slice();
        prop_assert!(rmpv::decode::read_value(&mut rest).is_ok());
        prop_assert!(rest.is_empty());
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64), kind in kind()) {
        let _ = decode(&bytes, &kind);
        let _ = decode(&bytes, &Type::Dynamic);
    }

    #[test]
    fn a_damaged_value_never_panics(
        (kind, value) in typed(true),
        position in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = encode(&value, &kind).expect("conforms");
        let position = position.index(bytes.len());
        bytes[position] = byte;
        if let Ok(value) = decode(&bytes, &kind) {
            // A decoded value conforms, so it can be encoded.
            prop_assert!(encode(&value, &kind).is_ok());
        }
    }
}
