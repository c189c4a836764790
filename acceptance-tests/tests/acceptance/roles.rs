//! Roles explained: a role definition expanded, its condition evaluated, found by id or by name.

use acceptance_tests::host::Feature;
use acceptance_tests::scenario::{Scenario, scenario, scenario_with};
use serde_json::{Value, json};

/// The role in these tests: the virtual machine data access administrator.
const DELEGATE: &str = "66f75aeb-eabe-4b70-9f1e-c350c4c9ad04";
const NAME: &str = "Virtual Machine Data Access Administrator (preview)";
const WRITE: &str = "Microsoft.Authorization/roleAssignments/write";
const DELETE: &str = "Microsoft.Authorization/roleAssignments/delete";

fn role(label: &str, arguments: &str) -> String {
    format!("data \"gallery_role_definition\" \"{label}\" {{\n{arguments}\n}}\n")
}

/// Plans a configuration and returns the value of an expression in it. Nulls inside are kept.
pub(crate) fn value_of(s: &Scenario, config: &str, expression: &str) -> Value {
    let plan = s.plan(&format!("{config}\noutput \"all\" {{\n  value = jsonencode({expression})\n}}\n"));
    serde_json::from_str(plan.output_value("all").as_str().unwrap()).unwrap()
}

#[test]
fn the_page_of_a_role() {
    // Small pages, so that lists are followed to their end.
    scenario_with(&["--page-size", "3"], |s| {
        let by_id = role("by_id", &format!("role_definition_id = \"{DELEGATE}\""));
        let by_name = role(
            "by_name",
            &format!(
                "name = \"{}\"\nscope = \"/subscriptions/{}\"",
                NAME.to_uppercase(),
                s.emulator.ready("subscription_id")
            ),
        );
        let both = value_of(
            s,
            &format!("{by_id}{by_name}"),
            "[data.gallery_role_definition.by_id, data.gallery_role_definition.by_name]",
        );
        // Read again, nothing has changed.
        s.reapply(&[]);
        let page = &both[0];

        // Role Information.
        assert_eq!((&page["name"], &page["type"]), (&json!(NAME), &json!("BuiltInRole")));
        assert_eq!(page["id"], format!("/providers/Microsoft.Authorization/roleDefinitions/{DELEGATE}"));
        assert_eq!(page["assignable_scopes"], json!(["/"]));
        assert!(
            page["created_on"].is_string()
                && page["updated_on"].is_string()
                && page["description"].is_string()
        );

        // Permission Patterns (14).
        assert_eq!(page["permissions"].as_array().unwrap().len(), 1);
        assert_eq!(page["permissions"][0]["actions"].as_array().unwrap().len(), 14);

        // Effective Permissions (81), data operations (0).
        assert_eq!(
            (&page["effective_operation_count"], &page["effective_data_operation_count"]),
            (&json!(81), &json!(0))
        );
        assert_eq!(page["effective_operations"].as_array().unwrap().len(), 81);
        assert_eq!(
            (&page["effective_data_operations"], &page["unmatched_patterns"]),
            (&json!([]), &json!([]))
        );

        // Conditional Permissions.
        assert_eq!(page["is_conditional"], true);
        assert_eq!(page["conditional_operations"], json!([DELETE, WRITE]));
        assert_eq!(page["unconditional_operations"].as_array().unwrap().len(), 79);
        assert_eq!(page["permissions"][0]["condition_version"], "2.0");

        // Raw JSON, with its capitals.
        let raw: Value = serde_json::from_str(page["json"].as_str().unwrap()).unwrap();
        assert!(raw["properties"]["permissions"][0]["Condition"].is_string(), "{raw}");

        // By its name at a scope it is the same role, with its id there.
        let other = &both[1];
        assert_eq!(other["name"], NAME.to_uppercase(), "as it was written");
        assert!(other["id"].as_str().unwrap().starts_with("/subscriptions/"));
        for same in ["fingerprint", "catalogue_fingerprint", "effective_operations", "permissions"] {
            assert_eq!(other[same], page[same], "{same}");
        }
    });
}

