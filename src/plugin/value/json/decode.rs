//! Decodes JSON to a value, checked against its type.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::plugin::path::Step;
use crate::plugin::types::Type;
use crate::plugin::value::error::{CodecError, Problem};
use crate::plugin::value::limits::Budget;
use crate::plugin::value::{Members, Number, Value};

/// Decodes one value of this type; nothing may follow it. An object must have exactly the attributes of its type.
///
/// # Errors
/// If the text is not JSON, or contains a value that does not conform to the type; the error has its place.
pub fn decode(text: &[u8], kind: &Type) -> Result<Value, CodecError> {
    decode_with(text, kind, false)
}

/// Decodes a stored state, which may come from an earlier or later build of the same schema version:
/// attributes that the type does not have are dropped, and missing ones are null.
///
/// # Errors
/// As [`decode`], except for missing and unknown attributes.
pub fn decode_stored(text: &[u8], kind: &Type) -> Result<Value, CodecError> {
    decode_with(text, kind, true)
}

fn decode_with(text: &[u8], kind: &Type, lenient: bool) -> Result<Value, CodecError> {
    let text = std::str::from_utf8(text).map_err(|_| CodecError::new(Problem::NotUtf8))?;
    let whole: &RawValue = serde_json::from_str(text).map_err(broken)?;
    Decoder { budget: Budget::new(), lenient }.value(whole.get(), kind, 0)
}

struct Decoder {
    budget: Budget,
    lenient: bool,
}

type Decoded<T> = Result<T, CodecError>;

impl Decoder {
    /// Decodes the text of one value, without surrounding white space.
    fn value(&mut self, text: &str, kind: &Type, depth: usize) -> Decoded<Value> {
        self.budget.take(depth)?;
        match (kind, text.as_bytes().first()) {
            (_, Some(b'n')) => Ok(Value::Null),
            (Type::Bool | Type::Number | Type::String, Some(b'[' | b'{')) => Err(mismatch(kind, text)),
            (Type::Bool, _) => bool(text).map(Value::Bool),
            (Type::Number, _) => number(text).map(Value::Number),
            (Type::String, _) => string(text).map(Value::String),
            (Type::Dynamic, Some(b'{')) => self.dynamic(text, depth),
            (Type::List(element), Some(b'[')) => self.list(text, element, depth).map(Value::List),
            (Type::Set(element), Some(b'[')) => self.set(text, element, depth).map(Value::Set),
            (Type::Tuple(kinds), Some(b'[')) => self.tuple(text, kinds, depth).map(Value::Tuple),
            (Type::Map(element), Some(b'{')) => self.map(text, element, depth).map(Value::Map),
            (Type::Object(kinds), Some(b'{')) => self.object(text, kinds, depth).map(Value::Object),
            _ => Err(mismatch(kind, text)),
        }
    }

    fn dynamic(&mut self, text: &str, depth: usize) -> Decoded<Value> {
        let not_dynamic = || {
            CodecError::new(Problem::Malformed("a value of any type is an object of \"type\" and \"value\""))
        };
        let (mut kind, mut value) = (None, None);
        for_each_part(text, &mut |key, part| {
            match key.as_str() {
                "type" => kind = Some(part),
                "value" => value = Some(part),
                _ => return Err(not_dynamic()),
            }
            Ok(())
        })?;
        let (Some(json), Some(value)) = (kind, value) else { return Err(not_dynamic()) };
        self.budget.take_type(json.as_bytes())?;
        let kind = Type::from_json(json.as_bytes()).map_err(|_| CodecError::new(Problem::BadType))?;
        let value = self.value(value, &kind, depth + 1)?;
        if kind == Type::Dynamic { Ok(value) } else { Ok(Value::Dynamic(Box::new((kind, value)))) }
    }

    fn list(&mut self, text: &str, element: &Type, depth: usize) -> Decoded<Vec<Value>> {
        let mut elements = Vec::new();
        for_each_part(text, &mut |_, part| {
            let index = i64::try_from(elements.len()).unwrap_or(i64::MAX);
            let value = self.value(part, element, depth + 1);
            elements.push(value.map_err(|error| error.under(Step::Index(index)))?);
            Ok(())
        })?;
        Ok(elements)
    }

    fn set(&mut self, text: &str, element: &Type, depth: usize) -> Decoded<Vec<Value>> {
        let mut elements = Vec::new();
        for_each_part(text, &mut |_, part| {
            elements.push(self.value(part, element, depth + 1).map_err(CodecError::in_set)?);
            Ok(())
        })?;
        Ok(elements)
    }

    fn tuple(&mut self, text: &str, kinds: &[Type], depth: usize) -> Decoded<Vec<Value>> {
        let wrong_length = || {
            let expected = format!("tuple of {} elements", kinds.len());
            CodecError::mismatch(expected, "a tuple of another length")
        };
        let mut expected = kinds.iter().zip(0..);
        let mut elements = Vec::with_capacity(kinds.len());
        for_each_part(text, &mut |_, part| {
            let (kind, index) = expected.next().ok_or_else(wrong_length)?;
            let value = self.value(part, kind, depth + 1);
            elements.push(value.map_err(|error| error.under(Step::Index(index)))?);
            Ok(())
        })?;
        if elements.len() == kinds.len() { Ok(elements) } else { Err(wrong_length()) }
    }

