//! Plans with values that are known only after apply.

use super::*;

const OURS: &str = "gallery_invm_access_profile_version";

fn plan(after: &Value, unknown: &Value) -> Value {
    json!({ "format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {}, "resource_changes": [{
        "address": format!("{OURS}.web"), "type": OURS, "change": { "actions": ["create"], "after": after, "after_unknown": unknown }
    }] })
}

/// Checks that no format concludes anything from unknown values.
#[track_caller]
fn claims_nothing(input: &Value, reason: &str) {
    for format in ["text", "markdown", "mermaid", "dot"] {
        let (page, errors, code) = of(input, &format!("--format {format}"));
        assert_eq!((errors.as_str(), code), ("", UNKNOWN), "{format}: {page}");
        let plain = page.replace("#40;", "(").replace("#41;", ")").replace("#46;", ".");
        assert!(plain.contains(reason) || plain.contains("not known"), "{format}: {page}");
        for claim in [
            "every other request",
            "Every other request",
            "losed to everybody",
            "No findings\n",
            "no findings",
        ] {
            assert!(!page.contains(claim), "{format}, {claim}: {page}");
        }
    }
}

#[test]
fn nothing_is_reported_about_rules_with_unknown_names_in_an_assignment() {
    let mut after = keyed();
    after["rules"]["role_assignments"] = json!({ "app": {} });
    let unknown = json!({ "id": true, "rules": { "role_assignments": { "app": { "identities": true } } } });
    claims_nothing(&plan(&after, &unknown), "known after apply");
}

#[test]
fn nothing_is_reported_about_unknown_lists_or_rules() {
    for (list, unknown) in [
        ("identities", json!(true)),
        ("roles", json!({ "app": { "privileges": true } })),
        ("privileges", json!({ "token": { "query_parameters": true } })),
        ("role_assignments", json!(true)),
    ] {
        let mut after = keyed();
        if unknown.is_boolean() {
            after["rules"].as_object_mut().unwrap().remove(list);
        }
        claims_nothing(&plan(&after, &json!({ "rules": { list: unknown } })), "known after apply");
    }
    let mut after = keyed();
    after.as_object_mut().unwrap().remove("rules");
    claims_nothing(&plan(&after, &json!({ "rules": true })), "known after apply");
}

#[test]
fn an_unknown_path_is_named_and_what_it_could_open_is_not_called_closed() {
    let mut after = keyed();
    after["rules"]["privileges"]["instance"].as_object_mut().unwrap().remove("path");
    let unknown = json!({ "rules": { "privileges": { "instance": { "path": true } } } });
    let (page, _, code) = of(&plan(&after, &unknown), "");
    assert_eq!(code, UNKNOWN, "{page}");
    assert!(page.contains("rules.privileges.instance.path is known after apply."), "{page}");
    assert!(!page.contains("losed to everybody") && !page.contains("No findings\n"), "{page}");
}

#[test]
fn an_unknown_mode_is_reported_and_a_known_mistake_counts_more() {
    let mut after = keyed();
    after.as_object_mut().unwrap().remove("mode");
    let (page, _, code) = of(&plan(&after, &json!({ "mode": true })), "");
    assert_eq!(code, UNKNOWN);
    assert!(page.contains("The mode is known after apply.") && !page.contains("No findings\n"), "{page}");
    for format in ["text", "markdown", "mermaid", "dot", "html"] {
        let (page, _, code) = of(&plan(&after, &json!({ "mode": true })), &format!("--format {format}"));
        assert_eq!(code, UNKNOWN, "{format}");
        let claims = ["losed to everybody<", "losed to everybody\n", "**closed to everybody**", ":::closed"];
        assert!(claims.iter().all(|claim| !page.contains(claim)), "{format}: {page}");
    }
    after["rules"]["roles"]["app"]["privileges"] = json!(["instnace"]);
    assert_eq!(of(&plan(&after, &json!({ "mode": true })), "").2, WRONG);
}

#[test]
fn an_unknown_or_unreadable_azapi_body_is_reported() {
    let change = |after: &Value, unknown: &Value| {
        json!({ "format_version": "1.2", "planned_values": {}, "resource_changes": [{
            "address": "azapi_resource.v", "type": "azapi_resource", "change": { "after": after, "after_unknown": unknown }
        }] })
    };
    let kind = format!("{VERSION}@2024-03-03");
    let (page, errors, code) =
        of(&change(&json!({ "type": kind }), &json!({ "body": true, "id": true })), "");
    assert_eq!((errors.as_str(), code), ("", UNKNOWN), "{page}");
    assert!(page.contains("`rules` is known after apply"), "{page}");
    let (_, errors, code) = of(&change(&json!({ "type": kind, "body": 5 }), &json!({})), "");
    assert_eq!(code, UNREADABLE);
    assert!(errors.contains("azapi_resource.v: its body has no properties"), "{errors}");
    // The id determines the kind, whatever the type says.
    let body = json!({ "type": format!("{PROFILE}@2024-03-03"), "id": format!("{ID}/versions/1.0.0"), "body": { "properties": properties() } });
    let (page, _, code) = of(&change(&body, &json!({})), "");
    assert_eq!(code, FINE, "{page}");
}
