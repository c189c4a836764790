//! The functions of templates whose value depends on their arguments alone.

use serde_json::{Map, Value};

/// The result of a function for known arguments; `None` for other functions or arguments.
pub(super) fn call(name: &str, arguments: &[Value]) -> Option<Value> {
    let first = arguments.first();
    let text = |at: usize| arguments.get(at).and_then(Value::as_str);
    let number = |at: usize| arguments.get(at).and_then(Value::as_i64);
    let flag = |at: usize| arguments.get(at).and_then(Value::as_bool);
    Some(match name.to_ascii_lowercase().as_str() {
        "concat" => match first? {
            Value::Array(_) => {
                let lists: Option<Vec<_>> = arguments.iter().map(Value::as_array).collect();
                lists?.into_iter().flatten().cloned().collect()
            }
            _ => arguments.iter().map(plain).collect::<Option<String>>()?.into(),
        },
        "format" => format(text(0)?, arguments.get(1..)?)?.into(),
        "createarray" => Value::Array(arguments.to_vec()),
        "createobject" => {
            let pair = |pair: &[Value]| Some((pair.first()?.as_str()?.to_owned(), pair.get(1)?.clone()));
            arguments.chunks(2).map(pair).collect::<Option<Map<_, _>>>()?.into()
        }
        "array" => match first? {
            Value::Array(_) => first?.clone(),
            other => vec![other.clone()].into(),
        },
        "string" => match first? {
            value @ (Value::Array(_) | Value::Object(_)) => value.to_string().into(),
            value => plain(value)?.into(),
        },
        "int" => match first? {
            Value::String(text) => text.parse::<i64>().ok()?.into(),
            value => value.as_i64()?.into(),
        },
        "bool" => match first? {
            Value::String(text) if text.eq_ignore_ascii_case("true") => true.into(),
            Value::String(text) if text.eq_ignore_ascii_case("false") => false.into(),
            value => value.as_bool()?.into(),
        },
        "json" => serde_json::from_str(text(0)?).ok()?,
        "tolower" => text(0)?.to_lowercase().into(),
        "toupper" => text(0)?.to_uppercase().into(),
        "trim" => text(0)?.trim().into(),
        "replace" => text(0)?.replace(text(1)?, text(2)?).into(),
        "split" => text(0)?.split(text(1)?).map(Value::from).collect(),
        "join" => {
            let parts: Option<Vec<String>> = first?.as_array()?.iter().map(plain).collect();
            parts?.join(text(1)?).into()
        }
        "substring" => {
            let start = usize::try_from(number(1)?).ok()?;
            let rest = text(0)?.chars().skip(start);
            match arguments.get(2) {
                None => rest.collect::<String>().into(),
                Some(_) => rest.take(usize::try_from(number(2)?).ok()?).collect::<String>().into(),
            }
        }
        "startswith" => text(0)?.to_lowercase().starts_with(&text(1)?.to_lowercase()).into(),
        "endswith" => text(0)?.to_lowercase().ends_with(&text(1)?.to_lowercase()).into(),
        "first" => match first? {
            Value::String(text) => text.chars().take(1).collect::<String>().into(),
            list => list.as_array()?.first()?.clone(),
        },
        "last" => match first? {
            Value::String(text) => text.chars().next_back().map(String::from).unwrap_or_default().into(),
            list => list.as_array()?.last()?.clone(),
        },
        "skip" => {
            let count = usize::try_from(number(1)?.max(0)).ok()?;
            first?.as_array()?.iter().skip(count).cloned().collect()
        }
        "take" => {
            let count = usize::try_from(number(1)?.max(0)).ok()?;
            first?.as_array()?.iter().take(count).cloned().collect()
        }
        "length" => match first? {
            Value::String(text) => text.chars().count().into(),
            Value::Array(elements) => elements.len().into(),
            value => value.as_object()?.len().into(),
        },
        "empty" => match first? {
            Value::Null => true.into(),
            Value::String(text) => text.is_empty().into(),
            Value::Array(elements) => elements.is_empty().into(),
            value => value.as_object()?.is_empty().into(),
        },
        "contains" => match first? {
            Value::String(whole) => whole.contains(&plain(arguments.get(1)?)?).into(),
            Value::Array(elements) => elements.contains(arguments.get(1)?).into(),
            value => value
                .as_object()?
                .keys()
                .any(|key| text(1).is_some_and(|name| key.eq_ignore_ascii_case(name)))
                .into(),
        },
        "union" => match first? {
            Value::Array(_) => {
                let mut united = Vec::new();
                for list in arguments {
                    for element in list.as_array()? {
                        if !united.contains(element) {
                            united.push(element.clone());
                        }
                    }
                }
                united.into()
            }
            _ => {
                let mut united = Map::new();
                for object in arguments {
                    united.extend(object.as_object()?.clone());
                }
                united.into()
            }
        },
        "range" => {
            let (start, count) = (number(0)?, number(1)?);
            let end = start.checked_add(count).filter(|_| (0..=10_000).contains(&count))?;
            (start..end).map(Value::from).collect()
        }
        "equals" => (equal(first?, arguments.get(1)?)).into(),
        "not" => (!flag(0)?).into(),
        "and" => arguments
            .iter()
            .map(Value::as_bool)
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .all(|one| one)
            .into(),
        "or" => arguments
            .iter()
            .map(Value::as_bool)
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .any(|one| one)
            .into(),
        "coalesce" => arguments.iter().find(|one| !one.is_null()).cloned().unwrap_or_default(),
        "null" => Value::Null,
        "true" => true.into(),
        "false" => false.into(),
        "add" => number(0)?.checked_add(number(1)?)?.into(),
        "sub" => number(0)?.checked_sub(number(1)?)?.into(),
        "mul" => number(0)?.checked_mul(number(1)?)?.into(),
        "greater" => (number(0)? > number(1)?).into(),
        "less" => (number(0)? < number(1)?).into(),
        _ => return None,
    })
}

