//! Where a setting comes from: an argument, else the first environment variable that is set.

use std::fmt;

use crate::plugin::{Diagnostic, Path, Value};

/// The process's environment, or a test's.
pub trait Variables {
    /// The variable's value; unset and empty are the same.
    fn get(&self, name: &str) -> Option<String>;
}

/// The environment of this process.
#[derive(Clone, Copy, Debug)]
pub struct ProcessVariables;

impl Variables for ProcessVariables {
    fn get(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }
}

/// Where a setting was found; shown in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An argument of the provider block.
    Argument(Path),
    /// An environment variable.
    Variable(&'static str),
}

impl Source {
    /// The diagnostic, on the argument where it is one.
    #[must_use]
    pub fn blame(&self, diagnostic: Diagnostic) -> Diagnostic {
        match self {
            Self::Argument(path) => diagnostic.at(path.clone()),
            Self::Variable(_) => diagnostic,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(path) => write!(f, "argument `{path}`"),
            Self::Variable(name) => write!(f, "environment variable {name}"),
        }
    }
}

/// A setting with its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// Where it was found.
    pub source: Source,
}

/// Looks settings up.
pub struct Lookup<'a> {
    config: &'a Value,
    variables: &'a dyn Variables,
}

impl fmt::Debug for Lookup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the block nor the environment: both hold secrets.
        f.write_str("Lookup")
    }
}

impl<'a> Lookup<'a> {
    /// Looks into this block first, then into these variables.
    #[must_use]
    pub fn new(config: &'a Value, variables: &'a dyn Variables) -> Self {
        Self { config, variables }
    }

    fn argument(&self, path: &Path) -> Option<&Value> {
        let found = path.steps().iter().try_fold(self.config, |value, step| match step {
            crate::plugin::Step::Attribute(name) => value.get(name),
            _ => None,
        });
        found.filter(|value| !value.is_null() && !value.is_unknown())
    }

    /// A text. An empty argument counts as not set, as an empty variable does.
    #[must_use]
    pub fn text(&self, path: &Path, variable: &'static str) -> Option<Found<String>> {
        if let Some(text) = self.argument(path).and_then(Value::as_str).filter(|text| !text.is_empty()) {
            return Some(Found { value: text.to_owned(), source: Source::Argument(path.clone()) });
        }
        let value = self.variables.get(variable)?;
        Some(Found { value, source: Source::Variable(variable) })
    }

    /// A yes or no.
    ///
    /// # Errors
    /// When the variable holds neither, naming it: a misspelt "yes" must not count as no.
    pub fn flag(&self, path: &Path, variable: &'static str) -> Result<Option<Found<bool>>, Diagnostic> {
        if let Some(Value::Bool(value)) = self.argument(path) {
            return Ok(Some(Found { value: *value, source: Source::Argument(path.clone()) }));
        }
        let Some(text) = self.variables.get(variable) else { return Ok(None) };
        let value = match text.trim().to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" => true,
            "0" | "false" | "no" => false,
            _ => {
                return Err(Diagnostic::error(
                    "Invalid environment variable",
                    format!("{variable} is {text:?}, which is neither yes nor no. Write `true` or `false`."),
                ));
            }
        };
        Ok(Some(Found { value, source: Source::Variable(variable) }))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    impl Variables for BTreeMap<&str, &str> {
        fn get(&self, name: &str) -> Option<String> {
            Self::get(self, name).map(|value| (*value).to_owned()).filter(|value| !value.is_empty())
        }
    }

    #[test]
    fn an_argument_comes_before_the_environment() {
        let config = Value::object([("tenant_id", Value::from("from-block"))]);
        let variables = BTreeMap::from([("ARM_TENANT_ID", "from-environment")]);
        let lookup = Lookup::new(&config, &variables);
        let found = lookup.text(&Path::attribute("tenant_id"), "ARM_TENANT_ID").unwrap();
        assert_eq!(
            (found.value.as_str(), found.source.to_string().as_str()),
            ("from-block", "argument `tenant_id`")
        );
        let empty = Value::object([("tenant_id", Value::from(""))]);
        let found =
            Lookup::new(&empty, &variables).text(&Path::attribute("tenant_id"), "ARM_TENANT_ID").unwrap();
        assert_eq!(found.source, Source::Variable("ARM_TENANT_ID"));
    }

    #[test]
    fn a_flag_takes_the_usual_words_and_refuses_others_by_name() {
        let config = Value::object::<&str>([]);
        let flag = |text| {
            let variables = BTreeMap::from([("ARM_X", text)]);
            Lookup::new(&config, &variables)
                .flag(&Path::attribute("x"), "ARM_X")
                .map(|found| found.map(|f| f.value))
        };
        for yes in ["1", "true", "True", "YES"] {
            assert_eq!(flag(yes), Ok(Some(true)));
        }
        for no in ["0", "false", "No"] {
            assert_eq!(flag(no), Ok(Some(false)));
        }
        assert_eq!(flag(""), Ok(None));
        assert!(flag("ture").unwrap_err().detail.contains("ARM_X"));
    }
}
