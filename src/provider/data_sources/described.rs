//! What data sources and list resources need to know about a kind of object, beyond what its resource knows.

use std::cmp::Ordering;

use crate::arm::ids::{ChildId, ParentId as _};
use crate::arm::models::ArmResource as _;
use crate::plugin::schema::Attribute;
use crate::plugin::{Diagnostic, Diagnostics, Value};
use crate::provider::checks;
use crate::provider::writing::Managed;

/// The id of the parent of a kind's objects.
pub type ParentIdOf<K> = <<K as Managed>::Id as ChildId>::Parent;

/// Chooses one of a parent's objects. Fails with a message if there is none to choose.
pub type Choose<K> = fn(&ParentIdOf<K>, Vec<<K as Managed>::Object>) -> Result<Chosen<K>, Diagnostic>;

/// An object with its id.
pub type Chosen<K> = (<K as Managed>::Id, <K as Managed>::Object);

/// A kind of object that data sources and list resources return.
pub trait Described: Managed {
    /// The kind of object in the words of an argument's description: `profile`, `version`.
    const SHORT: &'static str;
    /// The description of the data source for one object.
    const READS: &'static str;
    /// The type of the data source that lists the objects.
    const LIST_TYPE: &'static str;
    /// The description of that data source and of the list resource.
    const LISTS: &'static str;
    /// The argument that says where to list, with its description.
    const LISTED_IN: &'static str;
    /// The attribute with the objects of a list, and its description.
    const LISTED: (&'static str, &'static str);
    /// Which object the parent alone selects, if any.
    const CHOOSE: Option<Choose<Self>> = None;

    /// The arguments that select one object.
    fn arguments() -> Vec<Attribute>;

    /// The attributes that the resource does not have.
    fn more_attributes() -> Vec<Attribute> {
        Vec::new()
    }

    /// The values of [`Described::more_attributes`].
    fn more(object: &Self::Object) -> Vec<(String, Value)> {
        let _ = object;
        Vec::new()
    }

    /// The filters of a list.
    fn filters() -> Vec<Attribute>;

    /// Checks the filters in a configuration.
    fn check_filters(config: &Value) -> Diagnostics;

    /// Whether the filters let an object pass. The prefix of its name is checked separately.
    fn passes(config: &Value, object: &Self::Object) -> bool;

    /// The order of a list.
    fn order(one: &Self::Id, other: &Self::Id) -> Ordering;

    /// The display name of an object in a list resource.
    fn display_name(id: &Self::Id) -> String;
}

/// The id of a listed object: its name under the parent that was requested. The id in the entry itself is not
/// trusted, since the service's published examples show ids of other objects there.
///
/// # Errors
/// If the entry has no usable name.
pub fn listed_id<K: Described>(parent: &ParentIdOf<K>, object: &K::Object) -> Result<K::Id, String> {
    let name = object.name().ok_or("it has no name")?;
    Ok(parent.child(name.parse().map_err(|error| checks::sentence(&error))?))
}

/// Whether the filters let an object pass.
#[must_use]
pub fn passes<K: Described>(config: &Value, id: &K::Id, object: &K::Object) -> bool {
    let name = id.own_name().to_string();
    let begins_with =
        |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    checks::text(config, "name_prefix").is_none_or(begins_with) && K::passes(config, object)
}

/// The warning about an entry of a list that cannot be used.
#[must_use]
pub fn unusable_warning<K: Described>(parent: &ParentIdOf<K>, reason: &str) -> Diagnostic {
    let kind = K::WORD;
    let detail = format!("Azure listed a {kind} of {parent} that is omitted here: {reason}.");
    Diagnostic::warning(format!("A {kind} in a list cannot be read"), detail)
}

/// Checks where to list and the filters.
#[must_use]
pub fn check_list<K: Described>(config: &Value) -> Diagnostics {
    let mut diagnostics: Diagnostics =
        checks::id::<ParentIdOf<K>, _>(config, K::PARENT_ATTRIBUTE).into_iter().collect();
    diagnostics.extend(K::check_filters(config));
    diagnostics
}
