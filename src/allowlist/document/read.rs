//! Reads rules from JSON, in either of two shapes: the lists of Azure Resource Manager and the agent, or the
//! maps of a configuration.
//!
//! The agent refuses a document as a whole if a required member is missing, null or of another type
//! (`key.rs`, serde's rules). It ignores unknown members. Here they are refused in both shapes, since
//! somebody wrote them for a purpose.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::super::{Identity, List, Privilege, Role, RoleAssignment, Rules};
use super::members::{InvalidDocument, Members, has, object, unknown};
use super::{Document, Lists};

/// The parts of a document.
const PARTS: [&str; 4] = ["mode", "default_access", "defaultAccess", "rules"];

/// Other properties of a version.
const PROPERTIES: [&str; 5] =
    ["targetLocations", "excludeFromLatest", "publishedDate", "provisioningState", "replicationStatus"];

/// Members next to the properties: in an object of Azure Resource Manager, as its tools print one, or in a
/// template.
const ENVELOPE: [&str; 16] = [
    "properties",
    "id",
    "name",
    "type",
    "location",
    "tags",
    "systemData",
    "etag",
    "resourceGroup",
    "resourceGroupName",
    "apiVersion",
    "dependsOn",
    "condition",
    "comments",
    "copy",
    "scope",
];

/// Other members of a resource or data source of this provider, and of the result of `rules_from_audit_log`.
const OURS: [&str; 22] = [
    "profile_id",
    "exclude_from_latest",
    "grants",
    "lint",
    "provisioning_state",
    "published_date",
    "replication_status",
    "skip_destroy",
    "system_data",
    "target_regions",
    "timeouts",
    "commands",
    "complete",
    "covered",
    "first_time",
    "last_time",
    "left_out",
    "newly_allowed",
    "not_understood",
    "notes",
    "records",
    "wider",
];

impl Document {
    /// Reads rules in either shape: `{ mode, default_access, rules = maps }` (ours, also a whole
    /// `gallery_invm_access_profile_version`), or `{ mode, defaultAccess, rules = lists }` (Azure Resource
    /// Manager's), the latter also under `properties`. It also accepts the value of `rules` alone. A part
    /// that is absent or null stays absent. In the keyed shape that means empty, since all four lists are
    /// always sent from it. In the lists' shape it means what the agent makes of it. A document with none of
    /// these parts is refused.
    pub fn from_value(value: &Value) -> Result<Self, InvalidDocument> {
        let top = object(value, "")?;
        let whole = top.iter().find(|(name, _)| name.eq_ignore_ascii_case("properties"));
        if let Some((name, properties @ Value::Object(_))) = whole {
            Members::in_any_case(value, "", &ENVELOPE)?;
            let known = [&PARTS[..], &PROPERTIES].concat();
            return Self::of_parts(properties, name, &known);
        }
        let lists = || List::ALL.into_iter().flat_map(|list| [list.as_str(), list.in_documents()]);
        if !has(top, "rules") && lists().any(|list| has(top, list)) {
            if let Some(part) = PARTS.into_iter().find(|part| has(top, part)) {
                let list = lists().find(|list| has(top, list)).unwrap_or_default();
                return Err(InvalidDocument::new(
                    "",
                    format!("`{list}` is next to `{part}`; it belongs inside `rules`"),
                ));
            }
            return Ok(Self { rules: Some(Lists::from_value(value)?), ..Self::default() });
        }
        let known = [&PARTS[..], &PROPERTIES, &ENVELOPE, &OURS].concat();
        Self::of_parts(value, "", &known)
    }

