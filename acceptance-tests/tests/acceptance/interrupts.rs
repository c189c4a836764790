//! Ctrl-C, a closing terminal, and `kill -9` of the provider or of the CLI. The fault matrix tests every request
//! of every operation with the host double; these tests use the real CLI. On Windows most of them need a program
//! that announces the events of a console, which `.ci/windows` builds.

use std::time::{Duration, Instant};

use acceptance_tests::emulator::Request;
use acceptance_tests::output::Output;
use acceptance_tests::run::Run;
use acceptance_tests::scenario::{Scenario, scenario};
use acceptance_tests::stop;
use serde_json::json;

use crate::configurations::{PROFILE, RULES, V, WEB, both, version, version_of, with};

const APPLY: [&str; 4] = ["apply", "-no-color", "-input=false", "-auto-approve"];
/// How long an interrupted run may take to end, on a busy machine.
const SECONDS: Duration = Duration::from_secs(20);

/// Makes every write take this long from now on.
fn slow(s: &Scenario, seconds: f64) {
    let settings = json!({"operations": "async", "operation_seconds": seconds, "retry_after": null});
    s.emulator.set(&settings).unwrap();
}

fn quick(s: &Scenario) {
    s.emulator.set(&json!({"operations": "none"})).unwrap();
}

/// Waits until Azure has received a request like this.
fn wait_for(s: &Scenario, like: impl Fn(&Request) -> bool) {
    wait_for_many(s, 1, like);
}

