//! Schemas as JSON to keep with the source, and which changes would break existing users.

use serde_json::{Map, Value as Json, json};

use crate::plugin::schema::{
    Attribute, AttributeNesting, Block, BlockNesting, IdentitySchema, Presence, Schema, Shape,
};

/// A schema as JSON: everything that configurations and states depend on, without prose.
#[must_use]
pub(super) fn of_schema(schema: &Schema) -> Json {
    json!({ "version": schema.version, "block": of_block(&schema.block) })
}

/// An identity as JSON.
#[must_use]
pub(super) fn of_identity(schema: &IdentitySchema) -> Json {
    let attributes = schema.attributes.iter().map(|one| {
        let presence = if one.required_for_import { "required" } else { "optional" };
        (one.name.to_owned(), json!({ "type": one.kind.to_json(), "presence": presence }))
    });
    json!({ "version": schema.version, "block": { "attributes": attributes.collect::<Map<_, _>>() } })
}

fn of_block(block: &Block) -> Json {
    let blocks = block.blocks.iter().map(|nested| {
        let nesting = match nested.nesting {
            BlockNesting::Single => "single",
            BlockNesting::Group => "group",
            BlockNesting::List => "list",
            BlockNesting::Set => "set",
            BlockNesting::Map => "map",
        };
        let presence = if nested.min_items > 0 { "required" } else { "optional" };
        let mut json = json!({ "nesting": nesting, "presence": presence, "block": of_block(&nested.block) });
        if nested.replaces {
            put(&mut json, "replaces", true.into());
        }
        (nested.name.to_string(), json)
    });
    json!({ "attributes": of_attributes(&block.attributes), "blocks": blocks.collect::<Map<_, _>>() })
}

fn of_attributes(attributes: &[Attribute]) -> Map<String, Json> {
    attributes.iter().map(|one| (one.name.to_string(), of_attribute(one))).collect()
}

fn of_attribute(attribute: &Attribute) -> Json {
    let presence = match attribute.presence {
        Presence::Required => "required",
        Presence::Optional => "optional",
        Presence::Computed => "computed",
        Presence::OptionalComputed => "optional and computed",
    };
    let mut json = match &attribute.shape {
        Shape::Plain(kind) => json!({ "presence": presence, "type": kind.to_json() }),
        Shape::Nested(nesting, inner) => {
            let nesting = match nesting {
                AttributeNesting::Single => "single",
                AttributeNesting::List => "list",
                AttributeNesting::Set => "set",
                AttributeNesting::Map => "map",
            };
            json!({ "presence": presence, "nesting": nesting, "attributes": of_attributes(inner) })
        }
    };
    for (name, holds) in [
        ("sensitive", attribute.sensitive),
        ("write_only", attribute.write_only),
        ("replaces", attribute.replaces),
        ("deprecated", attribute.deprecated.is_some()),
    ] {
        if holds {
            put(&mut json, name, true.into());
        }
    }
    if !attribute.possible_values.is_empty() {
        put(&mut json, "possible_values", attribute.possible_values.as_ref().into());
    }
    json
}

fn put(json: &mut Json, name: &str, value: Json) {
    if let Json::Object(members) = json {
        members.insert(name.to_owned(), value);
    }
}

/// The differences between two snapshots that break existing configurations, states or modules: one line for
/// each, which names the place. Other differences break nothing.
#[must_use]
pub(super) fn breaking(old: &Json, new: &Json) -> Vec<String> {
    let mut found = Vec::new();
    compare(old, new, "", &mut found);
    found
}

