//! Decodes bytes to a value, checked against its type.

use std::collections::BTreeMap;

use rmp::Marker;
use rmp::decode;

use super::REFINED;
use crate::plugin::path::Step;
use crate::plugin::types::Type;
use crate::plugin::value::error::{CodecError, Problem};
use crate::plugin::value::limits::{Budget, reserve};
use crate::plugin::value::{Members, Number, Unknown, Value};

/// Longer refinements are dropped: the unknown value then has none. cty writes far less.
const MAX_REFINEMENTS: usize = 1024;

/// Decodes one value of this type; nothing may follow it.
///
/// # Errors
/// If the bytes are not msgpack, or contain a value that does not conform to the type; the error has its
/// place.
pub fn decode(bytes: &[u8], kind: &Type) -> Result<Value, CodecError> {
    let mut decoder = Decoder { rest: bytes, budget: Budget::new() };
    let value = decoder.value(kind, 0)?;
    if decoder.rest.is_empty() { Ok(value) } else { Err(CodecError::new(Problem::TrailingBytes)) }
}

struct Decoder<'a> {
    rest: &'a [u8],
    budget: Budget,
}

type Decoded<T> = Result<T, CodecError>;

fn truncated<E>(_: E) -> CodecError {
    CodecError::new(Problem::Truncated)
}

impl<'a> Decoder<'a> {
    fn value(&mut self, kind: &Type, depth: usize) -> Decoded<Value> {
        self.budget.take(depth)?;
        let marker = self.peek()?;
        if is_extension(marker) {
            return self.unknown();
        }
        if marker == Marker::Null {
            decode::read_nil(&mut self.rest).map_err(truncated)?;
            return Ok(Value::Null);
        }
        match kind {
            Type::Bool if matches!(marker, Marker::True | Marker::False) => {
                decode::read_bool(&mut self.rest).map(Value::Bool).map_err(truncated)
            }
            Type::Number => self.number(marker).map(Value::Number),
            Type::String if is_text(marker) => self.text().map(|text| Value::String(text.to_owned())),
            Type::Dynamic if is_array(marker) => self.dynamic(depth),
            Type::List(element) if is_array(marker) => self.list(element, depth).map(Value::List),
            Type::Set(element) if is_array(marker) => self.set(element, depth).map(Value::Set),
            Type::Tuple(elements) if is_array(marker) => self.tuple(elements, depth).map(Value::Tuple),
            Type::Map(element) if is_map(marker) => self.map(element, depth).map(Value::Map),
            Type::Object(attributes) if is_map(marker) => self.object(attributes, depth).map(Value::Object),
            _ => Err(CodecError::mismatch(kind, name_of(marker))),
        }
    }

    fn peek(&self) -> Decoded<Marker> {
        self.rest.first().map(|&byte| Marker::from_u8(byte)).ok_or_else(|| truncated(()))
    }

