//! What a virtual machine does at the moment, as its instance view tells. Only read.

use crate::lenient::entries_or_empty;
use serde::Deserialize;

/// The instance view of a machine or of an instance of a scale set, as far as it tells of the guest proxy agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InstanceView {
    /// The VM agent, which brings what extensions report.
    pub vm_agent: Option<VmAgent>,
    /// The extensions and what they report.
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
    /// How its parts are.
    #[serde(deserialize_with = "entries_or_empty")]
    pub substatuses: Vec<Status>,
}

/// A status of something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    /// Words with slashes between, such as `PowerState/running`.
    pub code: Option<String>,
    /// `Info`, `Warning` or `Error`.
    pub level: Option<String>,
    /// The same for people.
    pub display_status: Option<String>,
    /// More about it.
    pub message: Option<String>,
}

impl Status {
    /// Whether one of the words of the code is this.
    pub fn is(&self, word: &str) -> bool {
        self.code.as_deref().is_some_and(|code| code.split('/').any(|one| one.eq_ignore_ascii_case(word)))
    }
}

impl InstanceView {
    /// `running`, `deallocated` and their like, in small letters.
    pub fn power_state(&self) -> Option<String> {
        self.statuses.iter().find_map(|status| {
            let (kind, state) = status.code.as_deref()?.split_once('/')?;
            kind.eq_ignore_ascii_case("PowerState").then(|| state.to_lowercase())
        })
    }
}
