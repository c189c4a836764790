//! Paths of privileges: L10 to L16 and L25.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::iter;
use std::ops::Bound;

use super::super::decoding::lowered;
use super::known::KNOWN_PATHS;
use super::query::decoded;
use super::view::View;
use super::{FindingId, Found, Subject};

pub(super) fn check(view: &View<'_>, found: &mut Found) {
    let paths: BTreeSet<Cow<'_, str>> = view.paths().map(|(_, _, path)| lowered(path)).collect();
    for (name, one, path) in view.paths() {
        let subject = || Subject::Path { privilege: name.to_owned() };
        if let Some((message, instead)) = never_matches(path) {
            found.error(FindingId::L10, subject(), message, instead);
            continue;
        }
        if let Some(plain) = decoded(path) {
            let message =
                "is percent-encoded; the request is decoded before the comparison and the rule is not.";
            found.error(FindingId::L11, subject(), message, Some(format!("Write \"{plain}\".")));
        }
        let lower = lowered(path);
        within_a_segment(&lower, &paths, subject, found);
        final_slash(&lower, &paths, subject, found);
        let narrowed = one.query_parameters.known().is_none_or(|query| !query.is_empty());
        let granted = view.references.as_ref().is_none_or(|references| references.is_granted(name));
        if ["/", "/metadata", "/metadata/", "/machine", "/machine/"].contains(&&*lower)
            && !narrowed
            && granted
        {
            let message = "covers everything there: managed-identity tokens, certificates, the goal state.";
            found.warning(FindingId::L14, subject(), message, None);
        }
        if lower != path {
            let message = "has capital letters, with which guest agents before 1.0.40 never match.";
            found.warning(FindingId::L15, subject(), message, Some(format!("Write \"{lower}\".")));
        }
        if let Some(what) = unusual(path) {
            let message = format!("has {what}; the guest agent's coming matcher will not accept it.");
            found.warning(FindingId::L16, subject(), message, None);
        }
    }
    for (name, _) in view.privileges() {
        if let Some(method) = method_in(name) {
            let message = format!("is named \"{method}\", but a privilege matches every method.");
            found.info(FindingId::L25, Subject::Privilege(name.to_owned()), message, None);
        }
    }
}

/// L10: the reason why a path matches no request, or every one, and what to write instead.
fn never_matches(path: &str) -> Option<(String, Option<String>)> {
    if path.is_empty() {
        return Some((
            "is empty and matches every request.".into(),
            Some("Write \"/\" if that is meant.".into()),
        ));
    }
    if path.trim().is_empty() {
        return Some(("is blank and matches nothing.".into(), None));
    }
    if path.trim() != path {
        let plain = path.trim();
        return Some((
            format!("\"{path}\" begins or ends with a blank."),
            Some(format!("Write \"{plain}\".")),
        ));
    }
    if let Some((_, rest)) = path.split_once("://") {
        let plain = rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or("/");
        let message = format!("\"{path}\" is a URL; only the path of a request is compared.");
        return Some((message, Some(format!("Write \"{plain}\"."))));
    }
    if !path.starts_with('/') {
        let message = format!("\"{path}\" does not start with \"/\", as the path of every request does.");
        return Some((message, Some(format!("Write \"/{path}\"."))));
    }
    if let Some((plain, query)) = path.split_once('?') {
        let message = format!("\"{path}\" contains a query; a path with \"?\" never matches.");
        let instead = match query.split('&').next().and_then(|pair| pair.split_once('=')) {
            Some((key, value)) => {
                format!("Write \"{plain}\" and query_parameters = {{ \"{key}\" = \"{value}\" }}.")
            }
            None => format!("Write \"{plain}\"."),
        };
        return Some((message, Some(instead)));
    }
    if path.contains("..") || path.contains("//") {
        let message =
            format!("\"{path}\" contains \"..\" or \"//\"; such requests are refused before any rule.");
        return Some((message, None));
    }
    let odd = path.chars().find(|c| matches!(c, '*' | '{' | '}' | '#'))?;
    let plain =
        path.split(odd).next().map(|plain| plain.trim_end_matches('/')).filter(|plain| !plain.is_empty());
    let message = format!("\"{path}\" contains \"{odd}\", which stands for itself: there are no wildcards.");
    Some((
        message,
        plain.map(|plain| format!("A path matches everything that begins with it: write \"{plain}\".")),
    ))
}

