//! What blocks grant, alone and together.

use super::{catalogue, operation, permissions, role};
use crate::rbac::condition::{AttributeSource, RequestContext};
use crate::rbac::{Operation, Permissions, Plane, narrowest_role, role_diff};
use serde_json::{Value, json};

const PROFILES: &str = "Microsoft.Compute/galleries/inVMAccessControlProfiles";
const BLOB_READ: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";

fn read(value: Value) -> Permissions {
    Permissions::from_json(&value).unwrap()
}

fn profile_operations() -> Vec<Operation> {
    ["/read", "/write", "/delete", "/versions/read", "/versions/write", "/versions/delete"]
        .map(|end| operation(&format!("{PROFILES}{end}")))
        .to_vec()
}

fn permit(permissions: &Permissions, name: &str) -> Option<bool> {
    permissions.permit(&operation(name), &RequestContext::unknown())
}

#[test]
fn three_built_in_roles_can_write_profiles() {
    let needed = profile_operations();
    for name in ["owner", "contributor", "artifacts_publisher"] {
        assert!(permissions(name).missing(&needed).is_empty(), "{name}");
    }
    assert_eq!(permissions("reader").missing(&needed).len(), 4);
    assert_eq!(permissions("login_delegate").missing(&needed).len(), 6);
}

#[test]
fn the_planes_never_mix() {
    let owner = permissions("owner");
    let expansion = owner.expand(&catalogue());
    assert_eq!(expansion.data, []);
    assert!(!expansion.names().iter().any(|name| name == BLOB_READ));
    assert_eq!(permit(&owner, BLOB_READ), Some(false));
    assert_eq!(permit(&owner, "Microsoft.Compute/virtualMachines/login/action"), Some(false));

    let blob_reader = permissions("blob_reader");
    assert_eq!(permit(&blob_reader, BLOB_READ), Some(true));
    assert_eq!(
        permit(&blob_reader, "Microsoft.Storage/storageAccounts/blobServices/containers/read"),
        Some(true)
    );
    let expansion = blob_reader.expand(&catalogue());
    assert_eq!((expansion.control.len(), expansion.data.len()), (1, 1));

    let data_star = read(json!([{ "dataActions": ["*"] }]));
    assert_eq!(data_star.expand(&catalogue()).control, []);
    assert_eq!(permit(&data_star, "a/b/read"), None, "whether it is a data operation is not known");
    let on_plane = |plane: bool| RequestContext::from_json(&json!({ "is_data_action": plane })).unwrap();
    assert_eq!(data_star.permit(&operation("a/b/read"), &on_plane(true)), Some(true));
    assert_eq!(data_star.permit(&operation("a/b/read"), &on_plane(false)), Some(false));
    assert_eq!(owner.permit(&operation("a/b/read"), &on_plane(true)), Some(false));
}

#[test]
fn subtraction_stays_in_its_block() {
    let role = read(json!([
        { "actions": ["a/*"], "notActions": ["a/secret/*"] },
        { "actions": ["a/secret/read"] },
    ]));
    assert_eq!(permit(&role, "a/secret/read"), Some(true));
    assert_eq!(permit(&role, "a/secret/write"), Some(false));
    assert_eq!(permit(&role, "a/x"), Some(true));
}

#[test]
fn an_undecided_subtraction_makes_the_result_undecided() {
    let role = read(json!([{ "actions": ["*"], "notActions": ["a/*/read"] }]));
    assert_eq!(permit(&role, "a/read"), None);
    assert_eq!(permit(&role, "a/b/read"), Some(false));
    assert_eq!(permit(&role, "b/read"), Some(true));
    assert_eq!(role.missing(&[operation("a/read"), operation("A/Read"), operation("b/read")]).len(), 1);
}

#[test]
fn each_block_has_its_own_condition() {
    let role = permissions("two_blocks");
    let context = |source, guid: &str| {
        let name = "Microsoft.Authorization/roleAssignments:RoleDefinitionId";
        RequestContext::empty().with_attribute(source, name, vec![json!(guid)])
    };
    let write = operation("Microsoft.Authorization/roleAssignments/write");
    let delete = operation("Microsoft.Authorization/roleAssignments/delete");
    let (admin, user) = ("1c0163c0-47e6-4577-8991-ea5c82e286e4", "fb879df8-f326-4884-b1cf-06f3ad86be52");
    assert_eq!(role.permit(&write, &context(AttributeSource::Request, admin)), Some(true));
    assert_eq!(role.permit(&write, &context(AttributeSource::Request, user)), Some(false));
    assert_eq!(role.permit(&delete, &context(AttributeSource::Resource, user)), Some(true));
    assert_eq!(role.permit(&delete, &context(AttributeSource::Resource, admin)), Some(false));
    assert_eq!(role.permit(&delete, &RequestContext::unknown()), None);
    assert!(role.expand(&catalogue()).control.iter().all(|granted| granted.conditional));
}

#[test]
fn an_unconditional_grant_outweighs_a_conditional_one() {
    let role = read(json!([
        { "actions": ["Microsoft.Support/*"], "condition": "@Resource[a] StringEquals 'x'" },
        { "actions": ["Microsoft.Support/*/read"] },
    ]));
    let expansion = role.expand(&catalogue());
    let is_conditional =
        |name: &str| expansion.control.iter().find(|g| g.operation == name).unwrap().conditional;
    assert!(!is_conditional("Microsoft.Support/operations/read"));
    assert!(is_conditional("Microsoft.Support/register/action"));
    assert_eq!(permit(&role, "Microsoft.Support/register/action"), None);
}

