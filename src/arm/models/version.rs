//! `Microsoft.Compute/galleries/inVMAccessControlProfiles/versions`.

use super::lenient;
use super::{DefaultAccess, Mode, ProvisioningState, Resource, Rules, SystemData};
use crate::arm::Location;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;

/// A version as the service gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Wire")]
pub struct Version {
    /// The id as the service spells it.
    pub id: Option<String>,
    /// The name as the service spells it.
    pub name: Option<String>,
    /// The region of the version's own record.
    pub location: Option<Location>,
    /// Tags; absent where the service gave none.
    pub tags: Option<BTreeMap<String, String>>,
    /// What the guest agent does with the rules.
    pub mode: Option<Mode>,
    /// What happens to a request that no privilege speaks of.
    pub default_access: Option<DefaultAccess>,
    /// The rules.
    pub rules: Option<Rules>,
    /// The regions the version is replicated to; their other settings are the service's.
    pub target_locations: Option<Vec<Location>>,
    /// Whether machines that take the latest version pass this one over.
    pub exclude_from_latest: Option<bool>,
    /// When it was published, as RFC 3339.
    pub published_date: Option<String>,
    /// How far the service is with it.
    pub provisioning_state: Option<ProvisioningState>,
    /// How far replication is; the service need not tell.
    pub replication_status: Option<ReplicationStatus>,
    /// Who made and changed it.
    pub system_data: Option<SystemData>,
}

/// How far replication is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReplicationStatus {
    /// `Unknown`, `InProgress`, `Completed` or `Failed`.
    pub aggregated_state: Option<String>,
    /// The same per region.
    #[serde(deserialize_with = "lenient::entries_or_empty")]
    pub summary: Vec<RegionalReplication>,
}

/// How far replication is in one region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct RegionalReplication {
    /// The region.
    pub region: Option<Location>,
    /// `Unknown`, `Replicating`, `Completed` or `Failed`.
    pub state: Option<String>,
    /// What the service says about it.
    pub details: Option<String>,
    /// Percent.
    #[serde(deserialize_with = "lenient::whole_number")]
    pub progress: Option<i64>,
}

/// A version as it is created: all that a client can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionBody {
    /// The region of the version's own record.
    pub location: Location,
    /// Tags; `None` sends no tags at all.
    pub tags: Option<BTreeMap<String, String>>,
    /// What the guest agent does with the rules.
    pub mode: Mode,
    /// What happens to a request that no privilege speaks of.
    pub default_access: DefaultAccess,
    /// The rules; all four lists are sent, empty ones too.
    pub rules: Rules,
    /// The regions to replicate to; `None` leaves the choice to the service.
    pub target_locations: Option<Vec<Location>>,
    /// Whether machines that take the latest version pass this one over; `None` leaves it to the service.
    pub exclude_from_latest: Option<bool>,
}

impl Resource for Version {
    fn provisioning_state(&self) -> Option<&ProvisioningState> {
        self.provisioning_state.as_ref()
    }

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn lacks(&self) -> Option<&'static str> {
        match self {
            Self { location: None, .. } => Some("location"),
            Self { mode: None, .. } => Some("mode"),
            Self { default_access: None, .. } => Some("defaultAccess"),
            _ => None,
        }
    }
}

impl Serialize for VersionBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Target<'a> {
            name: &'a Location,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Properties<'a> {
            mode: &'a Mode,
            default_access: &'a DefaultAccess,
            rules: &'a Rules,
            #[serde(skip_serializing_if = "Option::is_none")]
            target_locations: Option<Vec<Target<'a>>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            exclude_from_latest: Option<bool>,
        }
        #[derive(Serialize)]
        struct Body<'a> {
            location: &'a Location,
            #[serde(skip_serializing_if = "Option::is_none")]
            tags: &'a Option<BTreeMap<String, String>>,
            properties: Properties<'a>,
        }
        let targets = self.target_locations.as_ref();
        let properties = Properties {
            mode: &self.mode,
            default_access: &self.default_access,
            rules: &self.rules,
            target_locations: targets.map(|targets| targets.iter().map(|name| Target { name }).collect()),
            exclude_from_latest: self.exclude_from_latest,
        };
        Body { location: &self.location, tags: &self.tags, properties }.serialize(serializer)
    }
}

/// The shape on the wire.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    id: Option<String>,
    name: Option<String>,
    location: Option<Location>,
    #[serde(default, deserialize_with = "lenient::texts")]
    tags: Option<BTreeMap<String, String>>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    properties: WireProperties,
    system_data: Option<SystemData>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireProperties {
    mode: Option<Mode>,
    default_access: Option<DefaultAccess>,
    rules: Option<Rules>,
    #[serde(deserialize_with = "lenient::entries")]
    target_locations: Option<Vec<WireTarget>>,
    exclude_from_latest: Option<bool>,
    published_date: Option<String>,
    provisioning_state: Option<ProvisioningState>,
    replication_status: Option<ReplicationStatus>,
}

#[derive(Deserialize)]
struct WireTarget {
    name: Option<Location>,
}

impl From<Wire> for Version {
    fn from(wire: Wire) -> Self {
        let Wire { id, name, location, tags, properties, system_data } = wire;
        let targets = properties.target_locations;
        Self {
            id,
            name,
            location,
            tags,
            mode: properties.mode,
            default_access: properties.default_access,
            rules: properties.rules,
            target_locations: targets.map(|targets| targets.into_iter().filter_map(|t| t.name).collect()),
            exclude_from_latest: properties.exclude_from_latest,
            published_date: properties.published_date,
            provisioning_state: properties.provisioning_state,
            replication_status: properties.replication_status,
            system_data,
        }
    }
}
