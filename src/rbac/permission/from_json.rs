//! Permission blocks from JSON, in all shapes that occur.

use super::{BlockCondition, PermissionBlock, Permissions};
use crate::rbac::OperationPattern;
use crate::rbac::reading::{FoldedFields, ReadError, fold_key, wrong_kind};
use serde_json::Value;

/// The lists of a block, as folded keys.
const LISTS: [&str; 4] = ["actions", "notactions", "dataactions", "notdataactions"];

/// The members of a block. A key that is nearly one of them is a typing mistake: skipping it would widen the
/// role.
const KNOWN: [&str; 6] =
    ["actions", "notActions", "dataActions", "notDataActions", "condition", "conditionVersion"];

/// Singular forms of the lists: Azure has no such members, and skipping `not_action` would widen the role.
const SINGULARS: [&str; 4] = ["action", "notaction", "dataaction", "notdataaction"];

impl Permissions {
    /// Reads permissions from JSON: a list of blocks, one block, or anything that contains them under
    /// `permissions`, `properties` or `value`. This covers a role definition, or a list of them, from ARM,
    /// the az CLI, PowerShell, azurerm's resource and data source, and our data source, and the response of
    /// the permissions call. Keys are read ignoring case and underscores. An object without any list of
    /// actions is an error rather than a role that grants nothing.
    pub fn from_json(value: &Value) -> Result<Self, ReadError> {
        let mut blocks = Vec::new();
        collect(value, "permissions", &mut blocks)?;
        Ok(Self::new(blocks))
    }
}

fn collect(value: &Value, path: &str, blocks: &mut Vec<PermissionBlock>) -> Result<(), ReadError> {
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| collect(item, &format!("{path}[{index}]"), blocks)),
        Value::Object(map) => {
            let fields = FoldedFields::new(map, path);
            for key in ["properties", "permissions", "value"] {
                if let Some(inner @ (Value::Array(_) | Value::Object(_))) = fields.get(key)? {
                    return collect(inner, &fields.path_to(key), blocks);
                }
            }
            blocks.push(block(fields, path)?);
            Ok(())
        }
        other => Err(wrong_kind(path, "permission blocks", other)),
    }
}

fn block(fields: FoldedFields<'_>, path: &str) -> Result<PermissionBlock, ReadError> {
    if let Some(name) = fields.first_of(&SINGULARS) {
        return Err(ReadError::new(
            path,
            format!("`{name}` is not known; the lists of a permission are plural"),
        ));
    }
    for key in fields.keys() {
        let near = |known: &&&str| (1..=2).contains(&strsim::levenshtein(&fold_key(key), &fold_key(known)));
        let is_known = KNOWN.iter().any(|known| fold_key(known) == fold_key(key));
        if let Some(near) = KNOWN.iter().find(near).filter(|_| !is_known) {
            return Err(ReadError::new(path, format!("`{key}` is not known; did you mean `{near}`?")));
        }
    }
    if fields.first_of(&LISTS).is_none() {
        return Err(ReadError::new(
            path,
            "it has none of `actions`, `not_actions`, `data_actions` and `not_data_actions`",
        ));
    }
    let list = |key| -> Result<Vec<OperationPattern>, ReadError> {
        Ok(fields.texts(key)?.into_iter().map(OperationPattern::new).collect())
    };
    let version = fields.text("conditionVersion")?;
    Ok(PermissionBlock {
        actions: list("actions")?,
        not_actions: list("notActions")?,
        data_actions: list("dataActions")?,
        not_data_actions: list("notDataActions")?,
        condition: fields.text("condition")?.map(|text| BlockCondition::new(text, version)),
    })
}
