//! The request that changes which versions a machine or scale set refers to: a PATCH with these members and
//! no others.
//!
//! The az CLI sends the reference alone and omits the rest of the machine, so a PATCH merges nested objects.
//! Settings of other programs are kept.

use crate::allowlist::Mode;
use crate::arm::ids::{MachineKind, VersionId};
use serde_json::{Map, Value, json};

/// A change of the proxy agent's settings; `None` leaves an endpoint as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttachmentChange {
    /// The new mode or reference for IMDS.
    pub imds: Option<EndpointChange>,
    /// The new mode or reference for WireServer.
    pub wire_server: Option<EndpointChange>,
    /// Whether the proxy agent is switched on.
    pub enable: Option<Enable>,
}

/// The new mode or reference of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndpointChange {
    /// A version.
    Reference(VersionId),
    /// An inline mode.
    Mode(Mode),
}

/// How the proxy agent is switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enable {
    /// The agent is installed, or the service installs it in any case.
    Alone,
    /// The service installs it.
    WithExtension,
}

/// How the member that excludes the new one is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::arm) enum ExcludedMember {
    /// By the service, as the az CLI expects: the request omits it.
    Omitted,
    /// By the request, which sets it to null.
    Null,
}

impl AttachmentChange {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The body of the PATCH.
    pub(in crate::arm) fn body(&self, kind: MachineKind, other: ExcludedMember) -> Value {
        let mut settings = Map::new();
        if let Some(enable) = self.enable {
            settings.insert("enabled".to_owned(), true.into());
            if enable == Enable::WithExtension {
                settings.insert("addProxyAgentExtension".to_owned(), true.into());
            }
        }
        for (name, change) in [("wireServer", &self.wire_server), ("imds", &self.imds)] {
            if let Some(change) = change {
                settings.insert(name.to_owned(), change.members(other));
            }
        }
        let profile = json!({ "securityProfile": { "proxyAgentSettings": settings } });
        match kind {
            MachineKind::Machine => json!({ "properties": profile }),
            MachineKind::ScaleSet => json!({ "properties": { "virtualMachineProfile": profile } }),
        }
    }
}

impl EndpointChange {
    fn members(&self, other: ExcludedMember) -> Value {
        const REFERENCE: &str = "inVMAccessControlProfileReferenceId";
        let (set, value, excluded) = match self {
            Self::Reference(id) => (REFERENCE, id.to_string(), "mode"),
            Self::Mode(mode) => ("mode", mode.as_str().to_owned(), REFERENCE),
        };
        let mut members = Map::from_iter([(set.to_owned(), Value::String(value))]);
        if other == ExcludedMember::Null {
            members.insert(excluded.to_owned(), Value::Null);
        }
        Value::Object(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/inVMAccessControlProfiles/p/versions/1.0.0";

    #[test]
    fn a_patch_names_what_changes_and_nothing_else() {
        let attach = AttachmentChange {
            imds: Some(EndpointChange::Reference(VERSION.parse().unwrap())),
            ..AttachmentChange::default()
        };
        let settings =
            json!({"proxyAgentSettings": {"imds": {"inVMAccessControlProfileReferenceId": VERSION}}});
        assert_eq!(
            attach.body(MachineKind::Machine, ExcludedMember::Omitted),
            json!({"properties": {"securityProfile": settings}})
        );
        assert_eq!(
            attach.body(MachineKind::ScaleSet, ExcludedMember::Omitted),
            json!({"properties": {"virtualMachineProfile": {"securityProfile": settings}}})
        );
        let detach = AttachmentChange {
            wire_server: Some(EndpointChange::Mode(Mode::Audit)),
            enable: Some(Enable::WithExtension),
            ..AttachmentChange::default()
        };
        assert_eq!(
            detach.body(MachineKind::Machine, ExcludedMember::Null)["properties"]["securityProfile"]["proxyAgentSettings"],
            json!({"enabled": true, "addProxyAgentExtension": true,
                "wireServer": {"mode": "Audit", "inVMAccessControlProfileReferenceId": null}})
        );
        assert!(AttachmentChange::default().is_empty() && !detach.is_empty());
    }
}
