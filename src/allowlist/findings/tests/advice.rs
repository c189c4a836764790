//! Follows each suggestion literally: the finding disappears, no error is new, and the guest agent keeps its
//! access.

use std::collections::BTreeSet;

use super::super::super::{Allowlist, Identity, Matcher, Privilege, Request, Role, RoleAssignment, Verdict};
use super::*;

/// The quoted strings of a text, as in a configuration.
fn strings(text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let mut rest = text.chars();
    while rest.any(|c| c == '"') {
        let mut one = String::new();
        while let Some(c) = rest.next() {
            match c {
                '"' => break,
                '\\' => match rest.next() {
                    Some('n') => one.push('\n'),
                    Some('r') => one.push('\r'),
                    Some('t') => one.push('\t'),
                    Some('u') => {
                        let code: String = rest.by_ref().take(4).collect();
                        one.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
                    }
                    other => one.extend(other),
                },
                c => one.push(c),
            }
        }
        findings.push(one.replace("$${", "${").replace("%%{", "%{"));
    }
    findings
}

fn condition(identity: &mut Identity, condition: IdentityCondition) -> &mut Option<String> {
    match condition {
        IdentityCondition::UserName => &mut identity.user_name,
        IdentityCondition::GroupName => &mut identity.group_name,
        IdentityCondition::ExePath => &mut identity.exe_path,
        IdentityCondition::ProcessName => &mut identity.process_name,
    }
}

/// Grants some privileges to an identity of the guest agent, as the messages describe it.
fn grant_to_agent(rules: &mut Rules, os_type: OsType, privileges: &[&str]) {
    let identity = match os_type {
        OsType::Linux => Identity {
            user_name: Some("root".into()),
            exe_path: Some("/usr/bin/python3.12".into()),
            ..Identity::default()
        },
        OsType::Windows => Identity {
            user_name: Some("SYSTEM".into()),
            process_name: Some("WindowsAzureGuestAgent.exe".into()),
            ..Identity::default()
        },
    };
    rules.identities.insert("the-agent".into(), identity);
    let role: &mut Role = rules.roles.entry("the-agent".into()).or_default();
    role.privileges.extend(privileges.iter().map(|name| (*name).to_owned()));
    rules
        .role_assignments
        .insert("the-agent".into(), RoleAssignment { identities: ["the-agent".into()].into() });
}

/// Follows a suggestion. It makes a choice here where the suggestion leaves one to the user.
fn follow(finding: &Finding, rules: &mut Rules, context: &mut LintContext) {
    let text = finding.suggestion.as_deref().unwrap();
    let (strings, os_type) = (strings(text), context.os_type.unwrap_or_default());
    let first = || strings.first().unwrap_or_else(|| panic!("{finding:?}")).clone();
    match &finding.subject {
        Subject::Path { privilege } => {
            let one = rules.privileges.get_mut(privilege).unwrap();
            one.path = first();
            for pair in strings[1..].chunks_exact(2).filter(|_| text.contains("query_parameters = {")) {
                one.query_parameters.insert(pair[0].clone(), pair[1].clone());
            }
            if text.contains("grant the privilege to the guest agent") {
                grant_to_agent(rules, os_type, &[privilege]);
            }
        }
        Subject::QueryParameter { privilege, key } => {
            let query = &mut rules.privileges.get_mut(privilege).unwrap().query_parameters;
            let value = query.remove(key).unwrap();
            if text.starts_with("Write") {
                match finding.message.contains("key") {
                    true => query.insert(first(), value),
                    false => query.insert(key.clone(), first()),
                };
            } else {
                assert!(text.starts_with("Leave"), "{finding:?}");
            }
            if text.contains("grant the privilege to the guest agent") {
                grant_to_agent(rules, os_type, &[privilege]);
            }
        }
        Subject::Condition { identity, condition: which } => {
            let one = rules.identities.get_mut(identity).unwrap();
            if text.starts_with("Write") {
                *condition(one, *which) = Some(first());
                if text.contains("give user_name") {
                    one.user_name.get_or_insert_with(|| "root".into());
                }
                if text.contains("leave process_name out") {
                    one.process_name = None;
                }
            } else if text.starts_with("Leave it out") {
                *condition(one, *which) = None;
            } else if text.starts_with("Add user_name") {
                one.user_name = Some(strings.first().cloned().unwrap_or_else(|| "web".into()));
            } else if text.starts_with("Add exe_path") {
                one.exe_path = Some("/opt/web/bin/server".into());
            } else {
                assert!(text.starts_with("Give it"), "{finding:?}");
                *one = example(os_type);
            }
        }
        Subject::Identity(identity) => {
            let one = rules.identities.get_mut(identity).unwrap();
            if text.starts_with("Add user_name") {
                one.user_name = Some(strings.first().cloned().unwrap_or_else(|| "web".into()));
            } else {
                assert!(text.starts_with("Give it"), "{finding:?}");
                *one = example(os_type);
            }
        }
        Subject::DefaultAccess => {
            context.default_access = Some(DefaultAccess::Deny);
            if !text.starts_with("Use Deny") {
                grant_needs(rules, os_type);
            }
        }
        Subject::Privilege(privilege) if finding.id == FindingId::L26 => {
            let query = &mut rules.privileges.get_mut(privilege).unwrap().query_parameters;
            query.insert("resource".into(), first());
        }
        Subject::Privilege(_) => {
            assert!(text.starts_with("Add a privilege for"), "{finding:?}");
            let (own, agent) = text.split_once("guest agent").unwrap_or((text, ""));
            let listed = super::advice::strings(own);
            let bare = Privilege { path: listed[0].clone(), ..Privilege::default() };
            rules.privileges.insert("bare".into(), bare);
            for role in &listed[1..] {
                rules.roles.get_mut(role).unwrap().privileges.insert("bare".into());
            }
            if !agent.is_empty() {
                grant_to_agent(rules, os_type, &["bare"]);
            }
        }
        Subject::Rules => grant_needs(rules, os_type),
        Subject::List(_) => {
            let paths = ["/vmsettings", "/extensionartifact", "/status", "/health", "/vmagentlog"];
            for path in paths {
                assert!(text.contains(path), "{text}");
                rules.privileges.insert(path.into(), Privilege { path: path.into(), ..Privilege::default() });
            }
            grant_to_agent(rules, os_type, &paths);
        }
        Subject::RolePrivilege { role, privilege } => {
            let names = &mut rules.roles.get_mut(role).unwrap().privileges;
            names.remove(privilege);
            names.insert(first());
        }
        Subject::AssignedIdentity { role, identity } => {
            let names = &mut rules.role_assignments.get_mut(role).unwrap().identities;
            names.remove(identity);
            names.insert(first());
        }
        Subject::RoleAssignment(role) => {
            let assignment = rules.role_assignments.remove(role).unwrap();
            rules.role_assignments.entry(first()).or_default().identities.extend(assignment.identities);
        }
        other => panic!("no suggestion about {other}: {finding:?}"),
    }
}

