//! From JSON to a value, checked against its type on the way.

use std::collections::BTreeMap;

use super::reader::{Kind, Reader};
use crate::plugin::path::Step;
use crate::plugin::types::Type;
use crate::plugin::value::error::{CodecError, Problem};
use crate::plugin::value::limits::Budget;
use crate::plugin::value::{Members, Name, Number, Value};

/// Decodes one value of this type; nothing may follow it. An object must have exactly the attributes of its type.
///
/// # Errors
/// When the text is no JSON, or holds a value that does not conform to the type; the error knows where.
pub fn decode(text: &[u8], kind: &Type) -> Result<Value, CodecError> {
    run(text, kind, false)
}

/// Decodes a stored state, which may come from an earlier or later build of the same schema version: attributes
/// that the type does not have are dropped, those it has and the state has not are null.
///
/// # Errors
/// As [`decode`], but for missing and unknown attributes.
pub fn decode_stored(text: &[u8], kind: &Type) -> Result<Value, CodecError> {
    run(text, kind, true)
}

fn run(text: &[u8], kind: &Type, lenient: bool) -> Result<Value, CodecError> {
    let mut decoder = Decoder { reader: Reader::new(text), budget: Budget::new(), lenient };
    let value = decoder.value(kind, 0)?;
    if decoder.reader.is_at_end() { Ok(value) } else { Err(CodecError::new(Problem::TrailingBytes)) }
}

struct Decoder<'a> {
    reader: Reader<'a>,
    budget: Budget,
    lenient: bool,
}

type Decoded<T> = Result<T, CodecError>;

impl<'a> Decoder<'a> {
    fn value(&mut self, kind: &Type, depth: usize) -> Decoded<Value> {
        self.budget.take(depth)?;
        let found = self.reader.kind()?;
        match (kind, found) {
            (_, Kind::Null) => self.reader.null().map(|()| Value::Null),
            (Type::Bool, _) => self.bool(found).map(Value::Bool),
            (Type::Number, _) => self.number(found).map(Value::Number),
            (Type::String, _) => self.string(found).map(Value::String),
            (Type::Dynamic, Kind::Object) => self.dynamic(depth),
            (Type::List(element), Kind::Array) => self.list(element, depth).map(Value::List),
            (Type::Set(element), Kind::Array) => self.set(element, depth).map(Value::Set),
            (Type::Tuple(kinds), Kind::Array) => self.tuple(kinds, depth).map(Value::Tuple),
            (Type::Map(element), Kind::Object) => self.map(element, depth).map(Value::Map),
            (Type::Object(kinds), Kind::Object) => self.object(kinds, depth).map(Value::Object),
            _ => Err(CodecError::mismatch(kind, found.name())),
        }
    }

    // cty reads a primitive value from the JSON of another one where nothing is lost; so do the next three.

    fn bool(&mut self, found: Kind) -> Decoded<bool> {
        match found {
            Kind::Bool => self.reader.bool(),
            Kind::String => match self.reader.string()?.as_ref() {
                "true" | "1" => Ok(true),
                "false" | "0" => Ok(false),
                _ => Err(CodecError::mismatch(Type::Bool, found.name())),
            },
            _ => Err(CodecError::mismatch(Type::Bool, found.name())),
        }
    }

    fn number(&mut self, found: Kind) -> Decoded<Number> {
        let parsed = match found {
            Kind::Number => Number::parse(self.reader.number()?),
            Kind::String => Number::parse(&self.reader.string()?),
            _ => return Err(CodecError::mismatch(Type::Number, found.name())),
        };
        parsed.ok_or_else(|| CodecError::new(Problem::NotANumber))
    }

    fn string(&mut self, found: Kind) -> Decoded<String> {
        match found {
            Kind::String => self.reader.string().map(std::borrow::Cow::into_owned),
            Kind::Number => self.reader.number().map(str::to_owned),
            Kind::Bool => self.reader.bool().map(|value| value.to_string()),
            _ => Err(CodecError::mismatch(Type::String, found.name())),
        }
    }

