//! As the az CLI's user.

use acceptance_tests::emulator::Request;
use acceptance_tests::scenario::{Scenario, scenario_with};
use serde_json::json;

use super::{block_signs_in, is_refused, path_with_az, says, signs_in, without_login};
use crate::configurations::both;

const OTHER: &str = "7e4a0000-0000-4000-8000-0000000000aa";

fn with_az(test: impl Fn(&mut Scenario)) {
    scenario_with(&["--auxiliary-tenant", OTHER], |s| {
        without_login(s);
        s.terraform.set("PATH", path_with_az(s));
        test(s);
    });
}

/// The arguments of `az`.
fn calls(requests: &[Request]) -> Vec<String> {
    let all = requests.iter().filter(|one| one.path == "/az");
    all.map(|one| {
        let words = one.body["arguments"].as_array().unwrap();
        words.iter().map(|word| word.as_str().unwrap()).collect::<Vec<_>>().join(" ")
    })
    .collect()
}

#[test]
fn the_az_login_needs_no_settings() {
    with_az(|s| {
        let tokens = |requests: &[Request]| -> Vec<String> {
            calls(requests).into_iter().filter(|line| line.contains("get-access-token")).collect()
        };
        let requests = signs_in(s, &[]);
        assert_eq!(tokens(&requests).len(), 1, "{requests:?}");
        let tenant = s.emulator.ready("tenant_id").to_owned();
        let requests = signs_in(s, &[("ARM_TENANT_ID", &tenant), ("ARM_USE_CLI", "true")]);
        assert!(tokens(&requests)[0].contains(&format!("--tenant {tenant}")), "{requests:?}");
        for state in ["service-principal", "old"] {
            s.emulator.set(&json!({"az": state})).unwrap();
            assert_eq!(tokens(&block_signs_in(s, "  use_cli = true")).len(), 1, "{state}");
        }
        s.emulator.set(&json!({"az": "user"})).unwrap();
        // One token for a whole apply: `az` is slow.
        s.emulator.forget_requests().unwrap();
        s.write(&both());
        s.run_well(&["apply", "-no-color", "-input=false", "-auto-approve"]);
        // One plugin process for the plan and one for the apply.
        assert!(tokens(&s.emulator.requests().unwrap()).len() <= 2);
    });
}

#[test]
fn each_failure_of_az_is_reported() {
    with_az(|s| {
        s.emulator.set(&json!({"az": "signed-out"})).unwrap();
        says(&is_refused(s, &[]), &["az login"]);
        s.emulator.set(&json!({"az": "expired"})).unwrap();
        says(
            &is_refused(s, &[]),
            &["AADSTS700082", "The refresh token has expired due to inactivity", "az login"],
        );
        s.emulator.set(&json!({"az": "user"})).unwrap();
        let unknown = "7e4a0000-0000-4000-8000-0000000000ff";
        says(&is_refused(s, &[("ARM_TENANT_ID", unknown)]), &["AADSTS90002", unknown]);
        says(&is_refused(s, &[("ARM_SUBSCRIPTION_ID", unknown)]), &["doesn't exist in cloud", unknown]);
        let output = is_refused(s, &[("ARM_USE_CLI", "false")]);
        says(&output, &["No login configured", "ARM_USE_CLI"]);
        // No `az` at all.
        let output = is_refused(s, &[("PATH", "/nowhere")]);
        says(&output, &["az", "install"]);
    });
}
