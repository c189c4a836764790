use proptest::prelude::*;
use serde_json::json;

use super::*;

const IMDS: (&str, u16) = ("169.254.169.254", 80);
const WIRE: (&str, u16) = ("168.63.129.16", 80);
const DENIED: (&str, &str) = ("403 Forbidden", "Authorize failed");

/// A connection summary.
fn line(
    url: &str,
    to: (&str, u16),
    (user, exe): (&str, &str),
    elevated: bool,
    answer: (&str, &str),
) -> String {
    let ((ip, port), (status, error)) = (to, answer);
    json!({
        "id": 1, "method": "GET", "url": url, "clientIp": "127.0.0.1", "clientPort": 1, "ip": ip, "port": port,
        "userId": 0, "userName": user, "userGroups": [user], "processFullPath": exe, "processCmdLine": format!("{exe} -x"),
        "runAsElevated": elevated, "responseStatus": status, "elapsedTime": 1, "errorDetails": error
    })
    .to_string()
        + "\n"
}

fn imds(url: &str, user: &str, exe: &str) -> String {
    line(url, IMDS, (user, exe), false, ("200 OK", ""))
}

fn wire(url: &str, user: &str, exe: &str, elevated: bool) -> String {
    line(url, WIRE, (user, exe), elevated, ("200 OK", ""))
}

fn learned(log: &str, endpoint: Endpoint) -> Learned {
    learn(log.as_bytes(), LearnOptions::new(endpoint, OsType::Linux)).unwrap()
}

const GUID: &str = "1a2b3c4d-0000-1111-2222-333344445555";

#[test]
fn an_imds_log_becomes_readable_rules() {
    let log = [
        imds(
            "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net",
            "web",
            "/opt/web/server",
        ),
        imds("/metadata/instance?api-version=2021-02-01", "web", "/opt/web/server"),
        imds("/metadata/instance/compute?api-version=2021-02-01", "web", "/opt/web/server"),
        imds("/metadata/instance?api-version=2020-01-01", "ops", "/usr/bin/curl"),
        wire("/machine/?comp=goalstate", "root", "/usr/bin/python3.10", true),
    ]
    .concat();
    let Learned { rules, report } = learned(&log, Endpoint::Imds);
    let expected = json!({
        "privileges": {
            "identity-oauth2-token-vault.azure.net": {
                "path": "/metadata/identity/oauth2/token",
                "query_parameters": { "resource": "https://vault.azure.net" }
            },
            "instance": { "path": "/metadata/instance", "query_parameters": {} }
        },
        "roles": {
            "curl-ops": { "privileges": ["instance"] },
            "server-web": { "privileges": ["identity-oauth2-token-vault.azure.net", "instance"] }
        },
        "identities": {
            "curl-ops": { "user_name": "ops", "group_name": null, "exe_path": "/usr/bin/curl", "process_name": null },
            "server-web": { "user_name": "web", "group_name": null, "exe_path": "/opt/web/server", "process_name": null }
        },
        "role_assignments": {
            "curl-ops": { "identities": ["curl-ops"] },
            "server-web": { "identities": ["server-web"] }
        }
    });
    assert_eq!(serde_json::to_value(&rules).unwrap(), expected);
    assert_eq!((report.covered, report.other_destinations, report.left_out.len()), (4, 1, 0));
    assert!(report.is_covered() && !report.is_complete());
    assert!(report.finding().unwrap().message.contains("5 records"));
    assert!(report.commands["curl-ops"].contains("/usr/bin/curl -x"));
}

#[test]
fn wireserver_paths_are_shortened_and_the_plugin_is_included() {
    let url = format!("/machine/{GUID}/{GUID}._vm?comp=config&type=fullConfig&incarnation=3");
    let agent = "/usr/bin/python3.10";
    let log = [
        wire("/machine/?comp=goalstate", "root", agent, true),
        wire("/machine?comp=goalstate", "root", "/opt/proxy", true),
        wire(&url, "root", agent, true),
        line("/vmSettings", (WIRE.0, 32526), ("root", agent), true, ("200 OK", "")),
        wire("/machine/?comp=goalstate", "web", "/opt/web", false),
        wire("/machine/?comp=telemetrydata", "root", agent, true).replace("\"GET\"", "\"POST\""),
    ]
    .concat();
    let Learned { rules, report } = learned(&log, Endpoint::WireServer);
    let paths: Vec<_> =
        rules.privileges.iter().map(|(name, one)| (name.as_str(), one.path.as_str())).collect();
    let expected = [
        ("machine-config-fullconfig", "/machine"),
        ("machine-goalstate", "/machine"),
        ("vmsettings", "/vmsettings"),
    ];
    assert_eq!(paths, expected);
    assert_eq!(report.covered, 5);
    assert_eq!(report.left_out.len(), 1);
    assert_eq!(
        (report.left_out[0].reason, report.left_out[0].request.user_name.as_str()),
        (Reason::NotElevated, "web")
    );
    let wider = report.wider.iter().map(ToString::to_string).collect::<String>();
    assert!(
        wider.starts_with("privilege \"machine-config-fullconfig\" matches all below \"/machine\""),
        "{wider}"
    );
}

