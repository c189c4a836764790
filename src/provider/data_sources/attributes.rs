//! The attributes of a data source, made from the schema of the resource that manages the same objects.

use std::borrow::Cow;

use super::described::Described;
use crate::plugin::Type;
use crate::plugin::schema::{Attribute, AttributeNesting, Block, Presence, Schema, Shape};
use crate::provider::timeouts::{self, TimedOperation};

/// Arguments of a resource that say nothing about the object at Azure.
pub(super) const CONFIGURATION_ONLY: [&str; 4] = ["lint", "skip_destroy", "force_destroy", timeouts::BLOCK];

/// The start of the sentences that concern only whoever sets the attribute. They come last in a description.
const ON_SETTING: [&str; 3] = [" Changed in place", " Known at plan", " If omitted, "];

/// All attributes of an object in a resource's schema, as computed ones. A nested block becomes an attribute
/// of the same shape, since a data source computes no blocks.
#[must_use]
pub fn of_resource(schema: &Schema) -> Vec<Attribute> {
    let described = |name: &str| !CONFIGURATION_ONLY.contains(&name);
    let attributes = schema.block.attributes.iter().filter(|one| described(&one.name)).map(computed);
    let blocks = schema.block.blocks.iter().filter(|one| described(&one.name)).map(|nested| {
        let inner = nested.block.attributes.iter().map(computed).collect();
        let description = value_description(&nested.block.description);
        Attribute::nested(nested.name.clone(), AttributeNesting::Single, inner, description).computed()
    });
    attributes.chain(blocks).collect()
}

fn computed(attribute: &Attribute) -> Attribute {
    let shape = match &attribute.shape {
        Shape::Nested(nesting, inner) => Shape::Nested(*nesting, inner.iter().map(computed).collect()),
        plain @ Shape::Plain(_) => plain.clone(),
    };
    Attribute {
        presence: Presence::Computed,
        shape,
        replaces: false,
        default: None,
        description: value_description(&attribute.description),
        ..attribute.clone()
    }
}

/// The part of a description about the value itself, without how it is set and changed.
fn value_description(description: &str) -> Cow<'static, str> {
    let end = ON_SETTING.iter().filter_map(|words| description.find(words)).min();
    description.get(..end.unwrap_or(description.len())).unwrap_or_default().to_owned().into()
}

/// Everything that data sources return of an object of a kind.
#[must_use]
pub(super) fn of_object<K: Described>() -> Vec<Attribute> {
    let mut all = of_resource(&K::schema());
    all.extend(K::more_attributes());
    all.extend(of_status());
    all
}

/// The arguments of a list: where to list, and the filters.
#[must_use]
pub fn of_list<K: Described>() -> Vec<Attribute> {
    let mut arguments = vec![Attribute::new(K::PARENT_ATTRIBUTE, Type::String, K::LISTED_IN).required()];
    arguments.extend(K::filters());
    arguments
}

/// These attributes, with the arguments first. An argument replaces an attribute of the same name.
#[must_use]
pub fn with_arguments(arguments: Vec<Attribute>, attributes: Vec<Attribute>) -> Vec<Attribute> {
    let rest: Vec<_> = attributes
        .into_iter()
        .filter(|one| arguments.iter().all(|argument| argument.name != one.name))
        .collect();
    arguments.into_iter().chain(rest).collect()
}

/// The provisioning state of an object, and who created and changed it.
#[must_use]
pub fn of_status() -> Vec<Attribute> {
    let text = |name: &'static str, description: &'static str| {
        Attribute::new(name, Type::String, description).computed()
    };
    let system_data = vec![
        text("created_at", "When it was created, as RFC 3339 writes it."),
        text("created_by", "Who created it."),
        text("created_by_type", "What created it: `User`, `Application`, `ManagedIdentity` or `Key`."),
        text("last_modified_at", "When it was last changed, as RFC 3339 writes it."),
        text("last_modified_by", "Who changed it last."),
        text(
            "last_modified_by_type",
            "What changed it last: `User`, `Application`, `ManagedIdentity` or `Key`.",
        ),
    ];
    vec![
        text(
            "provisioning_state",
            "The provisioning state at Azure: `Creating`, `Updating`, `Failed`, `Succeeded`, `Deleting` or \
             `Migrating`. Null where Azure does not return it.",
        ),
        Attribute::nested(
            "system_data",
            AttributeNesting::Single,
            system_data,
            "Who created it and who last changed it. Null where Azure does not return it: only newer API \
             versions do.",
        )
        .computed(),
    ]
}

/// The replication status of a version.
#[must_use]
pub fn of_replication() -> Attribute {
    let text = |name: &'static str, description: &'static str| {
        Attribute::new(name, Type::String, description).computed()
    };
    let region = vec![
        text("region", "The region."),
        text(
            "state",
            "The replication state of the region: `Unknown`, `Replicating`, `Completed` or `Failed`.",
        ),
        text("details", "Azure's message about it."),
        Attribute::new(
            "progress",
            Type::Number,
            "The progress of the replication to the region, in percent.",
        )
        .computed(),
    ];
    let status = vec![
        text(
            "aggregated_state",
            "The overall replication state: `Unknown`, `InProgress`, `Completed` or `Failed`.",
        ),
        Attribute::nested(
            "summary",
            AttributeNesting::List,
            region,
            "The replication to each region, by name.",
        )
        .computed(),
    ];
    Attribute::nested(
        "replication_status",
        AttributeNesting::Single,
        status,
        "The replication status of the target regions. Null where Azure does not return it.",
    )
    .computed()
}

/// The schema of a data source with these attributes.
#[must_use]
pub fn schema(description: &'static str, attributes: Vec<Attribute>) -> Schema {
    let block = Block::new(description).attributes(attributes);
    Schema::new(0, block.nested(timeouts::block_for(&[TimedOperation::Read])))
}

/// A filter by the beginning of the name.
#[must_use]
pub fn name_prefix(of: &str) -> Attribute {
    Attribute::new(
        "name_prefix",
        Type::String,
        format!("Only {of} whose names begin with this, ignoring case. If omitted, all names pass."),
    )
}
