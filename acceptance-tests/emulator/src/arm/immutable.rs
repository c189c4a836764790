//! Members that cannot change once the object exists.

use serde_json::{Map, Value};

use crate::arm::error::ArmError;
use crate::arm::id::Kind;
use crate::settings::{Immutable, Settings};

/// Compares the new `properties` with the old ones: a changed immutable member is refused or set back.
///
/// `rules` (according to a pull request of the az CLI) and `osType` by default. Which response the service
/// returns is not known, so it is a setting. A member omitted from a PUT counts as unchanged (assumed).
pub fn hold(
    kind: Kind,
    old: &Map<String, Value>,
    new: &mut Map<String, Value>,
    settings: &Settings,
) -> Result<(), ArmError> {
    for name in &settings.immutable_properties {
        let before = old.get(name);
        if let Some(after) = new.get(name)
            && settings.immutable == Immutable::Refuse
            && before != Some(after)
            && before.map(canonical) != Some(canonical(after))
        {
            return Err(ArmError::change_refused(kind, name));
        }
        match before {
            Some(before) => new.insert(name.clone(), before.clone()),
            None => new.remove(name),
        };
    }
    Ok(())
}

/// Equal values in one spelling: clients send back what they read, in whatever order and case it came.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| (name.clone(), canonical(value)))
                .filter(|(_, value)| {
                    !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty())
                })
                .collect(),
        ),
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(canonical).collect();
            items.sort_by_cached_key(Value::to_string);
            Value::Array(items)
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            _ => unreachable!(),
        }
    }

    fn rules(order: bool) -> Value {
        let mut list = vec![
            json!({"name": "a", "path": "/A"}),
            json!({"name": "b", "path": "/B", "queryParameters": null}),
        ];
        if order {
            list.reverse();
        }
        json!({"privileges": list, "roles": []})
    }

    #[test]
    fn the_same_rules_in_another_order_are_the_same() {
        let old = map(json!({"rules": rules(false), "mode": "Audit"}));
        let mut new = map(json!({"rules": rules(true), "mode": "Enforce"}));
        hold(Kind::Version, &old, &mut new, &Settings::default()).unwrap();
        assert_eq!(new["mode"], "Enforce");
    }

    #[test]
    fn other_rules_are_refused_or_dropped() {
        let old = map(json!({"rules": rules(false)}));
        let mut new = map(json!({"rules": {"privileges": [{"name": "a", "path": "/a"}]}}));
        let error = hold(Kind::Version, &old, &mut new, &Settings::default()).unwrap_err();
        assert_eq!(error.code, "PropertyChangeNotAllowed");
        let keep = Settings { immutable: Immutable::Keep, ..Settings::default() };
        hold(Kind::Version, &old, &mut new, &keep).unwrap();
        assert_eq!(new["rules"], rules(false));
    }

    #[test]
    fn rules_cannot_be_added_later_and_stay_if_omitted() {
        let mut new = map(json!({"rules": rules(false)}));
        assert!(hold(Kind::Version, &Map::new(), &mut new, &Settings::default()).is_err());
        let old = map(json!({"rules": rules(false)}));
        let mut new = Map::new();
        hold(Kind::Version, &old, &mut new, &Settings::default()).unwrap();
        assert_eq!(new["rules"], rules(false));
    }
}
