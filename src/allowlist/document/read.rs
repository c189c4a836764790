//! Reading rules from JSON, in either of two shapes: the lists of Azure Resource Manager and the agent, or the
//! maps of a configuration.
//!
//! The agent refuses a document as a whole for a required member that is missing, null or of another type;
//! members it does not know are ignored, and member names have to match in case (`key.rs`, serde's rules).
//! The keyed shape is ours, and there a member nobody knows is a typing mistake.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::super::{Identity, List, Privilege, Role, RoleAssignment, Rules};
use super::{Document, Lists};

/// Why a document cannot be read; the agent would not read it either.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", if .at.is_empty() { String::new() } else { format!("{}: ", .at) })]
pub struct Refused {
    /// Where, as in `rules.privileges[2]`; empty for the document as a whole.
    pub at: String,
    /// What is wrong there.
    pub reason: String,
}

impl Refused {
    pub(crate) fn new(at: impl Into<String>, reason: impl ToString) -> Self {
        Self { at: at.into(), reason: reason.to_string() }
    }
}

impl Document {
    /// Reads rules in either shape: `{ mode, default_access, rules = maps }` (ours, also a whole
    /// `gallery_invm_access_profile_version`), or `{ mode, defaultAccess, rules = lists }` (Azure Resource
    /// Manager's), the latter also under `properties`. A part that is absent or null is absent here: in the
    /// keyed shape that means empty, since all four lists are always sent from it; in the lists' shape it means
    /// what the agent makes of it. The value of `rules` alone is taken too.
    pub fn from_value(value: &Value) -> Result<Self, Refused> {
        let top = object(value, "")?;
        let top = match top.get("properties") {
            Some(Value::Object(properties)) => properties,
            _ => top,
        };
        let default_access = match (text(top, "default_access")?, text(top, "defaultAccess")?) {
            (Some(ours), Some(theirs)) if ours != theirs => {
                return Err(Refused::new("default_access", "differs from defaultAccess beside it"));
            }
            (ours, theirs) => ours.or(theirs),
        };
        // Rules by themselves are understood as well.
        let alone = List::ALL.iter().any(|list| top.contains_key(list.as_str()));
        let rules = match top.get("rules") {
            None if alone => Some(Lists::from_value(&Value::Object(top.clone()))?),
            None | Some(Value::Null) => None,
            Some(rules) => Some(Lists::from_value(rules)?),
        };
        Ok(Self { mode: text(top, "mode")?, default_access, rules })
    }

    /// Reads the item the agent receives for one endpoint, from text, as the agent does (`key.rs`, lines 87-103):
    /// `mode`, `defaultAccess` and `id` are required, and a member written twice refuses the whole.
    pub fn from_agent_item(text: &str) -> Result<Self, Refused> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Item {
            mode: String,
            default_access: String,
            #[serde(rename = "id")]
            _id: String,
            rules: Option<Lists>,
        }
        let item: Item = serde_json::from_str(text).map_err(|error| Refused::new("", error))?;
        Ok(Self { mode: Some(item.mode), default_access: Some(item.default_access), rules: item.rules })
    }
}

impl Lists {
    /// Reads the value of `rules` in either shape; see [`Document::from_value`].
    pub fn from_value(value: &Value) -> Result<Self, Refused> {
        let rules = object(value, "rules")?;
        if is_keyed(rules)? {
            return Ok(Self::from(&keyed(rules)?));
        }
        let assignments = match rules.get(List::RoleAssignments.in_documents()) {
            None => List::RoleAssignments.as_str(),
            Some(_) => List::RoleAssignments.in_documents(),
        };
        Ok(Self {
            privileges: list(rules, "privileges")?,
            roles: list(rules, "roles")?,
            identities: list(rules, "identities")?,
            role_assignments: list(rules, assignments)?,
        })
    }
}

/// Maps or lists? An empty one of either kind settles nothing; a mixture of filled ones is a mistake.
fn is_keyed(rules: &Map<String, Value>) -> Result<bool, Refused> {
    let members =
        || List::ALL.iter().flat_map(|list| rules.get(list.as_str()).or(rules.get(list.in_documents())));
    let maps = members().any(|member| member.as_object().is_some_and(|map| !map.is_empty()));
    let lists = members().any(|member| member.as_array().is_some_and(|list| !list.is_empty()));
    if maps && lists {
        return Err(Refused::new("rules", "some parts are lists and some are maps; write all in one form"));
    }
    Ok(!lists && members().any(Value::is_object))
}

