//! A host's rules for a provider: whether a plan is valid, and whether the apply did what was planned.
//!
//! These are the rules of Terraform's and OpenTofu's cores (their `objchange` packages, and the document
//! "Terraform Resource Instance Change Lifecycle" there), in our own words:
//!
//! - A plan has the configuration's values. It may have the state's value instead if both have a value: this
//!   keeps equal values in other spellings. If the configuration has none and the attribute is computed, it
//!   may have any value, including "not known yet".
//! - An apply has the planned values; only where the plan has "not known yet" it may have any known value.

use terraform_provider_gallery::plugin::schema::{
    Attribute, AttributeNesting, Block, BlockNesting, Presence, Shape,
};
use terraform_provider_gallery::plugin::value::Members;
use terraform_provider_gallery::plugin::{Path, Value};

const NULL: Value = Value::Null;

/// Every violation of the rules by a plan.
#[must_use]
pub fn plan(block: &Block, prior: &Value, config: &Value, planned: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    plan_block(block, prior, config, planned, &Path::root(), &mut broken);
    broken
}

fn say(broken: &mut Vec<String>, path: &Path, what: &str) {
    broken.push(format!("`{path}`: {what}"));
}

fn child<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.get(name).unwrap_or(&NULL)
}

fn plan_block(
    block: &Block,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    broken: &mut Vec<String>,
) {
    match (config.is_null(), planned.is_null()) {
        (true, true) => return,
        (false, true) => return say(broken, path, "planned to be absent, but is configured"),
        (true, false) => return say(broken, path, "planned, but not configured"),
        (false, false) => {}
    }
    if config.is_unknown() || planned.is_unknown() {
        if config != planned {
            say(broken, path, "a block must be unknown exactly where its configuration is");
        }
        return;
    }
    for attribute in &block.attributes {
        let name = attribute.name.as_ref();
        let path = path.with_attribute(name);
        plan_attribute(
            attribute,
            child(prior, name),
            child(config, name),
            child(planned, name),
            &path,
            broken,
        );
    }
    for nested in &block.blocks {
        let name = nested.name.as_ref();
        let path = path.with_attribute(name);
        let (prior, config, planned) = (child(prior, name), child(config, name), child(planned, name));
        match nested.nesting {
            BlockNesting::Single | BlockNesting::Group => {
                plan_block(&nested.block, prior, config, planned, &path, broken);
            }
            BlockNesting::List | BlockNesting::Map => {
                elements(prior, config, planned, &path, broken, |prior, config, planned, path, broken| {
                    plan_block(&nested.block, prior, config, planned, path, broken);
                });
            }
            BlockNesting::Set => {
                let count = |value: &Value| value.elements().map(<[Value]>::len);
                if !config.is_unknown() && count(config) != count(planned) {
                    say(broken, &path, "another number of blocks is planned than is configured");
                }
            }
        }
    }
}

fn plan_attribute(
    attribute: &Attribute,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    broken: &mut Vec<String>,
) {
    if attribute.write_only {
        if !planned.is_null() {
            say(broken, path, "a write-only attribute has a planned value");
        }
        return;
    }
    if planned == config || (planned == prior && !prior.is_null() && !config.is_null()) {
        return;
    }
    let computed = matches!(attribute.presence, Presence::Computed | Presence::OptionalComputed);
    if computed && config.is_null() {
        return;
    }
    let Shape::Nested(nesting, inner) = &attribute.shape else {
        return say(
            broken,
            path,
            &format!(
                "planned as {planned:?}, which is neither its configuration {config:?} nor its state {prior:?}"
            ),
        );
    };
    let object = |prior: &Value, config: &Value, planned: &Value, path: &Path, broken: &mut Vec<String>| {
        match (config.is_null(), planned.is_null()) {
            (true, true) => return,
            (false, true) => return say(broken, path, "planned to be absent, but is configured"),
            (true, false) => return say(broken, path, "planned, but not configured"),
            (false, false) => {}
        }
        if config.is_unknown() || planned.is_unknown() {
            if config != planned {
                say(broken, path, "it must be unknown exactly where its configuration is");
            }
            return;
        }
        for attribute in inner {
            let name = attribute.name.as_ref();
            let path = path.with_attribute(name);
            plan_attribute(
                attribute,
                child(prior, name),
                child(config, name),
                child(planned, name),
                &path,
                broken,
            );
        }
    };
    match nesting {
        AttributeNesting::Single => object(prior, config, planned, path, broken),
        AttributeNesting::List | AttributeNesting::Map => {
            elements(prior, config, planned, path, broken, object)
        }
        AttributeNesting::Set => {
            let count = |value: &Value| value.elements().map(<[Value]>::len);
            if count(config) != count(planned) {
                say(broken, path, "another number of elements is planned than is configured");
            }
        }
    }
}

