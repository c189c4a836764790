//! Which cloud, and whether its certificate is trusted.

use acceptance_tests::scenario::{Scenario, scenario};
use serde_json::json;

use super::{block_is_refused, block_signs_in, is_refused, says, signs_in};

const ADDRESSES: [&str; 4] = [
    "ARM_ENVIRONMENT",
    "ARM_RESOURCE_MANAGER_ENDPOINT",
    "ARM_RESOURCE_MANAGER_AUDIENCE",
    "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST",
];

fn nowhere(s: &mut Scenario) {
    for name in ADDRESSES {
        s.terraform.unset(name);
    }
}

#[test]
fn a_metadata_host_provides_the_addresses() {
    scenario(|s| {
        let arm = s.emulator.ready("arm").to_owned();
        let host = arm.trim_start_matches("https://").to_owned();
        nowhere(s);
        let requests = signs_in(s, &[("ARM_METADATA_HOSTNAME", &host)]);
        assert!(requests.iter().any(|one| one.path == "/metadata/endpoints"), "{requests:?}");
        block_signs_in(s, &format!("  metadata_host = {host:?}\n  environment   = \"custom\""));
        let output =
            is_refused(s, &[("ARM_METADATA_HOSTNAME", &host), ("ARM_RESOURCE_MANAGER_ENDPOINT", &arm)]);
        says(&output, &["ARM_METADATA_HOSTNAME", "ARM_RESOURCE_MANAGER_ENDPOINT"]);
        s.emulator
            .faults(&json!([{"match": {"path": "/metadata/endpoints"}, "count": null,
                "action": {"do": "answer", "status": 404, "text": "no clouds here"}}]))
            .unwrap();
        says(&is_refused(s, &[("ARM_METADATA_HOSTNAME", &host)]), &["/metadata/endpoints", "404"]);
    });
}

#[test]
fn addresses_in_a_block_in_the_environment_or_in_both() {
    scenario(|s| {
        let arm = s.emulator.ready("arm").to_owned();
        nowhere(s);
        let block = format!("  endpoint {{\n    resource_manager_endpoint = {arm:?}\n  }}");
        // What the block omits comes from the environment, field by field.
        s.terraform.set("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", &arm);
        s.terraform.set("ARM_ENVIRONMENT", "custom");
        block_signs_in(s, &block);
        s.terraform.unset("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST");
        let output = block_is_refused(s, &block);
        says(&output, &["active_directory_authority_host", "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST"]);
        let output = is_refused(s, &[("ARM_ENVIRONMENT", "german")]);
        says(&output, &["ARM_ENVIRONMENT", "usgovernment", "china", "custom"]);
    });
}

#[test]
fn plain_http_and_untrusted_issuers_are_refused() {
    scenario(|s| {
        let output = is_refused(s, &[("ARM_RESOURCE_MANAGER_ENDPOINT", "http://management.example")]);
        says(&output, &["https", "ARM_RESOURCE_MANAGER_ENDPOINT"]);
        // The emulator's authority is not trusted: the error names the issuer, and what to set.
        let empty = s.terraform.directory().join("none.pem");
        std::fs::copy(super::fixture("rsa.crt"), &empty).unwrap();
        let output = is_refused(s, &[("SSL_CERT_FILE", empty.to_str().unwrap())]);
        says(&output, &["gallery-emulator certificate authority", "SSL_CERT_FILE"]);
        let output = is_refused(s, &[("SSL_CERT_FILE", "/no/such/file.pem")]);
        says(&output, &["SSL_CERT_FILE names /no/such/file.pem", "cannot be read"]);
        // A whole directory of authorities works as well.
        let directory = s.terraform.directory().join("authorities");
        std::fs::create_dir(&directory).unwrap();
        std::fs::copy(s.emulator.ready("ca_certificate"), directory.join("01234567.0")).unwrap();
        let file = s.emulator.ready("ca_certificate").to_owned();
        s.terraform.unset("SSL_CERT_FILE");
        signs_in(s, &[("SSL_CERT_DIR", directory.to_str().unwrap())]);
        s.terraform.set("SSL_CERT_FILE", file);
        // This machine is reached without a proxy.
        signs_in(s, &[("HTTPS_PROXY", "http://127.0.0.1:9"), ("HTTP_PROXY", "http://127.0.0.1:9")]);
    });
}
