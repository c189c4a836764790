//! The command, from its arguments to its exit code.

use serde_json::{Value, json};

use super::{FINE, LOSES, LOSES_AND_OPENS, OPENS, UNKNOWN, UNREADABLE, WRONG, run};

mod differences;
mod exported;
mod formats;
mod pages;
mod plans;
mod schema;
mod templates;
mod tester;

/// The output of the command to each stream, and its exit code.
fn explain(input: &str, arguments: &str) -> (String, String, u8) {
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let arguments = std::iter::once("-").chain(arguments.split_whitespace()).map(std::ffi::OsString::from);
    let code = run(arguments, &mut input.as_bytes(), &mut output, &mut errors, 100);
    (String::from_utf8(output).unwrap(), String::from_utf8(errors).unwrap(), code)
}

fn of(value: &Value, arguments: &str) -> (String, String, u8) {
    explain(&value.to_string(), arguments)
}

/// Properties of a version as Azure has them.
fn properties() -> Value {
    json!({
        "mode": "Enforce",
        "defaultAccess": "Deny",
        "rules": {
            "privileges": [
                { "name": "instance", "path": "/metadata/instance" },
                { "name": "token", "path": "/metadata/identity/oauth2/token" }
            ],
            "roles": [{ "name": "app", "privileges": ["instance"] }],
            "identities": [{ "name": "web", "userName": "web", "exePath": "/opt/web/bin/server" }],
            "roleAssignments": [{ "role": "app", "identities": ["web"] }]
        }
    })
}

fn keyed() -> Value {
    json!({
        "mode": "Enforce",
        "default_access": "Deny",
        "rules": {
            "privileges": { "instance": { "path": "/metadata/instance" }, "token": { "path": "/metadata/identity/oauth2/token" } },
            "roles": { "app": { "privileges": ["instance"] } },
            "identities": { "web": { "user_name": "web", "exe_path": "/opt/web/bin/server" } },
            "role_assignments": { "app": { "identities": ["web"] } }
        }
    })
}

const VERSION: &str = "Microsoft.Compute/galleries/inVMAccessControlProfiles/versions";
const PROFILE: &str = "Microsoft.Compute/galleries/inVMAccessControlProfiles";
const ID: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.Compute/galleries/prod/\
                  inVMAccessControlProfiles/web-imds";

#[test]
fn rules_of_either_shape_and_alone_are_explained_alike() {
    let (page, errors, code) = of(&keyed(), "--endpoint IMDS --os Linux");
    assert_eq!((errors.as_str(), code), ("", FINE), "{page}");
    assert!(
        page.contains(
            "web: user web, executable /opt/web/bin/server\n      instance: /metadata/instance (by app)"
        ),
        "{page}"
    );
    assert!(page.contains("Closed to everybody\n    token: /metadata/identity/oauth2/token\n"), "{page}");
    assert_eq!(page, of(&properties(), "--endpoint IMDS --os Linux").0);
    let (alone, _, code) = of(&keyed()["rules"], "");
    assert_eq!(code, UNKNOWN, "{alone}");
    for part in
        ["The mode is not known here.", "use --mode", "Not checked without mode and default_access: L"]
    {
        assert!(alone.contains(part), "{part}: {alone}");
    }
    assert!(!alone.contains("No findings") && !alone.contains("losed to everybody"), "{alone}");
    let (shown, _, code) =
        of(&keyed()["rules"], "--mode Enforce --default-access Deny --endpoint IMDS --os Linux");
    assert_eq!((code, shown.as_str()), (FINE, page.as_str()));
}

#[test]
fn errors_set_the_exit_code_in_every_format() {
    let mut rules = keyed();
    rules["rules"]["roles"]["app"]["privileges"] = json!(["instnace"]);
    let (page, errors, code) = of(&rules, "");
    assert_eq!((errors.as_str(), code), ("", WRONG));
    assert!(page.contains("error L02 rules.roles[\"app\"].privileges[\"instnace\"]\n"), "{page}");
    assert!(page.contains("instance"), "the right name is shown: {page}");
    for (format, start) in
        [("markdown", "Mode"), ("mermaid", "flowchart LR\n"), ("dot", "digraph allowlist {\n")]
    {
        let (page, errors, code) = of(&rules, &format!("--format {format}"));
        assert_eq!(code, WRONG);
        assert!(page.starts_with(start), "{page}");
        assert_eq!(errors.contains("1 finding of severity error"), format != "markdown", "{errors}");
    }
}

