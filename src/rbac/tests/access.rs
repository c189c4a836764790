//! Assignments, denials and scopes together.

use super::{operation, role};
use crate::rbac::access::{AccessFacts, AccessReport, CallerIdentity, DenyAssignment, RoleAssignment};
use crate::rbac::{BlockCondition, ManagementGroups, Scope, nearest_names};
use serde_json::{Value, json};

const GALLERY: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/lists";
const WRITE: &str = "Microsoft.Compute/galleries/inVMAccessControlProfiles/write";
const READ: &str = "Microsoft.Compute/galleries/inVMAccessControlProfiles/read";
const ME: &str = "11111111-0000-0000-0000-000000000000";
const GROUP: &str = "22222222-0000-0000-0000-000000000000";

fn scope(text: &str) -> Scope {
    Scope::new(text).unwrap()
}

fn assigned(name: &str, at: &str) -> RoleAssignment {
    RoleAssignment { scope: scope(at), role: role(name), condition: None }
}

fn facts(assignments: Vec<RoleAssignment>) -> AccessFacts {
    AccessFacts {
        scope: scope(GALLERY),
        management_groups: ManagementGroups::Unknown,
        identity: CallerIdentity::new(ME, None),
        assignments,
        denials: Vec::new(),
        assignments_complete: true,
        denials_complete: true,
    }
}

fn denial(at: &str, principals: Value, exclude: Value, children: bool) -> DenyAssignment {
    DenyAssignment::from_json(&json!({ "id": "d", "properties": {
        "denyAssignmentName": "stack", "scope": at, "principals": principals, "excludePrincipals": exclude,
        "doNotApplyToChildScopes": !children,
        "permissions": [{ "actions": ["*/write", "*/delete"], "notActions": [], "dataActions": [] }] } }))
    .unwrap()
}

fn check(facts: &AccessFacts) -> AccessReport {
    facts.check(&[operation(READ), operation(WRITE)])
}

