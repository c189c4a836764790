//! The callers that the rules refused, in groups with counts.

use crate::allowlist::{Destination, Endpoint};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The most groups that the agent's extension reports: those with the largest counts.
pub(super) const MOST: usize = 50;

/// A group of refused requests. The command line that the agent reports with it is not read: it may hold secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRequests {
    /// Where they went; `None` for another address.
    pub endpoint: Option<Endpoint>,
    /// The user, as the agent calls it.
    pub user_name: String,
    /// The user's groups.
    pub user_groups: Vec<String>,
    /// The program.
    pub exe_path: String,
    /// The response that they got, such as `403 Forbidden`.
    pub response_status: String,
    /// Their number.
    pub count: u64,
}

/// The groups, and whether the extension may have omitted some.
pub(super) struct Summary {
    pub(super) callers: Vec<RefusedRequests>,
    pub(super) is_full: bool,
}

/// A group as the agent writes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct SummaryEntry {
    user_name: Option<String>,
    ip: Option<String>,
    port: Option<u16>,
    response_status: Option<String>,
    count: Option<u64>,
    user_groups: Option<Vec<String>>,
    process_full_path: Option<String>,
}

/// Reads a summary; `None` if the text is not one. Groups that differ only in their command line are merged.
pub(super) fn read(text: &str) -> Option<Summary> {
    // The extension writes this when no request was refused.
    if text.trim() == "proxy failed auth summary is empty" {
        return Some(Summary { callers: Vec::new(), is_full: false });
    }
    let groups: Vec<SummaryEntry> = serde_json::from_str(text).ok()?;
    let is_full = groups.len() >= MOST;
    let mut merged: BTreeMap<_, u64> = BTreeMap::new();
    for group in groups {
        let ip = group.ip.unwrap_or_default();
        let endpoint = match Destination::at(ip.trim(), group.port.unwrap_or_default()) {
            Destination::Host(endpoint) => Some(endpoint),
            Destination::Agent | Destination::Other => None,
        };
        let key = (
            endpoint,
            group.user_name.unwrap_or_default(),
            group.user_groups.unwrap_or_default(),
            group.process_full_path.unwrap_or_default(),
            group.response_status.unwrap_or_default(),
        );
        let count = merged.entry(key).or_default();
        *count = count.saturating_add(group.count.unwrap_or(1));
    }
    let mut callers: Vec<RefusedRequests> = merged
        .into_iter()
        .map(|((endpoint, user_name, user_groups, exe_path, response_status), count)| RefusedRequests {
            endpoint,
            user_name,
            user_groups,
            exe_path,
            response_status,
            count,
        })
        .collect();
    // The order of equal counts is that of the map.
    callers.sort_by_key(|caller| std::cmp::Reverse(caller.count));
    Some(Summary { callers, is_full })
}
