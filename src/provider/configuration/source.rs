//! Where a setting comes from: an argument, else the first environment variable that is set.

use std::fmt;

use super::arguments::variables;
use crate::arm::text;
use crate::plugin::{Diagnostic, Path, Step, Value};

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

/// Where a setting comes from, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An argument of the provider block.
    Argument(Path),
    /// An environment variable.
    Variable(&'static str),
}

impl Source {
    /// The diagnostic, with the path if the setting is an argument.
    #[must_use]
    pub fn attach_to(&self, diagnostic: Diagnostic) -> Diagnostic {
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
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it is set.
    pub source: Source,
}

impl<T> Setting<T> {
    /// The setting converted to another type.
    ///
    /// # Errors
    /// If it cannot be converted, with the diagnostic on its source.
    pub fn parse<U, E: fmt::Display>(
        self,
        summary: &str,
        parse: impl FnOnce(T) -> Result<U, E>,
    ) -> Result<Setting<U>, Diagnostic> {
        let Self { value, source } = self;
        match parse(value) {
            Ok(value) => Ok(Setting { value, source }),
            Err(error) => {
                let reason = error.to_string();
                let reason = reason.trim_end_matches('.');
                let detail = format!("The {source} cannot be used: {reason}.");
                Err(source.attach_to(Diagnostic::error(summary, detail)))
            }
        }
    }
}

impl Setting<String> {
    /// The text of a login setting, trimmed.
    ///
    /// # Errors
    /// If a pipeline or shell has left quotes or an unexpanded reference in it. The message does not show the
    /// text.
    pub fn usable(self) -> Result<Self, Diagnostic> {
        let Self { value, source } = self;
        match text::checked(&value) {
            Ok(value) => Ok(Self { value: value.to_owned(), source }),
            Err(hint) => {
                let detail = format!("The value of the {source} {hint}.");
                Err(source.attach_to(Diagnostic::error("Unusable sign-in setting", detail)))
            }
        }
    }
}

/// Looks settings up, by the table of [`super::arguments`].
pub struct Lookup<'a> {
    config: &'a Value,
    variables: &'a dyn Variables,
}

impl fmt::Debug for Lookup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Shows neither the block nor the environment: both hold secrets.
        f.write_str("Lookup")
    }
}

impl<'a> Lookup<'a> {
    /// Looks in this block first, then in these variables.
    #[must_use]
    pub fn new(config: &'a Value, variables: &'a dyn Variables) -> Self {
        Self { config, variables }
    }

    /// A variable without an argument: one that a platform sets.
    #[must_use]
    pub fn variable(&self, name: &'static str) -> Option<Setting<String>> {
        let value = self.variables.get(name)?;
        Some(Setting { value, source: Source::Variable(name) })
    }

    /// A text. An empty argument counts as not set, as an empty variable does.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Setting<String>> {
        self.text_argument(name).or_else(|| self.text_variable(name))
    }

    /// A text of a login; see [`Setting::usable`].
    ///
    /// # Errors
    /// If it is not usable.
    pub fn sign_in_text(&self, name: &str) -> Result<Option<Setting<String>>, Diagnostic> {
        self.text(name).map(Setting::usable).transpose()
    }

    /// A text that may be set under two names. Two arguments or two variables that are both set must agree.
    ///
    /// # Errors
    /// If they differ, with the diagnostic on the second.
    pub fn text_of_two(&self, first: &str, second: &str) -> Result<Option<Setting<String>>, Diagnostic> {
        let pairs = [
            (self.text_argument(first), self.text_argument(second)),
            (self.text_variable(first), self.text_variable(second)),
        ];
        for pair in pairs {
            match pair {
                (Some(one), Some(other)) if one.value != other.value => {
                    return Err(disagreement_error(&one, &other));
                }
                (Some(one), _) | (None, Some(one)) => return Ok(Some(one)),
                (None, None) => {}
            }
        }
        Ok(None)
    }

    /// A boolean.
    ///
    /// # Errors
    /// If the variable is not a boolean. The error names it: a misspelt "yes" must not count as no.
    pub fn flag(&self, name: &str) -> Result<Option<Setting<bool>>, Diagnostic> {
        let path = path(name);
        if let Some(Value::Bool(value)) = self.argument(&path) {
            return Ok(Some(Setting { value: *value, source: Source::Argument(path) }));
        }
        let Some(Setting { value: text, source }) = self.text_variable(name) else { return Ok(None) };
        let value = match text.trim().to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" => true,
            "0" | "false" | "no" => false,
            _ => {
                let variable = variables(name).first().copied().unwrap_or(name);
                return Err(Diagnostic::error(
                    "Invalid environment variable",
                    format!("{variable} is {text:?}, which is not a boolean. Write `true` or `false`."),
                ));
            }
        };
        Ok(Some(Setting { value, source }))
    }

    /// A list of texts; in a variable they are separated by semicolons. Blank elements are ignored.
    #[must_use]
    pub fn list(&self, name: &str) -> Option<Setting<Vec<String>>> {
        let path = path(name);
        let trimmed = |texts: &mut dyn Iterator<Item = &str>| -> Vec<String> {
            texts.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect()
        };
        if let Some(Value::List(elements) | Value::Set(elements)) = self.argument(&path) {
            let value = trimmed(&mut elements.iter().filter_map(Value::as_str));
            return Some(Setting { value, source: Source::Argument(path) });
        }
        let Setting { value, source } = self.text_variable(name)?;
        Some(Setting { value: trimmed(&mut value.split(';')), source })
    }

    fn argument(&self, path: &Path) -> Option<&Value> {
        let value = path.steps().iter().try_fold(self.config, |value, step| match step {
            Step::Attribute(name) => value.get(name),
            _ => None,
        });
        value.filter(|value| !value.is_null() && !value.is_unknown())
    }

    fn text_argument(&self, name: &str) -> Option<Setting<String>> {
        let path = path(name);
        let text = self.argument(&path).and_then(Value::as_str).filter(|text| !text.is_empty())?;
        Some(Setting { value: text.to_owned(), source: Source::Argument(path) })
    }

    fn text_variable(&self, name: &str) -> Option<Setting<String>> {
        variables(name).iter().find_map(|variable| self.variable(variable))
    }
}

