//! Encodes a value to bytes, checked against its type.

use std::collections::BTreeMap;
use std::convert::Infallible;

use rmp::encode::{self, ByteBuf, ValueWriteError};

use super::{REFINED, UNKNOWN};
use crate::plugin::path::Step;
use crate::plugin::types::Type;
use crate::plugin::value::error::{CodecError, Problem};
use crate::plugin::value::limits::MAX_DEPTH;
use crate::plugin::value::{Members, Number, Unknown, Value};

/// Encodes a value of this type.
///
/// # Errors
/// If the value does not conform to the type; the error has its place.
pub fn encode(value: &Value, kind: &Type) -> Result<Vec<u8>, CodecError> {
    let mut out = ByteBuf::new();
    write(&mut out, value, kind, 0)?;
    Ok(out.into_vec())
}

type Encoded = Result<(), CodecError>;

/// The buffer itself cannot fail: it grows.
trait Written {
    fn written(self) -> Encoded;
}

impl<T> Written for Result<T, ValueWriteError<Infallible>> {
    fn written(self) -> Encoded {
        self.map(drop).map_err(|_| CodecError::new(Problem::Malformed("it cannot be written")))
    }
}

impl Written for Result<(), Infallible> {
    fn written(self) -> Encoded {
        self.map_err(|never| match never {})
    }
}

fn length(elements: usize) -> Result<u32, CodecError> {
    u32::try_from(elements).map_err(|_| CodecError::new(Problem::TooMany))
}

fn write(out: &mut ByteBuf, value: &Value, kind: &Type, depth: usize) -> Encoded {
    if depth >= MAX_DEPTH {
        return Err(CodecError::new(Problem::TooDeep));
    }
    match (kind, value) {
        (_, Value::Null) => encode::write_nil(out).written(),
        (_, Value::Unknown(unknown)) => write_unknown(out, unknown),
        (Type::Bool, Value::Bool(value)) => encode::write_bool(out, *value).written(),
        (Type::Number, Value::Number(number)) => write_number(out, number),
        (Type::String, Value::String(text)) => write_text(out, text),
        (Type::Dynamic, Value::Dynamic(typed)) => {
            let (kind, value) = typed.as_ref();
            let json = kind.to_json();
            length(json.len())?;
            encode::write_array_len(out, 2).written()?;
            encode::write_bin(out, json.as_bytes()).written()?;
            write(out, value, kind, depth + 1)
        }
        (Type::List(element), Value::List(elements)) => {
            encode::write_array_len(out, length(elements.len())?).written()?;
            for (value, index) in elements.iter().zip(0..) {
                write(out, value, element, depth + 1).map_err(|error| error.under(Step::Index(index)))?;
            }
            Ok(())
        }
        (Type::Set(element), Value::Set(elements)) => {
            encode::write_array_len(out, length(elements.len())?).written()?;
            for value in elements {
                write(out, value, element, depth + 1).map_err(CodecError::in_set)?;
            }
            Ok(())
        }
        (Type::Tuple(kinds), Value::Tuple(elements)) if kinds.len() == elements.len() => {
            encode::write_array_len(out, length(elements.len())?).written()?;
            for ((kind, value), index) in kinds.iter().zip(elements).zip(0..) {
                write(out, value, kind, depth + 1).map_err(|error| error.under(Step::Index(index)))?;
            }
            Ok(())
        }
        (Type::Map(element), Value::Map(elements)) => {
            encode::write_map_len(out, length(elements.len())?).written()?;
            for (key, value) in elements {
                write_text(out, key)?;
                write(out, value, element, depth + 1)
                    .map_err(|error| error.under(Step::Key(key.to_string())))?;
            }
            Ok(())
        }
        (Type::Object(kinds), Value::Object(attributes)) => write_object(out, kinds, attributes, depth),
        (Type::Tuple(kinds), Value::Tuple(_)) => {
            let expected = format!("tuple of {} elements", kinds.len());
            Err(CodecError::mismatch(expected, "a tuple of another length"))
        }
        _ => Err(CodecError::mismatch(kind, value.kind_name())),
    }
}

fn write_unknown(out: &mut ByteBuf, unknown: &Unknown) -> Encoded {
    let (kind, data) = match unknown.refinements() {
        Some(refinements) => (REFINED, refinements),
        None => (UNKNOWN, [0].as_slice()),
    };
    encode::write_ext_meta(out, length(data.len())?, kind).written()?;
    out.as_mut_vec().extend_from_slice(data);
    Ok(())
}

/// As cty does: an integer if the number is one, a float if that is exact, otherwise decimal text.
fn write_number(out: &mut ByteBuf, number: &Number) -> Encoded {
    if let Some(whole) = number.as_i64() {
        return encode::write_sint(out, whole).written();
    }
    match number {
        Number::Int(whole) => encode::write_sint(out, *whole).written(),
        Number::UInt(whole) => encode::write_uint(out, *whole).written(),
        Number::Float(float) if float.is_finite() => encode::write_f64(out, *float).written(),
        Number::Big(text) if number.decimal().is_some() => write_text(out, text),
        Number::Float(_) | Number::Big(_) => Err(CodecError::new(Problem::NotANumber)),
    }
}

fn write_text(out: &mut ByteBuf, text: &str) -> Encoded {
    length(text.len())?;
    encode::write_str(out, text).written()
}

fn write_object(
    out: &mut ByteBuf,
    kinds: &BTreeMap<String, Type>,
    attributes: &Members,
    depth: usize,
) -> Encoded {
    if let Some(name) = attributes.keys().find(|name| !kinds.contains_key(*name)) {
        return Err(CodecError::new(Problem::UnknownAttribute(name.to_string())));
    }
    encode::write_map_len(out, length(kinds.len())?).written()?;
    for (name, kind) in kinds {
        let Some(value) = attributes.get(name) else {
            return Err(CodecError::new(Problem::MissingAttribute(name.to_string())));
        };
        write_text(out, name)?;
        write(out, value, kind, depth + 1).map_err(|error| error.under(Step::Attribute(name.to_string())))?;
    }
    Ok(())
}
