//! A virtual machine, a scale set or an instance of one, as far as its guest proxy agent is concerned. Only
//! read: a write has only a part of it.

use super::{ArmResource, InstanceView, ProvisioningState, Word};
use crate::allowlist::{Mode, OsType};
use crate::arm::Location;
use serde::Deserialize;

/// A machine, scale set or instance as the service returns it. For a scale set these are the settings of its
/// model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Wire")]
pub struct Machine {
    /// The id as the service spells it.
    pub id: Option<String>,
    /// The name as the service spells it.
    pub name: Option<String>,
    /// The region.
    pub location: Option<Location>,
    /// The operating system, if its disk has it.
    pub os_type: Option<Word<OsType>>,
    /// The settings of the guest proxy agent; none if it was never set up.
    pub proxy_agent: ProxyAgent,
    /// How instances of a scale set get its model, such as `Manual`.
    pub upgrade_mode: Option<String>,
    /// Whether a scale set has flexible orchestration, so that its instances are machines of their own.
    pub is_flexible: bool,
    /// The number of an instance in a uniform scale set.
    pub instance_id: Option<String>,
    /// Whether an instance of a uniform scale set has the model.
    pub is_latest: Option<bool>,
    /// The scale set with flexible orchestration that a machine belongs to.
    pub scale_set: Option<String>,
    /// Its current state, if that was requested.
    pub instance_view: Option<InstanceView>,
    /// Its provisioning state.
    pub provisioning_state: Option<ProvisioningState>,
}

/// The settings of the guest proxy agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProxyAgent {
    /// Whether it is switched on.
    pub enabled: Option<bool>,
    /// Whether the service installs it on Linux.
    pub add_proxy_agent_extension: Option<bool>,
    /// What it does with requests to IMDS.
    pub imds: Option<EndpointSettings>,
    /// What it does with requests to WireServer.
    pub wire_server: Option<EndpointSettings>,
}

/// What the guest proxy agent does with requests to one endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct EndpointSettings {
    /// The inline mode. It and a reference exclude each other.
    pub mode: Option<Word<Mode>>,
    /// The id of the version that decides.
    #[serde(rename = "inVMAccessControlProfileReferenceId")]
    pub reference: Option<String>,
    /// Whether rules in a file of the machine are added.
    #[serde(rename = "useLocalFileRules")]
    pub local_rules: Option<bool>,
}

impl EndpointSettings {
    /// The version referred to; an empty text refers to none.
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }
}

impl Machine {
    /// Whether the guest proxy agent is switched on.
    pub fn is_enabled(&self) -> bool {
        self.proxy_agent.enabled == Some(true)
    }
}

impl ArmResource for Machine {
    fn provisioning_state(&self) -> Option<&ProvisioningState> {
        self.provisioning_state.as_ref()
    }

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn missing_member(&self) -> Option<&'static str> {
        self.location.is_none().then_some("location")
    }
}

/// The JSON shape.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Wire {
    id: Option<String>,
    name: Option<String>,
    location: Option<Location>,
    instance_id: Option<String>,
    properties: Option<WireProperties>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireProperties {
    #[serde(flatten)]
    settings: WireSettings,
    virtual_machine_profile: Option<WireSettings>,
    upgrade_policy: Option<WireUpgradePolicy>,
    orchestration_mode: Option<String>,
    instance_view: Option<InstanceView>,
    virtual_machine_scale_set: Option<WireReference>,
    latest_model_applied: Option<bool>,
    provisioning_state: Option<ProvisioningState>,
}

/// The members of a machine itself, or of a scale set's model.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireSettings {
    security_profile: Option<WireSecurity>,
    storage_profile: Option<WireStorage>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireSecurity {
    proxy_agent_settings: Option<ProxyAgent>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireStorage {
    os_disk: Option<WireDisk>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireDisk {
    os_type: Option<Word<OsType>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireUpgradePolicy {
    mode: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireReference {
    id: Option<String>,
}

impl From<Wire> for Machine {
    fn from(wire: Wire) -> Self {
        let properties = wire.properties.unwrap_or_default();
        let settings = properties.virtual_machine_profile.unwrap_or(properties.settings);
        let security = settings.security_profile.unwrap_or_default();
        Self {
            id: wire.id,
            name: wire.name,
            location: wire.location,
            os_type: settings.storage_profile.and_then(|storage| storage.os_disk?.os_type),
            proxy_agent: security.proxy_agent_settings.unwrap_or_default(),
            upgrade_mode: properties.upgrade_policy.and_then(|policy| policy.mode),
            is_flexible: properties
                .orchestration_mode
                .is_some_and(|mode| mode.eq_ignore_ascii_case("Flexible")),
            instance_id: wire.instance_id,
            is_latest: properties.latest_model_applied,
            scale_set: properties.virtual_machine_scale_set.and_then(|set| set.id),
            instance_view: properties.instance_view,
            provisioning_state: properties.provisioning_state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const VERSION: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/inVMAccessControlProfiles/p/versions/1.0.0";

    fn settings() -> serde_json::Value {
        json!({"proxyAgentSettings": {
            "enabled": true, "keyIncarnationId": 3, "mode": null,
            "imds": {"inVMAccessControlProfileReferenceId": VERSION},
            "wireServer": {"mode": "audit", "inVMAccessControlProfileReferenceId": ""},
        }, "encryptionAtHost": true})
    }

    #[test]
    fn machines_and_scale_set_models_are_read_alike() {
        let machine: Machine = serde_json::from_value(json!({
            "id": "/x", "name": "vm", "location": "westus", "properties": {
                "securityProfile": settings(), "storageProfile": {"osDisk": {"osType": "Linux"}},
                "virtualMachineScaleSet": {"id": "/set"}, "provisioningState": "Succeeded"}
        }))
        .unwrap();
        let set: Machine = serde_json::from_value(json!({
            "name": "set", "location": "West US", "properties": {
                "virtualMachineProfile": {
                    "securityProfile": settings(), "storageProfile": {"osDisk": {"osType": "Linux"}}},
                "upgradePolicy": {"mode": "Manual"}}
        }))
        .unwrap();
        assert_eq!(machine.proxy_agent, set.proxy_agent);
        assert_eq!((&machine.os_type, &machine.location), (&set.os_type, &set.location));
        assert_eq!(
            (machine.scale_set.as_deref(), set.upgrade_mode.as_deref()),
            (Some("/set"), Some("Manual"))
        );
        let imds = machine.proxy_agent.imds.as_ref().unwrap();
        assert_eq!((imds.reference(), imds.mode.as_ref()), (Some(VERSION), None));
        let wire_server = machine.proxy_agent.wire_server.as_ref().unwrap();
        assert_eq!((wire_server.reference(), &wire_server.mode), (None, &Some(Mode::Audit.into())));
        assert!(machine.is_enabled());
    }

    #[test]
    fn absent_and_null_members_are_not_set() {
        for body in [
            json!({}),
            json!({"properties": null}),
            json!({"properties": {"securityProfile": null}}),
            json!({"properties": {"securityProfile": {"proxyAgentSettings": null}}}),
            json!({"properties": {"securityProfile": {"proxyAgentSettings": {"imds": null, "enabled": null}}}}),
        ] {
            let machine: Machine = serde_json::from_value(body).unwrap();
            assert_eq!(machine, Machine::default());
            assert!(!machine.is_enabled());
        }
    }
}
