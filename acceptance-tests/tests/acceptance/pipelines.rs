//! The pipelines in `examples/ci`: read as YAML, and every line of shell in them is run as the runners would
//! run it.
#![cfg(unix)] // The lines are of `sh`.

use std::fs;
use std::path::Path;
use std::process::Command;

use acceptance_tests::binaries::binaries;
use acceptance_tests::scenario::{Scenario, scenario};
use serde_json::{Value, json};

use super::examples::{copy, examples};
use super::scenarios::put;

/// A pipeline as parsed by Terraform, which has a YAML parser.
fn read(s: &Scenario, file: &str) -> Value {
    let place = s.terraform.directory().join("yaml");
    fs::create_dir_all(&place).unwrap();
    fs::copy(examples().join("ci").join(file), place.join("pipeline.yml")).unwrap();
    let config = "output \"all\" {\n  value = yamldecode(file(\"pipeline.yml\"))\n}\n";
    fs::write(place.join("main.tf"), config).unwrap();
    s.run_well(&["-chdir=yaml", "apply", "-no-color", "-auto-approve"]);
    s.run_well(&["-chdir=yaml", "output", "-json", "all"]).json().unwrap()
}

/// The scripts of some steps, in order. A step without a script of its own (a checkout, an installation) has
/// none.
fn scripts(steps: &Value) -> Vec<String> {
    let script = |step: &Value| step.get("run").or_else(|| step.pointer("/inputs/inlineScript")).cloned();
    let found = steps.as_array().unwrap().iter().filter_map(script);
    let found: Vec<_> = found.map(|text| text.as_str().unwrap().to_owned()).collect();
    assert!(!found.is_empty(), "{steps}");
    found
}

/// The step that uses this GitHub action.
fn step<'a>(steps: &'a Value, action: &str) -> &'a Value {
    let uses = |step: &&Value| step["uses"].as_str().is_some_and(|uses| uses.contains(action));
    steps.as_array().unwrap().iter().find(uses).unwrap()
}

/// A stage of an Azure pipeline by its name, with its one job.
fn stage(pipeline: &Value, name: &str) -> Vec<String> {
    let stages = pipeline["stages"].as_array().unwrap();
    let stage = stages.iter().find(|stage| stage["stage"] == name).unwrap();
    let job = &stage["jobs"][0];
    scripts(job.get("steps").unwrap_or(&job["strategy"]["runOnce"]["deploy"]["steps"]))
}

/// The further settings of a runner: a directory, and a login without a secret.
struct Runner {
    directory: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Runner {
    fn new(s: &Scenario, variables: Vec<(String, String)>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(s.terraform.program(), directory.path().join("terraform")).unwrap();
        Self { directory, variables }
    }

    /// GitHub's: the workflow's settings, its variables, and where a job gets its tokens.
    fn of_github(s: &Scenario, workflow: &Value) -> Self {
        let set = workflow["env"].as_object().unwrap().iter().filter_map(|(name, value)| {
            let value = value.as_str().unwrap();
            (!value.contains("${{")).then(|| (name.clone(), value.to_owned()))
        });
        let place = |pointer: &str| s.emulator.place(pointer).unwrap();
        let given = [
            ("ARM_TENANT_ID", s.emulator.ready("tenant_id").to_owned()),
            ("ARM_CLIENT_ID", s.emulator.ready("client_id").to_owned()),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", place("/github/request_url")),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", place("/github/request_token")),
        ];
        Self::new(s, set.chain(given.map(|(name, value)| (name.to_owned(), value))).collect())
    }

    /// Azure's: the variables that `addSpnToEnvironment` sets for a script.
    fn of_azure(s: &Scenario) -> Self {
        let token = s.emulator.assertion(&json!({ "issuer": "azure-devops" })).unwrap();
        let given = [
            ("servicePrincipalId", s.emulator.ready("client_id").to_owned()),
            ("tenantId", s.emulator.ready("tenant_id").to_owned()),
            ("idToken", token),
        ];
        Self::new(s, given.map(|(name, value)| (name.to_owned(), value)).into())
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.directory.path().join(name)).unwrap_or_default()
    }

    /// Runs scripts as GitHub and Azure do, up to the first that fails. Returns the exit code and the output.
    fn run(&self, s: &Scenario, scripts: &[String]) -> (i32, String) {
        let here = self.directory.path();
        let path = format!("{}:{}", here.display(), std::env::var("PATH").unwrap_or_default());
        let mut text = String::new();
        for script in scripts {
            let output = Command::new("bash")
                .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
                .current_dir(s.terraform.directory())
                .env_clear()
                .envs(s.terraform.variables())
                .env_remove("ARM_TENANT_ID")
                .env_remove("ARM_CLIENT_ID")
                .env_remove("ARM_CLIENT_SECRET")
                .envs(self.variables.iter().cloned())
                .env("PATH", &path)
                .env("GITHUB_STEP_SUMMARY", here.join("summary.md"))
                .env("AGENT_TEMPDIRECTORY", here)
                .env("PIPELINE_WORKSPACE", here)
                .output()
                .unwrap();
            text.push_str(&String::from_utf8_lossy(&output.stdout));
            text.push_str(&String::from_utf8_lossy(&output.stderr));
            if !output.status.success() {
                return (output.status.code().unwrap(), text);
            }
        }
        (0, text)
    }

    fn run_well(&self, s: &Scenario, scripts: &[String]) -> String {
        let (code, output) = self.run(s, scripts);
        assert_eq!(code, 0, "{output}");
        output
    }
}

