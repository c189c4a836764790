//! The argument that most functions about access take: rules, in either shape.

use crate::allowlist::{Document, Lists, Rules};
use crate::plugin::Type;
use crate::plugin::function::{FunctionError, Parameter};

use super::arguments::Arguments;
use crate::provider::checks::with_full_stop;

/// The accepted forms of the argument, for the documentation.
const DESCRIPTION: &str = "The rules: a whole `gallery_invm_access_profile_version`, or an object `{ mode, default_access, \
                           rules = { privileges, roles, identities, role_assignments } }` of the same shape, or what \
                           Azure Resource Manager has: `{ mode, defaultAccess, rules = { privileges = [...], ... } }`, \
                           also under `properties`, in any case, decoded or as JSON text. A part that is absent or null \
                           is read as the guest agent reads it. A member that is not known is an error.";

/// The parameter.
#[must_use]
pub fn parameter(name: &'static str) -> Parameter {
    Parameter { name, kind: Type::Dynamic, allow_null: false, description: DESCRIPTION.into() }
}

/// Reads the next argument as a document.
///
/// # Errors
/// If the guest agent could not read it.
pub fn document(arguments: &mut Arguments) -> Result<Document, FunctionError> {
    Document::from_value(&arguments.document()?)
        .map_err(|refused| arguments.error(with_full_stop(&format!("These rules cannot be read: {refused}"))))
}

/// Reads the next argument as rules, as the guest agent reads them.
///
/// # Errors
/// If the guest agent could not read it.
pub fn rules(arguments: &mut Arguments) -> Result<Rules, FunctionError> {
    let lists: Lists = document(arguments)?.rules.unwrap_or_default();
    Ok(lists.into_rules().0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plugin::schema::Shape;
    use crate::plugin::{Function as _, Provider as _};
    use crate::provider::functions::json::to_dynamic;
    use crate::provider::functions::rules_from_audit_log::RulesFromAuditLog;

    fn read(json: &serde_json::Value) -> Result<Document, FunctionError> {
        document(&mut Arguments::new(vec![to_dynamic(json)]))
    }

    /// The functions accept this provider's own results unchanged.
    #[test]
    fn every_attribute_of_a_version_and_of_a_learned_allowlist_is_known() {
        let provider = crate::provider::Gallery::new();
        let names_of = |schema: crate::plugin::schema::Schema| {
            let attributes = schema.block.attributes.iter().map(|one| one.name.to_string());
            let blocks = schema.block.blocks.iter().map(|one| one.name.to_string());
            let entries = schema.block.attributes.iter().find(|one| one.name == "versions").map(|one| {
                match &one.shape {
                    Shape::Nested(_, entry) => {
                        entry.iter().map(|one| one.name.to_string()).collect::<Vec<_>>()
                    }
                    Shape::Plain(_) => Vec::new(),
                }
            });
            entries.unwrap_or_else(|| attributes.chain(blocks).collect())
        };
        let kind = "gallery_invm_access_profile_version";
        let mut all: Vec<Vec<String>> = Vec::new();
        for resource in provider.resources() {
            if resource.type_name() == kind {
                all.push(names_of(resource.schema()));
            }
        }
        for source in provider.data_sources() {
            if source.type_name().starts_with(kind) {
                all.push(names_of(source.schema()));
            }
        }
        let crate::plugin::Type::Object(learned) = RulesFromAuditLog.signature().result else { panic!() };
        all.push(learned.keys().map(ToString::to_string).collect());
        assert_eq!(all.len(), 4);
        for names in all {
            assert!(names.iter().any(|name| name == "rules"), "{names:?}");
            let object = names.iter().map(|name| (name.clone(), serde_json::Value::Null)).collect();
            assert_eq!(read(&serde_json::Value::Object(object)), Ok(Document::default()), "{names:?}");
        }
    }

    #[test]
    fn other_values_than_rules_are_an_error_about_the_argument() {
        for json in
            [json!({ "foo": 1 }), json!({}), json!([]), json!("{ \"foo\": 1 }"), json!({ "rule": {} })]
        {
            let error = read(&json).unwrap_err();
            assert_eq!(error.argument, Some(0), "{json}");
            assert!(error.text.starts_with("These rules cannot be read: "), "{}", error.text);
        }
    }
}
