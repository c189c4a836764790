//! Terraform's type constraints.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value as Json;

/// The type of an attribute. On the wire a type is JSON: `"string"`, `["map","number"]`,
/// `["object",{"a":"bool"}]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// Any decimal number.
    Number,
    /// Unicode text.
    String,
    /// Any type; the value contains its own.
    Dynamic,
    /// Elements in order.
    List(Box<Type>),
    /// Elements without order or repetition.
    Set(Box<Type>),
    /// Elements by name, all of one type.
    Map(Box<Type>),
    /// Elements in order, each of its own type.
    Tuple(Vec<Type>),
    /// Elements by name, each of its own type.
    Object(BTreeMap<String, Type>),
}

impl Type {
    /// `list(element)`.
    #[must_use]
    pub fn list(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    /// `set(element)`.
    #[must_use]
    pub fn set(element: Self) -> Self {
        Self::Set(Box::new(element))
    }

    /// `map(element)`.
    #[must_use]
    pub fn map(element: Self) -> Self {
        Self::Map(Box::new(element))
    }

    /// `object({...})`.
    #[must_use]
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Self)>) -> Self {
        // Not collected: that sorts, with a copy of the sort in the program for each length of an array.
        let mut members = BTreeMap::new();
        members.extend(attributes.into_iter().map(|(name, kind)| (name.into(), kind)));
        Self::Object(members)
    }

    /// Reads a type from its JSON form. Which attributes of an object are optional (a third part that some
    /// hosts write) is accepted but not kept: values always have every attribute.
    ///
    /// # Errors
    /// If the text is not JSON, is nested too deep, or names no type.
    pub fn from_json(text: &[u8]) -> Result<Self, TypeError> {
        // serde_json refuses more than 128 levels, which limits the recursion below.
        let json = serde_json::from_slice(text).map_err(|_| TypeError::NotJson)?;
        Self::from_parsed(json)
    }

    fn from_parsed(json: Json) -> Result<Self, TypeError> {
        match json {
            Json::String(name) => match name.as_str() {
                "bool" => Ok(Self::Bool),
                "number" => Ok(Self::Number),
                "string" => Ok(Self::String),
                "dynamic" => Ok(Self::Dynamic),
                _ => Err(TypeError::UnknownName(name)),
            },
            Json::Array(parts) => Self::from_parts(parts),
            _ => Err(TypeError::NotAType),
        }
    }

    fn from_parts(parts: Vec<Json>) -> Result<Self, TypeError> {
        let mut parts = parts.into_iter();
        let (Some(Json::String(name)), Some(inner)) = (parts.next(), parts.next()) else {
            return Err(TypeError::NotAType);
        };
        let optional = parts.next();
        if parts.next().is_some() || (optional.is_some() && name != "object") {
            return Err(TypeError::NotAType);
        }
        match (name.as_str(), inner) {
            ("list", element) => Self::from_parsed(element).map(Self::list),
            ("set", element) => Self::from_parsed(element).map(Self::set),
            ("map", element) => Self::from_parsed(element).map(Self::map),
            ("tuple", Json::Array(elements)) => {
                elements.into_iter().map(Self::from_parsed).collect::<Result<_, _>>().map(Self::Tuple)
            }
            ("object", Json::Object(attributes)) => attributes
                .into_iter()
                .map(|(name, kind)| Ok((name, Self::from_parsed(kind)?)))
                .collect::<Result<_, _>>()
                .map(Self::Object),
            ("tuple" | "object", _) => Err(TypeError::NotAType),
            _ => Err(TypeError::UnknownName(name)),
        }
    }

    /// Its JSON form, as Terraform writes it: no spaces, attributes in order of name.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_parsed().to_string()
    }

    fn to_parsed(&self) -> Json {
        match self {
            Self::Bool => "bool".into(),
            Self::Number => "number".into(),
            Self::String => "string".into(),
            Self::Dynamic => "dynamic".into(),
            Self::List(element) => Json::Array(vec!["list".into(), element.to_parsed()]),
            Self::Set(element) => Json::Array(vec!["set".into(), element.to_parsed()]),
            Self::Map(element) => Json::Array(vec!["map".into(), element.to_parsed()]),
            Self::Tuple(elements) => {
                let elements = elements.iter().map(Self::to_parsed).collect();
                Json::Array(vec!["tuple".into(), Json::Array(elements)])
            }
            Self::Object(attributes) => {
                let attributes =
                    attributes.iter().map(|(name, kind)| (name.to_string(), kind.to_parsed())).collect();
                Json::Array(vec!["object".into(), Json::Object(attributes)])
            }
        }
    }

    /// Whether it contains "any type".
    #[must_use]
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_dynamic(),
            Self::Tuple(elements) => elements.iter().any(Self::has_dynamic),
            Self::Object(attributes) => attributes.values().any(Self::has_dynamic),
        }
    }
}

