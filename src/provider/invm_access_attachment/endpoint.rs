//! The two endpoints of a machine, each with the attribute that names its version.

use crate::allowlist::{self, Mode};
use crate::arm::ids::VersionId;
use crate::arm::models::{AttachmentChange, EndpointChange, EndpointSettings, Machine, Word};
use crate::plugin::Path;

/// An endpoint on the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// 169.254.169.254
    Imds,
    /// 168.63.129.16
    WireServer,
}

/// The rules that a machine applies to an endpoint now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CurrentRules {
    /// Nothing is set.
    Nothing,
    /// An inline mode.
    Mode(Word<Mode>),
    /// The version of this id, as Azure spells it.
    Version(String),
}

impl Endpoint {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Imds, Self::WireServer];

    /// The attribute with the id of its version.
    pub const fn argument(self) -> &'static str {
        match self {
            Self::Imds => "imds_profile_version_id",
            Self::WireServer => "wire_server_profile_version_id",
        }
    }

    /// Its key in the map `attached`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Imds => "imds",
            Self::WireServer => "wire_server",
        }
    }

    /// Its name, for people.
    pub const fn name(self) -> &'static str {
        self.host_endpoint().as_str()
    }

    /// The profile's value for it.
    pub const fn host_endpoint(self) -> allowlist::Endpoint {
        match self {
            Self::Imds => allowlist::Endpoint::Imds,
            Self::WireServer => allowlist::Endpoint::WireServer,
        }
    }

    /// The member of the proxy agent's settings.
    pub const fn member(self) -> &'static str {
        match self {
            Self::Imds => "imds",
            Self::WireServer => "wireServer",
        }
    }

    /// The path of its attribute.
    pub fn path(self) -> Path {
        Path::attribute(self.argument())
    }

    /// The rules that a machine applies to it now.
    pub fn current_rules(self, machine: &Machine) -> CurrentRules {
        let settings: Option<&EndpointSettings> = match self {
            Self::Imds => machine.proxy_agent.imds.as_ref(),
            Self::WireServer => machine.proxy_agent.wire_server.as_ref(),
        };
        let Some(settings) = settings else { return CurrentRules::Nothing };
        match (settings.reference(), &settings.mode) {
            (Some(reference), _) => CurrentRules::Version(reference.to_owned()),
            (None, Some(mode)) => CurrentRules::Mode(mode.clone()),
            (None, None) => CurrentRules::Nothing,
        }
    }

    /// Adds a new reference or mode to a change.
    pub fn set(self, change: &mut AttachmentChange, to: EndpointChange) {
        match self {
            Self::Imds => change.imds = Some(to),
            Self::WireServer => change.wire_server = Some(to),
        }
    }
}

impl CurrentRules {
    /// Whether they are the version with this id.
    pub fn is_version(&self, id: &str) -> bool {
        matches!(self, Self::Version(current) if is_same_version(current, id))
    }
}

/// Whether two ids name the same version. Other text is compared without case.
pub fn is_same_version(one: &str, other: &str) -> bool {
    match (one.parse::<VersionId>(), other.parse::<VersionId>()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one.trim().eq_ignore_ascii_case(other.trim()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::azure_double::PROFILE;

    #[test]
    fn a_reference_takes_precedence_over_a_mode_and_ids_compare_without_case() {
        let version = format!("{PROFILE}/versions/1.0.0");
        let machine = |imds: serde_json::Value| -> Machine {
            let settings = serde_json::json!({"proxyAgentSettings": {"imds": imds}});
            serde_json::from_value(serde_json::json!({"properties": {"securityProfile": settings}})).unwrap()
        };
        let reference =
            |text: &str| serde_json::json!({"mode": "Audit", "inVMAccessControlProfileReferenceId": text});
        assert!(
            Endpoint::Imds.current_rules(&machine(reference(&version.to_uppercase()))).is_version(&version)
        );
        assert_eq!(
            Endpoint::Imds.current_rules(&machine(reference(""))),
            CurrentRules::Mode(Mode::Audit.into())
        );
        assert_eq!(Endpoint::Imds.current_rules(&machine(serde_json::json!({}))), CurrentRules::Nothing);
        assert_eq!(Endpoint::WireServer.current_rules(&machine(reference(&version))), CurrentRules::Nothing);
        assert!(!is_same_version(&version, PROFILE) && is_same_version("/x/Latest", "/X/latest"));
    }
}
