//! Rules as a result, in the shape that the `rules` block takes.

use std::collections::BTreeSet;

use crate::allowlist::Rules;
use crate::plugin::{Type, Value};

/// The type of the four maps.
#[must_use]
pub fn kind() -> Type {
    let text = Type::String;
    let privilege = Type::object([("path", text.clone()), ("query_parameters", Type::map(text.clone()))]);
    let role = Type::object([("privileges", Type::set(text.clone()))]);
    let identity = Type::object(
        ["exe_path", "group_name", "process_name", "user_name"].map(|name| (name, text.clone())),
    );
    let assignment = Type::object([("identities", Type::set(text))]);
    Type::object([
        ("privileges", Type::map(privilege)),
        ("roles", Type::map(role)),
        ("identities", Type::map(identity)),
        ("role_assignments", Type::map(assignment)),
    ])
}

/// The four maps.
#[must_use]
pub fn value(rules: &Rules) -> Value {
    let set = |names: &BTreeSet<String>| Value::Set(names.iter().map(|name| name.as_str().into()).collect());
    let privileges = rules.privileges.iter().map(|(name, one)| {
        let query =
            one.query_parameters.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect();
        let value =
            Value::object([("path", one.path.as_str().into()), ("query_parameters", Value::Map(query))]);
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
    let assignments = rules
        .role_assignments
        .iter()
        .map(|(name, one)| (name.clone(), Value::object([("identities", set(&one.identities))])));
    Value::object([
        ("privileges", Value::Map(privileges.collect())),
        ("roles", Value::Map(roles.collect())),
        ("identities", Value::Map(identities.collect())),
        ("role_assignments", Value::Map(assignments.collect())),
    ])
}
