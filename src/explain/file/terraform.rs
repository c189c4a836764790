//! What `terraform show -json` prints of a state or a plan, and state files themselves.

use serde_json::{Map, Value};

use super::super::version::LATER;
use super::{Open, PROFILE, Profile, VERSION, Version, names_of, same, text, title_of};

/// The versions as they will be after a plan.
pub(super) fn plan(plan: &Value) -> Vec<Version> {
    let changes = plan.get("resource_changes").and_then(Value::as_array);
    let after = |change: &Value| {
        let what = change.get("change")?;
        let after = what.get("after").filter(|after| !after.is_null())?;
        let unknown = what.get("after_unknown").unwrap_or(&Value::Null);
        Some((address(change, None), text(change, "type")?.to_owned(), known(after, unknown)))
    };
    of(changes.into_iter().flatten().filter_map(after).collect(), Open::Later)
}

/// The versions of a state, in either of its forms.
pub(super) fn state(state: &Value) -> Vec<Version> {
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
    of(resources, Open::Nothing)
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

/// An instance's address: given, or put together from a state file's parts.
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

fn of(resources: Vec<(String, String, Value)>, open: Open) -> Vec<Version> {
    let profiles: Vec<_> = resources.iter().filter_map(|(_, kind, values)| profile(kind, values)).collect();
    let version = |(address, kind, values): &(String, String, Value)| {
        let properties = version(kind, values)?;
        let parent = text(values, "profile_id").or_else(|| text(values, "parent_id")).unwrap_or_default();
        let id = text(values, "id").filter(|id| *id != LATER).unwrap_or(parent);
        let own = profiles.iter().find(|(id, _)| same(id, parent)).or(match profiles.as_slice() {
            // The profile comes with the same plan, so its id may not be known yet.
            [only] if parent == LATER || parent.is_empty() => Some(only),
            _ => None,
        });
        let name = title_of(id).map_or_else(String::new, |name| format!(" ({name})"));
        Some(Version {
            title: format!("{address}{name}"),
            properties,
            profile: own.map(|(_, profile)| profile.clone()).unwrap_or_default(),
            names: names_of(id),
            notes: Vec::new(),
            open,
        })
    };
    resources.iter().filter_map(version).collect()
}

/// The properties of what is a version: ours, or azapi's.
fn version(kind: &str, values: &Value) -> Option<Map<String, Value>> {
    match kind {
        "gallery_invm_access_profile_version" => values.as_object().cloned(),
        "azapi_resource" if is(values, VERSION) => {
            let mut body = body(values)?;
            match body.remove("properties") {
                Some(Value::Object(properties)) => Some(properties),
                _ => None,
            }
        }
        _ => None,
    }
}

fn profile(kind: &str, values: &Value) -> Option<(String, Profile)> {
    let id = text(values, "id").unwrap_or(LATER).to_owned();
    match kind {
        "gallery_invm_access_profile" => {
            Some((id, Profile::of(values.get("applicable_host_endpoint"), values.get("os_type"))))
        }
        "azapi_resource" if is(values, PROFILE) => {
            let body = body(values)?;
            let properties = body.get("properties")?;
            Some((id, Profile::of(properties.get("applicableHostEndpoint"), properties.get("osType"))))
        }
        _ => None,
    }
}

/// azapi writes the type with an api-version behind it.
fn is(values: &Value, kind: &str) -> bool {
    text(values, "type").and_then(|text| text.split('@').next()).is_some_and(|text| same(text, kind))
}

/// azapi's body is an object; before its version 2 it was JSON in a text.
fn body(values: &Value) -> Option<Map<String, Value>> {
    match values.get("body")? {
        Value::Object(body) => Some(body.clone()),
        Value::String(text) => serde_json::from_str(text).ok(),
        _ => None,
    }
}

/// A planned value with what is not known yet marked in it: Terraform leaves that out and says beside it where it was.
fn known(after: &Value, unknown: &Value) -> Value {
    match (after, unknown) {
        (_, Value::Bool(true)) => LATER.into(),
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
