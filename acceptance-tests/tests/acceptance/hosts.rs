//! The installed CLI behaves as the release that it is taken for, and accepts features of single hosts.

use acceptance_tests::host::{Feature, sequence};
use acceptance_tests::scenario::{Scenario, scenario};

use crate::configurations::{PROFILE, with};

/// The CLI's calls since this count, without the provider block and schemas.
fn asked_since(s: &Scenario, before: usize) -> Vec<String> {
    let begin =
        ["GetProviderSchema", "GetResourceIdentitySchemas", "ValidateProviderConfig", "ConfigureProvider"];
    let recording = s.recording();
    let names = recording.names().skip(before).filter(|name| !begin.contains(name));
    names.map(str::to_owned).collect()
}

#[test]
fn the_cli_makes_the_same_calls_as_the_host_double() {
    scenario(|s| {
        let release = s.release();
        let apply = |config: &str, command: &str, begins: &str| {
            let before = s.recording().names().count();
            s.write(config);
            s.run_well(&["apply", "-no-color", "-auto-approve"]);
            let asked = asked_since(s, before);
            let mut expected = sequence::of(release, begins);
            expected.extend(sequence::of(release, command));
            // The CLI validates everything once, in a process of its own, before it plans.
            let validated: Vec<_> = [vec!["ValidateResourceConfig"], expected.clone()].concat();
            assert_eq!(asked, validated, "{release}: {command}");
        };
        apply(PROFILE, "create", "");
        apply(&with(PROFILE, "applicable_host_endpoint", "\"WireServer\""), "update", "refresh");
        apply(&with(PROFILE, "name", "\"app\""), "replace", "refresh");
        let before = s.recording().names().count();
        s.run_well(&["destroy", "-no-color", "-auto-approve"]);
        let asked = asked_since(s, before);
        // Once for the refresh, and once for the deletion.
        let plans = 1 + usize::from(s.can(Feature::PlannedDeletion));
        assert!(
            asked.iter().map(String::as_str).collect::<Vec<_>>().ends_with(&["ApplyResourceChange"])
                && asked.iter().filter(|name| *name == "PlanResourceChange").count() >= plans,
            "{asked:?}"
        );
        s.write("");
    });
}

#[test]
fn a_module_may_set_its_name() {
    scenario(|s| {
        let modules = s.terraform.directory().join("allowlist");
        std::fs::create_dir_all(&modules).unwrap();
        let module = "terraform {\n  required_providers {\n    gallery = { source = \"terraform.local/azure/gallery\" }\n  }\n  \
             provider_meta \"gallery\" {\n    module_name = \"contoso-allowlist/1.2.0\"\n  }\n}\n\
             variable \"gallery_id\" {}\n";
        let inner = PROFILE.replace("local.gallery_id", "var.gallery_id").replace("\"web\"", "\"inner\"");
        std::fs::write(modules.join("main.tf"), format!("{module}{inner}")).unwrap();
        s.write(&format!("{PROFILE}module \"allowlist\" {{\n  source     = \"./allowlist\"\n  gallery_id = local.gallery_id\n}}\n"));
        s.run_well(&["get", "-no-color"]);
        s.reapply(&[]);
        let mut named = 0;
        for request in s.requests() {
            let path = request.path.to_lowercase();
            // A list serves the objects of every module; it has the name of the first caller.
            if path.ends_with("/invmaccesscontrolprofiles") {
                continue;
            }
            let inner = path.ends_with("/inner");
            let said = request.user_agent.ends_with(" contoso-allowlist/1.2.0");
            assert_eq!(inner, said, "{}: {}", request.path, request.user_agent);
            named += usize::from(said);
        }
        assert!(named >= 2, "looked for and created, at the least: {named}");
    });
}
