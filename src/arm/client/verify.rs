//! Verifies that a response is about the requested object, and has the members that every object of its type
//! has.

use super::super::answer::Answer;
use super::super::error::Error;
use super::super::models::ArmResource;

/// The object in a response, if it is the one at this path.
pub(super) fn object<T: ArmResource>(answer: &Answer, path: &str) -> Result<T, Error> {
    let object: T = answer.read()?;
    check(&object, path.rsplit('/').next().unwrap_or_default(), path)
        .map_err(|reason| answer.unreadable(&reason))?;
    Ok(object)
}

/// Checks that an entry belongs in the list at this path.
pub(super) fn entry<T: ArmResource>(entry: &T, list: &str) -> Result<(), String> {
    let Some(name) = entry.name().or_else(|| entry.id()?.rsplit('/').next()) else {
        return Err("it has neither an id nor a name".to_owned());
    };
    check(entry, name, &format!("{list}/{name}"))
}

fn check<T: ArmResource>(object: &T, name: &str, path: &str) -> Result<(), String> {
    if let Some(missing) = object.missing_member() {
        return Err(format!("it has no \"{missing}\""));
    }
    match (object.id(), object.name()) {
        (Some(id), _) if !same(id, path) => Err(format!("it is about another object, {id}")),
        (None, Some(other)) if !same(other, name) => Err(format!("it is about another object, {other}")),
        (None, None) => Err("it has neither an id nor a name".to_owned()),
        _ => Ok(()),
    }
}

/// Whether two paths or names are the same to Azure Resource Manager.
fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.trim().trim_end_matches('/').to_lowercase();
    plain(one) == plain(other)
}
