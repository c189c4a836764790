//! Changes and deletions outside Terraform.

use acceptance_tests::scenario::scenario;
use serde_json::{Value, json};

use crate::configurations::{PROFILE, RULES, V, WEB, both, version};

#[test]
fn a_deleted_version_is_made_again() {
    scenario(|s| {
        s.apply(&both());
        s.emulator.remove(&s.version("web", "1.0.0")).unwrap();
        let plan = s.replan(&[]);
        assert_eq!((plan.actions(WEB), plan.actions(V)), ("no-op".into(), "create".into()));
        s.apply_planned();
    });
}

#[test]
fn a_deleted_profile_is_made_again_with_its_versions() {
    scenario(|s| {
        s.apply(&both());
        s.emulator.remove(&s.profile("web")).unwrap();
        let plan = s.replan(&[]);
        assert_eq!((plan.actions(WEB), plan.actions(V)), ("create".into(), "create".into()));
        s.apply_planned();
    });
}

#[test]
fn objects_deleted_outside_can_be_destroyed() {
    scenario(|s| {
        s.apply(&both());
        s.emulator.remove(&s.profile("web")).unwrap();
        // Without a refresh: the delete itself finds nothing, which is not an error.
        s.run_well(&["destroy", "-no-color", "-input=false", "-auto-approve", "-refresh=false"]);
    });
}

#[test]
fn a_deleted_gallery_is_reported_and_its_objects_planned_again() {
    scenario(|s| {
        s.apply(&both());
        let gallery = s.emulator.object(s.gallery()).unwrap();
        s.emulator.remove(s.gallery()).unwrap();
        let plan = s.replan(&[]);
        assert_eq!((plan.actions(WEB), plan.actions(V)), ("create".into(), "create".into()));
        assert_eq!(plan.output.times("The gallery of an object is gone"), 1, "{}", plan.output);

        // That cannot be done before the gallery exists again, and then can.
        let output = s.reapply_fails(&[]);
        assert!(output.says("Create the gallery"), "{output}");
        s.emulator.put(s.gallery(), &gallery).unwrap();
        s.reapply(&[]);
    });
}

#[test]
fn an_unreadable_object_is_an_error_and_stays_in_the_state() {
    scenario(|s| {
        s.apply(&both());
        s.emulator
            .faults(&json!([{
                "name": "no right to read",
                "match": {"method": "GET", "path": "/subscriptions/**"},
                "count": null,
                "action": {"do": "answer", "status": 403, "body": {"error": {
                    "code": "AuthorizationFailed",
                    "message": "The client 'x' does not have authorization to perform action 'read'."}}}
            }]))
            .unwrap();
        let output = s.run(&["plan", "-no-color", "-input=false"]);
        assert_eq!(output.code, Some(1), "{output}");
        assert!(output.says("AuthorizationFailed") && output.says("does not have authorization"), "{output}");
        assert!(output.says("Microsoft.Compute/galleries/inVMAccessControlProfiles/read"), "{output}");
        assert_eq!(s.state().addresses(), [WEB, V]);
        s.emulator.faults(&json!([])).unwrap();
        s.nothing_to_do();
    });
}

#[test]
fn every_changed_attribute_of_a_profile_is_found_and_restored() {
    scenario(|s| {
        let config =
            PROFILE.replace("os_type ", "description = \"mine\"\n  tags = { a = \"b\" }\n  os_type ");
        s.apply(&config);
        let id = s.profile("web");
        let before = s.emulator.object(&id).unwrap();
        for (attribute, change) in [
            ("applicable_host_endpoint", json!({"properties": {"applicableHostEndpoint": "WireServer"}})),
            ("description", json!({"properties": {"description": "theirs"}})),
            ("description", json!({"properties": {"description": null}})),
            ("tags", json!({"tags": {"a": "c", "x": "y"}})),
            ("tags", json!({"tags": null})),
        ] {
            s.emulator.edit(&id, &change).unwrap();
            let plan = s.replan(&[]);
            assert_eq!(plan.actions(WEB), "update", "{attribute} {change}");
            assert_eq!(differing(plan.before(WEB), plan.after(WEB)), [attribute], "{change}");
            s.apply_planned();
            assert_eq!(s.emulator.object(&id).unwrap()["properties"], before["properties"]);
        }
        s.emulator.edit(&id, &json!({"properties": {"osType": "Windows"}})).unwrap();
        assert_eq!(s.replan(&[]).replaced_by(WEB), ["os_type"]);
    });
}

#[test]
fn every_changed_attribute_of_a_version_is_found() {
    scenario(|s| {
        let more = format!(
            "name = \"1.0.0\"\n target_regions = [\"westus\"]\n exclude_from_latest = false\n tags = {{ a = \"b\" }}\n{RULES}"
        );
        s.apply(&format!("{PROFILE}{}", version(&more)));
        let id = s.version("web", "1.0.0");
        let before = s.emulator.object(&id).unwrap();
        for (attribute, change) in [
            ("mode", json!({"properties": {"mode": "Disabled"}})),
            ("default_access", json!({"properties": {"defaultAccess": "Allow"}})),
            ("exclude_from_latest", json!({"properties": {"excludeFromLatest": true}})),
            (
                "target_regions",
                json!({"properties": {"targetLocations": [{"name": "westus"}, {"name": "eastus"}]}}),
            ),
            ("tags", json!({"tags": {"a": "c"}})),
        ] {
            s.emulator.edit(&id, &change).unwrap();
            let plan = s.replan(&[]);
            assert_eq!(plan.actions(V), "update", "{attribute}");
            assert_eq!(differing(plan.before(V), plan.after(V)), [attribute]);
            s.emulator.put(&id, &before).unwrap();
        }
        let rules = |name: &str, list: Value| json!({"properties": {"rules": {name: list}}});
        for change in [
            rules("privileges", json!([{"name": "instance", "path": "/metadata/instance"}])),
            rules("roles", json!([{"name": "app", "privileges": ["instance"]}])),
            rules("identities", json!([{"name": "web", "userName": "root"}])),
            rules("roleAssignments", json!([])),
        ] {
            s.emulator.edit(&id, &change).unwrap();
            let plan = s.replan(&[]);
            assert_eq!(plan.actions(V), "delete, create", "{change}");
            assert_eq!(plan.replaced_by(V), ["rules"]);
            s.emulator.put(&id, &before).unwrap();
        }
        s.nothing_to_do();
    });
}

/// The names of the attributes that differ.
fn differing(before: &Value, after: &Value) -> Vec<String> {
    let names = after.as_object().unwrap().keys();
    names.filter(|name| before[name.as_str()] != after[name.as_str()]).cloned().collect()
}
