//! What the log tells during a long operation.

use acceptance_tests::scenario::scenario_with;

use crate::configurations::PROFILE;

#[test]
fn a_long_write_tells_how_long_it_has_been_waited_for() {
    scenario_with(&["--operations", "async", "--operation-seconds", "1.5"], |s| {
        s.terraform.set("TF_LOG_PROVIDER", "INFO");
        let output = s.apply(PROFILE);
        s.terraform.unset("TF_LOG_PROVIDER");
        let line =
            output.stderr.lines().find(|line| line.contains("not done yet")).expect("no line tells of it");
        assert!(line.contains("[INFO]") && line.contains("provider.lro"), "{line}");
        for part in ["elapsed_s=", "state=", "waiting for the write of /subscriptions/"] {
            assert!(line.contains(part), "{part}: {line}");
        }
        assert!(!output.stderr.contains("[DEBUG]"), "{output}");
    });
}