#[test]
fn an_exported_version_has_its_name_and_a_list_its_profiles() {
    let version =
        json!({ "id": format!("{ID}/versions/1.0.0"), "name": "1.0.0", "properties": properties() });
    let (page, _, code) = of(&version, "");
    assert_eq!(code, FINE);
    assert!(page.starts_with("web-imds 1.0.0\n"), "{page}");
    let profile = json!({ "id": ID, "type": PROFILE, "properties": { "osType": "Linux", "applicableHostEndpoint": "IMDS" } });
    for list in [json!([profile, version, version]), json!({ "value": [profile, version, version] })] {
        let (page, _, code) = of(&list, "");
        assert_eq!(code, FINE, "{page}");
        assert_eq!(page.matches("  For IMDS, on Linux.\n").count(), 2, "{page}");
    }
    let (_, errors, code) = of(&profile, "");
    assert_eq!(code, UNREADABLE);
    assert!(errors.contains("no rules"), "{errors}");
}

#[test]
fn every_version_of_a_template_is_found() {
    let mut open = properties();
    open["mode"] = json!("[parameters('mode')]");
    open["rules"]["privileges"][1]["path"] = json!("[parameters('path')]");
    let mut whole = properties();
    whole["rules"]["identities"] = json!("[parameters('identities')]");
    let nested = json!({ "type": "versions", "name": "1.0.0", "properties": properties() });
    let profile = json!({
        "type": "inVMAccessControlProfiles", "name": "web",
        "properties": { "osType": "Linux", "applicableHostEndpoint": "IMDS" }, "resources": [nested]
    });
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "resources": [
            { "type": "Microsoft.Compute/galleries", "name": "g", "resources": [profile] },
            { "type": VERSION.to_uppercase(), "name": "g/other/2.0.0", "condition": "[reference('x').on]", "properties": open },
            { "type": "Microsoft.Resources/deployments", "name": "inner", "properties": { "template": { "resources": {
                "new": { "type": VERSION, "name": "g/web/3.0.0", "properties": properties() },
                "old": { "type": VERSION, "name": "g/web/0.1.0", "existing": true }
            } } } },
            { "type": VERSION, "name": "[concat(resourceGroup().name, '/x/4.0.0')]", "properties": whole },
            { "type": "Microsoft.Storage/storageAccounts", "name": "else" }
        ]
    });
    let (page, errors, code) = of(&template, "");
    assert_eq!(code, UNREADABLE, "{page}");
    for part in [
        "g/web/1.0.0\n  Mode Enforce",
        "g/other/2.0.0\n  The mode is not known here.",
        "It is deployed only if [reference('x').on] holds.",
        "The mode is the expression [parameters('mode')], and there is no parameter `mode`.",
        "token: [parameters('path')]",
        "rules.privileges[1].path is the expression [parameters('path')], and there is no parameter `path`.",
        "It is in the nested deployment inner.",
        "The rules are not known: rules.identities is the expression [parameters('identities')], and there is no \
         parameter `identities`.",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(errors.contains("g/other/2.0.0: The mode is the expression"), "{errors}");
    assert!(!page.contains("0.1.0"), "{page}");
    assert!(
        !page.contains("L10") && !page.contains("L02") && !page.contains("L01"),
        "an expression was checked: {page}"
    );
    assert_eq!(page.matches("For IMDS, on Linux.").count(), 4, "the one profile of the template: {page}");
}