#[test]
fn identities_with_equal_privileges_share_a_role() {
    let log = ["a", "b", "c"].map(|user| imds("/metadata/instance", user, "/opt/x")).concat();
    let Learned { rules, .. } = learned(&log, Endpoint::Imds);
    assert_eq!(rules.roles.len(), 1);
    assert_eq!(rules.role_assignments["x-a"].identities.len(), 3);
}

#[test]
fn folders_distinguish_programs_of_one_name() {
    let log = ["/opt/a/x", "/opt/b/x"].map(|exe| imds("/metadata/instance", "u", exe)).concat();
    let names: Vec<_> = learned(&log, Endpoint::Imds).rules.identities.into_keys().collect();
    assert_eq!(names, ["a-x-u", "b-x-u"]);
}

#[test]
fn refused_requests_are_not_learned_unless_requested() {
    let denied = |url| line(url, IMDS, ("u", "/opt/x"), false, DENIED);
    let log = [
        denied("/metadata/attested"),
        denied("/metadata/instance/secret"),
        denied("/metadata/instance"),
        imds("/metadata/instance", "u", "/opt/x"),
        line("/nowhere", IMDS, ("u", "/opt/x"), false, ("404 Not Found", "")),
    ]
    .concat();
    let Learned { rules, report } = learned(&log, Endpoint::Imds);
    assert_eq!(rules.privileges.len(), 1);
    assert_eq!((report.left_out.len(), report.left_out[0].reason), (1, Reason::NotAllowed));
    assert_eq!(report.newly_allowed[0].0.url, "/metadata/instance/secret");
    assert_eq!((report.newly_allowed.len(), report.unsuccessful, report.covered), (1, 1, 1));

    let options =
        LearnOptions { include_not_allowed: true, ..LearnOptions::new(Endpoint::Imds, OsType::Linux) };
    let Learned { rules, report } = learn(log.as_bytes(), options).unwrap();
    assert_eq!(rules.privileges.len(), 2);
    assert!(report.left_out.is_empty() && report.newly_allowed.is_empty());
}

#[test]
fn requests_that_cannot_be_allowed_are_reported_with_the_reason() {
    let log = [
        imds("/", "u", "/opt/x"),
        imds("/metadata//x", "u", "/opt/x"),
        imds("/metadata/a", "u", "undefined"),
        imds("/metadata/b", "u", "/opt/x (deleted)"),
    ]
    .concat();
    let Learned { rules, report } = learned(&log, Endpoint::Imds);
    assert!(rules.is_empty());
    let reasons: Vec<_> = report.left_out.iter().map(|one| one.reason).collect();
    let expected = [
        Reason::UnknownCaller,
        Reason::ReplacedProgram,
        Reason::OnlyByEverything,
        Reason::RefusedBeforeRules,
    ];
    assert_eq!(reasons, expected);

    let options = LearnOptions { strip_deleted: true, ..LearnOptions::new(Endpoint::Imds, OsType::Linux) };
    let Learned { rules, report } = learn(log.as_bytes(), options).unwrap();
    assert_eq!((rules.identities.len(), report.left_out.len()), (1, 3));
}

