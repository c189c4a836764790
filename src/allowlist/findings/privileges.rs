//! Paths of privileges: L10 to L16, L25 and L26.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::ops::Bound;

use super::super::decoding::{fully_decoded, lowered, percent_decoded};
use super::super::{Endpoint, Privilege, Text, named};
use super::known::KNOWN_PATHS;
use super::quote::quoted;
use super::view::View;
use super::{FindingId, Findings, Subject};

pub(super) fn check(view: &View<'_>, findings: &mut Findings) {
    let paths: BTreeSet<Cow<'_, str>> = view.paths().map(|(_, _, path)| lowered(path)).collect();
    for (name, one, path) in view.paths() {
        let subject = || Subject::Path { privilege: name.to_owned() };
        if let Some(message) = never_matches(path) {
            let instead = corrected(path).map(|plain| plain.suggestion(view, name));
            findings.error(FindingId::L10, subject(), message, instead);
            continue;
        }
        if fully_decoded(path).is_some() {
            let message = "is percent-encoded; the guest agent decodes the request but not the rule.";
            let instead = corrected(path).map(|plain| plain.suggestion(view, name));
            findings.error(FindingId::L11, subject(), message, instead);
        }
        let lower = lowered(path);
        within_a_segment(&lower, &paths, subject, findings);
        final_slash(view, name, &lower, &paths, findings);
        covers_everything(view, name, one, &lower, findings);
        any_token(view, name, one, &lower, findings);
        if lower != path {
            let message = "has capital letters, with which guest agents before 1.0.40 never match.";
            let instead = format!("Write {}.", quoted(&lower));
            findings.warning(FindingId::L15, subject(), message, Some(instead));
        }
        if let Some(what) = unusual(path) {
            let message = format!("has {what}; the guest agent's coming matcher will not accept it.");
            let instead = Some(usual(path)).filter(|plain| plain != path && unusual(plain).is_none());
            let instead = instead.map(|plain| {
                let grant = view.and_grant(name, |one| one.path.clone_from(&plain));
                format!("Write {}.{grant}", quoted(&plain))
            });
            findings.warning(FindingId::L16, subject(), message, instead);
        }
    }
    for (name, _) in view.privileges() {
        if let Some(method) = method_in(name) {
            let message = format!("is named \"{method}\", but a privilege matches every method.");
            findings.info(FindingId::L25, Subject::Privilege(name.to_owned()), message, None);
        }
    }
}

/// L10: the reason why a path matches no request, or every one.
pub(super) fn never_matches(path: &str) -> Option<String> {
    let reason = |why: &str| Some(format!("{} {why}", quoted(path)));
    if path.is_empty() {
        return Some("is empty and matches every request.".to_owned());
    }
    if path.trim().is_empty() {
        return Some("is blank and matches nothing.".to_owned());
    }
    if path.trim() != path {
        return reason("begins or ends with a blank.");
    }
    if path.contains("://") {
        return reason("is a URL; only the path of a request is compared.");
    }
    if !path.starts_with('/') {
        return reason("does not start with \"/\", as the path of every request does.");
    }
    if path.contains('?') {
        return reason("contains a query; a path with \"?\" never matches.");
    }
    if path.contains("..") || path.contains("//") {
        return reason("contains \"..\" or \"//\"; such requests are refused before any rule.");
    }
    let odd = path.chars().find(|c| matches!(c, '*' | '{' | '}' | '#'))?;
    reason(&format!("contains \"{odd}\", which stands for itself: there are no wildcards."))
}

/// A path that can match, and the query that it contained.
struct CorrectedPath {
    path: String,
    query: BTreeMap<String, String>,
}

impl CorrectedPath {
    fn suggestion(&self, view: &View<'_>, privilege: &str) -> String {
        let mut text = format!("Write {}", quoted(&self.path));
        if !self.query.is_empty() {
            let pairs = self.query.iter().map(|(key, value)| format!("{} = {}", quoted(key), quoted(value)));
            text += &format!(" and query_parameters = {{ {} }}", pairs.collect::<Vec<_>>().join(", "));
        }
        text.push('.');
        // A privilege that matched nothing closes nothing; once it matches, it may close what the guest agent
        // needs.
        text + view.and_grant(privilege, |one| {
            one.path.clone_from(&self.path);
            one.query_parameters.extend(self.query.clone());
        })
    }
}

