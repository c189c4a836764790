//! Faults as data: a list of faults, with the requests and the occurrences that they affect.

mod action;
mod glob;

use serde::{Deserialize, Serialize};

pub use self::action::{Action, Answer, Moment, OperationFault, Retry, RetryForm};
use crate::exchange::Request;

/// The requests of a fault. An omitted member matches every request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Match {
    /// The verb, or several separated by `|`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// A pattern of the path, compared without case: `*` stands for anything inside a segment, `**` for
    /// anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A text the query must contain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}

impl Match {
    fn holds(&self, request: &Request) -> bool {
        let method = |wanted: &String| {
            wanted.split('|').any(|one| one.trim().eq_ignore_ascii_case(request.method.as_str()))
        };
        self.method.as_ref().is_none_or(method)
            && self.path.as_ref().is_none_or(|pattern| glob::matches(pattern, &request.path))
            && self
                .query
                .as_ref()
                .is_none_or(|text| request.query_text().to_lowercase().contains(&text.to_lowercase()))
    }
}

fn one() -> u32 {
    1
}

fn once() -> Option<u32> {
    Some(1)
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Its name in the log.
    #[serde(default)]
    pub name: String,
    /// The requests it is for.
    #[serde(default, rename = "match")]
    pub matching: Match,
    /// The first affected occurrence, counted from 1.
    #[serde(default = "one")]
    pub nth: u32,
    /// The number of affected occurrences; null for all that follow.
    #[serde(default = "once")]
    pub count: Option<u32>,
    /// The fault itself.
    pub action: Action,
    /// The number of requests that have matched.
    #[serde(default)]
    pub seen: u32,
}

impl Fault {
    fn strikes(&mut self, request: &Request) -> bool {
        if !self.matching.holds(request) {
            return false;
        }
        self.seen = self.seen.saturating_add(1);
        let first = self.nth.max(1);
        self.seen >= first && self.count.is_none_or(|count| self.seen - first < count)
    }
}

/// The script: every fault, in order, and remarks that the emulator ignores.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The purpose of the script.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// Data for a test that uses the script.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub test: serde_json::Value,
    /// The faults.
    #[serde(default)]
    pub faults: Vec<Fault>,
}

/// The faults of one request.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Names of the faults that apply, for the journal.
    pub names: Vec<String>,
    /// Their actions, in order.
    pub actions: Vec<Action>,
}

impl Script {
    /// Reads a script: an object with `faults`, or the list alone.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let value = crate::json::parse(bytes)?;
        let script = if value.is_array() { serde_json::json!({ "faults": value }) } else { value };
        serde_json::from_value(script)
    }

    /// Counts a request and returns its faults. Every fault that matches counts it.
    pub fn plan(&mut self, request: &Request) -> Plan {
        let mut plan = Plan::default();
        for fault in &mut self.faults {
            if fault.strikes(request) {
                plan.names.push(fault.name.clone());
                plan.actions.push(fault.action.clone());
            }
        }
        plan
    }
}

#[cfg(test)]
mod tests;
