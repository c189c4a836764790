//! Values in a host's storage format: JSON.

use terraform_provider_gallery::plugin::Value;
use terraform_provider_gallery::plugin::value::Members;

/// A value as JSON; `None` if any part is unknown, which JSON cannot represent.
pub(super) fn json(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::List(elements) | Value::Set(elements) | Value::Tuple(elements) => {
            let elements: Vec<_> = elements.iter().map(json).collect::<Option<_>>()?;
            format!("[{}]", elements.join(","))
        }
        Value::Map(members) | Value::Object(members) => object(members)?,
        Value::Dynamic(typed) => {
            let (kind, value) = typed.as_ref();
            format!(r#"{{"value":{},"type":{}}}"#, json(value)?, kind.to_json())
        }
        Value::Unknown(_) => return None,
    })
}

fn object(members: &Members) -> Option<String> {
    let member = |(name, value): (&String, &Value)| Some(format!("{}:{}", quoted(name), json(value)?));
    let members: Vec<_> = members.iter().map(member).collect::<Option<_>>()?;
    Some(format!("{{{}}}", members.join(",")))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
