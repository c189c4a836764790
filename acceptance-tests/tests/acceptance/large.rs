//! Larger configurations than anybody writes by hand.

use acceptance_tests::scenario::scenario;
use serde_json::json;

use crate::configurations::{PROFILE, V, version};

/// Rules made by expressions: this many of each kind, and this many more characters in each path.
fn generated(count: usize, padding: usize) -> String {
    let rules = format!(
        r#"
  rules {{
    privileges       = {{ for i in range({count}) : "p${{i}}" => {{ path = "/metadata/p${{i}}/${{local.padding}}" }} }}
    roles            = {{ for i in range({count}) : "r${{i}}" => {{ privileges = ["p${{i}}"] }} }}
    identities       = {{ for i in range({count}) : "i${{i}}" => {{ user_name = "u${{i}}", exe_path = "/opt/p${{i}}" }} }}
    role_assignments = {{ for i in range({count}) : "r${{i}}" => {{ identities = ["i${{i}}"] }} }}
  }}
"#
    );
    format!(
        "locals {{\n  padding = join(\"\", [for i in range({padding}) : \"0123456789abcdef\"])\n}}\n{PROFILE}{}",
        version(&rules)
    )
}

#[test]
fn a_thousand_rules() {
    scenario(|s| {
        s.apply(&generated(1000, 0));
        let state = s.state();
        assert_eq!(state.attributes(V)["grants"].as_array().unwrap().len(), 1000);
        let object = s.emulator.object(&s.version("web", "1.0.0")).unwrap();
        assert_eq!(object["properties"]["rules"]["privileges"].as_array().unwrap().len(), 1000);
    });
}

#[test]
fn a_configuration_of_five_mebibytes_is_applied() {
    scenario(|s| {
        // 500 paths of 10 KiB.
        s.apply(&generated(500, 672));
        let object = s.emulator.object(&s.version("web", "1.0.0")).unwrap();
        assert!(object.to_string().len() > 5 * 1024 * 1024, "{}", object.to_string().len());
        assert_eq!(object["properties"]["mode"], json!("Enforce"));
    });
}
