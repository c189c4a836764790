//! The privilege for a recorded request.

use std::collections::{BTreeMap, BTreeSet};

use super::super::decision::{Target, normalised_target};
use super::super::decoding::lowered;
use super::LearnOptions;

/// Query parameters that select an operation or object. Others (`api-version`, `incarnation`, ids) vary.
const SELECTING: [&str; 8] =
    ["bypass_cache_scope", "client_id", "comp", "mi_res_id", "msi_res_id", "object_id", "resource", "type"];

/// Path and parameters of a future privilege.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LearnedPattern {
    pub(super) path: String,
    pub(super) query_parameters: BTreeMap<String, String>,
}

/// The requests behind a pattern.
#[derive(Clone, Debug, Default)]
pub(super) struct Examples {
    /// A few of the request targets.
    pub(super) urls: BTreeSet<String>,
    /// Whether a volatile end was cut off, so that the path covers more than the log has.
    pub(super) is_shortened: bool,
}

impl Examples {
    /// Merges another one, up to three targets.
    pub(super) fn join(&mut self, urls: impl IntoIterator<Item = String>, is_shortened: bool) {
        self.is_shortened |= is_shortened;
        self.urls.extend(urls);
        while self.urls.len() > 3 {
            self.urls.pop_last();
        }
    }
}

impl LearnedPattern {
    /// The privilege for a request, and whether its path was shortened; nothing if only one for everything
    /// would match it.
    pub(super) fn of(target: &Target<'_>, options: &LearnOptions) -> Option<(Self, bool)> {
        let (path, parameters) = normalised_target(target);
        let is = |list: &BTreeSet<String>, key: &str| list.iter().any(|one| lowered(one) == key);
        let keep = |key: &str| {
            (SELECTING.contains(&key) || is(&options.keep_parameters, key))
                && !is(&options.drop_parameters, key)
        };
        let query_parameters: BTreeMap<String, String> =
            parameters.into_iter().filter(|(key, _)| keep(key)).collect();
        let (stable, is_shortened) = shortened(&path);
        let stable = if stable.is_empty() { &path } else { stable };
        if !stable.starts_with('/') || (stable == "/" && query_parameters.is_empty()) {
            return None;
        }
        Some((Self { path: stable.to_owned(), query_parameters }, is_shortened && stable != path))
    }

    fn covers(&self, other: &Self) -> bool {
        other.path.starts_with(&self.path)
            && self.query_parameters.iter().all(|(key, value)| other.query_parameters.get(key) == Some(value))
    }

    /// The stable parts of the path, and the values of the parameters.
    pub(super) fn name(&self) -> String {
        let path = self.path.strip_prefix("/metadata/").unwrap_or(&self.path);
        let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        if parts.is_empty() {
            parts.push("root");
        }
        for (key, value) in &self.query_parameters {
            let value = value.trim_start_matches("https://").trim_end_matches('/');
            parts.push(if value.is_empty() { key } else { value });
        }
        parts.join("-")
    }
}

/// The patterns that no other covers.
pub(super) fn smallest<'p>(patterns: impl Iterator<Item = &'p LearnedPattern>) -> Vec<LearnedPattern> {
    let mut kept = Vec::<LearnedPattern>::new();
    // In this order a pattern comes after every one that covers it.
    let mut patterns: Vec<&LearnedPattern> = patterns.collect();
    patterns.sort_by_key(|pattern| (pattern.path.len(), pattern.query_parameters.len()));
    for pattern in patterns {
        if !kept.iter().any(|broader| broader.covers(pattern)) {
            kept.push(pattern.clone());
        }
    }
    kept.sort_unstable();
    kept
}

/// The part of a path before the first volatile segment, without a final slash, and whether there was one. A
/// path that begins with one becomes empty.
fn shortened(path: &str) -> (&str, bool) {
    let mut end = 0;
    for segment in path.split_inclusive('/') {
        if is_volatile(segment.trim_end_matches('/')) {
            let stable = path.get(..end).unwrap_or_default();
            return (stable.trim_end_matches('/'), true);
        }
        end += segment.len();
    }
    let bare = path.trim_end_matches('/');
    (if bare.is_empty() { path } else { bare }, false)
}

/// Whether a segment is an id: a GUID, alone or before something, a long number, or long hexadecimal.
fn is_volatile(segment: &str) -> bool {
    let guid = segment.as_bytes().windows(36).any(|window| uuid::Uuid::try_parse_ascii(window).is_ok());
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let hexadecimal =
        segment.len() >= 16 && digits > 0 && segment.bytes().all(|byte| byte.is_ascii_hexdigit());
    guid || hexadecimal || (segment.len() >= 6 && digits == segment.len())
}

#[cfg(test)]
mod tests {
    use super::super::{Endpoint, OsType};
    use super::*;

    fn of(url: &str) -> Option<(LearnedPattern, bool)> {
        LearnedPattern::of(&Target::parse(url)?, &LearnOptions::new(Endpoint::WireServer, OsType::Linux))
    }

    fn pattern(url: &str) -> Option<LearnedPattern> {
        of(url).map(|(pattern, _)| pattern)
    }

    #[test]
    fn volatile_ends_are_cut_and_selecting_parameters_are_kept() {
        let url = "/machine/1a2b3c4d-0000-1111-2222-333344445555/9f8e7d6c-0000-1111-2222-333344445555._vm?comp=config\
            &type=fullConfig&incarnation=4";
        let (found, is_shortened) = of(url).unwrap();
        assert_eq!((found.path.as_str(), is_shortened), ("/machine", true));
        assert_eq!(found.query_parameters.len(), 2);
        assert_eq!(found.query_parameters["type"], "fullconfig");
        assert_eq!(found.name(), "machine-config-fullconfig");
        assert_eq!(pattern("/machine/?comp=goalstate"), pattern("/Machine?Comp=GoalState"));
        assert_eq!(pattern("/status/12345678/x").unwrap().path, "/status");
        assert_eq!(
            pattern("/metadata/instance/network/interface/0").unwrap().path,
            "/metadata/instance/network/interface/0"
        );
    }

    #[test]
    fn requests_that_only_a_privilege_for_everything_matches_are_omitted() {
        assert_eq!(pattern("/"), None);
        assert_eq!(pattern("/?x=1"), None);
        assert_eq!(pattern("/?comp=versions").unwrap().path, "/");
        assert_eq!(pattern("host"), None);
        let id = "/1a2b3c4d-0000-1111-2222-333344445555/x";
        assert_eq!(pattern(id).unwrap().path, id);
    }

    #[test]
    fn covered_patterns_are_dropped() {
        let all: Vec<LearnedPattern> =
            ["/a", "/a/b", "/c?comp=x", "/c?comp=x&type=y", "/d?comp=x", "/d?comp=y"]
                .iter()
                .filter_map(|url| pattern(url))
                .collect();
        let kept: Vec<String> = smallest(all.iter()).iter().map(LearnedPattern::name).collect();
        assert_eq!(kept, ["a", "c-x", "d-x", "d-y"]);
    }
}
