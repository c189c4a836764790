//! The `rules` block, and the mapping from its value to rules and back.

use std::collections::{BTreeMap, BTreeSet};

use crate::allowlist::{self, Draft, Grant, Identity, Privilege, Role, RoleAssignment, Rules, Text};
use crate::plugin::Value;
use crate::plugin::value::Members;

/// The name of the block.
pub const BLOCK: &str = "rules";

/// The rules in a block, parts of which may be unknown. Null and absent parts are empty.
#[must_use]
pub fn read(block: &Value) -> Draft<'_> {
    Draft {
        privileges: map(part(block, "privileges"), |one| Privilege {
            path: required(part(one, "path")),
            query_parameters: map(part(one, "query_parameters"), required),
        }),
        roles: map(part(block, "roles"), |one| Role { privileges: names(part(one, "privileges")) }),
        identities: map(part(block, "identities"), |one| Identity {
            user_name: text(part(one, "user_name")),
            group_name: text(part(one, "group_name")),
            exe_path: text(part(one, "exe_path")),
            process_name: text(part(one, "process_name")),
        }),
        role_assignments: map(part(block, "role_assignments"), |one| RoleAssignment {
            identities: names(part(one, "identities")),
        }),
    }
}

/// A part of a value: every part of an unknown value is unknown.
fn part<'a>(value: &'a Value, name: &str) -> &'a Value {
    if value.is_unknown() { value } else { value.get(name).unwrap_or(&Value::Null) }
}

fn map<'a, T>(value: &'a Value, element: impl Fn(&'a Value) -> T) -> BTreeMap<Text<'a>, T> {
    match value {
        Value::Unknown(_) => [(Text::Unknown, element(value))].into(),
        Value::Map(elements) => {
            elements.iter().map(|(name, one)| (Text::Known(name), element(one))).collect()
        }
        _ => BTreeMap::new(),
    }
}

fn text(value: &Value) -> Option<Text<'_>> {
    match value {
        Value::Unknown(_) => Some(Text::Unknown),
        Value::String(text) => Some(Text::Known(text)),
        _ => None,
    }
}

fn required(value: &Value) -> Text<'_> {
    text(value).unwrap_or(Text::Known(""))
}

fn names(value: &Value) -> BTreeSet<Text<'_>> {
    match value {
        Value::Unknown(_) => [Text::Unknown].into(),
        Value::Set(elements) => elements.iter().filter_map(text).collect(),
        _ => BTreeSet::new(),
    }
}

/// The block for these rules, in the spelling of `prior`. If `prior` has the same rules it is returned
/// unchanged. Otherwise an empty map is null exactly where it was null in `prior`. Without rules an absent
/// block stays absent.
#[must_use]
pub fn value(rules: &Rules, prior: &Value) -> Value {
    if read(prior).complete().as_ref() == Some(rules) { prior.clone() } else { spelled(rules, prior) }
}

/// The block that says these rules. An empty map is null where it is null in `prior`.
#[must_use]
pub fn spelled(rules: &Rules, prior: &Value) -> Value {
    let under = |list: &str, name: &str| prior.get(list).and_then(|list| list.get(name));
    let privileges = rules.privileges.iter().map(|(name, one)| {
        let query = one.query_parameters.iter().map(|(key, value)| (key.clone(), value.as_str().into()));
        let spelled = under("privileges", name).and_then(|prior| prior.get("query_parameters"));
        let value = Value::object([
            ("path", one.path.as_str().into()),
            ("query_parameters", spell(query.collect(), spelled)),
        ]);
        (name.clone(), value)
    });
    let roles = rules
        .roles
        .iter()
        .map(|(name, one)| (name.clone(), Value::object([("privileges", set(&one.privileges))])));
    let identities = rules.identities.iter().map(|(name, one)| {
        let value = Value::object([
            ("exe_path", one.exe_path.clone().into()),
            ("group_name", one.group_name.clone().into()),
            ("process_name", one.process_name.clone().into()),
            ("user_name", one.user_name.clone().into()),
        ]);
        (name.clone(), value)
    });
    let role_assignments = rules
        .role_assignments
        .iter()
        .map(|(name, one)| (name.clone(), Value::object([("identities", set(&one.identities))])));
    Value::object([
        ("privileges", spell(privileges.collect(), prior.get("privileges"))),
        ("roles", spell(roles.collect(), prior.get("roles"))),
        ("identities", spell(identities.collect(), prior.get("identities"))),
        ("role_assignments", spell(role_assignments.collect(), prior.get("role_assignments"))),
    ])
}

