//! The members of a JSON object, by name. An unknown name is a typing mistake, and dropping it would drop
//! what it was meant to set. Azure Resource Manager reads names in any case, and PowerShell prints them
//! capitalised, so the reader of its shape ignores case.

use serde_json::{Map, Value};

use super::super::nearest;

/// Why a document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", if .at.is_empty() { String::new() } else { format!("{}: ", .at) })]
pub struct InvalidDocument {
    /// The place, as in `rules.privileges[2]`; empty for the document as a whole.
    pub at: String,
    /// The fault.
    pub reason: String,
}

impl InvalidDocument {
    pub(crate) fn new(at: impl Into<String>, reason: impl ToString) -> Self {
        Self { at: at.into(), reason: reason.to_string() }
    }
}

/// An object with only known members, under their known names.
#[derive(Debug)]
pub(super) struct Members<'v> {
    at: String,
    found: Vec<(&'static str, &'v Value)>,
}

impl<'v> Members<'v> {
    /// Reads an object whose names are written exactly so.
    pub(super) fn exact(value: &'v Value, at: &str, known: &[&'static str]) -> Result<Self, InvalidDocument> {
        Self::read(value, at, known, |one, other| one == other)
    }

    /// Reads an object whose names are written in any case.
    pub(super) fn in_any_case(
        value: &'v Value,
        at: &str,
        known: &[&'static str],
    ) -> Result<Self, InvalidDocument> {
        Self::read(value, at, known, str::eq_ignore_ascii_case)
    }

    fn read(
        value: &'v Value,
        at: &str,
        known: &[&'static str],
        same: fn(&str, &str) -> bool,
    ) -> Result<Self, InvalidDocument> {
        let mut found: Vec<(&'static str, &'v Value)> = Vec::new();
        for (name, value) in object(value, at)? {
            let Some(known) = known.iter().find(|known| same(known, name)) else {
                return Err(InvalidDocument::new(at, unknown(name, known)));
            };
            if value.is_null() {
                continue;
            }
            if found.iter().any(|(earlier, _)| earlier == known) {
                return Err(InvalidDocument::new(at, format!("`{known}` is set twice, in two spellings")));
            }
            found.push((known, value));
        }
        Ok(Self { at: at.to_owned(), found })
    }

    /// A member; nothing if it is absent or null.
    pub(super) fn get(&self, name: &str) -> Option<&'v Value> {
        self.found.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// A member that is a text.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, InvalidDocument> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(InvalidDocument::new(self.path_to(name), "must be a string")),
        }
    }

    /// The names of a list or set; none if it is absent.
    pub(super) fn names<C: FromIterator<String>>(&self, name: &str) -> Result<C, InvalidDocument> {
        let wrong = || InvalidDocument::new(self.path_to(name), "must be a list of names");
        let Some(value) = self.get(name) else { return Ok(C::from_iter([])) };
        let elements = value.as_array().ok_or_else(wrong)?;
        elements.iter().map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
    }

    /// The members under their known names.
    pub(super) fn into_object(self) -> Value {
        let member = |(name, value): (&'static str, &Value)| (name.to_owned(), value.clone());
        Value::Object(self.found.into_iter().map(member).collect())
    }

    pub(super) fn path_to(&self, name: &str) -> String {
        if self.at.is_empty() { name.to_owned() } else { format!("{}.{name}", self.at) }
    }
}

/// Whether an object has a member of this name, in any case, even if it is null.
pub(super) fn has(object: &Map<String, Value>, name: &str) -> bool {
    object.keys().any(|one| one.eq_ignore_ascii_case(name))
}

pub(super) fn object<'v>(value: &'v Value, at: &str) -> Result<&'v Map<String, Value>, InvalidDocument> {
    value.as_object().ok_or_else(|| InvalidDocument::new(at, "must be an object"))
}

/// The error for an unknown name. It offers the nearest known one, ignoring underscores.
pub(super) fn unknown(name: &str, known: &[&'static str]) -> String {
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let same = known.iter().copied().find(|known| plain(known) == plain(name));
    match same.or_else(|| nearest(name, known.iter().copied())) {
        Some(near) => format!("`{name}` is not a known member; did you mean `{near}`?"),
        None => {
            let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
            format!("`{name}` is not a known member; known are {}", known.join(", "))
        }
    }
}