/// A single value as text.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(true) => Some("True".to_owned()),
        Value::Bool(false) => Some("False".to_owned()),
        _ => None,
    }
}

/// Texts are equal ignoring case.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.to_lowercase() == other.to_lowercase(),
        (one, other) => one == other,
    }
}

/// Replaces `{0}` and the like. A number after a colon requests a layout, which is not supported.
fn format(pattern: &str, arguments: &[Value]) -> Option<String> {
    let mut filled = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at_checked(at)?;
        filled.push_str(before);
        if let Some(more) = after.strip_prefix("{{") {
            filled.push('{');
            rest = more;
        } else if let Some(more) = after.strip_prefix("}}") {
            filled.push('}');
            rest = more;
        } else {
            let (place, more) = after.strip_prefix('{')?.split_once('}')?;
            filled.push_str(&plain(arguments.get(place.trim().parse::<usize>().ok()?)?)?);
            rest = more;
        }
    }
    filled.push_str(rest);
    Some(filled)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_follow_from_arguments() {
        for (name, arguments, value) in [
            ("concat", json!(["a", 1, true]), json!("a1True")),
            ("CONCAT", json!([[1], [2, 3]]), json!([1, 2, 3])),
            ("format", json!(["{0}/{1}/{{x}}", "a", 2]), json!("a/2/{x}")),
            ("createObject", json!(["a", 1, "b", [2]]), json!({ "a": 1, "b": [2] })),
            ("json", json!(["{\"a\":[1]}"]), json!({ "a": [1] })),
            ("split", json!(["a,b", ","]), json!(["a", "b"])),
            ("join", json!([["a", "b"], "/"]), json!("a/b")),
            ("substring", json!(["abcd", 1, 2]), json!("bc")),
            ("union", json!([[1, 2], [2, 3]]), json!([1, 2, 3])),
            ("union", json!([{ "a": 1 }, { "b": 2 }]), json!({ "a": 1, "b": 2 })),
            ("equals", json!(["A", "a"]), json!(true)),
            ("empty", json!([[]]), json!(true)),
            ("coalesce", json!([null, "x"]), json!("x")),
            ("range", json!([2, 3]), json!([2, 3, 4])),
        ] {
            assert_eq!(call(name, arguments.as_array().unwrap()), Some(value), "{name}");
        }
    }

    #[test]
    fn unknown_or_unsuitable_arguments_have_no_value() {
        for (name, arguments) in [
            ("reference", json!(["x"])),
            ("concat", json!([])),
            ("concat", json!([{}])),
            ("format", json!(["{1}", "a"])),
            ("format", json!(["{", "a"])),
            ("json", json!(["{"])),
            ("range", json!([0, 1_000_000_000])),
            ("add", json!([i64::MAX, 1])),
            ("first", json!([[]])),
        ] {
            assert_eq!(call(name, arguments.as_array().unwrap()), None, "{name}");
        }
    }
}
