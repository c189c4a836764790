//! The parameters of the functions about roles: permissions, a catalogue and a context, in any of their usual
//! shapes. Also the conversion of errors of `rbac::functions` to Terraform's.

use serde_json::Value as Json;

use super::arguments::Arguments;
use crate::plugin::function::{FunctionError, Parameter};
use crate::plugin::{Type, Value};
use crate::provider::checks;
use crate::rbac;
use crate::rbac::functions::ArgumentProblem;

/// The parameter for permissions.
#[must_use]
pub fn permissions(name: &'static str) -> Parameter {
    Parameter {
        name,
        kind: Type::Dynamic,
        allow_null: false,
        description: "The permissions of a role: a whole `gallery_role_definition` or its `permissions`, those of \
                      `azurerm_role_definition`, or a role definition as Azure Resource Manager has it, decoded or as \
                      JSON text. Keys are read without case and without underscores."
            .into(),
    }
}

/// The parameter for a catalogue of operations.
#[must_use]
pub fn catalogue() -> Parameter {
    Parameter {
        name: "catalogue",
        kind: Type::Dynamic,
        allow_null: false,
        description: "The operations that exist: a whole `gallery_operations` or its `operations` or \
                      `names`, a plain list of names, or the provider operations of Azure Resource \
                      Manager, decoded or as JSON text."
            .into(),
    }
}

/// The optional parameter for the circumstances of a request. It is variadic: OpenTofu never calls a function
/// with a literal null for a parameter of any type, so null could not mean "nothing is known".
#[must_use]
pub fn context() -> Parameter {
    Parameter {
        name: "context",
        kind: Type::Dynamic,
        allow_null: true,
        description: "At most one object that describes the request: `action`, `suboperation`, `request`, \
                      `resource`, `principal`, `environment` and `is_data_action`, each optional. The four \
                      in the middle map attribute names, as written between the brackets of a condition, \
                      to a value or a list of values; an attribute that is not set is absent from the \
                      request. If the context is omitted or is `{}`, nothing is known of the request."
            .into(),
    }
}

/// The argument for [`context`]; null if it is omitted.
///
/// # Errors
/// If there is more than one.
pub fn read_context(arguments: &mut Arguments) -> Result<Json, FunctionError> {
    arguments.optional("Only one context can be given.")
}

/// A parameter that is text.
#[must_use]
pub fn text(name: &'static str, description: &'static str) -> Parameter {
    Parameter { name, kind: Type::String, allow_null: false, description: description.into() }
}

/// A parameter that is a list of text.
#[must_use]
pub fn texts(name: &'static str, description: &'static str) -> Parameter {
    Parameter { name, kind: Type::list(Type::String), allow_null: false, description: description.into() }
}

/// The error of a call, for the argument that caused it.
#[must_use]
pub fn error(failed: &rbac::functions::ArgumentError) -> FunctionError {
    let text = match &failed.problem {
        // It begins with a path, so it cannot begin a sentence.
        ArgumentProblem::Shape(error) => {
            checks::with_full_stop(&format!("The argument cannot be read: {error}"))
        }
        problem => checks::capitalised(&format!("{problem}.")),
    };
    FunctionError::argument(i64::try_from(failed.argument).unwrap_or_default(), text)
}

/// Names as a list of text.
#[must_use]
pub fn list<T: Into<Value>>(items: impl IntoIterator<Item = T>) -> Value {
    Value::List(items.into_iter().map(Into::into).collect())
}
