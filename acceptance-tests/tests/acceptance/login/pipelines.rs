//! In a pipeline: GitHub Actions and Azure DevOps, which issue a new token for each exchange.

use acceptance_tests::emulator::Request;
use acceptance_tests::scenario::{Scenario, scenario};
use serde_json::json;

use super::{assertions, block_is_refused, block_signs_in, is_refused, says, signs_in, without_secret};
use crate::configurations::both;

fn pipeline(test: impl Fn(&mut Scenario)) {
    scenario(|s| {
        without_secret(s);
        s.terraform.set("ARM_USE_OIDC", "true");
        test(s);
    });
}

/// The requests that GitHub received.
fn asked<'a>(requests: &'a [Request], path: &str) -> Vec<&'a Request> {
    requests.iter().filter(|one| one.path == path).collect()
}

fn place(s: &Scenario, pointer: &str) -> String {
    s.emulator.place(pointer).unwrap()
}

#[test]
fn github_by_every_name() {
    pipeline(|s| {
        let (url, token) = (place(s, "/github/request_url"), place(s, "/github/request_token"));
        for (url_name, token_name) in [
            ("ARM_OIDC_REQUEST_URL", "ARM_OIDC_REQUEST_TOKEN"),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
            ("ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
        ] {
            let requests = signs_in(s, &[(url_name, &url), (token_name, &token)]);
            let asked = asked(&requests, "/github/idtoken");
            assert_eq!(asked.len(), 1, "{url_name}: {requests:?}");
            assert_eq!(asked[0].method, "GET");
            assert!(
                asked[0].query.contains("audience=api%3A%2F%2FAzureADTokenExchange"),
                "{}",
                asked[0].query
            );
            assert_eq!(
                assertions(&requests)[0]["claims"]["sub"],
                "repo:contoso/allowlists:environment:production"
            );
        }
        s.terraform.unset("ARM_USE_OIDC");
        let block = format!(
            "  use_oidc           = true\n  oidc_request_url   = {url:?}\n  oidc_request_token = {token:?}"
        );
        assert_eq!(asked(&block_signs_in(s, &block), "/github/idtoken").len(), 1);
    });
}

#[test]
fn azure_devops_by_every_name() {
    pipeline(|s| {
        let uri = place(s, "/azure_devops/request_uri");
        let (token, id) =
            (place(s, "/azure_devops/access_token"), place(s, "/azure_devops/service_connection_id"));
        for (id_name, url_name, token_name) in [
            ("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN"),
            ("ARM_OIDC_AZURE_SERVICE_CONNECTION_ID", "ARM_OIDC_REQUEST_URL", "ARM_OIDC_REQUEST_TOKEN"),
            ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "SYSTEM_OIDCREQUESTURI", "ARM_OIDC_REQUEST_TOKEN"),
        ] {
            let requests = signs_in(s, &[(id_name, &id), (url_name, &uri), (token_name, &token)]);
            let asked = asked(&requests, "/azure-devops/oidctoken");
            assert_eq!(asked.len(), 1, "{id_name}: {requests:?}");
            assert_eq!(asked[0].method, "POST");
            assert!(asked[0].query.contains("api-version=7."), "{}", asked[0].query);
            assert_eq!(assertions(&requests)[0]["claims"]["sub"], "sc://contoso/allowlists/azure");
        }
        s.terraform.unset("ARM_USE_OIDC");
        for argument in ["ado_pipeline_service_connection_id", "oidc_azure_service_connection_id"] {
            let block = format!(
                "  use_oidc = true\n  {argument} = {id:?}\n  oidc_request_url = {uri:?}\n  oidc_request_token = {token:?}"
            );
            assert_eq!(asked(&block_signs_in(s, &block), "/azure-devops/oidctoken").len(), 1, "{argument}");
        }
        // Both spellings may be set, as long as they agree.
        let both = |one: &str, other: &str| {
            format!(
                "  use_oidc = true\n  ado_pipeline_service_connection_id = {one:?}\n  \
                 oidc_azure_service_connection_id = {other:?}\n  oidc_request_url = {uri:?}\n  \
                 oidc_request_token = {token:?}"
            )
        };
        block_signs_in(s, &both(&id, &id));
        let output = block_is_refused(s, &both(&id, "another"));
        says(&output, &["ado_pipeline_service_connection_id", "oidc_azure_service_connection_id"]);
    });
}

#[test]
fn a_pipeline_without_a_token_is_reported() {
    pipeline(|s| {
        let (url, token) = (place(s, "/github/request_url"), place(s, "/github/request_token"));
        let names = ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
        let output = is_refused(s, &[(names[0], &url), (names[1], "stale-request-token")]);
        says(&output, &["401", names[0]]);
        assert!(!output.says("stale-request-token"), "{output}");
        // A job without the permission `id-token: write` has neither variable; one alone is reported.
        says(&is_refused(s, &[(names[0], &url)]), &["oidc_request_token"]);

        let uri = place(s, "/azure_devops/request_uri");
        let output = is_refused(
            s,
            &[
                ("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "no-such-connection"),
                ("SYSTEM_OIDCREQUESTURI", &uri),
                ("SYSTEM_ACCESSTOKEN", &token),
            ],
        );
        says(&output, &["There is no explicit reference to service connection no-such-connection"]);
        let plain = url.replace("https://127.0.0.1", "http://ci.example");
        says(&is_refused(s, &[(names[0], &plain), (names[1], &token)]), &["https", names[0]]);
    });
}

#[test]
fn a_long_apply_asks_for_a_new_assertion_each_time() {
    pipeline(|s| {
        // Entra's tokens expire at once, so that an apply of some seconds has to make its exchange again and
        // again. The lifetime of an assertion is not changed: a slow machine takes seconds to pass it on.
        s.emulator
            .set(
                &json!({"token_seconds": 3, "operations": "async", "operation_seconds": 4, "retry_after": 1}),
            )
            .unwrap();
        let (url, token) = (place(s, "/github/request_url"), place(s, "/github/request_token"));
        s.terraform.set("ACTIONS_ID_TOKEN_REQUEST_URL", url);
        s.terraform.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", token);
        s.write(&both());
        s.run_well(&["apply", "-no-color", "-input=false", "-auto-approve"]);
        let requests = s.emulator.requests().unwrap();
        let sent = assertions(&requests);
        let mut ids: Vec<_> = sent.iter().map(|one| one["claims"]["jti"].to_string()).collect();
        ids.sort();
        ids.dedup();
        assert!(sent.len() > 2 && ids.len() == sent.len(), "{sent:?}");
        s.emulator.set(&json!({"token_seconds": 3599, "operations": "none"})).unwrap();
    });
}
