//! How a configuration selects an object: by its id, or by its parent's id and its name.

use std::fmt::Display;
use std::str::FromStr;

use crate::arm;
use crate::arm::Call;
use crate::arm::error::Missing;
use crate::plugin::data_source::{ReadData, ReadDataResult};
use crate::plugin::provider::{Context, Deferral};
use crate::plugin::schema::Schema;
use crate::plugin::{Diagnostic, Diagnostics, Failure, Path, Value};
use crate::provider::connection::Connection;
use crate::provider::module;
use crate::provider::problem::Attempt;
use crate::provider::timeouts::{self, TimedOperation};
use crate::provider::writing::Managed;

/// The arguments that select an object of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Selector {
    /// The object: `profile`, `version`.
    pub object: &'static str,
    /// The argument with the parent's id.
    pub parent: &'static str,
    /// Whether the parent alone selects an object.
    pub parent_suffices: bool,
}

impl Selector {
    /// Finds arguments that contradict each other or do not suffice. Unknown ones are checked when they are
    /// known.
    #[must_use]
    pub fn check(&self, config: &Value) -> Diagnostics {
        let (object, parent) = (self.object, self.parent);
        let [id, parent_argument, name] = ["id", parent, "name"].map(|name| Argument::of(config, name));
        let mut diagnostics = Diagnostics::new();
        for (argument, state) in [(parent, parent_argument), ("name", name)] {
            if id == Argument::Set && state == Argument::Set {
                let detail = format!(
                    "`{argument}` cannot be set together with `id`, which already selects the \
                     {object}. Remove one of them."
                );
                diagnostics
                    .push(Diagnostic::error("Conflicting arguments", detail).at(Path::attribute(argument)));
            }
        }
        if id != Argument::Unset {
            return diagnostics;
        }
        let either = if self.parent_suffices {
            format!("Set `id`, or `{parent}` and, unless you want the latest version, `name`.")
        } else {
            format!("Set `id`, or `{parent}` and `name`.")
        };
        let (detail, argument) = match (parent_argument, name) {
            (Argument::Unset, Argument::Unset) => {
                (format!("No argument selects the {object}. {either}"), None)
            }
            (Argument::Unset, Argument::Set) => {
                (format!("`name` alone does not select a {object}. {either}"), Some("name"))
            }
            (Argument::Set, Argument::Unset) if !self.parent_suffices => {
                (format!("`{parent}` alone does not select a {object}. {either}"), Some(parent))
            }
            _ => return diagnostics,
        };
        let diagnostic = Diagnostic::error("Missing argument", detail);
        diagnostics.push(match argument {
            Some(argument) => diagnostic.at(Path::attribute(argument)),
            None => diagnostic,
        });
        diagnostics
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Argument {
    Set,
    Unset,
    Unknown,
}

impl Argument {
    fn of(config: &Value, name: &str) -> Self {
        match config.get(name) {
            None | Some(Value::Null) => Self::Unset,
            Some(Value::Unknown(_)) => Self::Unknown,
            Some(_) => Self::Set,
        }
    }
}

/// The argument's value as an id or name.
///
/// # Errors
/// If it is not valid, on the argument.
pub fn parse<T>(config: &Value, name: &str) -> Result<T, Diagnostic>
where
    T: FromStr,
    T::Err: Display,
{
    let text = config.get(name).and_then(Value::as_str).unwrap_or_default();
    text.parse().map_err(|error: T::Err| {
        Diagnostic::error("Unusable argument", format!("`{name}` is {text:?}: {error}."))
            .at(Path::attribute(name))
    })
}

/// Whether an argument has a value.
#[must_use]
pub fn is_set(config: &Value, name: &str) -> bool {
    Argument::of(config, name) == Argument::Set
}

/// The call for the requests of a read.
#[must_use]
pub fn call(context: &Context, config: &Value) -> Call {
    module::call(context, timeouts::of(config, TimedOperation::Read))
}

/// A deferred read, if the provider block is not known yet and the host supports deferral.
#[must_use]
pub fn deferred(connection: &Connection, request: &ReadData, schema: &Schema) -> Option<ReadDataResult> {
    (connection.is_unknown() && request.capabilities.deferral_allowed).then(|| ReadDataResult {
        state: schema.block.with_unknown_computed(&request.config),
        warnings: Diagnostics::new(),
        deferred: Some(Deferral::ProviderConfigUnknown),
    })
}

/// A read of an object, and which arguments select it and its parent.
#[derive(Clone, Copy, Debug)]
pub struct ReadAttempt<'a> {
    /// The requested object, in words: `profile`, `profile version`.
    pub kind: &'a str,
    /// The requested id.
    pub id: &'a str,
    /// The argument that selects the object itself.
    pub argument: &'a str,
    /// Its parent, in words, and the argument that selects that.
    pub parent: (&'a str, &'a str),
}

impl<'a> ReadAttempt<'a> {
    /// A read of the list of this parent's objects.
    #[must_use]
    pub const fn list<K: Managed>(parent: &'a str) -> Self {
        Self {
            kind: K::PARENT,
            id: parent,
            argument: K::PARENT_ATTRIBUTE,
            parent: (K::PARENT, K::PARENT_ATTRIBUTE),
        }
    }

    /// The error for a read that failed. It names what is missing, if anything is.
    #[must_use]
    pub fn failed(&self, error: &arm::Error) -> Failure {
        let (parent, parent_argument) = self.parent;
        let (what, argument) = match error.missing() {
            Some(Missing::Leaf) => (self.kind, self.argument),
            Some(Missing::Parent) => (parent, parent_argument),
            Some(Missing::ResourceGroup) => ("resource group", parent_argument),
            Some(Missing::Subscription) => ("subscription", parent_argument),
            _ => {
                let attempt = Attempt {
                    operation: TimedOperation::Read,
                    kind: self.kind,
                    id: self.id,
                    attributes: &[],
                    call: None,
                };
                return attempt.failed(error).into();
            }
        };
        let next = if what == "subscription" {
            "Check the id, and that the signed-in identity can see the subscription."
        } else {
            "Check the spelling. If this configuration creates it, refer to its resource here instead of \
             writing its name, so that Terraform creates it first."
        };
        let detail = format!("There is no such {what}: {}\n\n{}\n\n{next}", self.id, error.report());
        let mut summary = format!("{what} not found");
        if let Some(first) = summary.get_mut(0..1) {
            first.make_ascii_uppercase();
        }
        Diagnostic::error(summary, detail).at(Path::attribute(argument)).into()
    }
}
