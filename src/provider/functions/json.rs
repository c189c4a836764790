//! Converts Terraform's values to JSON and back, for functions with arguments of several shapes.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::plugin::value::{Members, Number};
use crate::plugin::{Type, Value};

/// A known value as JSON. Lists, sets and tuples are arrays; maps and objects are objects; unknown is null.
#[must_use]
pub fn from_value(value: &Value) -> Json {
    match value {
        Value::Unknown(_) | Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::String(text) => Json::String(text.clone()),
        Value::Number(number) => from_number(number),
        Value::List(elements) | Value::Set(elements) | Value::Tuple(elements) => {
            elements.iter().map(from_value).collect()
        }
        Value::Map(elements) | Value::Object(elements) => Json::Object(
            elements.iter().map(|(name, value)| (name.to_string(), from_value(value))).collect::<Map<_, _>>(),
        ),
        Value::Dynamic(typed) => from_value(&typed.1),
    }
}

fn from_number(number: &Number) -> Json {
    match number {
        Number::Int(value) => Json::from(*value),
        Number::UInt(value) => Json::from(*value),
        Number::Float(value) => Json::from(*value),
        Number::Big(text) => text.parse::<f64>().map_or(Json::Null, Json::from),
    }
}

/// JSON as a value with its own type: objects are objects, arrays are tuples.
#[must_use]
pub fn to_dynamic(json: &Json) -> Value {
    let (kind, value) = typed(json);
    Value::Dynamic(Box::new((kind, value)))
}

fn typed(json: &Json) -> (Type, Value) {
    match json {
        Json::Null => (Type::Dynamic, Value::Null),
        Json::Bool(value) => (Type::Bool, Value::Bool(*value)),
        Json::String(text) => (Type::String, Value::from(text.as_str())),
        Json::Number(number) => {
            let number = number.as_i64().map_or_else(
                || {
                    number
                        .as_u64()
                        .map_or_else(|| Number::Float(number.as_f64().unwrap_or_default()), Number::UInt)
                },
                Number::Int,
            );
            (Type::Number, Value::Number(number))
        }
        Json::Array(elements) => {
            let (types, values): (Vec<_>, Vec<_>) = elements.iter().map(typed).unzip();
            (Type::Tuple(types), Value::Tuple(values))
        }
        Json::Object(members) => {
            let mut types = BTreeMap::new();
            let mut values = Members::new();
            for (name, member) in members {
                let (kind, value) = typed(member);
                types.insert(name.as_str().into(), kind);
                values.insert(name.clone(), value);
            }
            (Type::Object(types), Value::Object(values))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_survives_a_round_trip() {
        let json =
            json!({"a": [1, 2.5, "x", null, true], "b": {"c": []}, "d": 18_446_744_073_709_551_615_u64});
        assert_eq!(from_value(&to_dynamic(&json)), json);
    }

    #[test]
    fn collections_of_any_kind_are_arrays() {
        let set = Value::Set(vec!["a".into()]);
        assert_eq!(from_value(&set), json!(["a"]));
        assert_eq!(from_value(&Value::Map([("k".to_owned(), set)].into())), json!({"k": ["a"]}));
    }
}
