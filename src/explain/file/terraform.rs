//! The output of `terraform show -json` for a state or a plan, and state files themselves.

use serde_json::{Map, Value};

use super::super::version::KNOWN_AFTER_APPLY;
use super::{
    FileContent, Key, ObjectKind, PROFILE, Placeholders, Profile, VERSION, Version, kind_of_id, names_of,
    same, text, title_of,
};

/// The versions as they will be after a plan.
pub(super) fn plan(plan: &Value) -> FileContent {
    let changes = plan.get("resource_changes").and_then(Value::as_array);
    // A deferred resource is read as far as it is planned.
    let deferred = plan.get("deferred_changes").and_then(Value::as_array).into_iter().flatten();
    let deferred = deferred.filter_map(|one| one.get("resource_change"));
    let after = |change: &Value| {
        let what = change.get("change")?;
        let after = what.get("after").filter(|after| !after.is_null())?;
        let unknown = what.get("after_unknown").unwrap_or(&Value::Null);
        Some((address(change, None), text(change, "type")?.to_owned(), known(after, unknown)))
    };
    let mut content_after = content(
        changes.into_iter().flatten().chain(deferred).filter_map(after).collect(),
        Placeholders::Later,
    );
    let before = |change: &Value| {
        let before = change.get("change")?.get("before").filter(|before| !before.is_null())?;
        Some((address(change, None), text(change, "type")?.to_owned(), before.clone()))
    };
    let before = content(changes.into_iter().flatten().filter_map(before).collect(), Placeholders::Nothing);
    content_after.before = Some(before.versions);
    content_after
}

/// The versions of a state, in either of its forms.
pub(super) fn state(state: &Value) -> FileContent {
    let mut resources = Vec::new();
    if let Some(root) = state.get("values").and_then(|values| values.get("root_module")) {
        module(root, &mut resources);
    }
    for resource in state.get("resources").and_then(Value::as_array).into_iter().flatten() {
        let instances = resource.get("instances").and_then(Value::as_array).into_iter().flatten();
        for instance in instances {
            if let (Some(kind), Some(values)) = (text(resource, "type"), instance.get("attributes")) {
                resources.push((
                    address(resource, instance.get("index_key")),
                    kind.to_owned(),
                    values.clone(),
                ));
            }
        }
    }
    content(resources, Placeholders::Nothing)
}

fn module(module: &Value, resources: &mut Vec<(String, String, Value)>) {
    for resource in module.get("resources").and_then(Value::as_array).into_iter().flatten() {
        if let (Some(kind), Some(values)) = (text(resource, "type"), resource.get("values")) {
            resources.push((address(resource, None), kind.to_owned(), values.clone()));
        }
    }
    for child in module.get("child_modules").and_then(Value::as_array).into_iter().flatten() {
        self::module(child, resources);
    }
}

/// An instance's address: given, or built from a state file's parts.
fn address(resource: &Value, key: Option<&Value>) -> String {
    if let Some(address) = text(resource, "address") {
        return address.to_owned();
    }
    let part = |name| text(resource, name).unwrap_or_default();
    let module = if part("module").is_empty() { String::new() } else { format!("{}.", part("module")) };
    let data = if part("mode") == "data" { "data." } else { "" };
    let key = key.filter(|key| !key.is_null()).map_or_else(String::new, |key| format!("[{key}]"));
    format!("{module}{data}{}.{}{key}", part("type"), part("name"))
}

fn content(resources: Vec<(String, String, Value)>, placeholders: Placeholders) -> FileContent {
    let profiles: Vec<_> = resources.iter().filter_map(|(_, kind, values)| profile(kind, values)).collect();
    let mut content = FileContent::default();
    for (address, kind, values) in &resources {
        let properties = match version(kind, values) {
            None => continue,
            Some(Some(properties)) => properties,
            Some(None) => {
                content.unread.push(format!("{address}: its body has no properties that can be read"));
                continue;
            }
        };
        let parent = text(values, "profile_id").or_else(|| text(values, "parent_id")).unwrap_or_default();
        let id = text(values, "id").filter(|id| *id != KNOWN_AFTER_APPLY).unwrap_or(parent);
        let own = profiles.iter().find(|(id, _)| same(id, parent)).or(match profiles.as_slice() {
            // The profile is created by the same plan, so its id may not be known yet.
            [only] if parent == KNOWN_AFTER_APPLY || parent.is_empty() => Some(only),
            _ => None,
        });
        let name = title_of(id).map_or_else(String::new, |name| format!(" ({name})"));
        content.versions.push(Version {
            title: format!("{address}{name}"),
            key: Key::new(address, if parent == KNOWN_AFTER_APPLY { "" } else { parent }),
            properties,
            profile: own.map(|(_, profile)| profile.clone()).unwrap_or_default(),
            names: names_of(id),
            notes: Vec::new(),
            placeholders: placeholders.clone(),
        });
    }
    content
}

