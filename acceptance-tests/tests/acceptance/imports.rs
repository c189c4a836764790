//! Import: by command, by block, in odd spellings, and with a generated configuration. After each the whole
//! state must equal that of an apply of the same objects.

use acceptance_tests::host::Feature;
use acceptance_tests::scenario::{Scenario, scenario, scenario_with};
use serde_json::Value;

use crate::configurations::{PROFILE, V, WEB, both, version};

/// The state of both resources.
fn whole(s: &Scenario) -> [Value; 2] {
    let state = s.state();
    [state.attributes(WEB).clone(), state.attributes(V).clone()]
}

fn forget_both(s: &Scenario) {
    s.run_well(&["state", "rm", "-no-color", WEB, V]);
}

#[test]
fn by_command_in_any_spelling() {
    scenario(|s| {
        s.apply(&both());
        let applied = whole(s);
        let (profile, version) = (s.profile("web"), s.version("web", "1.0.0"));
        let portal = |id: &str| format!("https://portal.azure.com/#@contoso.example/resource{id}/overview");
        for (profile_id, version_id) in [
            (profile.clone(), version.clone()),
            (profile.to_uppercase(), version.to_lowercase()),
            (portal(&profile), portal(&version)),
        ] {
            forget_both(s);
            s.run_well(&["import", "-no-color", "-input=false", WEB, &profile_id]);
            s.import(V, &version_id);
            assert_same(&whole(s), &applied);
        }
    });
}

/// An import keeps Azure's spellings, an apply the user's; nothing else differs.
fn assert_same(imported: &[Value; 2], applied: &[Value; 2]) {
    for (imported, applied) in imported.iter().zip(applied) {
        for (name, value) in applied.as_object().unwrap() {
            let (one, other) = (plain(&imported[name]), plain(value));
            assert_eq!(one, other, "{name}: imported on the left, applied on the right");
        }
    }
}

/// A value without differences that do not matter: case, blanks in regions, order, and whether an absent
/// value is null or empty.
fn plain(value: &Value) -> Value {
    match value {
        Value::String(text) => text.to_lowercase().replace(' ', "").into(),
        Value::Object(members) => {
            let plain: serde_json::Map<_, _> = members
                .iter()
                .map(|(name, value)| (name.clone(), plain(value)))
                .filter(|(_, value)| !value.is_null())
                .collect();
            if plain.is_empty() { Value::Null } else { plain.into() }
        }
        Value::Array(items) => {
            let mut plain: Vec<_> = items.iter().map(plain_text).collect();
            plain.sort();
            if plain.is_empty() { Value::Null } else { plain.into() }
        }
        other => other.clone(),
    }
}

fn plain_text(value: &Value) -> String {
    plain(value).to_string()
}

#[test]
fn by_block_and_with_a_generated_configuration() {
    scenario_with(&["--shout"], |s| {
        if !s.can(Feature::ImportBlock) {
            return;
        }
        let config = format!(
            "{}{}",
            both(),
            PROFILE
                .replace("\"web\"", "\"bare\"")
                .replace("os_type ", "tags = { a = \"b\" }\n description = \"d\"\n os_type ")
        );
        s.apply(&config);
        let applied = whole(s);
        let bare = "gallery_invm_access_profile.bare";
        let blocks = format!(
            "import {{\n  to = {WEB}\n  id = {:?}\n}}\nimport {{\n  to = {V}\n  id = {:?}\n}}\nimport {{\n  to = {bare}\n  id = {:?}\n}}\n",
            s.profile("web").to_lowercase(),
            s.version("web", "1.0.0"),
            s.profile("bare"),
        );
        let forget = || s.run_well(&["state", "rm", "-no-color", WEB, V, bare]);
        forget();
        let output = s.apply(&format!("{config}{blocks}"));
        assert!(output.says("3 imported, 0 added, 0 changed, 0 destroyed"), "{output}");
        assert_same(&whole(s), &applied);

        // The same without a configuration: Terraform generates one from the imported state.
        forget();
        let plan = s.generate(&blocks);
        assert!(plan.output.says("3 to import, 0 to add, 0 to change, 0 to destroy"), "{}", plan.output);
        s.run_well(&["fmt", "-check", "-diff", "-no-color", "generated.tf"]);
        // Terraform writes a line for every argument, set or not. It must not contain read-only attributes,
        // nor empty blocks.
        let generated = std::fs::read_to_string(s.terraform.directory().join("generated.tf")).unwrap();
        // Hosts that generate it from the schema show null values inside rules.
        let of_resource = |line: &str| line.starts_with("  ") && !line.starts_with("   ");
        let null = generated.lines().find(|line| of_resource(line) && line.ends_with("= null"));
        if s.release().has(Feature::GeneratedConfig) {
            assert_eq!(null, None, "{generated}");
        }
        for line in generated.lines() {
            let name = line.split(['=', '{']).next().unwrap_or_default().trim();
            assert!(
                !["id", "grants", "published_date", "timeouts"].contains(&name),
                "{line} is noise: {generated}"
            );
        }
        s.apply_planned();
        assert_same(&whole(s), &applied);
        s.run_well(&["validate", "-no-color"]);
    });
}

