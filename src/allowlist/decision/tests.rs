//! The agent's decisions, from `fixtures/` (its README names their sources), and a few of our own.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{
    Allowlist, DefaultAccess, Document, Endpoint, Grant, Lists, Mode, OsType, Privilege, Rules,
};
use super::*;

#[derive(Deserialize)]
struct Case {
    case: String,
    os: Option<String>,
    to: String,
    request: String,
    caller: Caller,
    item: Value,
    answer: String,
    matching: Option<Vec<String>>,
    granted: Option<Vec<(String, String)>>,
}

#[derive(Deserialize)]
struct Caller {
    user: String,
    groups: Vec<String>,
    exe: String,
    process: String,
    elevated: bool,
}

fn request<'a>(caller: &'a Caller, to: &str, request: &'a str, os_type: OsType) -> Request<'a> {
    let (method, url) = request.split_once(' ').unwrap();
    Request {
        destination: match to {
            "imds" => Destination::Host(Endpoint::Imds),
            "wireserver" => Destination::Host(Endpoint::WireServer),
            "hostga" => Destination::Host(Endpoint::HostGaPlugin),
            "agent" => Destination::Agent,
            _ => Destination::Other,
        },
        os_type,
        method,
        url,
        user_name: &caller.user,
        user_groups: &caller.groups,
        exe_path: &caller.exe,
        process_name: &caller.process,
        elevated: caller.elevated,
    }
}

/// The agent's word for a decision.
fn answer(decision: &Decision<'_>) -> &'static str {
    match (decision.verdict, decision.step) {
        (Verdict::Denied, Step::PathGuard) => "GuardForbidden",
        (Verdict::Denied, Step::MethodNotAllowed) => "MethodNotAllowed",
        (Verdict::Denied, _) => "Forbidden",
        (Verdict::Allowed, _) => "Ok",
        (Verdict::AllowedByAudit, _) => "OkWithAudit",
    }
}

fn check(case: &Case, os_type: OsType) -> Result<(), String> {
    let matcher = if case.item == json!("none") {
        Matcher::without_document()
    } else {
        match Document::from_agent_item(&case.item.to_string()) {
            Ok(document) => Matcher::for_document(&document).unwrap(),
            Err(_) if case.answer == "ParseError" => return Ok(()),
            Err(error) => return Err(error.to_string()),
        }
    };
    let request = request(&case.caller, &case.to, &case.request, os_type);
    let decision = matcher.decide(&request);
    if answer(&decision) != case.answer {
        return Err(format!("{} instead of {}: {}", answer(&decision), case.answer, decision.reason()));
    }
    let matches = matcher.matches(&request);
    let same = || matches.privileges.iter().map(|&name| name.to_owned()).collect();
    let mut expected = case.matching.clone().unwrap_or_else(same);
    expected.sort();
    if matches.privileges != expected {
        return Err(format!("{:?} match instead of {expected:?}", matches.privileges));
    }
    let mut pairs: Vec<_> =
        matches.grants.iter().map(|g| (g.identity.to_owned(), g.privilege.to_owned())).collect();
    pairs.dedup();
    let mut expected = case.granted.clone().unwrap_or_else(|| pairs.clone());
    expected.sort();
    expected.dedup();
    if pairs != expected {
        return Err(format!("{pairs:?} are granted instead of {expected:?}"));
    }
    let named = |grant: &Grant<'_>| {
        (Some(grant.privilege), Some(grant.identity), Some(grant.role))
            == (decision.privilege, decision.identity, decision.role)
    };
    match decision.step {
        Step::Granted if !matches.grants.iter().any(named) => Err(format!("{decision:?} is not a grant")),
        Step::Closed if !matches.grants.is_empty() => Err("closed despite a grant".into()),
        _ => Ok(()),
    }
}