impl fmt::Display for Type {
    /// As in Terraform's messages: `string`, `list of number`, `object`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::Dynamic => f.write_str("any type"),
            Self::List(element) => write!(f, "list of {element}"),
            Self::Set(element) => write!(f, "set of {element}"),
            Self::Map(element) => write!(f, "map of {element}"),
            Self::Tuple(_) => f.write_str("tuple"),
            Self::Object(_) => f.write_str("object"),
        }
    }
}

/// Why a text is not a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TypeError {
    /// It is not JSON, or nested too deep.
    #[error("the type is not JSON, or nested too deep")]
    NotJson,
    /// It is JSON, but not a type.
    #[error("the JSON does not describe a type")]
    NotAType,
    /// There is no type of this name.
    #[error("there is no type {0:?}")]
    UnknownName(String),
}

#[cfg(test)]
mod tests {
    use super::{Type, TypeError};

    #[test]
    fn a_type_is_written_as_terraform_writes_it_and_read_back() {
        let forms = [
            (Type::String, r#""string""#),
            (Type::Dynamic, r#""dynamic""#),
            (Type::map(Type::Number), r#"["map","number"]"#),
            (Type::set(Type::list(Type::Bool)), r#"["set",["list","bool"]]"#),
            (Type::Tuple(vec![]), r#"["tuple",[]]"#),
            (Type::Tuple(vec![Type::String, Type::Bool]), r#"["tuple",["string","bool"]]"#),
            (
                Type::object([("b", Type::String), ("a\"", Type::Bool)]),
                r#"["object",{"a\"":"bool","b":"string"}]"#,
            ),
        ];
        for (kind, json) in forms {
            assert_eq!(kind.to_json(), json);
            assert_eq!(Type::from_json(json.as_bytes()), Ok(kind));
        }
    }

    #[test]
    fn optional_attributes_are_tolerated_on_objects_only() {
        let with = br#"["object",{"a":"string"},["a"]]"#;
        assert_eq!(Type::from_json(with), Ok(Type::object([("a", Type::String)])));
        assert_eq!(Type::from_json(br#"["list","string",["a"]]"#), Err(TypeError::NotAType));
    }

    #[test]
    fn text_that_is_not_a_type_is_refused() {
        for (text, error) in [
            ("", TypeError::NotJson),
            ("\"string", TypeError::NotJson),
            ("null", TypeError::NotAType),
            ("[]", TypeError::NotAType),
            (r#"["list"]"#, TypeError::NotAType),
            (r#"["object",["a"]]"#, TypeError::NotAType),
            (r#"["tuple",{}]"#, TypeError::NotAType),
            (r#"["object",{},[],[]]"#, TypeError::NotAType),
            (r#""text""#, TypeError::UnknownName("text".to_owned())),
            (r#"["bag","string"]"#, TypeError::UnknownName("bag".to_owned())),
        ] {
            assert_eq!(Type::from_json(text.as_bytes()), Err(error), "{text}");
        }
    }

    #[test]
    fn endless_nesting_is_refused() {
        let text = format!("{}\"string\"{}", "[\"list\",".repeat(10_000), "]".repeat(10_000));
        assert_eq!(Type::from_json(text.as_bytes()), Err(TypeError::NotJson));
    }

    #[test]
    fn messages_name_types_in_words() {
        assert_eq!(Type::list(Type::map(Type::Number)).to_string(), "list of map of number");
        assert_eq!(Type::object([("a", Type::Bool)]).to_string(), "object");
    }
}
