//! How a configuration selects an object: by its id, or by its parent's id and its name.

use std::fmt::Display;
use std::str::FromStr;

use crate::arm;
use crate::arm::Call;
use crate::arm::error::Missing;
use crate::plugin::data_source::{Found, ReadData};
use crate::plugin::provider::{Context, Deferral};
use crate::plugin::schema::Schema;
use crate::plugin::{Diagnostic, Diagnostics, Failure, Path, Value};
use crate::provider::connection::Connection;
use crate::provider::module;
use crate::provider::problem::Attempt;
use crate::provider::timeouts::{self, Operation};
use crate::provider::writing::Managed;

/// The arguments that select an object of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Lookup {
    /// The object: `profile`, `version`.
    pub object: &'static str,
    /// The argument with the parent's id.
    pub holder: &'static str,
    /// Whether the parent alone selects an object.
    pub holder_suffices: bool,
}

impl Lookup {
    /// Finds arguments that contradict each other or do not suffice. Unknown ones are checked when they are
    /// known.
    #[must_use]
    pub fn check(&self, config: &Value) -> Diagnostics {
        let (object, holder) = (self.object, self.holder);
        let [id, held_by, name] = ["id", holder, "name"].map(|name| Given::of(config, name));
        let mut found = Diagnostics::new();
        for (argument, given) in [(holder, held_by), ("name", name)] {
            if id == Given::Yes && given == Given::Yes {
                found.push(
                    Diagnostic::error(
                        "Conflicting arguments",
                        format!(
                            "`{argument}` cannot be set together with `id`, which already selects the \
                                 {object}. Remove one of them."
                        ),
                    )
                    .at(Path::attribute(argument)),
                );
            }
        }
        if id != Given::No {
            return found;
        }
        let either = if self.holder_suffices {
            format!("Set `id`, or `{holder}` and, unless you want the latest version, `name`.")
        } else {
            format!("Set `id`, or `{holder}` and `name`.")
        };
        match (held_by, name) {
            (Given::No, Given::No) => {
                let detail = format!("No argument selects the {object}. {either}");
                found.push(Diagnostic::error("Missing argument", detail));
            }
            (Given::No, Given::Yes) => found.push(
                Diagnostic::error(
                    "Missing argument",
                    format!(
                        "`name` alone does not select a {object}. \
                                                               {either}"
                    ),
                )
                .at(Path::attribute("name")),
            ),
            (Given::Yes, Given::No) if !self.holder_suffices => found.push(
                Diagnostic::error(
                    "Missing argument",
                    format!("`{holder}` alone does not select a {object}. {either}"),
                )
                .at(Path::attribute(holder)),
            ),
            _ => {}
        }
        found
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    Yes,
    No,
    Perhaps,
}

impl Given {
    fn of(config: &Value, name: &str) -> Self {
        match config.get(name) {
            None | Some(Value::Null) => Self::No,
            Some(Value::Unknown(_)) => Self::Perhaps,
            Some(_) => Self::Yes,
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
    Given::of(config, name) == Given::Yes
}

/// The call for the requests of a read.
#[must_use]
pub fn call(context: &Context, config: &Value) -> Call {
    module::call(context, timeouts::of(config, Operation::Read))
}

/// A deferred read, if the provider block is not known yet and the host supports deferral.
#[must_use]
pub fn deferred(connection: &Connection, request: &ReadData, schema: &Schema) -> Option<Found> {
    (connection.is_unknown() && request.capabilities.deferral_allowed).then(|| Found {
        state: schema.block.with_unknown_computed(&request.config),
        warnings: Diagnostics::new(),
        deferred: Some(Deferral::ProviderConfigUnknown),
    })
}

/// What was requested, and which argument selects each part of it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The requested object, in words: `profile`, `profile version`.
    pub kind: &'a str,
    /// The requested id.
    pub id: &'a str,
    /// The argument that selects the object itself.
    pub argument: &'a str,
    /// Its parent, in words, and the argument that selects that.
    pub holder: (&'a str, &'a str),
}

impl<'a> Asked<'a> {
    /// What was requested by a list of this parent's objects.
    #[must_use]
    pub const fn list<K: Managed>(holder: &'a str) -> Self {
        Self { kind: K::HOLDER, id: holder, argument: K::HOLDER_ID, holder: (K::HOLDER, K::HOLDER_ID) }
    }

    /// The error for a read that failed. It names what is missing, if anything is.
    #[must_use]
    pub fn failed(&self, error: &arm::Error) -> Failure {
        let (holder, holding) = self.holder;
        let (what, argument) = match error.missing() {
            Some(Missing::Leaf) => (self.kind, self.argument),
            Some(Missing::Parent) => (holder, holding),
            Some(Missing::ResourceGroup) => ("resource group", holding),
            Some(Missing::Subscription) => ("subscription", holding),
            _ => {
                let attempt = Attempt {
                    operation: Operation::Read,
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
