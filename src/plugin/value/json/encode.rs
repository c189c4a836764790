//! From a value to JSON, checked against its type on the way.

use std::collections::BTreeMap;

use crate::plugin::path::Step;
use crate::plugin::types::Type;
use crate::plugin::value::error::{CodecError, Problem};
use crate::plugin::value::limits::MAX_DEPTH;
use crate::plugin::value::{Members, Number, Value};

/// Encodes a value of this type, without spaces, attributes and keys in order.
///
/// # Errors
/// When the value does not conform to the type, or is not wholly known; the error knows where.
pub fn encode(value: &Value, kind: &Type) -> Result<String, CodecError> {
    let mut out = String::new();
    write(&mut out, value, kind, 0)?;
    Ok(out)
}

type Encoded = Result<(), CodecError>;

fn write(out: &mut String, value: &Value, kind: &Type, depth: usize) -> Encoded {
    if depth >= MAX_DEPTH {
        return Err(CodecError::new(Problem::TooDeep));
    }
    match (kind, value) {
        (_, Value::Null) => out.push_str("null"),
        (_, Value::Unknown(_)) => return Err(CodecError::new(Problem::UnknownInJson)),
        (Type::Bool, Value::Bool(value)) => out.push_str(if *value { "true" } else { "false" }),
        (Type::Number, Value::Number(number)) => write_number(out, number)?,
        (Type::String, Value::String(text)) => write_text(out, text),
        (Type::Dynamic, Value::Dynamic(typed)) => {
            let (kind, value) = typed.as_ref();
            out.push_str("{\"value\":");
            write(out, value, kind, depth + 1)?;
            out.push_str(",\"type\":");
            out.push_str(&kind.to_json());
            out.push('}');
        }
        (Type::List(element), Value::List(elements)) => {
            let pairs = elements.iter().map(|value| (element.as_ref(), value));
            write_array(out, pairs, |error, index| error.under(Step::Index(index)), depth)?;
        }
        (Type::Set(element), Value::Set(elements)) => {
            let pairs = elements.iter().map(|value| (element.as_ref(), value));
            write_array(out, pairs, |error, _| error.in_set(), depth)?;
        }
        (Type::Tuple(kinds), Value::Tuple(elements)) if kinds.len() == elements.len() => {
            let pairs = kinds.iter().zip(elements);
            write_array(out, pairs, |error, index| error.under(Step::Index(index)), depth)?;
        }
        (Type::Map(element), Value::Map(elements)) => {
            out.push('{');
            for (position, (key, value)) in elements.iter().enumerate() {
                write_key(out, position, key);
                write(out, value, element, depth + 1)
                    .map_err(|error| error.under(Step::Key(key.to_string())))?;
            }
            out.push('}');
        }
        (Type::Object(kinds), Value::Object(attributes)) => write_object(out, kinds, attributes, depth)?,
        (Type::Tuple(kinds), Value::Tuple(_)) => {
            let expected = format!("tuple of {} elements", kinds.len());
            return Err(CodecError::mismatch(expected, "a tuple of another length"));
        }
        _ => return Err(CodecError::mismatch(kind, value.kind_name())),
    }
    Ok(())
}

fn write_array<'a>(
    out: &mut String,
    elements: impl Iterator<Item = (&'a Type, &'a Value)>,
    locate: impl Fn(CodecError, i64) -> CodecError,
    depth: usize,
) -> Encoded {
    out.push('[');
    for ((kind, value), index) in elements.zip(0..) {
        if index > 0 {
            out.push(',');
        }
        write(out, value, kind, depth + 1).map_err(|error| locate(error, index))?;
    }
    out.push(']');
    Ok(())
}

fn write_object(
    out: &mut String,
    kinds: &BTreeMap<String, Type>,
    attributes: &Members,
    depth: usize,
) -> Encoded {
    if let Some(name) = attributes.keys().find(|name| !kinds.contains_key(*name)) {
        return Err(CodecError::new(Problem::UnknownAttribute(name.to_string())));
    }
    out.push('{');
    for (position, (name, kind)) in kinds.iter().enumerate() {
        let Some(value) = attributes.get(name) else {
            return Err(CodecError::new(Problem::MissingAttribute(name.to_string())));
        };
        write_key(out, position, name);
        write(out, value, kind, depth + 1).map_err(|error| error.under(Step::Attribute(name.to_string())))?;
    }
    out.push('}');
    Ok(())
}

fn write_key(out: &mut String, position: usize, key: &str) {
    if position > 0 {
        out.push(',');
    }
    write_text(out, key);
    out.push(':');
}

fn write_text(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

/// Every digit of the number, so that a reader of decimal digits reads the same number.
fn write_number(out: &mut String, number: &Number) -> Encoded {
    let decimal = number.decimal().ok_or_else(|| CodecError::new(Problem::NotANumber))?;
    out.push_str(&decimal.to_text());
    Ok(())
}
