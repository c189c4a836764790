//! ARM templates as tools write them.

use super::*;

const SCHEMA: &str = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";

/// A template with one version that has these properties.
fn template(parameters: Value, variables: Value, properties: Value) -> Value {
    json!({
        "$schema": SCHEMA, "contentVersion": "1.0.0.0", "parameters": parameters, "variables": variables,
        "resources": [{
            "type": VERSION, "apiVersion": "2024-03-03",
            "name": "[format('{0}/{1}/{2}', parameters('galleryName'), 'web', '1.0.0')]",
            "location": "[resourceGroup().location]",
            "properties": properties
        }]
    })
}

fn gallery() -> Value {
    json!({ "galleryName": { "type": "string" } })
}

#[test]
fn variables_and_the_files_that_bicep_reads_are_resolved() {
    let mut whole = properties();
    whole["rules"] = json!("[variables('$fxv#0')]");
    let (page, errors, code) =
        of(&template(gallery(), json!({ "$fxv#0": properties()["rules"] }), whole.clone()), "");
    assert_eq!((errors.as_str(), code), ("", FINE), "{page}");
    assert!(page.starts_with("<galleryName>/web/1.0.0\n") && page.contains("web: user web"), "{page}");
    // A mistake in them is found, too.
    let mut wrong = properties()["rules"].clone();
    wrong["roles"][0]["privileges"] = json!(["instnace"]);
    let (page, _, code) = of(&template(gallery(), json!({ "$fxv#0": wrong }), whole), "");
    assert_eq!(code, WRONG);
    assert!(page.contains("error L02"), "{page}");
}

