use super::*;

fn document(value: &Value) -> Document {
    Document::from_value(value).unwrap()
}

fn ids(document: &Document) -> Vec<(FindingId, String)> {
    let findings = document_findings(document, &LintContext::default());
    findings.into_iter().map(|finding| (finding.id, finding.subject.to_string())).collect()
}

#[test]
fn l01_an_absent_list() {
    let absent =
        document(&json!({ "rules": { "privileges": [{ "name": "p", "path": "/a" }], "roles": [] } }));
    let messages = ids(&absent);
    assert!(messages.contains(&(FindingId::L01, "rules.identities".into())), "{messages:?}");
    assert!(messages.contains(&(FindingId::L01, "rules.role_assignments".into())), "{messages:?}");

    for fine in [json!({ "rules": null }), json!({ "rules": {} }), json!({ "rules": { "privileges": {} } })] {
        assert_eq!(ids(&document(&fine)), []);
    }
}

#[test]
fn l02_a_name_that_refers_to_nothing() {
    let mut rules = good();
    rules["roles"]["app"]["privileges"] = json!(["tokn", "token", "instance"]);
    let parts = ["error", r#"rules.roles["app"].privileges["tokn"]"#, "Did you mean \"token\"?"];
    speaks(FindingId::L02, &rules, &linux(), &parts);

    let mut rules = good();
    rules["role_assignments"] = json!({ "App": { "identities": ["web"] } });
    speaks(FindingId::L02, &rules, &linux(), &[r#"role_assignments["App"]"#, "Did you mean \"app\"?"]);

    let mut rules = good();
    rules["role_assignments"]["app"]["identities"] = json!(["web", "zzzzzz"]);
    speaks(FindingId::L02, &rules, &linux(), &[r#"identities["zzzzzz"]"#, "there is no identity \"zzzzzz\""]);
    quiet(FindingId::L02, &good(), &linux());
}

#[test]
fn l02_needs_the_target_list_to_be_known() {
    let mut rules = good();
    rules["roles"]["app"]["privileges"] = json!(["later"]);
    let rules = read(&rules);
    let mut draft = Draft::from(&rules);
    draft.privileges = Draft::unknown().privileges;
    assert!(findings(&draft, &linux()).iter().all(|finding| finding.id != FindingId::L02));
}

#[test]
fn l03_equal_names() {
    let twice = json!({ "rules": {
        "privileges": [{ "name": "p", "path": "/a" }, { "name": "p", "path": "/b" }],
        "roles": [], "identities": [], "roleAssignments": []
    } });
    assert!(ids(&document(&twice)).contains(&(FindingId::L03, r#"rules.privileges["p"]"#.into())));

    let mut rules = good();
    rules["privileges"]["Token"] = json!({ "path": "/x" });
    speaks(FindingId::L03, &rules, &linux(), &["error", "only in case"]);
    quiet(FindingId::L03, &good(), &linux());
}

#[test]
fn l04_rules_that_are_not_in_force_close_nothing() {
    let mut rules = good();
    rules["privileges"]["closed"] = json!({ "path": "/metadata/attested" });
    let messages = of(FindingId::L04, &rules, &access(Mode::Disabled, DefaultAccess::Allow));
    assert!(messages[0].contains("granted to nobody") && !messages[0].contains("closes"), "{messages:#?}");

    // If a list is absent, the agent ignores the others.
    let document = Document::from_value(&json!({
        "mode": "Enforce", "defaultAccess": "Allow",
        "rules": { "privileges": [{ "name": "closed", "path": "/metadata/attested" }], "roles": [], "identities": [] }
    }));
    let messages = document_findings(&document.unwrap(), &linux());
    assert!(messages.iter().any(|one| one.message == "is granted to nobody."), "{messages:#?}");
    assert!(!messages.iter().any(|one| matches!(one.id, FindingId::L50 | FindingId::L51)), "{messages:#?}");
}

#[test]
fn l04_unused_elements() {
    let mut rules = good();
    rules["privileges"]["closed"] = json!({ "path": "/metadata/attested" });
    speaks(
        FindingId::L04,
        &rules,
        &linux(),
        &["warning", "privileges[\"closed\"]", "closes its path to everybody"],
    );

    rules["privileges"]["below"] = json!({ "path": "/metadata/instance/compute/userdata" });
    rules["privileges"]["above"] = json!({ "path": "/metadata/identity" });
    let messages = of(FindingId::L04, &rules, &linux());
    assert!(messages[0].contains("closes its path except to whoever has \"token\""), "{messages:#?}");
    assert!(messages[1].contains("closes nothing to whoever has \"instance\""), "{messages:#?}");
    assert!(messages[2].contains("closes its path to everybody"), "{messages:#?}");

    let mut rules = good();
    rules["roles"]["spare"] = json!({ "privileges": ["token"] });
    speaks(FindingId::L04, &rules, &linux(), &["rules.roles[\"spare\"]", "assigned to nobody"]);

    let mut rules = good();
    rules["identities"]["spare"] = json!({ "user_name": "spare" });
    speaks(FindingId::L04, &rules, &linux(), &["rules.identities[\"spare\"]"]);

    let mut rules = good();
    rules["roles"]["none"] = json!({ "privileges": [] });
    rules["role_assignments"]["none"] = json!({ "identities": [] });
    let messages = of(FindingId::L04, &rules, &linux());
    assert_eq!(messages.len(), 2, "{messages:#?}");
    quiet(FindingId::L04, &good(), &linux());
}

#[test]
fn l08_names_that_cannot_be_read() {
    let mut rules = good();
    rules["identities"][""] = json!({ "user_name": "u" });
    speaks(FindingId::L08, &rules, &linux(), &["error", "rules.identities[\"\"]", "empty or blank"]);
    let mut rules = good();
    rules["privileges"]["a "] = json!({ "path": "/a" });
    speaks(FindingId::L08, &rules, &linux(), &["warning", "blank at its end"]);
    quiet(FindingId::L08, &good(), &linux());
}

#[test]
fn l05_unknown_words() {
    let typing_mistakes = document(&json!({ "mode": "Enforced", "defaultAccess": "allow " }));
    let expected = [(FindingId::L05, "mode".into()), (FindingId::L05, "default_access".into())];
    assert_eq!(ids(&typing_mistakes), expected);
    assert_eq!(ids(&document(&json!({ "mode": "enforce", "default_access": "DENY" }))), []);
}
