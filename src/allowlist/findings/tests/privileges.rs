use super::*;

#[track_caller]
fn path_speaks(id: FindingId, path: &str, parts: &[&str]) {
    speaks(id, &privilege(path, json!({})), &LintContext::default(), parts);
}

#[track_caller]
fn path_quiet(id: FindingId, path: &str) {
    quiet(id, &privilege(path, json!({})), &LintContext::default());
}

#[track_caller]
fn query_speaks(id: FindingId, query: Value, parts: &[&str]) {
    speaks(id, &privilege("/a", query), &LintContext::default(), parts);
}

#[track_caller]
fn query_quiet(id: FindingId, query: Value) {
    quiet(id, &privilege("/a", query), &LintContext::default());
}

#[test]
fn l10_a_path_that_matches_nothing_or_everything() {
    path_speaks(FindingId::L10, "", &["matches every request"]);
    path_speaks(FindingId::L10, "metadata", &["error", ".path", "Write \"/metadata\""]);
    path_speaks(FindingId::L10, " /a", &["Write \"/a\""]);
    path_speaks(FindingId::L10, "http://169.254.169.254/metadata/x", &["Write \"/metadata/x\""]);
    path_speaks(
        FindingId::L10,
        "/machine?comp=goalstate",
        &["query_parameters = { \"comp\" = \"goalstate\" }"],
    );
    path_speaks(FindingId::L10, "/metadata/*", &["no wildcards", "Write \"/metadata\""]);
    for path in ["/a/{id}", "/a/../b", "/a//b", "/a#b", "   "] {
        path_speaks(FindingId::L10, path, &["error"]);
    }
    path_quiet(FindingId::L10, "/metadata/instance");
}

#[test]
fn l11_percent_encoding() {
    path_speaks(FindingId::L11, "/a%20b", &["error", "Write \"/a b\""]);
    path_quiet(FindingId::L11, "/100%/x");
    query_speaks(
        FindingId::L11,
        json!({ "resource": "https%3A%2F%2Fvault.azure.net" }),
        &["https://vault.azure.net"],
    );
    query_speaks(FindingId::L11, json!({ "%6b": "x" }), &["Write \"k\""]);
    query_quiet(FindingId::L11, json!({ "resource": "https://vault.azure.net" }));
}

#[test]
fn l12_a_path_that_ends_within_a_segment() {
    path_speaks(FindingId::L12, "/metadata/inst", &["warning", "/metadata/instance"]);
    let mut rules = privilege("/ab", json!({}));
    rules["privileges"]["other"] = json!({ "path": "/a" });
    speaks(FindingId::L12, &rules, &linux(), &["privileges[\"other\"]", "\"/ab\""]);
    path_quiet(FindingId::L12, "/metadata/instance");
    path_quiet(FindingId::L12, "/metadata/");
}

#[test]
fn l13_a_final_slash() {
    path_speaks(FindingId::L13, "/machine/", &["warning", "does not match \"/machine\""]);
    let mut rules = privilege("/machine/", json!({}));
    rules["privileges"]["bare"] = json!({ "path": "/machine" });
    quiet(FindingId::L13, &rules, &linux());
    path_quiet(FindingId::L13, "/machine");
    path_quiet(FindingId::L13, "/");
}

#[test]
fn l14_a_path_that_covers_everything() {
    for path in ["/", "/metadata", "/Metadata/", "/machine"] {
        path_speaks(FindingId::L14, path, &["warning", "covers everything"]);
    }
    let at = |endpoint| LintContext { endpoint: Some(endpoint), ..linux() };
    let machine = of(FindingId::L14, &privilege("/machine", json!({})), &at(Endpoint::WireServer));
    assert!(
        machine[0].contains("certificates and the goal state") && !machine[0].contains("token"),
        "{machine:?}"
    );
    let all = of(FindingId::L14, &privilege("/", json!({})), &at(Endpoint::Imds));
    assert!(all[0].contains("tokens") && !all[0].contains("certificates"), "{all:?}");
    quiet(FindingId::L14, &privilege("/machine", json!({ "comp": "goalstate" })), &linux());
    let mut closed = privilege("/", json!({}));
    closed["roles"]["app"]["privileges"] = json!([]);
    quiet(FindingId::L14, &closed, &linux());
    path_quiet(FindingId::L14, "/metadata/instance");
}

#[test]
fn l26_a_token_for_anything() {
    for path in ["/metadata/identity/oauth2/token", "/Metadata/identity", "/metadata/identity/oauth2/token/"]
    {
        path_speaks(FindingId::L26, path, &["warning", "any resource"]);
    }
    let token = "/metadata/identity/oauth2/token";
    speaks(
        FindingId::L26,
        &privilege(token, json!({ "api-version": "2018-02-01" })),
        &linux(),
        &["any resource"],
    );
    quiet(FindingId::L26, &privilege(token, json!({ "Client_ID": "x" })), &linux());
    // One that nobody has closes the path.
    let mut closed = privilege(token, json!({}));
    closed["roles"]["app"]["privileges"] = json!([]);
    quiet(FindingId::L26, &closed, &linux());
    path_quiet(FindingId::L26, "/metadata/instance");
}

