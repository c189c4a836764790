//! The facts a condition is evaluated against.

use super::AttributeSource;
use crate::rbac::reading::{ReadError, fold_key, wrong_kind};
use crate::rbac::{Operation, Plane};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Something that is known, known to be absent, or not known at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact<T> {
    /// It is known.
    Known(T),
    /// It is absent.
    Absent,
    /// It is not known.
    Unknown,
}

/// A request as far as it is known: its operation, and attributes by source.
#[derive(Clone, Debug)]
pub struct RequestContext {
    action: Option<Operation>,
    plane: Option<Plane>,
    suboperation: Fact<String>,
    /// Attributes by source and name; `None` if nothing is known of any attribute.
    attributes: Option<BTreeMap<AttributeSource, ValuesByName>>,
}

/// The members of a context, as folded keys.
const PARTS: [&str; 7] =
    ["action", "suboperation", "request", "resource", "principal", "environment", "isdataaction"];

type ValuesByName = BTreeMap<String, Vec<Value>>;

impl RequestContext {
    /// A request without any attribute: each one is absent.
    pub fn empty() -> Self {
        Self { action: None, plane: None, suboperation: Fact::Absent, attributes: Some(BTreeMap::new()) }
    }

    /// A request of which nothing is known. What is true for it is true for all requests.
    pub fn unknown() -> Self {
        Self { action: None, plane: None, suboperation: Fact::Unknown, attributes: None }
    }

    /// The same request for `action`.
    #[must_use]
    pub fn with_action(&self, action: &Operation) -> Self {
        Self { action: Some(action.clone()), ..self.clone() }
    }

    /// The same request with a sub-operation, such as `Blob.List`.
    #[must_use]
    pub fn with_suboperation(&self, name: &str) -> Self {
        Self { suboperation: Fact::Known(name.to_owned()), ..self.clone() }
    }

    /// The same request with an attribute, of one value or of several.
    #[must_use]
    pub fn with_attribute(&self, source: AttributeSource, name: &str, values: Vec<Value>) -> Self {
        let mut context = self.clone();
        let by_source = context.attributes.get_or_insert_default();
        by_source.entry(source).or_default().insert(name.to_owned(), values);
        context
    }

    /// Reads `{action, suboperation, request, resource, principal, environment, is_data_action}`, each of
    /// which may be absent or null. Attributes are keyed by the text between the brackets. A list is an
    /// attribute of several values. Absent and null attributes do not exist. An empty context is
    /// [`RequestContext::unknown`]: null, or an object whose members are all null.
    pub fn from_json(value: &Value) -> Result<Self, ReadError> {
        let map = match value {
            Value::Null => return Ok(Self::unknown()),
            Value::Object(map) => map,
            other => return Err(wrong_kind("context", "an object", other)),
        };
        let mut context = if map.values().all(Value::is_null) { Self::unknown() } else { Self::empty() };
        for (key, value) in map {
            context.read_part(key, value)?;
        }
        Ok(context)
    }

    fn read_part(&mut self, key: &str, value: &Value) -> Result<(), ReadError> {
        let path = format!("context.{key}");
        let folded = fold_key(key);
        if !PARTS.contains(&folded.as_str()) {
            return Err(ReadError::new(
                &path,
                "not known; a context has action, suboperation, request, resource, principal, environment and \
                 is_data_action",
            ));
        }
        if value.is_null() {
            return Ok(());
        }
        let text = |wanted| value.as_str().ok_or_else(|| wrong_kind(&path, wanted, value));
        match folded.as_str() {
            "action" => {
                let name = text("the name of an operation")?;
                let action =
                    Operation::new(name).map_err(|error| ReadError::new(&path, error.to_string()))?;
                self.action = Some(action);
            }
            "suboperation" => {
                self.suboperation = Fact::Known(text("the name of a sub-operation")?.to_owned())
            }
            "isdataaction" => {
                let Value::Bool(is_data_action) = value else {
                    return Err(wrong_kind(&path, "true or false", value));
                };
                self.plane = Some(Plane::of(*is_data_action));
            }
            folded => {
                let Some(source) = AttributeSource::named(folded) else { return Ok(()) };
                let Value::Object(attributes) = value else {
                    return Err(wrong_kind(&path, "attributes by name", value));
                };
                let values_by_name = read_values(attributes, &path)?;
                self.attributes.get_or_insert_default().insert(source, values_by_name);
            }
        }
        Ok(())
    }

    /// The operation, if it is known.
    pub fn action(&self) -> Option<&Operation> {
        self.action.as_ref()
    }

    /// The plane of the operation, if the context has it.
    pub fn plane(&self) -> Option<Plane> {
        self.plane
    }

    /// The sub-operation.
    pub fn suboperation(&self) -> &Fact<String> {
        &self.suboperation
    }

    /// The values of the attribute called `name` at `source`.
    ///
    /// It is not documented whether Azure compares names ignoring case (for tag keys it does not). So if only
    /// the case of a name differs, the attribute is `Unknown`.
    pub fn attribute(&self, source: AttributeSource, name: &str) -> Fact<&[Value]> {
        let Some(by_source) = &self.attributes else { return Fact::Unknown };
        let Some(values_by_name) = by_source.get(&source) else { return Fact::Absent };
        if let Some(values) = values_by_name.get(name) {
            return Fact::Known(values);
        }
        let case_matters = name.to_ascii_lowercase().contains("<$key_case_sensitive$>");
        if !case_matters && values_by_name.keys().any(|key| key.eq_ignore_ascii_case(name)) {
            return Fact::Unknown;
        }
        Fact::Absent
    }
}

fn read_values(attributes: &Map<String, Value>, path: &str) -> Result<ValuesByName, ReadError> {
    let mut values_by_name = ValuesByName::new();
    for (name, value) in attributes {
        let values = match value {
            Value::Null => continue,
            Value::Array(items) => items.clone(),
            single => vec![single.clone()],
        };
        if let Some(nested) = values.iter().find(|value| value.is_array() || value.is_object()) {
            return Err(wrong_kind(&format!("{path}[{name}]"), "a value or a list of values", nested));
        }
        values_by_name.insert(name.clone(), values);
    }
    Ok(values_by_name)
}