    fn take(&mut self, length: u32) -> Decoded<&'a [u8]> {
        let length = usize::try_from(length).map_err(truncated)?;
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or_else(|| truncated(()))?;
        self.rest = rest;
        Ok(bytes)
    }

    /// Any extension is an unknown value, as in cty.
    fn unknown(&mut self) -> Decoded<Value> {
        let head = decode::read_ext_meta(&mut self.rest).map_err(truncated)?;
        let data = self.take(head.size)?;
        Ok(Value::Unknown(if head.typeid == REFINED && data.len() <= MAX_REFINEMENTS {
            Unknown::refined(data.to_vec())
        } else {
            Unknown::new()
        }))
    }

    fn number(&mut self, marker: Marker) -> Decoded<Number> {
        let finite = |float: f64| {
            if float.is_finite() {
                Ok(Number::Float(float))
            } else {
                Err(CodecError::new(Problem::NotANumber))
            }
        };
        match marker {
            Marker::FixPos(_) | Marker::U8 | Marker::U16 | Marker::U32 | Marker::U64 => {
                let value: u64 = decode::read_int(&mut self.rest).map_err(truncated)?;
                Ok(i64::try_from(value).map_or(Number::UInt(value), Number::Int))
            }
            Marker::FixNeg(_) | Marker::I8 | Marker::I16 | Marker::I32 | Marker::I64 => {
                decode::read_int(&mut self.rest).map(Number::Int).map_err(truncated)
            }
            Marker::F32 => finite(decode::read_f32(&mut self.rest).map_err(truncated)?.into()),
            Marker::F64 => finite(decode::read_f64(&mut self.rest).map_err(truncated)?),
            marker if is_text(marker) => {
                Number::parse(self.text()?).ok_or_else(|| CodecError::new(Problem::NotANumber))
            }
            other => Err(CodecError::mismatch(Type::Number, name_of(other))),
        }
    }

    /// Text, or bytes, which cty reads as text where text is expected.
    fn data(&mut self) -> Decoded<&'a [u8]> {
        let length = match self.peek()? {
            Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => {
                decode::read_bin_len(&mut self.rest).map_err(truncated)?
            }
            marker if is_text(marker) => decode::read_str_len(&mut self.rest).map_err(truncated)?,
            other => return Err(CodecError::mismatch(Type::String, name_of(other))),
        };
        self.take(length)
    }

    fn text(&mut self) -> Decoded<&'a str> {
        std::str::from_utf8(self.data()?).map_err(|_| CodecError::new(Problem::NotUtf8))
    }

    fn array_length(&mut self) -> Decoded<u32> {
        decode::read_array_len(&mut self.rest).map_err(truncated)
    }

    fn dynamic(&mut self, depth: usize) -> Decoded<Value> {
        if self.array_length()? != 2 {
            return Err(CodecError::new(Problem::Malformed("a value of any type is a type and a value")));
        }
        let json = self.data()?;
        self.budget.take_type(json)?;
        let kind = Type::from_json(json).map_err(|_| CodecError::new(Problem::BadType))?;
        let value = self.value(&kind, depth + 1)?;
        // "Any type" inside "any type" adds nothing.
        if kind == Type::Dynamic { Ok(value) } else { Ok(Value::Dynamic(Box::new((kind, value)))) }
    }

    fn list(&mut self, element: &Type, depth: usize) -> Decoded<Vec<Value>> {
        let length = self.array_length()?;
        let mut elements = reserve(length);
        for index in 0..i64::from(length) {
            elements.push(self.value(element, depth + 1).map_err(|error| error.under(Step::Index(index)))?);
        }
        Ok(elements)
    }

    fn set(&mut self, element: &Type, depth: usize) -> Decoded<Vec<Value>> {
        let length = self.array_length()?;
        let mut elements = reserve(length);
        for _ in 0..length {
            elements.push(self.value(element, depth + 1).map_err(CodecError::in_set)?);
        }
        Ok(elements)
    }

    fn tuple(&mut self, kinds: &[Type], depth: usize) -> Decoded<Vec<Value>> {
        let length = self.array_length()?;
        if usize::try_from(length).ok() != Some(kinds.len()) {
            let expected = format!("tuple of {} elements", kinds.len());
            return Err(CodecError::mismatch(expected, "a tuple of another length"));
        }
        let mut elements = reserve(length);
        for (kind, index) in kinds.iter().zip(0..) {
            elements.push(self.value(kind, depth + 1).map_err(|error| error.under(Step::Index(index)))?);
        }
        Ok(elements)
    }

    fn map(&mut self, element: &Type, depth: usize) -> Decoded<Members> {
        let length = decode::read_map_len(&mut self.rest).map_err(truncated)?;
        let mut elements = Members::new();
        for _ in 0..length {
            let key = self.text()?;
            match self.value(element, depth + 1) {
                Ok(value) => insert(&mut elements, key, value)?,
                Err(error) => return Err(error.under(Step::Key(key.to_owned()))),
            }
        }
        Ok(elements)
    }

    fn object(&mut self, kinds: &BTreeMap<String, Type>, depth: usize) -> Decoded<Members> {
        let length = decode::read_map_len(&mut self.rest).map_err(truncated)?;
        let mut attributes = Members::new();
        for _ in 0..length {
            let name = self.text()?;
            let Some(kind) = kinds.get(name) else {
                return Err(CodecError::new(Problem::UnknownAttribute(name.to_owned())));
            };
            match self.value(kind, depth + 1) {
                Ok(value) => insert(&mut attributes, name, value)?,
                Err(error) => return Err(error.under(Step::Attribute(name.to_owned()))),
            }
        }
        match kinds.keys().find(|name| !attributes.contains_key(*name)) {
            Some(missing) => Err(CodecError::new(Problem::MissingAttribute(missing.clone()))),
            None => Ok(attributes),
        }
    }
}

fn insert(members: &mut Members, name: &str, value: Value) -> Decoded<()> {
    match members.insert(name.to_owned(), value) {
        Some(_) => Err(CodecError::new(Problem::Repeated(name.to_owned()))),
        None => Ok(()),
    }
}

const fn is_extension(marker: Marker) -> bool {
    matches!(
        marker,
        Marker::FixExt1
            | Marker::FixExt2
            | Marker::FixExt4
            | Marker::FixExt8
            | Marker::FixExt16
            | Marker::Ext8
            | Marker::Ext16
            | Marker::Ext32
    )
}

const fn is_text(marker: Marker) -> bool {
    matches!(
        marker,
        Marker::FixStr(_)
            | Marker::Str8
            | Marker::Str16
            | Marker::Str32
            | Marker::Bin8
            | Marker::Bin16
            | Marker::Bin32
    )
}

const fn is_array(marker: Marker) -> bool {
    matches!(marker, Marker::FixArray(_) | Marker::Array16 | Marker::Array32)
}

const fn is_map(marker: Marker) -> bool {
    matches!(marker, Marker::FixMap(_) | Marker::Map16 | Marker::Map32)
}

/// The kind of value that a marker begins, in words.
const fn name_of(marker: Marker) -> &'static str {
    match marker {
        Marker::Null => "null",
        Marker::True | Marker::False => "bool",
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => "a map or object",
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => "a list, set or tuple",
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => "string",
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => "bytes",
        Marker::Reserved => "no msgpack",
        _ if is_extension(marker) => "unknown",
        _ => "number",
    }
}
