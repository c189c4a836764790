//! One role as an example: the virtual machine data access administrator, its 14 patterns, 81 operations, and
//! what its condition permits.

use super::{catalogue, operation, permissions, role, role_json};
use crate::rbac::condition::{AttributeSource, Condition, RequestContext};
use crate::rbac::{OperationPattern, Plane};
use serde_json::{Value, json};

const WRITE: &str = "Microsoft.Authorization/roleAssignments/write";
const DELETE: &str = "Microsoft.Authorization/roleAssignments/delete";
const ROLE: &str = "Microsoft.Authorization/roleAssignments:RoleDefinitionId";
const ADMIN_LOGIN: &str = "1c0163c0-47e6-4577-8991-ea5c82e286e4";
const USER_LOGIN: &str = "fb879df8-f326-4884-b1cf-06f3ad86be52";
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";

#[test]
fn fourteen_patterns_come_to_81_operations() {
    let role = role("login_delegate");
    let [block] = role.permissions.blocks() else { panic!("one block") };
    let catalogue = catalogue();
    let counts: Vec<usize> = block
        .actions
        .iter()
        .map(|pattern| catalogue.entries().iter().filter(|e| pattern.matches(&e.operation)).count())
        .collect();
    assert_eq!(counts, [1, 1, 31, 1, 1, 1, 1, 1, 1, 1, 12, 8, 9, 12]);

    let expansion = role.permissions.expand(&catalogue);
    assert_eq!(expansion.control.len(), 81);
    assert_eq!(expansion.data, []);
    assert_eq!(expansion.unmatched_patterns, [""; 0]);
    assert_eq!(expansion.names().len(), 81);
    assert!(expansion.names().is_sorted());
    let conditional: Vec<&str> =
        expansion.control.iter().filter(|g| g.conditional).map(|g| g.operation.as_str()).collect();
    assert_eq!(conditional, [DELETE, WRITE]);
    assert!(role.permissions.is_conditional());
}

#[test]
fn with_a_collapsing_star_it_would_be_83() {
    let uncertain = permissions("login_delegate").expand(&catalogue()).uncertain;
    assert_eq!(
        uncertain,
        ["Microsoft.Compute/virtualMachines/read", "Microsoft.HybridCompute/machines/read"]
    );
}

#[test]
fn no_pattern_reaches_galleries() {
    let galleries = OperationPattern::new("Microsoft.Compute/galleries/*");
    let names = permissions("login_delegate").expand(&catalogue()).names();
    assert!(!names.iter().any(|name| galleries.matches(&operation(name))));
}

/// The eight decisions: operation, context, the condition's result, the decision.
#[test]
fn eight_requests_are_decided() {
    let request = |role: &str| json!({ "request": { ROLE: role } });
    let rows: [(&str, Value, Option<bool>, Option<bool>); 8] = [
        (WRITE, request(USER_LOGIN), Some(true), Some(true)),
        (WRITE, request(CONTRIBUTOR), Some(false), Some(false)),
        (DELETE, json!({ "resource": { ROLE: ADMIN_LOGIN } }), Some(true), Some(true)),
        (
            DELETE,
            json!({ "request": { ROLE: ADMIN_LOGIN }, "resource": { ROLE: OWNER } }),
            Some(false),
            Some(false),
        ),
        ("Microsoft.Compute/virtualMachines/instanceView/read", json!({}), Some(true), Some(true)),
        ("Microsoft.Compute/galleries/inVMAccessControlProfiles/write", json!({}), Some(true), Some(false)),
        (WRITE, request(&ADMIN_LOGIN.to_uppercase()), Some(true), Some(true)),
        (WRITE, json!({ "request": {} }), Some(false), Some(false)),
    ];
    let permissions = permissions("login_delegate");
    for (index, (name, context, condition, decision)) in rows.into_iter().enumerate() {
        let operation = operation(name);
        let context = RequestContext::from_json(&context).unwrap();
        let block = &permissions.blocks()[0];
        assert_eq!(block.condition_holds(&context.with_action(&operation)), condition, "row {}", index + 1);
        assert_eq!(permissions.permit(&operation, &context), decision, "row {}", index + 1);
    }
}

#[test]
fn an_unknown_request_decides_only_what_no_condition_touches() {
    let permissions = permissions("login_delegate");
    let permit = |name: &str| permissions.permit(&operation(name), &RequestContext::unknown());
    assert_eq!(permit(WRITE), None);
    assert_eq!(permit("Microsoft.Support/register/action"), Some(true));
    assert_eq!(permit("Microsoft.Compute/galleries/read"), Some(false));
    assert_eq!(permit("Microsoft.Compute/virtualMachines/read"), None, "open: /*/ for /");
}

#[test]
fn the_capitalised_condition_is_read() {
    let json = role_json("login_delegate");
    assert!(json["properties"]["permissions"][0].get("condition").is_none(), "the fixture has capitals");
    let role = role("login_delegate");
    let condition = role.permissions.blocks()[0].condition.as_ref().unwrap();
    assert_eq!(condition.version(), Some("2.0"));
    let outline = condition.parsed().unwrap().outline();
    assert_eq!(outline.guards, [WRITE, DELETE]);
    assert_eq!(outline.attributes, [format!("@Request[{ROLE}]"), format!("@Resource[{ROLE}]")]);
    assert_eq!(outline.guids, [ADMIN_LOGIN, USER_LOGIN]);
    assert_eq!(condition.parsed().unwrap().findings(), []);
}

#[test]
fn its_condition_is_its_own_canonical_text_and_can_be_generated() {
    let role = role("login_delegate");
    let shipped = role.permissions.blocks()[0].condition.as_ref().unwrap().text().to_owned();
    assert_eq!(Condition::parse(&shipped).unwrap().canonical(), shipped);
    let roles = [
        USER_LOGIN.to_uppercase(),
        format!("/providers/Microsoft.Authorization/roleDefinitions/{ADMIN_LOGIN}"),
    ];
    assert_eq!(crate::rbac::condition::condition_for_roles(&roles).unwrap(), shipped);
}

#[test]
fn the_role_cannot_assign_a_writer_of_profiles() {
    let permissions = permissions("login_delegate");
    for writer in [OWNER, CONTRIBUTOR, "85a2d0d9-2eba-4c9c-b355-11c2cc0788ab"] {
        let context =
            RequestContext::empty().with_attribute(AttributeSource::Request, ROLE, vec![json!(writer)]);
        assert_eq!(permissions.permit(&operation(WRITE), &context), Some(false), "{writer}");
    }
}

#[test]
fn planes_of_the_log_in_operations_are_known() {
    for entry in catalogue().entries() {
        let known = Plane::well_known(&entry.operation);
        assert!(known.is_none() || known == entry.plane, "{}", entry.operation);
    }
    assert_eq!(
        Plane::well_known(&operation("microsoft.compute/virtualmachines/LOGIN/action")),
        Some(Plane::Data)
    );
    assert_eq!(Plane::well_known(&operation("Microsoft.Compute/virtualMachines/read")), Some(Plane::Control));
}
