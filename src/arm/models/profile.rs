//! `Microsoft.Compute/galleries/inVMAccessControlProfiles`.

use super::lenient;
use super::{HostEndpoint, OsType, ProvisioningState, Resource, SystemData};
use crate::arm::Location;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;

/// A profile as the service gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Wire")]
pub struct Profile {
    /// The id as the service spells it.
    pub id: Option<String>,
    /// The name as the service spells it.
    pub name: Option<String>,
    /// The region of the profile's own record.
    pub location: Option<Location>,
    /// Tags; absent where the service gave none.
    pub tags: Option<BTreeMap<String, String>>,
    /// What the profile is for.
    pub description: Option<String>,
    /// The operating system it is for.
    pub os_type: Option<OsType>,
    /// The endpoint it guards.
    pub applicable_host_endpoint: Option<HostEndpoint>,
    /// How far the service is with it.
    pub provisioning_state: Option<ProvisioningState>,
    /// Who made and changed it.
    pub system_data: Option<SystemData>,
}

/// A profile as it is created: all that a client can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileBody {
    /// The region of the profile's own record.
    pub location: Location,
    /// Tags; `None` sends no tags at all.
    pub tags: Option<BTreeMap<String, String>>,
    /// What the profile is for.
    pub description: Option<String>,
    /// The operating system it is for.
    pub os_type: OsType,
    /// The endpoint it guards.
    pub applicable_host_endpoint: HostEndpoint,
}

impl Resource for Profile {
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
            Self { os_type: None, .. } => Some("osType"),
            Self { applicable_host_endpoint: None, .. } => Some("applicableHostEndpoint"),
            _ => None,
        }
    }
}

impl Serialize for ProfileBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Properties<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            description: &'a Option<String>,
            os_type: &'a OsType,
            applicable_host_endpoint: &'a HostEndpoint,
        }
        #[derive(Serialize)]
        struct Body<'a> {
            location: &'a Location,
            #[serde(skip_serializing_if = "Option::is_none")]
            tags: &'a Option<BTreeMap<String, String>>,
            properties: Properties<'a>,
        }
        let Self { location, tags, description, os_type, applicable_host_endpoint } = self;
        let properties = Properties { description, os_type, applicable_host_endpoint };
        Body { location, tags, properties }.serialize(serializer)
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
    description: Option<String>,
    os_type: Option<OsType>,
    applicable_host_endpoint: Option<HostEndpoint>,
    provisioning_state: Option<ProvisioningState>,
}

impl From<Wire> for Profile {
    fn from(wire: Wire) -> Self {
        let Wire { id, name, location, tags, properties, system_data } = wire;
        let WireProperties { description, os_type, applicable_host_endpoint, provisioning_state } =
            properties;
        Self {
            id,
            name,
            location,
            tags,
            description,
            os_type,
            applicable_host_endpoint,
            provisioning_state,
            system_data,
        }
    }
}
