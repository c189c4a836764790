//! The whole life of an allowlist: published, attached, watched, tightened, rolled back and cleaned up.
//! Meanwhile another tool changes the same machines, and the provider is killed in between.

use std::time::{Duration, Instant};

use acceptance_tests::host::Feature;
use acceptance_tests::scenario::{Scenario, scenario};
use serde_json::{Value, json};

use crate::attachment::{body, machine, of_imds, other_tool};
use crate::configurations::{PROFILE, RULES, WEB};

const REFERENCE: &str = "inVMAccessControlProfileReferenceId";

/// The blocks that watch, for programs that have them: one holds Enforce back, the other reports missing machines.
const READY: &str = r#"  lifecycle {
    precondition {
      condition     = var.mode != "Enforce" || length(local.not_ready) == 0
      error_message = "Not ready: ${join(", ", local.not_ready)}."
    }
  }"#;
const ALL_REFER: &str = r#"check "fleet" {
  assert {
    condition     = data.gallery_invm_access_machines.m.complete && length(local.machines) == length(var.machine_ids)
    error_message = "Of ${length(var.machine_ids)} machines ${length(local.machines)} refer to the profile."
  }
}"#;

fn config(s: &Scenario, more: &str) -> String {
    let ready = if s.can(Feature::Precondition) { READY } else { "" };
    let all_refer = if s.can(Feature::Check) { ALL_REFER } else { "" };
    format!(
        r#"{PROFILE}
variable "mode" {{ default = "Audit" }}
variable "running" {{ default = null }}
variable "machine_ids" {{ type = set(string) }}

resource "gallery_invm_access_profile_version" "v" {{
  profile_id     = {WEB}.id
  mode           = var.mode
  default_access = "Deny"
  skip_destroy   = true
{RULES}
  lifecycle {{
    create_before_destroy = true
  }}
}}
resource "gallery_invm_access_attachment" "a" {{
  for_each   = var.machine_ids
  machine_id = each.value
  imds_profile_version_id = var.running == null ? gallery_invm_access_profile_version.v.id : "${{{WEB}.id}}/versions/${{var.running}}"
{ready}
}}
data "gallery_invm_access_machines" "m" {{
  resource_group_id = split("/providers/", local.gallery_id)[0]
  profile_id        = {WEB}.id
}}
locals {{
  machines  = data.gallery_invm_access_machines.m.machines
  not_ready = [for one in local.machines : one.name if one.imds.channel_state != "Enforce" && !(one.complete && one.imds.up_to_date && one.imds.denied == 0)]
}}
{all_refer}
{more}
"#
    )
}

fn refer_to(s: &Scenario, machines: &[String], version: &str) {
    for id in machines {
        assert_eq!(of_imds(s, id), json!({ REFERENCE: s.version("web", version) }), "{id}");
    }
}

fn plan(s: &Scenario) -> acceptance_tests::output::Output {
    s.run(&["plan", "-no-color", "-input=false", "-detailed-exitcode"])
}