#[test]
fn l15_capital_letters() {
    path_speaks(FindingId::L15, "/vmSettings", &["warning", "Write \"/vmsettings\""]);
    path_quiet(FindingId::L15, "/vmsettings");
}

#[test]
fn l16_unusual_characters() {
    for path in ["/é", "/a;b", "/a/./b", "/a\\b", "/a\tb"] {
        path_speaks(FindingId::L16, path, &["warning"]);
    }
    query_speaks(
        FindingId::L16,
        json!({ "client_id": "a\r" }),
        &["warning", "control character", "Write \"a\""],
    );
    query_speaks(FindingId::L16, json!({ "k\u{7}": "a" }), &["has a key with a control character"]);
    query_speaks(FindingId::L16, json!({ "k": "é" }), &["beyond ASCII"]);
    path_quiet(FindingId::L16, "/a/.well-known/b_c~d");
}

#[test]
fn l17_parameters_that_cannot_match_as_written() {
    query_speaks(FindingId::L17, json!({ "K": "1", "k": "2" }), &["error", "random"]);
    query_speaks(FindingId::L17, json!({ "": "1" }), &["error", "empty key"]);
    query_speaks(FindingId::L17, json!({ "k": "" }), &["warning", "present without a value"]);
    query_speaks(FindingId::L17, json!({ "k": "*" }), &["warning", "no wildcards"]);
    query_quiet(FindingId::L17, json!({ "k": "1", "l": "2" }));
}

#[test]
fn l18_blanks_and_plus_signs() {
    query_speaks(FindingId::L18, json!({ "k": "a b" }), &["warning"]);
    query_speaks(FindingId::L18, json!({ "k": "a+b" }), &["warning"]);
    query_quiet(FindingId::L18, json!({ "k": "a-b" }));
}

#[test]
fn l19_the_api_version() {
    query_speaks(FindingId::L19, json!({ "Api-Version": "2021-02-01" }), &["warning", "Leave it out."]);
    query_quiet(FindingId::L19, json!({ "resource": "x" }));
}

#[test]
fn l20_leaving_a_narrowed_privilege() {
    let open = access(Mode::Enforce, DefaultAccess::Allow);
    speaks(FindingId::L20, &good(), &open, &["warning", "privileges[\"token\"]", "allowed by default"]);
    assert!(all(&good(), &open).iter().any(|finding| finding.id == FindingId::L20 && finding.high));
    quiet(FindingId::L20, &good(), &access(Mode::Enforce, DefaultAccess::Deny));
    let mut caught = good();
    caught["privileges"]["closed"] = json!({ "path": "/Metadata/identity" });
    quiet(FindingId::L20, &caught, &open);
}

#[test]
fn l22_a_broad_privilege_undoes_a_narrow_one() {
    let mut rules = good();
    rules["privileges"]["broad"] = json!({ "path": "/metadata/identity" });
    rules["roles"]["ops"] = json!({ "privileges": ["broad"] });
    rules["identities"]["ops"] = json!({ "user_name": "ops", "exe_path": "/opt/ops" });
    rules["role_assignments"]["ops"] = json!({ "identities": ["ops"] });
    speaks(FindingId::L22, &rules, &linux(), &["warning", "privileges[\"broad\"]", "\"token\"", "\"ops\""]);

    // Closing a broad path and opening a narrower one is the usual way, and works.
    rules["role_assignments"]["ops"] = json!({ "identities": [] });
    quiet(FindingId::L22, &rules, &linux());
}

#[test]
fn l23_a_privilege_that_adds_nothing() {
    let mut rules = good();
    rules["privileges"]["same"] = json!({ "path": "/METADATA/instance" });
    rules["roles"]["app"]["privileges"] = json!(["token", "instance", "same"]);
    speaks(FindingId::L23, &rules, &linux(), &["info", "privileges[\"same\"]", "\"instance\""]);

    rules["privileges"]["same"] = json!({ "path": "/metadata/instance/compute" });
    speaks(FindingId::L23, &rules, &linux(), &["info", "\"instance\" covers it"]);
    quiet(FindingId::L23, &good(), &linux());
}

#[test]
fn l25_methods_in_names() {
    let mut rules = good();
    rules["privileges"] =
        json!({ "token": { "path": "/t" }, "instance": { "path": "/i" }, "logWrite": { "path": "/l" } });
    speaks(FindingId::L25, &rules, &linux(), &["info", "logWrite", "every method"]);
    quiet(FindingId::L25, &good(), &linux());
}
