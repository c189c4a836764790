//! Reads a request body by the contract. Returns a fault, or the part that the service keeps.

use std::fmt;

use hyper::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use crate::arm::contract::{Member, Need, Shape};
use crate::arm::error::ArmError;
use crate::arm::id::Kind;
use crate::arm::{contract, regions};
use crate::exchange::Request;
use crate::json;

/// How to read a body.
#[derive(Clone, Copy, Debug)]
pub struct ReadOptions {
    /// Whether to refuse all that the contract refuses; otherwise unknown members are dropped and unknown
    /// words kept.
    pub strict: bool,
    /// The body of a PATCH: `location` is not needed, and a null removes a member.
    pub patch: bool,
}

/// Reads the JSON of a request.
pub fn parse(request: &Request, strict: bool) -> Result<Value, ArmError> {
    if strict {
        let media = request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let media = media.split(';').next().unwrap_or("").trim();
        if !media.eq_ignore_ascii_case("application/json") {
            return Err(ArmError::media_type(media));
        }
    }
    if request.body.is_empty() {
        return Err(ArmError::content_invalid("The request body is empty"));
    }
    json::parse(&request.body).map_err(|error| ArmError::content_invalid(&error.to_string()))
}

/// Checks a body and returns the part that the service keeps: known, writable members in their canonical
/// spelling.
pub fn read(kind: Kind, body: &Value, options: ReadOptions) -> Result<Map<String, Value>, ArmError> {
    let Value::Object(sent) = body else {
        return Err(ArmError::content_invalid("The request body is not a JSON object"));
    };
    if !options.patch {
        let location = sent.iter().find(|(name, _)| name.eq_ignore_ascii_case("location"));
        if location.is_none_or(|(_, value)| value.is_null() || value.as_str().is_some_and(str::is_empty)) {
            return Err(ArmError::location_missing());
        }
    }
    let reader = Reader { options, kind };
    let kept = reader.record(sent, contract::body(kind), &Path::Root)?;
    if options.strict {
        reader.check_regions(&kept)?;
    }
    Ok(kept)
}

struct Reader {
    options: ReadOptions,
    kind: Kind,
}

impl Reader {
    fn record(
        &self,
        sent: &Map<String, Value>,
        members: &'static [Member],
        path: &Path<'_>,
    ) -> Result<Map<String, Value>, ArmError> {
        let mut kept = Map::new();
        for (name, value) in sent {
            match members.iter().find(|member| member.name.eq_ignore_ascii_case(name)) {
                Some(member) if member.need == Need::Read => {}
                Some(_) if value.is_null() && !self.options.patch => {}
                Some(member) if value.is_null() => {
                    kept.insert(member.name.to_owned(), Value::Null);
                }
                Some(member) => {
                    let here = Path::Member(path, member.name);
                    kept.insert(member.name.to_owned(), self.value(value, &member.shape, &here)?);
                }
                None if self.options.strict => {
                    let here = Path::Member(path, name);
                    let reason = format!(
                        "Could not find member '{name}' on object of type 'ResourceDefinition'. Path '{here}'"
                    );
                    return Err(ArmError::content_invalid(&reason).at(&here.to_string()));
                }
                None => {}
            }
        }
        for member in members.iter().filter(|member| member.need == Need::Required) {
            if !self.is_waived(member.name, path) && kept.get(member.name).is_none_or(Value::is_null) {
                return Err(ArmError::member_missing(&Path::Member(path, member.name).to_string()));
            }
        }
        Ok(kept)
    }

    /// A PATCH has no `location`. Its `properties` has PUT's type, including required members; only the
    /// strict reading insists on those.
    fn is_waived(&self, name: &str, path: &Path<'_>) -> bool {
        self.options.patch
            && match path {
                Path::Root => name == "location" || name == "properties",
                Path::Member(Path::Root, "properties") => !self.options.strict,
                _ => false,
            }
    }

