//! ARM templates: every version in one, wherever it stands.

use serde_json::Value;

use super::{Open, PROFILE, Profile, VERSION, Version, same, text};

/// The versions of a template, in its order.
pub(super) fn versions(template: &Value) -> Vec<Version> {
    let mut walk = Walk::default();
    walk.resources(template, &Around::default());
    let only = match walk.profiles.as_slice() {
        [(_, only)] => Some(only.clone()),
        _ => None,
    };
    let of = |(mut version, profile): (Version, Option<String>)| {
        let named = profile.and_then(|profile| {
            walk.profiles.iter().find(|(name, _)| same(name, &profile)).map(|(_, one)| one.clone())
        });
        version.profile = named.or_else(|| only.clone()).unwrap_or_default();
        version
    };
    walk.versions.into_iter().map(of).collect()
}

/// What is found on the way.
#[derive(Default)]
struct Walk {
    /// Versions, with the name of their profile.
    versions: Vec<(Version, Option<String>)>,
    profiles: Vec<(String, Profile)>,
}

/// What a resource stands in.
#[derive(Clone, Default)]
struct Around {
    /// Type and name of the resource around, of which a child writes only its own part.
    parent: Option<(String, String)>,
    /// The deployment around.
    deployment: String,
}

impl Walk {
    fn resources(&mut self, holder: &Value, around: &Around) {
        match holder.get("resources") {
            Some(Value::Array(all)) => all.iter().for_each(|one| self.resource(one, around)),
            // In the second version of the language resources are named.
            Some(Value::Object(all)) => all.values().for_each(|one| self.resource(one, around)),
            _ => {}
        }
    }

    fn resource(&mut self, resource: &Value, around: &Around) {
        let (Some(kind), name) = (text(resource, "type"), text(resource, "name").unwrap_or_default()) else {
            return;
        };
        let (kind, name) = match &around.parent {
            // A whole type has the provider's namespace in front, which has a dot.
            Some((parent, of)) if !kind.split('/').next().unwrap_or_default().contains('.') => {
                (format!("{parent}/{kind}"), format!("{of}/{name}"))
            }
            _ => (kind.to_owned(), name.to_owned()),
        };
        let properties = resource.get("properties").and_then(Value::as_object);
        let exists = resource.get("existing").and_then(Value::as_bool) == Some(true);
        if same(&kind, PROFILE) {
            let of = |name: &str| properties.and_then(|properties| properties.get(name));
            self.profiles.push((name.clone(), Profile::of(of("applicableHostEndpoint"), of("osType"))));
        }
        if same(&kind, VERSION)
            && !exists
            && let Some(properties) = properties
        {
            let mut notes = Vec::new();
            if let Some(condition) = text(resource, "condition") {
                notes.push(format!("It is deployed only if {condition} holds."));
            }
            if resource.get("copy").is_some() {
                notes.push("A copy loop deploys it several times.".to_owned());
            }
            if !around.deployment.is_empty() {
                notes.push(format!("It stands in the nested deployment {}.", around.deployment));
            }
            let profile = name.rsplit_once('/').map(|(profile, _)| profile.to_owned());
            let version = Version {
                title: name.clone(),
                properties: properties.clone(),
                profile: Profile::default(),
                names: name.split('/').map(str::to_owned).collect(),
                notes,
                open: Open::Expressions,
            };
            self.versions.push((version, profile));
        }
        if same(&kind, "Microsoft.Resources/deployments")
            && let Some(template) = properties.and_then(|properties| properties.get("template"))
        {
            self.resources(template, &Around { parent: None, deployment: name.clone() });
        }
        self.resources(resource, &Around { parent: Some((kind, name)), ..around.clone() });
    }
}
