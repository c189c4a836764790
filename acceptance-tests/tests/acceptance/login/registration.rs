//! A subscription that was never used for compute.

use acceptance_tests::emulator::Request;
use acceptance_tests::scenario::{Scenario, scenario_with};

use super::{says, with};
use crate::configurations::both;

fn registrations(requests: &[Request]) -> usize {
    requests.iter().filter(|one| one.method == "POST" && one.path.ends_with("/register")).count()
}

#[test]
fn the_provider_registers_compute_itself_and_waits() {
    scenario_with(&["--registration", "missing", "--set", "registration_seconds=0.5"], |s| {
        s.apply(&both());
        let requests = s.requests();
        assert_eq!(registrations(&requests), 1, "{requests:?}");
    });
}

#[test]
fn registration_can_be_switched_off() {
    scenario_with(&["--registration", "missing"], |s| {
        let refused = |s: &mut Scenario, variables: &[(&str, &str)]| {
            let output = with(s, variables, |s| s.apply_fails(&both()));
            says(&output, &["MissingSubscriptionRegistration", "Microsoft.Compute"]);
            assert_eq!(registrations(&s.requests()), 0);
            output
        };
        refused(s, &[("ARM_SKIP_PROVIDER_REGISTRATION", "true")]);
        refused(s, &[("ARM_RESOURCE_PROVIDER_REGISTRATIONS", "none")]);
        s.provider("provider \"gallery\" {\n  skip_provider_registration = true\n}");
        refused(s, &[]);
        s.provider("provider \"gallery\" {}");
    });
}

#[test]
fn without_the_right_to_register_the_error_says_what_to_do() {
    scenario_with(&["--registration", "forbidden"], |s| {
        let output = s.apply_fails(&both());
        says(&output, &["MissingSubscriptionRegistration", "Microsoft.Compute/register/action"]);
    });
}
