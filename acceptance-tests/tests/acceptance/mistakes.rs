//! Wrong input, found by `validate`, each reported on its attribute.

use acceptance_tests::scenario::{Problem, Scenario, scenario};
use serde_json::json;

use crate::configurations::{PROFILE, RULES, V, WEB, both, version, version_of, with};

/// A change that makes a valid configuration invalid.
struct Mistake {
    from: &'static str,
    to: &'static str,
    /// The content of the quoted line.
    code: &'static str,
    /// The message.
    words: &'static str,
}

const fn mistake(from: &'static str, to: &'static str, code: &'static str, words: &'static str) -> Mistake {
    Mistake { from, to, code, words }
}

/// Makes each mistake in a resource of its own, all in one configuration: a run of the CLI takes longer than
/// all of the checks. Each must be reported once, and nothing else.
fn each_is_found(s: &Scenario, right: &str, address: &str, beside: &str, mistakes: &[Mistake]) {
    let (kind, label) = address.split_once('.').unwrap();
    let wrong = mistakes.iter().enumerate().map(|(at, one)| {
        assert!(right.contains(one.from), "{}", one.from);
        let label = format!("\"{label}\" {{");
        right.replacen(&label, &format!("\"m{at}\" {{"), 1).replacen(one.from, one.to, 1)
    });
    let config = wrong.chain([beside.to_owned()]).collect::<String>();
    // Mistakes in rules are errors at plan, which knows whether the version exists.
    let is_error = |one: &Problem| {
        one.severity == "error" || one.detail.contains("A plan that creates the version fails with it.")
    };
    let errors: Vec<Problem> = s.validate(&config).into_iter().filter(is_error).collect();
    for (at, Mistake { to, code, words, .. }) in mistakes.iter().enumerate() {
        let line_of = |at| {
            let header = format!("resource {kind:?} \"m{at}\"");
            config.lines().position(|line| line.starts_with(&header)).map(|line| line as u64 + 1)
        };
        let lines = line_of(at).unwrap()..line_of(at + 1).unwrap_or(u64::MAX);
        let here = |one: &&Problem| one.line.is_some_and(|line| lines.contains(&line));
        let found: Vec<_> = errors
            .iter()
            .filter(
                |one| if one.address.is_empty() { here(one) } else { one.address == format!("{kind}.m{at}") },
            )
            .collect();
        assert_eq!(found.len(), 1, "{to}: {found:#?}");
        let Problem { detail, code: quoted, .. } = found[0];
        assert!(quoted.contains(code), "{to}: {:#?}", found[0]);
        assert!(detail.contains(words), "{to}: {:#?}", found[0]);
    }
    assert_eq!(errors.len(), mistakes.len(), "{errors:#?}");
}

#[test]
fn of_a_profile() {
    let mistakes = [
        mistake("local.gallery_id", "\"galleries/g\"", "gallery_id", "starts with \"/subscriptions/\""),
        mistake("local.gallery_id", "\"/subscriptions/x/resourceGroups/rg\"", "gallery_id", "gallery"),
        mistake("name                     = \"web\"", "name = \"-web-\"", "name", "-web-"),
        mistake("\"westus\"", "\"west-us\"", "location", "no region has"),
        mistake("\"Linux\"", "\"linux\"", "os_type", "Did you mean `Linux`?"),
        mistake("\"IMDS\"", "\"HostGAPlugin\"", "applicable_host_endpoint", "`WireServer` and `IMDS`"),
        mistake("os_type ", "tags = { \"a/b\" = \"c\" }\n  os_type ", "tags", "a/b"),
        mistake(
            "os_type ",
            "timeouts { create = \"soon\" }\n  os_type ",
            "create",
            "`soon` is not a duration",
        ),
        mistake(
            "os_type ",
            "colour = \"red\"\n  os_type ",
            "colour",
            "named \"colour\" is not expected here",
        ),
        mistake("os_type ", "tags = \"red\"\n  os_type ", "tags", "map of string required"),
        mistake("  os_type                  = \"Linux\"\n", "", "gallery_invm_access_profile", "os_type"),
    ];
    scenario(|s| each_is_found(s, PROFILE, WEB, "", &mistakes));
}

#[test]
fn of_a_version() {
    let mistakes = [
        mistake("\"Enforce\"", "\"enforce\"", "mode", "Did you mean `Enforce`?"),
        mistake("\"Deny\"", "\"Refuse\"", "default_access", "`Allow` and `Deny`"),
        mistake("mode ", "name = \"v1\"\n  mode ", "name", "like 1.0.0"),
        mistake("mode ", "name = \"1.0\"\n  mode ", "name", "like 1.0.0"),
        mistake(
            "mode ",
            "target_regions = [\"West US\", \"westus\"]\n  mode ",
            "target_regions",
            "the same region",
        ),
        mistake(
            "mode ",
            "exclude_from_latest = \"perhaps\"\n  mode ",
            "exclude_from_latest",
            "a bool is required",
        ),
        mistake("gallery_invm_access_profile.web.id", "local.gallery_id", "profile_id", "gallery"),
        mistake("mode ", "rules {\n    privilege = {}\n  }\n  mode ", "privilege", "not expected here"),
        mistake("mode ", "lint = { L99 = \"off\" }\n  mode ", "lint", "There is no finding \"L99\""),
    ];
    scenario(|s| each_is_found(s, &version(""), V, PROFILE, &mistakes));
}

