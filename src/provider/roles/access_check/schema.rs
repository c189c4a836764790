//! The arguments and attributes.

use crate::plugin::Type;
use crate::plugin::schema::{Attribute, AttributeNesting, Schema};
use crate::provider::data_sources::attributes;
use crate::provider::roles::values::computed;

/// The data source's type.
pub const TYPE: &str = "gallery_access_check";

/// The schema.
#[must_use]
pub fn schema() -> Schema {
    let set = || Type::set(Type::String);
    let granted = vec![
        computed("role_definition_id", Type::String, "The resource id of the role."),
        computed("role_name", Type::String, "The display name of the role."),
        computed("assignment_scope", Type::String, "The scope at which it is assigned."),
    ];
    let denied = vec![
        computed("id", Type::String, "The resource id of the deny assignment."),
        computed("name", Type::String, "Its display name."),
        computed("scope", Type::String, "The scope at which it holds."),
    ];
    attributes::schema(
        "Reports whether the signed-in identity, or another one, may do what a configuration will do, so \
         that a plan can stop before an apply is refused half-way. When in doubt it returns null, never \
         `true`.",
        vec![
            Attribute::new(
                "scope",
                Type::String,
                "The scope to be accessed, such as the id of a gallery. It need not exist yet: see \
                 `evaluated_scope`.",
            )
            .required(),
            Attribute::new("operations", set(), "The operations that are needed.")
                .optional_computed()
                .default_text(
                    "those needed to manage profiles and versions with this provider; at the scope of a \
                     virtual machine or scale set, those needed to attach versions to it",
                ),
            Attribute::new(
                "principal_id",
                Type::String,
                "The object id of the user, group or service principal whose access is checked.",
            )
            .default_text("the signed-in identity"),
            computed(
                "allowed",
                Type::Bool,
                "Whether all operations are permitted: `true`, `false`, or null when it cannot be decided.",
            ),
            computed(
                "complete",
                Type::Bool,
                "Whether everything that decides could be read: role assignments with their roles, and \
                 deny assignments. `Microsoft.Authorization/*/read` suffices for that, and so does the \
                 feature `rbac` of `least_privilege_role`.",
            ),
            computed(
                "conditional",
                set(),
                "The undecided operations: a condition decides, or something could not be read.",
            ),
            Attribute::nested(
                "denied_by",
                AttributeNesting::List,
                denied,
                "The deny assignments that certainly deny one of the operations.",
            )
            .computed(),
            computed(
                "evaluated_scope",
                Type::String,
                "The scope that was checked: `scope`, or the nearest existing one above it.",
            ),
            Attribute::nested(
                "granted_by",
                AttributeNesting::List,
                granted,
                "The role assignments that certainly grant one of the operations.",
            )
            .computed(),
            computed("missing", set(), "The operations that are certainly not permitted."),
        ],
    )
}
