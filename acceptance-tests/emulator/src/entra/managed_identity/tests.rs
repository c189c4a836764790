use hyper::Method;
use hyper::header::HeaderValue;

use super::arc::Challenges;
use super::*;
use crate::entra::application::UserAssigned;
use crate::entra::jwt::Jwt;

const IMDS: &str =
    "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com/";
const APP: &str = "/msi/token?api-version=2019-08-01&resource=https://management.azure.com/";

fn user(at: u8) -> UserAssigned {
    UserAssigned {
        client_id: format!("c{at}"),
        object_id: format!("o{at}"),
        resource_id: format!("/id/{at}"),
    }
}

fn ask(
    identities: &ManagedIdentities,
    path: &str,
    headers: &[(&'static str, &str)],
    challenges: &mut Challenges,
) -> Reply {
    let identity = crate::testing::identity();
    let tokens = Tokens::new(crate::testing::signer());
    let managed =
        ManagedIdentity { identity: &identity, identities, tokens: &tokens, now: 1_000_000, seconds: 60 };
    let mut request = Request::new(Method::GET, path, "https://127.0.0.1:1");
    for (name, value) in headers {
        request.headers.insert(*name, HeaderValue::from_str(value).unwrap());
    }
    match path.split('/').nth(1) {
        Some("msi") => managed.app_service(&request),
        Some("arc") => managed.arc(&request, challenges),
        _ => managed.instance_metadata(&request),
    }
}

/// The application of a token, or the status and text of the refusal.
fn outcome(identities: &ManagedIdentities, path: &str, headers: &[(&'static str, &str)]) -> String {
    let reply = ask(identities, path, headers, &mut Challenges::default());
    let body = reply.value();
    match body.get("access_token").and_then(Value::as_str) {
        Some(token) => Jwt::read(token).unwrap().claim("appid").to_owned(),
        None => {
            let text = body.get("error_description").or_else(|| body.get("message")).unwrap();
            format!("{} {}", reply.status.as_u16(), text.as_str().unwrap())
        }
    }
}

#[test]
fn an_identity_is_found_by_each_of_its_ids() {
    let both = ManagedIdentities { system_assigned: true, user_assigned: vec![user(1), user(2)] };
    let metadata = [("metadata", "true")];
    let header = [("x-identity-header", "s")];
    for (query, expected) in [
        ("", "c"),
        ("&client_id=c", "c"),
        ("&client_id=C1", "c1"),
        ("&object_id=o2", "c2"),
        ("&msi_res_id=/ID/2", "c2"),
        ("&client_id=c3", "400 Identity not found"),
        ("&client_id=c1&object_id=o1", "400 Only one of"),
    ] {
        let found = outcome(&both, &format!("{IMDS}{query}"), &metadata);
        assert!(found.starts_with(expected), "{query}: {found}");
    }
    for (query, expected) in [
        ("", "c"),
        ("&client_id=c1", "c1"),
        ("&principal_id=o2", "c2"),
        ("&mi_res_id=/id/2", "c2"),
        ("&client_id=c3", "400 No User Assigned"),
    ] {
        let found = outcome(&both, &format!("{APP}{query}"), &header);
        assert!(found.starts_with(expected), "{query}: {found}");
    }
    let several = ManagedIdentities { system_assigned: false, ..both };
    assert!(outcome(&several, IMDS, &metadata).contains("Multiple user assigned identities"));
    let one = ManagedIdentities { system_assigned: false, user_assigned: vec![user(1)] };
    assert_eq!(outcome(&one, IMDS, &metadata), "c1");
    let none = ManagedIdentities { system_assigned: false, user_assigned: Vec::new() };
    assert_eq!(outcome(&none, IMDS, &metadata), "400 Identity not found");
}

#[test]
fn headers_and_query_must_be_right() {
    let all = ManagedIdentities::default();
    let metadata = [("metadata", "true")];
    for (path, headers, part) in [
        (IMDS, &[][..], "400 Required metadata header"),
        (IMDS, &[("metadata", "true"), ("x-forwarded-for", "1.2.3.4")][..], "400 Requests with the header"),
        ("/metadata/identity/oauth2/token?resource=x", &metadata[..], "400 Required query variable"),
        ("/metadata/identity/oauth2/token?api-version=2018-02-01", &metadata[..], "400 Required audience"),
        (&IMDS.replace("management.azure", "example")[..], &metadata[..], "400 AADSTS500011"),
        (APP, &[][..], "401 The identity header"),
        (APP, &[("x-identity-header", "wrong")][..], "401 The identity header"),
        ("/msi/token?resource=x", &[("x-identity-header", "s")][..], "400 The api-version"),
    ] {
        let found = outcome(&all, path, headers);
        assert!(found.starts_with(part), "{path}: {found}");
    }
}

#[test]
fn an_arc_challenge_is_solved_once_with_its_file() {
    let directory = tempfile::tempdir().unwrap();
    let mut challenges = Challenges::in_directory(Some(directory.path().to_owned()));
    let all = ManagedIdentities::default();
    let path =
        "/arc/metadata/identity/oauth2/token?api-version=2020-06-01&resource=https://management.azure.com/";
    let metadata = ("metadata", "true");
    let challenge = ask(&all, path, &[metadata], &mut challenges);
    assert_eq!(challenge.status, 401);
    let realm = challenge.headers["www-authenticate"].to_str().unwrap().to_owned();
    let file = realm.strip_prefix("Basic realm=").unwrap();
    let secret = std::fs::read_to_string(file).unwrap();
    assert_eq!(ask(&all, path, &[metadata, ("authorization", "Basic wrong")], &mut challenges).status, 401);
    let answer = format!("Basic {secret}");
    assert_eq!(ask(&all, path, &[metadata, ("authorization", &answer)], &mut challenges).status, 200);
    assert_eq!(ask(&all, path, &[metadata, ("authorization", &answer)], &mut challenges).status, 401);
    assert!(!std::path::Path::new(file).exists());
    assert_eq!(ask(&all, path, &[metadata], &mut Challenges::default()).status, 404);
}
