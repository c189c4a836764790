use super::*;

#[test]
fn l06_production_that_is_not_enforced() {
    let named = |name: &str, mode| Context { names: vec![name.into()], ..access(mode, DefaultAccess::Deny) };
    speaks(FindingId::L06, &good(), &named("web-prod", Mode::Audit), &["warning", "mode", "web-prod"]);
    speaks(FindingId::L06, &good(), &named("prod_eu", Mode::Disabled), &["Disabled"]);
    quiet(FindingId::L06, &good(), &named("web-prod", Mode::Enforce));
    quiet(FindingId::L06, &good(), &named("products", Mode::Audit));
}

#[test]
fn l21_an_open_default() {
    let open = |mode| access(mode, DefaultAccess::Allow);
    speaks(FindingId::L21, &good(), &open(Mode::Enforce), &["warning", "default_access", "Use Deny."]);
    speaks(FindingId::L21, &good(), &open(Mode::Audit), &["info", "rolling out"]);
    quiet(FindingId::L21, &good(), &open(Mode::Disabled));
    quiet(FindingId::L21, &good(), &access(Mode::Enforce, DefaultAccess::Deny));
}

#[test]
fn l24_paths_of_the_other_endpoint() {
    let at = |endpoint| Context { endpoint: Some(endpoint), ..Context::default() };
    let machine = privilege("/machine", json!({ "comp": "goalstate" }));
    speaks(FindingId::L24, &machine, &at(Endpoint::Imds), &["warning", ".path", "not a path of IMDS"]);
    quiet(FindingId::L24, &machine, &at(Endpoint::WireServer));
    let metadata = privilege("/metadata/instance", json!({}));
    speaks(FindingId::L24, &metadata, &at(Endpoint::WireServer), &["not a path of WireServer"]);
    quiet(FindingId::L24, &metadata, &at(Endpoint::Imds));
}

#[test]
fn l24_nothing_for_the_plugin() {
    let wire = |default_access| Context {
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
}

#[test]
fn l51_the_platforms_own_callers() {
    let strict = |os_type, endpoint| Context {
        os_type: Some(os_type),
        endpoint: Some(endpoint),
        ..access(Mode::Enforce, DefaultAccess::Deny)
    };
    let wire = strict(OsType::Linux, Endpoint::WireServer);
    speaks(FindingId::L51, &good(), &wire, &["warning", "waagent", "likely to fail"]);
    speaks(FindingId::L51, &good(), &strict(OsType::Linux, Endpoint::Imds), &["info", "cloud-init"]);
    let agent = identity(json!({ "user_name": "root", "exe_path": "/usr/bin/python3.12" }));
    quiet(FindingId::L51, &agent, &wire);
    quiet(FindingId::L51, &good(), &Context { mode: Some(Mode::Audit), ..wire });
}
