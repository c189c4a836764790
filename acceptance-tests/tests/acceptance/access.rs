//! The `grants` attribute: who may do what, before and after.

use acceptance_tests::scenario::scenario;
use serde_json::json;

use crate::configurations::{PROFILE, RULES, V, version};

#[test]
fn the_plan_shows_who_gains_and_who_loses() {
    scenario(|s| {
        let config = |rules: &str| format!("{PROFILE}{}", version(rules));
        let plan = s.plan(&config(RULES));
        assert_eq!(
            plan.after(V)["grants"],
            json!(["web -> instance (app)", "web -> token (app)"]),
            "known at once"
        );
        s.apply_planned();

        let more = RULES
            .replace("bin/server\" }", "bin/server\" }, job = { exe_path = \"/opt/job\" }")
            .replace("identities = [\"web\"]", "identities = [\"web\", \"job\"]");
        let plan = s.plan(&config(&more));
        assert!(
            plan.output.says("+ \"job -> instance (app)\", + \"job -> token (app)\","),
            "{}",
            plan.output
        );
        // By name, and nothing about unchanged rules.
        assert!(plan.output.says("+ \"job\" = {"), "{}", plan.output);
        assert!(!plan.output.says("/opt/web/bin/server"), "{}", plan.output);
        s.apply_planned();

        let less = more
            .replace("[\"token\", \"instance\"]", "[\"token\"]")
            .replace("[\"web\", \"job\"]", "[\"web\"]");
        let plan = s.plan(&config(&less));
        assert_eq!(plan.before(V)["grants"].as_array().unwrap().len(), 4);
        assert_eq!(plan.after(V)["grants"], json!(["web -> token (app)"]));
        for lost in ["job -> instance (app)", "job -> token (app)", "web -> instance (app)"] {
            assert!(plan.output.says(&format!("- \"{lost}\",")), "{}", plan.output);
        }
        s.apply_planned();
    });
}
