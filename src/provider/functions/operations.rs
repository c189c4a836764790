//! `operation_matches(pattern, operation)` and `effective_operations(permissions, catalogue)`: what wildcards come to.

use super::role_arguments::{self, Arguments};
use crate::plugin::function::{Function, FunctionError, Signature};
use crate::plugin::{Type, Value};
use crate::rbac::functions;

/// `operation_matches`.
#[derive(Clone, Copy, Debug)]
pub struct OperationMatches;

/// `effective_operations`.
#[derive(Clone, Copy, Debug)]
pub struct EffectiveOperations;

impl Function for OperationMatches {
    fn name(&self) -> &'static str {
        "operation_matches"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Whether a permission's pattern covers an operation",
            description: "Compares an operation with a pattern of a role's permissions as Azure does: without case, `*` \
                          standing for any run of characters, slashes included. It is read literally: `a/*/read` does \
                          not cover `a/read`."
                .into(),
            parameters: vec![
                role_arguments::text(
                    "pattern",
                    "The pattern, such as `Microsoft.Compute/galleries/*`.",
                ),
                role_arguments::text(
                    "operation",
                    "The operation, such as `Microsoft.Compute/galleries/read`. A pattern is refused here.",
                ),
            ],
            variadic: None,
            result: Type::Bool,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let mut arguments = Arguments::new(arguments);
        let (pattern, operation) = (arguments.text()?, arguments.text()?);
        let matches = functions::operation_matches(&pattern, &operation);
        matches.map(Value::Bool).map_err(|failed| role_arguments::error(&failed))
    }
}

impl Function for EffectiveOperations {
    fn name(&self) -> &'static str {
        "effective_operations"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "The operations that permissions come to",
            description: "Expands the patterns of a role against a catalogue of operations: in each block what \
                          `actions` cover less what `not_actions` cover, and the same on the data plane; then all \
                          blocks together, sorted. Conditions are left aside. The answer is as old as the catalogue."
                .into(),
            parameters: vec![role_arguments::permissions("permissions"), role_arguments::catalogue()],
            variadic: None,
            result: Type::list(Type::String),
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let mut arguments = Arguments::new(arguments);
        let (permissions, catalogue) = (arguments.document()?, arguments.document()?);
        let names = functions::effective_operations(&permissions, &catalogue);
        names.map(role_arguments::list).map_err(|failed| role_arguments::error(&failed))
    }
}
