//! The least role for each feature.

use crate::rbac::{Feature, LeastPrivilegeError, LeastPrivilegeRole, Permissions};

const SCOPE: &str = "/subscriptions/s/resourceGroups/g";

fn actions(features: &[Feature]) -> Vec<String> {
    LeastPrivilegeRole::new(features, "x", SCOPE).unwrap().permissions.remove(0).actions
}

#[test]
fn profiles_and_versions_are_six_operations_and_the_progress_of_writes() {
    let base = "Microsoft.Compute/galleries/inVMAccessControlProfiles";
    let expected: Vec<String> =
        ["/delete", "/read", "/versions/delete", "/versions/read", "/versions/write", "/write"]
            .map(|end| format!("{base}{end}"))
            .into_iter()
            .chain(["Microsoft.Compute/locations/capsOperations/read".to_owned()])
            .collect();
    assert_eq!(actions(&[Feature::Versions, Feature::Profiles, Feature::Versions]), expected);
}

#[test]
fn no_feature_has_wildcards() {
    for action in actions(&Feature::ALL) {
        assert!(!action.contains('*'), "{action}");
        assert!(
            !["Microsoft.Compute/galleries/write", "Microsoft.Compute/galleries/share/action"]
                .contains(&&*action)
        );
        assert!(!action.ends_with("/delete"), "no_delete is among them");
    }
    assert_eq!(actions(&[Feature::Read]).len(), 2);
    assert_eq!(actions(&[Feature::Rbac]).len(), 5);
    assert!(
        actions(&[Feature::Attach]).contains(&"Microsoft.Compute/virtualMachineScaleSets/write".to_owned())
    );
}

#[test]
fn the_feature_no_delete_removes_deletions() {
    let with = actions(&[Feature::Profiles]);
    let without = actions(&[Feature::Profiles, Feature::NoDelete]);
    assert_eq!(with.len(), without.len() + 1);
}

#[test]
fn the_role_has_the_shape_of_the_resource_and_reads_back() {
    let role =
        LeastPrivilegeRole::new(&[Feature::Read, Feature::NoDelete], "Reader of lists", SCOPE).unwrap();
    let json = serde_json::to_value(&role).unwrap();
    assert_eq!(json["name"], "Reader of lists");
    assert_eq!(json["scope"], SCOPE);
    assert_eq!(json["assignable_scopes"], serde_json::json!([SCOPE]));
    assert_eq!(json["permissions"][0]["not_data_actions"], serde_json::json!([]));
    assert_eq!(role.description, "Read in-VM access control profiles and versions; never delete.");
    assert_eq!(Permissions::from_json(&json).unwrap().blocks()[0].actions.len(), 2);
}

#[test]
fn invalid_arguments_for_a_role_are_errors() {
    let new = LeastPrivilegeRole::new;
    assert_eq!(new(&[], "x", SCOPE), Err(LeastPrivilegeError::Nothing));
    assert_eq!(new(&[Feature::NoDelete], "x", SCOPE), Err(LeastPrivilegeError::Nothing));
    assert_eq!(new(&[Feature::Read], " ", SCOPE), Err(LeastPrivilegeError::NoName));
    for scope in ["", "/", "subscriptions/s", "/subscriptions/", "/providers/Microsoft.Compute/x"] {
        assert_eq!(new(&[Feature::Read], "x", scope), Err(LeastPrivilegeError::Scope(scope.to_owned())));
    }
    assert!(new(&[Feature::Read], "x", "/providers/Microsoft.Management/managementGroups/m").is_ok());
    let unknown = "write".parse::<Feature>().unwrap_err().to_string();
    assert!(unknown.contains("`write`") && unknown.contains("`no_delete`"), "{unknown}");
}
