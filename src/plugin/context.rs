//! What each call carries in addition to its arguments, and the reasons to defer it.

use tokio_util::sync::CancellationToken;

use super::value::Value;

/// What every call carries in addition to its arguments.
#[derive(Clone, Debug)]
pub struct Context {
    /// Cancelled when Terraform asks the provider to stop. The call should then end soon and save what it
    /// began.
    pub cancel: CancellationToken,
    /// The `provider_meta` block of the module whose resource or data source this is, if it has one.
    pub meta: Option<Value>,
}

/// What the host supports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientCapabilities {
    /// It accepts deferred responses.
    pub deferral_allowed: bool,
    /// It keeps write-only attributes out of the state.
    pub write_only_attributes_allowed: bool,
    /// It keeps the private data of a plan, and passes it to the next round of the same plan.
    pub store_planned_private: bool,
}

/// Why a call is deferred; only for hosts that support it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deferral {
    /// The resource's configuration has unknown parts that are needed.
    ResourceConfigUnknown,
    /// The provider's configuration has unknown parts that are needed.
    ProviderConfigUnknown,
    /// Something that it depends on does not exist yet.
    AbsentPrerequisite,
}
