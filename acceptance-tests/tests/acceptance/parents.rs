//! Parents that do not exist, or that the login may not use.

use acceptance_tests::scenario::scenario;
use serde_json::json;

use crate::configurations::{PROFILE, both, with};

#[test]
fn missing_parents_are_named() {
    scenario(|s| {
        for (gallery, code) in [
            ("replace(local.gallery_id, \"galleries/g\", \"galleries/nowhere\")", "nowhere"),
            (
                "replace(local.gallery_id, \"resourceGroups/rg\", \"resourceGroups/nowhere\")",
                "ResourceGroupNotFound",
            ),
            (
                "replace(local.gallery_id, \"7e4a0000-0000-4000-8000-000000000004\", \"00000000-0000-0000-0000-000000000009\")",
                "SubscriptionNotFound",
            ),
        ] {
            let output = s.apply_fails(&with(PROFILE, "gallery_id", gallery));
            assert_eq!(output.times("In-VM access profile could not be created"), 1, "{output}");
            assert!(output.says(code), "{code}: {output}");
        }
        let config = r#"
resource "gallery_invm_access_profile_version" "v" {
  profile_id     = "${local.gallery_id}/inVMAccessControlProfiles/nowhere"
  mode           = "Enforce"
  default_access = "Deny"
}
"#;
        let output = s.apply_fails(config);
        assert!(output.says("In-VM access profile version could not be created"), "{output}");
        assert!(output.says("nowhere") && output.says("NotFound"), "{output}");
        // With the region set, the parent is not read; Azure says that it is missing.
        let output =
            s.apply_fails(&with(config, "mode", "\"Audit\"\n  location = \"westus\"\n  name = \"1.0.0\""));
        assert!(output.says("Create the gallery and the profile first"), "{output}");
    });
}

#[test]
fn a_forbidden_write_names_the_missing_permission() {
    scenario(|s| {
        let forbid = |method: &str| {
            json!([{
                "match": {"method": method, "path": "/subscriptions/**"},
                "count": null,
                "action": {"do": "answer", "status": 403, "body": {"error": {
                    "code": "AuthorizationFailed",
                    "message": "The client 'x' with object id 'y' does not have authorization to perform this."}}}
            }])
        };
        s.emulator.faults(&forbid("PUT")).unwrap();
        let output = s.apply_fails(PROFILE);
        assert!(
            output.says("Code: AuthorizationFailed Message: The client 'x' with object id 'y' does not"),
            "{output}"
        );
        assert!(output.says("Microsoft.Compute/galleries/inVMAccessControlProfiles/write"), "{output}");
        s.emulator.faults(&json!([])).unwrap();
        s.apply(&both());
        s.emulator.faults(&forbid("DELETE")).unwrap();
        let output = s.apply_fails(PROFILE);
        assert!(
            output.says("Microsoft.Compute/galleries/inVMAccessControlProfiles/versions/delete"),
            "{output}"
        );
        s.emulator.faults(&json!([])).unwrap();
    });
}

#[test]
fn versions_that_terraform_does_not_know_of_keep_their_profile() {
    scenario(|s| {
        s.apply(PROFILE);
        let id = s.version("web", "1.0.0");
        s.stranger(
            &id,
            &json!({"location": "westus", "properties": {"mode": "Audit", "defaultAccess": "Allow",
            "rules": {"privileges": [], "roles": [], "identities": [], "roleAssignments": []}}}),
        );
        let config = PROFILE.replace("os_type ", "timeouts { delete = \"2s\" }\n  os_type ");
        s.apply(&config);
        let output = s.apply_fails("");
        assert!(output.says("could not be deleted"), "{output}");
        assert!(output.says("Delete the versions of the profile first"), "{output}");
        assert!(output.says("versions/1.0.0"), "{output}");
        s.emulator.remove(&id).unwrap();
        s.adopted(&id);
    });
}
