//! `gallery_invm_access_profile_version`.

use acceptance_tests::scenario::scenario;
use serde_json::json;

use crate::configurations::{PROFILE, RULES, V, both, version, with};

fn complete() -> String {
    let more = format!(
        r#"
  name                = "1.2.3"
  location            = "West US"
  exclude_from_latest = true
  target_regions      = ["westus", "East US 2"]
  tags                = {{ team = "security" }}
{RULES}
  timeouts {{
    create = "30m"
    delete = "30m"
  }}
"#
    );
    format!("{PROFILE}{}", version(&more))
}

#[test]
fn basic() {
    scenario(|s| {
        s.apply(&format!("{PROFILE}{}", version("")));
        let state = s.state();
        let v = state.attributes(V);
        assert_eq!(v["name"], "1.0.0");
        assert_eq!(v["location"], "westus");
        assert_eq!(v["grants"], json!([]));
        assert_eq!(v["exclude_from_latest"], false);
        assert!(v["published_date"].as_str().is_some_and(|date| date.ends_with("+00:00")), "{v}");
        let object = s.emulator.object(&s.version("web", "1.0.0")).unwrap();
        let nobody = json!({"privileges": [], "roles": [], "identities": [], "roleAssignments": []});
        assert_eq!(object["properties"]["rules"], nobody, "all four lists, empty ones too");
    });
}

#[test]
fn every_changeable_attribute_changes_in_place() {
    scenario(|s| {
        s.apply(&complete());
        let id = s.version("web", "1.2.3");
        let object = s.emulator.object(&id).unwrap();
        let rules = &object["properties"]["rules"];
        assert_eq!(rules["privileges"].as_array().unwrap().len(), 2);
        let token =
            rules["privileges"].as_array().unwrap().iter().find(|one| one["name"] == "token").unwrap();
        assert_eq!(token["queryParameters"]["resource"], "https://vault.azure.net");
        assert_eq!(rules["roleAssignments"][0]["identities"], json!(["web"]));
        assert_eq!(object["properties"]["targetLocations"].as_array().unwrap().len(), 2);

        let mut config = complete();
        for (attribute, value, pointer, expected) in [
            ("mode", "\"Audit\"", "/properties/mode", json!("Audit")),
            ("mode", "\"Disabled\"", "/properties/mode", json!("Disabled")),
            ("default_access", "\"Allow\"", "/properties/defaultAccess", json!("Allow")),
            ("exclude_from_latest", "false", "/properties/excludeFromLatest", json!(false)),
            ("target_regions", "[\"westus\"]", "/properties/targetLocations", json!([{"name": "westus"}])),
            ("tags", "{}", "/tags", json!({})),
        ] {
            config = with(&config, attribute, value);
            let plan = s.plan(&config);
            assert_eq!(plan.actions(V), "update", "{attribute}");
            s.apply_planned();
            assert_eq!(s.emulator.object(&id).unwrap().pointer(pointer), Some(&expected), "{attribute}");
        }
        assert!(s.requests().iter().all(|one| one.method != "DELETE"));
    });
}

#[test]
fn every_fixed_attribute_makes_a_new_version() {
    scenario(|s| {
        let other = PROFILE.replace("\"web\"", "\"other\"");
        let config = format!("{other}{}", complete());
        s.apply(&config);
        let version_only = |attribute: &str, value: &str| {
            format!("{other}{PROFILE}{}", with(&complete().replace(PROFILE, ""), attribute, value))
        };
        for (attribute, value) in [
            ("profile_id", "gallery_invm_access_profile.other.id"),
            ("name", "\"1.2.4\""),
            ("location", "\"eastus\""),
        ] {
            let plan = s.plan(&version_only(attribute, value));
            assert_eq!(plan.actions(V), "delete, create", "{attribute}");
            assert_eq!(plan.replaced_by(V), [attribute]);
        }
        let rules = [
            ("/metadata/instance\"", "/metadata/versions\""),
            ("https://vault.azure.net", "https://storage.azure.com"),
            ("privileges = [\"token\", \"instance\"]", "privileges = [\"token\"]"),
            ("user_name = \"web\", ", ""),
            ("identities = [\"web\"]", "identities = []"),
            ("instance = {", "metadata = {"),
        ];
        for (from, to) in rules {
            assert!(config.contains(from), "{from}");
            let changed = config.replace(from, to).replace("\"instance\"]", "]").replace(", ]", "]");
            let plan = s.plan(&changed);
            assert_eq!(plan.actions(V), "delete, create", "{from}");
            assert_eq!(plan.replaced_by(V), ["rules"], "{from}");
        }
    });
}

#[test]
fn new_rules_under_the_same_name_work_and_are_warned_of_once() {
    scenario(|s| {
        s.apply(&both());
        let changed = both().replace("/opt/web/bin/server", "/opt/web/bin/other");
        let plan = s.plan(&changed);
        let warning = "Rules are replaced under the same version name";
        assert_eq!(plan.output.times(warning), 1, "{}", plan.output);
        assert!(plan.output.says("call the new version `1.0.1`"), "{}", plan.output);
        assert!(plan.output.says("omit `name`, so that the provider picks the next version"));
        assert_eq!(plan.actions(V), "delete, create");
        s.apply_planned();
        let object = s.emulator.object(&s.version("web", "1.0.0")).unwrap();
        assert_eq!(object["properties"]["rules"]["identities"][0]["exePath"], "/opt/web/bin/other");

        // Under another name there is no warning.
        let renamed =
            changed.replace("/opt/web/bin/other", "/opt/web/bin/third").replace("\"1.0.0\"", "\"1.0.1\"");
        let plan = s.plan(&renamed);
        assert_eq!(plan.output.times(warning), 0, "{}", plan.output);
        assert_eq!(plan.replaced_by(V), ["name", "rules"]);
    });
}

#[test]
fn a_profile_is_replaced_with_its_versions() {
    scenario(|s| {
        s.apply(&both());
        let plan = s.plan(
            &both().replace("\"Linux\"", "\"Windows\"").replace("/opt/web/bin/server", "C:\\\\web.exe"),
        );
        assert_eq!(plan.actions(V), "delete, create");
        s.apply_planned();
        assert_eq!(s.emulator.object(&s.profile("web")).unwrap()["properties"]["osType"], "Windows");
    });
}

#[test]
fn empty_rules_in_every_spelling_are_the_same() {
    scenario(|s| {
        let with_rules = |rules: &str| format!("{PROFILE}{}", version(&format!("name = \"1.0.0\"\n{rules}")));
        s.apply(&with_rules(""));
        for rules in ["rules {}", "rules {\n privileges = {}\n roles = null\n}"] {
            s.apply(&with_rules(rules));
        }
        s.apply(&with_rules("rules {\n privileges = { p = { path = \"/metadata/instance\" } }\n}"));
        // Terraform shows `{}` instead of null, whatever a provider returns; Azure gets no request to change
        // anything.
        s.requests();
        let spelled = "rules {\n privileges = { p = { path = \"/metadata/instance\", query_parameters = {} } }\n roles = {}\n}";
        s.apply(&with_rules(spelled));
        s.apply(&with_rules("rules {\n privileges = { p = { path = \"/metadata/instance\" } }\n}"));
        assert!(s.requests().iter().all(|request| request.method == "GET"));
    });
}