fn list<T: DeserializeOwned>(rules: &Map<String, Value>, name: &str) -> Result<Option<Vec<T>>, Refused> {
    let elements = match rules.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(elements)) => elements,
        Some(Value::Object(map)) if map.is_empty() => return Ok(Some(Vec::new())),
        Some(_) => return Err(Refused::new(format!("rules.{name}"), "has to be a list")),
    };
    let read = |(index, element): (usize, &Value)| {
        T::deserialize(element).map_err(|error| Refused::new(format!("rules.{name}[{index}]"), error))
    };
    elements.iter().enumerate().map(read).collect::<Result<_, _>>().map(Some)
}

fn keyed(rules: &Map<String, Value>) -> Result<Rules, Refused> {
    known_members(rules, "rules", &List::ALL.map(List::as_str))?;
    Ok(Rules {
        privileges: map(rules, "privileges", |at, one| {
            known_members(one, at, &["path", "query_parameters"])?;
            let path = text_at(one, at, "path")?.ok_or_else(|| Refused::new(at, "path is missing"))?;
            let at = format!("{at}.query_parameters");
            let query_parameters = match one.get("query_parameters") {
                None | Some(Value::Null) => BTreeMap::new(),
                Some(query) => {
                    let query = object(query, &at)?;
                    let pair = |key: &String| {
                        let value = text_at(query, &at, key)?;
                        let value = value.ok_or_else(|| Refused::new(format!("{at}[{key:?}]"), "is null"))?;
                        Ok((key.clone(), value))
                    };
                    query.keys().map(pair).collect::<Result<_, Refused>>()?
                }
            };
            Ok(Privilege { path, query_parameters })
        })?,
        roles: map(rules, "roles", |at, one| {
            known_members(one, at, &["privileges"])?;
            Ok(Role { privileges: names(one, at, "privileges")? })
        })?,
        identities: map(rules, "identities", |at, one| {
            known_members(one, at, &["user_name", "group_name", "exe_path", "process_name"])?;
            Ok(Identity {
                user_name: text_at(one, at, "user_name")?,
                group_name: text_at(one, at, "group_name")?,
                exe_path: text_at(one, at, "exe_path")?,
                process_name: text_at(one, at, "process_name")?,
            })
        })?,
        role_assignments: map(rules, "role_assignments", |at, one| {
            known_members(one, at, &["identities"])?;
            Ok(RoleAssignment { identities: names(one, at, "identities")? })
        })?,
    })
}

fn map<T>(
    rules: &Map<String, Value>,
    name: &str,
    read: impl Fn(&str, &Map<String, Value>) -> Result<T, Refused>,
) -> Result<BTreeMap<String, T>, Refused> {
    let elements = match rules.get(name) {
        None | Some(Value::Null) => return Ok(BTreeMap::new()),
        Some(Value::Array(list)) if list.is_empty() => return Ok(BTreeMap::new()),
        Some(elements) => object(elements, &format!("rules.{name}"))?,
    };
    let one = |(key, value): (&String, &Value)| {
        let at = format!("rules.{name}[{key:?}]");
        Ok((key.clone(), read(&at, object(value, &at)?)?))
    };
    elements.iter().map(one).collect()
}

fn names<C: FromIterator<String>>(one: &Map<String, Value>, at: &str, name: &str) -> Result<C, Refused> {
    let wrong = || Refused::new(format!("{at}.{name}"), "has to be a list of names");
    let elements = match one.get(name) {
        None | Some(Value::Null) => return Ok(C::from_iter([])),
        Some(elements) => elements.as_array().ok_or_else(wrong)?,
    };
    elements.iter().map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

fn object<'a>(value: &'a Value, at: &str) -> Result<&'a Map<String, Value>, Refused> {
    value.as_object().ok_or_else(|| Refused::new(at, "has to be an object"))
}

fn text(object: &Map<String, Value>, name: &str) -> Result<Option<String>, Refused> {
    text_at(object, "", name)
}

fn text_at(object: &Map<String, Value>, at: &str, name: &str) -> Result<Option<String>, Refused> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) if at.is_empty() => Err(Refused::new(name, "has to be a text")),
        Some(_) => Err(Refused::new(format!("{at}.{name}"), "has to be a text")),
    }
}

fn known_members(object: &Map<String, Value>, at: &str, known: &[&str]) -> Result<(), Refused> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(Refused::new(at, format!("\"{key}\" is no member; known are {}", known.join(", ")))),
    }
}

#[cfg(test)]
mod tests;
