use super::*;

#[test]
fn l06_production_that_is_not_enforced() {
    let named =
        |name: &str, mode| LintContext { names: vec![name.into()], ..access(mode, DefaultAccess::Deny) };
    speaks(FindingId::L06, &good(), &named("web-prod", Mode::Audit), &["warning", "mode", "web-prod"]);
    speaks(FindingId::L06, &good(), &named("prod_eu", Mode::Disabled), &["Disabled"]);
    quiet(FindingId::L06, &good(), &named("web-prod", Mode::Enforce));
    quiet(FindingId::L06, &good(), &named("products", Mode::Audit));
}

#[test]
fn l21_an_open_default() {
    let open = |mode| access(mode, DefaultAccess::Allow);
    speaks(FindingId::L21, &good(), &open(Mode::Enforce), &["warning", "default_access", "Use Deny."]);
    speaks(FindingId::L21, &good(), &open(Mode::Audit), &["info", "the rollout"]);
    quiet(FindingId::L21, &good(), &open(Mode::Disabled));
    quiet(FindingId::L21, &good(), &access(Mode::Enforce, DefaultAccess::Deny));
}

#[test]
fn l24_paths_of_the_other_endpoint() {
    let at = |endpoint| LintContext { endpoint: Some(endpoint), ..LintContext::default() };
    let machine = privilege("/machine", json!({ "comp": "goalstate" }));
    speaks(FindingId::L24, &machine, &at(Endpoint::Imds), &["warning", ".path", "not a path of IMDS"]);
    quiet(FindingId::L24, &machine, &at(Endpoint::WireServer));
    let metadata = privilege("/metadata/instance", json!({}));
    speaks(FindingId::L24, &metadata, &at(Endpoint::WireServer), &["not a path of WireServer"]);
    quiet(FindingId::L24, &metadata, &at(Endpoint::Imds));
}

#[test]
fn l24_no_privilege_for_the_plugin() {
    let wire = |default_access| LintContext {
        endpoint: Some(Endpoint::WireServer),
        ..access(Mode::Enforce, default_access)
    };
    let machine = privilege("/machine", json!({ "comp": "goalstate" }));
    speaks(FindingId::L24, &machine, &wire(DefaultAccess::Deny), &["HostGAPlugin", "/vmsettings"]);
    quiet(FindingId::L24, &machine, &wire(DefaultAccess::Allow));
    let mut both = machine;
    both["privileges"]["settings"] = json!({ "path": "/vmSettings" });
    quiet(FindingId::L24, &both, &wire(DefaultAccess::Deny));
}

#[test]
fn l50_who_reaches_what() {
    speaks(FindingId::L50, &good(), &linux(), &["info", "\"web\" reaches managed-identity tokens."]);
    quiet(FindingId::L50, &privilege("/metadata/instance", json!({})), &linux());
    let open = LintContext { endpoint: Some(Endpoint::Imds), ..access(Mode::Enforce, DefaultAccess::Allow) };
    let messages = of(FindingId::L50, &privilege("/metadata/attested", json!({})), &open);
    for part in ["\"web\" reaches attested data.", "every process reaches managed-identity tokens"] {
        assert!(messages.iter().any(|one| one.contains(part)), "{messages:?}");
    }
}

#[test]
fn l51_the_platforms_own_callers() {
    let strict = |os_type, endpoint| LintContext {
        os_type: Some(os_type),
        endpoint: Some(endpoint),
        ..access(Mode::Enforce, DefaultAccess::Deny)
    };
    let wire = strict(OsType::Linux, Endpoint::WireServer);
    speaks(FindingId::L51, &good(), &wire, &["warning", "waagent", "likely to fail"]);
    speaks(FindingId::L51, &good(), &strict(OsType::Linux, Endpoint::Imds), &["info", "cloud-init"]);
    let with = |conditions: Value, comps: Value| {
        let mut rules = identity(conditions);
        rules["privileges"] = json!({});
        for comp in comps.as_array().unwrap() {
            let comp = comp.as_str().unwrap();
            rules["privileges"][comp] = json!({ "path": "/machine", "query_parameters": { "comp": comp } });
        }
        rules["privileges"]["settings"] = json!({ "path": "/vmsettings" });
        rules["roles"]["app"]["privileges"] = comps;
        rules["roles"]["app"]["privileges"].as_array_mut().unwrap().push(json!("settings"));
        rules
    };
    let agent = json!({ "user_name": "root", "exe_path": "/usr/bin/python3.12" });
    quiet(FindingId::L51, &with(agent.clone(), json!(["goalstate", "health"])), &wire);
    speaks(FindingId::L51, &with(agent, json!(["goalstate"])), &wire, &["info", "POST /machine?comp=health"]);
    // The executable never is a script or a link, and an account that is not elevated never reaches the
    // WireServer.
    for other in [
        json!({ "user_name": "root", "exe_path": "/usr/sbin/waagent" }),
        json!({ "user_name": "root", "process_name": "waagent" }),
        json!({ "user_name": "root", "process_name": "python3" }),
        json!({ "user_name": "root", "exe_path": "/usr/bin/python3" }),
        json!({ "user_name": "web", "exe_path": "/usr/bin/python3.12" }),
    ] {
        speaks(FindingId::L51, &with(other, json!(["goalstate", "health"])), &wire, &["warning", "waagent"]);
    }
    let platform = json!({ "user_name": "root", "process_name": "platform-python3.6" });
    quiet(FindingId::L51, &with(platform, json!(["goalstate", "health"])), &wire);
    quiet(FindingId::L51, &good(), &LintContext { mode: Some(Mode::Audit), ..wire });
}
