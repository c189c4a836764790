//! A service that returns equal values in other spellings: case, order, nulls, defaults filled in.

use acceptance_tests::scenario::scenario_with;

use crate::configurations::{PROFILE, RULES, V, WEB, both, version, with};

#[test]
fn other_spellings_make_no_difference() {
    scenario_with(&["--shout"], |s| {
        s.apply(&both());
        let state = s.state();
        assert_eq!(state.attributes(WEB)["id"], s.profile("web").as_str(), "ids as the provider writes them");
        assert_eq!(state.attributes(WEB)["location"], "westus");
        assert_eq!(state.attributes(V)["mode"], "Enforce");

        let full = format!(
            "name = \"1.0.0\"\n  location = \"westus\"\n  target_regions = [\"West US\", \"eastus2\"]\n  tags = {{ A = \"b\" }}\n  \
             exclude_from_latest = false\n{RULES}"
        );
        let config = format!(
            "{}{}",
            PROFILE.replace("os_type ", "description = \"x\"\n  tags = {}\n  os_type "),
            version(&full)
        );
        let plan = s.plan(&config);
        assert_eq!((plan.actions(WEB), plan.actions(V)), ("update".into(), "update".into()));
        s.apply_planned();
        assert_eq!(s.state().attributes(V)["target_regions"], serde_json::json!(["West US", "eastus2"]));

        s.apply(&with(&config, "mode", "\"Audit\""));
        s.apply(&format!("{PROFILE}{}", version("name = \"1.0.0\"\n")));
        s.apply(PROFILE);
    });
}
