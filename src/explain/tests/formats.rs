//! Every format, with a realistic list and a hostile one.

use super::*;

fn fixture(name: &str) -> String {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("acceptance-tests/fixtures/explain").join(name);
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_fleet_is_a_matrix_in_text_and_markdown() {
    let (page, _, code) = explain(&fixture("fleet.json"), "--endpoint IMDS --os Linux --width 160");
    assert_eq!(code, FINE, "{page}");
    for part in [
        "Who gets tokens, certificates and the like",
        "      guest-agent (role platform)\n",
        "      fluent-bit, node-exporter for resource=https://monitor.azure.com/ (role telemetry)\n",
        "   Closed to everybody\n",
        "-: denied",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(
        page.lines()
            .take_while(|line| !line.contains("Who may call what"))
            .all(|line| line.chars().count() <= 160),
        "{page}"
    );
    let (page, _, _) = explain(&fixture("fleet.json"), "--format markdown --endpoint IMDS");
    assert!(page.contains("| Request | `api` | `fluent-bit` | `guest-agent` |"), "{page}");
    assert!(page.contains("**`platform`** via `token-any`"), "{page}");
    assert!(page.len() < 65_536, "it fits into a comment: {}", page.len());
}

#[test]
fn json_says_who_reaches_what() {
    let (page, errors, code) = explain(&fixture("fleet.json"), "--format json --endpoint IMDS --os Linux");
    assert_eq!((errors.as_str(), code), ("", FINE));
    let page: Value = serde_json::from_str(&page).unwrap();
    assert_eq!((page["format_version"].as_str(), page["exit_code"].as_u64()), (Some("1.0"), Some(0)));
    let version = &page["versions"][0];
    assert_eq!(
        (&version["known"], &version["complete"], &version["rules_known"]),
        (&json!(true), &json!(true), &json!(true))
    );
    let token = &version["sensitive"][0];
    assert_eq!(
        (&token["what"], &token["every_other_process"]),
        (&json!("managed_identity_token"), &json!("denied"))
    );
    let names: std::collections::BTreeSet<_> =
        token["allowed"].as_array().unwrap().iter().map(|one| one["identity"].as_str().unwrap()).collect();
    assert!(
        names.contains("guest-agent") && names.contains("nginx") && !names.contains("kubelet"),
        "{names:?}"
    );
    let row = &version["decisions"][0];
    assert_eq!(row["by_identity"].as_array().unwrap().len(), 16);
    let first = &row["by_identity"][2];
    assert_eq!(
        (&first["identity"], &first["decision"], &first["by"]["role"]),
        (&json!("guest-agent"), &json!("allowed"), &json!("platform")),
        "{row}"
    );
    assert_eq!(version["decisions"].as_array().unwrap().last().unwrap()["section"], "every_other_request");
}

/// The form that pipelines read. Members may be added; removing one or changing its kind breaks users.
#[test]
fn the_form_of_json_stays_compatible() {
    let mut new = keyed();
    new["rules"]["roles"]["app"]["privileges"] = json!(["token", "gone"]);
    new["rules"]["privileges"]
        .as_object_mut()
        .unwrap()
        .insert("x".into(), json!({ "path": "/metadata/versions" }));
    let plan = json!({ "planned_values": {}, "resource_changes": [{ "address": "a.b",
        "type": "gallery_invm_access_profile_version", "change": { "before": keyed(), "after": new, "after_unknown": {} } }] });
    let (page, _, _) = of(&plan, "--format json --endpoint IMDS");
    let page: Value = serde_json::from_str(&page).unwrap();
    let mut members = std::collections::BTreeSet::new();
    walk(&page, String::new(), &mut members);
    let form = include_str!("formats.txt");
    for line in form.lines() {
        assert!(
            members.contains(line),
            "{line} is gone; there are:\n{}",
            members.iter().cloned().collect::<Vec<_>>().join("\n")
        );
    }
}

fn walk(value: &Value, at: String, members: &mut std::collections::BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                // Names of parameters are data.
                if at.ends_with("query_parameters") {
                    continue;
                }
                walk(value, format!("{at}.{name}"), members);
            }
        }
        Value::Array(array) => array.iter().for_each(|one| walk(one, format!("{at}[]"), members)),
        Value::Null => {}
        Value::Bool(_) => drop(members.insert(format!("{at} bool"))),
        Value::Number(_) => drop(members.insert(format!("{at} number"))),
        Value::String(_) => drop(members.insert(format!("{at} text"))),
    }
}

#[test]
fn hostile_names_are_text_in_html() {
    let (page, _, _) = explain(&fixture("hostile.json"), "--format html");
    super::pages::is_harmless(&page);
    assert!(page.contains("&lt;script&gt;window.hacked=1&lt;/script&gt;"), "{page}");
}

