//! `terraform test` with a mocked provider: how users test modules, without Azure and without a login.

use acceptance_tests::host::Feature;
use acceptance_tests::scenario::scenario;

use crate::configurations::{PROFILE, RULES, version};

const TEST: &str = r#"
mock_provider "gallery" {}

run "plan" {
  command = plan
  assert {
    condition     = gallery_invm_access_profile_version.v.mode == "Enforce"
    error_message = "the mode is planned"
  }
}

run "apply" {
  assert {
    condition     = gallery_invm_access_profile_version.v.rules.privileges["instance"].path == "/metadata/instance"
    error_message = "the rules are kept"
  }
  assert {
    condition     = gallery_invm_access_profile.web.id != ""
    error_message = "the mock makes ids up"
  }
}
"#;

#[test]
fn a_module_is_tested_without_azure() {
    scenario(|s| {
        if !s.can(Feature::Mock) {
            return;
        }
        for (name, _) in s.emulator.environment() {
            s.terraform.unset(name);
        }
        // A mock generates invalid ids, so modules that pass them on override them, as here.
        let config = format!("{PROFILE}{}", version(RULES));
        s.write(&config);
        let overridden = TEST.replace(
            "mock_provider \"gallery\" {}",
            &format!(
                "mock_provider \"gallery\" {{\n  mock_resource \"gallery_invm_access_profile\" {{\n    defaults = {{\n      id = {:?}\n    }}\n  }}\n}}",
                s.profile("web")
            ),
        );
        s.terraform.write("main.tftest.hcl", &overridden).unwrap();
        let output = s.run_well(&["test", "-no-color"]);
        assert!(output.says("2 passed, 0 failed"), "{output}");
        assert!(s.emulator.requests().unwrap().is_empty());
        s.write("");
        s.terraform.remove("main.tftest.hcl").unwrap();
    });
}
