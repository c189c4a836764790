//! `terraform-provider-gallery explain` on files that the real CLI writes, and the functions that draw.

use std::io::Write as _;
use std::process::{Command, Stdio};

use acceptance_tests::binaries::binaries;
use acceptance_tests::host::Feature;
use acceptance_tests::scenario::scenario;

use crate::configurations::{PROFILE, RULES, version};
use crate::unknown::late;

/// The command's output for a file on its standard input, and its exit code.
fn explain(input: &str, arguments: &[&str]) -> (String, Option<i32>) {
    let mut command = Command::new(&binaries().unwrap().provider)
        .args(["explain", "-"])
        .args(arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    command.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = command.wait_with_output().unwrap();
    let both = [output.stdout, output.stderr].concat();
    (String::from_utf8(both).unwrap(), output.status.code())
}

#[test]
fn plans_and_states_are_explained_as_the_cli_writes_them() {
    scenario(|s| {
        let config = format!("{PROFILE}{}", version(RULES));
        s.plan(&config);
        let plan = s.run_well(&["show", "-json", "planned"]).stdout;
        s.apply_planned();
        let shown = s.run_well(&["show", "-json"]).stdout;
        let file = std::fs::read_to_string(s.terraform.directory().join("terraform.tfstate")).unwrap();
        for (what, input) in [("plan", &plan), ("state", &shown), ("state file", &file)] {
            let (page, code) = explain(input, &[]);
            assert_eq!(code, Some(0), "{what}: {page}");
            for part in ["gallery_invm_access_profile_version.v (web", "Who may call what", "For IMDS, on "] {
                assert!(page.contains(part), "{what}: {part}: {page}");
            }
        }
        let (page, _) = explain(&plan, &["--format", "mermaid"]);
        assert!(page.starts_with("flowchart LR\n"), "{page}");

        // Without an identity nothing is granted; the remaining reference to it is an error.
        let (page, code) = explain(&shown.replace("\"identities\":{\"", "\"identities\":{\"no-"), &[]);
        assert_eq!(code, Some(1), "{page}");
        assert!(page.contains("error L02"), "{page}");
    });
}

#[test]
fn values_that_a_plan_does_not_know_are_reported() {
    scenario(|s| {
        let rules = RULES.replace("identities = [\"web\"]", "identities = local.late");
        assert_ne!(rules, RULES);
        s.plan(&format!("{}{PROFILE}{}", late(s, "[\"web\"]"), version(&rules)));
        let plan = s.run_well(&["show", "-json", "planned"]).stdout;
        for format in ["text", "markdown", "mermaid", "dot"] {
            let (page, code) = explain(&plan, &["--format", format]);
            assert_eq!(code, Some(3), "{format}: {page}");
            assert!(page.contains("known"), "{format}: {page}");
            assert!(
                !page.contains("very other request") && !page.contains("No findings"),
                "{format}: {page}"
            );
        }
    });
}

#[test]
fn a_configuration_draws_its_rules() {
    scenario(|s| {
        if !s.can(Feature::Functions) {
            return;
        }
        let rules = "{ mode = \"Enforce\", default_access = \"Deny\", rules = { privileges = { p = { path = \"/metadata/instance\" } }, \
                     roles = {}, identities = {}, role_assignments = {} } }";
        s.write(&format!(
            "output \"diagram\" {{\n  value = provider::gallery::rules_diagram({rules}, \"mermaid\")\n}}\n\
             output \"table\" {{\n  value = provider::gallery::rules_markdown({rules})\n}}\n"
        ));
        s.run_well(&["apply", "-no-color", "-input=false", "-auto-approve"]);
        let table = s.run_well(&["output", "-raw", "table"]).stdout;
        assert!(table.contains("| `p` | `/metadata/instance` | **closed to everybody** |\n"), "{table}");
        assert!(s.run_well(&["output", "-raw", "diagram"]).stdout.starts_with("flowchart LR\n"));
        s.write("");
        s.run_well(&["apply", "-no-color", "-input=false", "-auto-approve"]);
    });
}
