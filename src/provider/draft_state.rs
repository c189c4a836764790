//! A planned state in the making: the configuration, with what the provider decides put over it.

use crate::plugin::value::Members;
use crate::plugin::{Diagnostic, Failure, Value};

/// A planned state in the making.
#[derive(Debug)]
pub struct DraftState {
    config: Value,
    /// What is planned otherwise than it is configured.
    decided: Members,
}

impl DraftState {
    /// Begins with a configuration.
    ///
    /// # Errors
    /// When it is no object, which the schema rules out.
    pub fn new(config: Value) -> Result<Self, Failure> {
        match &config {
            Value::Object(_) => Ok(Self { config, decided: Members::new() }),
            _ => Err(Diagnostic::error("Unexpected configuration", "The configuration is no object.").into()),
        }
    }

    /// The configuration.
    #[must_use]
    pub const fn config(&self) -> &Value {
        &self.config
    }

    /// What the configuration says of an attribute.
    #[must_use]
    pub fn configured(&self, name: &str) -> Value {
        self.config.get(name).cloned().unwrap_or(Value::Null)
    }

    /// What is planned for an attribute so far.
    #[must_use]
    pub fn planned(&self, name: &str) -> Value {
        self.decided.get(name).or_else(|| self.config.get(name)).cloned().unwrap_or(Value::Null)
    }

    /// Plans an attribute.
    pub fn set(&mut self, name: &str, value: Value) {
        self.decided.insert(name.to_owned(), value);
    }

    /// Plans an attribute that the configuration leaves out.
    pub fn set_unless_configured(&mut self, name: &str, value: Value) {
        if self.config.get(name).is_none_or(Value::is_null) {
            self.set(name, value);
        }
    }

    /// The planned state.
    #[must_use]
    pub fn finish(self) -> Value {
        let mut planned = match self.config {
            Value::Object(attributes) => attributes,
            _ => Members::new(),
        };
        for (name, value) in self.decided {
            planned.insert(name, value);
        }
        Value::Object(planned)
    }
}
