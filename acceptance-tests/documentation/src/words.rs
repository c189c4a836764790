//! Types as Terraform's documentation names them.

use terraform_provider_gallery::plugin::Type;
use terraform_provider_gallery::plugin::schema::{AttributeNesting, BlockNesting};

/// A type as registries name it: `String`, `Map of String`.
pub(crate) fn of_type(kind: &Type) -> String {
    match kind {
        Type::Bool => "Boolean".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::String => "String".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(element) => format!("List of {}", of_type(element)),
        Type::Set(element) => format!("Set of {}", of_type(element)),
        Type::Map(element) => format!("Map of {}", of_type(element)),
        Type::Tuple(_) => "Tuple".to_owned(),
        Type::Object(_) => "Object".to_owned(),
    }
}

/// A type as configurations write it: `map(string)`, `object({ a = string })`.
pub(crate) fn constraint(kind: &Type) -> String {
    match kind {
        Type::Bool => "bool".to_owned(),
        Type::Number => "number".to_owned(),
        Type::String => "string".to_owned(),
        Type::Dynamic => "any".to_owned(),
        Type::List(element) => format!("list({})", constraint(element)),
        Type::Set(element) => format!("set({})", constraint(element)),
        Type::Map(element) => format!("map({})", constraint(element)),
        Type::Tuple(elements) => {
            format!("tuple([{}])", elements.iter().map(constraint).collect::<Vec<_>>().join(", "))
        }
        Type::Object(attributes) => {
            let width = attributes.keys().map(|name| name.len()).max().unwrap_or_default();
            let lines = attributes.iter().map(|(name, kind)| {
                let kind = constraint(kind).replace('\n', "\n  ");
                format!("  {name:width$} = {kind}\n")
            });
            format!("object({{\n{}}})", lines.collect::<String>())
        }
    }
}

/// The collection of nested attributes.
pub(crate) const fn of_attributes(nesting: AttributeNesting) -> &'static str {
    match nesting {
        AttributeNesting::Single => "Attributes",
        AttributeNesting::List => "Attributes List",
        AttributeNesting::Set => "Attributes Set",
        AttributeNesting::Map => "Attributes Map",
    }
}

/// The collection of nested blocks.
pub(crate) const fn of_blocks(nesting: BlockNesting) -> &'static str {
    match nesting {
        BlockNesting::Single | BlockNesting::Group => "Block",
        BlockNesting::List => "Block List",
        BlockNesting::Set => "Block Set",
        BlockNesting::Map => "Block Map",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_written_as_in_terraforms_documentation() {
        assert_eq!(of_type(&Type::map(Type::set(Type::String))), "Map of Set of String");
        assert_eq!(constraint(&Type::list(Type::Bool)), "list(bool)");
        let inner = Type::object([("b", Type::String), ("long", Type::Number)]);
        assert_eq!(constraint(&inner), "object({\n  b    = string\n  long = number\n})");
        assert_eq!(
            constraint(&Type::list(Type::object([("a", inner)]))),
            "list(object({\n  a = object({\n    b    = string\n    long = number\n  })\n}))"
        );
    }
}