fn grant_needs(rules: &mut Rules, os_type: OsType) {
    let needs = ["goalstate", "health"].map(|comp| {
        let query_parameters = [("comp".to_owned(), comp.to_owned())].into();
        rules
            .privileges
            .insert(format!("agent-{comp}"), Privilege { path: "/machine".into(), query_parameters });
        format!("agent-{comp}")
    });
    let settings = Privilege { path: "/vmsettings".into(), ..Privilege::default() };
    rules.privileges.insert("agent-settings".into(), settings);
    grant_to_agent(rules, os_type, &[&needs[0], &needs[1], "agent-settings"]);
}

fn example(os_type: OsType) -> Identity {
    match os_type {
        OsType::Linux => Identity {
            user_name: Some("root".into()),
            exe_path: Some("/opt/web/bin/server".into()),
            ..Identity::default()
        },
        OsType::Windows => Identity {
            user_name: Some("SYSTEM".into()),
            exe_path: Some(r"C:\web\server.exe".into()),
            ..Identity::default()
        },
    }
}

/// The guest agent's requests that are allowed.
fn of_agent(rules: &Rules, context: &LintContext) -> BTreeSet<&'static str> {
    let matcher = Matcher::new(&Allowlist {
        mode: context.mode.unwrap(),
        default_access: context.default_access.unwrap(),
        rules: rules.clone(),
    });
    let os_type = context.os_type.unwrap_or_default();
    let (user_name, exe_path, process_name) = match os_type {
        OsType::Linux => ("root", "/usr/bin/python3.12", "python3.12"),
        OsType::Windows => {
            ("SYSTEM", r"C:\WindowsAzure\Packages\WindowsAzureGuestAgent.exe", "WindowsAzureGuestAgent.exe")
        }
    };
    let urls = ["/machine?comp=goalstate", "/machine/?comp=goalstate", "/machine?comp=health", "/vmsettings"];
    let allowed = |url: &&'static str| {
        let method = if url.contains("health") { "POST" } else { "GET" };
        let request = Request {
            os_type,
            method,
            user_name,
            exe_path,
            process_name,
            elevated: true,
            ..Request::new(Endpoint::WireServer.into(), url)
        };
        matcher.decide(&request).verdict == Verdict::Allowed
    };
    urls.into_iter().filter(allowed).collect()
}