#[test]
fn an_unreadable_condition_is_undecided() {
    for block in [
        json!({ "actions": ["a/read"], "condition": "StringEndsWith" }),
        json!({ "actions": ["a/read"], "condition": "'a' StringEquals 'a'", "conditionVersion": "3.0" }),
    ] {
        let role = read(json!([block]));
        assert_eq!(permit(&role, "a/read"), None);
        assert_eq!(permit(&role, "b/read"), Some(false), "not granted, whatever the condition");
    }
    for version in ["1.0", "2.0", ""] {
        let block = json!({ "actions": ["a/read"], "condition": "'a' StringEquals 'a'", "conditionVersion": version });
        assert_eq!(permit(&read(block), "a/read"), Some(true), "{version}");
    }
}

#[test]
fn unmatched_patterns_are_listed() {
    let role = read(json!([{
        "actions": ["Microsoft.Compute/galleries/*", "Microsoft.Compute/gallery/read"],
        "notActions": ["Microsoft.Compute/galleries/shared/action"],
        "dataActions": ["Microsoft.Compute/galleries/read"],
    }]));
    assert_eq!(
        role.expand(&catalogue()).unmatched_patterns,
        [
            "Microsoft.Compute/galleries/read",
            "Microsoft.Compute/galleries/shared/action",
            "Microsoft.Compute/gallery/read"
        ]
    );
}

#[test]
fn a_diff_is_in_operations_and_meanings() {
    let catalogue = catalogue();
    let old = read(json!([{ "actions": ["Microsoft.Support/*"] }]));
    let new = read(json!([{ "actions": ["Microsoft.Support/*", "Microsoft.Resources/deployments/read"],
                            "notActions": ["Microsoft.Support/register/action"] }]));
    let diff = role_diff(&old, &new, &catalogue);
    assert_eq!(diff.added, ["Microsoft.Resources/deployments/read"]);
    assert_eq!(diff.removed, ["Microsoft.Support/register/action"]);
    assert!(!diff.condition_changed);

    let conditional = |text: &str| read(json!([{ "actions": ["Microsoft.Support/*"], "condition": text }]));
    let changed = |a: &Permissions, b: &Permissions| role_diff(a, b, &catalogue).condition_changed;
    let first = conditional("@Resource[a] ForAnyOfAnyValues:StringEquals {'x', 'y'}");
    assert!(changed(&old, &first) && changed(&first, &old));
    assert!(!changed(&first, &conditional("(@resource[a] foranyofanyvalues:stringequals{'y','x'})")));
    assert!(changed(&first, &conditional("@Resource[a] ForAnyOfAnyValues:StringEquals {'x', 'z'}")));
    let elsewhere = read(json!([{ "actions": ["unknown/x"], "condition": "Exists @Resource[a]" }]));
    assert!(changed(&read(json!([{ "actions": ["unknown/x"] }])), &elsewhere), "even beyond the catalogue");
}

#[test]
fn a_condition_that_moves_between_operations_is_a_change() {
    let blocks = |bound: &str, free: &str| {
        read(json!([{ "actions": [bound], "condition": "Exists @Resource[a]" }, { "actions": [free] }]))
    };
    let (a, b) = ("Microsoft.Support/register/action", "Microsoft.Support/services/read");
    let diff = role_diff(&blocks(a, b), &blocks(b, a), &catalogue());
    assert_eq!((diff.added.len(), diff.removed.len(), diff.condition_changed), (0, 0, true));
}

#[test]
fn the_narrowest_sufficient_role_comes_first() {
    let roles: Vec<_> =
        ["owner", "reader", "artifacts_publisher", "login_delegate", "contributor"].map(role).to_vec();
    let found = narrowest_role(&roles, &profile_operations(), &catalogue());
    let names: Vec<_> = found.iter().map(|c| c.role.role_name.as_deref().unwrap()).collect();
    assert_eq!(names, ["Compute Gallery Artifacts Publisher", "Contributor", "Owner"]);
    assert_eq!(found[0].surplus, found[0].operation_count - 6);
    let delegate = [operation("Microsoft.Authorization/roleAssignments/write")];
    let names: Vec<_> =
        narrowest_role(&roles, &delegate, &catalogue()).iter().map(|c| c.role.role_name.clone()).collect();
    assert_eq!(names, [Some("Owner".to_owned())], "a conditional grant does not suffice");
}

#[test]
fn the_catalogue_decides_the_plane_of_an_operation() {
    let role = read(json!([{ "actions": ["x/*"], "dataActions": ["x/*"], "notDataActions": ["x/b"] }]));
    let catalogue = crate::rbac::Catalogue::from_json(&json!([
        { "name": "x/a", "isDataAction": true }, { "name": "x/b", "is_data_action": true }, "x/c", { "name": "x/d" },
    ]))
    .unwrap();
    let expansion = role.expand(&catalogue);
    let names =
        |list: &[crate::rbac::GrantedOperation]| list.iter().map(|g| g.operation.clone()).collect::<Vec<_>>();
    assert_eq!(names(&expansion.data), ["x/a"]);
    assert_eq!(names(&expansion.control), ["x/c", "x/d"]);
    assert_eq!(catalogue.entries()[1].plane, Some(Plane::Data));
}

#[test]
fn a_key_that_is_nearly_known_is_an_error_and_others_are_not() {
    for (key, known) in [
        ("notaction_s", None),
        ("notActons", Some("notActions")),
        ("conditon", Some("condition")),
        ("scope", None),
    ] {
        let read = Permissions::from_json(&serde_json::json!({ "actions": ["*"], key: [] }));
        match known {
            None => drop(read.unwrap()),
            Some(known) => {
                assert!(read.unwrap_err().to_string().contains(&format!("did you mean `{known}`?")), "{key}")
            }
        }
    }
}
