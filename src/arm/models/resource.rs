//! What both types of resource share.

use super::ProvisioningState;
use serde::{Deserialize, de::DeserializeOwned};

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
