//! Arbitrary types, and arbitrary values that conform to them, for the property tests.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::{Number, Unknown, Value};
use crate::plugin::types::Type;

/// Any type.
pub(crate) fn kind() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        3 => Just(Type::String),
        2 => Just(Type::Number),
        2 => Just(Type::Bool),
        1 => Just(Type::Dynamic),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            vec(inner.clone(), 0..4).prop_map(Type::Tuple),
            btree_map("[a-z_]{1,4}", inner, 0..4).prop_map(Type::object),
        ]
    })
}

/// Any type and a value of it; with unknown values in it only if `unknown`.
pub(crate) fn typed(unknown: bool) -> impl Strategy<Value = (Type, Value)> {
    kind().prop_flat_map(move |kind| {
        let value = of(&kind, unknown);
        (Just(kind), value)
    })
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::Int),
        any::<u64>().prop_map(|value| Number::parse(&value.to_string()).expect("digits")),
        prop::num::f64::NORMAL.prop_map(Number::Float),
        prop::num::f64::SUBNORMAL.prop_map(Number::Float),
        "-?[1-9][0-9]{0,40}(\\.[0-9]{1,30})?(e-?[0-9]{1,4})?"
            .prop_map(|text| Number::parse(&text).expect("digits")),
    ]
}

fn of(kind: &Type, unknown: bool) -> BoxedStrategy<Value> {
    let known = match kind {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Number => number().prop_map(Value::Number).boxed(),
        Type::String => any::<String>().prop_map(Value::String).boxed(),
        Type::Dynamic => self::kind()
            .prop_filter("a value has a type", |kind| *kind != Type::Dynamic)
            .prop_flat_map(move |kind| {
                let value = of(&kind, unknown);
                (Just(kind), value)
            })
            .prop_map(|typed| Value::Dynamic(Box::new(typed)))
            .boxed(),
        Type::List(element) => vec(of(element, unknown), 0..4).prop_map(Value::List).boxed(),
        Type::Set(element) => vec(of(element, unknown), 0..4).prop_map(Value::Set).boxed(),
        Type::Map(element) => {
            let elements = btree_map(any::<String>(), of(element, unknown), 0..4);
            elements.prop_map(|elements| Value::Map(elements.into_iter().collect())).boxed()
        }
        Type::Tuple(kinds) => {
            kinds.iter().map(|kind| of(kind, unknown)).collect::<Vec<_>>().prop_map(Value::Tuple).boxed()
        }
        Type::Object(kinds) => {
            let names: Vec<_> = kinds.keys().cloned().collect();
            let values: Vec<_> = kinds.values().map(|kind| of(kind, unknown)).collect();
            values.prop_map(move |values| Value::object(names.iter().cloned().zip(values))).boxed()
        }
    };
    if !unknown {
        return prop_oneof![8 => known, 1 => Just(Value::Null)].boxed();
    }
    prop_oneof![
        8 => known,
        1 => Just(Value::Null),
        1 => Just(Value::unknown()),
        1 => vec(any::<u8>(), 0..40).prop_map(|data| Value::Unknown(Unknown::refined(data))),
    ]
    .boxed()
}