/// L12: another path goes on within the last segment of this one.
fn within_a_segment(
    path: &str,
    paths: &BTreeSet<Cow<'_, str>>,
    subject: impl Fn() -> Subject,
    found: &mut Found,
) {
    if path.ends_with('/') {
        return;
    }
    let goes_on = |other: &&str| {
        other.strip_prefix(path).is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?']))
    };
    // Paths that begin with this one follow it in order; those that go on at a segment need no look each.
    let longer = paths
        .range::<str, _>((Bound::Included(path), Bound::Unbounded))
        .map(|other| &**other)
        .take_while(|other| other.starts_with(path));
    let other = longer.take(1000).find(goes_on).or_else(|| KNOWN_PATHS.iter().copied().find(goes_on));
    if let Some(other) = other {
        let message = format!("ends within a segment of \"{other}\", which it matches too.");
        found.warning(FindingId::L12, subject(), message, None);
    }
}

/// L13: the bare path is not covered.
fn final_slash(path: &str, paths: &BTreeSet<Cow<'_, str>>, subject: impl Fn() -> Subject, found: &mut Found) {
    let Some(bare) = path.strip_suffix('/').filter(|bare| !bare.is_empty()) else { return };
    let prefixes = bare.char_indices().map(|(at, c)| at + c.len_utf8());
    let covered = prefixes.filter_map(|end| bare.get(..end)).any(|prefix| paths.contains(prefix));
    if !covered {
        let message = format!("ends with a slash and so does not match \"{bare}\".");
        let instead = format!("Write \"{bare}\", or add a privilege for it.");
        found.warning(FindingId::L13, subject(), message, Some(instead));
    }
}

/// L16: what is unusual about a path.
fn unusual(path: &str) -> Option<&'static str> {
    if path.chars().any(char::is_control) {
        Some("a control character")
    } else if !path.is_ascii() {
        Some("letters beyond ASCII")
    } else if path.contains(';') {
        Some("a semicolon")
    } else if path.contains('\\') {
        Some("a backslash")
    } else if path.split('/').any(|segment| segment == ".") {
        Some("a \".\" segment")
    } else {
        None
    }
}

/// L25: a word in a name that speaks of methods.
fn method_in(name: &str) -> Option<&'static str> {
    const WORDS: [&str; 10] =
        ["read", "reader", "readonly", "write", "writer", "get", "post", "put", "delete", "patch"];
    let is = |word: &str, method: &str| word.chars().flat_map(char::to_lowercase).eq(method.chars());
    let first = words(name).filter_map(|word| WORDS.iter().position(|method| is(word, method))).min();
    first.and_then(|first| WORDS.get(first).copied())
}

/// The words a name is made of: letters and digits between signs, and anew with each capital behind a small letter.
fn words(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = name;
    iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        let mut before = ' ';
        let end = rest.find(|c: char| {
            let ends = !c.is_alphanumeric() || (before.is_lowercase() && c.is_uppercase());
            before = c;
            ends
        });
        let word;
        (word, rest) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        (!word.is_empty()).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_at_capitals_and_signs() {
        assert_eq!(method_in("instanceRead"), Some("read"));
        assert_eq!(method_in("write-logs"), Some("write"));
        assert_eq!(method_in("thread"), None);
        assert_eq!(method_in("Target"), None);
        assert_eq!(
            words("--instanceRead2 Über_dieGET").collect::<Vec<_>>(),
            ["instance", "Read2", "Über", "die", "GET"]
        );
        assert_eq!(words("-").next(), None);
    }

    #[test]
    fn of_several_methods_in_a_name_it_is_the_first_known() {
        assert_eq!(method_in("deleteOrRead"), Some("read"));
        assert_eq!(method_in("PATCH-and-PUT"), Some("put"));
    }
}
