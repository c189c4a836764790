//! A function that can fail in every way.

use super::SECRET;
use crate::plugin::function::{Function, FunctionError, Parameter, Signature};
use crate::plugin::types::Type;
use crate::plugin::value::Value;

/// Joins its arguments with a comma.
pub(super) struct Join;

impl Function for Join {
    fn name(&self) -> &'static str {
        "join"
    }

    fn signature(&self) -> Signature {
        let parameter =
            |name, kind, allow_null| Parameter { name, kind, allow_null, description: "P.".into() };
        Signature {
            summary: "Joins",
            description: "Joins.".into(),
            parameters: vec![
                parameter("first", Type::String, false),
                parameter("second", Type::list(Type::String), true),
            ],
            variadic: Some(parameter("more", Type::Dynamic, false)),
            result: Type::String,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        match arguments.first().and_then(Value::as_str) {
            Some("panic") => panic!("{SECRET}"),
            Some("fail") => Err(FunctionError::argument(1, "Not this one.")),
            Some("thread") => Ok(super::thread().into()),
            Some("misfit") => Ok(Value::from(5)),
            first => Ok(format!("{}+{}", first.unwrap_or_default(), arguments.len() - 1).into()),
        }
    }
}