/// A path that can match, if it can be derived from one that cannot or that is percent-encoded.
fn corrected(path: &str) -> Option<CorrectedPath> {
    let mut plain = CorrectedPath { path: path.to_owned(), query: BTreeMap::new() };
    if path.is_empty() {
        plain.path = "/".to_owned();
        return Some(plain);
    }
    // Each step removes one fault.
    for _ in 0..10 {
        let before = plain.path.clone();
        let path = before.trim();
        plain.path = if path != before {
            path.to_owned()
        } else if let Some((_, rest)) = path.split_once("://") {
            rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or("/").to_owned()
        } else if let Some((bare, _)) = path.split_once('#') {
            bare.to_owned()
        } else if let Some((bare, query)) = path.split_once('?') {
            for pair in query.split(['&', '?']).filter(|pair| !pair.is_empty()) {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                let (key, value) = (percent_decoded(key), percent_decoded(value));
                // A version of the API would only bind the privilege to it (L19).
                if !key.is_empty() && !value.is_empty() && !key.eq_ignore_ascii_case("api-version") {
                    plain.query.entry(key.into_owned()).or_insert_with(|| value.into_owned());
                }
            }
            bare.to_owned()
        } else if let Some(decoded) = fully_decoded(path) {
            decoded
        } else if let Some(at) = path.find(['*', '{', '}']) {
            let bare = path.get(..at)?.trim_end_matches('/');
            if bare.is_empty() { "/".to_owned() } else { bare.to_owned() }
        } else if !path.starts_with('/') {
            format!("/{path}")
        } else if path.contains("//") {
            path.replace("//", "/")
        } else if path.split('/').any(|segment| segment == "..") {
            without_dots(path, "..")
        } else {
            let is_sound = never_matches(path).is_none() && !path.contains('\u{fffd}');
            return is_sound.then_some(plain);
        };
        if plain.path.is_empty() {
            plain.path = "/".to_owned();
        }
    }
    None
}

/// The path without `.` segments, and without `..` segments and those that they remove.
fn without_dots(path: &str, parent: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/').skip(1).filter(|segment| *segment != ".") {
        if segment == parent {
            segments.pop();
        } else {
            segments.push(segment);
        }
    }
    format!("/{}", segments.join("/"))
}

/// L14
fn covers_everything(
    view: &View<'_>,
    name: &str,
    one: &Privilege<Text<'_>>,
    lower: &str,
    findings: &mut Findings,
) {
    let narrowed = !one.query_parameters.is_empty();
    let granted = view.references.as_ref().is_none_or(|references| references.is_granted(name));
    let everything = ["/metadata/", "/machine/"].iter().any(|all| all.starts_with(lower));
    if !everything || narrowed || !granted {
        return;
    }
    let reached = view.sensitive(one);
    if !reached.is_empty() {
        let reached: Vec<String> = reached.iter().map(ToString::to_string).collect();
        let message = format!("covers everything there, among it {}.", reached.join(" and "));
        findings.warning(FindingId::L14, Subject::Path { privilege: name.to_owned() }, message, None);
    }
}

/// L26: only parameters select whose tokens, and for what. A privilege that is granted to nobody closes the
/// path.
fn any_token(view: &View<'_>, name: &str, one: &Privilege<Text<'_>>, lower: &str, findings: &mut Findings) {
    const SELECTORS: [&str; 5] = ["resource", "client_id", "object_id", "mi_res_id", "msi_res_id"];
    let path = lower.trim_end_matches('/');
    let at_tokens =
        "/metadata/identity/oauth2/token".starts_with(path) && path.starts_with("/metadata/identity");
    let elsewhere = view.context.endpoint.is_some_and(|endpoint| endpoint.profile() != Endpoint::Imds);
    let granted = view.references.as_ref().is_some_and(|references| references.is_granted(name));
    let Some(query) = named(&one.query_parameters).filter(|_| at_tokens && granted && !elsewhere) else {
        return;
    };
    if query.keys().filter_map(|key| key.known()).any(|key| SELECTORS.contains(&&*lowered(key))) {
        return;
    }
    let message = "has no query_parameters that select the token: whoever has it gets one for any \
        resource, of any identity of the machine. Terraform silently drops a misspelt attribute.";
    let instead =
        "Add query_parameters = { resource = \"https://vault.azure.net\" }, with the resource that is meant.";
    findings.warning(FindingId::L26, Subject::Privilege(name.to_owned()), message, Some(instead.to_owned()));
}

