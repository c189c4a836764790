//! `least_privilege_role(features, name, scope)`: the custom role that a pipeline with this provider needs.

use super::arguments::Arguments;
use super::role_arguments;
use crate::plugin::function::{Function, FunctionError, Signature};
use crate::plugin::{Type, Value};
use crate::rbac::functions;

/// The function.
#[derive(Clone, Copy, Debug)]
pub struct LeastPrivilegeRole;

impl Function for LeastPrivilegeRole {
    fn name(&self) -> &'static str {
        "least_privilege_role"
    }

    fn signature(&self) -> Signature {
        let (text, names) = (|| Type::String, || Type::list(Type::String));
        let permission = Type::object([
            ("actions", names()),
            ("not_actions", names()),
            ("data_actions", names()),
            ("not_data_actions", names()),
        ]);
        Signature {
            summary: "The least role for a pipeline with this provider",
            description: "Writes a custom role with the operations that the chosen features of this \
                          provider need and no others, never with a wildcard, in the shape of \
                          `azurerm_role_definition`. No built-in role is narrow: the narrowest one that \
                          can write profiles also writes images, disks and virtual machines."
                .into(),
            parameters: vec![
                role_arguments::texts(
                    "features",
                    "What the role is for: `read` (data sources and import), `profiles` and `versions` \
                     (managing them), `attach` (to virtual machines and scale sets), `rbac` (the data \
                     sources about roles); `no_delete` removes the deletions from the others.",
                ),
                role_arguments::text("name", "The name of the role."),
                role_arguments::text(
                    "scope",
                    "Where the role can be assigned: a management group, a subscription, or something inside one.",
                ),
            ],
            variadic: None,
            result: Type::object([
                ("name", text()),
                ("scope", text()),
                ("description", text()),
                ("permissions", Type::list(permission)),
                ("assignable_scopes", names()),
            ]),
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let mut arguments = Arguments::new(arguments);
        let (features, name, scope) = (arguments.texts()?, arguments.text()?, arguments.text()?);
        let role = functions::least_privilege_role(&features, &name, &scope)
            .map_err(|failed| role_arguments::error(&failed))?;
        let permissions = role.permissions.into_iter().map(|permission| {
            Value::object([
                ("actions", role_arguments::list(permission.actions)),
                ("not_actions", role_arguments::list(permission.not_actions)),
                ("data_actions", role_arguments::list(permission.data_actions)),
                ("not_data_actions", role_arguments::list(permission.not_data_actions)),
            ])
        });
        Ok(Value::object([
            ("name", role.name.into()),
            ("scope", role.scope.into()),
            ("description", role.description.into()),
            ("permissions", Value::List(permissions.collect())),
            ("assignable_scopes", role_arguments::list(role.assignable_scopes)),
        ]))
    }
}
