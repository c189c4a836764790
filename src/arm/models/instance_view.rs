//! The current state of a virtual machine, from its instance view. Only read.

use crate::lenient::entries_or_empty;
use serde::Deserialize;

/// The instance view of a machine or of an instance of a scale set, as far as the guest proxy agent is
/// concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InstanceView {
    /// The VM agent, which delivers the extensions' reports.
    pub vm_agent: Option<VmAgent>,
    /// The extensions and their reports.
    #[serde(deserialize_with = "entries_or_empty")]
    pub extensions: Vec<Extension>,
    /// The machine's own statuses, its power state among them.
    #[serde(deserialize_with = "entries_or_empty")]
    pub statuses: Vec<Status>,
}

/// The VM agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VmAgent {
    /// Whether it is ready.
    #[serde(deserialize_with = "entries_or_empty")]
    pub statuses: Vec<Status>,
}

/// An extension.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Extension {
    /// The status of its parts.
    #[serde(deserialize_with = "entries_or_empty")]
    pub substatuses: Vec<Status>,
}

/// A status of something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    /// Words with slashes between them, such as `PowerState/running`.
    pub code: Option<String>,
    /// `Info`, `Warning` or `Error`.
    pub level: Option<String>,
    /// The display text of the status.
    pub display_status: Option<String>,
    /// Details.
    pub message: Option<String>,
}

impl Status {
    /// Whether one of the code's words is this.
    pub fn is(&self, word: &str) -> bool {
        self.code.as_deref().is_some_and(|code| code.split('/').any(|one| one.eq_ignore_ascii_case(word)))
    }
}

impl InstanceView {
    /// The power state in lower case, such as `running` or `deallocated`.
    pub fn power_state(&self) -> Option<String> {
        self.statuses.iter().find_map(|status| {
            let (kind, state) = status.code.as_deref()?.split_once('/')?;
            kind.eq_ignore_ascii_case("PowerState").then(|| state.to_lowercase())
        })
    }
}
