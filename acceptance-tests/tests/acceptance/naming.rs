//! Version names that the provider chooses.

use acceptance_tests::scenario::{Scenario, scenario};
use serde_json::json;

use crate::configurations::{PROFILE, RULES, V, version, version_of, with};

fn name(s: &Scenario, address: &str) -> String {
    s.state().attributes(address)["name"].as_str().unwrap_or_default().to_owned()
}

fn exe(path: &str) -> String {
    RULES.replace("/opt/web/bin/server", path)
}

#[test]
fn the_first_the_next_and_a_replacement() {
    scenario(|s| {
        let first = version(&exe("/a"));
        s.apply(&format!("{PROFILE}{first}"));
        assert_eq!(name(s, V), "1.0.0");
        let second = version_of("second", RULES);
        s.apply(&format!("{PROFILE}{first}{second}"));
        assert_eq!(name(s, "gallery_invm_access_profile_version.second"), "1.0.1");

        // Destroyed first: the new one is above all previous ones.
        s.apply(&format!("{PROFILE}{}{second}", version(&exe("/b"))));
        assert_eq!(name(s, V), "1.0.2");
        // Also if the replaced one was the highest, and Azure has forgotten it.
        s.apply(&format!("{PROFILE}{}", version(&exe("/c"))));
        assert_eq!(name(s, V), "1.0.3");
        s.apply(&format!("{PROFILE}{}", version(&exe("/d"))));
        assert_eq!(name(s, V), "1.0.4");
    });
}

#[test]
fn a_replacement_created_first() {
    scenario(|s| {
        let config = |path: &str| {
            let more = format!("{}\n  lifecycle {{\n    create_before_destroy = true\n  }}", exe(path));
            format!("{PROFILE}{}", version(&more))
        };
        s.apply(&config("/a"));
        let plan = s.plan(&config("/b"));
        assert_eq!(plan.actions(V), "create, delete");
        assert_eq!(plan.output.times("Rules are replaced under the same version name"), 0, "{}", plan.output);
        s.apply_planned();
        assert_eq!(name(s, V), "1.0.1");
        assert_eq!(s.new_objects().len(), 2);
    });
}

#[test]
fn a_replacement_gets_the_name_above_the_highest() {
    scenario(|s| {
        s.apply(&format!("{PROFILE}{}", version(&format!("name = \"4.5.6\"\n{RULES}"))));
        let auto = format!("{PROFILE}{}", version(RULES));
        s.apply(&auto);
        assert_eq!(name(s, V), "4.5.6", "omitting the name keeps it");
        s.reapply(&[&format!("-replace={V}")]);
        assert_eq!(name(s, V), "4.5.7");
        // The successor of any version in a state is above it, whoever deleted it.
        s.stranger(&s.version("web", "9.0.0"), &json!({"location": "westus", "properties": {"mode": "Audit",
            "defaultAccess": "Allow", "rules": {"privileges": [], "roles": [], "identities": [], "roleAssignments": []}}}));
        s.reapply(&[&format!("-replace={V}")]);
        assert_eq!(name(s, V), "9.0.1");
        s.emulator.remove(&s.version("web", "9.0.0")).unwrap();
        s.adopted(&s.version("web", "9.0.0"));
    });
}

#[test]
fn several_new_versions_get_different_names() {
    scenario(|s| {
        s.apply(&format!("{PROFILE}{}", version("  count = 6\n")));
        let state = s.state();
        let mut names: Vec<_> = (0..6)
            .map(|i| state.attributes(&format!("{V}[{i}]"))["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        assert_eq!(names, ["1.0.0", "1.0.1", "1.0.2", "1.0.3", "1.0.4", "1.0.5"]);
    });
}

#[test]
fn a_new_mode_or_default_access_takes_the_next_number() {
    scenario(|s| {
        let config = format!("{PROFILE}{}", version(RULES));
        s.apply(&config);
        let mut changed = config;
        for (attribute, value, expected) in
            [("mode", "\"Audit\"", "1.0.1"), ("default_access", "\"Allow\"", "1.0.2")]
        {
            changed = with(&changed, attribute, value);
            let plan = s.plan(&changed);
            assert_eq!((plan.actions(V), plan.replaced_by(V)), ("delete, create".into(), vec![attribute]));
            assert!(!plan.output.says("may not notice"), "{}", plan.output);
            s.apply_planned();
            assert_eq!(name(s, V), expected);
        }
    });
}

#[test]
fn a_number_is_not_reused_after_a_deletion_outside() {
    scenario(|s| {
        s.apply(&format!("{PROFILE}{}", version(RULES)));
        s.emulator.remove(&s.version("web", "1.0.0")).unwrap();
        let plan = s.replan(&[]);
        assert_eq!(plan.output.times("Version 1.0.0 was deleted outside of Terraform"), 1, "{}", plan.output);
        assert_eq!(plan.actions(V), "delete, create");
        s.apply_planned();
        assert_eq!(name(s, V), "1.0.1");

        // With the profile, too.
        s.emulator.remove(&s.profile("web")).unwrap();
        s.reapply(&[]);
        assert_eq!(name(s, V), "1.0.2");

        // What was deleted outside can be destroyed, too.
        s.emulator.remove(&s.version("web", "1.0.2")).unwrap();
        s.apply(PROFILE);
    });
}
