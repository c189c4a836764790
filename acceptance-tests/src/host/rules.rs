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

use super::release::{Feature, Release};

const NULL: Value = Value::Null;

/// Every violation of the rules by a plan.
#[must_use]
pub fn plan(block: &Block, prior: &Value, config: &Value, planned: &Value) -> Vec<String> {
    let mut violations = Vec::new();
    plan_block(block, prior, config, planned, &Path::root(), &mut violations);
    violations
}

fn report(violations: &mut Vec<String>, path: &Path, what: &str) {
    violations.push(format!("`{path}`: {what}"));
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
    violations: &mut Vec<String>,
) {
    if !plan_attributes(&block.attributes, prior, config, planned, path, violations) {
        return;
    }
    for nested in &block.blocks {
        let name = nested.name.as_ref();
        let path = path.with_attribute(name);
        let (prior, config, planned) = (child(prior, name), child(config, name), child(planned, name));
        match nested.nesting {
            BlockNesting::Single | BlockNesting::Group => {
                plan_block(&nested.block, prior, config, planned, &path, violations);
            }
            BlockNesting::List | BlockNesting::Map => {
                elements(
                    prior,
                    config,
                    planned,
                    &path,
                    violations,
                    |prior, config, planned, path, violations| {
                        plan_block(&nested.block, prior, config, planned, path, violations);
                    },
                );
            }
            BlockNesting::Set => {
                let count = |value: &Value| value.elements().map(<[Value]>::len);
                if !config.is_unknown() && count(config) != count(planned) {
                    report(violations, &path, "another number of blocks is planned than is configured");
                }
            }
        }
    }
}

/// Compares the attributes of a block or object. Returns whether it is present and known.
fn plan_attributes(
    attributes: &[Attribute],
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    violations: &mut Vec<String>,
) -> bool {
    match (config.is_null(), planned.is_null()) {
        (true, true) => return false,
        (false, true) => {
            report(violations, path, "planned to be absent, but is configured");
            return false;
        }
        (true, false) => {
            report(violations, path, "planned, but not configured");
            return false;
        }
        (false, false) => {}
    }
    if config.is_unknown() || planned.is_unknown() {
        if config != planned {
            report(violations, path, "it must be unknown exactly where its configuration is");
        }
        return false;
    }
    for attribute in attributes {
        let name = attribute.name.as_ref();
        let path = path.with_attribute(name);
        let (prior, config, planned) = (child(prior, name), child(config, name), child(planned, name));
        plan_attribute(attribute, prior, config, planned, &path, violations);
    }
    true
}

