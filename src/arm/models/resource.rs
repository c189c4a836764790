//! What both types of resource share.

use super::ProvisioningState;
use crate::arm::Location;
use crate::lenient;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;

/// A resource as ARM gives it: something with a provisioning state.
pub trait Resource: DeserializeOwned + Send {
    /// How far the service is with it; absent means that it is done (ARM's rule for asynchronous operations).
    fn provisioning_state(&self) -> Option<&ProvisioningState>;

    /// The id as the service gives it.
    fn id(&self) -> Option<&str>;

    /// The name as the service gives it.
    fn name(&self) -> Option<&str>;

    /// The first of the members that every object of this type has, if it is not there.
    fn lacks(&self) -> Option<&'static str>;

    /// Who made and changed it, where the service says so.
    fn system_data(&self) -> Option<&SystemData> {
        None
    }

    /// Whether an entry of a list has all that a read gives. Some services omit from their lists what is large. Such an
    /// entry does not stand for the object.
    fn is_whole(&self) -> bool {
        self.lacks().is_none()
    }
}

/// A resource that is in a region and can have tags, as the service gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "P: Properties"))]
pub struct Object<P> {
    /// The id as the service spells it.
    pub id: Option<String>,
    /// The name as the service spells it.
    pub name: Option<String>,
    /// The region of the object's own record.
    pub location: Option<Location>,
    /// Tags; absent where the service gave none.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub tags: Option<BTreeMap<String, String>>,
    /// What only this type of object has.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub properties: P,
    /// Who made and changed it.
    pub system_data: Option<SystemData>,
}

/// The properties of one type of object.
pub trait Properties: DeserializeOwned + Default + Send {
    /// How far the service is with the object.
    fn provisioning_state(&self) -> Option<&ProvisioningState>;

    /// As [`Resource::lacks`].
    fn lacks(&self) -> Option<&'static str>;

    /// As [`Resource::is_whole`], for what an object can do without.
    fn is_whole(&self) -> bool {
        true
    }
}

impl<P: Properties> Resource for Object<P> {
    fn provisioning_state(&self) -> Option<&ProvisioningState> {
        self.properties.provisioning_state()
    }

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn lacks(&self) -> Option<&'static str> {
        if self.location.is_none() { Some("location") } else { self.properties.lacks() }
    }

    fn system_data(&self) -> Option<&SystemData> {
        self.system_data.as_ref()
    }

    fn is_whole(&self) -> bool {
        self.lacks().is_none() && self.properties.is_whole()
    }
}

/// An object as it is created: all that a client can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Body<P> {
    /// The region of the object's own record.
    pub location: Location,
    /// Tags; `None` sends no tags at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// What only this type of object has.
    pub properties: P,
}

/// Who made and who last changed an object. Only newer api-versions give it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SystemData {
    /// Who created it.
    pub created_by: Option<String>,
    /// `User`, `Application`, `ManagedIdentity` or `Key`.
    pub created_by_type: Option<String>,
    /// When it was created, as RFC 3339.
    pub created_at: Option<String>,
    /// Who changed it last.
    pub last_modified_by: Option<String>,
    /// `User`, `Application`, `ManagedIdentity` or `Key`.
    pub last_modified_by_type: Option<String>,
    /// When it was changed last, as RFC 3339.
    pub last_modified_at: Option<String>,
}