    fn of_parts(value: &Value, at: &str, known: &[&'static str]) -> Result<Self, InvalidDocument> {
        let object = object(value, at)?;
        let is_known = |name: &String| known.iter().any(|known| known.eq_ignore_ascii_case(name));
        if let Some(name) = object.keys().find(|name| !is_known(name)) {
            // Of all known members, only these are worth a hint.
            return Err(InvalidDocument::new(
                at,
                unknown(name, &["mode", "default_access", "defaultAccess", "rules"]),
            ));
        }
        let parts = Members::in_any_case(value, at, known)?;
        if !PARTS.into_iter().any(|part| has(object, part)) {
            return Err(InvalidDocument::new(at, "none of `mode`, `default_access` and `rules` is present"));
        }
        let default_access = match (parts.text("default_access")?, parts.text("defaultAccess")?) {
            (Some(ours), Some(theirs)) if ours != theirs => {
                return Err(InvalidDocument::new(
                    "default_access",
                    "differs from `defaultAccess` next to it",
                ));
            }
            (ours, theirs) => ours.or(theirs),
        };
        let rules = parts.get("rules").map(Lists::from_value).transpose()?;
        Ok(Self { mode: parts.text("mode")?, default_access, rules })
    }
}

impl Lists {
    /// Reads the value of `rules` in either shape; see [`Document::from_value`].
    pub fn from_value(value: &Value) -> Result<Self, InvalidDocument> {
        let rules = object(value, "rules")?;
        if is_keyed(rules)? {
            return Ok(Self::from(&keyed(value)?));
        }
        let [privileges, roles, identities, ours] = List::ALL.map(List::as_str);
        let theirs = List::RoleAssignments.in_documents();
        let rules = Members::in_any_case(value, "rules", &[privileges, roles, identities, theirs, ours])?;
        let assignments = match (rules.get(ours), rules.get(theirs)) {
            (Some(_), Some(_)) => {
                return Err(InvalidDocument::new(
                    "rules",
                    format!("`{theirs}` is set twice, in two spellings"),
                ));
            }
            (Some(_), None) => ours,
            _ => theirs,
        };
        Ok(Self {
            privileges: list(&rules, privileges, &["name", "path"], &["queryParameters"])?,
            roles: list(&rules, roles, &["name", "privileges"], &[])?,
            identities: list(
                &rules,
                identities,
                &["name"],
                &["userName", "groupName", "exePath", "processName"],
            )?,
            role_assignments: list(&rules, assignments, &["role", "identities"], &[])?,
        })
    }
}

/// Whether these are maps or lists. Empty ones leave it open; a mixture of filled ones is a mistake.
fn is_keyed(rules: &Map<String, Value>) -> Result<bool, InvalidDocument> {
    let is_list = |name: &str| {
        List::ALL.iter().any(|list| {
            name.eq_ignore_ascii_case(list.as_str()) || name.eq_ignore_ascii_case(list.in_documents())
        })
    };
    let members = || rules.iter().filter(|(name, _)| is_list(name)).map(|(_, value)| value);
    let maps = members().any(|member| member.as_object().is_some_and(|map| !map.is_empty()));
    let lists = members().any(|member| member.as_array().is_some_and(|list| !list.is_empty()));
    if maps && lists {
        return Err(InvalidDocument::new(
            "rules",
            "some parts are lists and some are maps; write all in one form",
        ));
    }
    Ok(!lists && members().any(Value::is_object))
}

fn list<T: DeserializeOwned>(
    rules: &Members<'_>,
    name: &str,
    required: &[&'static str],
    optional: &[&'static str],
) -> Result<Option<Vec<T>>, InvalidDocument> {
    let (at, known) = (rules.path_to(name), [required, optional].concat());
    let elements = match rules.get(name) {
        None => return Ok(None),
        Some(Value::Array(elements)) => elements,
        Some(Value::Object(map)) if map.is_empty() => return Ok(Some(Vec::new())),
        Some(_) => return Err(InvalidDocument::new(at, "must be a list")),
    };
    let read = |(index, element): (usize, &Value)| {
        let at = format!("{at}[{index}]");
        let element = Members::in_any_case(element, &at, &known)?.into_object();
        complete(&element, required).map_err(|reason| InvalidDocument::new(&at, reason))?;
        T::deserialize(element).map_err(|error| InvalidDocument::new(at, error))
    };
    elements.iter().enumerate().map(read).collect::<Result<_, _>>().map(Some)
}

/// Checks what the agent refuses but [`Lists`] accept: a required member that is absent or null, or a null
/// among texts.
fn complete(element: &Value, required: &[&'static str]) -> Result<(), String> {
    let members = element.as_object().ok_or("must be an object")?;
    if let Some(missing) = required.iter().find(|name| members.get(**name).is_none_or(Value::is_null)) {
        return Err(format!("missing field `{missing}`"));
    }
    let holds_null = |value: &Value| match value {
        Value::Array(texts) => texts.iter().any(Value::is_null),
        Value::Object(texts) => texts.values().any(Value::is_null),
        _ => false,
    };
    if members.values().any(holds_null) {
        Err("invalid type: null, expected a string".to_owned())
    } else {
        Ok(())
    }
}

fn keyed(rules: &Value) -> Result<Rules, InvalidDocument> {
    let rules = Members::exact(rules, "rules", &List::ALL.map(List::as_str))?;
    Ok(Rules {
        privileges: map(&rules, "privileges", &["path", "query_parameters"], |at, one| {
            let path = one.text("path")?.ok_or_else(|| InvalidDocument::new(at, "`path` is missing"))?;
            let at = format!("{at}.query_parameters");
            let query_parameters = match one.get("query_parameters") {
                None => BTreeMap::new(),
                Some(query) => {
                    let pair = |(key, value): (&String, &Value)| match value {
                        Value::String(text) => Ok((key.clone(), text.clone())),
                        Value::Null => {
                            Err(InvalidDocument::new(format!("{at}[{key:?}]"), "must not be null"))
                        }
                        _ => Err(InvalidDocument::new(format!("{at}[{key:?}]"), "must be a string")),
                    };
                    object(query, &at)?.iter().map(pair).collect::<Result<_, InvalidDocument>>()?
                }
            };
            Ok(Privilege { path, query_parameters })
        })?,
        roles: map(&rules, "roles", &["privileges"], |_, one| {
            Ok(Role { privileges: one.names("privileges")? })
        })?,
        identities: map(
            &rules,
            "identities",
            &["user_name", "group_name", "exe_path", "process_name"],
            |_, one| {
                Ok(Identity {
                    user_name: one.text("user_name")?,
                    group_name: one.text("group_name")?,
                    exe_path: one.text("exe_path")?,
                    process_name: one.text("process_name")?,
                })
            },
        )?,
        role_assignments: map(&rules, "role_assignments", &["identities"], |_, one| {
            Ok(RoleAssignment { identities: one.names("identities")? })
        })?,
    })
}

fn map<T>(
    rules: &Members<'_>,
    name: &str,
    known: &[&'static str],
    read: impl Fn(&str, &Members<'_>) -> Result<T, InvalidDocument>,
) -> Result<BTreeMap<String, T>, InvalidDocument> {
    let elements = match rules.get(name) {
        None => return Ok(BTreeMap::new()),
        Some(Value::Array(list)) if list.is_empty() => return Ok(BTreeMap::new()),
        Some(elements) => object(elements, &rules.path_to(name))?,
    };
    let one = |(key, value): (&String, &Value)| {
        let at = format!("rules.{name}[{key:?}]");
        Ok((key.clone(), read(&at, &Members::exact(value, &at, known)?)?))
    };
    elements.iter().map(one).collect()
}

#[cfg(test)]
mod tests;
