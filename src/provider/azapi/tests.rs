//! States as versions of azapi have stored them, and how they are taken over.

use serde_json::json;

use crate::plugin::provider::ClientCapabilities;
use crate::plugin::resource::{Move, PlanUpdate, Stored};
use crate::plugin::{Failure, Resource, Value};
use crate::provider::azure_double::{GALLERY, PROFILE, context};
use crate::provider::connection::Connection;
use crate::provider::invm_access_profile::InVmAccessProfile;
use crate::provider::invm_access_profile_version::InVmAccessProfileVersion;
use crate::provider::writing::ManagedResource;

const PROFILE_TYPE: &str = "Microsoft.Compute/galleries/inVMAccessControlProfiles";
const REGISTRY: &str = "registry.terraform.io/azure/azapi";

fn version_body() -> serde_json::Value {
    json!({"properties": {
        "mode": "Enforce", "defaultAccess": "Deny",
        "targetLocations": [{"name": "West Europe"}],
        "rules": {
            "privileges": [{"name": "p", "path": "/a", "queryParameters": {"k": "v"}}],
            "roles": [{"name": "r", "privileges": ["p"]}],
            "identities": [{"name": "i", "userName": "web"}],
            "roleAssignments": [{"role": "r", "identities": ["i"]}]
        }
    }})
}

fn moved(provider: &str, source_type: &str, source_state: serde_json::Value) -> Move {
    Move {
        source_provider: provider.to_owned(),
        source_type: source_type.to_owned(),
        source_version: 2,
        source_state,
        source_private: Vec::new(),
    }
}

async fn version(state: serde_json::Value) -> Result<Stored, Failure> {
    let resource = ManagedResource::<InVmAccessProfileVersion>::new(Connection::default());
    assert!(resource.moves());
    resource.move_state(&context(), moved(REGISTRY, "azapi_resource", state)).await
}

fn version_state(body: serde_json::Value) -> serde_json::Value {
    json!({
        "id": format!("{PROFILE}/versions/1.0.0"), "name": "1.0.0", "parent_id": PROFILE,
        "type": format!("{PROFILE_TYPE}/versions@2024-03-03"), "location": "westeurope", "tags": null,
        "body": body, "locks": null, "ignore_casing": false, "timeouts": null, "output": "{}"
    })
}

/// The configuration that means the same as [`version_body`].
fn version_config(tags: Value) -> Value {
    let map = |name: &str, value: Value| Value::Map([(name.to_owned(), value)].into());
    let set = |name: &str| Value::Set(vec![name.into()]);
    let privilege = Value::object([("path", "/a".into()), ("query_parameters", map("k", "v".into()))]);
    let identity = Value::object([
        ("user_name", Value::from("web")),
        ("group_name", Value::Null),
        ("exe_path", Value::Null),
        ("process_name", Value::Null),
    ]);
    let rules = Value::object([
        ("privileges", map("p", privilege)),
        ("roles", map("r", Value::object([("privileges", set("p"))]))),
        ("identities", map("i", identity)),
        ("role_assignments", map("r", Value::object([("identities", set("i"))]))),
    ]);
    Value::object([
        ("id", Value::Null),
        ("profile_id", PROFILE.into()),
        ("name", "1.0.0".into()),
        ("location", "West Europe".into()),
        ("mode", "Enforce".into()),
        ("default_access", "Deny".into()),
        ("exclude_from_latest", Value::Null),
        ("target_regions", Value::Set(vec!["westeurope".into()])),
        ("lint", Value::Null),
        ("skip_destroy", Value::Null),
        ("tags", tags),
        ("grants", Value::Null),
        ("published_date", Value::Null),
        ("rules", rules),
        ("timeouts", Value::Null),
    ])
}

