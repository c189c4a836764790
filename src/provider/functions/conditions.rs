//! `condition_evaluate`, `condition_parse`, `condition_format` and `condition_for_roles`: functions about
//! role assignment conditions.

use super::arguments::Arguments;
use super::role_arguments;
use crate::plugin::function::{Function, FunctionError, Parameter, Signature};
use crate::plugin::value::Number;
use crate::plugin::{Type, Value};
use crate::rbac::functions;

/// `condition_evaluate`.
#[derive(Clone, Copy, Debug)]
pub struct ConditionEvaluate;

/// `condition_parse`.
#[derive(Clone, Copy, Debug)]
pub struct ConditionParse;

/// `condition_format`.
#[derive(Clone, Copy, Debug)]
pub struct ConditionFormat;

/// `condition_for_roles`.
#[derive(Clone, Copy, Debug)]
pub struct ConditionForRoles;

fn condition() -> Parameter {
    role_arguments::text("condition", "The condition, as it is written on a role assignment or in a role.")
}

impl Function for ConditionEvaluate {
    fn name(&self) -> &'static str {
        "condition_evaluate"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Whether a condition holds",
            description: "Evaluates a condition of Azure's attribute-based access control. Returns `true`, \
                          `false`, or null when it cannot be decided. `true` does not mean that something \
                          is allowed: a condition is true for every operation its guards do not name. To \
                          find out whether a role permits an operation, use `role_permits`."
                .into(),
            parameters: vec![condition()],
            variadic: Some(role_arguments::context()),
            result: Type::Bool,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let mut arguments = Arguments::new(arguments);
        let condition = arguments.text()?;
        let holds = functions::condition_evaluate(&condition, &role_arguments::read_context(&mut arguments)?);
        holds.map(Value::from).map_err(|failed| role_arguments::error(&failed))
    }
}

impl Function for ConditionParse {
    fn name(&self) -> &'static str {
        "condition_parse"
    }

    fn signature(&self) -> Signature {
        let (text, names) = (|| Type::String, || Type::list(Type::String));
        let error = Type::object([
            ("kind", text()),
            ("message", text()),
            ("offset", Type::Number),
            ("expected", names()),
        ]);
        let diagnostic = Type::object([("id", text()), ("message", text()), ("offset", Type::Number)]);
        Signature {
            summary: "What a condition names, or why it is invalid",
            description: "Reads a condition without failing: `valid` says whether it is one, `error` where \
                          and why it is not. A valid condition is described by the patterns in its \
                          `ActionMatches` guards (`guards`), the `attributes` and `guids` in it, and \
                          `diagnostics` about parts that are legal but probably not intended. An error and \
                          a diagnostic have a `message` and an `offset` in bytes from 0. An error also has \
                          its `kind` in a word and what was `expected` instead; a diagnostic has its `id`."
                .into(),
            parameters: vec![condition()],
            variadic: None,
            result: Type::object([
                ("valid", Type::Bool),
                ("error", error),
                ("guards", names()),
                ("attributes", names()),
                ("guids", names()),
                ("diagnostics", Type::list(diagnostic)),
            ]),
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let parsed = functions::condition_parse(&Arguments::new(arguments).text()?);
        let error = parsed.error.map(|error| {
            Value::object([
                ("kind", error.kind.into()),
                ("message", error.message.into()),
                ("offset", offset(error.offset)),
                ("expected", role_arguments::list(error.expected)),
            ])
        });
        let diagnostics = parsed.diagnostics.into_iter().map(|found| {
            Value::object([
                ("id", found.id.into()),
                ("message", found.message.into()),
                ("offset", offset(found.offset)),
            ])
        });
        Ok(Value::object([
            ("valid", parsed.valid.into()),
            ("error", error.unwrap_or(Value::Null)),
            ("guards", role_arguments::list(parsed.guards)),
            ("attributes", role_arguments::list(parsed.attributes)),
            ("guids", role_arguments::list(parsed.guids)),
            ("diagnostics", Value::List(diagnostics.collect())),
        ]))
    }
}

fn offset(offset: usize) -> Value {
    Value::Number(Number::UInt(u64::try_from(offset).unwrap_or(u64::MAX)))
}

impl Function for ConditionFormat {
    fn name(&self) -> &'static str {
        "condition_format"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "A condition in one fixed spelling",
            description: "Writes a condition in the style of Azure's built-in roles. Two spellings of the \
                          same condition become the same text, so a plan shows no difference without a \
                          meaning. A condition that has this spelling already is returned unchanged."
                .into(),
            parameters: vec![condition()],
            variadic: None,
            result: Type::String,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let canonical = functions::condition_format(&Arguments::new(arguments).text()?);
        canonical.map(Value::from).map_err(|failed| role_arguments::error(&failed))
    }
}

impl Function for ConditionForRoles {
    fn name(&self) -> &'static str {
        "condition_for_roles"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "The condition to assign only these roles",
            description: "Writes the condition for a role assignment whose holder may assign and unassign \
                          the given roles and no others. It guards writing and deleting separately, \
                          because Azure shows the role as an attribute of the request in the first case \
                          and of the resource in the second."
                .into(),
            parameters: vec![role_arguments::texts(
                "role_ids",
                "The roles: GUIDs, or resource ids of role definitions.",
            )],
            variadic: None,
            result: Type::String,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let condition = functions::condition_for_roles(&Arguments::new(arguments).texts()?);
        condition.map(Value::from).map_err(|failed| role_arguments::error(&failed))
    }
}