    fn map(&mut self, text: &str, element: &Type, depth: usize) -> Decoded<Members> {
        let mut elements = Members::new();
        for_each_part(text, &mut |key, part| match self.value(part, element, depth + 1) {
            Ok(value) => self.insert(&mut elements, key, value),
            Err(error) => Err(error.under(Step::Key(key))),
        })?;
        Ok(elements)
    }

    fn object(&mut self, text: &str, kinds: &BTreeMap<String, Type>, depth: usize) -> Decoded<Members> {
        let mut attributes = Members::new();
        for_each_part(text, &mut |name, part| match kinds.get(&name) {
            Some(kind) => match self.value(part, kind, depth + 1) {
                Ok(value) => self.insert(&mut attributes, name, value),
                Err(error) => Err(error.under(Step::Attribute(name))),
            },
            None if self.lenient => Ok(()),
            None => Err(CodecError::new(Problem::UnknownAttribute(name))),
        })?;
        for name in kinds.keys() {
            if !attributes.contains_key(name) {
                if !self.lenient {
                    return Err(CodecError::new(Problem::MissingAttribute(name.clone())));
                }
                attributes.insert(name.clone(), Value::Null);
            }
        }
        Ok(attributes)
    }

    /// In a stored state the last of equal keys counts, as for every JSON reader; elsewhere they are an
    /// error.
    fn insert(&self, members: &mut Members, name: String, value: Value) -> Decoded<()> {
        if !self.lenient && members.contains_key(&name) {
            return Err(CodecError::new(Problem::Repeated(name)));
        }
        members.insert(name, value);
        Ok(())
    }
}

// cty converts a primitive value from the JSON of another one if nothing is lost; so do the next three.

fn bool(text: &str) -> Decoded<bool> {
    match text {
        "true" | "\"true\"" | "\"1\"" => Ok(true),
        "false" | "\"false\"" | "\"0\"" => Ok(false),
        _ => Err(mismatch(&Type::Bool, text)),
    }
}

fn number(text: &str) -> Decoded<Number> {
    let parsed = match text.as_bytes().first() {
        Some(b't' | b'f') => return Err(mismatch(&Type::Number, text)),
        Some(b'"') => Number::parse(&string(text)?),
        _ => Number::parse(text),
    };
    parsed.ok_or_else(|| CodecError::new(Problem::NotANumber))
}

fn string(text: &str) -> Decoded<String> {
    if text.starts_with('"') { serde_json::from_str(text).map_err(broken) } else { Ok(text.to_owned()) }
}

fn mismatch(kind: &Type, text: &str) -> CodecError {
    let found = match text.as_bytes().first() {
        Some(b't' | b'f') => "bool",
        Some(b'"') => "string",
        Some(b'[') => "an array",
        Some(b'{') => "an object",
        _ => "number",
    };
    CodecError::mismatch(kind, found)
}

fn broken(error: serde_json::Error) -> CodecError {
    CodecError::new(if error.is_eof() { Problem::Truncated } else { Problem::Malformed("it is not JSON") })
}

/// The callback for each part of an array or object: with its key (empty in an array) and its text.
type PartCallback<'e, 'a> = &'e mut dyn FnMut(String, &'a str) -> Decoded<()>;

/// Walks over an array or object. The parts are checked no further than needed to find their ends.
fn for_each_part<'a>(text: &'a str, each: PartCallback<'_, 'a>) -> Decoded<()> {
    let mut failure = None;
    let visited =
        serde_json::Deserializer::from_str(text).deserialize_any(PartVisitor { each, failure: &mut failure });
    match failure {
        Some(failure) => Err(failure),
        None => visited.map_err(broken),
    }
}

struct PartVisitor<'e, 'a> {
    each: PartCallback<'e, 'a>,
    failure: &'e mut Option<CodecError>,
}

impl<'a> PartVisitor<'_, 'a> {
    fn part<E: serde::de::Error>(&mut self, key: String, part: &'a RawValue) -> Result<(), E> {
        (self.each)(key, part.get()).map_err(|failure| {
            *self.failure = Some(failure);
            E::custom("the walk ends here")
        })
    }
}

impl<'a> Visitor<'a> for PartVisitor<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array or object")
    }

    fn visit_seq<A: SeqAccess<'a>>(mut self, mut elements: A) -> Result<(), A::Error> {
        while let Some(part) = elements.next_element()? {
            self.part(String::new(), part)?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut members: A) -> Result<(), A::Error> {
        while let Some((key, part)) = members.next_entry()? {
            self.part(key, part)?;
        }
        Ok(())
    }
}
