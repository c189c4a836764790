//! Comparisons.

use super::*;

/// The output of the command for two files, and its exit code.
fn between(old: &Value, new: &Value, arguments: &str) -> (String, String, u8) {
    let directory = tempfile::tempdir().unwrap();
    let (before, after) = (directory.path().join("old.json"), directory.path().join("new.json"));
    std::fs::write(&before, old.to_string()).unwrap();
    std::fs::write(&after, new.to_string()).unwrap();
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let words = ["--diff".into(), before.into(), after.into()];
    let words = words.into_iter().chain(arguments.split_whitespace().map(std::ffi::OsString::from));
    let code = run(words, &mut &b""[..], &mut output, &mut errors, 100);
    (String::from_utf8(output).unwrap(), String::from_utf8(errors).unwrap(), code)
}

fn all(old: &Value, new: &Value, parts: &[&str], code: u8) {
    for format in ["text", "markdown", "html"] {
        let (page, errors, is) = between(old, new, &format!("--format {format}"));
        assert_eq!((errors.as_str(), is), ("", code), "{format}: {page}");
        let plain = page
            .replace("&#39;", "'")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("\\>", ">")
            .replace('\\', "")
            .replace("<code>", "")
            .replace('`', "");
        for part in parts {
            assert!(plain.contains(part), "{format}: {part}: {page}");
        }
    }
    let (page, _, is) = between(old, new, "--format json");
    let page: Value = serde_json::from_str(&page).unwrap();
    assert_eq!(page["exit_code"], json!(is));
    assert_eq!(is, code);
}

#[test]
fn a_loss_is_named_with_who_loses_what() {
    let mut new = keyed();
    new["rules"]["roles"]["app"]["privileges"] = json!([]);
    let parts =
        ["somebody loses access", "web -> instance (app)", "/metadata/instance", "closes", "exit code 4"];
    all(&keyed(), &new, &parts, LOSES);
}

#[test]
fn requests_that_open_under_enforce_are_named_and_tokens_count_as_a_danger() {
    let mut new = keyed();
    new["rules"]["roles"]["app"]["privileges"] = json!(["instance", "token"]);
    let parts = [
        "open to somebody",
        "web -> token (app)",
        "/metadata/identity/oauth2/token",
        "denied",
        "allowed through role app",
    ];
    all(&keyed(), &new, &parts, OPENS);
    // A broader path of the same name opens it too.
    let mut broad = keyed();
    broad["rules"]["privileges"]["instance"]["path"] = json!("/metadata");
    all(&keyed(), &broad, &["opens", "managed-identity tokens"], OPENS);
    // Another new grant is reported, but is not a danger.
    let mut more = keyed();
    more["rules"]["privileges"]["versions"] = json!({ "path": "/metadata/versions" });
    more["rules"]["roles"]["app"]["privileges"] = json!(["instance", "versions"]);
    all(&keyed(), &more, &["/metadata/versions", "web -> versions (app)", "nothing dangerous opens"], FINE);
}

#[test]
fn both_and_neither_have_their_own_exit_codes() {
    let mut new = keyed();
    new["rules"]["roles"]["app"]["privileges"] = json!(["token"]);
    all(&keyed(), &new, &["loses access, and tokens"], LOSES_AND_OPENS);
    all(&keyed(), &keyed(), &["1 decides as before", "exit code 0"], FINE);
    let mut wrong = new;
    wrong["rules"]["roles"]["app"]["privileges"] = json!(["instance", "gone"]);
    all(&keyed(), &wrong, &["exit code 1"], WRONG);
    let mut renamed = keyed();
    renamed["rules"]["roles"] = json!({ "web": { "privileges": ["instance"] } });
    renamed["rules"]["role_assignments"] = json!({ "web": { "identities": ["web"] } });
    all(&keyed(), &renamed, &["web -> instance (web)"], FINE);
}

#[test]
fn modes_and_the_default_access_count() {
    let with = |mode: &str, access: &str| {
        let mut value = keyed();
        value["mode"] = json!(mode);
        value["default_access"] = json!(access);
        value
    };
    all(&with("Audit", "Deny"), &with("Enforce", "Deny"), &["from Audit to Enforce", "recorded"], LOSES);
    all(&with("Enforce", "Deny"), &with("Audit", "Deny"), &["everybody reaches everything"], OPENS);
    all(&with("Enforce", "Deny"), &with("Enforce", "Allow"), &["every other request"], OPENS);
    let mut absent = properties();
    absent["rules"].as_object_mut().unwrap().remove("roles");
    all(&properties(), &absent, &["web -> instance (app)", "closes"], WRONG);
}

