//! ARM templates: every version in one, at any place, with its expressions resolved as far as the file
//! allows.

mod expression;
mod functions;
mod scope;

use serde_json::{Map, Value};

use super::{Found, Key, Open, PROFILE, Profile, VERSION, Version, has_rules, same, text};
use scope::{Evaluation, Scope};

/// How many versions are read from one template.
const MOST_VERSIONS: usize = 10_000;

/// Reads a template. `parameters` are passed in separately, as in a deployment.
pub(super) fn read(template: &Value, parameters: Option<&Value>) -> Found {
    let evaluation = Evaluation::default();
    let given = parameters.and_then(Value::as_object).into_iter().flatten();
    let given = given.filter_map(|(name, one)| Some((name.clone(), one.get("value")?.clone()))).collect();
    let scope = Scope::new(&evaluation, template, given);
    let mut walk =
        Walk { evaluation: &evaluation, versions: Vec::new(), profiles: Vec::new(), unread: Vec::new() };
    walk.resources(template, &scope, &Around::default());
    let only = match walk.profiles.as_slice() {
        [(_, only)] => Some(only.clone()),
        _ => None,
    };
    let unresolved = evaluation.unresolved();
    let of = |(mut version, profile): (Version, Option<String>)| {
        let named = profile.and_then(|profile| {
            walk.profiles.iter().find(|(name, _)| same(name, &profile)).map(|(_, one)| one.clone())
        });
        version.profile = named.or_else(|| only.clone()).unwrap_or_default();
        version.open = Open::Expressions(unresolved.clone());
        version
    };
    Found { unread: walk.unread, versions: walk.versions.into_iter().map(of).collect(), before: None }
}

/// What was found so far.
struct Walk<'e> {
    evaluation: &'e Evaluation,
    /// Versions, with the name of their profile.
    versions: Vec<(Version, Option<String>)>,
    profiles: Vec<(String, Profile)>,
    /// Parts that may contain versions but cannot be read, and why.
    unread: Vec<String>,
}

/// The surroundings of a resource.
#[derive(Clone, Default)]
struct Around {
    /// Type and name of the outer resource; a child writes only its own part.
    parent: Option<(String, String)>,
    /// The outer deployment.
    deployment: String,
    /// Further remarks about a version.
    notes: Vec<String>,
}