async fn plans_empty(what: &str, moved: Stored, config: Value) {
    let resource = ManagedResource::<InVmAccessProfileVersion>::new(Connection::default());
    let request = PlanUpdate {
        prior: moved.state.clone(),
        proposed: config.clone(),
        config,
        private: moved.private,
        earlier: Vec::new(),
        identity: moved.identity.clone(),
        capabilities: ClientCapabilities::default(),
    };
    let planned = resource.plan_update(&context(), request).await.unwrap();
    assert_eq!(planned.replace, [], "{what}");
    assert_eq!(planned.state, moved.state, "{what}");
    assert_eq!(planned.identity, moved.identity, "{what}");
}

#[tokio::test]
async fn every_spelling_of_a_body_plans_empty_even_without_a_refresh() {
    let object = version_body();
    let text = object.to_string();
    for body in [
        json!(text),
        object.clone(),
        json!({"type": ["object", {"properties": "dynamic"}], "value": object}),
        json!({"type": "string", "value": text}),
    ] {
        let moved = version(version_state(body.clone())).await.unwrap();
        assert_eq!(moved.state.get("id"), Some(&format!("{PROFILE}/versions/1.0.0").into()), "{body}");
        assert_eq!(
            moved.identity.as_ref().and_then(|identity| identity.get("version_name")),
            Some(&"1.0.0".into())
        );
        plans_empty(&body.to_string(), moved, version_config(Value::Null)).await;
    }
}

/// The states in `states/`, each with the schema version it was stored under. Each must give an empty plan
/// even before a refresh, except the one whose body is marked as incomplete.
#[tokio::test]
async fn every_stored_state_is_taken_over() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/provider/azapi/states");
    let mut versions = std::collections::BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let stored: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let state = stored["state"].clone();
        let mut request = moved(REGISTRY, "azapi_resource", state.clone());
        request.source_version = stored["schema_version"].as_i64().unwrap();
        versions.insert(request.source_version);
        if name.starts_with("profile") {
            let resource = ManagedResource::<InVmAccessProfile>::new(Connection::default());
            let moved = resource.move_state(&context(), request).await.unwrap();
            assert_eq!(moved.state.get("applicable_host_endpoint"), Some(&"IMDS".into()), "{name}");
            assert_eq!(moved.identity.unwrap().get("profile_name"), Some(&"web".into()), "{name}");
            continue;
        }
        let resource = ManagedResource::<InVmAccessProfileVersion>::new(Connection::default());
        let moved = resource.move_state(&context(), request).await.unwrap_or_else(|_| panic!("{name}"));
        if !state["sensitive_body_version"].is_null() {
            assert_eq!(moved.state.get("mode"), Some(&"Enforce".into()), "{name}");
            continue;
        }
        let mut config = version_config(Value::Null);
        if let (Some(create), Value::Object(config)) = (state["timeouts"]["create"].as_str(), &mut config) {
            let limits = [
                ("create", create.into()),
                ("read", Value::Null),
                ("update", Value::Null),
                ("delete", Value::Null),
            ];
            config.insert("timeouts".to_owned(), Value::object(limits));
        }
        plans_empty(&name, moved, config).await;
    }
    assert_eq!(versions.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
}

#[tokio::test]
async fn location_and_tags_may_be_in_the_body_or_next_to_it() {
    let tags = || Value::Map([("team".to_owned(), Value::from("a"))].into());
    let mut inside = version_state(version_body());
    inside["location"] = serde_json::Value::Null;
    inside["body"]["location"] = "westeurope".into();
    inside["body"]["tags"] = json!({"team": "a"});
    plans_empty("inside", version(inside).await.unwrap(), version_config(tags())).await;
    let mut beside = version_state(version_body());
    beside["tags"] = json!({"team": "a"});
    beside["type"] = format!("{}/VERSIONS@2026-03-03", PROFILE_TYPE.to_uppercase()).into();
    plans_empty("beside", version(beside).await.unwrap(), version_config(tags())).await;
}

