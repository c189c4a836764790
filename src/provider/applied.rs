//! What an apply writes to the state.

use crate::plugin::value::Members;
use crate::plugin::{Diagnostic, Value};

/// The state after an apply: the plan, with its unknown values filled in from what Azure returned.
///
/// Where Azure returned another value than was planned, the plan stands, since Terraform accepts nothing
/// else. A warning says so, and the next refresh shows the difference as drift.
#[must_use]
pub fn settle(planned: Value, returned: Value) -> (Value, Option<Diagnostic>) {
    let (planned, mut returned) = match (planned, returned) {
        (Value::Object(planned), Value::Object(returned)) => (planned, returned),
        (_, returned) => return (returned, None),
    };
    let mut differing = Vec::new();
    let mut settle = |name: &str, plan: Value| {
        let actual = returned.remove(name).unwrap_or(Value::Null);
        if !plan.is_wholly_known() {
            return actual;
        }
        if plan != actual && name != "published_date" {
            differing.push(format!("`{name}`"));
        }
        plan
    };
    let state: Members = planned
        .into_iter()
        .map(|(name, plan)| {
            let value = settle(&name, plan);
            (name, value)
        })
        .collect();
    let warning = (!differing.is_empty()).then(|| {
        let detail = format!(
            "Azure accepted the request but returned other values than were sent for {}. A policy or \
             another program may have changed them. The next plan shows the difference.",
            differing.join(", ")
        );
        Diagnostic::warning("Azure returned other values than were sent", detail)
    });
    (Value::Object(state), warning)
}

/// The state for an object that Azure has not returned yet: the plan, with null for each unknown value.
#[must_use]
pub fn without_unknown(planned: &Value) -> Value {
    match planned {
        Value::Unknown(_) => Value::Null,
        Value::Object(attributes) => Value::Object(
            attributes.iter().map(|(name, value)| (name.clone(), without_unknown(value))).collect(),
        ),
        Value::Map(elements) => {
            Value::Map(elements.iter().map(|(name, value)| (name.clone(), without_unknown(value))).collect())
        }
        known => known.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planned_values_stay_and_unknown_ones_are_filled_in() {
        let planned = Value::object([("id", Value::unknown()), ("mode", "Enforce".into())]);
        let same = Value::object([("id", Value::from("x")), ("mode", "Enforce".into())]);
        assert_eq!(settle(planned.clone(), same.clone()), (same, None));
        let other = Value::object([("id", Value::from("x")), ("mode", "Audit".into())]);
        let (state, warning) = settle(planned, other);
        assert_eq!(state.get("mode"), Some(&"Enforce".into()));
        assert!(warning.unwrap().detail.contains("`mode`"));
    }

    #[test]
    fn values_that_azure_did_not_return_are_null() {
        let planned = Value::object([("id", Value::unknown()), ("mode", "Enforce".into())]);
        assert_eq!(
            without_unknown(&planned),
            Value::object([("id", Value::Null), ("mode", "Enforce".into())])
        );
    }
}
