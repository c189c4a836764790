//! `grants(rules)`: who may do what.

use super::arguments::Arguments;
use super::rules_argument;
use crate::allowlist;
use crate::plugin::function::{Function, FunctionError, Signature};
use crate::plugin::{Type, Value};

/// The function.
#[derive(Clone, Copy, Debug)]
pub struct Grants;

impl Function for Grants {
    fn name(&self) -> &'static str {
        "grants"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Who may do what under an allowlist's rules",
            description: "Returns the same list as the `grants` attribute of a version: one entry \
                          `identity -> privilege (role)` for each identity that gets a privilege through a \
                          role assignment, sorted."
                .into(),
            parameters: vec![rules_argument::parameter("rules")],
            variadic: None,
            result: Type::list(Type::String),
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let rules = rules_argument::rules(&mut Arguments::new(arguments))?;
        Ok(Value::List(allowlist::grants(&rules).iter().map(|grant| grant.to_string().into()).collect()))
    }
}
