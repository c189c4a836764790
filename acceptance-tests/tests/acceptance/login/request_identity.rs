//! How every request identifies itself: correlation id, partner, user agent.

use acceptance_tests::emulator::Request;
use acceptance_tests::scenario::{Scenario, scenario};
use serde_json::Value;

use super::{READ, with};

/// The requests to Azure Resource Manager that a plan makes.
fn reads(s: &mut Scenario, variables: &[(&str, &str)]) -> Vec<Request> {
    with(s, variables, |s| {
        s.requests();
        s.plan(READ);
        let reads = s.requests();
        assert!(!reads.is_empty());
        reads
    })
}

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.get(name).and_then(Value::as_str)
}

#[test]
fn correlation_id_and_partner_are_as_configured() {
    const CORRELATION: &str = "x-ms-correlation-request-id";
    scenario(|s| {
        let partner = "11111111-2222-4333-8444-555555555555";
        let usual = reads(s, &[]);
        let id = header(&usual[0], CORRELATION).unwrap();
        assert_eq!(id.len(), 36, "{id}");
        assert!(usual.iter().all(|one| header(one, CORRELATION) == Some(id)), "one id for a run: {usual:?}");
        let agent = header(&usual[0], "user-agent").unwrap();
        assert!(agent.contains("terraform-provider-gallery/") && !agent.contains("pid-"), "{agent}");

        let requests = reads(s, &[("ARM_CORRELATION_REQUEST_ID", partner)]);
        assert_eq!(header(&requests[0], CORRELATION), Some(partner));
        let silent = reads(s, &[("ARM_DISABLE_CORRELATION_REQUEST_ID", "Yes")]);
        assert_eq!(header(&silent[0], CORRELATION), None);
        let attributed = reads(s, &[("ARM_PARTNER_ID", partner)]);
        assert!(header(&attributed[0], "user-agent").unwrap().contains(partner), "{attributed:?}");

        s.provider(&format!(
            "provider \"gallery\" {{\n  partner_id                    = {partner:?}\n  \
             custom_correlation_request_id = {partner:?}\n  subscription_id = {partner:?}\n}}"
        ));
        let arguments = reads(s, &[]);
        assert_eq!(header(&arguments[0], CORRELATION), Some(partner));
        assert!(header(&arguments[0], "user-agent").unwrap().contains(partner));
        s.provider("provider \"gallery\" {\n  disable_correlation_request_id = true\n}");
        assert_eq!(header(&reads(s, &[])[0], CORRELATION), None);
    });
}
