//! A case in which each finding is reported and one in which it is not, and good configurations without any
//! finding.

mod advice;
mod identities;
mod privileges;
mod references;
mod whole;

use serde_json::{Value, json};

use super::super::{Draft, Lists, Rules};
use super::*;

/// The rules of the documentation's first example.
fn good() -> Value {
    json!({
        "privileges": {
            "token": {
                "path": "/metadata/identity/oauth2/token",
                "query_parameters": { "resource": "https://vault.azure.net" }
            },
            "instance": { "path": "/metadata/instance" }
        },
        "roles": { "app": { "privileges": ["token", "instance"] } },
        "identities": { "web": { "user_name": "web", "exe_path": "/opt/web/bin/server" } },
        "role_assignments": { "app": { "identities": ["web"] } }
    })
}

/// [`good`] with one privilege, granted to `web`.
fn privilege(path: &str, query: Value) -> Value {
    let mut rules = good();
    rules["privileges"] = json!({ "one": { "path": path, "query_parameters": query } });
    rules["roles"]["app"]["privileges"] = json!(["one"]);
    rules
}

/// [`good`] with one identity in place of `web`.
fn identity(conditions: Value) -> Value {
    let mut rules = good();
    rules["identities"] = json!({ "web": conditions });
    rules
}

fn linux() -> LintContext {
    LintContext { os_type: Some(OsType::Linux), ..LintContext::default() }
}

fn windows() -> LintContext {
    LintContext { os_type: Some(OsType::Windows), ..LintContext::default() }
}

fn access(mode: Mode, default_access: DefaultAccess) -> LintContext {
    LintContext { mode: Some(mode), default_access: Some(default_access), ..LintContext::default() }
}

fn read(rules: &Value) -> Rules {
    Lists::from_value(rules).unwrap().into_rules().0
}

fn all(rules: &Value, context: &LintContext) -> Vec<Finding> {
    findings(&Draft::from(&read(rules)), context)
}

/// The findings of one id, as `severity subject message [suggestion]`.
fn of(id: FindingId, rules: &Value, context: &LintContext) -> Vec<String> {
    let messages = all(rules, context).into_iter().filter(|finding| finding.id == id);
    messages
        .map(|finding| {
            assert!(id.entry().severities.contains(&finding.severity), "{finding:?}");
            let suggestion = finding.suggestion.unwrap_or_default();
            format!("{} {} {} {suggestion}", finding.severity, finding.subject, finding.message)
        })
        .collect()
}

#[track_caller]
fn speaks(id: FindingId, rules: &Value, context: &LintContext, parts: &[&str]) {
    let messages = of(id, rules, context);
    assert_eq!(messages.len(), 1, "{id}: {messages:#?}");
    for part in parts {
        assert!(messages[0].contains(part), "{id} says: {}", messages[0]);
    }
}

#[track_caller]
fn quiet(id: FindingId, rules: &Value, context: &LintContext) {
    assert_eq!(of(id, rules, context), Vec::<String>::new());
}

#[test]
fn the_documentations_example_has_no_error_and_no_warning() {
    for mode in [Mode::Audit, Mode::Enforce] {
        let context = LintContext {
            os_type: Some(OsType::Linux),
            endpoint: Some(Endpoint::Imds),
            ..access(mode, DefaultAccess::Deny)
        };
        let loud: Vec<_> =
            all(&good(), &context).into_iter().filter(|f| f.severity < Severity::Info).collect();
        assert!(loud.is_empty(), "{loud:#?}");
    }
}

#[test]
fn an_ordinary_wireserver_profile_for_windows_has_no_finding() {
    let agent = |file: &str| json!({ "user_name": "SYSTEM", "exe_path": format!(r"C:\WindowsAzure\Packages\{file}") });
    let rules = json!({
        "privileges": {
            "goalstate": { "path": "/machine", "query_parameters": { "comp": "goalstate" } },
            "settings": { "path": "/vmsettings" }
        },
        "roles": { "agent": { "privileges": ["goalstate", "settings"] } },
        "identities": {
            "guest-agent": agent("WindowsAzureGuestAgent.exe"),
            "transparent": agent("WaAppAgent.exe")
        },
        "role_assignments": { "agent": { "identities": ["guest-agent", "transparent"] } }
    });
    let context = LintContext {
        os_type: Some(OsType::Windows),
        endpoint: Some(Endpoint::WireServer),
        ..access(Mode::Enforce, DefaultAccess::Deny)
    };
    let loud: Vec<_> = all(&rules, &context).into_iter().filter(|f| f.severity < Severity::Info).collect();
    assert!(loud.is_empty(), "{loud:#?}");
}

#[test]
fn the_two_mistakes_of_the_published_sample_are_found() {
    let sample = json!({
        "privileges": [{ "name": "GoalState", "path": "/machine", "queryParameters": { "comp": "goalstate" } }],
        "roles": [{ "name": "Provisioning", "privileges": ["GoalState"] }],
        "identities": [{
            "name": "WinPA", "userName": "SYSTEM", "groupName": "Administrators",
            "exePath": r"C:\Windows\System32\cscript.exe", "processName": "cscript"
        }],
        "roleAssignments": [{ "role": "Provisioning", "identities": ["WinPA"] }]
    });
    speaks(FindingId::L31, &sample, &windows(), &["error", "Write \"cscript.exe\""]);
    speaks(FindingId::L38, &sample, &windows(), &["in no group"]);
    let loud = all(&sample, &windows()).into_iter().filter(|f| f.severity < Severity::Info).count();
    assert_eq!(loud, 2);
}

#[test]
fn nothing_is_reported_about_unknown_parts() {
    let everything = LintContext {
        os_type: Some(OsType::Linux),
        endpoint: Some(Endpoint::WireServer),
        ..access(Mode::Enforce, DefaultAccess::Deny)
    };
    assert!(findings(&Draft::unknown(), &everything).is_empty());
}

#[test]
fn errors_come_first() {
    let mut rules = privilege("/Path", json!({ "": "x" }));
    rules["roles"]["unused"] = json!({ "privileges": [] });
    let severities: Vec<_> = all(&rules, &linux()).iter().map(|finding| finding.severity).collect();
    assert!(severities.len() > 2 && severities.is_sorted(), "{severities:?}");
}

#[test]
fn ten_thousand_broken_rules_end_in_time() {
    let mut rules = json!({ "privileges": {}, "roles": {}, "identities": {}, "role_assignments": {} });
    for n in 0..10_000 {
        let below = "/a".repeat(n % 50);
        rules["privileges"][format!("privilege{n}")] = json!({ "path": format!("/x{below}") });
        rules["identities"][format!("identity{n}")] = json!({ "user_name": format!("u{n}") });
        rules["roles"][format!("role{n}")] = json!({ "privileges": [format!("privilage{n}")] });
        rules["role_assignments"][format!("role{n}")] = json!({ "identities": [format!("identity{n}")] });
    }
    let all_of_them: Vec<_> = (0..10_000).map(|n| format!("identity{n}")).collect();
    rules["role_assignments"]["role1"] = json!({ "identities": all_of_them });
    let start = std::time::Instant::now();
    let findings = all(&rules, &linux());
    assert!(group(findings).len() < 20);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
