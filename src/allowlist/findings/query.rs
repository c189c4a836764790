//! Query parameters of privileges: L11 (in keys and values), L17 to L20.

use super::super::decoding::{lowered, percent_decoded};
use super::super::{DefaultAccess, Mode, Part};
use super::twins::twins;
use super::view::View;
use super::{FindingId, Found, Subject};

/// The decoded form of a text that is percent-encoded in part.
pub(super) fn decoded(text: &str) -> Option<String> {
    let plain = percent_decoded(text);
    (plain != text).then(|| plain.into_owned())
}

pub(super) fn check(view: &View<'_>, found: &mut Found) {
    for (name, one) in view.privileges() {
        let Some(query) = one.query_parameters.known() else { continue };
        let parameter =
            |key: &str| Subject::QueryParameter { privilege: name.to_owned(), key: key.to_owned() };
        for (first, key) in twins(query.keys().copied()) {
            let message =
                format!("differs from \"{first}\" only in case; which of the two counts is random.");
            found.error(FindingId::L17, parameter(key), message, None);
        }
        for (key, value) in query {
            let subject = || parameter(key);
            key_alone(key, subject, found);
            if let Some(value) = value.known() {
                value_alone(value, subject, found);
            }
        }
    }
    leaving(view, found);
}

fn key_alone(key: &str, subject: impl Fn() -> Subject, found: &mut Found) {
    if key.is_empty() {
        found.error(
            FindingId::L17,
            subject(),
            "has an empty key, which no request has: it never matches.",
            None,
        );
    }
    if let Some(plain) = decoded(key) {
        let message =
            "has a percent-encoded key; the request is decoded before the comparison and the rule is not.";
        found.error(FindingId::L11, subject(), message, Some(format!("Write \"{plain}\".")));
    }
    if key.eq_ignore_ascii_case("api-version") {
        let message = "binds the privilege to one API version; requests for another do not match it.";
        found.warning(FindingId::L19, subject(), message, Some("Leave it out.".into()));
    }
}

fn value_alone(value: &str, subject: impl Fn() -> Subject, found: &mut Found) {
    if let Some(plain) = decoded(value) {
        let message = "is percent-encoded; the request is decoded before the comparison and the rule is not.";
        found.error(FindingId::L11, subject(), message, Some(format!("Write \"{plain}\".")));
    }
    if value.is_empty() {
        let message = "is empty, which means present without a value, not any value.";
        found.warning(FindingId::L17, subject(), message, Some("Leave it out if any value will do.".into()));
    } else if value.contains('*') {
        let message = format!("\"{value}\" contains \"*\", which stands for itself: there are no wildcards.");
        found.warning(FindingId::L17, subject(), message, Some("Leave it out if any value will do.".into()));
    }
    if value.contains(' ') || value.contains('+') {
        let message =
            format!("\"{value}\" contains a blank or a plus sign, which are different to the guest agent.");
        found.warning(FindingId::L18, subject(), message, None);
    }
}

/// L20. A privilege on the bare path, or above it, still catches whoever leaves the narrow one.
fn leaving(view: &View<'_>, found: &mut Found) {
    let context = view.context;
    if context.default_access != Some(DefaultAccess::Allow) || context.mode == Some(Mode::Disabled) {
        return;
    }
    if view.draft.privileges.is_unknown() {
        return;
    }
    // A part that is not known yet might be the one that catches them.
    let mut bare = Vec::new();
    for (_, one) in view.draft.privileges.known().into_iter().flatten() {
        match one {
            Part::Unknown => return,
            Part::Known(one) => match (&one.path, &one.query_parameters) {
                (Part::Known(path), Part::Known(query)) if query.is_empty() => bare.push(lowered(path)),
                (_, Part::Known(query)) if !query.is_empty() => {}
                _ => return,
            },
        }
    }
    bare.sort_unstable();
    for (name, one, path) in view.paths() {
        let narrowed = one.query_parameters.known().is_some_and(|query| !query.is_empty());
        if !narrowed {
            continue;
        }
        let path = lowered(path);
        let ends = path.char_indices().map(|(at, c)| at + c.len_utf8());
        let caught = ends
            .filter_map(|end| path.get(..end))
            .any(|prefix| bare.binary_search_by(|bare| (**bare).cmp(prefix)).is_ok());
        if !caught && !path.is_empty() {
            let message = "is narrowed by query parameters; a request that repeats, omits or respells one of them \
                leaves it and is allowed by default.";
            let instead = format!("Add a privilege for \"{path}\" without query parameters that nobody has.");
            found.warning(FindingId::L20, Subject::Privilege(name.to_owned()), message, Some(instead));
        }
    }
}
