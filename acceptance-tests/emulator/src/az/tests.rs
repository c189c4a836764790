use serde_json::Value;

use super::*;
use crate::entra::jwt::Jwt;

fn run(state: Az, line: &str) -> Answer {
    let identity = crate::testing::identity();
    let application = Application { auxiliary_tenants: vec!["second".to_owned()], ..Application::default() };
    let tokens = Tokens::new(crate::testing::signer());
    let cli = Cli {
        state,
        identity: &identity,
        application: &application,
        tokens: &tokens,
        base: "https://127.0.0.1:1",
        now: 1_000_000,
        seconds: 60,
    };
    cli.run(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
}

fn token(state: Az, line: &str) -> (Value, Jwt) {
    let answer = run(state, line);
    assert_eq!((answer.code, answer.stderr.as_str()), (0, ""));
    let body: Value = serde_json::from_str(&answer.stdout).unwrap();
    let jwt = Jwt::read(body["accessToken"].as_str().unwrap()).unwrap();
    (body, jwt)
}

#[test]
fn a_token_is_for_the_requested_tenant_and_audience() {
    let (body, jwt) =
        token(Az::User, "account get-access-token -o json --resource https://management.azure.com/");
    assert_eq!((body["expires_on"].as_i64(), &body["subscription"]), (Some(1060), &json!("sub")));
    assert_eq!((jwt.claim("aud"), jwt.claim("idtyp")), ("https://management.azure.com/", "user"));
    let line = "account get-access-token --scope https://127.0.0.1:1/.default --tenant second";
    let (body, jwt) = token(Az::ServicePrincipal, line);
    assert_eq!((body.get("subscription"), jwt.claim("tid")), (None, "second"));
    assert_eq!((jwt.claim("aud"), jwt.claim("idtyp")), ("https://127.0.0.1:1", "app"));
    let (body, _) = token(Az::Old, "account get-access-token");
    assert!(body.get("expires_on").is_none() && body["expiresOn"].is_string());
}

#[test]
fn it_fails_as_the_az_cli_does() {
    for (state, line, code, part) in [
        (Az::SignedOut, "account get-access-token", 1, "ERROR: Please run 'az login' to setup account."),
        (Az::SignedOut, "account show", 1, "az login"),
        (Az::Expired, "account get-access-token --resource r", 1, "AADSTS700082"),
        (Az::User, "account get-access-token --tenant other", 1, "AADSTS90002"),
        (Az::User, "account get-access-token --resource https://example.com", 1, "AADSTS500011"),
        (Az::User, "account get-access-token --subscription x", 1, "doesn't exist in cloud"),
        (Az::User, "account get-access-token --subscription sub --tenant t", 1, "only one of"),
        (Az::User, "vm list", 2, "'vm list' is misspelled"),
        (Az::User, "account show -o json extra", 2, "unrecognized arguments: extra"),
    ] {
        let answer = run(state, line);
        assert_eq!((answer.code, answer.stdout.as_str()), (code, ""), "{line}");
        assert!(answer.stderr.contains(part), "{line}: {}", answer.stderr);
    }
}

#[test]
fn it_shows_who_is_signed_in() {
    let show = |state: Az| serde_json::from_str::<Value>(&run(state, "account show -o json").stdout).unwrap();
    assert_eq!(show(Az::User)["user"]["type"], "user");
    assert_eq!(show(Az::ServicePrincipal)["user"]["type"], "servicePrincipal");
    assert_eq!(run(Az::SignedOut, "account list").stdout, "[]\n");
    assert!(run(Az::User, "version -o json").stdout.contains("\"azure-cli\": \"2.91.0\""));
}
