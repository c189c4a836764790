//! Members of an object argument with optional parts.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use crate::allowlist::nearest;
use crate::plugin::function::FunctionError;

/// The members of one argument, read by name.
#[derive(Debug)]
pub struct Options {
    members: Map<String, Json>,
    argument: i64,
}

impl Options {
    /// Reads an argument that is null or an object of known members.
    ///
    /// # Errors
    /// If it is something else, or has an unknown member; the error names the nearest known one.
    pub fn new(json: Json, argument: i64, what: &str, known: &[&'static str]) -> Result<Self, FunctionError> {
        let members = match json {
            Json::Object(members) => members,
            Json::Null => Map::new(),
            _ => return Err(FunctionError::argument(argument, format!("The {what} must be an object."))),
        };
        if let Some(unknown) = members.keys().find(|name| !known.contains(&name.as_str())) {
            let near = nearest(unknown, known.iter().copied());
            let hint = near.map_or_else(String::new, |near| format!(" Did you mean `{near}`?"));
            return Err(FunctionError::argument(
                argument,
                format!("`{unknown}` is not a known member of the {what}.{hint}"),
            ));
        }
        Ok(Self { members, argument })
    }

    /// An error about this argument.
    #[must_use]
    pub fn wrong(&self, text: impl Into<String>) -> FunctionError {
        FunctionError::argument(self.argument, text)
    }

    /// A text, if it is set.
    ///
    /// # Errors
    /// If it is not a text.
    pub fn text(&self, name: &str) -> Result<Option<String>, FunctionError> {
        match self.members.get(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.wrong(format!("`{name}` must be a string."))),
        }
    }

    /// A boolean; false if it is not set.
    ///
    /// # Errors
    /// If it is not a boolean.
    pub fn flag(&self, name: &str) -> Result<bool, FunctionError> {
        match self.members.get(name) {
            None | Some(Json::Null) => Ok(false),
            Some(Json::Bool(flag)) => Ok(*flag),
            // Terraform converts "true" to true for a boolean parameter; do so here as well.
            Some(Json::String(text)) if text == "true" || text == "false" => Ok(text == "true"),
            Some(_) => Err(self.wrong(format!("`{name}` must be true or false."))),
        }
    }

    /// A list of texts; empty if it is not set.
    ///
    /// # Errors
    /// If it is not a list of texts.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, FunctionError> {
        let wrong = || self.wrong(format!("`{name}` must be a list of strings."));
        match self.members.get(name) {
            None | Some(Json::Null) => Ok(Vec::new()),
            Some(Json::Array(texts)) => {
                texts.iter().map(|text| text.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
            }
            Some(_) => Err(wrong()),
        }
    }

    /// The same as a set.
    ///
    /// # Errors
    /// If it is not a list of texts.
    pub fn set(&self, name: &str) -> Result<BTreeSet<String>, FunctionError> {
        Ok(self.texts(name)?.into_iter().collect())
    }

    /// One of a few words, in any case; `None` if it is not set.
    ///
    /// # Errors
    /// If it is none of them.
    pub fn word<T: std::str::FromStr<Err = E>, E: std::fmt::Display>(
        &self,
        name: &str,
    ) -> Result<Option<T>, FunctionError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        text.parse().map(Some).map_err(|error| {
            self.wrong(crate::provider::checks::with_full_stop(&format!("`{name}`: {error}")))
        })
    }
}
