//! JSON bodies, read as Azure reads them: a repeated member is an error, not a silent choice.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Parses a body. Depth is bounded by the parser (128), a byte-order mark is skipped.
///
/// Duplicate members are refused: Microsoft's page on advanced configuration of the metadata security
/// protocol requires it for the keys of `queryParameters`.
pub fn parse(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Unique.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

struct Unique;

impl<'de> DeserializeSeed<'de> for Unique {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Unique)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(Unique)?;
            if map.contains_key(&name) {
                return Err(A::Error::custom(format!(
                    "property with the name '{name}' already exists in the current JSON object"
                )));
            }
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}

/// Merges `change` into `target`: objects member by member, a null removes, anything else replaces.
pub fn merge(target: &mut Value, change: &Value) {
    match (target, change) {
        (Value::Object(members), Value::Object(changes)) => {
            for (name, value) in changes {
                if value.is_null() {
                    members.remove(name);
                } else {
                    merge(members.entry(name.clone()).or_insert(Value::Null), value);
                }
            }
        }
        (target, Value::Object(changes)) => {
            *target = Value::Object(Map::new());
            merge(target, &Value::Object(changes.clone()));
        }
        (target, change) => *target = change.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_repeated_member_is_refused_at_any_depth() {
        let error = parse(br#"{"a":[{"comp":1,"comp":2}]}"#).unwrap_err().to_string();
        assert!(error.contains("'comp' already exists"), "{error}");
        assert_eq!(
            parse(b"\xef\xbb\xbf{\"a\":[1,-2,0.5,null,true,\"x\"]}").unwrap(),
            json!({"a": [1, -2, 0.5, null, true, "x"]})
        );
    }

    #[test]
    fn depth_and_trailing_text_are_errors() {
        let deep = "[".repeat(100_000);
        assert!(parse(deep.as_bytes()).is_err());
        assert!(parse(b"{} {}").is_err());
    }

    #[test]
    fn merging_is_deep_and_null_removes() {
        let mut value = json!({"a": {"b": 1, "c": 2}, "l": [1, 2]});
        merge(&mut value, &json!({"a": {"b": null, "d": {"e": 3}}, "l": [3]}));
        assert_eq!(value, json!({"a": {"c": 2, "d": {"e": 3}}, "l": [3]}));
    }
}
