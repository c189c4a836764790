//! What a provider-defined function implements. Functions are pure: no network, no clock, no configuration.

use std::borrow::Cow;

use super::types::Type;
use super::value::Value;

/// One parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name in messages and documentation.
    pub name: &'static str,
    /// Its type.
    pub kind: Type,
    /// Whether it accepts null; if not, Terraform refuses null itself.
    pub allow_null: bool,
    /// Its description, in Markdown.
    pub description: Cow<'static, str>,
}

/// The parameters and the result of a function.
#[derive(Clone, Debug)]
pub struct Signature {
    /// One line: what it returns.
    pub summary: &'static str,
    /// What it does, in Markdown.
    pub description: Cow<'static, str>,
    /// Its parameters in order.
    pub parameters: Vec<Parameter>,
    /// The parameter that may be repeated after the others.
    pub variadic: Option<Parameter>,
    /// The type of its result.
    pub result: Type,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// What is wrong, in whole sentences.
    pub text: String,
    /// The index of the argument, from 0.
    pub argument: Option<i64>,
}

impl FunctionError {
    /// An error about the call as a whole.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: None }
    }

    /// An error about one argument, counted from 0.
    #[must_use]
    pub fn argument(argument: i64, text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: Some(argument) }
    }
}

/// A function of the provider, `provider::gallery::name(...)`.
///
/// A wholly unknown argument is never passed here (the result is then unknown). Inside a known argument
/// everything is known, since Terraform waits for that.
pub trait Function: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// Its signature. Called once.
    fn signature(&self) -> Signature;

    /// Calls it. The arguments conform to the signature.
    ///
    /// # Errors
    /// If an argument has the right type but cannot be used.
    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}
