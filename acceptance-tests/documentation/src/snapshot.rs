//! The schema in the format of `terraform providers schema -json`, made without Terraform. Reviews see a
//! change of the schema as a change of a file, and tools read that format.

use serde_json::{Map, Value, json};
use terraform_provider_gallery::plugin::proto;
use terraform_provider_gallery::plugin::{Provider, Schema};
use terraform_provider_gallery::provider::ADDRESS;

/// The snapshot, with a line end.
pub(crate) fn json(provider: &dyn Provider) -> String {
    let mut schemas = Map::new();
    schemas.insert("provider".into(), schema(&provider.schema()));
    let resources = provider.resources();
    let sources = provider.data_sources();
    let identities = resources.iter().filter_map(|resource| {
        let identity = identity(&resource.identity_schema()?.to_proto());
        Some((resource.type_name().to_owned(), identity))
    });
    for (name, members) in [
        (
            "resource_schemas",
            resources.iter().map(|one| (one.type_name().to_owned(), schema(&one.schema()))).collect(),
        ),
        (
            "data_source_schemas",
            sources.iter().map(|one| (one.type_name().to_owned(), schema(&one.schema()))).collect(),
        ),
        (
            "functions",
            provider
                .functions()
                .iter()
                .map(|one| (one.name().to_owned(), function(&one.signature().to_proto())))
                .collect(),
        ),
        (
            "list_resource_schemas",
            provider
                .list_resources()
                .iter()
                .map(|one| (one.type_name().to_owned(), schema(&one.schema())))
                .collect(),
        ),
        ("resource_identity_schemas", identities.collect::<Map<_, _>>()),
    ] {
        if !members.is_empty() {
            schemas.insert(name.into(), Value::Object(members));
        }
    }
    let all = json!({ "format_version": "1.0", "provider_schemas": { ADDRESS: schemas } });
    format!("{all:#}\n")
}

fn schema(schema: &Schema) -> Value {
    let schema = schema.to_proto();
    json!({ "version": schema.version, "block": schema.block.as_ref().map(block) })
}

fn block(block: &proto::schema::Block) -> Value {
    let mut members = Map::new();
    if !block.attributes.is_empty() {
        members.insert("attributes".into(), attributes(&block.attributes));
    }
    if !block.block_types.is_empty() {
        let blocks = block.block_types.iter().map(|one| (one.type_name.clone(), nested_block(one)));
        members.insert("block_types".into(), Value::Object(blocks.collect()));
    }
    describe(&mut members, &block.description);
    flag(&mut members, "deprecated", block.deprecated);
    Value::Object(members)
}

fn nested_block(nested: &proto::schema::NestedBlock) -> Value {
    use proto::schema::nested_block::NestingMode;
    let mode = match nested.nesting() {
        NestingMode::List => "list",
        NestingMode::Set => "set",
        NestingMode::Map => "map",
        NestingMode::Group => "group",
        NestingMode::Single | NestingMode::Invalid => "single",
    };
    let mut members = Map::new();
    members.insert("nesting_mode".into(), mode.into());
    members.insert("block".into(), nested.block.as_ref().map(block).unwrap_or_default());
    for (name, bound) in [("min_items", nested.min_items), ("max_items", nested.max_items)] {
        if bound > 0 {
            members.insert(name.into(), bound.into());
        }
    }
    Value::Object(members)
}

fn attributes(attributes: &[proto::schema::Attribute]) -> Value {
    Value::Object(attributes.iter().map(|one| (one.name.clone(), attribute(one))).collect())
}

fn attribute(attribute: &proto::schema::Attribute) -> Value {
    let mut members = Map::new();
    match &attribute.nested_type {
        Some(object) => drop(members.insert("nested_type".into(), nested_type(object))),
        None => drop(members.insert("type".into(), kind(&attribute.r#type))),
    }
    describe(&mut members, &attribute.description);
    flag(&mut members, "required", attribute.required);
    flag(&mut members, "optional", attribute.optional);
    flag(&mut members, "computed", attribute.computed);
    flag(&mut members, "sensitive", attribute.sensitive);
    flag(&mut members, "write_only", attribute.write_only);
    flag(&mut members, "deprecated", attribute.deprecated);
    Value::Object(members)
}

fn nested_type(object: &proto::schema::Object) -> Value {
    use proto::schema::object::NestingMode;
    let mode = match object.nesting() {
        NestingMode::List => "list",
        NestingMode::Set => "set",
        NestingMode::Map => "map",
        NestingMode::Single | NestingMode::Invalid => "single",
    };
    json!({ "attributes": attributes(&object.attributes), "nesting_mode": mode })
}

fn function(function: &proto::Function) -> Value {
    let mut members = Map::new();
    text(&mut members, "summary", &function.summary);
    text(&mut members, "description", &function.description);
    members.insert(
        "return_type".into(),
        function.r#return.as_ref().map(|one| kind(&one.r#type)).unwrap_or_default(),
    );
    if !function.parameters.is_empty() {
        members.insert("parameters".into(), function.parameters.iter().map(parameter).collect());
    }
    if let Some(variadic) = &function.variadic_parameter {
        members.insert("variadic_parameter".into(), parameter(variadic));
    }
    Value::Object(members)
}

fn parameter(parameter: &proto::function::Parameter) -> Value {
    let mut members = Map::new();
    members.insert("name".into(), parameter.name.clone().into());
    text(&mut members, "description", &parameter.description);
    flag(&mut members, "is_nullable", parameter.allow_null_value);
    members.insert("type".into(), kind(&parameter.r#type));
    Value::Object(members)
}

fn identity(identity: &proto::ResourceIdentitySchema) -> Value {
    let attributes = identity.identity_attributes.iter().map(|one| {
        let mut members = Map::new();
        members.insert("type".into(), kind(&one.r#type));
        text(&mut members, "description", &one.description);
        flag(&mut members, "required_for_import", one.required_for_import);
        flag(&mut members, "optional_for_import", one.optional_for_import);
        (one.name.clone(), Value::Object(members))
    });
    json!({ "version": identity.version, "attributes": Value::Object(attributes.collect()) })
}

/// A type, which the protocol has as JSON already.
fn kind(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_default()
}

fn describe(members: &mut Map<String, Value>, description: &str) {
    text(members, "description", description);
    let kind = if description.is_empty() { "plain" } else { "markdown" };
    members.insert("description_kind".into(), kind.into());
}

fn text(members: &mut Map<String, Value>, name: &str, text: &str) {
    if !text.is_empty() {
        members.insert(name.into(), text.into());
    }
}

fn flag(members: &mut Map<String, Value>, name: &str, flag: bool) {
    if flag {
        members.insert(name.into(), true.into());
    }
}