fn spell(elements: Members, prior: Option<&Value>) -> Value {
    if elements.is_empty() && prior.is_some_and(Value::is_null) { Value::Null } else { Value::Map(elements) }
}

fn set(names: &BTreeSet<String>) -> Value {
    Value::Set(names.iter().map(|name| name.as_str().into()).collect())
}

/// The grants of the rules, as the value of the attribute.
#[must_use]
pub fn grants(rules: &Rules) -> Value {
    texts(&allowlist::grants(rules))
}

/// The grants that rules will have, as the value of the attribute. They are known once all references are: no
/// other unknown part affects them.
#[must_use]
pub fn planned_grants(draft: &Draft<'_>) -> Value {
    allowlist::grants_of_draft(draft).map_or_else(Value::unknown, |grants| texts(&grants))
}

fn texts(grants: &[Grant<'_>]) -> Value {
    Value::List(grants.iter().map(|one| one.to_string().into()).collect())
}

/// The block to plan: the configuration's, except that an empty map keeps the state's spelling if Terraform
/// allows it, and a set keeps the order of its elements. So an equal value never shows as a change.
#[must_use]
pub fn plan(config: &Value, prior: &Value) -> Value {
    match (config, prior) {
        // Only the maps can be null on one side: a string in them has another meaning if it is not set.
        (Value::Null, Value::Map(elements)) if elements.is_empty() => prior.clone(),
        (Value::Object(config), Value::Object(prior)) => Value::Object(plan_each(config, prior)),
        (Value::Map(config), Value::Map(prior)) => Value::Map(plan_each(config, prior)),
        (Value::Set(config), Value::Set(prior_set)) if equal_sets(config, prior_set) => prior.clone(),
        _ => config.clone(),
    }
}

fn plan_each(config: &Members, prior: &Members) -> Members {
    let absent = Value::Null;
    config
        .iter()
        .map(|(name, value)| (name.clone(), plan(value, prior.get(name).unwrap_or(&absent))))
        .collect()
}

fn equal_sets(one: &[Value], other: &[Value]) -> bool {
    one.len() == other.len() && one.iter().all(|value| !value.is_unknown() && other.contains(value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(name: &str, value: Value) -> Value {
        Value::Map([(name.to_owned(), value)].into())
    }

    fn names_of(names: &[&str]) -> Value {
        Value::Set(names.iter().map(|name| (*name).into()).collect())
    }

    fn block(query: Value, roles: Value) -> Value {
        Value::object([
            ("privileges", named("p", Value::object([("path", "/a".into()), ("query_parameters", query)]))),
            ("roles", roles),
            ("identities", Value::Null),
            ("role_assignments", Value::Null),
        ])
    }

    #[test]
    fn null_and_empty_maps_are_the_same_rules() {
        let empty = Value::Map(Members::new());
        let one = read(&block(Value::Null, Value::Null)).complete();
        assert!(one.is_some());
        assert_eq!(one, read(&block(empty.clone(), empty)).complete());
        assert_eq!(read(&Value::Null).complete(), Some(Rules::default()));
    }

    fn maybe_unknown(known: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
        prop_oneof![12 => known, 2 => Just(Value::Null), 1 => Just(Value::unknown())].boxed()
    }

    fn map_of(element: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
        let elements = prop::collection::btree_map("[ab]", maybe_unknown(element), 0..3);
        maybe_unknown(elements.prop_map(|elements| Value::Map(elements.into_iter().collect())))
    }

    fn any_text() -> BoxedStrategy<Value> {
        maybe_unknown("[/a]?".prop_map(Value::from))
    }

    fn any_block() -> impl Strategy<Value = Value> {
        let names = |list: &'static str| {
            let names = prop::collection::btree_set("[ab]", 0..3);
            let set = names.prop_map(|names| Value::Set(names.into_iter().rev().map(Value::from).collect()));
            map_of(maybe_unknown(set).prop_map(move |names| Value::object([(list, names)])))
        };
        let privileges = map_of(
            (any_text(), map_of(any_text()))
                .prop_map(|(path, query)| Value::object([("path", path), ("query_parameters", query)])),
        );
        let identities = map_of((any_text(), any_text()).prop_map(|(user, exe)| {
            let unset = ("group_name", Value::Null);
            Value::object([("user_name", user), ("exe_path", exe), unset, ("process_name", Value::Null)])
        }));
        (privileges, names("privileges"), identities, names("identities")).prop_map(
            |(privileges, roles, identities, assignments)| {
                Value::object([
                    ("privileges", privileges),
                    ("roles", roles),
                    ("identities", identities),
                    ("role_assignments", assignments),
                ])
            },
        )
    }

    proptest! {
        #[test]
        fn a_block_with_the_same_rules_keeps_its_spelling(one in any_block(), other in any_block()) {
            if let Some(rules) = read(&one).complete() {
                prop_assert_eq!(value(&rules, &one), one);
                prop_assert_eq!(read(&value(&rules, &other)).complete(), Some(rules));
            }
        }
    }

    #[test]
    fn azures_rules_are_spelled_as_in_the_state() {
        let prior = block(Value::Null, Value::Null);
        let rules = read(&prior).complete().unwrap();
        assert_eq!(value(&rules, &prior), prior);
        assert_eq!(value(&Rules::default(), &Value::Null), Value::Null);
    }

    #[test]
    fn one_drifted_rule_does_not_change_the_spelling_of_others() {
        let prior = block(Value::Null, Value::Null);
        let mut rules = read(&prior).complete().unwrap();
        rules.roles.insert("r".into(), crate::allowlist::Role { privileges: ["p".to_owned()].into() });
        let read = value(&rules, &prior);
        assert_eq!(read.get("privileges"), prior.get("privileges"));
        assert_eq!(read.get("identities"), Some(&Value::Null));
        assert_eq!(read.get("roles"), Some(&named("r", Value::object([("privileges", names_of(&["p"]))]))));
    }

    #[test]
    fn an_imported_block_has_no_difference_however_empty_maps_are_spelled() {
        let empty = || Value::Map(Members::new());
        let null = block(Value::Null, Value::Null);
        let imported = value(&read(&null).complete().unwrap(), &Value::Null);
        assert_eq!(imported.get("roles"), Some(&empty()));
        for config in [&null, &block(empty(), empty())] {
            let planned = plan(config, &imported);
            assert_eq!(planned.get("privileges"), imported.get("privileges"));
            assert_eq!(planned.get("roles"), imported.get("roles"));
        }
    }

    #[test]
    fn a_removed_map_is_planned_away() {
        let prior = block(Value::Null, named("r", Value::object([("privileges", names_of(&["p"]))])));
        let config = block(Value::Null, Value::Null);
        assert_eq!(plan(&config, &prior), config);
    }

    #[test]
    fn the_order_of_a_set_is_not_a_change() {
        let with =
            |names: &[&str]| block(Value::Null, named("r", Value::object([("privileges", names_of(names))])));
        assert_eq!(plan(&with(&["b", "a"]), &with(&["a", "b"])), with(&["a", "b"]));
        assert_eq!(plan(&with(&["b"]), &with(&["a", "b"])), with(&["b"]));
    }

    #[test]
    fn an_unknown_part_is_read_as_unknown() {
        let role = Value::Set(vec!["p".into(), Value::unknown()]);
        let with = block(Value::unknown(), named("r", Value::object([("privileges", role)])));
        let draft = read(&with);
        assert_eq!(draft.privileges[&Text::Known("p")].query_parameters.keys().next(), Some(&Text::Unknown));
        assert_eq!(draft.roles[&Text::Known("r")].privileges, [Text::Known("p"), Text::Unknown].into());
        assert_eq!(draft.complete(), None);
    }

    #[test]
    fn every_part_of_an_unknown_block_is_unknown() {
        assert_eq!(read(&Value::unknown()), Draft::unknown());
    }
}
