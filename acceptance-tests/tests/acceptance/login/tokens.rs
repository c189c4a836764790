//! Tokens of Azure: how many, for how long, and Azure's response to a wrong one.

use acceptance_tests::emulator::Request;
use acceptance_tests::scenario::scenario_with;
use serde_json::json;

use super::{is_refused, says};
use crate::configurations::both;

const OTHER: &str = "7e4a0000-0000-4000-8000-0000000000aa";

fn exchanges(requests: &[Request]) -> usize {
    requests.iter().filter(|one| one.path.ends_with("/token")).count()
}

#[test]
fn a_token_that_expires_in_the_middle_is_replaced() {
    scenario_with(&["--operations", "async", "--set", "retry_after=1"], |s| {
        for method in ["PUT", "GET", "DELETE"] {
            s.emulator
                .faults(&json!([{"match": {"method": method, "path": "/subscriptions/**"}, "nth": 2,
                    "action": {"do": "expire-token"}}]))
                .unwrap();
            match method {
                "DELETE" => drop(s.run_well(&["destroy", "-no-color", "-input=false", "-auto-approve"])),
                "PUT" => drop(s.apply(&both())),
                _ => drop(s.apply(&both().replace("Audit", "Enforce"))),
            }
            let requests = s.emulator.requests().unwrap();
            let refused = requests.iter().filter(|one| one.status == Some(401)).count();
            assert_eq!(refused, 1, "{method}: {requests:?}");
            s.emulator.forget_requests().unwrap();
        }
    });
}

#[test]
fn many_resources_share_one_token() {
    scenario_with(&[], |s| {
        let many = "resource \"gallery_invm_access_profile\" \"p\" {\n  count = 20\n  gallery_id = local.gallery_id\n  \
                    name = \"p${count.index}\"\n  location = \"westus\"\n  os_type = \"Linux\"\n  \
                    applicable_host_endpoint = \"IMDS\"\n}\n";
        s.write(many);
        s.run_well(&["apply", "-no-color", "-input=false", "-auto-approve"]);
        let requests = s.emulator.requests().unwrap();
        // A plan without state makes no request; the apply's process signs in once.
        assert_eq!(exchanges(&requests), 1, "{requests:?}");
    });
}

#[test]
fn a_token_for_another_audience_is_refused() {
    scenario_with(&["--auxiliary-tenant", OTHER], |s| {
        let output = is_refused(s, &[("ARM_RESOURCE_MANAGER_AUDIENCE", "https://graph.microsoft.com")]);
        says(&output, &["InvalidAuthenticationTokenAudience", "graph.microsoft.com"]);
        let output = is_refused(s, &[("ARM_RESOURCE_MANAGER_AUDIENCE", "https://nobody.example")]);
        says(&output, &["AADSTS500011", "nobody.example"]);
        let output = is_refused(s, &[("ARM_TENANT_ID", OTHER)]);
        says(&output, &["InvalidAuthenticationTokenTenant"]);
        // Refused once, then once more with a new token, and then no more.
        s.emulator
            .faults(&json!([{"match": {"path": "/subscriptions/**"}, "count": null, "action": {"do": "expire-token"}}]))
            .unwrap();
        s.emulator.forget_requests().unwrap();
        says(&is_refused(s, &[]), &["ExpiredAuthenticationToken"]);
        let requests = s.emulator.requests().unwrap();
        assert_eq!(requests.iter().filter(|one| one.status == Some(401)).count(), 2, "{requests:?}");
    });
}