/// Follows each piece of advice singly. Returns their number, and those that did not hold.
fn each_advice_holds(rules: &Rules, context: &LintContext, broken: &mut Vec<String>) -> usize {
    let before = findings(&Draft::from(rules), context);
    let errors = |findings: &[Finding]| -> BTreeSet<(FindingId, Subject)> {
        let errors = findings.iter().filter(|one| one.severity == Severity::Error);
        errors.map(|one| (one.id, one.subject.clone())).collect()
    };
    let mut followed = 0;
    for finding in before.iter().filter(|finding| finding.suggestion.is_some()) {
        let (mut changed, mut around) = (rules.clone(), context.clone());
        follow(finding, &mut changed, &mut around);
        let after = findings(&Draft::from(&changed), &around);
        if after.iter().any(|one| (one.id, &one.subject) == (finding.id, &finding.subject)) {
            broken.push(format!("not fixed: {finding:?} in {context:?}"));
        }
        for new in errors(&after).difference(&errors(&before)) {
            broken.push(format!("{new:?} is new after {finding:?} in {context:?}"));
        }
        if context.endpoint == Some(Endpoint::WireServer) {
            let (had, has) = (of_agent(rules, context), of_agent(&changed, &around));
            for lost in had.difference(&has) {
                broken.push(format!("the guest agent loses {lost} after {finding:?} in {context:?}"));
            }
        }
        followed += 1;
    }
    followed
}

#[track_caller]
fn nothing_is(broken: &[String]) {
    assert!(broken.is_empty(), "{} broken: {:#?}", broken.len(), &broken[..broken.len().min(12)]);
}

fn contexts() -> Vec<LintContext> {
    let mut all = Vec::new();
    for os_type in [OsType::Linux, OsType::Windows] {
        for endpoint in [Endpoint::Imds, Endpoint::WireServer] {
            for default_access in [DefaultAccess::Allow, DefaultAccess::Deny] {
                all.push(LintContext {
                    os_type: Some(os_type),
                    endpoint: Some(endpoint),
                    ..access(Mode::Enforce, default_access)
                });
            }
        }
    }
    all
}

#[test]
fn advice_about_privileges_holds() {
    let paths = [
        "",
        " ",
        "/a ",
        "metadata/instance",
        "machine",
        "/machine/",
        "/machine",
        "/metadata/inst",
        "/MACHINE",
        "/%6dachine",
        "http://169.254.169.254/metadata/instance?api-version=2021-02-01",
        "/machine?comp=goalstate&type=x#y",
        "/machine/*",
        "/a/../machine",
        "//machine",
        "/a/{id}",
        "*",
        "/a;b",
        "/a/./b",
        "/a\\b",
        "/a\tb",
        "/é",
        "/metadata/identity/oauth2/token",
        "/metadata/%2e%2e/x",
        "/a%2Fb%252Fc",
        "/vmsettings%3Fx=y",
        "https://h",
        "?a=b",
        "machine/%2A",
    ];
    let queries = [
        json!({}),
        json!({ "comp": "goalstate" }),
        json!({ "": "x" }),
        json!({ "K": "1", "k": "2" }),
        json!({ "k": "" }),
        json!({ "k": "*" }),
        json!({ "api-version": "2021-02-01" }),
        json!({ "client_id": "a\r" }),
        json!({ "r\u{7}": "v" }),
        json!({ "resource": "https%3A%2F%2Fvault.azure.net" }),
        json!({ "%6b": "a" }),
        json!({ "k": "a%2520b" }),
        json!({ "c\u{e9}": "v" }),
    ];
    let (mut followed, mut broken) = (0, Vec::new());
    for context in contexts() {
        for path in paths {
            let all = ["/machine", "/metadata/instance"].contains(&path);
            for query in queries.iter().take(if all { queries.len() } else { 2 }) {
                let mut rules = good();
                rules["privileges"]["one"] = json!({ "path": path, "query_parameters": query });
                for granted in [true, false] {
                    if granted {
                        rules["roles"]["app"]["privileges"] = json!(["one"]);
                    }
                    followed += each_advice_holds(&read(&rules), &context, &mut broken);
                }
            }
        }
    }
    nothing_is(&broken);
    assert!(followed > 1_000, "{followed}");
}