#[test]
fn l52_is_quiet_about_a_trace_log() {
    let of = |message: &str| format!("2026-07-22T14:27:45.123 [TRACE]   4[2] - {message}\n");
    let log = [
        of("Got request from 127.0.0.1:5 for GET /metadata/instance"),
        of("Use lookup value:169.254.169.254:80."),
        of(r#"{"userName":"u","processFullPath":"/opt/x","runAsElevated":false}"#),
        of("HTTP/1.1 200 OK"),
    ]
    .concat();
    let Learned { rules, report } = learned(&log, Endpoint::Imds);
    assert!(rules.identities.contains_key("x-u") && report.is_complete());
    assert_eq!(report.finding(), None);
}

#[test]
fn parameters_are_kept_and_dropped_as_requested() {
    let log = imds("/metadata/x?Format=text&resource=r&api-version=1", "u", "/opt/x");
    let mut options = LearnOptions::new(Endpoint::Imds, OsType::Linux);
    options.keep_parameters.insert("format".into());
    options.drop_parameters.insert("Resource".into());
    let rules = learn(log.as_bytes(), options).unwrap().rules;
    let query = &rules.privileges.values().next().unwrap().query_parameters;
    assert_eq!(query.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>(), ["format=text"]);
}

#[test]
fn learned_rules_have_no_lint_error_or_warning() {
    let log = [imds("/metadata/instance", "u", "/opt/x"), imds("/metadata/scheduledevents", "v", "/opt/y")]
        .concat();
    let rules = learned(&log, Endpoint::Imds).rules;
    let context = super::super::LintContext { os_type: Some(OsType::Linux), ..Default::default() };
    let found = super::super::findings(&super::super::Draft::from(&rules), &context);
    assert!(found.iter().all(|finding| finding.severity == super::super::Severity::Info), "{found:#?}");
}

#[test]
fn the_number_of_learned_requests_is_bounded() {
    let mut learner = Learner::new(LearnOptions::new(Endpoint::Imds, OsType::Linux));
    let mut record = None;
    audit_log::read(imds("/metadata/x", "u", "/opt/x").as_bytes(), |one| record = Some(one)).unwrap();
    let record = record.unwrap();
    (learner.most_kept, learner.most_learned) = (3_000, 500);
    for n in 0..3_010 {
        learner.add(Record {
            url: format!("/metadata/x{n}"),
            user_name: format!("u{}", n % 100),
            ..record.clone()
        });
    }
    let Learned { rules, report } = learner.finish(Reading::default());
    assert!(rules.privileges.len() <= 500);
    assert_eq!(report.not_replayed, 10);
    assert!(report.left_out.iter().all(|one| one.reason == Reason::TooMany));
    assert!(report.left_out.len() == 1_000 && report.left_out_beyond > 0);
}

fn any_log() -> impl Strategy<Value = Vec<String>> {
    let path = prop_oneof![
        Just("/metadata/instance".to_owned()),
        Just(format!("/machine/{GUID}/x")),
        "/[a-cA-C%é]{0,3}(/[a-b0-9]{1,7}){0,3}/?",
        "/[ -~]{0,12}",
    ];
    let query =
        prop_oneof![Just(String::new()), "\\?[a-c&=%+]{0,10}", "\\?(comp|type|Resource)=[a-zA-Z%41 ]{0,6}"];
    let user = prop_oneof![Just("root"), Just("web"), Just("undefined"), Just("")];
    let exe = prop_oneof![
        Just("/opt/a/x"),
        Just("/opt/b/x"),
        Just("/opt//b/./x"),
        Just("/var/lib/waagent/M-1.2/y"),
        Just("/x (deleted)")
    ];
    let status = prop_oneof![4 => Just(("200 OK", "")), 1 => Just(DENIED), 1 => Just(("404 x", ""))];
    let one = (path, query, user, exe, any::<bool>(), status, any::<bool>()).prop_map(
        |(path, query, user, exe, elevated, answer, wire)| {
            let to = if wire { WIRE } else { IMDS };
            line(&format!("{path}{query}"), to, (user, exe), elevated, answer)
        },
    );
    proptest::collection::vec(one, 0..20)
}

proptest! {
    #[test]
    fn learned_rules_allow_every_record_that_rules_can_allow(log in any_log(), wire in any::<bool>()) {
        let endpoint = if wire { Endpoint::WireServer } else { Endpoint::Imds };
        let Learned { rules, report } = learned(&log.concat(), endpoint);
        prop_assert!(report.left_out.iter().all(|one| one.reason != Reason::StillDenied), "{:#?}", report.left_out);
        let matcher =
            Matcher::new(&Allowlist { mode: Mode::Enforce, default_access: DefaultAccess::Deny, rules });
        let left_out = |record: &Record| report.left_out.iter().any(|one| one.request.url == record.url);
        audit_log::read(log.concat().as_bytes(), |record| {
            let here = record.destination == Destination::Host(endpoint);
            if here && record.outcome == Outcome::Answered(200) && !left_out(&record) {
                let decision = matcher.decide(&record.request(OsType::Linux));
                assert_eq!(decision.verdict, Verdict::Allowed, "{record:?}");
            }
        }).unwrap();
    }

    #[test]
    fn the_order_of_a_log_does_not_matter(log in any_log()) {
        let mut reversed = log.clone();
        reversed.reverse();
        prop_assert_eq!(learned(&log.concat(), Endpoint::Imds), learned(&reversed.concat(), Endpoint::Imds));
    }

    #[test]
    fn garbage_never_panics(log in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = learn(log.as_slice(), LearnOptions::new(Endpoint::Imds, OsType::Windows)).unwrap();
    }

    #[test]
    fn damaged_logs_never_panic(log in any_log(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut log = log.concat().into_bytes();
        if !log.is_empty() {
            let at = at.index(log.len());
            log[at] = byte;
        }
        let _ = learn(log.as_slice(), LearnOptions::new(Endpoint::Imds, OsType::Linux)).unwrap();
    }
}