    fn dynamic(&mut self, depth: usize) -> Decoded<Value> {
        let (mut kind, mut value) = (None, None);
        let mut more = self.reader.open_object()?;
        while more {
            match self.reader.key()?.as_ref() {
                "type" => kind = Some(self.reader.skip()?),
                "value" => value = Some(self.reader.skip()?),
                _ => return Err(not_dynamic()),
            }
            more = self.reader.next_key()?;
        }
        let (Some(json), Some(text)) = (kind, value) else {
            return Err(not_dynamic());
        };
        self.budget.take_type(json)?;
        let kind = Type::from_json(json).map_err(|_| CodecError::new(Problem::BadType))?;

        // The value may stand before its type, so it was passed over and is read now, from the same text.
        let after = std::mem::replace(&mut self.reader, Reader::new(text));
        let value = self.value(&kind, depth + 1)?;
        self.reader = after;
        if kind == Type::Dynamic { Ok(value) } else { Ok(Value::Dynamic(Box::new((kind, value)))) }
    }

    fn list(&mut self, element: &Type, depth: usize) -> Decoded<Vec<Value>> {
        let mut elements = Vec::new();
        let mut index = 0;
        let mut more = self.reader.open_array()?;
        while more {
            elements.push(self.value(element, depth + 1).map_err(|error| error.under(Step::Index(index)))?);
            index += 1;
            more = self.reader.next_element()?;
        }
        Ok(elements)
    }

    fn set(&mut self, element: &Type, depth: usize) -> Decoded<Vec<Value>> {
        let mut elements = Vec::new();
        let mut more = self.reader.open_array()?;
        while more {
            elements.push(self.value(element, depth + 1).map_err(CodecError::in_set)?);
            more = self.reader.next_element()?;
        }
        Ok(elements)
    }

    fn tuple(&mut self, kinds: &[Type], depth: usize) -> Decoded<Vec<Value>> {
        let wrong_length = || {
            let expected = format!("tuple of {} elements", kinds.len());
            CodecError::mismatch(expected, "a tuple of another length")
        };
        let mut elements = Vec::with_capacity(kinds.len());
        let mut more = self.reader.open_array()?;
        for (kind, index) in kinds.iter().zip(0..) {
            if !more {
                return Err(wrong_length());
            }
            elements.push(self.value(kind, depth + 1).map_err(|error| error.under(Step::Index(index)))?);
            more = self.reader.next_element()?;
        }
        if more { Err(wrong_length()) } else { Ok(elements) }
    }

    fn map(&mut self, element: &Type, depth: usize) -> Decoded<Members> {
        let mut elements = Vec::new();
        let mut more = self.reader.open_object()?;
        while more {
            let key = self.reader.key()?.into_owned();
            match self.value(element, depth + 1) {
                Ok(value) => elements.push((key.into(), value)),
                Err(error) => return Err(error.under(Step::Key(key))),
            }
            more = self.reader.next_key()?;
        }
        self.members(elements)
    }

    fn object(&mut self, kinds: &BTreeMap<Name, Type>, depth: usize) -> Decoded<Members> {
        let mut attributes = Vec::with_capacity(kinds.len());
        let mut more = self.reader.open_object()?;
        while more {
            let name = self.reader.key()?;
            match kinds.get_key_value(&*name) {
                Some((name, kind)) => {
                    let value = self.value(kind, depth + 1);
                    let value = value.map_err(|error| error.under(Step::Attribute(name.to_string())))?;
                    attributes.push((name.clone(), value));
                }
                None if self.lenient => drop(self.reader.skip()?),
                None => return Err(CodecError::new(Problem::UnknownAttribute(name.into_owned()))),
            }
            more = self.reader.next_key()?;
        }
        let mut attributes = self.members(attributes)?;
        if attributes.len() < kinds.len() {
            let missing: Vec<_> = kinds.keys().filter(|name| !attributes.contains_key(name)).collect();
            if let (Some(name), false) = (missing.first(), self.lenient) {
                return Err(CodecError::new(Problem::MissingAttribute(name.to_string())));
            }
            attributes.extend(missing.into_iter().map(|name| (name.clone(), Value::Null)));
        }
        Ok(attributes)
    }

    /// The last of equal keys counts in a stored state, as for every reader of JSON; elsewhere they are an error.
    fn members(&self, members: Vec<(Name, Value)>) -> Decoded<Members> {
        if self.lenient {
            return Ok(members.into_iter().collect());
        }
        Members::distinct(members).map_err(|name| CodecError::new(Problem::Repeated(name.to_string())))
    }
}

fn not_dynamic() -> CodecError {
    CodecError::new(Problem::Malformed("a value of any type is an object of \"type\" and \"value\""))
}
