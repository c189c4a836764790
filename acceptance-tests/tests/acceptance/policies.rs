//! The policies in `examples/policies`, each run on real plans if its tool is on the PATH; otherwise the test
//! says so.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use acceptance_tests::binaries::binaries;
use acceptance_tests::scenario::scenario;

use super::configurations::{PROFILE, version};
use super::examples::examples;

/// Rules in which `backup` has the role `other`; the placeholders decide who gets a token.
const RULES: &str = r#"
  rules {
    privileges = {
      all      = { path = "/Metadata" }
      token    = { path = "/metadata/identity/oauth2/token", query_parameters = { resource = "https://vault.azure.net" } }
      instance = { path = "/metadata/instance/compute" }
    }
    roles = {
      app   = { privileges = ["token", "instance"] }
      other = { privileges = [OTHER] }
    }
    identities = {
      web    = { user_name = "web", exe_path = "/opt/web/bin/server" }
      backup = { user_name = "backup", exe_path = "/opt/backup/bin/run" }
    }
    role_assignments = {
      app   = { identities = WHO }
      other = { identities = ["backup"] }
    }
  }
"#;

/// Whether a tool is installed. If not, that is printed outside the test runner's capture.
fn has(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        drop(writeln!(io::stderr(), "not tested: the policies of {tool}, which is not on the PATH"));
    }
    found
}

/// Whether a tool passes a file.
fn passes(tool: &str, arguments: &[&str]) -> bool {
    let output =
        Command::new(tool).args(arguments).current_dir(examples().join("policies")).output().unwrap();
    match output.status.code() {
        Some(0) => true,
        Some(1) => false,
        code => panic!("{tool}: {code:?} {}", String::from_utf8_lossy(&output.stderr)),
    }
}

#[test]
fn every_tool_allows_only_web_a_token() {
    let tools = ["conftest", "checkov", "terraform-compliance"].map(|tool| (tool, has(tool)));
    if tools.iter().all(|(_, found)| !found) {
        return;
    }
    scenario(|s| {
        // The results of the tools: conftest, conftest over explain, checkov, terraform-compliance.
        for (what, other, who, expected) in [
            ("good", "\"instance\"", "[\"web\"]", [true, true, true, true]),
            ("by its name", "\"token\"", "[\"web\"]", [false, false, false, false]),
            // terraform-compliance checks names: the guide says that it passes this.
            ("by a shorter path", "\"all\"", "[\"web\"]", [false, false, false, true]),
            ("not known", "\"instance\"", "terraform_data.names.output", [false, false, false, false]),
        ] {
            let rules = RULES.replace("OTHER", other).replace("WHO", who);
            let names = "resource \"terraform_data\" \"names\" {\n  input = [\"web\"]\n}\n";
            s.plan(&format!("{names}{PROFILE}{}", version(&rules)));
            let plan = s.run_well(&["show", "-json", "planned"]).stdout;
            let folder = tempfile::tempdir().unwrap();
            let (plan_file, explained_file) =
                (folder.path().join("plan.json"), folder.path().join("explained.json"));
            fs::write(&plan_file, plan).unwrap();
            let explained = Command::new(&binaries().unwrap().provider)
                .arg("explain")
                .arg(&plan_file)
                .args(["--format", "json"])
                .output()
                .unwrap();
            fs::write(&explained_file, explained.stdout).unwrap();
            let (plan, explained) = (text(&plan_file), text(&explained_file));
            if tools[0].1 {
                assert_eq!(
                    passes("conftest", &["test", &plan, "--policy", "conftest"]),
                    expected[0],
                    "conftest: {what}"
                );
                let arguments = ["test", &explained, "--policy", "conftest-explain"];
                assert_eq!(passes("conftest", &arguments), expected[1], "conftest over explain: {what}");
            }
            if tools[1].1 {
                let arguments = [
                    "--file",
                    &plan,
                    "--framework",
                    "terraform_plan",
                    "--external-checks-dir",
                    "checkov",
                    "--check",
                    "CKV_GALLERY_1",
                    "--skip-download",
                    "--compact",
                ];
                assert_eq!(passes("checkov", &arguments), expected[2], "checkov: {what}");
            }
            if tools[2].1 {
                let arguments = ["--features", "terraform-compliance", "--planfile", &plan, "--no-ansi"];
                assert_eq!(
                    passes("terraform-compliance", &arguments),
                    expected[3],
                    "terraform-compliance: {what}"
                );
            }
        }
    });
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
