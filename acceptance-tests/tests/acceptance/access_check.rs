//! Whether somebody's roles suffice, checked before an apply.

use acceptance_tests::host::Feature;
use acceptance_tests::scenario::{Scenario, scenario};
use serde_json::{Value, json};

use crate::roles::value_of;

const PUBLISHER: &str = "85a2d0d9-2eba-4c9c-b355-11c2cc0788ab";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const THREE_BLOCKS: &str = "00000000-0000-0000-0000-000000000003";
const BOB: &str = "b0b00000-0000-0000-0000-000000000000";
const GROUP: &str = "96009600-0000-0000-0000-000000000000";

fn assignment(name: &str, scope: &str, principal: &str, role: &str, condition: Option<&str>) -> Value {
    json!({
        "id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"), "name": name,
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": {
            "scope": scope, "principalId": principal, "principalType": "User", "condition": condition,
            "roleDefinitionId": format!("/providers/Microsoft.Authorization/roleDefinitions/{role}"),
        },
    })
}

fn check(s: &Scenario, arguments: &str) -> Value {
    let config =
        format!("data \"gallery_access_check\" \"x\" {{\n  scope = local.gallery_id\n{arguments}\n}}\n");
    value_of(s, &config, "data.gallery_access_check.x")
}

fn of_bob(s: &Scenario) -> Value {
    check(s, &format!("principal_id = \"{BOB}\""))
}

#[test]
fn the_signed_in_identity_learns_whether_it_may() {
    scenario(|s| {
        let access = check(s, "");
        assert_eq!((&access["allowed"], &access["complete"]), (&json!(true), &json!(true)), "{access}");
        assert_eq!((&access["missing"], &access["conditional"]), (&json!([]), &json!([])));
        assert_eq!(access["operations"].as_array().unwrap().len(), 7);
        assert_eq!(access["granted_by"][0]["role_name"], "Owner");
        assert_eq!(access["evaluated_scope"], s.gallery());

        // Through a group, but not enough.
        let subscription = format!("/subscriptions/{}", s.emulator.ready("subscription_id"));
        let directory = s.emulator.authorization().unwrap();
        let me = directory["roleAssignments"][0]["properties"]["principalId"].as_str().unwrap().to_owned();
        let group = json!({"groups": {GROUP: [me]}, "roleAssignments": [assignment("a", &subscription, GROUP, READER, None)]});
        s.emulator.set_authorization(&group).unwrap();
        let access = check(s, "");
        assert_eq!(
            (&access["allowed"], access["missing"].as_array().unwrap().len()),
            (&json!(false), 4),
            "{access}"
        );
        // The plan stops, not the apply.
        if !s.can(Feature::TerraformData) {
            return;
        }
        s.write(
            "data \"gallery_access_check\" \"me\" {\n  scope = local.gallery_id\n}\n\
             resource \"terraform_data\" \"x\" {\n  lifecycle {\n    precondition {\n      \
             condition     = data.gallery_access_check.me.allowed != false\n      \
             error_message = \"lacks ${join(\", \", data.gallery_access_check.me.missing)}\"\n    }\n  }\n}\n",
        );
        let output = s.run(&["plan", "-no-color"]);
        assert!(output.code == Some(1) && output.says("lacks Microsoft.Compute/galleries/"), "{output}");
    });
}