/// The same for this many requests.
fn wait_for_many(s: &Scenario, count: usize, like: impl Fn(&Request) -> bool) {
    let begun = Instant::now();
    while s.emulator.requests().unwrap().iter().filter(|one| like(one)).count() < count {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never came: {:?}", s.emulator.requests());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Starts a run and presses Ctrl-C at the first poll of the operation that this verb starts.
fn interrupted(s: &Scenario, arguments: &[&str], method: &str) -> Output {
    s.requests();
    let run = s.terraform.start(arguments).unwrap();
    wait_for(s, |request| request.method == method);
    wait_for(s, |request| request.path.contains("/capsOperations/"));
    let at = Instant::now();
    run.interrupt().unwrap();
    let output = run.output().unwrap();
    assert!(at.elapsed() < SECONDS, "{:?} {output}", at.elapsed());
    assert_ne!(output.code, Some(0), "an interrupted run does not succeed: {output}");
    output
}

fn sent(s: &Scenario, method: &str) -> usize {
    s.requests().iter().filter(|request| request.method == method).count()
}

#[test]
#[cfg_attr(windows, ignore = "it needs .ci/console-event.c")]
fn an_interrupted_creation_continues() {
    scenario(|s| {
        slow(s, 6.0);
        s.write(PROFILE);
        let output = interrupted(s, &APPLY, "PUT");
        assert_eq!(output.times("In-VM access profile is not finished yet"), 1, "{output}");
        assert!(!s.state().is_tainted(WEB), "it would be made again");
        assert_eq!(s.state().ids("gallery_"), s.new_objects());
        assert_eq!(sent(s, "PUT"), 1);
        quick(s);
        s.apply(PROFILE);
        assert_eq!(sent(s, "PUT"), 0, "nothing is sent again");

        slow(s, 12.0);
        s.write(&both());
        let output = interrupted(s, &APPLY, "PUT");
        assert_eq!(output.times("In-VM access profile version is not finished yet"), 1, "{output}");
        assert!(!s.state().is_tainted(V));
        // A plan does not wait, and reports what is left to do.
        let plan = s.replan(&[]);
        if plan.output.says("In-VM access profile version is still being created") {
            assert_eq!(plan.actions(V), "update", "{}", plan.output);
        }
        quick(s);
        s.apply(&both());
        assert_eq!(sent(s, "PUT"), 1, "the one before");
        assert!(s.state().attributes(V)["published_date"].is_string());
    });
}

#[test]
#[cfg_attr(windows, ignore = "it needs .ci/console-event.c")]
fn an_interrupted_change_and_deletion_continue() {
    scenario(|s| {
        s.apply(&both());
        slow(s, 6.0);
        let changed = with(&both(), "mode", "\"Audit\"");
        s.write(&changed);
        let output = interrupted(s, &APPLY, "PUT");
        assert!(output.says("could not be changed"), "{output}");
        assert_eq!(sent(s, "PUT"), 1);
        quick(s);
        s.apply(&changed);
        assert_eq!(sent(s, "PUT"), 0, "the operation is waited for");
        assert_eq!(s.state().attributes(V)["mode"], "Audit");

        slow(s, 6.0);
        s.write(PROFILE);
        let output = interrupted(s, &APPLY, "DELETE");
        assert!(output.says("could not be deleted"), "{output}");
        assert!(!s.state().attributes(V).is_null(), "it may still be there");
        assert_eq!(sent(s, "DELETE"), 1);
        quick(s);
        s.apply(PROFILE);
        assert_eq!(sent(s, "DELETE"), 0, "the operation is waited for");
    });
}

#[test]
#[cfg_attr(windows, ignore = "it needs .ci/console-event.c")]
fn an_object_whose_deletion_was_interrupted_can_be_created_again() {
    scenario(|s| {
        s.apply(&both());
        slow(s, 6.0);
        s.write(PROFILE);
        interrupted(s, &APPLY, "DELETE");
        quick(s);
        s.apply(&both());
        assert_eq!(s.new_objects().len(), 2);
    });
}

/// The requests of a version's creation, by verb and number, and whether the fault comes before they are
/// processed.
const PLACES: [(&str, u32, &str); 5] = [
    ("GET", 1, "before"),
    ("GET", 3, "after"),
    ("PUT", 1, "before"),
    ("PUT", 1, "after"),
    ("POLL", 1, "before"),
];

/// Kills at each of the places; the next apply either creates the version or prints the block to paste, and
/// then all is well.
fn killed(kill: impl Fn(&Run) -> std::io::Result<()>) {
    scenario(|s| {
        s.apply(PROFILE);
        let id = s.version("web", "1.0.0");
        for (method, nth, when) in PLACES {
            slow(s, 0.3);
            let path = if method == "POLL" { "**/capsOperations/*" } else { "/subscriptions/**" };
            let verb = if method == "POLL" { "GET" } else { method };
            let fault = json!([{"match": {"method": verb, "path": path}, "nth": nth,
                "action": {"do": "delay", "seconds": 40, "when": when}}]);
            s.emulator.faults(&fault).unwrap();
            s.requests();
            s.write(&both());
            let run = s.terraform.start(&APPLY).unwrap();
            let of_it = |request: &Request| {
                let polled = request.path.contains("/capsOperations/");
                if method == "POLL" { polled } else { request.method == verb && !polled }
            };
            // A delayed request is not in the list before it is processed.
            let seen = |s: &Scenario| {
                let faults = s.emulator.script().unwrap();
                faults["faults"][0]["seen"].as_u64().unwrap_or_default() >= u64::from(nth)
            };
            let begun = Instant::now();
            while !seen(s) {
                assert!(begun.elapsed() < Duration::from_secs(60), "{method} {nth} never came");
                std::thread::sleep(Duration::from_millis(20));
            }
            if when == "after" {
                wait_for(s, of_it);
            }
            kill(&run).unwrap();
            let output = run.output().unwrap();
            assert!(!output.says("Apply complete!"), "{output}");
            // `taskkill` of wine ends a process with code 0.
            assert!(cfg!(windows) || output.code != Some(0), "{output}");
            s.emulator.faults(&json!([])).unwrap();
            quick(s);

            let there = s.new_objects().len() == 2;
            // On Windows, Terraform may still save what the provider returns when the console closes.
            let is_saved = cfg!(windows) && !s.state().attributes(V).is_null();
            let output = s.run(&APPLY);
            if output.succeeded() {
                assert!(!there || is_saved, "the version exists: {output}");
                s.nothing_to_do();
            } else {
                assert!(
                    output.says("In-VM access profile version already exists"),
                    "{method} {nth} {when}: {output}"
                );
                assert!(output.says(&format!("id = \"{id}\" }}")), "{output}");
                s.take_over(&both(), V, &id);
            }
            assert_eq!(s.new_objects().len(), 2, "{method} {nth} {when}");
            s.apply(PROFILE);
        }
    });
}

#[test]
#[cfg_attr(windows, ignore = "it needs .ci/console-event.c")]
fn a_killed_provider_leaves_at_most_an_importable_object() {
    killed(Run::kill_providers);
}

#[test]
fn a_killed_cli_leaves_at_most_an_importable_object() {
    killed(Run::kill);
}

#[test]
#[cfg_attr(windows, ignore = "it needs .ci/console-event.c")]
fn a_closed_terminal_leaves_at_most_an_importable_object() {
    if stop::closing_is_ignored() {
        eprintln!("SKIPPED: under `nohup` no terminal ends a run");
        return;
    }
    killed(Run::close_terminal);
}

/// Hosts show one of several warnings with equal summaries, so each summary names its version.
#[test]
#[cfg_attr(windows, ignore = "it needs .ci/console-event.c")]
fn twelve_versions_left_behind_are_each_reported_by_name() {
    scenario(|s| {
        let profile = |n: u32| {
            let one = PROFILE.replace("\"web\" {", &format!("\"web{n}\" {{"));
            one.replace("= \"web\"", &format!("= \"web{n}\""))
        };
        let both = |n: u32| {
            let label = format!("v{n}");
            format!("{}{}", profile(n), version_of(&label, RULES).replace(WEB, &format!("{WEB}{n}")))
        };
        s.apply(&(0..12).map(profile).collect::<String>());
        // Azure creates each version, but every response is lost.
        let fault = json!([{"match": {"method": "PUT"}, "count": null,
            "action": {"do": "delay", "seconds": 40, "when": "after"}}]);
        s.emulator.faults(&fault).unwrap();
        s.write(&(0..12).map(both).collect::<String>());
        s.requests();
        let apply = ["apply", "-no-color", "-input=false", "-auto-approve", "-parallelism=12"];
        let run = s.terraform.start(&apply).unwrap();
        wait_for_many(s, 12, |request| request.method == "PUT");
        run.kill_providers().unwrap();
        run.output().unwrap();
        s.emulator.faults(&json!([])).unwrap();
        let output = s.run_well(&apply);
        for n in 0..12 {
            let summary = format!("Warning: Version 1.0.0 of web{n} equals the new version");
            assert_eq!(output.times(&summary), 1, "{n}: {output}");
            let id = s.version(&format!("web{n}"), "1.0.0");
            assert!(output.says(&format!("id = \"{id}\" }}")), "{n}: {output}");
            s.emulator.remove(&id).unwrap();
        }
        s.nothing_to_do();
    });
}

#[test]
#[cfg_attr(windows, ignore = "it needs .ci/console-event.c")]
fn an_automatically_named_version_left_behind_is_reported() {
    scenario(|s| {
        s.apply(PROFILE);
        let fault =
            json!([{"match": {"method": "PUT"}, "action": {"do": "delay", "seconds": 40, "when": "after"}}]);
        s.emulator.faults(&fault).unwrap();
        let unnamed = format!("{PROFILE}{}", version(RULES));
        s.write(&unnamed);
        s.requests();
        let run = s.terraform.start(&APPLY).unwrap();
        wait_for(s, |request| request.method == "PUT");
        run.kill_providers().unwrap();
        run.output().unwrap();
        s.emulator.faults(&json!([])).unwrap();
        let output = s.run_well(&APPLY);
        let id = s.version("web", "1.0.0");
        assert_eq!(output.times("Version 1.0.0 of web equals the new version"), 1, "{output}");
        assert!(output.says(&format!("id = \"{id}\" }}")), "{output}");
        assert_eq!(s.state().attributes(V)["name"], "1.0.1");
        s.emulator.remove(&id).unwrap();
        s.nothing_to_do();
    });
}