#[tokio::test]
async fn values_from_azure_are_known_and_timeouts_stay() {
    let mut state = version_state(version_body());
    state["output"] = json!({"type": "dynamic", "value": {"properties": {
        "publishedDate": "2026-01-02T00:00:00Z", "excludeFromLatest": false, "mode": "Audit"
    }}});
    state["timeouts"] = json!({"create": "2h", "read": null, "update": null, "delete": null});
    let moved = version(state).await.unwrap().state;
    assert_eq!(moved.get("published_date"), Some(&"2026-01-02T00:00:00Z".into()));
    assert_eq!(moved.get("mode"), Some(&"Enforce".into()), "the request counts");
    assert_eq!(moved.get("timeouts").and_then(|block| block.get("create")), Some(&"2h".into()));
}

#[tokio::test]
async fn an_unreadable_body_leaves_the_id_for_the_refresh() {
    for body in [json!("not json"), json!(null), json!({"properties": {"rules": 5}}), json!([1])] {
        let moved = version(version_state(body)).await.unwrap();
        assert_eq!(moved.state.get("profile_id"), Some(&PROFILE.into()));
        let kind =
            ManagedResource::<InVmAccessProfileVersion>::new(Connection::default()).schema().implied_type();
        crate::plugin::value::msgpack::encode(&moved.state, &kind).expect("conforms to the schema");
    }
}

#[tokio::test]
async fn a_profile_moves_from_either_registry() {
    let resource = ManagedResource::<InVmAccessProfile>::new(Connection::default());
    let state = json!({
        "id": PROFILE, "name": "web", "parent_id": GALLERY, "type": format!("{PROFILE_TYPE}@2025-03-03"),
        "location": "westeurope", "tags": {},
        "body": {"value": {"properties": {"osType": "Linux", "applicableHostEndpoint": "IMDS"}}, "type": "dynamic"}
    });
    for provider in [REGISTRY, "registry.opentofu.org/azure/azapi", "registry.opentofu.org/Azure/azapi"] {
        let request = moved(provider, "azapi_resource", state.clone());
        let moved = resource.move_state(&context(), request).await.unwrap().state;
        assert_eq!(moved.get("gallery_id"), Some(&GALLERY.into()));
        assert_eq!(moved.get("os_type"), Some(&"Linux".into()));
        assert_eq!(moved.get("description"), Some(&Value::Null));
    }
}

#[tokio::test]
async fn the_id_determines_the_kind_and_not_the_type() {
    let mut state = version_state(version_body());
    state["type"] = json!(format!("{PROFILE_TYPE}@2024-03-03"));
    let moved = version(state).await.unwrap();
    assert_eq!(moved.state.get("profile_id"), Some(&PROFILE.into()));
}

#[tokio::test]
async fn a_resource_that_cannot_be_moved_is_named() {
    let resource = ManagedResource::<InVmAccessProfile>::new(Connection::default());
    let state = version_state(version_body());
    for (provider, source_type, says) in [
        (REGISTRY, "azapi_resource", "is a Microsoft.Compute/galleries/inVMAccessControlProfiles/versions"),
        (REGISTRY, "azapi_update_resource", "not a `azapi_update_resource`"),
        ("registry.terraform.io/evil/azapi", "azapi_resource", "registry.terraform.io/evil/azapi"),
    ] {
        let failure =
            resource.move_state(&context(), moved(provider, source_type, state.clone())).await.unwrap_err();
        let diagnostics = failure.into_diagnostics();
        let diagnostic = diagnostics.iter().next().unwrap();
        assert!(diagnostic.detail.contains(says), "{}", diagnostic.detail);
        assert!(diagnostic.summary.len() < 60);
    }
    let mut untyped = version_state(version_body());
    untyped["type"] = serde_json::Value::Null;
    let failure =
        resource.move_state(&context(), moved(REGISTRY, "azapi_resource", untyped)).await.unwrap_err();
    assert!(failure.into_diagnostics().iter().next().unwrap().detail.contains("/versions/1.0.0"));
}
