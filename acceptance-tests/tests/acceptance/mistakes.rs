//! Wrong input, found by `validate`, each told on the attribute it is about.

use acceptance_tests::scenario::{Problem, Scenario, scenario};

use crate::configurations::{PROFILE, RULES, version};

/// The one error of a configuration.
#[track_caller]
fn only(s: &Scenario, config: &str) -> Problem {
    let all = s.validate(config);
    let mut errors: Vec<_> = all.iter().filter(|one| one.severity == "error").cloned().collect();
    assert_eq!(errors.len(), 1, "{all:#?} in {config}");
    errors.remove(0)
}

#[test]
fn of_a_profile() {
    scenario(|s| {
        for (from, to, code, words) in [
            ("local.gallery_id", "\"galleries/g\"", "gallery_id", "starts with \"/subscriptions/\""),
            ("local.gallery_id", "\"/subscriptions/x/resourceGroups/rg\"", "gallery_id", "gallery_id"),
            ("\"web\"\n  location", "\"-web-\"\n  location", "name ", "name"),
            ("\"westus\"", "\"west-us\"", "location", "no region has"),
            ("\"Linux\"", "\"linux\"", "os_type", "Did you mean `Linux`?"),
            ("\"IMDS\"", "\"HostGAPlugin\"", "applicable_host_endpoint", "`WireServer` and `IMDS`"),
            ("os_type ", "tags = { \"a/b\" = \"c\" }\n  os_type ", "tags", "a/b"),
            ("os_type ", "timeouts { create = \"soon\" }\n  os_type ", "create", "`soon` is no duration"),
            (
                "os_type ",
                "colour = \"red\"\n  os_type ",
                "colour",
                "An argument named \"colour\" is not expected here",
            ),
            ("os_type ", "tags = \"red\"\n  os_type ", "tags", "map of string required"),
            ("  os_type                  = \"Linux\"\n", "", "gallery_invm_access_profile", "os_type"),
        ] {
            assert!(PROFILE.contains(from), "{from}");
            let problem = only(s, &PROFILE.replacen(from, to, 1));
            assert!(problem.code.contains(code), "{to}: {problem:#?}");
            assert!(problem.detail.contains(words), "{to}: {problem:#?}");
        }
    });
}

#[test]
fn of_a_version() {
    scenario(|s| {
        let config = |more: &str| format!("{PROFILE}{}", version(more));
        for (from, to, code, words) in [
            ("\"Enforce\"", "\"enforce\"", "mode", "Did you mean `Enforce`?"),
            ("\"Deny\"", "\"Refuse\"", "default_access", "`Allow` and `Deny`"),
            ("mode ", "name = \"v1\"\n  mode ", "name", "like 1.0.0"),
            ("mode ", "name = \"1.0\"\n  mode ", "name", "like 1.0.0"),
            (
                "mode ",
                "target_regions = [\"West US\", \"westus\"]\n  mode ",
                "target_regions",
                "the same region",
            ),
            ("mode ", "exclude_from_latest = \"perhaps\"\n  mode ", "exclude_from_latest", "bool required"),
            ("gallery_invm_access_profile.web.id", "local.gallery_id", "profile_id", "gallery"),
        ] {
            let problem = only(s, &config("").replacen(from, to, 1));
            assert!(problem.code.contains(code), "{to}: {problem:#?}");
            assert!(problem.detail.contains(words), "{to}: {problem:#?}");
        }
    });
}

#[test]
fn of_rules() {
    scenario(|s| {
        for (from, to, subject, words) in [
            ("\"token\", \"instance\"]", "\"tokens\", \"instance\"]", "rules.roles[\"app\"]", "\"token\""),
            (
                "identities = [\"web\"]",
                "identities = [\"wed\"]",
                "rules.role_assignments[\"app\"]",
                "\"web\"",
            ),
            (
                "role_assignments = { app",
                "role_assignments = { ap",
                "rules.role_assignments[\"ap\"]",
                "\"app\"",
            ),
            ("instance = {", "Token = {", "rules.privileges", "case"),
            ("user_name = \"web\", exe_path = \"/opt/web/bin/server\"", "", "rules.identities[\"web\"]", ""),
            ("\"/metadata/instance\"", "\"metadata/instance\"", "rules.privileges[\"instance\"]", "/"),
            ("path = \"/metadata/instance\"", "paht = \"/metadata/instance\"", "", "\"path\" is required"),
            ("[\"token\", \"instance\"]", "[\"token\", null]", "rules.roles", "null"),
            ("{ path = \"/metadata/instance\" }", "null", "rules.privileges", "null"),
            ("{ user_name", "{ colour = 1, user_name", "", ""),
        ] {
            assert!(RULES.contains(from), "{from}");
            let rules = RULES.replacen(from, to, 1);
            let rules = if to == "Token = {" { rules.replace("\"instance\"]", "\"Token\"]") } else { rules };
            let all = s.validate(&format!("{PROFILE}{}", version(&rules)));
            let errors: Vec<_> = all.iter().filter(|one| one.severity == "error").collect();
            if to.contains("colour") {
                // Terraform itself drops members that a nested attribute does not have, or says so.
                continue;
            }
            assert!(!errors.is_empty(), "{to}: {all:#?}");
            let found = errors.iter().any(|one| one.detail.contains(subject) && one.detail.contains(words));
            assert!(found, "{to}: {errors:#?}");
            assert!(errors.iter().all(|one| one.line.is_some()), "{to}: {errors:#?}");
        }
    });
}

#[test]
fn findings_that_are_no_errors_are_told_once_and_can_be_silenced() {
    scenario(|s| {
        let rules = RULES.replace(
            "roles            = { app = { privileges = [\"token\", \"instance\"] } }",
            "roles            = { app = { privileges = [\"token\"] } }",
        );
        let config = format!("{PROFILE}{}", version(&rules));
        s.write(&config);
        let plan = s.replan(&[]);
        let unused = "rules.privileges[\"instance\"]: is granted to nobody";
        assert_eq!(plan.output.times(unused), 1, "{}", plan.output);
        let silent = config.replace("  rules {", "  lint = { L04 = \"off\" }\n  rules {");
        assert_eq!(s.plan(&silent).output.times(unused), 0);
        let strict = config.replace("  rules {", "  lint = { L04 = \"error\" }\n  rules {");
        assert!(s.plan_fails(&strict).says(unused));
    });
}
