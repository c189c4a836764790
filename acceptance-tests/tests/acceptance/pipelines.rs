//! The pipelines in `examples/ci`: read as YAML, and every line of shell in them run as the runners would run it.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::Command;

use acceptance_tests::binaries::binaries;
use acceptance_tests::cli::Cli;
use acceptance_tests::scenario::{Scenario, scenario};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::examples::{copy, examples};
use super::scenarios::put;

/// A pipeline as Terraform, which has a reader of YAML, understands it.
fn read(s: &Scenario, file: &str) -> Value {
    let place = s.terraform.directory().join("yaml");
    fs::create_dir_all(&place).unwrap();
    fs::copy(examples().join("ci").join(file), place.join("pipeline.yml")).unwrap();
    let config = "output \"all\" {\n  value = yamldecode(file(\"pipeline.yml\"))\n}\n";
    fs::write(place.join("main.tf"), config).unwrap();
    s.run_well(&["-chdir=yaml", "apply", "-no-color", "-auto-approve"]);
    s.run_well(&["-chdir=yaml", "output", "-json", "all"]).json().unwrap()
}

/// The scripts of some steps, in order. One that is none of ours (a checkout, an installation) has no script.
fn scripts(steps: &Value) -> Vec<String> {
    let script = |step: &Value| step.get("run").or_else(|| step.pointer("/inputs/inlineScript")).cloned();
    let found = steps.as_array().unwrap().iter().filter_map(script);
    let found: Vec<_> = found.map(|text| text.as_str().unwrap().to_owned()).collect();
    assert!(!found.is_empty(), "{steps}");
    found
}

/// A stage of an Azure pipeline by its name, with its one job.
fn stage(pipeline: &Value, name: &str) -> Vec<String> {
    let stages = pipeline["stages"].as_array().unwrap();
    let stage = stages.iter().find(|stage| stage["stage"] == name).unwrap();
    let job = &stage["jobs"][0];
    scripts(job.get("steps").unwrap_or(&job["strategy"]["runOnce"]["deploy"]["steps"]))
}

/// What a runner has besides.
struct Runner {
    directory: tempfile::TempDir,
    token: String,
}

impl Runner {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let program = &Cli::find().unwrap().program;
        std::os::unix::fs::symlink(program, directory.path().join("terraform")).unwrap();
        // As an issuer of tokens would make one; whether it is signed well nobody here can tell.
        let claims = json!({ "iss": "https://issuer", "sub": "pipeline", "exp": 4_102_444_800_u64 });
        let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()));
        Self { directory, token }
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.directory.path().join(name)).unwrap_or_default()
    }

    /// Runs scripts as GitHub and Azure do, up to the first that fails. Gives its exit code and all they printed.
    fn run(&self, s: &Scenario, scripts: &[String]) -> (i32, String) {
        let here = self.directory.path();
        let path = format!("{}:{}", here.display(), std::env::var("PATH").unwrap_or_default());
        let id = |name: &str| s.emulator.ready(name).to_owned();
        let mut told = String::new();
        for script in scripts {
            let output = Command::new("bash")
                .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
                .current_dir(s.terraform.directory())
                .env_clear()
                .envs(s.terraform.variables())
                .env("PATH", &path)
                .env("GITHUB_STEP_SUMMARY", here.join("summary.md"))
                .env("AGENT_TEMPDIRECTORY", here)
                .env("servicePrincipalId", id("client_id"))
                .env("tenantId", id("tenant_id"))
                .env("idToken", &self.token)
                .output()
                .unwrap();
            told.push_str(&String::from_utf8_lossy(&output.stdout));
            told.push_str(&String::from_utf8_lossy(&output.stderr));
            if !output.status.success() {
                return (output.status.code().unwrap(), told);
            }
        }
        (0, told)
    }

    fn run_well(&self, s: &Scenario, scripts: &[String]) -> String {
        let (code, told) = self.run(s, scripts);
        assert_eq!(code, 0, "{told}");
        told
    }
}

#[test]
fn they_check_apply_and_notice_drift() {
    scenario(|s| {
        let [github, drift, azure] = [
            "github-actions/pull-request.yml",
            "github-actions/drift.yml",
            "azure-devops/azure-pipelines.yml",
        ]
        .map(|file| read(s, file));
        fs::remove_dir_all(s.terraform.directory().join("yaml")).unwrap();
        put(s, "imds-linux-web");
        // What the tests of other examples leave lying about is no part of this one.
        fs::remove_dir_all(s.terraform.directory().join("modules")).unwrap();
        copy(&examples().join("imds-linux-web/tests"), &s.terraform.directory().join("tests"));
        fs::remove_file(s.terraform.directory().join("provider.tf")).unwrap();
        s.terraform.mirror_provider(&binaries().unwrap().provider).unwrap();
        let runner = Runner::new();
        let profile = s.profile("web-linux-imds");
        let renamed = json!({ "properties": { "description": "by somebody else" } });

        // GitHub.
        let job = |pipeline: &Value, name: &str| scripts(&pipeline["jobs"][name]["steps"]);
        assert_eq!(github["permissions"]["id-token"], "write");
        let told = runner.run_well(s, &job(&github, "check"));
        assert!(told.contains("5 passed, 0 failed"), "{told}");
        assert!(runner.file("summary.md").contains("Plan: 3 to add"), "the reviewer sees the plan");
        runner.run_well(s, &job(&github, "apply"));
        runner.run_well(s, &job(&drift, "drift"));
        s.emulator.edit(&profile, &renamed).unwrap();
        let (code, told) = runner.run(s, &job(&drift, "drift"));
        assert_eq!(code, 2, "{told}");
        assert!(told.contains("::error title=Drift::"), "{told}");
        assert!(runner.file("summary.md").contains("by somebody else"));

        // Azure DevOps.
        runner.run_well(s, &stage(&azure, "check"));
        assert!(runner.file("plan.md").contains("Plan: 0 to add, 1 to change"), "{}", runner.file("plan.md"));
        runner.run_well(s, &stage(&azure, "apply"));
        runner.run_well(s, &stage(&azure, "drift"));
        s.emulator.edit(&profile, &renamed).unwrap();
        let (code, told) = runner.run(s, &stage(&azure, "drift"));
        assert_eq!(code, 2, "{told}");
        assert!(told.contains("##vso[task.logissue type=error]"), "{told}");
        assert!(runner.file("drift.md").contains("by somebody else"));

        // A plan that cannot be made is a failure, and no drift.
        let refused = json!({
            "match": { "method": "GET", "path": "**/inVMAccessControlProfiles/**" }, "count": null,
            "action": { "do": "answer", "status": 403, "body": { "error": { "code": "AuthorizationFailed" } } }
        });
        s.emulator.faults(&json!({ "faults": [refused] })).unwrap();
        let (code, told) = runner.run(s, &job(&drift, "drift"));
        assert_eq!(code, 1, "{told}");
        assert!(!told.contains("::error title=Drift::"), "{told}");
        s.emulator.faults(&json!({ "faults": [] })).unwrap();
    });
}

/// What the README of the pipelines says about its files.
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