    fn value(&self, value: &Value, shape: &'static Shape, path: &Path<'_>) -> Result<Value, ArmError> {
        match (shape, value) {
            (Shape::Anything, value) => Ok(value.clone()),
            (Shape::Text, Value::String(_)) | (Shape::Flag, Value::Bool(_)) => Ok(value.clone()),
            (Shape::Whole, Value::Number(number)) if number.is_i64() => Ok(value.clone()),
            (Shape::Word(words), Value::String(word)) => self.word(word, words, path),
            (Shape::Texts, Value::Object(texts)) => Self::texts(texts, path),
            (Shape::List(item), Value::Array(items)) => items
                .iter()
                .enumerate()
                .map(|(at, value)| self.value(value, item, &Path::Item(path, at)))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::Array),
            (Shape::Record(members), Value::Object(sent)) => {
                self.record(sent, members, path).map(Value::Object)
            }
            _ => {
                let reason = format!(
                    "Error converting value of type {} to {}. Path '{path}'",
                    type_of(value),
                    expected(shape)
                );
                Err(ArmError::content_invalid(&reason).at(&path.to_string()))
            }
        }
    }

    fn word(&self, word: &str, words: &[&'static str], path: &Path<'_>) -> Result<Value, ArmError> {
        match words.iter().find(|known| known.eq_ignore_ascii_case(word)) {
            Some(known) => Ok(Value::String((*known).to_owned())),
            None if self.options.strict => {
                let reason = format!("'{word}' is none of: {}.", words.join(", "));
                Err(ArmError::member_invalid(&path.to_string(), &reason))
            }
            None => Ok(Value::String(word.to_owned())),
        }
    }

    fn texts(texts: &Map<String, Value>, path: &Path<'_>) -> Result<Value, ArmError> {
        match texts.iter().find(|(_, value)| !value.is_string()) {
            None => Ok(Value::Object(texts.clone())),
            Some((name, value)) => {
                let here = Path::Member(path, name);
                let reason =
                    format!("Error converting value of type {} to a string. Path '{here}'", type_of(value));
                Err(ArmError::content_invalid(&reason).at(&here.to_string()))
            }
        }
    }

    fn check_regions(&self, kept: &Map<String, Value>) -> Result<(), ArmError> {
        if let Some(location) = kept.get("location").and_then(Value::as_str)
            && !regions::exists(location)
        {
            return Err(ArmError::location_unavailable(location, self.kind.type_name()));
        }
        let targets = kept.get("properties").and_then(|properties| properties.get("targetLocations"));
        let mut seen = Vec::new();
        for target in targets.and_then(Value::as_array).into_iter().flatten() {
            let name = target.get("name").and_then(Value::as_str).unwrap_or_default();
            let normal = regions::normal(name);
            if !regions::exists(name) {
                return Err(ArmError::member_invalid(
                    "targetLocations",
                    &format!("'{name}' is not a region."),
                ));
            }
            if seen.contains(&normal) {
                return Err(ArmError::member_invalid(
                    "targetLocations",
                    &format!("'{name}' is listed twice."),
                ));
            }
            seen.push(normal);
        }
        Ok(())
    }
}

/// A path in the body. Its text is built only for an error, since bodies are large.
#[derive(Debug)]
enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(Path::Root, name) => f.write_str(name),
            Self::Member(parent, name) => write!(f, "{parent}.{name}"),
            Self::Item(parent, at) => write!(f, "{parent}[{at}]"),
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "Boolean",
        Value::Number(_) => "number",
        Value::String(_) => "String",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn expected(shape: &Shape) -> &'static str {
    match shape {
        Shape::Text | Shape::Word(_) => "a string",
        Shape::Whole => "an integer",
        Shape::Flag => "a boolean",
        Shape::Texts => "an object of strings",
        Shape::List(_) => "a list",
        Shape::Record(_) | Shape::Anything => "an object",
    }
}

#[cfg(test)]
mod tests;
