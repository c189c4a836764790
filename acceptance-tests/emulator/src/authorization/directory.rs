//! The stored roles: definitions, assignments, and the members of groups.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::entra::Identity;

/// The built-in roles.
const ROLES: &str = include_str!("data/roles.json");

/// The role of the identity at the start: Owner.
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

/// All data about access. Bodies are as in ARM, with `id`, `name` and `properties`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Directory {
    /// Role definitions, including built-in ones. Their ids have no subscription; responses add the requested
    /// one.
    pub role_definitions: Vec<Value>,
    /// Role assignments; `id` shows their scope.
    pub role_assignments: Vec<Value>,
    /// Deny assignments; `properties.scope` shows their scope.
    pub deny_assignments: Vec<Value>,
    /// The members of groups, by object ids.
    pub groups: BTreeMap<String, Vec<String>>,
    /// The management groups above the subscription, outermost first.
    pub management_groups: Vec<String>,
}

impl Directory {
    /// The built-in roles, and the identity as Owner of the subscription.
    pub fn new(identity: &Identity) -> Self {
        let scope = format!("/subscriptions/{}", identity.subscription_id);
        let name = "00000000-0000-0000-0000-0000000000aa";
        let owner = json!({
            "id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"),
            "name": name,
            "type": "Microsoft.Authorization/roleAssignments",
            "properties": {
                "roleDefinitionId": format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{OWNER}"),
                "principalId": identity.object_id, "principalType": "ServicePrincipal", "scope": scope,
                "condition": null, "conditionVersion": null,
                "createdOn": "2024-01-01T00:00:00.0000000Z", "updatedOn": "2024-01-01T00:00:00.0000000Z",
                "createdBy": identity.object_id, "updatedBy": identity.object_id,
                "delegatedManagedIdentityResourceId": null, "description": null,
            },
        });
        Self {
            role_definitions: serde_json::from_str(ROLES).unwrap_or_default(),
            role_assignments: vec![owner],
            management_groups: vec![identity.tenant_id.clone()],
            ..Self::default()
        }
    }

    /// The same with the members of `change` in place of its own.
    ///
    /// # Errors
    /// If a member is unknown or of another kind.
    pub fn changed(&self, change: &Value) -> Result<Self, String> {
        let Value::Object(change) = change else { return Err("the body is a JSON object".to_owned()) };
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        if let Value::Object(members) = &mut all {
            members.extend(change.clone());
        }
        serde_json::from_value(all).map_err(|error| error.to_string())
    }

    /// Whether `principal` is `id` or in the group `id`, directly or through other groups.
    pub(super) fn stands_for(&self, id: &str, principal: &str) -> bool {
        let mut reached = vec![id];
        let mut at = 0;
        while let Some(current) = reached.get(at).copied() {
            if current.eq_ignore_ascii_case(principal) {
                return true;
            }
            at += 1;
            let inside = self.groups.iter().filter(|(group, _)| group.eq_ignore_ascii_case(current));
            for member in inside.flat_map(|(_, members)| members) {
                if !reached.iter().any(|known| known.eq_ignore_ascii_case(member)) {
                    reached.push(member);
                }
            }
        }
        false
    }

    /// The definition for a role definition's id in any spelling, or for its GUID.
    pub(super) fn definition(&self, id: &str) -> Option<&Value> {
        let guid = id.rsplit('/').next()?;
        self.role_definitions.iter().find(|role| super::name_of(role).eq_ignore_ascii_case(guid))
    }
}
