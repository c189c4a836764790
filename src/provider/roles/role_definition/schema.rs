//! What the user writes, and the attributes of a role.

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
        computed("not_actions", list(), "Patterns taken away from `actions`, in this block alone."),
        computed("data_actions", list(), "Patterns of the data operations that the block grants."),
        computed("not_data_actions", list(), "Patterns taken away from `data_actions`, in this block alone."),
        computed(
            "condition",
            text(),
            "What must hold for the block to grant anything. Null where nothing must.",
        ),
        computed("condition_version", text(), "The version of the condition's language, such as `2.0`."),
    ];
    attributes::schema(
        "Reads an Azure role definition and says what it comes to: its permission patterns, the operations they cover \
         in Azure's catalogue of today, and which of those a condition decides over.",
        vec![
            Attribute::new(
                "role_definition_id",
                text(),
                "The role's GUID, or its whole resource id. Instead of it, set `name`.",
            )
            .optional_computed(),
            Attribute::new(
                "name",
                text(),
                "The role's display name, without regard to case; `(preview)` is a part of it. Names change, ids do not. If omitted, that of \
                 `role_definition_id`.",
            )
            .optional_computed(),
            Attribute::new(
                "scope",
                text(),
                "The scope at which the role is looked for, such as a subscription's id. Custom roles are known only \
                 where they can be assigned.",
            )
            .default_text("the tenant, where all built-in roles are"),
            Attribute::new(
                "expand",
                Type::Bool,
                "Whether to expand the patterns, which takes requests for the operations of each resource provider \
                 that they name. What is expanded is null otherwise.",
            )
            .default_text("`true`"),
            computed("id", text(), "The role's resource id."),
            computed("assignable_scopes", list(), "Where the role can be assigned."),
            computed(
                "catalogue_fingerprint",
                text(),
                "A text that changes when the operations change that the patterns were expanded against. The effective \
                 operations are a property of the role and of these.",
            ),
            computed(
                "conditional_operations",
                set(),
                "The effective operations that a condition decides over: each block that grants them has a condition, \
                 and none is true for them whatever the request.",
            ),
            computed("created_by", text(), "The object id of who made the role; null for built-in roles."),
            computed("created_on", text(), "When the role was made, as Azure writes it."),
            computed("description", text(), "What the role is for."),
            computed("effective_data_operation_count", Type::Number, "The number of `effective_data_operations`."),
            computed("effective_data_operations", set(), "The data operations that the patterns come to."),
            computed("effective_operation_count", Type::Number, "The number of `effective_operations`."),
            computed("effective_operations", set(), "The control operations that the patterns come to."),
            computed(
                "fingerprint",
                text(),
                "A text that changes when the role grants something else or elsewhere; not when it is renamed, \
                 described anew or written in another order.",
            ),
            computed("is_conditional", Type::Bool, "Whether any block of the role carries a condition."),
            computed("json", text(), "The role definition as Azure Resource Manager gives it."),
            Attribute::nested(
                "permissions",
                AttributeNesting::List,
                permission,
                "The permission blocks. What any of them grants is granted, under the condition of that block.",
            )
            .computed(),
            computed("type", text(), "`BuiltInRole` or `CustomRole`."),
            computed(
                "uncertain_operations",
                set(),
                "Operations that are granted or not depending on whether `/*/` may stand for a single `/`, on which \
                 Microsoft's documentation is silent. They are not counted as granted.",
            ),
            computed("unconditional_operations", set(), "The effective operations that no condition decides over."),
            computed(
                "unmatched_patterns",
                set(),
                "Patterns that cover no operation: written wrongly, or older or newer than the catalogue.",
            ),
            computed("updated_by", text(), "The object id of who changed the role last; null for built-in roles."),
            computed("updated_on", text(), "When the role was last changed, as Azure writes it."),
        ],
    )
}