fn compare(old: &Json, new: &Json, path: &str, found: &mut Vec<String>) {
    let (Json::Object(old), Json::Object(new)) = (old, new) else { return };
    if let (Some(before), Some(now)) = (old.get("version"), new.get("version"))
        && now.as_i64() < before.as_i64()
    {
        found.push(format!("{path}: the version went down from {before} to {now}"));
    }
    for member in ["type", "nesting"] {
        if old.get(member) != new.get(member) {
            let text = |json: Option<&Json>| json.map_or_else(|| "none".to_owned(), ToString::to_string);
            found.push(format!(
                "{path}: its {member} was {} and is {}",
                text(old.get(member)),
                text(new.get(member))
            ));
        }
    }
    if let (Some(before), Some(now)) = (text(old, "presence"), text(new, "presence"))
        && presence_breaks(before, now)
    {
        found.push(format!("{path}: it was {before} and is {now}"));
    }
    for (member, what) in [
        ("sensitive", "sensitive"),
        ("write_only", "write-only"),
        ("replaces", "a replacement when it changes"),
    ] {
        if new.contains_key(member) && !old.contains_key(member) && old.contains_key("presence") {
            found.push(format!("{path}: it is {what}, which it was not"));
        }
    }
    let words = |json: &Map<String, Json>| json.get("possible_values").and_then(Json::as_array).cloned();
    if let Some(now) = words(new) {
        let before = words(old);
        let lost = before.iter().flatten().filter(|word| !now.contains(word)).map(ToString::to_string);
        found.extend(lost.map(|word| format!("{path}: {word} is no longer possible")));
        if before.is_none() {
            found.push(format!("{path}: it no longer takes any word"));
        }
    }
    if let (Some(before), Some(now)) = (old.get("block"), new.get("block")) {
        compare(before, now, path, found);
    }
    for group in [
        "provider",
        "resources",
        "data_sources",
        "list_resources",
        "functions",
        "identities",
        "attributes",
        "blocks",
    ] {
        let (Some(Json::Object(before)), now) = (old.get(group), new.get(group)) else { continue };
        let empty = Map::new();
        let now = now.and_then(Json::as_object).unwrap_or(&empty);
        let at =
            |name: &str| if path.is_empty() { format!("{group}.{name}") } else { format!("{path}.{name}") };
        for (name, before) in before {
            match now.get(name) {
                Some(now) => compare(before, now, &at(name), found),
                None => found.push(format!("{}: it was removed or renamed", at(name))),
            }
        }
        let added = now.iter().filter(|(name, _)| !before.contains_key(*name));
        for (name, _) in added.filter(|(_, one)| one.get("presence") == Some(&"required".into())) {
            found.push(format!("{}: it is new and required", at(name)));
        }
    }
}

fn text<'a>(json: &'a Map<String, Json>, name: &str) -> Option<&'a str> {
    json.get(name).and_then(Json::as_str)
}

/// Whether something that could be set, or could be relied on, no longer can.
fn presence_breaks(before: &str, now: &str) -> bool {
    match (before, now) {
        (before, now) if before == now => false,
        ("optional and computed" | "optional", "required" | "computed") | ("required", "computed") => true,
        ("computed", now) => now != "optional and computed",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::schema::NestedBlock;
    use crate::plugin::types::Type;

    fn name() -> Attribute {
        Attribute::new("name", Type::String, "")
    }

    fn schema(attribute: Attribute) -> Json {
        let inner = Block::new("").attributes([attribute]);
        let block = Block::new("").nested(NestedBlock::new("disk", BlockNesting::Single, inner));
        json!({ "resources": { "thing": of_schema(&Schema::new(1, block)) } })
    }

    fn change(old: Attribute, new: Attribute) -> Vec<String> {
        breaking(&schema(old), &schema(new))
    }

    #[test]
    fn an_incompatible_change_is_named_by_its_place() {
        let other = Attribute::new("title", Type::String, "");
        assert_eq!(change(name(), other), ["resources.thing.disk.name: it was removed or renamed"]);
        for (old, new) in [
            (name(), Attribute::new("name", Type::Bool, "")),
            (name(), name().required()),
            (name(), name().computed()),
            (name().computed(), name()),
            (name(), name().sensitive()),
            (name(), name().replaces()),
            (name(), name().one_of(&["a"])),
            (name().one_of(&["a", "b"]), name().one_of(&["a"])),
            (name(), Attribute::nested("name", AttributeNesting::Map, vec![name()], "")),
        ] {
            let found = change(old.clone(), new.clone());
            assert!(
                !found.is_empty() && found[0].starts_with("resources.thing.disk.name: "),
                "{old:?} {new:?} {found:?}"
            );
        }
    }

    #[test]
    fn a_change_that_allows_more_is_compatible() {
        for (old, new) in [
            (name().required(), name()),
            (name(), name().optional_computed()),
            (name().computed(), name().optional_computed()),
            (name().one_of(&["a"]), name().one_of(&["a", "b"])),
            (name().one_of(&["a"]), name()),
            (name().sensitive(), name()),
            (name(), name().deprecated("Use another.")),
        ] {
            assert_eq!(change(old, new), [""; 0]);
        }
    }

    #[test]
    fn a_new_argument_must_not_be_required() {
        let with =
            |attributes: Vec<Attribute>| of_schema(&Schema::new(0, Block::new("").attributes(attributes)));
        let other = || Attribute::new("other", Type::String, "");
        assert_eq!(breaking(&with(vec![name()]), &with(vec![name(), other()])), [""; 0]);
        assert_eq!(breaking(&with(vec![name()]), &with(vec![name(), other().required()])).len(), 1);
        assert_eq!(
            breaking(
                &of_schema(&Schema::new(2, Block::new(""))),
                &of_schema(&Schema::new(1, Block::new("")))
            )
            .len(),
            1
        );
    }
}
