//! `Microsoft.Authorization`: roles, their assignments, and the existing operations.
//!
//! The published models of roles omit conditions, which the service sends, and one built-in role has its
//! condition under a capitalised key. Treating such a role as unconditional would be a dangerous mistake. So
//! bodies are kept whole here for further reading, and typed members are read ignoring case.

use crate::arm::error::member;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A role definition.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleDefinition {
    /// Its full id.
    pub id: String,
    /// Its display name.
    pub role_name: Option<String>,
    /// The whole definition, as the service returned it.
    pub json: Value,
}

/// A role given to somebody at a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleAssignment {
    /// Its full id.
    pub id: String,
    /// The scope.
    pub scope: String,
    /// The full id of the role.
    pub role_definition_id: String,
    /// The principal; perhaps a group.
    pub principal_id: String,
    /// `User`, `Group`, `ServicePrincipal`, `ForeignGroup` or `Device`.
    pub principal_type: Option<String>,
    /// The condition.
    pub condition: Option<String>,
    /// The version of the condition's language.
    pub condition_version: Option<String>,
}

/// The operations of one resource provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderOperations {
    /// The namespace, such as `Microsoft.Compute`.
    pub name: String,
    /// Its operations, including those of its resource types, in the service's order. Names repeat.
    pub operations: Vec<ProviderOperation>,
}

/// One operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderOperation {
    /// Its name, such as `Microsoft.Compute/galleries/read`.
    pub name: String,
    /// Its display name.
    pub display_name: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// Whether it acts on the data in a resource rather than on the resource.
    pub is_data_action: bool,
}

impl<'de> Deserialize<'de> for RoleDefinition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Map::deserialize(deserializer)?;
        let id = text(&object, "id").ok_or_else(|| D::Error::missing_field("id"))?;
        let role_name = properties(&object).and_then(|properties| text(properties, "roleName"));
        Ok(Self { id, role_name, json: Value::Object(object) })
    }
}

impl<'de> Deserialize<'de> for RoleAssignment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Map::deserialize(deserializer)?;
        let inner = properties(&object).unwrap_or(&object);
        let needed = |name: &'static str| text(inner, name).ok_or_else(|| D::Error::missing_field(name));
        Ok(Self {
            id: text(&object, "id").ok_or_else(|| D::Error::missing_field("id"))?,
            scope: needed("scope")?,
            role_definition_id: needed("roleDefinitionId")?,
            principal_id: needed("principalId")?,
            principal_type: text(inner, "principalType"),
            condition: text(inner, "condition"),
            condition_version: text(inner, "conditionVersion"),
        })
    }
}

impl<'de> Deserialize<'de> for ProviderOperations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Map::deserialize(deserializer)?;
        let mut operations: Vec<_> = list(&object, "operations").filter_map(operation).collect();
        for kind in list(&object, "resourceTypes") {
            operations.extend(list(kind, "operations").filter_map(operation));
        }
        Ok(Self { name: text(&object, "name").unwrap_or_default(), operations })
    }
}

fn operation(object: &Map<String, Value>) -> Option<ProviderOperation> {
    Some(ProviderOperation {
        name: text(object, "name")?,
        display_name: text(object, "displayName"),
        description: text(object, "description"),
        is_data_action: member(object, "isDataAction").and_then(Value::as_bool).unwrap_or(false),
    })
}

fn properties(object: &Map<String, Value>) -> Option<&Map<String, Value>> {
    member(object, "properties").and_then(Value::as_object)
}

/// The objects of a list; none if it is absent or null.
fn list<'a>(object: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a Map<String, Value>> {
    member(object, name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

/// A text that is not empty.
fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    member(object, name).and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned)
}
