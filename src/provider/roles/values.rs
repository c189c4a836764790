//! Values and attributes that the data sources about roles share.

use crate::plugin::schema::Attribute;
use crate::plugin::{Type, Value};

/// Names as a set of text, in order and each once.
#[must_use]
pub fn set<T: Into<String>>(names: impl IntoIterator<Item = T>) -> Value {
    let mut names: Vec<String> = names.into_iter().map(Into::into).collect();
    names.sort();
    names.dedup();
    Value::Set(names.into_iter().map(Value::from).collect())
}

/// Names as a list of text, as they come.
#[must_use]
pub fn list<T: Into<String>>(names: impl IntoIterator<Item = T>) -> Value {
    Value::List(names.into_iter().map(|name| Value::from(name.into())).collect())
}

/// A count.
#[must_use]
pub fn count(number: usize) -> Value {
    Value::from(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The texts of an attribute that holds several; `None` when it is not set. Nulls are left out.
#[must_use]
pub fn texts(config: &Value, name: &str) -> Option<Vec<String>> {
    match config.get(name)? {
        Value::List(elements) | Value::Set(elements) => {
            Some(elements.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        _ => None,
    }
}

/// A computed attribute.
#[must_use]
pub fn computed(name: &'static str, kind: Type, description: &'static str) -> Attribute {
    Attribute::new(name, kind, description).computed()
}