#[test]
fn parameters_with_defaults_are_resolved_and_reported() {
    let mut parameters = gallery();
    parameters["mode"] =
        json!({ "type": "string", "defaultValue": "Audit", "allowedValues": ["Audit", "Enforce"] });
    parameters["paths"] = json!({ "type": "object", "defaultValue": { "list": ["/metadata/identity", { "deep": "/metadata/instance" }] } });
    parameters["prefix"] = json!({ "type": "string", "defaultValue": "[toLower('/METADATA')]" });
    let mut open = properties();
    open["mode"] = json!("[parameters('mode')]");
    open["rules"]["privileges"][0]["path"] = json!("[parameters('paths').list[1]['deep']]");
    open["rules"]["privileges"][1]["path"] =
        json!("[concat(parameters('prefix'), '/identity', format('/{0}', 'oauth2'), '/token')]");
    let (page, errors, code) = of(&template(parameters, json!({}), open), "");
    assert_eq!((errors.as_str(), code), ("", FINE), "{page}");
    for part in [
        "Mode Audit",
        "/metadata/instance",
        "/metadata/identity/oauth2/token",
        "default values: mode, paths, prefix",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[test]
fn an_unresolved_expression_is_an_error_that_quotes_it() {
    let cases = [
        ("mode", json!("[parameters('mode')]"), "the parameter `mode` has no default value"),
        ("rules", json!("[parameters('mode')]"), "the parameter `mode` has no default value"),
        ("rules", json!("[reference('other').rules]"), "only Azure knows the value of `reference` here"),
        ("rules", json!("[variables('gone')]"), "there is no variable `gone`"),
        ("rules", json!("[variables('round')]"), "refers to itself"),
        ("rules", json!("[variables('list')[7]]"), "there is no 7 in it"),
        ("rules", json!("[what is this]"), "it is not understood here"),
        (
            "defaultAccess",
            json!("[if(parameters('mode'), 'Allow', 'Deny')]"),
            "the parameter `mode` has no default value",
        ),
    ];
    let mut parameters = gallery();
    parameters["mode"] = json!({ "type": "string" });
    let variables = json!({ "round": "[variables('round')]", "list": [] });
    for (member, value, reason) in cases {
        let mut open = properties();
        open[member] = value.clone();
        for format in ["text", "markdown", "dot", "mermaid"] {
            let (page, errors, code) = of(
                &template(parameters.clone(), variables.clone(), open.clone()),
                &format!("--format {format}"),
            );
            assert_eq!(code, UNREADABLE, "{value}: {page}");
            assert!(errors.contains(reason), "{value}: {errors}");
            assert!(!page.contains("No findings\n"), "{value}: {page}");
            if member == "rules" {
                assert!(
                    !page.contains("very other request") && !page.contains("losed to"),
                    "{format} {value}: {page}"
                );
            }
        }
    }
    // In a path, and in a list of names.
    for (pointer, value) in [
        ("/rules/privileges/0/path", "[parameters('mode')]"),
        ("/rules/roles/0/privileges/0", "[parameters('mode')]"),
    ] {
        let mut open = properties();
        *open.pointer_mut(pointer).unwrap() = json!(value);
        let (page, errors, code) = of(&template(parameters.clone(), json!({}), open), "");
        assert_eq!(code, UNREADABLE, "{page}");
        assert!(
            errors.contains("the parameter `mode` has no default value") && !page.contains("No findings\n"),
            "{errors}{page}"
        );
    }
}

#[test]
fn nested_deployments_get_their_parameters() {
    let mut inner = properties();
    inner["rules"] = json!("[parameters('rules')]");
    let module = |scope: &str, given: &Value, rules: &Value| {
        json!({ "$schema": SCHEMA, "languageVersion": "2.0", "variables": { "$fxv#0": rules }, "resources": { "module": {
            "type": "Microsoft.Resources/deployments", "name": "allowlist", "properties": {
                "mode": "Incremental", "expressionEvaluationOptions": { "scope": scope },
                "parameters": { "rules": { "value": given } },
                "template": {
                    "parameters": { "rules": { "type": "object" } },
                    "resources": { "version": { "type": VERSION, "name": "g/web/1.0.0", "properties": inner } }
                }
            }
        } } })
    };
    let given = json!("[variables('$fxv#0')]");
    let (page, errors, code) = of(&module("inner", &given, &properties()["rules"]), "");
    assert_eq!((errors.as_str(), code), ("", FINE), "{page}");
    assert!(page.contains("It is in the nested deployment allowlist."), "{page}");
    let (_, errors, code) = of(&module("inner", &json!("[reference('x')]"), &json!({})), "");
    assert_eq!(code, UNREADABLE);
    assert!(errors.contains("the value of `reference` here"), "{errors}");
    // Outer scope: the expression uses the outer template's parameter, and there is none.
    let (_, errors, code) = of(&module("outer", &given, &properties()["rules"]), "");
    assert_eq!(code, UNREADABLE);
    assert!(errors.contains("there is no parameter `rules`"), "{errors}");
    let linked = json!({ "resources": [{ "type": "Microsoft.Resources/deployments", "name": "far", "properties": { "templateLink": { "uri": "https://x" } } }] });
    let (_, errors, code) = of(&linked, "");
    assert_eq!(code, UNREADABLE);
    assert!(errors.contains("far: the linked template is not in this file"), "{errors}");
}

#[test]
fn copy_loops_are_unrolled_or_named() {
    let mut looped = properties();
    looped["rules"]["privileges"] = json!([]);
    looped["rules"].as_object_mut().unwrap().remove("privileges");
    looped["rules"]["copy"] = json!([{
        "name": "privileges", "count": "[length(variables('paths'))]",
        "input": { "name": "[concat('p', copyIndex('privileges'))]", "path": "[variables('paths')[copyIndex('privileges')]]" }
    }]);
    looped["rules"]["roles"] = json!([{ "name": "app", "privileges": ["p0", "p1"] }]);
    let (page, errors, code) = of(
        &template(
            gallery(),
            json!({ "paths": ["/metadata/instance", "/metadata/attested"] }),
            looped.clone(),
        ),
        "",
    );
    assert_eq!((errors.as_str(), code), ("", FINE), "{page}");
    assert!(page.contains("p0: /metadata/instance") && page.contains("p1: /metadata/attested"), "{page}");
    let (page, errors, code) =
        of(&template(gallery(), json!({ "paths": "[reference('x').paths]" }), looped), "");
    assert_eq!(code, UNREADABLE, "{page}");
    assert!(errors.contains("copy loop"), "{errors}");

    let mut several =
        template(gallery(), json!({ "list": [{ "mode": "Audit" }, { "mode": "Enforce" }] }), properties());
    several["resources"][0]["copy"] = json!({ "name": "versions", "count": "[length(variables('list'))]" });
    several["resources"][0]["name"] = json!("[concat('g/web/', copyIndex(1), '.0.0')]");
    several["resources"][0]["properties"]["mode"] = json!("[variables('list')[copyIndex()].mode]");
    let (page, errors, code) = of(&several, "");
    assert_eq!((errors.as_str(), code), ("", FINE), "{page}");
    assert!(
        page.contains("g/web/1.0.0\n  Mode Audit") && page.contains("g/web/2.0.0\n  Mode Enforce"),
        "{page}"
    );
    several["resources"][0]["copy"]["count"] = json!("[parameters('galleryName')]");
    let (page, errors, code) = of(&several, "");
    assert_eq!(code, UNREADABLE, "{page}");
    assert!(errors.contains("iteration of its copy loop is not known"), "{errors}");
}

#[test]
fn comments_are_read_and_escaped_brackets_are_text() {
    let text = template(gallery(), json!({}), properties()).to_string();
    let commented = text.replacen('{', "{ // the allowlist\n /* of \"the\" fleet */ ", 1);
    let (page, errors, code) = explain(&commented, "");
    assert_eq!((errors.as_str(), code), ("", FINE), "{page}");
    let mut escaped = properties();
    escaped["rules"]["identities"][0]["exePath"] = json!("[[/opt/odd]");
    let (page, _, code) = of(&template(gallery(), json!({}), escaped), "");
    assert!(code != UNREADABLE && page.contains("executable [/opt/odd]"), "{code} {page}");
}

#[test]
fn an_exported_version_may_have_its_profiles_type() {
    let exported = json!({
        "$schema": SCHEMA, "contentVersion": "1.0.0.0",
        "parameters": { "galleries_prod_name": { "defaultValue": "prod", "type": "String" } }, "variables": {},
        "resources": [
            { "type": PROFILE, "apiVersion": "2024-03-03", "name": "[concat(parameters('galleries_prod_name'), '/web')]", "location": "westus2",
              "properties": { "osType": "Linux", "applicableHostEndpoint": "IMDS" } },
            { "type": PROFILE, "apiVersion": "2024-03-03", "name": "[concat(parameters('galleries_prod_name'), '/web/1.0.0')]", "location": "westus2",
              "properties": properties() }
        ]
    });
    for whole in [
        exported.clone(),
        json!({ "template": exported }),
        json!({ "properties": { "template": exported, "mode": "Incremental" } }),
    ] {
        let (page, errors, code) = of(&whole, "");
        assert_eq!((errors.as_str(), code), ("", FINE), "{page}");
        assert!(page.starts_with("prod/web/1.0.0\n") && page.contains("For IMDS, on Linux."), "{page}");
    }
}

#[test]
fn a_deployments_parameters_count_and_a_parameters_file_alone_has_no_rules() {
    let mut parameters = gallery();
    parameters["mode"] = json!({ "type": "string", "defaultValue": "Audit" });
    let mut open = properties();
    open["mode"] = json!("[parameters('mode')]");
    let deployment = json!({ "properties": {
        "mode": "Incremental", "template": template(parameters, json!({}), open), "parameters": { "mode": { "value": "Enforce" }, "galleryName": { "value": "prod" } }
    } });
    let (page, errors, code) = of(&deployment, "");
    assert_eq!((errors.as_str(), code), ("", FINE), "{page}");
    assert!(page.starts_with("prod/web/1.0.0\n  Mode Enforce"), "{page}");
    let file = json!({ "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#", "parameters": { "rules": { "value": {} } } });
    let (_, errors, code) = of(&file, "");
    assert_eq!(code, UNREADABLE);
    assert!(errors.contains("these are the parameters of an ARM template; pass the template"), "{errors}");
}

#[test]
fn an_endlessly_growing_template_is_an_error() {
    let mut variables = serde_json::Map::new();
    variables.insert("v0".to_owned(), json!("aaaaaaaaaaaaaaaa"));
    for number in 1..60 {
        let before = number - 1;
        variables.insert(
            format!("v{number}"),
            json!(format!("[concat(variables('v{before}'), variables('v{before}'))]")),
        );
    }
    let mut open = properties();
    open["rules"]["privileges"][0]["path"] = json!("[variables('v59')]");
    let (page, errors, code) = of(&template(gallery(), variables.into(), open), "");
    assert_eq!(code, UNREADABLE, "{page}");
    assert!(errors.contains("too large to be resolved") || errors.contains("nested too deeply"), "{errors}");
}

#[test]
fn an_unreadable_version_is_reported_next_to_a_readable_one() {
    let deployment = "Microsoft.Resources/deployments";
    for (other, says) in [
        (
            json!({ "type": VERSION, "name": "g/p/2.0.0", "properties": "[parameters('open')]" }),
            "g/p/2.0.0: the part `properties` cannot be read: it is the expression [parameters('open')], and the parameter",
        ),
        (
            json!({ "type": VERSION, "name": "g/p/2.0.0" }),
            "g/p/2.0.0: the part `properties` cannot be read: it is missing",
        ),
        (json!({ "type": VERSION, "name": "g/p/2.0.0", "properties": [] }), "it is a list"),
        (
            json!({ "type": "[parameters('open')]", "name": "g/p/2.0.0" }),
            "g/p/2.0.0: its type cannot be read",
        ),
        (
            json!({ "type": deployment, "name": "inner", "properties": "[parameters('open')]" }),
            "inner: the part `properties`",
        ),
        (
            json!({ "type": deployment, "name": "inner", "properties": { "template": "[parameters('open')]" } }),
            "inner: the template in it cannot be read",
        ),
        (
            json!({ "type": PROFILE, "name": "g/p", "properties": {}, "resources": "[parameters('open')]" }),
            "g/p: the list `resources` cannot be read",
        ),
        (
            json!({ "type": PROFILE, "name": "g/p", "properties": {}, "resources": [{ "type": "versions", "name": "2.0.0" }] }),
            "g/p/2.0.0: the part `properties` cannot be read",
        ),
    ] {
        let mut whole = template(gallery(), json!({}), properties());
        whole["parameters"]["open"] = json!({ "type": "object" });
        whole["resources"].as_array_mut().unwrap().push(other.clone());
        let (page, errors, code) = of(&whole, "");
        assert_eq!(code, UNREADABLE, "{other}: {page}");
        assert!(errors.contains(says), "{other}: {errors}");
    }
    // Default values of parameters are read; a reference to another object is not a version of the template.
    let mut whole = template(gallery(), json!({}), json!("[parameters('open')]"));
    whole["parameters"]["open"] = json!({ "type": "object", "defaultValue": properties() });
    whole["resources"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "type": VERSION, "existing": true, "name": "g/p/1" }));
    let (page, errors, code) = of(&whole, "");
    assert_eq!((errors.as_str(), code), ("", FINE), "{page}");
    assert!(page.contains("web: user web"), "{page}");
}
