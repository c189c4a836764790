//! Versions in the form in which Azure returned them when it was recorded, with ids and names of our own.

use super::*;

/// The body of a version: Azure gives it the type of its profile, and adds members that nobody sent.
fn recorded(name: &str, rules: Option<Value>) -> Value {
    let mut properties = json!({
        "mode": "Enforce", "defaultAccess": "Deny",
        "targetLocations": [{ "name": "westus2" }],
        "excludeFromLatest": false,
        "publishedDate": "2026-03-04T08:15:22.1043378+00:00",
        "provisioningState": "Succeeded",
        "replicationStatus": {
            "aggregatedState": "Completed",
            "summary": [{ "region": "westus2", "state": "Completed", "progress": 100 }]
        }
    });
    if let Some(rules) = rules {
        properties["rules"] = rules;
    }
    json!({
        "name": name, "id": format!("{ID}/versions/{name}"), "type": PROFILE, "location": "westus2", "tags": {},
        "properties": properties
    })
}

/// The az CLI's form of it: everything on one level.
fn flat(version: &Value) -> Value {
    let mut all = version.clone();
    let properties = all.as_object_mut().unwrap().remove("properties").unwrap();
    all.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
    all["resourceGroup"] = json!("fleet");
    all
}

/// PowerShell's form of it.
fn capitalised(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (format!("{}{}", name[..1].to_uppercase(), &name[1..]), capitalised(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(elements) => elements.iter().map(capitalised).collect(),
        other => other.clone(),
    }
}

#[test]
fn a_version_with_its_profiles_type_is_a_version() {
    let version = recorded("1.0.0", Some(properties()["rules"].clone()));
    let profile = json!({
        "name": "web-imds", "id": ID, "type": PROFILE, "location": "westus2",
        "properties": { "osType": "Linux", "applicableHostEndpoint": "IMDS", "provisioningState": "Succeeded" }
    });
    for one in [version.clone(), flat(&version), capitalised(&flat(&version))] {
        let (page, errors, code) = of(&one, "");
        assert_eq!((errors.as_str(), code), ("", FINE), "{page}");
        assert!(page.starts_with("web-imds 1.0.0\n") && page.contains("web: user web"), "{page}");
    }
    let other = recorded("1.0.1", Some(properties()["rules"].clone()));
    for list in [
        json!([version, other]),
        json!({ "value": [profile, version, other] }),
        json!([profile, flat(&version), flat(&other)]),
    ] {
        let (page, errors, code) = of(&list, "");
        assert_eq!((errors.as_str(), code), ("", FINE), "{page}");
        assert!(page.contains("web-imds 1.0.0\n") && page.contains("web-imds 1.0.1\n"), "{page}");
    }
    // By its properties, if there is no id.
    let mut without = version.clone();
    without.as_object_mut().unwrap().remove("id");
    assert_eq!(of(&without, "").2, FINE);
}

#[test]
fn a_version_without_rules_is_not_an_error() {
    let (page, errors, code) = of(&recorded("1.0.0", None), "");
    assert_eq!((errors.as_str(), code), ("", FINE), "{page}");
    assert!(page.contains("Every other request\n    refused"), "{page}");
}

#[test]
fn a_type_that_contradicts_the_id_does_not_count() {
    let mut version = recorded("1.0.0", Some(properties()["rules"].clone()));
    version["type"] = json!("Microsoft.Compute/galleries/images");
    assert_eq!(of(&version, "").2, FINE);
    let profile = json!({ "id": ID, "type": VERSION, "properties": { "osType": "Linux", "applicableHostEndpoint": "IMDS" } });
    let (page, errors, code) = of(&json!([profile, version]), "");
    assert_eq!((errors.as_str(), code), ("", FINE), "{page}");
    assert!(page.contains("For IMDS, on Linux."), "{page}");
}

#[test]
fn an_unknown_entry_of_a_list_is_an_error() {
    let version = recorded("1.0.0", Some(properties()["rules"].clone()));
    let (page, errors, code) = of(&json!([version, { "modes": "Audit" }]), "");
    assert_eq!(code, UNREADABLE);
    assert!(
        page.starts_with("web-imds 1.0.0") && errors.contains("[1]: it is neither a version nor a profile"),
        "{errors}"
    );
    // Another kind of object in a gallery is ignored.
    let image = json!({ "id": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/galleries/g/images/i", "properties": {} });
    assert_eq!(of(&json!([version, image]), "").2, FINE);
    let mut hidden = version.clone();
    hidden["id"] = json!(ID);
    let (_, errors, code) = of(&json!([version, hidden]), "");
    assert!(code == UNREADABLE && errors.contains("its id is a profile's, but it has rules"), "{errors}");
}

#[test]
fn a_misspelt_member_is_an_error_with_a_hint() {
    let mut version = recorded("1.0.0", Some(properties()["rules"].clone()));
    let rules = version["properties"].as_object_mut().unwrap().remove("rules").unwrap();
    version["properties"]["rule"] = rules;
    let (page, errors, code) = of(&version, "");
    assert_eq!((page.as_str(), code), ("", UNREADABLE));
    assert!(errors.contains("properties: `rule` is not a known member; did you mean `rules`?"), "{errors}");
}

#[test]
fn a_page_of_a_list_says_that_there_is_more() {
    let version = recorded("1.0.0", Some(properties()["rules"].clone()));
    let (_, errors, code) = of(&json!({ "value": [version] }), "");
    assert_eq!((errors.as_str(), code), ("", FINE));
    let (page, errors, code) =
        of(&json!({ "value": [version], "nextLink": "https://management.azure.com/next" }), "");
    assert_eq!(code, UNREADABLE, "{page}");
    assert!(page.contains("web: user web") && errors.contains("`nextLink`"), "{page}{errors}");
}
