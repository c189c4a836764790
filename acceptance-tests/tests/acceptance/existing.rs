//! A create never overwrites what is there.

use acceptance_tests::scenario::scenario;
use serde_json::json;

use crate::configurations::{PROFILE, V, WEB, both};

#[test]
fn a_profile_that_exists_is_answered_with_the_import_block() {
    scenario(|s| {
        let id = s.profile("web");
        let theirs = json!({"location": "westus", "tags": {"owner": "somebody"},
            "properties": {"osType": "Linux", "applicableHostEndpoint": "IMDS", "description": "theirs"}});
        s.stranger(&id, &theirs);
        let output = s.apply_fails(PROFILE);
        assert_eq!(output.times("In-VM access profile already exists"), 1, "{output}");
        assert!(output.says(&format!("import {{ to = {WEB} id = \"{id}\" }}")), "{output}");
        assert!(s.requests().iter().all(|request| request.method == "GET"));

        // Pasting the block is all it takes.
        s.adopted(&id);
        s.apply(&format!("{PROFILE}\nimport {{\n  to = {WEB}\n  id = \"{id}\"\n}}\n"));
    });
}

#[test]
fn a_version_that_exists_is_answered_with_the_import_block() {
    scenario(|s| {
        s.apply(PROFILE);
        let id = s.version("web", "1.0.0");
        s.stranger(
            &id,
            &json!({"location": "westus", "properties": {"mode": "Audit", "defaultAccess": "Allow",
            "rules": {"privileges": [], "roles": [], "identities": [], "roleAssignments": []}}}),
        );
        let output = s.apply_fails(&both());
        assert_eq!(output.times("In-VM access profile version already exists"), 1, "{output}");
        assert!(output.says(&format!("id = \"{id}\"")), "{output}");
        assert!(output.says("to = gallery_invm_access_profile_version."), "{output}");
        assert!(s.state().attributes(V).is_null());
        s.emulator.remove(&id).unwrap();
        s.adopted(&id);
    });
}
