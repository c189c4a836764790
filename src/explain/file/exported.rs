//! Rules by themselves, and versions as Azure's tools export them.

use serde_json::Value;

use super::{Open, PROFILE, Profile, Version, names_of, same, text, title_of};

/// A version, a list of versions (as `az ... list` prints them, or a page of REST's), or rules.
pub(super) fn versions(value: &Value) -> Vec<Version> {
    let page = value.get("value").and_then(Value::as_array);
    let Some(all) = page.or_else(|| value.as_array()) else {
        return version(value, Profile::default(), String::new()).into_iter().collect();
    };
    // A list of everything in a gallery holds the profiles too.
    let profiles: Vec<_> = all.iter().filter_map(|one| Some((text(one, "id")?, profile(one)?))).collect();
    let of = |(place, one): (usize, &Value)| {
        let id = text(one, "id").unwrap_or_default();
        let own = profiles.iter().find(|(profile, _)| {
            id.len() > profile.len()
                && id.get(..profile.len()).is_some_and(|start| same(start, profile))
                && id.get(profile.len()..).is_some_and(|rest| rest.starts_with('/'))
        });
        version(one, own.map(|(_, profile)| profile.clone()).unwrap_or_default(), format!("[{place}]"))
    };
    all.iter().enumerate().filter_map(of).collect()
}

fn version(value: &Value, profile: Profile, place: String) -> Option<Version> {
    let properties = match value.get("properties") {
        Some(Value::Object(properties)) => properties,
        _ => value.as_object()?,
    };
    let known = ["mode", "defaultAccess", "default_access", "rules", "privileges", "roles", "identities"];
    if !known.iter().any(|name| properties.contains_key(*name)) || self::profile(value).is_some() {
        return None;
    }
    let id = text(value, "id").unwrap_or_default();
    let title = title_of(id).or_else(|| text(value, "name").map(str::to_owned)).unwrap_or(place);
    Some(Version {
        title,
        properties: properties.clone(),
        profile,
        names: names_of(id),
        notes: Vec::new(),
        open: Open::Nothing,
    })
}

/// What a profile says; nothing for what is none.
fn profile(value: &Value) -> Option<Profile> {
    let properties = value.get("properties").unwrap_or(value);
    let (endpoint, os_type) = (properties.get("applicableHostEndpoint"), properties.get("osType"));
    let is_one = text(value, "type").is_some_and(|kind| same(kind, PROFILE)) || endpoint.is_some();
    is_one.then(|| Profile::of(endpoint, os_type))
}
