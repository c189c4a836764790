//! With a client certificate.

use acceptance_tests::emulator::Request;
use acceptance_tests::scenario::{Scenario, scenario_with};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{
    PASSWORD, assertions, block_signs_in, fixture, fixture_text, is_refused, says, signs_in, without_secret,
};

const PATH: &str = "ARM_CLIENT_CERTIFICATE_PATH";
const PASSWORD_VARIABLE: &str = "ARM_CLIENT_CERTIFICATE_PASSWORD";

fn with_certificates(test: impl Fn(&mut Scenario)) {
    let (rsa, ec) = (fixture_text("rsa.crt"), fixture_text("ec.crt"));
    scenario_with(&["--client-certificate", &rsa, "--client-certificate", &ec], |s| {
        without_secret(s);
        test(s);
    });
}

/// The signature algorithm of the only exchange.
fn algorithm(requests: &[Request]) -> &str {
    let sent = assertions(requests);
    assert_eq!(sent.len(), 1, "{requests:?}");
    sent[0]["header"]["alg"].as_str().unwrap()
}

#[test]
fn every_form_of_certificate_by_its_path() {
    with_certificates(|s| {
        for (file, password, expected) in [
            ("rsa-modern.pfx", PASSWORD, ["RS256", "PS256"]),
            ("rsa-legacy.pfx", PASSWORD, ["RS256", "PS256"]),
            ("ec-no-password.pfx", "", ["ES256", "ES256"]),
            ("rsa.pem", "", ["RS256", "PS256"]),
            ("ec.pem", "", ["ES256", "ES256"]),
        ] {
            let path = fixture_text(file);
            let requests = signs_in(s, &[(PATH, &path), (PASSWORD_VARIABLE, password)]);
            assert!(expected.contains(&algorithm(&requests)), "{file}: {requests:?}");
        }
    });
}

#[test]
fn a_certificate_in_an_argument() {
    with_certificates(|s| {
        let text = STANDARD.encode(std::fs::read(fixture("rsa-modern.pfx")).unwrap());
        let inline = format!("  client_certificate = {text:?}\n  client_certificate_password = {PASSWORD:?}");
        let requests = block_signs_in(s, &inline);
        assert_ne!(algorithm(&requests), "ES256");
        let path = format!("  client_certificate_path = {:?}", fixture_text("ec.pem"));
        assert_eq!(algorithm(&block_signs_in(s, &path)), "ES256");
        let requests = signs_in(s, &[("ARM_CLIENT_CERTIFICATE", &text), (PASSWORD_VARIABLE, PASSWORD)]);
        assert_eq!(assertions(&requests).len(), 1);
    });
}

#[test]
fn a_certificate_that_cannot_be_used() {
    with_certificates(|s| {
        let (pfx, stranger) = (fixture_text("rsa-modern.pfx"), fixture_text("stranger.pem"));
        let output = is_refused(s, &[(PATH, &pfx), (PASSWORD_VARIABLE, "wrong-password-77")]);
        says(&output, &["password", PASSWORD_VARIABLE]);
        assert!(!output.says("wrong-password-77"), "{output}");
        says(&is_refused(s, &[(PATH, "/nowhere/at.pfx")]), &["/nowhere/at.pfx", PATH]);
        says(&is_refused(s, &[(PATH, &fixture_text("rsa.crt"))]), &["key", PATH]);
        says(&is_refused(s, &[(PATH, &fixture_text("README.md"))]), &[PATH]);
        says(
            &is_refused(s, &[("ARM_CLIENT_CERTIFICATE", "no base64!")]),
            &["ARM_CLIENT_CERTIFICATE", "base64"],
        );
        assert!(s.emulator.requests().unwrap().is_empty(), "all that is known without Azure");

        let output = is_refused(s, &[(PATH, &stranger)]);
        says(
            &output,
            &["AADSTS700027", "is not registered on application", "Thumbprint of key used by client", PATH],
        );
    });
}
