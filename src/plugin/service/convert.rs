//! Converts between the protocol's messages and the layer's own types.

use prost::bytes::Bytes;

use crate::plain;
use crate::plugin::diagnostic::{Diagnostic, Diagnostics, Failure, Severity};
use crate::plugin::path::{Path, Step};
use crate::plugin::proto;
use crate::plugin::provider::{ClientCapabilities, Deferral};
use crate::plugin::types::Type;
use crate::plugin::value::{CodecError, Value, json, msgpack};

/// Longer messages are cut: the log has the whole exchange.
const LONGEST_DETAIL: usize = 64 << 10;

/// Decodes a value that the host sent; `what` names it in messages.
pub(super) fn decode(what: &str, value: Option<&proto::DynamicValue>, kind: &Type) -> Result<Value, Failure> {
    let decoded = match value {
        Some(value) if !value.msgpack.is_empty() => msgpack::decode(&value.msgpack, kind),
        Some(value) if !value.json.is_empty() => json::decode(&value.json, kind),
        _ => {
            let detail = format!("Terraform sent no {what}. This is a bug in Terraform or in the provider.");
            return Err(Diagnostic::error("Value missing in a call", detail).into());
        }
    };
    decoded.map_err(|error| unreadable(what, &error).into())
}

/// The error for a value from the host that does not fit the schema.
fn unreadable(what: &str, error: &CodecError) -> Diagnostic {
    let detail = format!(
        "The {what} that Terraform sent does not fit the provider's schema: {error}. This may happen when it was \
         made by another version of the provider; otherwise it is a bug in the provider."
    );
    Diagnostic::error("Value does not fit the schema", detail).at(error.path())
}

/// Encodes a value from the provider.
pub(super) fn encode(what: &str, value: &Value, kind: &Type) -> Result<proto::DynamicValue, Failure> {
    let encoded = msgpack::encode(value, kind).map_err(|error| {
        let detail = format!(
            "The {what} that the provider returned does not fit its own schema: {error}. This is a bug in \
             the provider; please report it."
        );
        Diagnostic::error("Provider made an invalid value", detail).at(error.path())
    })?;
    Ok(proto::DynamicValue { msgpack: encoded.into(), json: Bytes::new() })
}

/// Null, which fits every type.
pub(super) fn null() -> proto::DynamicValue {
    proto::DynamicValue { msgpack: Bytes::from_static(&[0xc0]), json: Bytes::new() }
}

/// Diagnostics for the host. Their paths end where values of this type do.
pub(super) fn diagnostics(diagnostics: Diagnostics, kind: &Type) -> Vec<proto::Diagnostic> {
    diagnostics.into_iter().map(|one| diagnostic(one, kind)).collect()
}

fn diagnostic(diagnostic: Diagnostic, kind: &Type) -> proto::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Warning => proto::diagnostic::Severity::Warning,
        Severity::Error => proto::diagnostic::Severity::Error,
    };
    let path = diagnostic.path.map(|path| existing_part(&path, kind)).filter(|path| !path.is_root());
    proto::Diagnostic {
        severity: severity.into(),
        summary: plain::line(&diagnostic.summary),
        detail: cut(plain::lines(&diagnostic.detail)),
        attribute: path.as_ref().map(attribute_path),
    }
}

/// A diagnostic without a path, for the host.
pub(super) fn pathless(diagnostic: Diagnostic) -> Vec<proto::Diagnostic> {
    diagnostics(diagnostic.into(), &Type::Dynamic)
}

fn cut(mut text: String) -> String {
    if text.len() > LONGEST_DETAIL {
        let end = (0..=LONGEST_DETAIL).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
        text.truncate(end);
        text.push_str(" ... (cut)");
    }
    text
}

/// The part of a path that exists in values of this type. Terraform has no step into a set, and reports its
/// own error for a path that does not exist. That may happen inside "any type", so a path ends there too.
pub(super) fn existing_part(path: &Path, kind: &Type) -> Path {
    let mut kind = kind;
    let mut prefix = Path::root();
    for step in path.steps() {
        let (step, inner) = match (kind, step) {
            (Type::Object(attributes), Step::Attribute(name) | Step::Key(name)) => {
                match attributes.get(name.as_str()) {
                    Some(inner) => (Step::Attribute(name.clone()), inner),
                    None => break,
                }
            }
            (Type::Map(element), Step::Key(key) | Step::Attribute(key)) => {
                (Step::Key(key.clone()), element.as_ref())
            }
            (Type::List(element), Step::Index(index)) => (Step::Index(*index), element.as_ref()),
            (Type::Tuple(elements), Step::Index(index)) => {
                match usize::try_from(*index).ok().and_then(|index| elements.get(index)) {
                    Some(inner) => (Step::Index(*index), inner),
                    None => break,
                }
            }
            _ => break,
        };
        prefix = prefix.with(step);
        kind = inner;
    }
    prefix
}

/// A path for the host.
pub(super) fn attribute_path(path: &Path) -> proto::AttributePath {
    use proto::attribute_path::step::Selector;
    let steps = path.steps().iter().map(|step| {
        let selector = match step {
            Step::Attribute(name) => Selector::AttributeName(name.clone()),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
            Step::Index(index) => Selector::ElementKeyInt(*index),
        };
        proto::attribute_path::Step { selector: Some(selector) }
    });
    proto::AttributePath { steps: steps.collect() }
}