/// Compares the elements of a list by index, or those of a map by key.
fn elements(
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    broken: &mut Vec<String>,
    mut each: impl FnMut(&Value, &Value, &Value, &Path, &mut Vec<String>),
) {
    match (config, planned) {
        (Value::Map(wanted), Value::Map(found)) => {
            for (key, config) in wanted {
                let path = path.with_key(&**key);
                match found.get(key) {
                    Some(planned) => each(child(prior, key), config, planned, &path, broken),
                    None => say(broken, &path, "configured, but not planned"),
                }
            }
            for key in found.keys().filter(|key| !wanted.contains_key(*key)) {
                say(broken, &path.with_key(&**key), "planned, but not configured");
            }
        }
        (Value::List(wanted), Value::List(found)) if wanted.len() == found.len() => {
            for ((config, planned), index) in wanted.iter().zip(found).zip(0..) {
                let at = usize::try_from(index).unwrap_or_default();
                let prior = prior.elements().and_then(|all| all.get(at)).unwrap_or(&NULL);
                each(prior, config, planned, &path.with_index(index), broken);
            }
        }
        _ if config == planned => {}
        _ => say(broken, path, &format!("planned as {planned:?}, configured as {config:?}")),
    }
}

/// Every difference between an apply and its plan.
#[must_use]
pub fn applied(planned: &Value, actual: &Value) -> Vec<String> {
    let mut broken = unknown_left(actual);
    broken.extend(planned_again(planned, actual));
    broken
}

/// Every contradiction between a plan and a second plan of the same, made when more is known.
#[must_use]
pub fn planned_again(planned: &Value, actual: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    compatible(planned, actual, &Path::root(), &mut broken);
    broken
}

fn unknown_left(actual: &Value) -> Vec<String> {
    if actual.is_wholly_known() {
        Vec::new()
    } else {
        vec!["something is still not known after the apply".to_owned()]
    }
}

fn compatible(planned: &Value, actual: &Value, path: &Path, broken: &mut Vec<String>) {
    match (planned, actual) {
        (Value::Unknown(_), _) | (Value::Null, Value::Null) => {}
        (_, Value::Unknown(_)) => say(broken, path, "was planned as known, and is not known"),
        (Value::Null, _) => say(broken, path, &format!("was planned as null, and is {actual:?}")),
        (_, Value::Null) => say(broken, path, &format!("was planned as {planned:?}, and is null")),
        (Value::Object(wanted), Value::Object(found)) | (Value::Map(wanted), Value::Map(found)) => {
            for (key, planned) in wanted {
                let path = path.with_key(&**key);
                match found.get(key) {
                    Some(actual) => compatible(planned, actual, &path, broken),
                    None => say(broken, &path, "was planned, but is absent"),
                }
            }
            for key in found.keys().filter(|key| !wanted.contains_key(*key)) {
                say(broken, &path.with_key(&**key), "was not planned, but is present");
            }
        }
        (Value::List(wanted), Value::List(found)) | (Value::Tuple(wanted), Value::Tuple(found)) => {
            if wanted.len() != found.len() {
                return say(broken, path, "has a different number of elements than planned");
            }
            for ((planned, actual), index) in wanted.iter().zip(found).zip(0..) {
                compatible(planned, actual, &path.with_index(index), broken);
            }
        }
        (Value::Set(wanted), Value::Set(found)) => {
            let fits = |planned: &Value, actual: &Value| planned_again(planned, actual).is_empty();
            let covered = found.iter().all(|actual| wanted.iter().any(|planned| fits(planned, actual)))
                && wanted.iter().all(|planned| found.iter().any(|actual| fits(planned, actual)));
            // Unknown elements may turn out equal to each other, and are then fewer.
            let fewer = wanted.iter().all(Value::is_wholly_known) && wanted.len() != found.len();
            if !covered || fewer {
                say(broken, path, &format!("was planned as {planned:?}, and is {actual:?}"));
            }
        }
        (planned, actual) if planned == actual => {}
        _ => say(broken, path, &format!("was planned as {planned:?}, and is {actual:?}")),
    }
}

/// The state that a host proposes: the configuration, and the state where the configuration has no value and
/// the attribute is computed.
#[must_use]
pub fn proposed(block: &Block, prior: &Value, config: &Value) -> Value {
    let Value::Object(wanted) = config else { return config.clone() };
    let mut proposed = wanted.clone();
    propose_attributes(&block.attributes, prior, &mut proposed);
    for nested in &block.blocks {
        let name = nested.name.as_ref();
        if let (BlockNesting::Single | BlockNesting::Group, Some(config)) = (nested.nesting, wanted.get(name))
        {
            proposed.insert(name.to_owned(), self::proposed(&nested.block, child(prior, name), config));
        }
    }
    Value::Object(proposed)
}

fn propose_attributes(attributes: &[Attribute], prior: &Value, proposed: &mut Members) {
    for attribute in attributes {
        let name = attribute.name.as_ref();
        let config = proposed.get(name).cloned().unwrap_or(Value::Null);
        let prior = child(prior, name);
        let computed = matches!(attribute.presence, Presence::Computed | Presence::OptionalComputed);
        let value = match (&attribute.shape, config) {
            (_, Value::Null) if computed => prior.clone(),
            (Shape::Nested(AttributeNesting::Map, inner), Value::Map(elements)) => {
                let each = elements.into_iter().map(|(key, element)| {
                    let Value::Object(mut values) = element else { return (key, element) };
                    propose_attributes(inner, child(prior, &key), &mut values);
                    (key, Value::Object(values))
                });
                Value::Map(each.collect())
            }
            (_, config) => config,
        };
        proposed.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests;
