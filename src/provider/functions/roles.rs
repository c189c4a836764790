//! `role_permits`, `role_missing` and `role_diff`: what a role permits, what it lacks, and what changed in
//! it.

use super::arguments::Arguments;
use super::role_arguments;
use crate::plugin::function::{Function, FunctionError, Signature};
use crate::plugin::{Type, Value};
use crate::rbac::functions;

/// `role_permits`.
#[derive(Clone, Copy, Debug)]
pub struct RolePermits;

/// `role_missing`.
#[derive(Clone, Copy, Debug)]
pub struct RoleMissing;

/// `role_diff`.
#[derive(Clone, Copy, Debug)]
pub struct RoleDiff;

impl Function for RolePermits {
    fn name(&self) -> &'static str {
        "role_permits"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Whether a role permits an operation under given circumstances",
            description: "Decides as Azure does: a block of the role has to grant the operation, and that \
                          block's condition has to hold. Returns `true`, `false`, or null when it cannot \
                          be decided; treat null as a no."
                .into(),
            parameters: vec![
                role_arguments::permissions("permissions"),
                role_arguments::text("operation", "The operation to check."),
            ],
            variadic: Some(role_arguments::context()),
            result: Type::Bool,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let mut arguments = Arguments::new(arguments);
        let (permissions, operation) = (arguments.document()?, arguments.text()?);
        let permits =
            functions::role_permits(&permissions, &operation, &role_arguments::read_context(&mut arguments)?);
        permits.map(Value::from).map_err(|failed| role_arguments::error(&failed))
    }
}

impl Function for RoleMissing {
    fn name(&self) -> &'static str {
        "role_missing"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "The operations that a role lacks",
            description: "Returns those of the operations that the role does not certainly permit: it does \
                          not grant them, or only under a condition that could fail. An empty list means \
                          that the role suffices."
                .into(),
            parameters: vec![
                role_arguments::permissions("permissions"),
                role_arguments::texts("operations", "The operations that are needed."),
            ],
            variadic: None,
            result: Type::list(Type::String),
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let mut arguments = Arguments::new(arguments);
        let (permissions, operations) = (arguments.document()?, arguments.texts()?);
        let missing = functions::role_missing(&permissions, &operations);
        missing.map(role_arguments::list).map_err(|failed| role_arguments::error(&failed))
    }
}

impl Function for RoleDiff {
    fn name(&self) -> &'static str {
        "role_diff"
    }

    fn signature(&self) -> Signature {
        let names = || Type::list(Type::String);
        Signature {
            summary: "What changed between two states of a role",
            description: "Compares two roles, or two states of one, by the operations they grant: which \
                          were `added`, which `removed`, and whether a condition changed its meaning \
                          (`condition_changed`). Another spelling of the same role is not a change. Azure \
                          keeps no history of role definitions; to have one, keep the `json` of \
                          `gallery_role_definition` in a file."
                .into(),
            parameters: vec![
                role_arguments::permissions("before"),
                role_arguments::permissions("after"),
                role_arguments::catalogue(),
            ],
            variadic: None,
            result: Type::object([
                ("added", names()),
                ("removed", names()),
                ("condition_changed", Type::Bool),
            ]),
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let mut arguments = Arguments::new(arguments);
        let (old, new, catalogue) = (arguments.document()?, arguments.document()?, arguments.document()?);
        let diff =
            functions::role_diff(&old, &new, &catalogue).map_err(|failed| role_arguments::error(&failed))?;
        Ok(Value::object([
            ("added", role_arguments::list(diff.added)),
            ("removed", role_arguments::list(diff.removed)),
            ("condition_changed", diff.condition_changed.into()),
        ]))
    }
}
