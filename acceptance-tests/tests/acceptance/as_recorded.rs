//! The life of a profile and a version as recorded at Azure, in the real CLI, twenty times as fast: a
//! version's operation takes 45 s there and 2.3 s here.

use std::collections::BTreeSet;

use acceptance_tests::emulator::Request;
use acceptance_tests::scenario::scenario_with;
use serde_json::json;

use crate::configurations::{PROFILE, RULES, V, WEB, version};

fn described(description: &str) -> String {
    PROFILE.replace("  os_type", &format!("  description = \"{description}\"\n  os_type"))
}

fn replicated(more: &str) -> String {
    version(&format!("  name = \"1.0.0\"\n{more}{RULES}"))
}

/// The writes among requests, and the statuses of their responses.
fn writes(requests: &[Request]) -> Vec<String> {
    requests.iter().filter(|request| request.method != "GET").map(ToString::to_string).collect()
}

#[test]
fn a_profile_and_a_version_live_as_recorded() {
    scenario_with(&["--operations", "async", "--pace", "azure/20"], |s| {
        let profile = "PUT g/inVMAccessControlProfiles/web";
        let version = "PUT g/inVMAccessControlProfiles/web/versions/1.0.0";
        // Each apply of the scenario is followed by a plan, which must be empty.
        s.apply(&described("first"));
        assert_eq!(writes(&s.requests()), [format!("{profile} -> 201")]);
        s.apply(&described("second"));
        assert_eq!(writes(&s.requests()), [format!("{profile} -> 200")]);

        s.apply(&format!("{}{}", described("second"), replicated("")));
        let requests = s.requests();
        assert_eq!(writes(&requests), [format!("{version} -> 201")]);
        let state = s.state();
        let v = state.attributes(V);
        assert_eq!(v["target_regions"], json!(["westus"]), "the home region, filled in");
        assert_eq!(v["exclude_from_latest"], false);
        assert!(v["published_date"].as_str().is_some_and(|date| date.ends_with("+00:00")), "{v}");
        let looks: Vec<&Request> =
            requests.iter().filter(|request| request.path.contains("/capsOperations/")).collect();
        let first = requests.iter().find(|request| request.method == "PUT").map_or(0, |request| request.at);
        let last = looks.last().map_or(0, |look| look.at);
        assert!(last - first >= 2250, "the operation took {} ms", last - first);
        let addresses: BTreeSet<(&str, &str)> =
            looks.iter().map(|look| (look.path.as_str(), look.query.as_str())).collect();
        assert_eq!(addresses.len(), 1, "each poll uses the address unchanged");
        assert!(looks.iter().all(|look| look.query.len() > 2_900 && look.status == Some(200)), "{looks:?}");

        for (more, regions) in [
            ("  exclude_from_latest = true\n", json!(["westus"])),
            (
                "  exclude_from_latest = true\n  target_regions = [\"East US\", \"westus\"]\n",
                json!(["westus", "eastus"]),
            ),
            ("  target_regions = [\"westus\"]\n", json!(["westus"])),
        ] {
            s.apply(&format!("{}{}", described("second"), replicated(more)));
            assert_eq!(writes(&s.requests()), [format!("{version} -> 200")], "{more}");
            let at_azure = s.emulator.object(&s.version("web", "1.0.0")).unwrap();
            let names: Vec<_> =
                at_azure["properties"]["targetLocations"].as_array().unwrap().iter().collect();
            let expected: Vec<_> =
                regions.as_array().unwrap().iter().map(|name| json!({ "name": name })).collect();
            assert_eq!(names, expected.iter().collect::<Vec<_>>());
        }

        s.apply(&described("second"));
        assert_eq!(writes(&s.requests()), ["DELETE g/inVMAccessControlProfiles/web/versions/1.0.0 -> 202"]);
        assert_eq!(s.state().addresses(), [WEB]);
    });
}
