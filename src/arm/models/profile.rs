//! `Microsoft.Compute/galleries/inVMAccessControlProfiles`.

use super::{Body, Object, Properties, ProvisioningState, Word};
use crate::allowlist::{Endpoint, OsType};
use serde::{Deserialize, Serialize};

/// A profile as the service returns it.
pub type Profile = Object<ProfileProperties>;

/// A profile as it is created.
pub type ProfileBody = Body<ProfileSettings>;

/// The properties that the service returns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProfileProperties {
    /// What the profile is for.
    pub description: Option<String>,
    /// The operating system it is for.
    pub os_type: Option<Word<OsType>>,
    /// The endpoint it guards.
    pub applicable_host_endpoint: Option<Word<Endpoint>>,
    /// Its provisioning state.
    pub provisioning_state: Option<ProvisioningState>,
}

/// The properties that a client sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProfileSettings {
    /// What the profile is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The operating system it is for.
    pub os_type: Word<OsType>,
    /// The endpoint it guards.
    pub applicable_host_endpoint: Word<Endpoint>,
}

impl Properties for ProfileProperties {
    fn provisioning_state(&self) -> Option<&ProvisioningState> {
        self.provisioning_state.as_ref()
    }

    fn missing_member(&self) -> Option<&'static str> {
        match self {
            Self { os_type: None, .. } => Some("osType"),
            Self { applicable_host_endpoint: None, .. } => Some("applicableHostEndpoint"),
            _ => None,
        }
    }
}