/// The path of an argument by its name in the table.
fn path(name: &str) -> Path {
    name.split('.').fold(Path::root(), |path, step| path.with_attribute(step))
}

/// The diagnostic for one setting that has two different values. It does not show the values, which may be
/// secrets.
#[must_use]
pub fn disagreement_error<A, B>(one: &Setting<A>, other: &Setting<B>) -> Diagnostic {
    let detail = format!(
        "The {} and the {} are the same setting but have different values. Set only one of them.",
        one.source, other.source
    );
    let source = match (&one.source, &other.source) {
        (Source::Argument(_), Source::Variable(_)) => &one.source,
        _ => &other.source,
    };
    source.attach_to(Diagnostic::error("Two settings that disagree", detail))
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
        let found = Lookup::new(&config, &variables).text("tenant_id").unwrap();
        assert_eq!(
            (found.value.as_str(), found.source.to_string().as_str()),
            ("from-block", "argument `tenant_id`")
        );
        let empty = Value::object([("tenant_id", Value::from(""))]);
        let found = Lookup::new(&empty, &variables).text("tenant_id").unwrap();
        assert_eq!(found.source, Source::Variable("ARM_TENANT_ID"));
    }

    #[test]
    fn a_flag_accepts_the_usual_words_and_refuses_others_by_name() {
        let config = Value::object::<&str>([]);
        let flag = |text| {
            let variables = BTreeMap::from([("ARM_USE_MSI", text)]);
            Lookup::new(&config, &variables).flag("use_msi").map(|found| found.map(|f| f.value))
        };
        for yes in ["1", "true", "True", "YES"] {
            assert_eq!(flag(yes), Ok(Some(true)));
        }
        for no in ["0", "false", "No"] {
            assert_eq!(flag(no), Ok(Some(false)));
        }
        assert_eq!(flag(""), Ok(None));
        assert!(flag("ture").unwrap_err().detail.contains("ARM_USE_MSI"));
    }

    #[test]
    fn a_list_is_an_argument_or_a_variable_with_semicolons() {
        let config = Value::object([("auxiliary_tenant_ids", Value::List(vec!["a".into(), "b".into()]))]);
        let variables = BTreeMap::from([("ARM_AUXILIARY_TENANT_IDS", "c; d;;")]);
        let lookup = Lookup::new(&config, &variables);
        assert_eq!(lookup.list("auxiliary_tenant_ids").unwrap().value, ["a", "b"]);
        let config = Value::object::<&str>([]);
        assert_eq!(Lookup::new(&config, &variables).list("auxiliary_tenant_ids").unwrap().value, ["c", "d"]);
    }

    #[test]
    fn two_names_of_one_setting_must_agree() {
        let (first, second) = ("ado_pipeline_service_connection_id", "oidc_azure_service_connection_id");
        let config = Value::object([(first, Value::from("a")), (second, Value::from("b"))]);
        let none = BTreeMap::<&str, &str>::new();
        let problem = Lookup::new(&config, &none).text_of_two(first, second).unwrap_err();
        assert_eq!(problem.path, Some(Path::attribute(second)));
        assert!(problem.detail.contains(first) && !problem.detail.contains("\"a\""), "{}", problem.detail);
        let config = Value::object([(second, Value::from("b"))]);
        let both = BTreeMap::from([
            ("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "x"),
            ("ARM_OIDC_AZURE_SERVICE_CONNECTION_ID", "y"),
        ]);
        let found = Lookup::new(&config, &both).text_of_two(first, second).unwrap().unwrap();
        assert_eq!(found.value, "b", "an argument comes before the environment");
        let empty = Value::object::<&str>([]);
        let problem = Lookup::new(&empty, &both).text_of_two(first, second).unwrap_err();
        assert!(problem.detail.contains("ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"), "{}", problem.detail);
    }
}