#[test]
fn the_eight_decisions() {
    scenario(|s| {
        if !s.can(Feature::Functions) {
            return;
        }
        let attribute = "Microsoft.Authorization/roleAssignments:RoleDefinitionId";
        let (user, admin) = ("fb879df8-f326-4884-b1cf-06f3ad86be52", "1c0163c0-47e6-4577-8991-ea5c82e286e4");
        let (contributor, owner) =
            ("b24988ac-6180-42a0-ab88-20f7382dd24c", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635");
        let of = |source: &str, role: &str| json!({ source: { attribute: role } });
        // The operation, the circumstances, the result of the condition, the decision.
        let rows = json!([
            [WRITE, of("request", user), true, true],
            [WRITE, of("request", contributor), false, false],
            [DELETE, of("resource", admin), true, true],
            [DELETE, { "request": { attribute: admin }, "resource": { attribute: owner } }, false, false],
            ["Microsoft.Compute/virtualMachines/instanceView/read", {}, true, true],
            ["Microsoft.Compute/galleries/inVMAccessControlProfiles/write", {}, true, false],
            [WRITE, of("request", &admin.to_uppercase()), true, true],
            [WRITE, { "request": {} }, false, false],
            [WRITE, {}, false, null],
        ]);
        s.terraform.write("rows.json", &rows.to_string()).unwrap();
        let config = format!(
            "{}locals {{\n  role = data.gallery_role_definition.role\n  rows = jsondecode(file(\"rows.json\"))\n}}\n",
            role("role", &format!("role_definition_id = \"{DELEGATE}\""))
        );
        // The role from the data source, its permissions alone, Azure's form, and text: each decides alike.
        let decided = value_of(
            s,
            &config,
            "[for row in local.rows : {
               condition = provider::gallery::condition_evaluate(local.role.permissions[0].condition, merge(row[1], { action = row[0] }))
               decisions = [
                 provider::gallery::role_permits(local.role, row[0], row[1]),
                 provider::gallery::role_permits(local.role.permissions, row[0], row[1]),
                 provider::gallery::role_permits(jsondecode(local.role.json), row[0], row[1]),
                 provider::gallery::role_permits(local.role.json, row[0], row[1]),
               ]
             }]",
        );
        // Nothing is known of the request: the condition cannot be decided either.
        let omitted = value_of(
            s,
            &config,
            "[for permits in [
               provider::gallery::role_permits(local.role, local.rows[0][0]),
               provider::gallery::condition_evaluate(local.role.permissions[0].condition),
               provider::gallery::condition_evaluate(local.role.permissions[0].condition, {}),
             ] : permits == null]",
        );
        assert_eq!(omitted, json!([true, true, true]));
        for (number, (row, result)) in
            rows.as_array().unwrap().iter().zip(decided.as_array().unwrap()).enumerate()
        {
            assert_eq!(result["condition"], row[2], "the condition of row {}", number + 1);
            assert_eq!(result["decisions"], json!([row[3], row[3], row[3], row[3]]), "row {}", number + 1);
        }
    });
}

#[test]
fn several_blocks_are_kept_separate() {
    scenario(|s| {
        let two = value_of(
            s,
            &role("two", "name = \"One block to write, one to delete\""),
            "data.gallery_role_definition.two",
        );
        assert_eq!(two["permissions"].as_array().unwrap().len(), 2);
        assert_eq!(two["conditional_operations"], json!([DELETE, WRITE]));
        let three =
            value_of(s, &role("three", "name = \"Three blocks\""), "data.gallery_role_definition.three");
        let profiles = "Microsoft.Compute/galleries/inVMAccessControlProfiles";
        let conditional = json!([
            WRITE,
            format!("{profiles}/versions/write"),
            format!("{profiles}/write"),
            format!("{profiles}/delete")
        ]);
        let mut conditional = conditional.as_array().unwrap().clone();
        conditional.sort_by_key(ToString::to_string);
        // `inVMAccessControlProfiles/*/delete`, read literally, subtracts only the delete of versions.
        assert_eq!(three["conditional_operations"], json!(conditional));
        assert_eq!(three["uncertain_operations"], json!([format!("{profiles}/delete")]));
        assert!(
            three["unconditional_operations"]
                .as_array()
                .unwrap()
                .contains(&json!(format!("{profiles}/read")))
        );
    });
}

