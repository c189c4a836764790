//! Further tenants, whose tokens are sent too.

use acceptance_tests::scenario::{Scenario, scenario_with};
use serde_json::json;

use super::{is_refused, says, with};
use crate::configurations::both;

const SECOND: &str = "7e4a0000-0000-4000-8000-0000000000aa";
const THIRD: &str = "7e4a0000-0000-4000-8000-0000000000bb";

fn in_three_tenants(test: impl Fn(&mut Scenario)) {
    scenario_with(&["--auxiliary-tenant", SECOND, "--auxiliary-tenant", THIRD], test);
}

#[test]
fn tokens_of_auxiliary_tenants_are_sent() {
    in_three_tenants(|s| {
        s.emulator.set(&json!({"linked_tenants": [SECOND, THIRD]})).unwrap();
        let list = format!("{SECOND};{THIRD}");
        let output = s.apply_fails(&both());
        says(&output, &["LinkedAuthorizationFailed"]);
        with(s, &[("ARM_AUXILIARY_TENANT_IDS", &list)], |s| s.apply(&both()));
        s.provider(&format!("provider \"gallery\" {{\n  auxiliary_tenant_ids = [{SECOND:?}, {THIRD:?}]\n}}"));
        s.apply(&both().replace("Audit", "Enforce"));
    });
}

#[test]
fn an_unusable_tenant_and_one_too_many_are_errors() {
    in_three_tenants(|s| {
        let unknown = "7e4a0000-0000-4000-8000-0000000000ff";
        says(&is_refused(s, &[("ARM_AUXILIARY_TENANT_IDS", unknown)]), &["AADSTS90002", unknown]);
        let four = format!("{SECOND};{THIRD};{unknown};7e4a0000-0000-4000-8000-0000000000ee");
        s.emulator.forget_requests().unwrap();
        says(
            &is_refused(s, &[("ARM_AUXILIARY_TENANT_IDS", &four)]),
            &["ARM_AUXILIARY_TENANT_IDS", "at most 3"],
        );
        assert!(s.emulator.requests().unwrap().is_empty());
    });
}
