//! `Microsoft.Compute/galleries/inVMAccessControlProfiles/versions`.

use super::{Body, Object, Properties, ProvisioningState, Word};
use crate::allowlist::{DefaultAccess, Lists, Mode};
use crate::arm::Location;
use crate::lenient;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A version as the service returns it.
pub type Version = Object<VersionProperties>;

/// A version as it is created.
pub type VersionBody = Body<VersionSettings>;

/// The properties that the service returns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VersionProperties {
    /// What the guest agent does with the rules.
    pub mode: Option<Word<Mode>>,
    /// What happens to a request that no privilege matches.
    pub default_access: Option<Word<DefaultAccess>>,
    /// The rules.
    pub rules: Option<Lists>,
    /// The regions the version is replicated to; their other settings are the service's.
    #[serde(deserialize_with = "regions")]
    pub target_locations: Option<Vec<Location>>,
    /// Whether it is excluded from latest.
    pub exclude_from_latest: Option<bool>,
    /// When it was published, as RFC 3339.
    pub published_date: Option<String>,
    /// Its provisioning state.
    pub provisioning_state: Option<ProvisioningState>,
    /// The replication status, if the service returns it.
    pub replication_status: Option<ReplicationStatus>,
}

/// The replication status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReplicationStatus {
    /// `Unknown`, `InProgress`, `Completed` or `Failed`.
    pub aggregated_state: Option<String>,
    /// The replication status of each region.
    #[serde(deserialize_with = "lenient::entries_or_empty")]
    pub summary: Vec<RegionalReplication>,
}

/// The replication status of one region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct RegionalReplication {
    /// The region.
    pub region: Option<Location>,
    /// `Unknown`, `Replicating`, `Completed` or `Failed`.
    pub state: Option<String>,
    /// The service's message.
    pub details: Option<String>,
    /// Percent.
    #[serde(deserialize_with = "lenient::whole_number")]
    pub progress: Option<i64>,
}

/// The properties that a client sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionSettings {
    /// What the guest agent does with the rules.
    pub mode: Word<Mode>,
    /// What happens to a request that no privilege matches.
    pub default_access: Word<DefaultAccess>,
    /// The rules; all four lists are sent, including empty ones.
    pub rules: Lists,
    /// The regions to replicate to; `None` leaves the choice to the service.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "targets")]
    pub target_locations: Option<Vec<Location>>,
    /// Whether it is excluded from latest; `None` leaves it to the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_from_latest: Option<bool>,
}

impl Properties for VersionProperties {
    fn provisioning_state(&self) -> Option<&ProvisioningState> {
        self.provisioning_state.as_ref()
    }

    fn missing_member(&self) -> Option<&'static str> {
        match self {
            Self { mode: None, .. } => Some("mode"),
            Self { default_access: None, .. } => Some("defaultAccess"),
            _ => None,
        }
    }

    fn is_whole(&self) -> bool {
        self.rules.as_ref().is_some_and(|rules| rules.absent().is_empty())
    }
}

/// A region among the target locations.
#[derive(Serialize, Deserialize)]
struct Target<L> {
    name: L,
}

fn regions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Location>>, D::Error> {
    let targets: Option<Vec<Target<Option<Location>>>> = lenient::entries(deserializer)?;
    Ok(targets.map(|targets| targets.into_iter().filter_map(|target| target.name).collect()))
}

fn targets<S: Serializer>(regions: &Option<Vec<Location>>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(regions.iter().flatten().map(|name| Target { name }))
}
