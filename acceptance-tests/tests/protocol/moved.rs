//! Objects that azapi manages, taken over without a write to Azure.

use serde_json::json;

use super::{PROFILE, Rig, VERSION, text, version};

#[test]
fn objects_of_azapi_are_taken_over_without_a_write() {
    let mut rig = Rig::new(&["--shout"]);
    let profile = text(&rig.make(PROFILE, &rig.profile("web")).state, "id");
    let arguments = version(&profile);
    let object = rig.make(VERSION, &arguments);
    let id = text(&object.state, "id");
    let body = json!({"properties": {
        "mode": "Audit", "defaultAccess": "Deny",
        "rules": {
            "privileges": [{"name": "p", "path": "/metadata/instance", "queryParameters": {"k": "v"}}],
            "roles": [{"name": "r", "privileges": ["p"]}],
            "identities": [{"name": "i", "userName": "web"}],
            "roleAssignments": [{"role": "r", "identities": ["i"]}]
        }
    }});
    rig.emulator.forget_requests().unwrap();
    let kind = "Microsoft.Compute/galleries/inVMAccessControlProfiles";
    for body in [json!(body.to_string()), json!({"type": "dynamic", "value": body})] {
        let stored = json!({
            "id": id, "name": "1.0.0", "parent_id": profile, "type": format!("{kind}/versions@2024-03-03"),
            "location": "westus", "body": body
        });
        rig.on(async |host| {
            let source = ("registry.opentofu.org/azure/azapi", "azapi_resource", 2);
            let moved = host.take_over(VERSION, source, &stored).await.unwrap();
            let config = host.config(VERSION, &arguments).unwrap();
            let plan = host.plan(VERSION, Some(&moved), &config).await.unwrap();
            assert!(plan.is_empty, "{plan:#?}");
            assert_eq!(moved.identity, object.identity);
        });
    }
    let requests = rig.emulator.requests().unwrap();
    assert!(requests.iter().all(|request| matches!(request.method.as_str(), "GET" | "POST")), "{requests:?}");
}