#[test]
fn a_principal_is_judged_by_groups_inheritance_denials_and_conditions() {
    scenario(|s| {
        let subscription = format!("/subscriptions/{}", s.emulator.ready("subscription_id"));
        let access = of_bob(s);
        assert_eq!(
            (&access["allowed"], access["missing"].as_array().unwrap().len()),
            (&json!(false), 7),
            "{access}"
        );

        // From a management group, through a group in a group.
        let top = "/providers/Microsoft.Management/managementGroups/top";
        let inherited = json!({"managementGroups": ["top"], "groups": {GROUP: ["inner"], "inner": [BOB]},
            "roleAssignments": [assignment("a", top, GROUP, PUBLISHER, None)]});
        s.emulator.set_authorization(&inherited).unwrap();
        let access = of_bob(s);
        assert_eq!((&access["allowed"], &access["complete"]), (&json!(true), &json!(true)), "{access}");
        assert_eq!(
            access["granted_by"],
            json!([{"assignment_scope": top, "role_name": "Compute Gallery Artifacts Publisher",
            "role_definition_id": format!("/providers/Microsoft.Authorization/roleDefinitions/{PUBLISHER}")}])
        );

        // A denial applies, whoever grants it.
        let denial = |principals: Value, exclude: Value| {
            json!({"denyAssignments": [{"id": "/d", "name": "d", "properties": {"denyAssignmentName": "stack", "scope": subscription,
                "permissions": [{"actions": ["*/delete"], "notActions": []}], "principals": principals, "excludePrincipals": exclude}}]})
        };
        let everyone = json!([{"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined"}]);
        s.emulator.set_authorization(&denial(everyone.clone(), json!([]))).unwrap();
        let access = of_bob(s);
        assert_eq!(
            (&access["allowed"], access["missing"].as_array().unwrap().len()),
            (&json!(false), 2),
            "{access}"
        );
        assert_eq!(access["denied_by"], json!([{"id": "/d", "name": "stack", "scope": subscription}]));
        s.emulator.set_authorization(&denial(everyone, json!([{"id": BOB, "type": "User"}]))).unwrap();
        assert_eq!(of_bob(s)["allowed"], true);
        // Nobody has looked up whether he is in a denied group.
        s.emulator.set_authorization(&denial(json!([{"id": GROUP, "type": "Group"}]), json!([]))).unwrap();
        assert_eq!(of_bob(s)["allowed"], Value::Null);
        s.emulator.set_authorization(&json!({"denyAssignments": []})).unwrap();

        // A condition of the role, and one of the assignment.
        let given = |role: &str, condition: Option<&str>| json!({"roleAssignments": [assignment("a", &subscription, BOB, role, condition)]});
        s.emulator.set_authorization(&given(THREE_BLOCKS, None)).unwrap();
        let access = of_bob(s);
        assert_eq!((&access["allowed"], &access["complete"]), (&json!(false), &json!(true)));
        assert!(
            access["missing"]
                .as_array()
                .unwrap()
                .contains(&json!("Microsoft.Compute/locations/capsOperations/read"))
        );
        assert!(
            access["conditional"]
                .as_array()
                .unwrap()
                .contains(&json!("Microsoft.Compute/galleries/inVMAccessControlProfiles/write"))
        );
        let guarded =
            "!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'}) OR (Exists @Request[a])";
        s.emulator.set_authorization(&given(PUBLISHER, Some(guarded))).unwrap();
        assert_eq!(of_bob(s)["allowed"], true, "the condition is about something else");
        s.emulator
            .set_authorization(&given(PUBLISHER, Some("@Environment[isPrivateLink] BoolEquals true")))
            .unwrap();
        assert_eq!(of_bob(s)["allowed"], Value::Null);
    });
}

#[test]
fn a_missing_scope_is_judged_by_its_parent() {
    scenario(|s| {
        let access = value_of(
            s,
            "data \"gallery_access_check\" \"x\" {\n  scope = \"${local.gallery_id}new/inVMAccessControlProfiles/web\"\n}\n",
            "data.gallery_access_check.x",
        );
        assert_eq!(
            (&access["allowed"], access["evaluated_scope"].as_str().unwrap().rsplit('/').next()),
            (&json!(true), Some("rg"))
        );
        let access = value_of(
            s,
            "data \"gallery_access_check\" \"x\" {\n  scope = replace(local.gallery_id, \"resourceGroups/rg\", \"resourceGroups/new\")\n}\n",
            "data.gallery_access_check.x",
        );
        assert!(access["evaluated_scope"].as_str().unwrap().starts_with("/subscriptions/"));
        assert_eq!((&access["allowed"], &access["complete"]), (&json!(true), &json!(true)), "{access}");
    });
}

#[test]
fn lists_that_may_not_be_read_leave_a_doubt() {
    scenario(|s| {
        let forbid = |list: &str| {
            let error = json!({"error": {"code": "AuthorizationFailed", "message": "no"}});
            let fault = json!({"match": {"path": format!("**/{list}")}, "count": null,
                "action": {"do": "answer", "status": 403, "body": error}});
            json!({"faults": [fault]})
        };
        for list in ["roleAssignments", "denyAssignments"] {
            s.emulator.faults(&forbid(list)).unwrap();
            let access = check(s, "");
            assert_eq!(
                (&access["allowed"], &access["complete"]),
                (&Value::Null, &json!(false)),
                "{list}: {access}"
            );
            assert_eq!(access["missing"], json!([]));
        }
    });
}