#[test]
fn a_role_that_is_not_found_is_explained() {
    scenario(|s| {
        let output = s.plan_fails(&role("x", "name = \"Compute Galery Artifacts Publisher\""));
        assert!(
            output.says("Role not found") && output.says("- Compute Gallery Artifacts Publisher"),
            "{output}"
        );
        let output =
            s.plan_fails(&role("x", "role_definition_id = \"00000000-0000-0000-0000-00000000ffff\""));
        assert!(output.says("Role not found") && output.says("set `scope`"), "{output}");

        let subscription = format!("/subscriptions/{}", s.emulator.ready("subscription_id"));
        let custom = |guid: &str| {
            json!({"name": guid, "properties": {"roleName": "Publisher", "type": "CustomRole",
                "assignableScopes": [subscription], "permissions": [{"actions": ["Microsoft.Compute/galleries/read"]}]}})
        };
        let first = "00000000-0000-0000-0000-0000000000f1";
        let roles =
            json!({"roleDefinitions": [custom(first), custom("00000000-0000-0000-0000-0000000000f2")]});
        s.emulator.set_authorization(&roles).unwrap();
        let by_name = role("x", &format!("name = \"Publisher\"\nscope = \"{subscription}\""));
        let output = s.plan_fails(&by_name);
        assert!(output.says("Several roles of this name") && output.says(first), "{output}");
        s.emulator.set_authorization(&json!({"roleDefinitions": [custom(first)]})).unwrap();
        let found = value_of(s, &by_name, "data.gallery_role_definition.x");
        assert_eq!((&found["type"], &found["effective_operation_count"]), (&json!("CustomRole"), &json!(1)));

        let problems = s.validate(&role("x", ""));
        assert_eq!(problems[0].summary, "Missing argument");
    });
}

#[test]
fn the_catalogue_expands_what_the_data_source_expands() {
    scenario_with(&["--page-size", "2"], |s| {
        let config = format!(
            "{}data \"gallery_operations\" \"all\" {{}}\n\
             data \"gallery_operations\" \"compute\" {{\n  namespaces = [\"microsoft.compute\"]\n}}\n",
            role("role", &format!("role_definition_id = \"{DELEGATE}\""))
        );
        let output =
            s.plan_fails("data \"gallery_operations\" \"x\" {\n  namespaces = [\"Microsoft.Computer\"]\n}\n");
        assert!(output.says("No such resource provider") && output.says("`Microsoft.Compute`"), "{output}");
        let of_data = value_of(
            s,
            &config,
            "{
               same   = data.gallery_operations.all.fingerprint == data.gallery_operations.compute.fingerprint
               data   = [for o in data.gallery_operations.compute.operations : o.name if o.is_data_action]
             }",
        );
        assert_eq!(of_data["same"], false);
        let login = json!("Microsoft.Compute/virtualMachines/login/action");
        assert!(of_data["data"].as_array().unwrap().contains(&login));

        if !s.can(Feature::Functions) {
            return;
        }
        let result = value_of(
            s,
            &config,
            "{
               role   = data.gallery_role_definition.role.effective_operations
               whole  = provider::gallery::effective_operations(data.gallery_role_definition.role, data.gallery_operations.all)
               names  = provider::gallery::effective_operations(data.gallery_role_definition.role, data.gallery_operations.all.names)
               part   = provider::gallery::effective_operations(data.gallery_role_definition.role, data.gallery_operations.compute)
               diff   = provider::gallery::role_diff(data.gallery_role_definition.role, data.gallery_role_definition.role.json, data.gallery_operations.all)
             }",
        );
        assert_eq!((&result["whole"], &result["names"]), (&result["role"], &result["role"]));
        assert_eq!(result["part"].as_array().unwrap().len(), 12);
        assert_eq!(result["diff"], json!({"added": [], "removed": [], "condition_changed": false}));
    });
}

/// All examples of the guide together.
#[test]
fn the_guide_about_who_can_change_an_allowlist_is_applied() {
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/guides/who-can-change-an-allowlist.md");
    let text = std::fs::read_to_string(guide).unwrap();
    let blocks = text.split("```terraform\n").skip(1).filter_map(|rest| rest.split("```").next());
    let config: String = blocks.map(|block| format!("{block}\n")).collect();
    scenario(|s| {
        if !s.can(Feature::Functions) {
            return;
        }
        let spoken_of = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet";
        let there = format!("{spoken_of}/providers/Microsoft.Compute/galleries/fleet");
        let output = s.apply(&config.replace(&there, s.gallery()));
        assert!(!output.says("Check block assertion failed"), "{output}");
        let outputs = s.run_well(&["output", "-json"]).json().unwrap();
        assert_eq!(outputs["can_hand_out"]["value"], json!([]));
        assert_eq!(outputs["pipeline_actions"]["value"].as_array().unwrap().len(), 12);
        assert!(!outputs["lacking"]["value"].as_array().unwrap().is_empty());
    });
}
