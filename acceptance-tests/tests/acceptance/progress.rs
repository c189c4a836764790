//! The log during a long operation.

use acceptance_tests::scenario::scenario_with;

use crate::configurations::PROFILE;

#[test]
fn a_long_write_logs_its_elapsed_time() {
    scenario_with(&["--operations", "async", "--operation-seconds", "1.5"], |s| {
        s.terraform.set("TF_LOG_PROVIDER", "INFO");
        let output = s.apply(PROFILE);
        s.terraform.unset("TF_LOG_PROVIDER");
        let line =
            output.stderr.lines().find(|line| line.contains("not done yet")).expect("no line shows it");
        assert!(line.contains("[INFO]") && line.contains("provider.lro"), "{line}");
        for part in ["elapsed_s=", "state=", "waiting for the write of /subscriptions/"] {
            assert!(line.contains(part), "{part}: {line}");
        }
        assert!(!output.stderr.contains("[DEBUG]"), "{output}");
    });
}
