//! With a token from an issuer that the application trusts, given directly or in a file.

use acceptance_tests::scenario::{Scenario, scenario};
use serde_json::json;

use super::{assertions, block_is_refused, block_signs_in, is_refused, says, signs_in, with, without_secret};
use crate::configurations::both;

fn federated(test: impl Fn(&mut Scenario)) {
    scenario(|s| {
        without_secret(s);
        s.terraform.set("ARM_USE_OIDC", "true");
        test(s);
    });
}

#[test]
fn a_token_or_a_file_with_one() {
    federated(|s| {
        let token = s.emulator.assertion(&json!({})).unwrap();
        let path = s.terraform.directory().join("token");
        std::fs::write(&path, format!("{token}\n")).unwrap();
        let path = path.to_str().unwrap().to_owned();
        for variables in [[("ARM_OIDC_TOKEN", token.as_str())], [("ARM_OIDC_TOKEN_FILE_PATH", path.as_str())]]
        {
            let requests = signs_in(s, &variables);
            assert_eq!(assertions(&requests)[0]["claims"]["sub"], "system:serviceaccount:terraform:runner");
        }
        s.terraform.unset("ARM_USE_OIDC");
        for arguments in [
            format!("  use_oidc   = true\n  oidc_token = {token:?}"),
            format!("  use_oidc             = true\n  oidc_token_file_path = {path:?}"),
        ] {
            assert_eq!(assertions(&block_signs_in(s, &arguments)).len(), 1);
        }
    });
}

#[test]
fn entras_message_about_a_refused_token_is_shown() {
    federated(|s| {
        let unknown = json!({"federated_credentials": [
            {"issuer": "https://issuer.example", "subject": "s"}
        ]});
        for (order, part) in [
            (
                json!({"subject": "system:serviceaccount:other:runner"}),
                "AADSTS700213: No matching federated identity",
            ),
            (json!({"subject": "system:serviceaccount:Terraform:runner"}), "AADSTS7002138"),
            (
                json!({"audience": "https://vault.azure.net"}),
                "presented assertion audience 'https://vault.azure.net'",
            ),
        ] {
            let token = s.emulator.assertion(&order).unwrap();
            let output = is_refused(s, &[("ARM_OIDC_TOKEN", &token)]);
            says(&output, &[part, "ARM_OIDC_TOKEN", "Trace ID", "Correlation ID"]);
            assert!(!output.says(&token), "{output}");
        }
        // An expired token is recognised without a request.
        let expired = s.emulator.assertion(&json!({"seconds": -90})).unwrap();
        s.emulator.forget_requests().unwrap();
        says(&is_refused(s, &[("ARM_OIDC_TOKEN", &expired)]), &["Expired id token", "ARM_OIDC_TOKEN"]);
        assert!(s.emulator.requests().unwrap().is_empty());
        let token = s.emulator.assertion(&json!({})).unwrap();
        s.emulator.register(&unknown).unwrap();
        says(&is_refused(s, &[("ARM_OIDC_TOKEN", &token)]), &["AADSTS700211", "presented assertion issuer"]);
        says(&is_refused(s, &[("ARM_OIDC_TOKEN", "not.a.token")]), &["AADSTS50027"]);
    });
}

#[test]
fn a_file_is_read_again_for_every_exchange() {
    federated(|s| {
        // Tokens of Azure expire after a moment, so that there are several exchanges; the first assertion
        // does not.
        s.emulator.set(&json!({"token_seconds": 301})).unwrap();
        let path = s.terraform.directory().join("token");
        std::fs::write(&path, s.emulator.assertion(&json!({"seconds": 300})).unwrap()).unwrap();
        let variables = [("ARM_OIDC_TOKEN_FILE_PATH", path.to_str().unwrap())];
        let first = signs_in(s, &variables);
        std::fs::write(&path, s.emulator.assertion(&json!({})).unwrap()).unwrap();
        let second = signs_in(s, &variables);
        let id = |requests: &[_]| assertions(requests)[0]["claims"]["jti"].clone();
        assert_ne!(id(&first), id(&second));
        with(s, &variables, |s| s.apply(&both()));
        s.terraform.set("ARM_OIDC_TOKEN_FILE_PATH", path);
    });
}

#[test]
fn a_file_that_is_not_there() {
    federated(|s| {
        let output = is_refused(s, &[("ARM_OIDC_TOKEN_FILE_PATH", "/nowhere/token")]);
        says(&output, &["/nowhere/token", "ARM_OIDC_TOKEN_FILE_PATH"]);
        // The switch without a token.
        let output = block_is_refused(s, "  use_oidc = true");
        says(&output, &["oidc_token", "oidc_request_url"]);
        assert!(s.emulator.requests().unwrap().is_empty());
    });
}
