//! Access to the parts of a value.

use super::Value;
use crate::plugin::path::{Path, Step};

impl Value {
    /// The value at this path inside this one; `None` if there is none.
    #[must_use]
    pub fn at(&self, path: &Path) -> Option<&Self> {
        path.steps().iter().try_fold(self, |value, step| value.step(step))
    }

    fn step(&self, step: &Step) -> Option<&Self> {
        match (self, step) {
            (Self::Dynamic(typed), _) => typed.1.step(step),
            (Self::Object(elements), Step::Attribute(name)) => elements.get(name),
            (Self::Map(elements), Step::Key(key)) => elements.get(key),
            (Self::List(elements) | Self::Tuple(elements), Step::Index(index)) => {
                elements.get(usize::try_from(*index).ok()?)
            }
            _ => None,
        }
    }

    /// The elements of a list, set or tuple; `None` for other values.
    #[must_use]
    pub fn elements(&self) -> Option<&[Self]> {
        match self {
            Self::List(elements) | Self::Set(elements) | Self::Tuple(elements) => Some(elements),
            Self::Dynamic(typed) => typed.1.elements(),
            _ => None,
        }
    }

    /// The same with null for every unknown value: what a state may contain of a plan that was not applied.
    #[must_use]
    pub fn unknown_as_null(self) -> Self {
        let each = |elements: Vec<Self>| elements.into_iter().map(Self::unknown_as_null).collect();
        match self {
            Self::Unknown(_) => Self::Null,
            Self::List(elements) => Self::List(each(elements)),
            Self::Set(elements) => Self::Set(each(elements)),
            Self::Tuple(elements) => Self::Tuple(each(elements)),
            Self::Map(elements) => {
                Self::Map(elements.into_iter().map(|(key, value)| (key, value.unknown_as_null())).collect())
            }
            Self::Object(elements) => Self::Object(
                elements.into_iter().map(|(key, value)| (key, value.unknown_as_null())).collect(),
            ),
            Self::Dynamic(typed) => {
                let (kind, value) = *typed;
                Self::Dynamic(Box::new((kind, value.unknown_as_null())))
            }
            known => known,
        }
    }

    /// The kind of this value, in words; never the value itself.
    pub(super) const fn kind_name(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown",
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::List(_) => "list",
            Self::Set(_) => "set",
            Self::Tuple(_) => "tuple",
            Self::Map(_) => "map",
            Self::Object(_) => "object",
            Self::Dynamic(_) => "a value of any type",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Members;
    use super::Value;
    use crate::plugin::path::Path;
    use crate::plugin::types::Type;

    fn rules() -> Value {
        let rule = Value::object([("paths", Value::List(vec!["/a".into(), Value::unknown()]))]);
        let any = Value::Dynamic(Box::new((Type::map(Type::Bool), Value::Map(Members::new()))));
        Value::object([("rules", Value::Map(Members::from([("x".to_owned(), rule)]))), ("any", any)])
    }

    #[test]
    fn a_path_leads_to_its_value() {
        let paths = Path::attribute("rules").with_key("x").with_attribute("paths");
        assert_eq!(rules().at(&paths.with_index(0)), Some(&Value::from("/a")));
        assert_eq!(rules().at(&Path::root()), Some(&rules()));
        assert_eq!(rules().at(&paths.with_index(2)), None);
        assert_eq!(rules().at(&paths.with_index(-1)), None);
        assert_eq!(rules().at(&Path::attribute("rules").with_attribute("x")), None);
        assert_eq!(rules().at(&Path::attribute("any").with_key("x")), None);
    }

    #[test]
    fn unknowns_inside_become_null() {
        assert!(!rules().is_wholly_known());
        let known = rules().unknown_as_null();
        assert!(known.is_wholly_known());
        let paths = Path::attribute("rules").with_key("x").with_attribute("paths");
        assert_eq!(known.at(&paths), Some(&Value::List(vec!["/a".into(), Value::Null])));
    }
}