#[test]
fn states_and_plans_of_terraform_are_read() {
    let profile = json!({ "id": ID, "applicable_host_endpoint": "IMDS", "os_type": "Linux" });
    let mut version = keyed();
    version["profile_id"] = json!(ID);
    version["id"] = json!(format!("{ID}/versions/1.0.0"));
    let resource = |kind: &str, name: &str, values: &Value| json!({ "address": format!("{kind}.{name}"), "type": kind, "name": name, "values": values });
    let ours = "gallery_invm_access_profile_version";
    let azapi = json!({
        "type": format!("{VERSION}@2024-03-03"), "parent_id": ID, "body": { "properties": properties() }
    });
    let state = json!({ "format_version": "1.0", "terraform_version": "1.11.4", "values": { "root_module": {
        "resources": [resource("gallery_invm_access_profile", "web", &profile), resource(ours, "web", &version)],
        "child_modules": [{ "resources": [resource("azapi_resource", "old", &azapi)] }]
    } } });
    let (page, errors, code) = of(&state, "");
    assert_eq!((errors.as_str(), code), ("", FINE), "{page}");
    assert!(page.starts_with("gallery_invm_access_profile_version.web (web-imds 1.0.0)\n"), "{page}");
    assert!(page.contains("azapi_resource.old (web-imds)\n"), "{page}");
    assert_eq!(page.matches("For IMDS, on Linux.").count(), 2, "{page}");

    let file = json!({ "version": 4, "terraform_version": "1.11.4", "resources": [
        { "module": "module.m", "mode": "managed", "type": ours, "name": "web", "instances": [{ "index_key": "a", "attributes": version }] }
    ] });
    assert!(
        of(&file, "")
            .0
            .starts_with("module.m.gallery_invm_access_profile_version.web[\"a\"] (web-imds 1.0.0)\n")
    );

    version["rules"]["privileges"]["token"].as_object_mut().unwrap().remove("path");
    version.as_object_mut().unwrap().remove("id");
    let unknown = json!({ "id": true, "rules": { "privileges": { "token": { "path": true } }, "roles": { "app": { "privileges": [false] } } } });
    let mut all = unknown.clone();
    all["rules"]["identities"] = json!(true);
    let change = |name: &str, after: &Value, unknown: &Value| {
        json!({
            "address": format!("{ours}.{name}"), "type": ours, "change": { "after": after, "after_unknown": unknown }
        })
    };
    let plan = json!({ "format_version": "1.2", "planned_values": {}, "resource_changes": [
        change("web", &version, &unknown), change("more", &version, &all), change("gone", &Value::Null, &json!({}))
    ] });
    let (page, errors, code) = of(&plan, "");
    assert_eq!((errors.as_str(), code), ("", UNKNOWN), "{page}");
    for part in [
        "token: (known after apply)",
        "rules.privileges.token.path is known after apply.",
        "The rules are not known: rules.identities is known after apply.",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains(".gone"), "{page}");
}

#[test]
fn the_lint_argument_of_a_resource_counts() {
    let mut version = keyed();
    version["rules"]["roles"]["app"]["privileges"] = json!(["instance", "gone"]);
    assert_eq!(of(&version, "").2, WRONG);
    version["lint"] = json!({ "L02": "warning" });
    let (page, _, code) = of(&version, "");
    assert_eq!(code, FINE);
    assert!(page.contains("warning L02"), "{page}");
    version["lint"] = json!({ "L02": "off" });
    assert!(!of(&version, "").0.contains("L02"));
}

#[test]
fn an_unreadable_file_is_an_error_that_says_what_to_do() {
    for (input, part) in [
        ("rules { }", "it is not JSON"),
        ("", "Standard input is empty"),
        ("{}", "terraform show -json"),
        ("[1, null, \"x\"]", "[0]: it is neither a version nor a profile"),
        ("{\"resources\": [{\"type\": 3}]}", "no rules"),
    ] {
        let (page, errors, code) = explain(input, "");
        assert_eq!((page.as_str(), code), ("", UNREADABLE), "{input}");
        assert!(errors.contains(part), "{input}: {errors}");
    }
    let (_, errors, code) = of(&json!({ "mode": "Audit", "rules": { "privileges": [{ "path": "/" }] } }), "");
    assert_eq!(code, UNREADABLE);
    assert!(errors.contains("rules.privileges[0]: missing field `name`"), "{errors}");
    let wide: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    assert_eq!(run(["-".into()].into_iter(), &mut &*wide, &mut output, &mut errors, 100), UNREADABLE);
    assert!(String::from_utf8(errors).unwrap().contains("no rules"), "UTF-16 is read");
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    assert_eq!(
        run(["/nowhere/rules.json".into()].into_iter(), &mut &b""[..], &mut output, &mut errors, 100),
        UNREADABLE
    );
    assert!(String::from_utf8(errors).unwrap().starts_with("explain: /nowhere/rules.json: "));
}