#[test]
fn of_rules() {
    let mistakes = [
        mistake("[\"token\", \"instance\"]", "[\"tokens\", \"instance\"]", "", "Did you mean \"token\"?"),
        mistake("identities = [\"web\"]", "identities = [\"wed\"]", "", "Did you mean \"web\"?"),
        mistake("role_assignments = { app", "role_assignments = { ap", "", "Did you mean \"app\"?"),
        mistake(
            "instance = { path",
            "Token = { path = \"/a\" }\n      instance = { path",
            "",
            "rules.privileges[\"token\"]",
        ),
        mistake(
            "user_name = \"web\", exe_path = \"/opt/web/bin/server\"",
            "",
            "",
            "rules.identities[\"web\"]",
        ),
        mistake("\"/metadata/instance\"", "\"metadata/instance\"", "", "rules.privileges[\"instance\"]"),
        mistake("{ path = \"/metadata/instance\" }", "{ paht = \"/\" }", "{", "\"path\" is required"),
        mistake("[\"token\", \"instance\"]", "[\"token\", \"instance\", null]", "", "holds a null"),
        mistake("{ path = \"/metadata/instance\" }", "null", "", "`rules.privileges[\"instance\"]` is null"),
    ];
    scenario(|s| each_is_found(s, &version(RULES), V, PROFILE, &mistakes));
}

#[test]
fn warnings_are_reported_once_and_can_be_silenced() {
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

        // The provider block sets it for all versions; a version may override it.
        s.provider("provider \"gallery\" {\n  lint = { L04 = \"off\" }\n}");
        assert_eq!(s.plan(&config).output.times(unused), 0);
        assert!(s.plan_fails(&strict).says(unused));
        s.provider("provider \"gallery\" {\n  lint = { L99 = \"off\" }\n}");
        assert!(s.plan_fails(&config).says("There is no finding \"L99\""));
        s.provider("provider \"gallery\" {}");
    });
}

/// Terraform treats `os_type = var.os_type` as set whatever the variable's value.
#[test]
fn null_in_a_required_argument_destroys_nothing() {
    scenario(|s| {
        let variable = "\nvariable \"none\" {\n  type    = string\n  default = null\n}\n";
        let right = both();
        s.apply(&right);
        let before = s.new_objects();
        for (attribute, path) in [
            ("os_type", "os_type"),
            ("applicable_host_endpoint", "applicable_host_endpoint"),
            ("mode", "mode"),
            ("default_access", "default_access"),
        ] {
            let wrong = with(&right, attribute, "var.none") + variable;
            let output = s.plan_fails(&wrong);
            assert!(output.stderr.contains(&format!("`{path}` is null")), "{output}");
            let output = s.apply_fails(&wrong);
            assert!(output.stderr.contains(&format!("Missing value for `{attribute}`")), "{output}");
            assert_eq!(s.new_objects(), before);
        }
        let wrong = right.replace("{ path = \"/metadata/instance\" }", "{ path = var.none }") + variable;
        let output = s.plan_fails(&wrong);
        assert!(output.stderr.contains("`rules.privileges[\"instance\"].path` is null"), "{output}");
        assert_eq!(s.new_objects(), before);
        s.apply(&right);
    });
}

#[test]
fn findings_that_need_the_profile_are_reported_at_plan() {
    scenario(|s| {
        s.unrecorded();
        let title = "Executable never matches";
        // The profile is planned in the same configuration.
        let windows = both().replace("\"Linux\"", "\"Windows\"");
        assert!(s.validate(&windows).is_empty(), "without the network it is unknown that it is for Windows");
        let output = s.plan_fails(&windows);
        assert_eq!(output.times(title), 1, "{output}");

        // It is given by its id: one read for both versions.
        let id = s.profile("theirs");
        s.stranger(
            &id,
            &json!({"location": "westus",
            "properties": {"osType": "Windows", "applicableHostEndpoint": "IMDS"}}),
        );
        let literal = |label: &str, name: &str| {
            version_of(label, &format!("  name = \"{name}\"\n{RULES}"))
                .replace(&format!("{WEB}.id"), &format!("\"{id}\""))
        };
        let config = format!("{}{}", literal("one", "1.0.0"), literal("two", "1.0.1"));
        s.emulator.forget_requests().unwrap();
        let output = s.plan_fails(&config);
        assert_eq!(output.times(title), 2, "{output}");
        let reads = s.requests().iter().filter(|one| one.path.ends_with("/theirs")).count();
        assert_eq!(reads, 1);

        // A missing profile is not an error of the plan.
        s.emulator.remove(&id).unwrap();
        s.adopted(&id);
        let plan = s.plan(&config);
        assert_eq!(plan.output.times(title), 0, "{}", plan.output);
    });
}