#[test]
fn a_scope_contains_what_is_beneath_it_by_segments() {
    let contains = |a: &str, b: &str| scope(a).contains(&scope(b), &ManagementGroups::Unknown);
    assert_eq!(contains("/", GALLERY), Some(true));
    assert_eq!(contains("/Subscriptions/S/", GALLERY), Some(true));
    assert_eq!(contains("/subscriptions/s/resourcegroups/G", GALLERY), Some(true));
    assert_eq!(contains(GALLERY, GALLERY), Some(true));
    assert_eq!(contains("/subscriptions/s/resourceGroups/ga", GALLERY), Some(false));
    assert_eq!(contains(GALLERY, "/subscriptions/s"), Some(false));
    assert_eq!(
        contains("/subscriptions/s/resourceGroups/l", "/subscriptions/s/resourceGroups/l2"),
        Some(false)
    );
    let group = "/providers/Microsoft.Management/managementGroups/Top";
    assert_eq!(contains(group, GALLERY), None);
    assert_eq!(contains(group, group), Some(true));
    assert_eq!(contains(group, "/"), Some(false));
    let above = |names: &[&str]| ManagementGroups::Above(names.iter().map(|n| (*n).to_owned()).collect());
    assert_eq!(scope(group).contains(&scope(GALLERY), &above(&["root", "TOP"])), Some(true));
    assert_eq!(scope(group).contains(&scope(GALLERY), &above(&["root"])), Some(false));
    for wrong in ["", "subscriptions/s", "/subscriptions//x", "//"] {
        assert!(Scope::new(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_writer_above_suffices_and_is_named() {
    let report = check(&facts(vec![
        assigned("reader", "/"),
        assigned("artifacts_publisher", "/subscriptions/s"),
        assigned("owner", "/subscriptions/other"),
    ]));
    assert_eq!(report.allowed, Some(true));
    assert_eq!((report.missing.len(), report.conditional.len(), report.complete), (0, 0, true));
    assert_eq!(report.granted_by, [0, 1]);
}

#[test]
fn a_reader_lacks_the_write() {
    let report = check(&facts(vec![assigned("reader", "/subscriptions/s")]));
    assert_eq!((report.allowed, report.missing), (Some(false), vec![WRITE.to_owned()]));
    assert_eq!(check(&facts(vec![])).missing, [READ, WRITE]);
}

#[test]
fn conditions_of_assignment_and_role_must_both_hold() {
    let with = |condition: &str| {
        let mut assignment = assigned("owner", "/subscriptions/s");
        assignment.condition = Some(BlockCondition::new(condition, Some("2.0")));
        check(&facts(vec![assignment]))
    };
    let guarded = with("!(ActionMatches{'Microsoft.Authorization/*'}) OR (Exists @Request[a])");
    assert_eq!(guarded.allowed, Some(true));
    let open = with("!(ActionMatches{'*/write'}) OR (Exists @Request[a])");
    assert_eq!((open.allowed, open.conditional), (None, vec![WRITE.to_owned()]));
    assert_eq!(with("!(ActionMatches{'*/write'})").missing, [WRITE]);
    assert_eq!(with("cannot be read").allowed, None);
}

#[test]
fn a_denial_wins_where_and_for_whom_it_applies() {
    let everyone = json!([{ "id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined" }]);
    let me = json!([{ "id": ME.to_uppercase(), "type": "User" }]);
    let group = json!([{ "id": GROUP, "type": "Group" }]);
    let other = json!([{ "id": "33333333-0000-0000-0000-000000000000", "type": "ServicePrincipal" }]);
    let group_ids = [GROUP.to_owned()];
    let above = "/subscriptions/s";
    for (denial, groups, allowed) in [
        (denial(above, everyone.clone(), json!([]), true), None, Some(false)),
        (denial(above, everyone.clone(), me.clone(), true), None, Some(true)),
        (denial(above, everyone.clone(), group.clone(), true), None, None),
        (denial(above, everyone.clone(), group.clone(), true), Some(&group_ids[..]), Some(true)),
        (denial(above, me.clone(), json!(null), true), None, Some(false)),
        (denial(above, other, json!([]), true), None, Some(true)),
        (denial(above, group.clone(), json!([]), true), None, None),
        (denial(above, group.clone(), json!([]), true), Some(&group_ids[..]), Some(false)),
        (denial(above, group, json!([]), true), Some(&[]), Some(true)),
        (denial(above, me.clone(), json!([]), false), None, Some(true)),
        (denial(GALLERY, me.clone(), json!([]), false), None, Some(false)),
        (denial("/subscriptions/x", me, json!([]), true), None, Some(true)),
    ] {
        let mut facts = facts(vec![assigned("owner", "/")]);
        facts.identity = CallerIdentity::new(ME, groups);
        facts.denials = vec![denial];
        let report = check(&facts);
        assert_eq!(report.allowed, allowed, "{:?}", facts.denials);
        assert_eq!(report.denied_by.len(), usize::from(allowed == Some(false)));
        assert!(!report.missing.contains(&READ.to_owned()), "only writes are denied");
    }
}

#[test]
fn a_denial_of_data_does_not_touch_profiles() {
    let mut facts = facts(vec![assigned("owner", "/")]);
    facts.denials = vec![
        DenyAssignment::from_json(&json!({ "scope": "/", "permissions": [{ "dataActions": ["*"] }],
            "principals": [{ "id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined" }] }))
        .unwrap(),
    ];
    assert_eq!(check(&facts).allowed, Some(true));
}

#[test]
fn unread_lists_leave_a_doubt_but_never_a_yes() {
    let mut incomplete = facts(vec![assigned("reader", "/")]);
    incomplete.assignments_complete = false;
    let report = check(&incomplete);
    assert_eq!((report.allowed, report.complete), (None, false));
    assert_eq!((report.missing.len(), report.conditional), (0, vec![WRITE.to_owned()]));

    let mut incomplete = facts(vec![assigned("owner", "/")]);
    incomplete.denials_complete = false;
    assert_eq!(check(&incomplete).allowed, None);
    incomplete.assignments.clear();
    assert_eq!(check(&incomplete).allowed, Some(false), "nothing grants it, whatever denies it");
}

#[test]
fn a_denial_without_its_scope_is_an_error() {
    let error = DenyAssignment::from_json(&json!({ "properties": { "permissions": [] } })).unwrap_err();
    assert_eq!(error.path, "deny assignment.properties.scope");
}

#[test]
fn similar_names_are_suggested() {
    let names = [
        "Reader",
        "Contributor",
        "Compute Gallery Artifacts Publisher",
        "Compute Gallery Image Reader",
        "Virtual Machine Data Access Administrator (preview)",
    ];
    let near = |wanted| nearest_names(wanted, names, 3);
    assert_eq!(near("contribtor"), ["Contributor"]);
    assert_eq!(
        near("Virtual Machine Data Access Administrator"),
        ["Virtual Machine Data Access Administrator (preview)"]
    );
    assert_eq!(near("gallery publisher"), ["Compute Gallery Artifacts Publisher"]);
    assert_eq!(near("reader"), ["Reader", "Compute Gallery Image Reader"]);
    assert_eq!(near("Kubernetes"), [""; 0]);
    assert_eq!(near(""), [""; 0]);
}
