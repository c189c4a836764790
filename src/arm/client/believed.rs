//! Which responses are believed: those about the requested object, with the members that every object of its
//! type has.

use super::super::answer::Answer;
use super::super::error::Error;
use super::super::models::Resource;

/// The object in a response, if it is the one at this path.
pub(super) fn object<T: Resource>(answer: &Answer, path: &str) -> Result<T, Error> {
    let object: T = answer.read()?;
    let is_it = |id: &str| same(id, path);
    check(&object, path.rsplit('/').next().unwrap_or_default(), is_it)
        .map_err(|reason| answer.unreadable(&reason))?;
    Ok(object)
}

/// Whether an entry of the list at this path is an object that belongs in the list.
pub(super) fn entry<T: Resource>(entry: &T, list: &str) -> Result<(), String> {
    let Some(name) = entry.name().or_else(|| entry.id()?.rsplit('/').next()) else {
        return Err("it has neither an id nor a name".to_owned());
    };
    check(entry, name, |id| same(id, &format!("{list}/{name}")))
}

fn check<T: Resource>(object: &T, name: &str, is_it: impl Fn(&str) -> bool) -> Result<(), String> {
    if let Some(lacks) = object.lacks() {
        return Err(format!("it has no \"{lacks}\""));
    }
    match (object.id(), object.name()) {
        (Some(id), _) if !is_it(id) => Err(format!("it is about another object, {id}")),
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
