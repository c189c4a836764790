//! Tags between Terraform and ARM, which compares their names ignoring case.

use std::collections::BTreeMap;

use crate::plugin::Value;

/// The tags of a known value; null has none.
#[must_use]
pub fn read(value: Option<&Value>) -> BTreeMap<String, String> {
    match value {
        Some(Value::Map(tags)) => tags
            .iter()
            .filter_map(|(name, value)| Some((name.to_string(), value.as_str()?.to_owned())))
            .collect(),
        _ => BTreeMap::new(),
    }
}

/// The value for tags that Azure returned, in the spelling of the state: the state's spelling of names, and
/// null for no tags if the state has null. An import passes an empty map for `prior`, which the plan then
/// accepts for null as well as for `{}`.
#[must_use]
pub fn value(tags: &BTreeMap<String, String>, prior: &Value) -> Value {
    if tags.is_empty() && prior.is_null() {
        return Value::Null;
    }
    let stored = read(Some(prior));
    let spelled = tags.iter().map(|(name, value)| {
        let name = stored.keys().find(|stored| stored.eq_ignore_ascii_case(name)).unwrap_or(name);
        (name.clone(), Value::from(value.as_str()))
    });
    Value::Map(spelled.collect())
}

/// What to plan: the configuration, or the state if it means the same.
#[must_use]
pub fn plan(config: &Value, prior: &Value) -> Value {
    match (config, prior) {
        (Value::Null, Value::Map(tags)) if tags.is_empty() => prior.clone(),
        (Value::Map(tags), Value::Map(_)) if !tags.values().any(Value::is_unknown) => {
            if equal(&read(Some(config)), &read(Some(prior))) { prior.clone() } else { config.clone() }
        }
        _ => config.clone(),
    }
}

/// Whether these are the same tags for ARM.
#[must_use]
pub fn equal(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> bool {
    let folded = |tags: &BTreeMap<String, String>| {
        tags.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect::<BTreeMap<_, _>>()
    };
    one.len() == other.len() && folded(one) == folded(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn map(pairs: &[(&str, &str)]) -> Value {
        Value::Map(pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect())
    }

    #[test]
    fn names_keep_the_spelling_of_the_state() {
        assert_eq!(value(&tags(&[("TEAM", "a")]), &map(&[("team", "b")])), map(&[("team", "a")]));
        assert_eq!(plan(&map(&[("Team", "a")]), &map(&[("team", "a")])), map(&[("team", "a")]));
        assert_eq!(plan(&map(&[("team", "A")]), &map(&[("team", "a")])), map(&[("team", "A")]));
    }

    #[test]
    fn no_tags_are_null_or_empty_as_in_the_state() {
        assert_eq!(value(&tags(&[]), &Value::Null), Value::Null);
        assert_eq!(value(&tags(&[]), &map(&[])), map(&[]));
        assert_eq!(plan(&Value::Null, &map(&[])), map(&[]));
        assert_eq!(plan(&map(&[]), &map(&[])), map(&[]));
    }

    #[test]
    fn tags_that_others_added_are_removed_by_the_plan() {
        assert_eq!(plan(&Value::Null, &map(&[("policy", "x")])), Value::Null);
    }
}
