//! Tests of roles. Each file is one subject; the fixtures are described in `fixtures/README.md`.

mod access;
mod features;
mod functions;
mod patterns;
mod permissions;
mod reading;
mod worked_role;

use super::{Catalogue, Operation, Permissions, RoleDefinition};
use serde_json::Value;

/// The role fixtures by name, as ARM returns them.
fn role_json(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("fixtures/roles.json")).unwrap();
    all[name].clone()
}

fn role(name: &str) -> RoleDefinition {
    RoleDefinition::from_json(&role_json(name)).unwrap()
}

fn permissions(name: &str) -> Permissions {
    role(name).permissions
}

fn catalogue_json() -> Value {
    serde_json::from_str(include_str!("fixtures/catalogue.json")).unwrap()
}

fn catalogue() -> Catalogue {
    Catalogue::from_json(&catalogue_json()).unwrap()
}

fn operation(name: &str) -> Operation {
    Operation::new(name).unwrap()
}