#[test]
#[cfg_attr(windows, ignore = "it needs .ci/console-event.c")]
fn ten_machines_are_rolled_forward_and_back_while_others_change_them() {
    scenario(|s| {
        s.unrecorded();
        s.emulator.set(&json!({"agent_seconds": 0})).unwrap();
        let on = json!({"enabled": true, "addProxyAgentExtension": true, "wireServer": {"mode": "Audit"}});
        let machines: Vec<String> = (0..10).map(|number| machine(s, &format!("vm{number}"), &on)).collect();
        s.terraform.write("machines.auto.tfvars", &format!("machine_ids = {machines:?}\n")).unwrap();
        let variables = |s: &Scenario, text: &str| s.terraform.write("terraform.tfvars", text).unwrap();

        // Publish and attach.
        s.apply(&config(s, ""));
        refer_to(s, &machines, "1.0.0");
        let quiet = plan(s);
        assert!(quiet.code == Some(0) && !quiet.says("Check block assertion failed"), "{quiet}");

        // Another tool writes a machine as it knows it, without the reference: that is found, reported and
        // repaired.
        other_tool(s, "PUT", &machines[0], &body(&on));
        assert_ne!(of_imds(s, &machines[0])[REFERENCE], json!(s.version("web", "1.0.0")));
        let drifted = plan(s);
        assert!(drifted.code == Some(2) && drifted.says("1 to change"), "{drifted}");
        let too_early = s.run(&["plan", "-no-color", "-input=false", "-var=mode=Enforce"]);
        if s.can(Feature::Check) {
            assert!(too_early.says("Of 10 machines 9 refer to the profile."), "{too_early}");
        }
        s.reapply(&[]);
        refer_to(s, &machines, "1.0.0");

        // Tighten. The provider is killed while machines are being moved; the next apply continues.
        let kept = s.version("web", "1.0.0");
        s.keeps(&kept);
        variables(s, "mode = \"Enforce\"\n");
        s.emulator.set(&json!({"operations": "async", "operation_seconds": 3.0})).unwrap();
        s.requests();
        let run = s.terraform.start(&["apply", "-no-color", "-input=false", "-auto-approve"]).unwrap();
        let begun = Instant::now();
        while !s.emulator.requests().unwrap().iter().any(|request| request.method == "PATCH") {
            assert!(begun.elapsed() < Duration::from_secs(120), "nothing is moved");
            std::thread::sleep(Duration::from_millis(50));
        }
        run.kill_providers().unwrap();
        let killed = run.output().unwrap();
        assert_ne!(killed.code, Some(0), "{killed}");
        s.emulator.set(&json!({"operations": "none"})).unwrap();
        // Azure finishes the operation.
        std::thread::sleep(Duration::from_secs(4));
        let resumed = s.run(&["apply", "-no-color", "-input=false", "-auto-approve"]);
        assert!(resumed.succeeded(), "{resumed}");
        s.nothing_to_do();
        refer_to(s, &machines, "1.0.1");
        let enforced = plan(s);
        assert!(enforced.code == Some(0) && !enforced.says("Check block assertion failed"), "{enforced}");

        // Roll back: one reference, no new version.
        variables(s, "mode = \"Enforce\"\nrunning = \"1.0.0\"\n");
        s.requests();
        s.reapply(&[]);
        refer_to(s, &machines, "1.0.0");
        let writes: Vec<_> = s.requests().into_iter().filter(|one| one.method != "GET").collect();
        assert!(writes.len() == 10 && writes.iter().all(|one| one.method == "PATCH"), "{writes:?}");

        // Clean up: who refers to the version that was rolled back?
        let who = |name: &str| {
            format!(
                "data \"gallery_invm_access_machines\" \"who\" {{\n  subscription_id = split(\"/\", local.gallery_id)[2]\n  \
                 profile_version_id = \"${{{WEB}.id}}/versions/{name}\"\n}}\noutput \"who\" {{\n  value = \
                 [data.gallery_invm_access_machines.who.all_listed, data.gallery_invm_access_machines.who.machines[*].name]\n}}\n"
            )
        };
        let answer = |s: &Scenario| -> Value { s.run_well(&["output", "-json", "who"]).json().unwrap() };
        s.apply(&config(s, &who("1.0.1")));
        assert_eq!(answer(s), json!([true, []]));
        s.apply(&config(s, &who("1.0.0")));
        assert_eq!(answer(s)[1].as_array().unwrap().len(), 10);

        // The end: the machines keep a mode, and the profile is deleted with its versions.
        let forced = config(s, "").replacen("  os_type ", "  force_destroy = true\n  os_type ", 1);
        s.apply(&forced);
        s.adopted(&kept);
        let output = s.run_well(&["destroy", "-no-color", "-input=false", "-auto-approve"]);
        if s.can(Feature::PlannedDeletion) {
            assert!(output.says("Versions in it now: 1.0.0, 1.0.1."), "{output}");
        }
        for id in &machines {
            assert_eq!(of_imds(s, id), json!({"mode": "Audit"}), "{id}");
        }
    });
}