#[test]
fn a_page_is_always_the_same_and_contains_everything() {
    let page = || explain(&fixture("fleet.json"), "--format html --endpoint IMDS --os Linux").0;
    let page = (page(), page());
    assert_eq!(page.0, page.1);
    for part in [
        "<table class=\"matrix many\">",
        "Who may GET this path?",
        "<svg class=\"diagram\"",
        "grouped by role",
        "Content-Security-Policy",
    ] {
        assert!(page.0.contains(part), "{part}");
    }
    assert!(
        !page.0.contains("http://") && !page.0.contains(" src=") && !page.0.contains("@import"),
        "it asks the network for nothing"
    );
}

#[test]
fn thousands_of_entries_end_in_bounded_pages_that_say_what_was_cut() {
    let mut value = json!({ "mode": "Enforce", "default_access": "Deny", "rules": {
        "privileges": {}, "roles": {}, "identities": {}, "role_assignments": {} } });
    for n in 0..600 {
        let rules = &mut value["rules"];
        rules["privileges"][format!("p{n}")] = json!({ "path": format!("/metadata/instance/{n}") });
        rules["roles"][format!("r{n}")] = json!({ "privileges": [format!("p{n}"), "p0"] });
        rules["identities"][format!("i{n}")] = json!({ "user_name": format!("u{n}") });
        rules["role_assignments"][format!("r{n}")] = json!({ "identities": [format!("i{n}"), "nobody"] });
    }
    let input = value.to_string();
    for (format, most, cut) in [
        ("text", 400_000, "more requests have no row here"),
        ("markdown", 400_000, "more requests have no row here"),
        ("html", 8_000_000, "more requests have no row here"),
        ("json", 20_000_000, "\"complete\": false"),
        ("mermaid", 60_000, "more roles"),
        ("dot", 60_000, "more roles"),
    ] {
        let (page, _, code) = explain(&input, &format!("--format {format}"));
        assert_eq!(code, WRONG, "{format}");
        assert!(page.len() < most, "{format}: {}", page.len());
        assert!(page.contains(cut), "{format}");
    }
    // Ten thousand entries with 25 million grants.
    let names = |letter: char| (0..5_000).map(|n| format!("{letter}{n}")).collect::<Vec<_>>();
    let map = |names: Vec<String>, value: Value| {
        names.into_iter().map(|name| (name, value.clone())).collect::<serde_json::Map<_, _>>()
    };
    let value = json!({ "mode": "Enforce", "default_access": "Deny", "rules": {
        "privileges": map(names('p'), json!({ "path": "/metadata/instance" })),
        "roles": { "r": { "privileges": names('p') } },
        "identities": map(names('i'), json!({ "user_name": "u" })),
        "role_assignments": { "r": { "identities": names('i') } }
    } });
    let (page, _, _) = of(&value, "--format html");
    assert!(page.len() < 8_000_000 && page.contains("have no row here"), "{}", page.len());
}

#[test]
fn many_roles_of_the_same_people_do_not_fill_the_page() {
    let roles: Vec<String> = (0..1_000).map(|number| format!("role-{number}")).collect();
    let all = |prefix: &str| (0..20).map(|number| format!("{prefix}{number}")).collect::<Vec<_>>();
    let of = |names: &[String], value: &dyn Fn(&str) -> Value| -> Value {
        names.iter().map(|name| (name.clone(), value(name))).collect::<serde_json::Map<_, _>>().into()
    };
    let rules = json!({ "mode": "Enforce", "default_access": "Deny", "rules": {
        "privileges": of(&all("p"), &|name| json!({ "path": format!("/metadata/{name}") })),
        "roles": of(&roles, &|_| json!({ "privileges": all("p") })),
        "identities": of(&all("i"), &|name| json!({ "user_name": name })),
        "role_assignments": of(&roles, &|_| json!({ "identities": all("i") })),
    }});
    for (format, most) in [("text", 250_000), ("markdown", 500_000), ("html", 250_000)] {
        let (page, _, _) = of_format(&rules, format);
        assert!(page.len() < most, "{format}: {}", page.len());
        assert!(page.contains(" more"), "{format}");
    }
}

#[test]
fn a_long_name_is_clipped_where_it_would_stand_in_every_cell() {
    let long = "x".repeat(20_000);
    let privileges: serde_json::Map<String, Value> = (0..100)
        .map(|number| (format!("p{number}"), json!({ "path": format!("/metadata/{number}") })))
        .collect();
    let names: Vec<&String> = privileges.keys().collect();
    let rules = json!({ "mode": "Enforce", "default_access": "Deny", "rules": {
        "roles": { &long: { "privileges": names } },
        "identities": { &long: { "user_name": "u" } },
        "role_assignments": { &long: { "identities": [&long] } },
        "privileges": privileges,
    }});
    for format in ["markdown", "html"] {
        let (page, _, _) = of_format(&rules, format);
        assert!(page.contains(&long), "{format} has the whole name once");
        assert!(page.len() < 6_000_000, "{format}: {}", page.len());
    }
}

fn of_format(rules: &Value, format: &str) -> (String, String, u8) {
    of(rules, &format!("--endpoint IMDS --os Linux --format {format}"))
}
