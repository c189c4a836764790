//! `operation_matches(pattern, operation)` and `effective_operations(permissions, catalogue)`: which
//! operations wildcards match.

use super::arguments::Arguments;
use super::role_arguments;
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
            description: "Compares an operation with a pattern of a role's permissions as Azure does: \
                          ignoring case, and with `*` for any run of characters, slashes included. All \
                          other characters are literal: `a/*/read` does not cover `a/read`."
                .into(),
            parameters: vec![
                role_arguments::text("pattern", "The pattern, such as `Microsoft.Compute/galleries/*`."),
                role_arguments::text(
                    "operation",
                    "The operation, such as `Microsoft.Compute/galleries/read`. A pattern is an error here.",
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
            summary: "The operations that permissions grant",
            description: "Expands the patterns of a role against a catalogue of operations. In each block \
                          this is what `actions` cover minus what `not_actions` cover, and the same on the \
                          data plane. The result is the union of all blocks, sorted. Conditions are \
                          ignored. The result is only as current as the catalogue."
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
