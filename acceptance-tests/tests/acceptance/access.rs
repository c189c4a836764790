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

        let changed = RULES
            .replace("[\"token\", \"instance\"]", "[\"token\"]")
            .replace("bin/server\" }", "bin/server\" }, job = { exe_path = \"/opt/job\" }")
            .replace("identities = [\"web\"]", "identities = [\"web\", \"job\"]");
        let plan = s.plan(&config(&changed));
        assert_eq!(plan.before(V)["grants"], json!(["web -> instance (app)", "web -> token (app)"]));
        assert_eq!(plan.after(V)["grants"], json!(["job -> token (app)", "web -> token (app)"]));
        assert!(plan.output.says("- \"web -> instance (app)\","), "{}", plan.output);
        assert!(plan.output.says("+ \"job -> token (app)\","), "{}", plan.output);
        // By name, and nothing about the rules that stay.
        assert!(plan.output.says("+ \"job\" = {"), "{}", plan.output);
        assert!(
            plan.output.says("# (2 unchanged attributes hidden)") || !plan.output.says("/opt/web/bin/server")
        );
        s.apply_planned();
    });
}