#[test]
fn advice_about_identities_holds() {
    let paths = [
        "/usr/sbin/waagent",
        "/usr/bin/python3",
        "/bin/python3",
        "/bin/x",
        "/bin/sh",
        "/usr/bin/az",
        "/opt/x/run.sh",
        "/opt//x/",
        "/opt/x ",
        "/opt/../x",
        "/opt/x (deleted)",
        "/memfd:x (deleted)",
        "/usr/bin/python3.12 /opt/app.py",
        "/opt/x --flag",
        "\"/opt/x\"",
        "x",
        "~/x",
        "/opt/$A/x",
        "/opt/x*",
        "/opt/w\u{435}b",
        "/usr/bin/python3.12",
        "/opt/web-1.2/x",
        r"C:\Windows\System32\x.exe",
        r"C:\\Windows\\x.exe",
        "C:/Windows/x.exe",
        r"c:\windows\system32\x.exe",
        r"C:\x.exe\",
        r"C:\PROGRA~1\x.exe",
        r"C:\MICROS~1\x.exe",
        r"\\?\C:\x.exe",
        r"\??\C:\x.exe",
        r"C:\x.exe -k netsvcs",
        "\"C:\\Program Files\\x.exe\" -k",
        r"%ProgramFiles%\x.exe",
        r"C:\a\server",
        r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
        "C:\temp\new.exe",
        r"C:\a\run.ps1",
        r"C:\a\..\x.exe",
        r"\\server\C$\x.exe",
        r"C:\Windows\.\x.exe",
        r"C:\Windows\System32\wscript.exe //B C:\a\b.vbs",
    ];
    let processes = [
        None,
        Some("x"),
        Some("waagent"),
        Some("python3"),
        Some("x.exe"),
        Some("a/x"),
        Some("x.exe -k"),
        Some("cscript"),
        Some(" "),
    ];
    let users = [
        None,
        Some("root"),
        Some("SYSTEM"),
        Some(r"NT AUTHORITY\System"),
        Some("svc@dom"),
        Some(""),
        Some("w\u{435}b"),
        Some("web "),
    ];
    let (mut followed, mut broken) = (0, Vec::new());
    for context in
        contexts().into_iter().filter(|context| context.default_access == Some(DefaultAccess::Deny))
    {
        let mut check = |conditions: Value| {
            followed += each_advice_holds(&read(&identity(conditions)), &context, &mut broken);
        };
        for path in paths {
            for process in processes.into_iter().take(5) {
                check(json!({ "exe_path": path, "process_name": process }));
            }
            check(json!({ "exe_path": path, "user_name": "root" }));
        }
        for user in users {
            for process in processes {
                check(json!({ "user_name": user, "process_name": process }));
                check(json!({ "user_name": user, "process_name": process, "group_name": r"BUILTIN\Users" }));
            }
        }
    }
    nothing_is(&broken);
    assert!(followed > 500, "{followed}");
}

/// Rules like those of Microsoft's published sample.
fn sample() -> Value {
    json!({
        "privileges": { "state": { "path": "/machine", "query_parameters": { "comp": "goalstate" } } },
        "roles": { "setup": { "privileges": ["state"] }, "agents": { "privileges": ["state"] } },
        "identities": {
            "script": { "user_name": "SYSTEM", "exe_path": r"C:\Windows\System32\cscript.exe" },
            "agent": { "user_name": "SYSTEM", "process_name": "WindowsAzureGuestAgent.exe" }
        },
        "role_assignments": { "setup": { "identities": ["script"] }, "agents": { "identities": ["agent"] } }
    })
}

#[test]
fn closing_the_bare_path_keeps_the_guest_agent() {
    let windows = LintContext {
        os_type: Some(OsType::Windows),
        endpoint: Some(Endpoint::WireServer),
        ..access(Mode::Enforce, DefaultAccess::Allow)
    };
    // If the profile's settings are unknown, the rules show them.
    for context in [windows.clone(), access(Mode::Enforce, DefaultAccess::Allow)] {
        let messages = of(FindingId::L20, &sample(), &context);
        assert!(messages[0].contains("list it in the roles \"agents\" and \"setup\"."), "{messages:?}");
    }
    let mut broken = Vec::new();
    each_advice_holds(&read(&sample()), &windows, &mut broken);
    let mut without = sample();
    without["role_assignments"]["agents"]["identities"] = json!([]);
    speaks(
        FindingId::L20,
        &without,
        &windows,
        &["grant it to the guest agent: an identity with user_name = \"SYSTEM\""],
    );
    each_advice_holds(&read(&without), &windows, &mut broken);
    nothing_is(&broken);

    let mut closed = sample();
    closed["privileges"]["bare"] = json!({ "path": "/machine" });
    for context in [windows, access(Mode::Enforce, DefaultAccess::Allow)] {
        speaks(FindingId::L51, &closed, &context, &["warning", "is refused POST /machine?comp=health"]);
    }
}

#[test]
fn advice_about_dangling_names_holds() {
    let mut broken = Vec::new();
    for (list, role, wrong) in [
        ("roles", "app", json!({ "privileges": ["tokn", "instance"] })),
        ("role_assignments", "app", json!({ "identities": ["wed"] })),
        ("role_assignments", "App", json!({ "identities": ["web"] })),
    ] {
        let mut rules = good();
        if list == "role_assignments" {
            rules[list] = json!({});
        }
        rules[list][role] = wrong;
        for context in contexts() {
            assert!(each_advice_holds(&read(&rules), &context, &mut broken) >= 1);
        }
    }
    nothing_is(&broken);
}
