//! Existing objects: a create never overwrites them, and existing rules are not refused.

use acceptance_tests::host::Feature;
use acceptance_tests::scenario::scenario;
use serde_json::json;

use crate::configurations::{PROFILE, V, WEB, both};

#[test]
fn creating_an_existing_profile_prints_the_import_block() {
    scenario(|s| {
        let id = s.profile("web");
        let theirs = json!({"location": "westus", "tags": {"owner": "somebody"},
            "properties": {"osType": "Linux", "applicableHostEndpoint": "IMDS", "description": "theirs"}});
        s.stranger(&id, &theirs);
        let output = s.apply_fails(PROFILE);
        assert_eq!(output.times("In-VM access profile already exists"), 1, "{output}");
        assert!(output.says(&format!("import {{ to = {WEB} id = \"{id}\" }}")), "{output}");
        assert!(s.requests().iter().all(|request| request.method == "GET"));

        // Pasting the block is all that is needed.
        s.adopted(&id);
        s.take_over(PROFILE, WEB, &id);
    });
}

#[test]
fn creating_an_existing_version_prints_the_import_block() {
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

/// A version as another tool published it: a process name that is not the executable's, and a group that
/// SYSTEM is not in.
const THEIRS: &str = r#"
resource "gallery_invm_access_profile_version" "v" {
  profile_id     = gallery_invm_access_profile.web.id
  name           = "2.0.0"
  location       = "westus"
  mode           = "Audit"
  default_access = "Allow"
  rules {
    privileges       = { state = { path = "/machine", query_parameters = { comp = "goalstate" } } }
    roles            = { setup = { privileges = ["state"] } }
    identities       = { script = { user_name = "SYSTEM", group_name = "Administrators", exe_path = "C:\\Windows\\System32\\cscript.exe", process_name = "cscript" } }
    role_assignments = { setup = { identities = ["script"] } }
  }
}
"#;

#[test]
fn existing_rules_are_imported_with_warnings_and_refused_in_a_new_version() {
    scenario(|s| {
        let windows = PROFILE.replace("\"Linux\"", "\"Windows\"").replace("\"IMDS\"", "\"WireServer\"");
        s.apply(&windows);
        let id = s.version("web", "2.0.0");
        let rules = json!({
            "privileges": [{"name": "state", "path": "/machine", "queryParameters": {"comp": "goalstate"}}],
            "roles": [{"name": "setup", "privileges": ["state"]}],
            "identities": [{"name": "script", "userName": "SYSTEM", "groupName": "Administrators",
                "exePath": "C:\\Windows\\System32\\cscript.exe", "processName": "cscript"}],
            "roleAssignments": [{"role": "setup", "identities": ["script"]}]});
        let theirs = json!({"mode": "Audit", "defaultAccess": "Allow", "rules": rules});
        s.stranger(&id, &json!({"location": "westus", "properties": theirs}));

        let output = s.plan_fails(&format!("{windows}{}", THEIRS.replace("2.0.0", "2.0.1")));
        assert_eq!(output.times("Error: Process name never matches"), 1, "{output}");
        assert!(output.says("`lint = { L31 = \"off\" }` silences it"), "{output}");

        s.adopted(&id);
        if !s.can(Feature::ImportBlock) {
            s.take_over(&format!("{windows}{THEIRS}"), V, &id);
            return;
        }
        let import = format!("{windows}{THEIRS}\nimport {{\n  to = {V}\n  id = \"{id}\"\n}}\n");
        let plan = s.plan(&import);
        assert!(plan.output.says("1 to import, 0 to add, 0 to change, 0 to destroy"), "{}", plan.output);
        assert!(
            plan.output.says("Warning: Process name never matches: identity \"script\""),
            "{}",
            plan.output
        );
        // The plan that follows is empty.
        s.apply_planned();
    });
}

#[test]
fn a_replacement_that_cannot_be_created_deletes_nothing() {
    scenario(|s| {
        s.apply(&both());
        let (old, taken) = (s.version("web", "1.0.0"), s.version("web", "1.0.1"));
        let theirs = json!({"location": "westus", "properties": {"mode": "Audit", "defaultAccess": "Allow",
            "rules": {"privileges": [], "roles": [], "identities": [], "roleAssignments": []}}});
        s.stranger(&taken, &theirs);
        let renamed = both().replace("\"1.0.0\"", "\"1.0.1\"");
        let output = s.plan_fails(&renamed);
        assert_eq!(output.times("In-VM access profile version already exists"), 1, "{output}");
        assert!(output.says("it would delete the old profile version and then fail"), "{output}");

        let elsewhere = both().replace(&format!("{WEB}.id"), &format!("\"{}\"", s.profile("gone")));
        let output = s.plan_fails(&elsewhere);
        assert!(output.says("The profile for the new profile version does not exist"), "{output}");
        assert!(output.says("profile_id = \"/subscriptions/"), "{output}");

        let other = s.profile("other");
        s.stranger(
            &other,
            &json!({"location": "westus",
            "properties": {"osType": "Linux", "applicableHostEndpoint": "IMDS"}}),
        );
        let output = s.plan_fails(&both().replace("\"web\"\n  location", "\"other\"\n  location"));
        assert_eq!(output.times("In-VM access profile already exists"), 1, "{output}");
        let output = s.plan_fails(&both().replace("local.gallery_id", "\"${local.gallery_id}x\""));
        assert!(output.says("The gallery for the new profile does not exist"), "{output}");

        assert!(s.new_objects().contains(&old.to_ascii_lowercase()), "nothing was deleted");
        for id in [taken, other] {
            s.emulator.remove(&id).unwrap();
            s.adopted(&id);
        }
        s.apply(&renamed);
    });
}
