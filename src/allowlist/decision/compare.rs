//! The two sides of a comparison in normalised form: a privilege and a request, an identity's conditions and
//! a caller.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::super::decoding::decoded_lower;
use super::super::{Identity, OsType, Privilege};
use super::target::{Target, without_hidden_query};
use super::{Request, exe_path};

/// A request, normalised.
pub(super) struct RequestKey<'a> {
    pub(super) path: Cow<'a, str>,
    real_query: Option<&'a str>,
    hidden_query: Option<String>,
    /// The first value of each key; parsed on first use.
    parameters: OnceCell<BTreeMap<String, String>>,
}

impl<'a> RequestKey<'a> {
    pub(super) fn new(target: &Target<'a>) -> Self {
        let (path, hidden_query) = without_hidden_query(target.path);
        Self { path, real_query: target.query, hidden_query, parameters: OnceCell::new() }
    }

    /// The pairs of the real query, then those of the hidden one, which is decoded a second time here
    /// (`key.rs`, lines 216-317; `hyper_client.rs`, lines 524-539).
    pub(super) fn parameters(&self) -> &BTreeMap<String, String> {
        self.parameters.get_or_init(|| {
            let mut first = BTreeMap::new();
            let queries = [self.real_query, self.hidden_query.as_deref()];
            for pair in queries.into_iter().flatten().flat_map(|query| query.split('&')) {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                if !key.is_empty() {
                    first
                        .entry(decoded_lower(key).into_owned())
                        .or_insert_with(|| decoded_lower(value).into_owned());
                }
            }
            first
        })
    }
}

/// A privilege with everything in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::allowlist) struct Pattern {
    pub(in crate::allowlist) path: String,
    pub(in crate::allowlist) query: BTreeMap<String, String>,
}

impl Pattern {
    pub(in crate::allowlist) fn new(privilege: &Privilege) -> Self {
        let query = privilege.query_parameters.iter();
        Self::of(&privilege.path, query.map(|(key, value)| (key.as_str(), value.as_str())))
    }

    pub(in crate::allowlist) fn of<'q>(path: &str, query: impl Iterator<Item = (&'q str, &'q str)>) -> Self {
        // Of keys that differ only in case the last in order wins.
        let query = query.map(|(key, value)| (key.to_lowercase(), value.to_lowercase())).collect();
        Self { path: path.to_lowercase(), query }
    }

    /// Whether any request matches. The decoded path of a request begins with a slash, has its `?` cut off,
    /// and never contains `..`; no request has a parameter without a name.
    pub(in crate::allowlist) fn can_match(&self) -> bool {
        (self.path.is_empty() || self.path.starts_with('/'))
            && !self.path.contains('?')
            && !self.path.contains("..")
            && !self.query.contains_key("")
    }

    /// Whether every request that matches `other` also matches this one.
    pub(in crate::allowlist) fn covers(&self, other: &Self) -> bool {
        other.path.starts_with(&self.path)
            && self.query.iter().all(|(key, value)| other.query.get(key) == Some(value))
    }

    /// A request that matches both, if there is one: it has the longer path and the parameters of both,
    /// unless these need two values of one parameter.
    pub(in crate::allowlist) fn overlaps(&self, other: &Self) -> bool {
        (self.path.starts_with(&other.path) || other.path.starts_with(&self.path))
            && self.query.iter().all(|(key, value)| other.query.get(key).is_none_or(|theirs| theirs == value))
            && self.can_match()
            && other.can_match()
    }

    /// Whether it matches one of the two requests that elevated callers may always make (`hyper_client.rs`,
    /// lines 557-565).
    pub(in crate::allowlist) fn has_skipped_request(&self) -> bool {
        let log = "/vmagentlog".starts_with(&self.path) && self.query.is_empty();
        let telemetry =
            || self.query.iter().all(|(key, value)| (&**key, &**value) == ("comp", "telemetrydata"));
        log || ("/machine/".starts_with(&self.path) && telemetry())
    }

    /// Whether the path has the same beginning and every parameter is present with its value (`key.rs`, lines
    /// 216-317).
    pub(super) fn matches(&self, request: &RequestKey<'_>) -> bool {
        request.path.starts_with(&self.path)
            && self.query.iter().all(|(key, value)| request.parameters().get(key) == Some(value))
    }
}

/// The caller, with the executable's path normalised.
pub(super) struct CallerKey<'a> {
    request: &'a Request<'a>,
    path: String,
}

impl<'a> CallerKey<'a> {
    pub(super) fn new(request: &'a Request<'a>) -> Self {
        Self { request, path: exe_path::key(request.exe_path, request.os_type) }
    }
}

/// An identity, with its path normalised for both operating systems.
#[derive(Clone, Debug)]
pub(super) struct Conditions {
    identity: Identity,
    linux_path: Option<String>,
    windows_path: Option<String>,
}

impl Conditions {
    pub(super) fn new(identity: &Identity) -> Self {
        let path = |os_type| identity.exe_path.as_deref().map(|path| exe_path::key(path, os_type));
        Self {
            identity: identity.clone(),
            linux_path: path(OsType::Linux),
            windows_path: path(OsType::Windows),
        }
    }

    /// Whether every condition that is present holds (`key.rs`, lines 340-437).
    pub(super) fn are_met_by(&self, caller: &CallerKey<'_>) -> bool {
        let (identity, request) = (&self.identity, caller.request);
        let path = match request.os_type {
            OsType::Linux => &self.linux_path,
            OsType::Windows => &self.windows_path,
        };
        identity.user_name.as_deref().is_none_or(|user| user == request.user_name)
            && identity.process_name.as_deref().is_none_or(|process| process == request.process_name)
            && path.as_deref().is_none_or(|path| path == caller.path)
            && identity
                .group_name
                .as_deref()
                .is_none_or(|group| request.user_groups.iter().any(|one| one == group))
    }
}
