//! The rules for all measurements: 40 of them, as in COMPARE.md. A request with them has 4.3 KB, like the one
//! for the other tools.

use serde_json::{Map, Value, json};

/// Twenty privileges with two query parameters each, five roles, ten identities, five role assignments.
pub(crate) fn rules() -> Value {
    let named =
        |count: usize, entry: &dyn Fn(usize) -> (String, Value)| (0..count).map(entry).collect::<Map<_, _>>();
    let privilege = |n: usize| {
        let query =
            json!({"api-version": "2021-02-01", "resource": format!("https://service-{n}.example.net")});
        (
            format!("p-{n:02}"),
            json!({"path": format!("/metadata/part-{n}/instance"), "query_parameters": query}),
        )
    };
    let role = |n: usize| {
        let privileges: Vec<_> = (0..4).map(|own| format!("p-{:02}", n * 4 + own)).collect();
        (format!("role-{n}"), json!({"privileges": privileges}))
    };
    let identity = |n: usize| {
        (
            format!("i-{n:02}"),
            json!({"user_name": format!("user-{n}"), "exe_path": format!("/opt/app-{n}/bin/server")}),
        )
    };
    let assignment = |n: usize| {
        let identities = [format!("i-{:02}", n * 2), format!("i-{:02}", n * 2 + 1)];
        (format!("role-{n}"), json!({"identities": identities}))
    };
    json!({
        "privileges": named(20, &privilege), "roles": named(5, &role), "identities": named(10, &identity),
        "role_assignments": named(5, &assignment)
    })
}

/// The arguments of a version with these rules.
pub(crate) fn version(gallery: &str) -> Value {
    json!({
        "profile_id": format!("{gallery}/inVMAccessControlProfiles/p0"), "name": "1.0.0", "location": "westus",
        "mode": "Enforce", "default_access": "Deny", "target_regions": ["westus"], "rules": rules()
    })
}

/// A profile as Azure stores it.
pub(crate) fn profile() -> Value {
    json!({"location": "westus", "properties": {"osType": "Linux", "applicableHostEndpoint": "IMDS"}})
}

/// The gallery of an emulator.
pub(crate) fn gallery(subscription: &str) -> String {
    format!("/subscriptions/{subscription}/resourceGroups/rg/providers/Microsoft.Compute/galleries/g")
}

/// How many versions a profile has.
pub(crate) const EACH: usize = 10;
