//! Rules in a file of their own, and versions as Azure's tools export them.

use serde_json::{Map, Value};

use super::{
    FileContent, Key, ObjectKind, Placeholders, Profile, Version, has_rules, kind_of_id, member, names_of,
    profile_of, same, text_in_any_case, title_of,
};

/// A version, a list of versions (as `az ... list` prints them, or a page of REST's), or rules.
pub(super) fn read(value: &Value) -> FileContent {
    let page = member(value, "value").and_then(Value::as_array);
    let mut content = FileContent::default();
    let Some(all) = page.or_else(|| value.as_array()) else {
        content.versions.extend(version(value, Profile::default(), String::new()));
        return content;
    };
    if page.is_some() && text_in_any_case(value, "nextLink").is_some_and(|next| !next.is_empty()) {
        content.unread.push(
            "it is one page of a list: its `nextLink` leads to more, which is not in this file".to_owned(),
        );
    }
    // A list of everything in a gallery contains the profiles too.
    let profiles: Vec<_> =
        all.iter().filter_map(|one| Some((text_in_any_case(one, "id")?, profile(one)?))).collect();
    for (place, one) in all.iter().enumerate() {
        let id = text_in_any_case(one, "id").unwrap_or_default();
        let own = profiles.iter().find(|(profile, _)| {
            id.len() > profile.len()
                && id.get(..profile.len()).is_some_and(|start| same(start, profile))
                && id.get(profile.len()..).is_some_and(|rest| rest.starts_with('/'))
        });
        let profile = own.map(|(_, profile)| profile.clone()).unwrap_or_default();
        match version(one, profile, format!("[{place}]")) {
            Some(version) => content.versions.push(version),
            None if kind(one) == ObjectKind::Profile && properties(one).is_some_and(has_rules) => {
                content.unread.push(format!("[{place}]: its id is a profile's, but it has rules"));
            }
            None if kind(one) == ObjectKind::Other && id.is_empty() => {
                content.unread.push(format!("[{place}]: it is neither a version nor a profile"));
            }
            None => {}
        }
    }
    content
}

/// The kind of an object: by its id, otherwise by its properties. The type does not show it, since Azure
/// gives a version its profile's.
fn kind(value: &Value) -> ObjectKind {
    let by_id = text_in_any_case(value, "id").and_then(kind_of_id);
    let Some(properties) = properties(value) else { return ObjectKind::Other };
    by_id.unwrap_or_else(|| {
        let is_profile = ["applicableHostEndpoint", "osType"].iter().any(|name| has(properties, name));
        match (has_rules(properties), is_profile) {
            (true, _) => ObjectKind::Version,
            (false, true) => ObjectKind::Profile,
            (false, false) => ObjectKind::Other,
        }
    })
}

fn properties(value: &Value) -> Option<&Map<String, Value>> {
    match member(value, "properties") {
        Some(Value::Object(properties)) => Some(properties),
        _ => value.as_object(),
    }
}

fn has(object: &Map<String, Value>, name: &str) -> bool {
    object.keys().any(|one| same(one, name))
}

fn version(value: &Value, profile: Profile, place: String) -> Option<Version> {
    if kind(value) != ObjectKind::Version {
        return None;
    }
    let id = text_in_any_case(value, "id").unwrap_or_default();
    let name = || text_in_any_case(value, "name").map(str::to_owned);
    Some(Version {
        key: Key::new(if id.is_empty() { &place } else { id }, profile_of(id)),
        title: title_of(id).or_else(name).unwrap_or(place),
        // Together with its surroundings, so that a misspelt member is found.
        properties: value.as_object()?.clone(),
        profile,
        names: names_of(id),
        notes: Vec::new(),
        placeholders: Placeholders::Nothing,
    })
}

/// A profile's properties; `None` for other objects.
fn profile(value: &Value) -> Option<Profile> {
    if kind(value) != ObjectKind::Profile {
        return None;
    }
    let property = |name| properties(value)?.iter().find(|(one, _)| same(one, name)).map(|(_, value)| value);
    Some(Profile::of(property("applicableHostEndpoint"), property("osType")))
}