fn plan_attribute(
    attribute: &Attribute,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    violations: &mut Vec<String>,
) {
    if attribute.write_only {
        if !planned.is_null() {
            report(violations, path, "a write-only attribute has a planned value");
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
        return report(
            violations,
            path,
            &format!(
                "planned as {planned:?}, which is neither its configuration {config:?} nor its state {prior:?}"
            ),
        );
    };
    let object =
        |prior: &Value, config: &Value, planned: &Value, path: &Path, violations: &mut Vec<String>| {
            plan_attributes(inner, prior, config, planned, path, violations);
        };
    match nesting {
        AttributeNesting::Single => object(prior, config, planned, path, violations),
        AttributeNesting::List | AttributeNesting::Map => {
            elements(prior, config, planned, path, violations, object)
        }
        AttributeNesting::Set => {
            let count = |value: &Value| value.elements().map(<[Value]>::len);
            if count(config) != count(planned) {
                report(violations, path, "another number of elements is planned than is configured");
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
    violations: &mut Vec<String>,
    mut each: impl FnMut(&Value, &Value, &Value, &Path, &mut Vec<String>),
) {
    match (config, planned) {
        (Value::Map(configs), Value::Map(plans)) => {
            for (key, config) in configs {
                let path = path.with_key(&**key);
                match plans.get(key) {
                    Some(planned) => each(child(prior, key), config, planned, &path, violations),
                    None => report(violations, &path, "configured, but not planned"),
                }
            }
            for key in plans.keys().filter(|key| !configs.contains_key(*key)) {
                report(violations, &path.with_key(&**key), "planned, but not configured");
            }
        }
        (Value::List(configs), Value::List(plans)) if configs.len() == plans.len() => {
            for ((config, planned), index) in configs.iter().zip(plans).zip(0..) {
                let at = usize::try_from(index).unwrap_or_default();
                let prior = prior.elements().and_then(|all| all.get(at)).unwrap_or(&NULL);
                each(prior, config, planned, &path.with_index(index), violations);
            }
        }
        _ if config == planned => {}
        _ => report(violations, path, &format!("planned as {planned:?}, configured as {config:?}")),
    }
}

/// Every difference between an apply and its plan.
#[must_use]
pub fn applied(planned: &Value, actual: &Value) -> Vec<String> {
    let mut violations = unknown_remaining(actual);
    violations.extend(planned_again(planned, actual));
    violations
}

/// Every contradiction between a plan and a second plan of the same, made when more is known.
#[must_use]
pub fn planned_again(planned: &Value, actual: &Value) -> Vec<String> {
    let mut violations = Vec::new();
    compatible(planned, actual, &Path::root(), &mut violations);
    violations
}

fn unknown_remaining(actual: &Value) -> Vec<String> {
    if actual.is_wholly_known() {
        Vec::new()
    } else {
        vec!["something is still not known after the apply".to_owned()]
    }
}

fn compatible(planned: &Value, actual: &Value, path: &Path, violations: &mut Vec<String>) {
    match (planned, actual) {
        (Value::Unknown(_), _) | (Value::Null, Value::Null) => {}
        (_, Value::Unknown(_)) => report(violations, path, "was planned as known, and is not known"),
        (Value::Null, _) => report(violations, path, &format!("was planned as null, and is {actual:?}")),
        (_, Value::Null) => report(violations, path, &format!("was planned as {planned:?}, and is null")),
        (Value::Object(plans), Value::Object(actuals)) | (Value::Map(plans), Value::Map(actuals)) => {
            for (key, planned) in plans {
                let path = path.with_key(&**key);
                match actuals.get(key) {
                    Some(actual) => compatible(planned, actual, &path, violations),
                    None => report(violations, &path, "was planned, but is absent"),
                }
            }
            for key in actuals.keys().filter(|key| !plans.contains_key(*key)) {
                report(violations, &path.with_key(&**key), "was not planned, but is present");
            }
        }
        (Value::List(plans), Value::List(actuals)) | (Value::Tuple(plans), Value::Tuple(actuals)) => {
            if plans.len() != actuals.len() {
                return report(violations, path, "has a different number of elements than planned");
            }
            for ((planned, actual), index) in plans.iter().zip(actuals).zip(0..) {
                compatible(planned, actual, &path.with_index(index), violations);
            }
        }
        (Value::Set(plans), Value::Set(actuals)) => {
            let fits = |planned: &Value, actual: &Value| planned_again(planned, actual).is_empty();
            let covered = actuals.iter().all(|actual| plans.iter().any(|planned| fits(planned, actual)))
                && plans.iter().all(|planned| actuals.iter().any(|actual| fits(planned, actual)));
            // Unknown elements may turn out equal to each other, and are then fewer.
            let fewer = plans.iter().all(Value::is_wholly_known) && plans.len() != actuals.len();
            if !covered || fewer {
                report(violations, path, &format!("was planned as {planned:?}, and is {actual:?}"));
            }
        }
        (planned, actual) if planned == actual => {}
        _ => report(violations, path, &format!("was planned as {planned:?}, and is {actual:?}")),
    }
}

/// The state that a host proposes: the configuration, and the state where the configuration has no value and
/// the attribute is computed.
#[must_use]
pub fn proposed(release: Release, block: &Block, prior: &Value, config: &Value) -> Value {
    let Value::Object(attributes) = config else {
        // The state of a removed block, which the provider must not keep.
        let stays = config.is_null() && !release.has(Feature::ExactProposal);
        return if stays { prior.clone() } else { config.clone() };
    };
    let mut proposed = attributes.clone();
    propose_attributes(release, &block.attributes, prior, &mut proposed);
    for nested in &block.blocks {
        let name = nested.name.as_ref();
        if let (BlockNesting::Single | BlockNesting::Group, Some(config)) =
            (nested.nesting, attributes.get(name))
        {
            let value = self::proposed(release, &nested.block, child(prior, name), config);
            proposed.insert(name.to_owned(), value);
        }
    }
    Value::Object(proposed)
}

fn propose_attributes(release: Release, attributes: &[Attribute], prior: &Value, proposed: &mut Members) {
    for attribute in attributes {
        let name = attribute.name.as_ref();
        let config = proposed.get(name).cloned().unwrap_or(Value::Null);
        let prior = child(prior, name);
        let computed = matches!(attribute.presence, Presence::Computed | Presence::OptionalComputed);
        let value = match (&attribute.shape, config) {
            (_, Value::Null) if computed => prior.clone(),
            (_, config) if computed && !release.has(Feature::ExactProposal) => config,
            (Shape::Nested(AttributeNesting::Map, inner), Value::Map(elements)) => {
                let each = elements.into_iter().map(|(key, element)| {
                    let Value::Object(mut values) = element else { return (key, element) };
                    propose_attributes(release, inner, child(prior, &key), &mut values);
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