/// L12: another path continues within the last segment of this one.
fn within_a_segment(
    path: &str,
    paths: &BTreeSet<Cow<'_, str>>,
    subject: impl Fn() -> Subject,
    findings: &mut Findings,
) {
    if path.ends_with('/') {
        return;
    }
    let goes_on = |other: &&str| {
        other.strip_prefix(path).is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?']))
    };
    // Paths that begin with this one follow it in order; those that continue at a segment need no separate
    // check.
    let longer = paths
        .range::<str, _>((Bound::Included(path), Bound::Unbounded))
        .map(|other| &**other)
        .take_while(|other| other.starts_with(path));
    let other = longer.take(1000).find(goes_on).or_else(|| KNOWN_PATHS.iter().copied().find(goes_on));
    if let Some(other) = other {
        let message = format!("ends within a segment of {}, which it matches too.", quoted(other));
        let instead = KNOWN_PATHS.contains(&other).then(|| {
            let rest = other.get(path.len()..).and_then(|rest| rest.find('/'));
            let whole = rest.and_then(|end| other.get(..path.len() + end)).unwrap_or(other);
            format!("Write {} if that is meant.", quoted(whole))
        });
        findings.warning(FindingId::L12, subject(), message, instead);
    }
}

/// L13: the bare path is not covered.
fn final_slash(
    view: &View<'_>,
    name: &str,
    path: &str,
    paths: &BTreeSet<Cow<'_, str>>,
    findings: &mut Findings,
) {
    let Some(bare) = path.strip_suffix('/').filter(|bare| !bare.is_empty()) else { return };
    let prefixes = bare.char_indices().map(|(at, c)| at + c.len_utf8());
    let covered = prefixes.filter_map(|end| bare.get(..end)).any(|prefix| paths.contains(prefix));
    if !covered {
        let message = format!("ends with a slash and so does not match {}.", quoted(bare));
        let grant = view.and_grant(name, |one| one.path = bare.to_owned());
        let instead = format!("Write {}, or add a privilege for it.{grant}", quoted(bare));
        findings.warning(
            FindingId::L13,
            Subject::Path { privilege: name.to_owned() },
            message,
            Some(instead),
        );
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

/// The path without its unusual parts, if that is clear.
fn usual(path: &str) -> String {
    let plain: String = path.chars().filter(|c| !c.is_control()).collect();
    let plain = plain.replace('\\', "/").replace("//", "/");
    let segments = plain.split('/').map(|segment| segment.split(';').next().unwrap_or_default());
    without_dots(&segments.collect::<Vec<_>>().join("/"), ".")
}

/// L25: a word in a name that refers to methods.
fn method_in(name: &str) -> Option<&'static str> {
    const WORDS: [&str; 10] =
        ["read", "reader", "readonly", "write", "writer", "get", "post", "put", "delete", "patch"];
    let is = |word: &str, method: &str| word.chars().flat_map(char::to_lowercase).eq(method.chars());
    let first = words(name).filter_map(|word| WORDS.iter().position(|method| is(word, method))).min();
    first.and_then(|first| WORDS.get(first).copied())
}

/// The words of a name: letters and digits between signs, with a new word at each capital after a small
/// letter.
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
    fn names_are_split_at_capitals_and_signs() {
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
    fn the_first_known_method_in_a_name_counts() {
        assert_eq!(method_in("deleteOrRead"), Some("read"));
        assert_eq!(method_in("PATCH-and-PUT"), Some("put"));
    }
}
