//! The report of a machine's guest proxy agent, read from the machine's instance view.
//!
//! The agent's extension writes three texts into the view, as substatuses. Two are read here:
//! `ProxyAgentStatus`, with the versions that are loaded, and `ProxyAgentFailedAuthenticationSummary`, with
//! the callers that the rules refuse. Each is JSON if it has content, otherwise a sentence. Source: the code
//! of the agent's extension, `proxy_agent_extension/src/service_main.rs`.
//!
//! A report never claims more than the machine reported: [`AgentReport::gaps`] names what is not known.

mod callers;
mod channel;
mod loaded;

#[cfg(test)]
mod tests;

pub use callers::RefusedRequests;
pub use channel::Channel;
pub use loaded::{LoadedRules, RulesId};

use super::models::{Extension, InstanceView, Status};
use crate::plain;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

const STATUS: &str = "ProxyAgentStatus";
const DENIED: &str = "ProxyAgentFailedAuthenticationSummary";

/// The parts of the agent that report a status of their own.
const COMPONENTS: [&str; 5] =
    ["monitorStatus", "keyLatchStatus", "ebpfProgramStatus", "proxyListenerStatus", "telemetryLoggerStatus"];

/// The report of the agent in one machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentReport {
    /// The power state, such as `running` or `deallocated`; `None` if the view does not have it.
    pub power_state: Option<String>,
    /// The agent's version.
    pub version: Option<String>,
    /// The agent's own status: `SUCCESS`, `ERROR` or `UNKNOWN`.
    pub status: Option<String>,
    /// The endpoints that are guarded, and how.
    pub channel: Channel,
    /// The rules that are loaded for the metadata service.
    pub imds: LoadedRules,
    /// The rules that are loaded for WireServer.
    pub wire_server: LoadedRules,
    /// The status of the agent's parts.
    pub components: Vec<Component>,
    /// The callers that the rules refused, or would refuse in audit mode; the most frequent first.
    pub denied: Vec<RefusedRequests>,
    /// Why the report may be incomplete.
    pub gaps: Vec<ReportGap>,
}

/// A part of the agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The agent's name for it, such as `keyLatchStatus`.
    pub name: String,
    /// `RUNNING`, `STOPPED` or `UNKNOWN`.
    pub status: String,
    /// More about it.
    pub message: String,
}

/// Why a report may be incomplete.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportGap {
    /// The machine does not run.
    #[error("the machine is {0}, so its guest proxy agent reports nothing")]
    NotRunning(String),
    /// Nothing that an extension reports is up to date.
    #[error("the machine's VM agent is not ready: {0}")]
    VmAgent(String),
    /// No extension reports the agent.
    #[error("no extension of the machine reports the guest proxy agent")]
    Silent,
    /// The text is not in the agent's form.
    #[error("{part} of the guest proxy agent cannot be read: {text}")]
    Unreadable {
        /// The substatus.
        part: &'static str,
        /// The text instead.
        text: String,
    },
    /// The view could not be read.
    #[error("its instance view could not be read: {0}")]
    NotRead(String),
    /// The view was not requested.
    #[error("its instance view was not read, since more than {0} machines would have to be read")]
    NotRequested(usize),
    /// The list of refused callers has the maximum length.
    #[error(
        "the guest proxy agent reports {} groups of refused callers at most, so there may be more",
        callers::MOST
    )]
    ManyDenied,
}

/// `ProxyAgentStatus`, as far as it is used.
#[derive(Deserialize)]
struct AgentStatus {
    version: Option<String>,
    status: Option<String>,
    #[serde(flatten)]
    components: BTreeMap<String, Value>,
}

impl AgentReport {
    /// Reads a view.
    pub fn of(view: &InstanceView) -> Self {
        let mut report = Self { power_state: view.power_state(), ..Self::default() };
        if let Some(state) = report.power_state.as_deref().filter(|state| *state != "running") {
            report.gaps.push(ReportGap::NotRunning(plain::line(state)));
            return report;
        }
        if let Some(status) = view.vm_agent.iter().flat_map(|agent| &agent.statuses).find(|one| is_bad(one)) {
            let text = status.message.as_deref().or(status.display_status.as_deref()).unwrap_or("no reason");
            report.gaps.push(ReportGap::VmAgent(plain::line(text)));
        }
        let Some(extension) = view.extensions.iter().find(|one| substatus(one, STATUS).is_some()) else {
            report.gaps.push(ReportGap::Silent);
            return report;
        };
        report.read_status(substatus(extension, STATUS).unwrap_or_default());
        report.read_denied(substatus(extension, DENIED));
        report
    }

    /// Whether nothing is missing.
    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty()
    }

    fn read_status(&mut self, text: &str) {
        let status: AgentStatus = match serde_json::from_str(text) {
            Ok(status) => status,
            Err(_) => return self.gaps.push(unreadable(STATUS, text)),
        };
        self.version = status.version;
        self.status = status.status;
        let states = status.components.get("keyLatchStatus").and_then(|part| part.get("states"));
        match states.and_then(Value::as_object) {
            Some(states) => {
                self.channel = Channel::of(states);
                self.imds = LoadedRules::of(states, "imdsRuleId");
                self.wire_server = LoadedRules::of(states, "wireServerRuleId");
            }
            None => self.gaps.push(unreadable(STATUS, "it has no keyLatchStatus.states")),
        }
        let text =
            |part: &Value, name| plain::line(part.get(name).and_then(Value::as_str).unwrap_or_default());
        self.components = COMPONENTS
            .iter()
            .filter_map(|name| {
                let part = status.components.get(*name)?;
                let (status, message) = (text(part, "status"), text(part, "message"));
                Some(Component { name: (*name).to_owned(), status, message })
            })
            .collect();
    }

    fn read_denied(&mut self, text: Option<&str>) {
        let text = text.unwrap_or("it is missing");
        match callers::read(text) {
            Some(callers::Summary { callers, is_full }) => {
                self.denied = callers;
                self.gaps.extend(is_full.then_some(ReportGap::ManyDenied));
            }
            None => self.gaps.push(unreadable(DENIED, text)),
        }
    }
}

fn is_bad(status: &Status) -> bool {
    status.level.as_deref().is_some_and(|level| !level.eq_ignore_ascii_case("Info"))
}

fn substatus<'a>(extension: &'a Extension, name: &str) -> Option<&'a str> {
    let status = extension.substatuses.iter().find(|status| status.is(name))?;
    Some(status.message.as_deref().unwrap_or_default())
}

fn unreadable(part: &'static str, text: &str) -> ReportGap {
    let shown: String = plain::line(text).chars().take(300).collect();
    ReportGap::Unreadable { part, text: if shown.is_empty() { "it is empty".to_owned() } else { shown } }
}
