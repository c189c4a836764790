//! A role definition as a whole.

use super::reading::{FoldedFields, ReadError, wrong_kind};
use super::{OperationPattern, PermissionBlock, Permissions};
use serde_json::{Value, json};

/// A role definition: its name, where it can be assigned, what it grants.
#[derive(Clone, Debug, Default)]
pub struct RoleDefinition {
    /// Its full resource id, unchanged.
    pub id: Option<String>,
    /// The GUID at the end of the id. Those of built-in roles are the same in all clouds.
    pub role_definition_id: Option<String>,
    /// The display name, including `(preview)`. It can change; the id cannot.
    pub role_name: Option<String>,
    /// `BuiltInRole` or `CustomRole`.
    pub role_type: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// Scopes at which the role can be assigned.
    pub assignable_scopes: Vec<String>,
    /// When it was created, as Azure writes it.
    pub created_on: Option<String>,
    /// When it last changed, as Azure writes it.
    pub updated_on: Option<String>,
    /// Who created it.
    pub created_by: Option<String>,
    /// Who last changed it.
    pub updated_by: Option<String>,
    /// What it grants.
    pub permissions: Permissions,
}

impl RoleDefinition {
    /// Reads a role definition from ARM, the az CLI, PowerShell, azurerm or our data source.
    ///
    /// ARM's `name` is the GUID and its display name is `properties.roleName`; the flat forms call the
    /// display name `name` or `roleName`. The CLI moves the kind of role to `roleType`.
    pub fn from_json(value: &Value) -> Result<Self, ReadError> {
        let Value::Object(map) = value else {
            return Err(wrong_kind("role definition", "an object", value));
        };
        let outer = FoldedFields::new(map, "role definition");
        let inner = match outer.get("properties")? {
            Some(Value::Object(properties)) => FoldedFields::new(properties, "role definition.properties"),
            _ => outer,
        };
        let text = |fields: FoldedFields<'_>, key| fields.text(key).map(|found| found.map(str::to_owned));

        let mut id = text(outer, "id")?;
        let name = text(outer, "name")?;
        let name_is_guid = name.as_deref().is_some_and(is_guid);
        let role_definition_id = text(outer, "roleDefinitionId")?
            .or_else(|| name.clone().filter(|_| name_is_guid))
            .or_else(|| id.clone())
            .and_then(|text| {
                text.rsplit('/').next().filter(|last| is_guid(last)).map(str::to_ascii_lowercase)
            });
        if id.is_none() {
            id = text(outer, "roleDefinitionResourceId")?;
        }
        let role_type = match text(inner, "roleType")? {
            Some(given) => Some(given),
            None => text(inner, "type")?.filter(|given| !given.contains('/')).or(
                match inner.boolean("isCustom")? {
                    Some(true) => Some("CustomRole".to_owned()),
                    Some(false) => Some("BuiltInRole".to_owned()),
                    None => None,
                },
            ),
        };
        Ok(Self {
            id,
            role_definition_id,
            role_name: text(inner, "roleName")?.or_else(|| name.filter(|_| !name_is_guid)),
            role_type,
            description: text(inner, "description")?,
            assignable_scopes: inner.texts("assignableScopes")?.into_iter().map(str::to_owned).collect(),
            created_on: text(inner, "createdOn")?,
            updated_on: text(inner, "updatedOn")?,
            created_by: text(inner, "createdBy")?,
            updated_by: text(inner, "updatedBy")?,
            permissions: Permissions::from_json(value)?,
        })
    }

    /// What the role grants and where, as text for a fingerprint: the same for the same meaning, whatever the
    /// order and the case of the lists. Name, description and dates are not part of it, so a new fingerprint
    /// always means a role that grants something else.
    pub fn canonical(&self) -> String {
        let mut scopes: Vec<String> = self.assignable_scopes.iter().map(|s| s.to_lowercase()).collect();
        scopes.sort();
        scopes.dedup();
        let mut blocks: Vec<String> = self.permissions.blocks().iter().map(canonical_block).collect();
        blocks.sort();
        json!({ "assignableScopes": scopes, "permissions": blocks }).to_string()
    }
}

fn canonical_block(block: &PermissionBlock) -> String {
    let list = |patterns: &[OperationPattern]| {
        let mut texts: Vec<String> = patterns.iter().map(|p| p.as_str().to_ascii_lowercase()).collect();
        texts.sort();
        texts.dedup();
        texts
    };
    json!({
        "actions": list(&block.actions),
        "notActions": list(&block.not_actions),
        "dataActions": list(&block.data_actions),
        "notDataActions": list(&block.not_data_actions),
        "condition": block.condition.as_ref().map(super::BlockCondition::canonical),
        "conditionVersion": block.condition.as_ref().and_then(|c| c.version()),
    })
    .to_string()
}

fn is_guid(text: &str) -> bool {
    text.parse::<super::condition::Guid>().is_ok()
}