#[test]
fn they_check_apply_and_notice_drift() {
    scenario(|s| {
        if !s.may_use(&examples().join("imds-linux-web")) {
            return;
        }
        let [github, drift, azure] = [
            "github-actions/pull-request.yml",
            "github-actions/drift.yml",
            "azure-devops/azure-pipelines.yml",
        ]
        .map(|file| read(s, file));
        fs::remove_dir_all(s.terraform.directory().join("yaml")).unwrap();
        put(s, "imds-linux-web");
        // Files that the tests of other examples leave behind are not part of this one.
        fs::remove_dir_all(s.terraform.directory().join("modules")).unwrap();
        copy(&examples().join("imds-linux-web/tests"), &s.terraform.directory().join("tests"));
        fs::remove_file(s.terraform.directory().join("provider.tf")).unwrap();
        s.terraform.mirror_provider(&binaries().unwrap().provider).unwrap();
        let profile = s.profile("web-linux-imds");
        let renamed = json!({ "properties": { "description": "by somebody else" } });

        // GitHub.
        let job = |pipeline: &Value, name: &str| scripts(&pipeline["jobs"][name]["steps"]);
        assert_eq!(github["permissions"]["id-token"], "write");
        assert_eq!(drift["permissions"]["id-token"], "write");
        let runner = Runner::of_github(s, &github);
        let output = runner.run_well(s, &job(&github, "check"));
        assert!(output.contains("7 passed, 0 failed"), "{output}");
        assert!(runner.file("summary.md").contains("Plan: 2 to add"), "the reviewer sees the plan");
        let summary = runner.file("summary.md");
        for part in ["## What changes", "is new", "| Who gets | |", "managed-identity tokens"] {
            assert!(summary.contains(part), "what changes for whom: {part}: {summary}");
        }
        // The steps of GitHub that pass the plan on.
        assert_eq!(
            step(&github["jobs"]["check"]["steps"], "upload-artifact")["with"]["path"],
            "allowlists/planned"
        );
        assert_eq!(
            step(&github["jobs"]["apply"]["steps"], "download-artifact")["with"]["path"],
            "allowlists"
        );
        let output = runner.run_well(s, &job(&github, "apply"));
        assert!(output.contains("2 added") && !output.contains("Terraform will perform"), "{output}");
        runner.run_well(s, &job(&drift, "drift"));
        s.emulator.edit(&profile, &renamed).unwrap();
        let (code, output) = runner.run(s, &job(&drift, "drift"));
        assert_eq!(code, 2, "{output}");
        assert!(output.contains("::error title=Drift::"), "{output}");
        assert!(runner.file("summary.md").contains("by somebody else"));

        // Azure DevOps.
        let on_github = runner;
        let mut runner = Runner::of_azure(s);
        runner.variables.push(("TF_VAR_mode".to_owned(), "Enforce".to_owned()));
        runner.run_well(s, &stage(&azure, "check"));
        let plan = runner.file("plan.md");
        assert!(plan.contains("Plan: 1 to add, 1 to change, 1 to destroy"), "{plan}");
        assert!(
            plan.contains("Warning: The change takes access away"),
            "the reviewer sees the warnings: {plan}"
        );
        // The effect of `publish` and `download`.
        fs::create_dir(runner.directory.path().join("planned")).unwrap();
        let planned = s.terraform.directory().join("planned");
        fs::rename(&planned, runner.directory.path().join("planned/planned")).unwrap();
        let output = runner.run_well(s, &stage(&azure, "apply"));
        assert!(output.contains("1 added, 1 changed, 1 destroyed"), "{output}");
        runner.run_well(s, &stage(&azure, "drift"));
        s.emulator.edit(&profile, &renamed).unwrap();
        let (code, output) = runner.run(s, &stage(&azure, "drift"));
        assert_eq!(code, 2, "{output}");
        assert!(output.contains("##vso[task.logissue type=error]"), "{output}");
        assert!(runner.file("drift.md").contains("by somebody else"));

        // A plan that cannot be made is a failure, not drift.
        let refused = json!({
            "match": { "method": "GET", "path": "**/inVMAccessControlProfiles/**" }, "count": null,
            "action": { "do": "answer", "status": 403, "body": { "error": { "code": "AuthorizationFailed" } } }
        });
        s.emulator.faults(&json!({ "faults": [refused] })).unwrap();
        let (code, output) = on_github.run(s, &job(&drift, "drift"));
        assert_eq!(code, 1, "{output}");
        assert!(!output.contains("::error title=Drift::"), "{output}");
        s.emulator.faults(&json!({ "faults": [] })).unwrap();
    });
}

/// The README of the pipelines lists its files.
#[test]
fn each_has_a_row() {
    let readme = fs::read_to_string(examples().join("ci/README.md")).unwrap();
    for directory in super::examples::directories(&examples().join("ci")) {
        for file in super::examples::files(&directory) {
            let name = file.strip_prefix(examples().join("ci")).unwrap();
            if name != Path::new("README.md") {
                assert!(readme.contains(&format!("| `{}` |", name.display())), "{}", name.display());
            }
        }
    }
}