impl Walk<'_> {
    fn resources(&mut self, holder: &Value, scope: &Scope<'_>, around: &Around) {
        match holder.get("resources") {
            Some(Value::Array(all)) => all.iter().for_each(|one| self.copies(one, scope, around)),
            // In language version 2 resources have symbolic names.
            Some(Value::Object(all)) => all.values().for_each(|one| self.copies(one, scope, around)),
            None | Some(Value::Null) => {}
            Some(other) => {
                let parent = around.parent.as_ref().map_or("", |(_, name)| name);
                let of = if parent.is_empty() { &around.deployment } else { parent };
                self.cannot_be_read(of, "the list `resources`", other, scope);
            }
        }
    }

    /// A resource, once or as often as its copy loop runs.
    fn copies(&mut self, resource: &Value, scope: &Scope<'_>, around: &Around) {
        let Some(copy) = resource.get("copy").filter(|copy| copy.is_object()) else {
            return self.resource(resource, scope, around);
        };
        let name = text(copy, "name").unwrap_or_default();
        match scope.count(copy.get("count")) {
            Some(count) => {
                for turn in 0..count {
                    if self.versions.len() >= MOST_VERSIONS {
                        let name = text(resource, "name").unwrap_or_default();
                        self.unread
                            .push(format!("{name}: only {MOST_VERSIONS} versions of a template are read"));
                        break;
                    }
                    self.resource(resource, &scope.in_loop(name, turn), around);
                }
            }
            None => {
                let mut around = around.clone();
                around.notes.push("A copy loop deploys it several times.".to_owned());
                self.resource(resource, scope, &around);
            }
        }
    }

    fn resource(&mut self, resource: &Value, scope: &Scope<'_>, around: &Around) {
        let name = scope.title(text(resource, "name").unwrap_or_default());
        let Some(written) = resource.get("type").filter(|kind| kind.is_string()) else { return };
        let resolved = scope.resolve(written);
        let Some(kind) = resolved.as_str().filter(|kind| !kind.starts_with('[')) else {
            return self.cannot_be_read(&name, "its type", written, scope);
        };
        let (kind, name) = match &around.parent {
            // A full type begins with the provider's namespace, which has a dot.
            Some((parent, of)) if !kind.split('/').next().unwrap_or_default().contains('.') => {
                (format!("{parent}/{kind}"), format!("{of}/{name}"))
            }
            _ => (kind.to_owned(), name),
        };
        // All properties may come from a parameter or a variable; expressions in written ones are resolved
        // later.
        let written = resource.get("properties").unwrap_or(&Value::Null);
        let resolved = written.is_string().then(|| scope.resolve(written));
        let properties = resolved.as_ref().unwrap_or(written).as_object();
        let exists = resource.get("existing").and_then(Value::as_bool) == Some(true);
        // Azure gives a version its profile's type, so an exported one may have it too.
        let is_version = same(&kind, VERSION) || (same(&kind, PROFILE) && properties.is_some_and(has_rules));
        if same(&kind, PROFILE) && !is_version {
            let of = |name: &str| {
                properties.and_then(|properties| properties.get(name)).map(|one| scope.resolve(one))
            };
            let profile = Profile::of(of("applicableHostEndpoint").as_ref(), of("osType").as_ref());
            self.profiles.push((name.clone(), profile));
        }
        if is_version && !exists {
            match properties {
                Some(properties) => self.version(resource, properties, name.clone(), scope, around),
                None => self.cannot_be_read(&name, "the part `properties`", written, scope),
            }
        }
        if same(&kind, "Microsoft.Resources/deployments") && !exists {
            match properties {
                Some(properties) => self.deployment(&name, properties, scope, around),
                None => self.cannot_be_read(&name, "the part `properties`", written, scope),
            }
        }
        let inner = Around { parent: Some((kind, name)), ..around.clone() };
        self.resources(resource, scope, &inner);
    }

    fn version(
        &mut self,
        resource: &Value,
        properties: &Map<String, Value>,
        name: String,
        scope: &Scope<'_>,
        around: &Around,
    ) {
        self.evaluation.take_defaults();
        let Value::Object(properties) = scope.resolve(&Value::Object(properties.clone())) else { return };
        let defaults = self.evaluation.take_defaults();
        let mut notes = around.notes.clone();
        match resource.get("condition").map(|condition| scope.resolve(condition)) {
            None | Some(Value::Bool(true)) => {}
            Some(Value::Bool(false)) => {
                notes.push("It is not deployed with these values: its condition is false.".to_owned())
            }
            Some(condition) => {
                let condition = condition.as_str().map_or_else(|| condition.to_string(), str::to_owned);
                notes.push(format!("It is deployed only if {condition} holds."));
            }
        }
        if !around.deployment.is_empty() {
            notes.push(format!("It is in the nested deployment {}.", around.deployment));
        }
        if !defaults.is_empty() {
            let names: Vec<_> = defaults.into_iter().collect();
            notes.push(format!("Parameters with their default values: {}.", names.join(", ")));
        }
        let profile = name.rsplit_once('/').map(|(profile, _)| profile.to_owned());
        let version = Version {
            title: name.clone(),
            key: Key::new(&name, profile.as_deref().unwrap_or_default()),
            properties,
            profile: Profile::default(),
            names: name.split('/').map(str::to_owned).collect(),
            notes,
            open: Open::Nothing,
        };
        self.versions.push((version, profile));
    }

    fn deployment(
        &mut self,
        name: &str,
        properties: &Map<String, Value>,
        scope: &Scope<'_>,
        around: &Around,
    ) {
        let Some(template) = properties.get("template") else {
            if properties.contains_key("templateLink") {
                self.unread.push(format!("{name}: the linked template is not in this file"));
            }
            return;
        };
        let resolved = template.is_string().then(|| scope.resolve(template));
        let template = resolved.as_ref().unwrap_or(template);
        if !template.is_object() {
            return self.cannot_be_read(name, "the template in it", template, scope);
        }
        let around = Around { parent: None, deployment: name.to_owned(), notes: around.notes.clone() };
        let options = properties.get("expressionEvaluationOptions");
        let is_inner =
            options.and_then(|options| text(options, "scope")).is_some_and(|scope| same(scope, "inner"));
        if !is_inner {
            // By default expressions inside use the outer parameters and variables.
            return self.resources(template, scope, &around);
        }
        let given = properties.get("parameters").and_then(Value::as_object).into_iter().flatten();
        let given =
            given.filter_map(|(name, one)| Some((name.clone(), scope.resolve(one.get("value")?)))).collect();
        let inner = Scope::new(self.evaluation, template, given);
        self.resources(template, &inner, &around);
    }

    /// Records a part of the template that may contain versions but cannot be read.
    fn cannot_be_read(&mut self, of: &str, what: &str, written: &Value, scope: &Scope<'_>) {
        let of = if of.is_empty() { "the template" } else { of };
        let resolved = scope.resolve(written);
        let is = match (&resolved, self.evaluation.unresolved().get(resolved.as_str().unwrap_or_default())) {
            (Value::Null, _) => "it is missing".to_owned(),
            (Value::String(text), Some(why)) => format!("it is the expression {text}, and {why}"),
            (Value::String(_), None) => "it is a text".to_owned(),
            (Value::Array(_), _) => "it is a list".to_owned(),
            (Value::Object(_), _) => "it is an object".to_owned(),
            (other, _) => format!("it is {other}"),
        };
        self.unread.push(format!("{of}: {what} cannot be read: {is}"));
    }
}
