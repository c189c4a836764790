//! Incomplete and contradicting settings, and words that are not booleans: reported before any request.

use acceptance_tests::scenario::scenario;

use super::{block_is_refused, is_refused, says, with, without_login};
use crate::configurations::both;

#[test]
fn an_incomplete_login_is_reported_at_once() {
    scenario(|s| {
        without_login(s);
        let tenant = "7e4a0000-0000-4000-8000-000000000001";
        for (variables, sentences) in [
            (&[("ARM_CLIENT_SECRET", "half-a-secret")][..], &["ARM_TENANT_ID", "ARM_CLIENT_ID"][..]),
            (
                &[("ARM_CLIENT_SECRET", "half-a-secret"), ("ARM_TENANT_ID", tenant)][..],
                &["ARM_CLIENT_ID"][..],
            ),
            (
                &[("ARM_CLIENT_CERTIFICATE_PASSWORD", "half-a-secret")][..],
                &["ARM_CLIENT_CERTIFICATE_PATH"][..],
            ),
            (&[("ARM_CLIENT_SECRET_FILE_PATH", "/nowhere/secret")][..], &["/nowhere/secret"][..]),
        ] {
            let output = is_refused(s, variables);
            says(&output, sentences);
            assert!(!output.says("half-a-secret"), "{output}");
        }
        let output = block_is_refused(s, "  client_id = \"7e4a0000-0000-4000-8000-000000000002\"");
        says(&output, &["client_id"]);
        assert!(s.emulator.requests().unwrap().is_empty());
    });
}

#[test]
fn two_settings_that_disagree_are_an_error() {
    scenario(|s| {
        let file = s.terraform.directory().join("secret");
        std::fs::write(&file, "another-secret").unwrap();
        let output = is_refused(s, &[("ARM_CLIENT_SECRET_FILE_PATH", file.to_str().unwrap())]);
        says(&output, &["ARM_CLIENT_SECRET_FILE_PATH", "ARM_CLIENT_SECRET"]);
        assert!(!output.says("another-secret"), "{output}");
        let secret = s.emulator.ready("client_secret").to_owned();
        std::fs::write(&file, format!("{secret}\n")).unwrap();
        with(s, &[("ARM_CLIENT_SECRET_FILE_PATH", file.to_str().unwrap())], |s| s.plan(super::READ));
        let id = s.terraform.directory().join("id");
        std::fs::write(&id, "7e4a0000-0000-4000-8000-0000000000ff").unwrap();
        let output = is_refused(s, &[("ARM_CLIENT_ID_FILE_PATH", id.to_str().unwrap())]);
        says(&output, &["ARM_CLIENT_ID_FILE_PATH", "ARM_CLIENT_ID"]);
    });
}

#[test]
fn an_invalid_boolean_is_reported_by_its_name() {
    scenario(|s| {
        let names = [
            "ARM_USE_OIDC",
            "ARM_USE_MSI",
            "ARM_USE_CLI",
            "ARM_USE_AKS_WORKLOAD_IDENTITY",
            "ARM_SKIP_PROVIDER_REGISTRATION",
            "ARM_DISABLE_INSTANCE_DISCOVERY",
            "ARM_DISABLE_CORRELATION_REQUEST_ID",
            "ARM_DISABLE_TERRAFORM_PARTNER_ID",
        ];
        let mistyped = names.map(|name| (name, "ture"));
        let output = is_refused(s, &mistyped[4..]);
        says(&output, &names[4..]);
        for (name, value) in &mistyped[..4] {
            says(&is_refused(s, &[(name, value)]), &[name, "\"ture\""]);
        }
        for (yes, no) in [("1", "0"), ("TRUE", "False"), ("yes", "NO")] {
            with(s, &[("ARM_DISABLE_INSTANCE_DISCOVERY", yes), ("ARM_USE_MSI", no)], |s| s.plan(super::READ));
        }
    });
}

#[test]
fn an_unknown_tenant_and_an_unknown_application_are_reported() {
    scenario(|s| {
        let nobody = "7e4a0000-0000-4000-8000-0000000000ff";
        let output = is_refused(s, &[("ARM_TENANT_ID", nobody)]);
        says(&output, &[&format!("AADSTS90002: Tenant '{nobody}' not found."), "ARM_TENANT_ID"]);
        let output = is_refused(s, &[("ARM_CLIENT_ID", nobody)]);
        says(&output, &[&format!("AADSTS700016: Application with identifier '{nobody}'"), "ARM_CLIENT_ID"]);
        let output = is_refused(s, &[("ARM_TENANT_ID", "../other")]);
        says(&output, &["ARM_TENANT_ID", "neither a GUID nor a domain"]);
        let secret = "hid8Q~den-AbcdefghijKlmnopqrstuvWxyz01234";
        let output = is_refused(s, &[("ARM_CLIENT_ID", secret)]);
        says(&output, &["Unusable client id", "ARM_CLIENT_ID", "looks like a secret"]);
        assert!(!output.says("hid8Q"), "{output}");
        let output = is_refused(s, &[("ARM_CLIENT_SECRET", "$(clientSecret)")]);
        says(&output, &["ARM_CLIENT_SECRET", "$(NAME)"]);
        // Nothing is wrong as long as nothing is needed.
        without_login(s);
        assert_eq!(s.validate(&both()), []);
    });
}