#[test]
fn a_whole_module_is_generated_from_what_others_made() {
    scenario(|s| {
        if !s.can(Feature::WrittenConfig) {
            return;
        }
        // As the portal may have written it: no lists for what is not used, no tags, another order.
        let profile = s.profile("portal");
        let version = s.version("portal", "2.0.0");
        s.stranger(
            &profile,
            &serde_json::json!({
                "location": "eastus",
                "properties": {"osType": "Windows", "applicableHostEndpoint": "WireServer", "description": ""}
            }),
        );
        s.stranger(
            &version,
            &serde_json::json!({
                "location": "eastus",
                "tags": {},
                "properties": {
                    "mode": "audit", "defaultAccess": "ALLOW", "excludeFromLatest": null,
                    "rules": {
                        "roles": [{"name": "r", "privileges": ["b", "a"]}],
                        "privileges": [
                            {"name": "b", "path": "/b"},
                            {"name": "a", "path": "/a", "queryParameters": {"comp": "x"}},
                        ],
                        "identities": [{"name": "i", "userName": "u", "groupName": null}],
                        "roleAssignments": [{"role": "r", "identities": ["i"]}],
                    }
                }
            }),
        );
        let plan = s.generate(&format!(
            "import {{\n  to = {WEB}\n  id = {profile:?}\n}}\nimport {{\n  to = {V}\n  id = {version:?}\n}}\n"
        ));
        assert!(plan.output.says("2 to import, 0 to add, 0 to change, 0 to destroy"), "{}", plan.output);
        s.adopted(&profile);
        s.adopted(&version);
        s.apply_planned();
    });
}

#[test]
fn importing_a_missing_object_or_an_invalid_id_is_an_error() {
    scenario(|s| {
        s.write(&format!("{PROFILE}{}", version("")));
        let fails = |address: &str, id: &str| {
            let output = s.run(&["import", "-no-color", "-input=false", address, id]);
            assert_eq!(output.code, Some(1), "{output}");
            output
        };
        let missing = fails(WEB, &s.profile("nowhere"));
        assert!(missing.says("Cannot import non-existent remote object"), "{missing}");
        let kind = fails(V, &s.profile("web"));
        assert!(kind.says("Malformed import id") && kind.says("profile"), "{kind}");
        let nonsense = fails(WEB, "web");
        assert!(nonsense.says("starts with \"/subscriptions/\""), "{nonsense}");
    });
}

/// `terraform query`: its results, and that it says so when its limit cuts something off.
#[test]
fn a_query_lists_objects_and_warns_at_its_limit() {
    scenario(|s| {
        if !s.can(Feature::List) {
            return;
        }
        for name in ["one", "two", "three"] {
            s.stranger(
                &s.profile(name),
                &serde_json::json!({
                    "location": "eastus",
                    "properties": {"osType": "Linux", "applicableHostEndpoint": "IMDS"}
                }),
            );
        }
        let query = |limit: &str| {
            let block = format!(
                "list \"gallery_invm_access_profile\" \"all\" {{\n  provider = gallery\n  {limit}\n  config {{\n    \
                 gallery_id = {:?}\n  }}\n}}\n",
                s.gallery()
            );
            s.terraform.write("all.tfquery.hcl", &block).unwrap();
            s.run_well(&["query", "-no-color"])
        };
        let all = query("");
        for name in ["one", "two", "three"] {
            assert!(all.says(name), "{name}: {all}");
        }
        assert!(!all.says("Only the first"), "{all}");
        assert!(!query("limit = 3").says("Only the first"), "nothing is cut off");
        let two = query("limit = 2");
        assert!(two.says("Only the first 2 are listed"), "{two}");
        s.terraform.remove("all.tfquery.hcl").unwrap();
    });
}
