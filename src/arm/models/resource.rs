//! Common to both types of resource.

use super::ProvisioningState;
use crate::arm::Location;
use crate::lenient;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;

/// A resource as ARM returns it: an object with a provisioning state.
pub trait ArmResource: DeserializeOwned + Send {
    /// Its provisioning state; absent means that it is done (ARM's rule for asynchronous operations).
    fn provisioning_state(&self) -> Option<&ProvisioningState>;

    /// The id as the service returns it.
    fn id(&self) -> Option<&str>;

    /// The name as the service returns it.
    fn name(&self) -> Option<&str>;

    /// The first missing member of those that every object of this type has.
    fn missing_member(&self) -> Option<&'static str>;

    /// Who created and changed it, if the service returns that.
    fn system_data(&self) -> Option<&SystemData> {
        None
    }

    /// Whether an entry of a list has all that a read returns. Some services omit large members from their
    /// lists. Such an entry cannot replace a read of the object.
    fn is_whole(&self) -> bool {
        self.missing_member().is_none()
    }
}

/// A resource that is in a region and can have tags, as the service returns it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "P: Properties"))]
pub struct Object<P> {
    /// The id as the service spells it.
    pub id: Option<String>,
    /// The name as the service spells it.
    pub name: Option<String>,
    /// The region of the object's own record.
    pub location: Option<Location>,
    /// Tags; absent if the service returned none.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub tags: Option<BTreeMap<String, String>>,
    /// The properties of this type of object.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub properties: P,
    /// Who created and changed it.
    pub system_data: Option<SystemData>,
}

/// The properties of one type of object.
pub trait Properties: DeserializeOwned + Default + Send {
    /// The provisioning state of the object.
    fn provisioning_state(&self) -> Option<&ProvisioningState>;

    /// As [`ArmResource::missing_member`].
    fn missing_member(&self) -> Option<&'static str>;

    /// As [`ArmResource::is_whole`], for optional members.
    fn is_whole(&self) -> bool {
        true
    }
}

impl<P: Properties> ArmResource for Object<P> {
    fn provisioning_state(&self) -> Option<&ProvisioningState> {
        self.properties.provisioning_state()
    }

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn missing_member(&self) -> Option<&'static str> {
        if self.location.is_none() { Some("location") } else { self.properties.missing_member() }
    }

    fn system_data(&self) -> Option<&SystemData> {
        self.system_data.as_ref()
    }

    fn is_whole(&self) -> bool {
        self.missing_member().is_none() && self.properties.is_whole()
    }
}

/// The body that creates an object: all that a client can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Body<P> {
    /// The region of the object's own record.
    pub location: Location,
    /// Tags; `None` sends no tags at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// The properties of this type of object.
    pub properties: P,
}

/// Who created and who last changed an object. Only newer api-versions return it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SystemData {
    /// Who created it.
    pub created_by: Option<String>,
    /// `User`, `Application`, `ManagedIdentity` or `Key`.
    pub created_by_type: Option<String>,
    /// When it was created, as RFC 3339.
    pub created_at: Option<String>,
    /// Who last changed it.
    pub last_modified_by: Option<String>,
    /// `User`, `Application`, `ManagedIdentity` or `Key`.
    pub last_modified_by_type: Option<String>,
    /// When it was last changed, as RFC 3339.
    pub last_modified_at: Option<String>,
}
