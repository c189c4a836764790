//! The arguments of a call.

use serde_json::Value as Json;

use super::json;
use crate::plugin::Value;
use crate::plugin::function::FunctionError;

/// The arguments of a call, read in order.
#[derive(Debug)]
pub struct Arguments {
    remaining: std::vec::IntoIter<Value>,
    /// How many were read.
    read: i64,
}

impl Arguments {
    /// Reads the arguments of a call.
    #[must_use]
    pub fn new(arguments: Vec<Value>) -> Self {
        Self { remaining: arguments.into_iter(), read: 0 }
    }

    /// An error about the argument that was read last.
    #[must_use]
    pub fn error(&self, text: impl Into<String>) -> FunctionError {
        FunctionError::argument(self.read - 1, text)
    }

    /// The next argument.
    ///
    /// # Errors
    /// If the host sent fewer arguments; Terraform always sends all of them.
    pub fn value(&mut self) -> Result<Value, FunctionError> {
        self.read += 1;
        self.remaining.next().ok_or_else(|| self.error("The argument is missing."))
    }

    /// The optional last argument, as JSON; null if it is omitted.
    ///
    /// # Errors
    /// With this text, if there is more than one.
    pub fn optional(&mut self, only_one: &str) -> Result<Json, FunctionError> {
        let value = self.remaining.next().map_or(Json::Null, |value| json::from_value(&value));
        match self.remaining.next() {
            None => Ok(value),
            Some(_) => Err(FunctionError::argument(self.read + 1, only_one)),
        }
    }

    /// The next argument as JSON; text is decoded, as from `file("role.json")`.
    ///
    /// # Errors
    /// If text is not JSON.
    pub fn document(&mut self) -> Result<Json, FunctionError> {
        match json::from_value(&self.value()?) {
            Json::String(text) => serde_json::from_str(&text)
                .map_err(|error| self.error(format!("The text is not JSON: {error}."))),
            other => Ok(other),
        }
    }

    /// The next argument, a text.
    ///
    /// # Errors
    /// If the host sent something else.
    pub fn text(&mut self) -> Result<String, FunctionError> {
        match self.value()? {
            Value::String(text) => Ok(text),
            _ => Err(self.error("Text is expected.")),
        }
    }

    /// The next argument, a list of texts.
    ///
    /// # Errors
    /// If an element is null.
    pub fn texts(&mut self) -> Result<Vec<String>, FunctionError> {
        let (Value::List(elements) | Value::Set(elements) | Value::Tuple(elements)) = self.value()? else {
            return Err(self.error("A list of text is expected."));
        };
        let text = |(index, element)| match element {
            Value::String(text) => Ok(text),
            _ => Err(self.error(format!("The element at {index} is null."))),
        };
        elements.into_iter().enumerate().map(text).collect()
    }
}
