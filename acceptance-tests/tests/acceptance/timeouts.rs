//! The `timeouts` block.

use std::time::{Duration, Instant};

use acceptance_tests::scenario::{scenario, scenario_with};
use serde_json::json;

use crate::configurations::{PROFILE, V, WEB, version};

#[test]
fn an_expired_timeout_names_its_setting_and_loses_nothing() {
    scenario(|s| {
        s.apply(PROFILE);
        s.emulator.set(&json!({"operations": "async", "operation_seconds": 6, "retry_after": null})).unwrap();
        let hasty = version("  name = \"1.0.0\"\n  timeouts {\n    create = \"1s\"\n  }\n");
        let start = Instant::now();
        let output = s.apply_fails(&format!("{PROFILE}{hasty}"));
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        assert!(output.says("raise `create` in the `timeouts` block"), "{output}");
        assert!(s.state().is_tainted(V), "the version that Azure still creates is kept");
        // Azure is still creating the old one; the apply waits for that.
        s.apply(&format!("{PROFILE}{}", hasty.replace("1s", "1m")));
        s.emulator.set(&json!({"operations": "none"})).unwrap();
    });
}

#[test]
fn a_read_ends_at_its_timeout() {
    scenario_with(&[], |s| {
        let config = PROFILE.replace("os_type ", "timeouts { read = \"1s\" }\n  os_type ");
        s.apply(&config);
        s.emulator
            .faults(&json!([{
                "match": {"method": "GET", "path": "/subscriptions/**"}, "count": null,
                "action": {"do": "answer", "status": 503, "retry": {"seconds": 1}}
            }]))
            .unwrap();
        let start = Instant::now();
        let output = s.run(&["plan", "-no-color", "-input=false"]);
        assert_eq!(output.code, Some(1), "{output}");
        assert!(output.says("raise `read` in the `timeouts` block"), "{output}");
        assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
        assert_eq!(s.state().addresses(), [WEB]);
        s.emulator.faults(&json!([])).unwrap();
    });
}
