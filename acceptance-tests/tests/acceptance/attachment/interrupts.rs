//! Ctrl-C and `kill -9` in the middle of an attachment.

use std::time::{Duration, Instant};

use acceptance_tests::emulator::Request;
use acceptance_tests::scenario::{Scenario, scenario};
use serde_json::json;

use super::{A, imds, machine, of_imds, on, others, refers, versions};

const VM: &str = "virtualMachines/vm";
const APPLY: [&str; 4] = ["apply", "-no-color", "-input=false", "-auto-approve"];

fn wait_for(s: &Scenario, like: impl Fn(&Request) -> bool) {
    let begun = Instant::now();
    while !s.emulator.requests().unwrap().iter().any(&like) {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never came: {:?}", s.emulator.requests());
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn slow(s: &Scenario, seconds: f64) {
    s.emulator.set(&json!({"operations": "async", "operation_seconds": seconds})).unwrap();
}

fn quick(s: &Scenario) {
    s.emulator.set(&json!({"operations": "none"})).unwrap();
}

#[test]
#[cfg_attr(windows, ignore = "it needs .ci/console-event.c")]
fn an_interrupted_attachment_is_in_the_state_and_continues() {
    scenario(|s| {
        s.unrecorded();
        let id = machine(s, "vm", &on());
        s.apply(&versions());
        for (label, number) in [("v", "1.0.0"), ("w", "1.0.1")] {
            slow(s, 6.0);
            s.write(&imds(VM, label, ""));
            s.requests();
            let run = s.terraform.start(&APPLY).unwrap();
            wait_for(s, |request| request.method == "PATCH");
            wait_for(s, |request| request.path.contains("perations/"));
            run.interrupt().unwrap();
            let output = run.output().unwrap();
            assert_ne!(output.code, Some(0), "{output}");
            assert!(!s.state().is_tainted(A) && !s.state().attributes(A).is_null(), "{output}");
            quick(s);
            s.reapply(&[]);
            assert_eq!(of_imds(s, &id), refers(s, number));
        }
        slow(s, 6.0);
        s.write(&versions());
        let run = s.terraform.start(&APPLY).unwrap();
        s.requests();
        wait_for(s, |request| request.method == "PATCH");
        run.interrupt().unwrap();
        run.output().unwrap();
        quick(s);
        s.reapply(&[]);
        assert_eq!(of_imds(s, &id), json!({"mode": "Audit"}));
    });
}

#[test]
#[cfg_attr(windows, ignore = "it needs .ci/console-event.c")]
fn kills_leave_no_machine_behind() {
    scenario(|s| {
        s.unrecorded();
        let id = machine(s, "vm", &on());
        let before = others(s, &id);
        s.apply(&versions());
        // While it is attached, moved, and detached.
        for (config, imds) in [
            (imds(VM, "v", ""), refers(s, "1.0.0")),
            (imds(VM, "w", ""), refers(s, "1.0.1")),
            (versions(), json!({"mode": "Audit"})),
        ] {
            for when in ["before", "after"] {
                s.emulator
                    .faults(&json!([{"match": {"method": "PATCH"}, "action": {"do": "delay", "seconds": 40, "when": when}}]))
                    .unwrap();
                s.write(&config);
                let run = s.terraform.start(&APPLY).unwrap();
                let begun = Instant::now();
                while s.emulator.script().unwrap()["faults"][0]["seen"].as_u64() != Some(1) {
                    assert!(begun.elapsed() < Duration::from_secs(60), "{when}: it never came");
                    std::thread::sleep(Duration::from_millis(20));
                }
                run.kill_providers().unwrap();
                run.output().unwrap();
                s.emulator.faults(&json!([])).unwrap();
                assert_eq!(others(s, &id), before);
                assert_eq!(of_imds(s, &id) == imds, when == "after");
            }
            s.apply(&config);
            assert_eq!(of_imds(s, &id), imds);
        }
        assert_eq!(others(s, &id), before);
    });
}