/// The capabilities of the host; none by default.
pub(super) fn capabilities(capabilities: Option<&proto::ClientCapabilities>) -> ClientCapabilities {
    let capabilities = capabilities.copied().unwrap_or_default();
    ClientCapabilities {
        deferral_allowed: capabilities.deferral_allowed,
        write_only_attributes_allowed: capabilities.write_only_attributes_allowed,
        store_planned_private: capabilities.store_planned_private,
    }
}

/// A deferral, if the host supports it; otherwise an error.
pub(super) fn deferred(
    deferral: Deferral,
    capabilities: ClientCapabilities,
) -> Result<proto::Deferred, Diagnostic> {
    use proto::deferred::Reason;
    let (reason, words) = match deferral {
        Deferral::ResourceConfigUnknown => {
            (Reason::ResourceConfigUnknown, "parts of its configuration are not known yet")
        }
        Deferral::ProviderConfigUnknown => {
            (Reason::ProviderConfigUnknown, "parts of the provider's configuration are not known yet")
        }
        Deferral::AbsentPrerequisite => (Reason::AbsentPrereq, "something it depends on does not exist yet"),
    };
    if capabilities.deferral_allowed {
        return Ok(proto::Deferred { reason: reason.into() });
    }
    let detail = format!(
        "This cannot be done in one run: {words}, and this version of Terraform cannot defer it. Apply \
         what it depends on first, with `-target`."
    );
    Err(Diagnostic::error("Not possible in this run", detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind() -> Type {
        let rule = Type::object([("path", Type::String), ("names", Type::set(Type::String))]);
        Type::object([
            ("rules", Type::map(rule.clone())),
            ("list", Type::list(rule.clone())),
            ("set", Type::set(rule)),
            ("any", Type::Dynamic),
            ("pair", Type::Tuple(vec![Type::Bool])),
        ])
    }

    #[test]
    fn a_path_is_kept_as_far_as_it_exists() {
        let cases = [
            (Path::attribute("rules").with_key("a").with_attribute("path"), "rules[\"a\"].path"),
            (Path::attribute("rules").with_attribute("a").with_attribute("path"), "rules[\"a\"].path"),
            (Path::attribute("list").with_index(2).with_key("path"), "list[2].path"),
            (Path::attribute("list").with_index(2).with_attribute("names").with_index(0), "list[2].names"),
            (Path::attribute("set").with_index(0).with_attribute("path"), "set"),
            (Path::attribute("any").with_attribute("x"), "any"),
            (Path::attribute("pair").with_index(0), "pair[0]"),
            (Path::attribute("pair").with_index(1), "pair"),
            (Path::attribute("nowhere").with_key("x"), ""),
        ];
        for (path, expected) in cases {
            assert_eq!(existing_part(&path, &kind()).to_string(), expected, "{path}");
        }
    }

    #[test]
    fn a_path_that_does_not_exist_is_dropped() {
        let sent = diagnostic(Diagnostic::warning("A", "B").at(Path::attribute("nowhere")), &kind());
        assert_eq!(sent.attribute, None);
        assert_eq!(sent.severity, proto::diagnostic::Severity::Warning as i32);
    }

    #[test]
    fn a_long_message_is_cut() {
        let sent = diagnostic(Diagnostic::error("A", "é".repeat(LONGEST_DETAIL)), &kind());
        assert!(sent.detail.len() < LONGEST_DETAIL + 20);
        assert!(sent.detail.ends_with("é ... (cut)"));
    }

    #[test]
    fn both_encodings_are_read_and_none_is_an_error() {
        let json = proto::DynamicValue { msgpack: Bytes::new(), json: Bytes::from_static(b"true") };
        assert_eq!(decode("config", Some(&json), &Type::Bool), Ok(true.into()));
        assert_eq!(decode("config", Some(&null()), &Type::Bool), Ok(Value::Null));
        assert!(decode("config", Some(&proto::DynamicValue::default()), &Type::Bool).is_err());
        assert!(decode("config", None, &Type::Bool).is_err());
    }

    #[test]
    fn the_capabilities_of_a_host_are_read() {
        assert_eq!(capabilities(None), ClientCapabilities::default());
        let converted = |deferral_allowed, write_only_attributes_allowed, store_planned_private| {
            capabilities(Some(&proto::ClientCapabilities {
                deferral_allowed,
                write_only_attributes_allowed,
                store_planned_private,
                ..proto::ClientCapabilities::default()
            }))
        };
        let nothing = ClientCapabilities::default();
        assert_eq!(converted(true, false, false), ClientCapabilities { deferral_allowed: true, ..nothing });
        assert_eq!(
            converted(false, true, false),
            ClientCapabilities { write_only_attributes_allowed: true, ..nothing }
        );
        assert_eq!(
            converted(false, false, true),
            ClientCapabilities { store_planned_private: true, ..nothing }
        );
    }

    #[test]
    fn deferral_is_only_for_hosts_that_support_it() {
        let able = ClientCapabilities { deferral_allowed: true, ..ClientCapabilities::default() };
        let answer = deferred(Deferral::AbsentPrerequisite, able).expect("allowed");
        assert_eq!(answer.reason, proto::deferred::Reason::AbsentPrereq as i32);
        assert!(deferred(Deferral::AbsentPrerequisite, ClientCapabilities::default()).is_err());
    }
}