#[test]
fn versions_are_matched_by_id_then_by_profile() {
    let version = |name: &str, properties: &Value| json!({ "id": format!("{ID}/versions/{name}"), "properties": properties });
    let mut less = properties();
    less["rules"]["roles"] = json!([]);
    let (page, _, code) = between(&version("1.0.0", &properties()), &version("1.0.1", &less), "");
    assert_eq!(code, WRONG, "the assignment refers to nothing: {page}");
    assert!(page.contains("web-imds 1.0.1: changed (it was web-imds 1.0.0)"), "{page}");
    let old = json!([version("1.0.0", &properties()), version("2.0.0", &properties())]);
    let new = json!([
        version("1.0.0", &properties()),
        version("3.0.0", &properties()),
        version("4.0.0", &properties())
    ]);
    let (page, _, code) = between(&old, &new, "");
    assert_eq!(code, LOSES, "{page}");
    for part in ["web-imds 3.0.0: new", "web-imds 2.0.0: gone", "2 are new, 1 goes away, 1 decides as before"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    // A file of rules is compared with the other file's version, whatever its name.
    let (page, _, code) = between(&keyed(), &version("1.0.0", &properties()), "");
    assert_eq!(code, FINE, "{page}");
}

#[test]
fn a_template_and_a_state_can_be_compared() {
    let template = |properties: &Value| {
        json!({ "resources": [
            { "type": PROFILE, "name": "g/web", "properties": { "osType": "Linux", "applicableHostEndpoint": "IMDS" } },
            { "type": super::VERSION, "name": "g/web/1.0.0", "properties": properties }
        ] })
    };
    let mut less = properties();
    less["rules"]["roles"][0]["privileges"] = json!([]);
    let (page, _, code) = between(&template(&properties()), &template(&less), "");
    assert_eq!(code, LOSES, "{page}");
    let mut values = keyed();
    values["profile_id"] = json!(ID);
    let state = json!({ "format_version": "1.0", "values": { "root_module": { "resources": [
        { "address": "x.web", "type": "gallery_invm_access_profile_version", "values": values }
    ] } } });
    let (page, _, code) = between(&state, &template(&properties()), "");
    assert_eq!(code, FINE, "{page}");
}

#[test]
fn a_missing_mode_or_access_counts_as_the_strictest() {
    let mut new = keyed()["rules"].clone();
    new["roles"]["app"]["privileges"] = json!([]);
    let (page, _, code) = between(&keyed()["rules"], &new, "");
    assert_eq!(code, LOSES, "{page}");
    assert!(
        page.contains("One of the files does not contain the mode: compared as under Enforce."),
        "{page}"
    );
    let (page, _, code) = between(&keyed()["rules"], &keyed()["rules"], "");
    assert_eq!(code, UNKNOWN, "what needs them was not checked: {page}");
}

#[test]
fn a_plan_is_a_difference_of_its_own() {
    let ours = "gallery_invm_access_profile_version";
    let mut after = keyed();
    after["rules"]["roles"]["app"]["privileges"] = json!(["token"]);
    let change = |before: &Value, after: &Value, unknown: &Value| {
        json!({ "format_version": "1.2", "planned_values": {}, "resource_changes": [{
            "address": format!("{ours}.web"), "type": ours,
            "change": { "before": before, "after": after, "after_unknown": unknown }
        }] })
    };
    let (page, _, code) = of(&change(&keyed(), &after, &json!({})), "");
    assert_eq!(code, LOSES_AND_OPENS, "{page}");
    assert!(page.starts_with("1 version changes: somebody loses access"), "{page}");
    assert!(page.contains("- web -> instance (app)") && page.contains("+ web -> token (app)"), "{page}");
    let (page, _, code) = of(&change(&Value::Null, &after, &json!({})), "");
    assert_eq!(code, FINE, "{page}");
    assert!(page.contains("web: new"), "{page}");
    let (page, _, code) = of(&change(&keyed(), &Value::Null, &json!({})), "");
    assert_eq!(code, LOSES, "{page}");
    assert!(page.contains("web: gone") && page.contains("- web -> instance (app)"), "{page}");
    after["rules"]["role_assignments"]["app"] = json!({});
    let unknown = json!({ "rules": { "role_assignments": { "app": { "identities": true } } } });
    let (page, _, code) = of(&change(&keyed(), &after, &unknown), "");
    assert_eq!(code, UNKNOWN, "{page}");
    assert!(page.contains("as far as it is known") && !page.contains("- web -> instance"), "{page}");
    // A known change counts, whatever else is not known yet.
    let mut after = keyed();
    after["rules"]["privileges"]["instance"].as_object_mut().unwrap().remove("path");
    after["rules"]["roles"]["app"]["privileges"] = json!(["instance", "token"]);
    let unknown = json!({ "rules": { "privileges": { "instance": { "path": true } } } });
    let (page, _, code) = of(&change(&keyed(), &after, &unknown), "");
    assert_eq!(code, OPENS, "{page}");
}

#[test]
fn what_opens_to_everybody_is_a_danger_and_is_not_called_a_token() {
    // A path that is no longer closed, under the default access Allow.
    let mut old = keyed();
    old["default_access"] = json!("Allow");
    old["mode"] = json!("Enforce");
    old["rules"]["privileges"]["other"] = json!({ "path": "/metadata/scheduledevents" });
    let mut new = old.clone();
    new["rules"]["privileges"].as_object_mut().unwrap().remove("other");
    all(&old, &new, &["something dangerous opens", "everybody reaches it", "exit code 5"], OPENS);
    // Everything, by another default access, where a privilege still closes tokens.
    let mut old = keyed();
    (old["mode"], old["default_access"]) = (json!("Enforce"), json!("Deny"));
    let mut new = old.clone();
    new["default_access"] = json!("Allow");
    let (page, _, code) = between(&old, &new, "");
    assert_eq!(code, OPENS, "{page}");
    assert!(page.contains("open to everybody from now on"), "{page}");
    assert!(super::super::USAGE.contains("or something opens to everybody"));
}
