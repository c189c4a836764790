//! `moved` from `azapi_update_resource`, which attached versions before this resource existed. This provider
//! takes over the state, and Azure is not touched. azapi does nothing when such a resource is destroyed.

use serde_json::Value as Json;

use super::model::{self, Model};
use super::schema;
use crate::arm::ids::MachineId;
use crate::arm::models::Machine;
use crate::plugin::Diagnostic;
use crate::plugin::resource::{Move, Stored};
use crate::provider::identity::Identified as _;
use crate::provider::{azapi, import};

/// The resource type of azapi whose states can be taken over.
const SOURCE_TYPE: &str = "azapi_update_resource";

/// Takes over a state with a body that sets references of a machine and nothing else.
///
/// # Errors
/// If it is another kind of state, sets no reference, or sets something that would be lost.
pub fn take_over(request: &Move) -> Result<Stored, Diagnostic> {
    let target = azapi::MoveTarget {
        resource: schema::TYPE,
        source: SOURCE_TYPE,
        arm_type: "Microsoft.Compute/virtualMachines",
    };
    let (id, source) = azapi::read::<MachineId>(target, request)?;
    // The members that the body sets, not what other programs had set when azapi read the machine.
    let machine: Machine = serde_json::from_value(Json::Object(source.body.clone())).unwrap_or_default();
    let imported = import::state(&id.to_string(), &schema::schema());
    let state = model::state(&id, &machine, &Model::read(&imported));
    if !state.has_versions() {
        return Err(refused(
            "Its body sets no `inVMAccessControlProfileReferenceId`, neither for `imds` nor for `wireServer`.",
        ));
    }
    let others = others(&source.body);
    if !others.is_empty() {
        return Err(refused(&format!(
            "Its body sets more than references, and a `{}` would not manage the rest: `{}`. Move these to \
             a resource of their own first.",
            schema::TYPE,
            others.join("`, `")
        )));
    }
    let identity = Some(id.identity());
    Ok(Stored { identity, ..Stored::new(Model { timeouts: source.timeouts, ..state }.write()) })
}

fn refused(why: &str) -> Diagnostic {
    let detail = format!(
        "{why} Remove the `moved` block. The settings of the `{SOURCE_TYPE}` stay at Azure when it is \
         removed; import the attachment by the machine's id instead."
    );
    Diagnostic::error("Move from this is not supported", detail)
}

/// The members of a body that are not references, as paths.
fn others(body: &serde_json::Map<String, Json>) -> Vec<String> {
    /// The members on the way to a reference, and `enabled` next to it, which `enable` replaces.
    const KNOWN: [&str; 11] = [
        "properties",
        "virtualMachineProfile",
        "securityProfile",
        "proxyAgentSettings",
        "imds",
        "wireServer",
        "inVMAccessControlProfileReferenceId",
        "enabled",
        "addProxyAgentExtension",
        // azapi puts these next to the body.
        "location",
        "tags",
    ];
    fn walk(path: &str, members: &serde_json::Map<String, Json>, found: &mut Vec<String>) {
        for (name, value) in members {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            match value {
                Json::Null => {}
                _ if !KNOWN.contains(&name.as_str()) => found.push(path),
                Json::Object(inner) => walk(&path, inner, found),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    walk("", body, &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::super::endpoint::Endpoint;
    use super::*;
    use crate::plugin::Value;
    use crate::provider::azure_double::{GALLERY, PROFILE};
    use serde_json::json;

    fn moved(body: Json) -> Result<Stored, Diagnostic> {
        let machine = GALLERY.replace("galleries/g", "virtualMachines/vm");
        take_over(&Move {
            source_provider: "registry.terraform.io/azure/azapi".to_owned(),
            source_type: SOURCE_TYPE.to_owned(),
            source_version: 2,
            source_state: json!({
                "id": machine, "resource_id": machine, "name": "vm", "parent_id": "/subscriptions/s/resourceGroups/rg",
                "type": "Microsoft.Compute/virtualMachines@2024-11-01", "body": body, "output": {}, "timeouts": null
            }),
            source_private: Vec::new(),
        })
    }

    fn settings(settings: &Json) -> Json {
        json!({"properties": {"securityProfile": {"proxyAgentSettings": settings}}})
    }

    fn reference() -> Json {
        json!({"inVMAccessControlProfileReferenceId": format!("{PROFILE}/versions/1.0.0")})
    }

    #[test]
    fn references_are_read_from_every_spelling_of_a_body() {
        let body = settings(&json!({"enabled": true, "imds": reference(), "wireServer": null}));
        for body in [
            body.clone(),
            Json::String(body.to_string()),
            json!({"type": ["object", {}], "value": body.clone()}),
        ] {
            let state = Model::read(&moved(body).unwrap().state);
            let version = format!("{PROFILE}/versions/1.0.0");
            assert_eq!(state.imds_profile_version_id, version.as_str().into());
            assert_eq!(state.attached(Endpoint::Imds), Some(version.as_str()));
            assert_eq!(state.wire_server_profile_version_id, Value::Null);
        }
    }

    #[test]
    fn a_move_that_would_lose_settings_is_refused() {
        let nothing = moved(settings(&json!({"enabled": true}))).unwrap_err();
        assert!(
            nothing.detail.contains("sets no `inVMAccessControlProfileReferenceId`"),
            "{}",
            nothing.detail
        );
        let mut more = settings(&json!({"imds": reference(), "wireServer": {"mode": "Audit"}}));
        more["properties"]["licenseType"] = "None".into();
        let detail = moved(more).unwrap_err().detail;
        assert!(detail.contains("`properties.licenseType`"), "{detail}");
        assert!(detail.contains("proxyAgentSettings.wireServer.mode`"), "{detail}");
    }
}