fn check_all(text: &str, at_least: usize) {
    let cases: Vec<Case> = serde_json::from_str(text).unwrap();
    assert!(cases.len() >= at_least);
    let mut wrong = Vec::new();
    for case in &cases {
        let systems = match case.os.as_deref() {
            Some("Linux") => vec![OsType::Linux],
            Some("Windows") => vec![OsType::Windows],
            _ => vec![OsType::Linux, OsType::Windows],
        };
        for os_type in systems {
            if let Err(error) = check(case, os_type) {
                wrong.push(format!("{} ({os_type}): {error}", case.case));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn decisions_are_those_of_the_agent() {
    check_all(include_str!("../fixtures/decisions.json"), 170);
}

#[test]
fn random_decisions_are_those_of_the_agent() {
    check_all(include_str!("../fixtures/random-decisions.json"), 1000);
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum StepCase {
    PrivilegeMatch { case: String, privilege: Value, url: String, expected: bool },
    IdentityMatch { case: String, identity: Value, caller: Caller, expected: bool },
    TraversalGuard { case: String, url: String, expected: bool },
    SkipSig { case: String, request: String, expected: bool },
    HttpMethod { case: String, request: String, expected: u16 },
    ComputedForm { case: String, item: Value, expected: Value },
}

fn only(privilege: &Value, identity: &Value) -> Matcher {
    let item = json!({ "mode": "enforce", "defaultAccess": "deny", "id": "x", "rules": {
        "privileges": [privilege],
        "roles": [{ "name": "role", "privileges": [privilege["name"]] }],
        "identities": [identity],
        "roleAssignments": [{ "role": "role", "identities": [identity["name"]] }],
    } });
    Matcher::for_document(&Document::from_agent_item(&item.to_string()).unwrap()).unwrap()
}

#[test]
fn single_steps_are_those_of_the_agent() {
    let cases: Vec<StepCase> = serde_json::from_str(include_str!("../fixtures/steps.json")).unwrap();
    assert!(cases.len() > 30);
    let nobody = Caller {
        user: String::new(),
        groups: vec![],
        exe: String::new(),
        process: String::new(),
        elevated: false,
    };
    for case in cases {
        match case {
            StepCase::PrivilegeMatch { case, privilege, url, expected } => {
                let get = format!("GET {url}");
                let request = request(&nobody, "imds", &get, OsType::Linux);
                let matcher = only(&privilege, &json!({ "name": "x" }));
                let matches = matcher.matches(&request);
                assert_eq!(!matches.privileges.is_empty(), expected, "{case}");
            }
            StepCase::IdentityMatch { case, identity, caller, expected } => {
                let matcher = only(&json!({ "name": "all", "path": "/" }), &identity);
                let matches = matcher.matches(&request(&caller, "imds", "GET /", OsType::Linux));
                assert_eq!(!matches.grants.is_empty(), expected, "{case}");
            }
            StepCase::TraversalGuard { case, url, expected } => {
                // The agent's test passes the path singly.
                let path = url.split('?').next().unwrap();
                assert_eq!(path_is_guarded(path), expected, "{case}");
            }
            StepCase::SkipSig { case, request: text, expected } => {
                let request = request(&nobody, "imds", &text, OsType::Linux);
                assert_eq!(request.is_on_skip_list(&Target::parse(request.url).unwrap()), expected, "{case}");
            }
            StepCase::HttpMethod { case, request: text, expected } => {
                let request = request(&nobody, "imds", &text, OsType::Linux);
                assert_eq!(!request.has_known_method(), expected == 405, "{case}");
            }
            StepCase::ComputedForm { case, item, expected } => {
                let read = Document::from_agent_item(&item.to_string()).unwrap().as_agent_reads().unwrap();
                assert_eq!(read.mode.as_str(), expected["mode"], "{case}");
                let allowed = read.default_access == super::super::DefaultAccess::Allow;
                assert_eq!(json!(allowed), expected["defaultAllowed"], "{case}");
            }
        }
    }
}

fn matcher(mode: Mode, default_access: &str, rules: Value) -> Matcher {
    let document = Document {
        mode: Some(mode.to_string()),
        default_access: Some(default_access.into()),
        rules: Some(Lists::from_value(&rules).unwrap()),
    };
    Matcher::for_document(&document).unwrap()
}

fn two_ways() -> Value {
    json!({
        "privileges": { "all": { "path": "/m" }, "narrow": { "path": "/m/i" }, "other": { "path": "/m/i" } },
        "roles": { "b": { "privileges": ["all", "narrow"] }, "a": { "privileges": ["all", "narrow"] } },
        "identities": { "y": { "user_name": "u" }, "x": { "user_name": "u" }, "w": { "user_name": "v" } },
        "role_assignments": { "a": { "identities": ["y", "x", "w"] }, "b": { "identities": ["y", "x"] } }
    })
}

#[test]
fn the_most_specific_grant_is_named_and_then_the_first_by_name() {
    let matcher = matcher(Mode::Enforce, "Deny", two_ways());
    let request = Request { user_name: "u", ..Request::new(Endpoint::Imds.into(), "/m/i") };
    let decision = matcher.decide(&request);
    assert_eq!(
        (decision.privilege, decision.identity, decision.role),
        (Some("narrow"), Some("x"), Some("a"))
    );
    assert_eq!(
        decision.reason(),
        "privilege \"narrow\" matches and is granted to identity \"x\" by role \"a\""
    );
}

#[test]
fn the_closing_privilege_is_named_without_an_identity() {
    let matcher = matcher(Mode::Audit, "Allow", two_ways());
    let decision = matcher.decide(&Request::new(Endpoint::Imds.into(), "/m/i"));
    assert_eq!(decision.verdict, Verdict::AllowedByAudit);
    assert_eq!((decision.privilege, decision.identity, decision.role), (Some("narrow"), None, None));
    assert!(decision.reason().ends_with("which Audit only records"), "{}", decision.reason());
}

#[test]
fn every_other_outcome_is_covered() {
    let matcher = matcher(Mode::Enforce, "Deny", two_ways());
    let step = |url: &str| matcher.decide(&Request::new(Endpoint::Imds.into(), url)).step;
    assert_eq!(step("/a b"), Step::MalformedTarget);
    assert_eq!(step("/x"), Step::DefaultAccess);
    assert_eq!(step("/provision"), Step::OwnPath);
    assert_eq!(step("/provision?x"), Step::DefaultAccess);
    assert_eq!(step("/m//i"), Step::PathGuard);
    let get = Request { method: "get", ..Request::new(Endpoint::Imds.into(), "/m") };
    assert_eq!(matcher.decide(&get).step, Step::MethodNotAllowed);
    let put = Request {
        method: "PUT",
        elevated: true,
        ..Request::new(Endpoint::HostGaPlugin.into(), "/vmAgentLog#x")
    };
    assert_eq!(matcher.decide(&put).step, Step::SkipList);
    assert_eq!(Matcher::without_document().decide(&get).verdict, Verdict::Denied);
}

#[test]
fn windows_and_linux_compare_paths_differently() {
    let rules = json!({
        "privileges": { "p": { "path": "/" } }, "roles": { "r": { "privileges": ["p"] } },
        "identities": { "i": { "exe_path": r"c:\Windows/x.exe" } }, "role_assignments": { "r": { "identities": ["i"] } }
    });
    let matcher = matcher(Mode::Enforce, "Deny", rules);
    let request = Request {
        exe_path: r"C:\Windows\x.exe",
        os_type: OsType::Windows,
        ..Request::new(Endpoint::Imds.into(), "/")
    };
    assert_eq!(matcher.decide(&request).step, Step::Granted);
    assert_eq!(matcher.decide(&Request { os_type: OsType::Linux, ..request }).step, Step::Closed);
    assert_eq!(matcher.decide(&Request { exe_path: r"C:\windows\x.exe", ..request }).step, Step::Closed);
}

#[test]
fn a_document_without_mode_or_default_access_is_refused() {
    let error = Matcher::for_document(&Document::default()).unwrap_err();
    assert_eq!(error.at, "mode");
    let document = Document { mode: Some("Audit".into()), ..Document::default() };
    assert_eq!(Matcher::for_document(&document).unwrap_err().at, "default_access");
}

#[test]
fn large_and_odd_requests_are_decided() {
    let matcher = matcher(Mode::Enforce, "Deny", two_ways());
    let long = format!("/m/{}?{}", "%41".repeat(10_000), "a=b&".repeat(5_000));
    assert_eq!(matcher.decide(&Request::new(Endpoint::Imds.into(), &long)).step, Step::Closed);
    for url in ["", "%", "/%", "/m%3F", "/m%3F%26%3D", "/?=&=&", "\u{0}", "/\u{1F4A5}%F0%9F"] {
        let _ = matcher.decide(&Request::new(Endpoint::Imds.into(), url));
    }
}

#[test]
fn matching_privileges_of_one_path_are_found_in_order() {
    let privileges: BTreeMap<String, Privilege> = (0..60)
        .map(|number| {
            let mut query = BTreeMap::from([("api-version".to_owned(), "1".to_owned())]);
            if number % 3 != 0 {
                query.insert("Resource".to_owned(), format!("r{}", number % 7));
            }
            if number % 5 == 0 {
                query.clear();
            }
            (format!("p{number:02}"), Privilege { path: "/token".to_owned(), query_parameters: query })
        })
        .collect();
    let matches = |name: &str| {
        let one = &privileges[name].query_parameters;
        one.get("Resource").is_none_or(|value| value == "r4")
    };
    let rules = Rules { privileges: privileges.clone(), ..Rules::default() };
    let allowlist = Allowlist { mode: Mode::Enforce, default_access: DefaultAccess::Deny, rules };
    let matcher = Matcher::new(&allowlist);
    let request = Request::new(Destination::Host(Endpoint::Imds), "/token?resource=R4&API-version=1");
    let expected: Vec<&str> = privileges.keys().map(String::as_str).filter(|name| matches(name)).collect();
    assert_eq!(matcher.matches(&request).privileges, expected);
    // The most specific one closes the path.
    assert_eq!(matcher.decide(&request).privilege, Some("p04"));
}
