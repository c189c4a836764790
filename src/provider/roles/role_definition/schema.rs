//! The arguments, and the attributes of a role.

use crate::plugin::Type;
use crate::plugin::schema::{Attribute, AttributeNesting, Schema};
use crate::provider::data_sources::attributes;
use crate::provider::roles::values::computed;

/// The data source's type.
pub const TYPE: &str = "gallery_role_definition";

/// The schema.
#[must_use]
pub fn schema() -> Schema {
    let text = || Type::String;
    let list = || Type::list(Type::String);
    let set = || Type::set(Type::String);
    let permission = vec![
        computed("actions", list(), "Patterns of the control operations that the block grants."),
        computed("not_actions", list(), "Patterns subtracted from `actions`, in this block alone."),
        computed("data_actions", list(), "Patterns of the data operations that the block grants."),
        computed("not_data_actions", list(), "Patterns subtracted from `data_actions`, in this block alone."),
        computed(
            "condition",
            text(),
            "The condition under which the block grants anything. Null if there is none.",
        ),
        computed("condition_version", text(), "The version of the condition's language, such as `2.0`."),
    ];
    attributes::schema(
        "Reads an Azure role definition and resolves it: its permission patterns, the operations they \
         cover in Azure's catalogue of today, and which of those depend on a condition.",
        vec![
            Attribute::new(
                "role_definition_id",
                text(),
                "The role's GUID, or its whole resource id. Alternatively, set `name`.",
            )
            .optional_computed(),
            Attribute::new(
                "name",
                text(),
                "The role's display name, ignoring case; `(preview)` is a part of it. Names change, ids do \
                 not. If omitted, that of `role_definition_id`.",
            )
            .optional_computed(),
            Attribute::new(
                "scope",
                text(),
                "The scope at which the role is looked up, such as a subscription's id. Custom roles exist \
                 only where they can be assigned.",
            )
            .default_text("the tenant, where all built-in roles are"),
            Attribute::new(
                "expand",
                Type::Bool,
                "Whether to expand the patterns, which needs requests for the operations of each resource \
                 provider that they name. If `false`, the expanded attributes are null.",
            )
            .default_text("`true`"),
            computed("id", text(), "The role's resource id."),
            computed("assignable_scopes", list(), "Where the role can be assigned."),
            computed(
                "catalogue_fingerprint",
                text(),
                "A text that changes when the operations change that the patterns were expanded against. \
                 The effective operations depend on the role and on these.",
            ),
            computed(
                "conditional_operations",
                set(),
                "The effective operations that depend on a condition: each block that grants them has a \
                 condition, and none is true for them whatever the request.",
            ),
            computed("created_by", text(), "The object id of who created the role; null for built-in roles."),
            computed("created_on", text(), "When the role was created, as Azure writes it."),
            computed("description", text(), "The purpose of the role."),
            computed(
                "effective_data_operation_count",
                Type::Number,
                "The number of `effective_data_operations`.",
            ),
            computed("effective_data_operations", set(), "The data operations that the patterns cover."),
            computed("effective_operation_count", Type::Number, "The number of `effective_operations`."),
            computed("effective_operations", set(), "The control operations that the patterns cover."),
            computed(
                "fingerprint",
                text(),
                "A text that changes when the role grants something else or elsewhere; not when it is \
                 renamed, gets another description or is written in another order.",
            ),
            computed("is_conditional", Type::Bool, "Whether any block of the role has a condition."),
            computed("json", text(), "The role definition as Azure Resource Manager returns it."),
            Attribute::nested(
                "permissions",
                AttributeNesting::List,
                permission,
                "The permission blocks. The role grants what any of them grants, under the condition of \
                 that block.",
            )
            .computed(),
            computed("type", text(), "`BuiltInRole` or `CustomRole`."),
            computed(
                "uncertain_operations",
                set(),
                "Operations whose grant depends on whether `/*/` may match a single `/`, about which \
                 Microsoft's documentation says nothing. They are not counted as granted.",
            ),
            computed(
                "unconditional_operations",
                set(),
                "The effective operations that do not depend on a condition.",
            ),
            computed(
                "unmatched_patterns",
                set(),
                "Patterns that cover no operation: misspelt, or older or newer than the catalogue.",
            ),
            computed(
                "updated_by",
                text(),
                "The object id of who last changed the role; null for built-in roles.",
            ),
            computed("updated_on", text(), "When the role was last changed, as Azure writes it."),
        ],
    )
}
