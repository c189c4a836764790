//! Writes that take time, announced in each of ARM's forms.

use acceptance_tests::scenario::{scenario, scenario_with};
use serde_json::json;

use crate::configurations::{PROFILE, V, WEB, both, version, with};

const WAIT: [&str; 4] = ["--operation-seconds", "0.2", "--retry-after", "none"];

#[test]
fn each_form_is_waited_for() {
    scenario_with(&WAIT, |s| {
        for form in ["async", "both", "location", "state"] {
            s.emulator.set(&json!({"operations": form})).unwrap();
            s.apply(&both());
            let object = s.emulator.object(&s.version("web", "1.0.0")).unwrap();
            assert_eq!(object["properties"]["provisioningState"], "Succeeded", "{form}");
            s.write(&with(&both(), "mode", "\"Audit\""));
            s.run_well(&["apply", "-no-color", "-auto-approve", "-refresh=false"]);
            let destroyed = s.run_well(&["destroy", "-no-color", "-auto-approve", "-refresh=false"]);
            assert!(destroyed.says("2 destroyed"), "{form}: {destroyed}");
            assert!(s.new_objects().is_empty(), "{form}");
        }
    });
}

#[test]
fn a_failed_operation_keeps_existing_objects_in_the_state() {
    scenario_with(&WAIT, |s| {
        s.emulator.set(&json!({"operations": "async"})).unwrap();
        let failing = |method: &str, path: &str| {
            json!([{
                "match": {"method": method, "path": path},
                "action": {"do": "operation", "code": "ReplicationJobFailed", "message": "no room in westus"}
            }])
        };
        s.emulator.faults(&failing("PUT", "/subscriptions/**/versions/*")).unwrap();
        let output = s.apply_fails(&both());
        assert!(output.says("ReplicationJobFailed") && output.says("no room in westus"), "{output}");
        assert!(s.state().is_tainted(V));
        // The failed one is replaced, the other kept.
        let plan = s.replan(&[]);
        assert_eq!((plan.actions(WEB), plan.actions(V)), ("no-op".into(), "delete, create".into()));
        s.apply_planned();

        s.emulator.faults(&failing("DELETE", "/subscriptions/**/versions/*")).unwrap();
        let output = s.apply_fails(PROFILE);
        assert!(output.says("could not be deleted") && output.says("no room in westus"), "{output}");
        s.apply(PROFILE);
    });
}

#[test]
fn a_parent_that_still_counts_its_deleted_children_is_waited_for() {
    scenario_with(&["--delete-lag-seconds", "1.5"], |s| {
        s.apply(&format!("{PROFILE}{}", version("")));
        // The scenario's own destroy is the test.
    });
}

#[test]
fn a_parallel_apply_of_many_versions_is_one_each() {
    scenario(|s| {
        let many = version("  count = 12\n  name = \"1.0.${count.index}\"\n");
        let config = format!("{PROFILE}{many}");
        s.apply(&config);
        assert_eq!(s.new_objects().len(), 13);
    });
}