/// The properties of a version: ours, or azapi's. The inner `None` means that they cannot be read.
fn version(kind: &str, values: &Value) -> Option<Option<Map<String, Value>>> {
    match kind {
        "gallery_invm_access_profile_version" => {
            // Attributes of later builds, whatever their names, do not affect access.
            let parts = ["mode", "default_access", "rules", "lint"];
            let part = |name: &str| Some((name.to_owned(), values.get(name)?.clone()));
            Some(Some(parts.into_iter().filter_map(part).collect()))
        }
        "azapi_resource" if azapi_kind(values) == ObjectKind::Version => Some(properties(values)),
        _ => None,
    }
}

fn profile(kind: &str, values: &Value) -> Option<(String, Profile)> {
    let id = text(values, "id").unwrap_or(KNOWN_AFTER_APPLY).to_owned();
    match kind {
        "gallery_invm_access_profile" => {
            Some((id, Profile::of(values.get("applicable_host_endpoint"), values.get("os_type"))))
        }
        "azapi_resource" if azapi_kind(values) == ObjectKind::Profile => {
            let properties = properties(values)?;
            Some((id, Profile::of(properties.get("applicableHostEndpoint"), properties.get("osType"))))
        }
        _ => None,
    }
}

/// The kind of an azapi object: by its id if it has one, otherwise by the type, which ends with an
/// api-version.
fn azapi_kind(values: &Value) -> ObjectKind {
    let id = text(values, "id").or_else(|| text(values, "resource_id"));
    let kind = text(values, "type").and_then(|text| text.split('@').next()).unwrap_or_default();
    id.and_then(kind_of_id).unwrap_or(match kind {
        kind if same(kind, VERSION) => ObjectKind::Version,
        kind if same(kind, PROFILE) => ObjectKind::Profile,
        _ => ObjectKind::Other,
    })
}

/// The properties in azapi's body, or what azapi read if there is no body.
fn properties(values: &Value) -> Option<Map<String, Value>> {
    let unknown = || {
        let names = ["mode", "defaultAccess", "rules"].into_iter();
        names.map(|name| (name.to_owned(), KNOWN_AFTER_APPLY.into())).collect()
    };
    if text(values, "body") == Some(KNOWN_AFTER_APPLY) {
        return Some(unknown());
    }
    let mut document = document(values.get("body")).or_else(|| document(values.get("output")))?;
    match document.remove("properties") {
        Some(Value::Object(properties)) => Some(properties),
        Some(later) if later == KNOWN_AFTER_APPLY => Some(unknown()),
        _ => None,
    }
}

/// A body is an object, in state files together with its type; before version 2 of azapi it was JSON in a
/// text.
fn document(value: Option<&Value>) -> Option<Map<String, Value>> {
    match value? {
        Value::Object(body) => match (body.len(), body.get("type"), body.get("value")) {
            (2, Some(_), Some(inner)) => document(Some(inner)),
            _ => Some(body.clone()),
        },
        Value::String(text) => serde_json::from_str(text).ok(),
        _ => None,
    }
}

/// A planned value with unknown values marked in it: Terraform omits those and lists their places separately.
fn known(after: &Value, unknown: &Value) -> Value {
    match (after, unknown) {
        (_, Value::Bool(true)) => KNOWN_AFTER_APPLY.into(),
        (Value::Object(members), Value::Object(open)) => {
            let names: std::collections::BTreeSet<_> = members.keys().chain(open.keys()).collect();
            let member = |name: &&String| {
                let after = members.get(*name).unwrap_or(&Value::Null);
                let open = open.get(*name).unwrap_or(&Value::Null);
                ((*name).clone(), known(after, open))
            };
            Value::Object(names.iter().map(member).collect())
        }
        (Value::Array(elements), Value::Array(open)) => {
            let count = elements.len().max(open.len());
            let at = |all: &[Value], index| all.get(index).cloned().unwrap_or(Value::Null);
            (0..count).map(|index| known(&at(elements, index), &at(open, index))).collect()
        }
        (Value::Null, Value::Object(_)) if has_unknown(unknown) => known(&Value::Object(Map::new()), unknown),
        (after, _) => after.clone(),
    }
}

fn has_unknown(unknown: &Value) -> bool {
    match unknown {
        Value::Bool(is_unknown) => *is_unknown,
        Value::Object(members) => members.values().any(has_unknown),
        Value::Array(elements) => elements.iter().any(has_unknown),
        _ => false,
    }
}
