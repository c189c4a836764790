//! ARM templates: every version in one, at any place, with its expressions resolved as far as the file
//! allows.

mod expression;
mod functions;
mod scope;

use serde_json::{Map, Value};

use super::{FileContent, Key, PROFILE, Placeholders, Profile, VERSION, Version, has_rules, same, text};
use scope::{Evaluation, TemplateScope};

/// How many versions are read from one template.
const MOST_VERSIONS: usize = 10_000;

/// Reads a template. `parameters` are passed in separately, as in a deployment.
pub(super) fn read(template: &Value, parameters: Option<&Value>) -> FileContent {
    let evaluation = Evaluation::default();
    let given = parameters.and_then(Value::as_object).into_iter().flatten();
    let given = given.filter_map(|(name, one)| Some((name.clone(), one.get("value")?.clone()))).collect();
    let scope = TemplateScope::new(&evaluation, template, given);
    let mut reader = TemplateReader {
        evaluation: &evaluation,
        versions: Vec::new(),
        profiles: Vec::new(),
        unread: Vec::new(),
    };
    reader.resources(template, &scope, &ResourceContext::default());
    let only = match reader.profiles.as_slice() {
        [(_, only)] => Some(only.clone()),
        _ => None,
    };
    let unresolved = evaluation.unresolved();
    let complete = |(mut version, profile): (Version, Option<String>)| {
        let named = profile.and_then(|profile| {
            reader.profiles.iter().find(|(name, _)| same(name, &profile)).map(|(_, one)| one.clone())
        });
        version.profile = named.or_else(|| only.clone()).unwrap_or_default();
        version.placeholders = Placeholders::Expressions(unresolved.clone());
        version
    };
    FileContent {
        unread: reader.unread,
        versions: reader.versions.into_iter().map(complete).collect(),
        before: None,
    }
}

/// Reads the resources of a template, and collects what it finds.
struct TemplateReader<'e> {
    evaluation: &'e Evaluation,
    /// Versions, with the name of their profile.
    versions: Vec<(Version, Option<String>)>,
    profiles: Vec<(String, Profile)>,
    /// Parts that may contain versions but cannot be read, and why.
    unread: Vec<String>,
}

/// What surrounds a resource.
#[derive(Clone, Default)]
struct ResourceContext {
    /// Type and name of the outer resource; a child writes only its own part.
    parent: Option<(String, String)>,
    /// The outer deployment.
    deployment: String,
    /// Remarks for the versions in it.
    notes: Vec<String>,
}

impl TemplateReader<'_> {
    fn resources(&mut self, holder: &Value, scope: &TemplateScope<'_>, context: &ResourceContext) {
        match holder.get("resources") {
            Some(Value::Array(all)) => all.iter().for_each(|one| self.copies(one, scope, context)),
            // In language version 2 resources have symbolic names.
            Some(Value::Object(all)) => all.values().for_each(|one| self.copies(one, scope, context)),
            None | Some(Value::Null) => {}
            Some(other) => {
                let parent = context.parent.as_ref().map_or("", |(_, name)| name);
                let of = if parent.is_empty() { &context.deployment } else { parent };
                self.record_unread(of, "the list `resources`", other, scope);
            }
        }
    }

    /// A resource, once or as often as its copy loop runs.
    fn copies(&mut self, resource: &Value, scope: &TemplateScope<'_>, context: &ResourceContext) {
        let Some(copy) = resource.get("copy").filter(|copy| copy.is_object()) else {
            return self.resource(resource, scope, context);
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
                    self.resource(resource, &scope.in_loop(name, turn), context);
                }
            }
            None => {
                let mut context = context.clone();
                context.notes.push("A copy loop deploys it several times.".to_owned());
                self.resource(resource, scope, &context);
            }
        }
    }

    fn resource(&mut self, resource: &Value, scope: &TemplateScope<'_>, context: &ResourceContext) {
        let name = scope.title(text(resource, "name").unwrap_or_default());
        let Some(written) = resource.get("type").filter(|kind| kind.is_string()) else { return };
        let resolved = scope.resolve(written);
        let Some(kind) = resolved.as_str().filter(|kind| !kind.starts_with('[')) else {
            return self.record_unread(&name, "its type", written, scope);
        };
        let (kind, name) = match &context.parent {
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
                Some(properties) => self.version(resource, properties, name.clone(), scope, context),
                None => self.record_unread(&name, "the part `properties`", written, scope),
            }
        }
        if same(&kind, "Microsoft.Resources/deployments") && !exists {
            match properties {
                Some(properties) => self.deployment(&name, properties, scope, context),
                None => self.record_unread(&name, "the part `properties`", written, scope),
            }
        }
        let inner = ResourceContext { parent: Some((kind, name)), ..context.clone() };
        self.resources(resource, scope, &inner);
    }

    fn version(
        &mut self,
        resource: &Value,
        properties: &Map<String, Value>,
        name: String,
        scope: &TemplateScope<'_>,
        context: &ResourceContext,
    ) {
        self.evaluation.take_defaults();
        let Value::Object(properties) = scope.resolve(&Value::Object(properties.clone())) else { return };
        let defaults = self.evaluation.take_defaults();
        let mut notes = context.notes.clone();
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
        if !context.deployment.is_empty() {
            notes.push(format!("It is in the nested deployment {}.", context.deployment));
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
            placeholders: Placeholders::Nothing,
        };
        self.versions.push((version, profile));
    }

    fn deployment(
        &mut self,
        name: &str,
        properties: &Map<String, Value>,
        scope: &TemplateScope<'_>,
        context: &ResourceContext,
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
            return self.record_unread(name, "the template in it", template, scope);
        }
        let context =
            ResourceContext { parent: None, deployment: name.to_owned(), notes: context.notes.clone() };
        let options = properties.get("expressionEvaluationOptions");
        let is_inner =
            options.and_then(|options| text(options, "scope")).is_some_and(|scope| same(scope, "inner"));
        if !is_inner {
            // By default expressions inside use the outer parameters and variables.
            return self.resources(template, scope, &context);
        }
        let given = properties.get("parameters").and_then(Value::as_object).into_iter().flatten();
        let given =
            given.filter_map(|(name, one)| Some((name.clone(), scope.resolve(one.get("value")?)))).collect();
        let inner = TemplateScope::new(self.evaluation, template, given);
        self.resources(template, &inner, &context);
    }

    /// Records a part of the template that may contain versions but cannot be read.
    fn record_unread(&mut self, of: &str, what: &str, written: &Value, scope: &TemplateScope<'_>) {
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
