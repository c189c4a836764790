//! What earlier builds have stored still works: the committed schemas, states and identities.
//!
//! `GALLERY_UPDATE_SNAPSHOT=1 cargo test --lib compatibility` writes a new snapshot, unless that would break
//! existing users.

use serde_json::{Map, Value as Json, json};

use super::snapshot;
use crate::plugin::value::json as state_json;
use crate::plugin::{Provider as _, Resource};
use crate::provider::Gallery;

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/provider/compatibility/schemas.json");
const IDENTITIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/provider/compatibility/identities");
const STATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/provider/compatibility/states");

fn schemas() -> Json {
    let gallery = Gallery::new();
    let resources = gallery.resources();
    let identities = resources
        .iter()
        .filter_map(|one| Some((one.type_name().to_owned(), snapshot::of_identity(&one.identity_schema()?))));
    let functions = gallery.functions().into_iter().map(|one| {
        let signature = one.signature();
        let parameter = |kind: &crate::plugin::Type| Json::from(kind.to_json());
        let parameters: Vec<_> = signature.parameters.iter().map(|one| parameter(&one.kind)).collect();
        let variadic = signature.variadic.as_ref().map(|one| parameter(&one.kind));
        let kind =
            json!({ "parameters": parameters, "variadic": variadic, "result": signature.result.to_json() });
        (one.name().to_owned(), json!({ "type": kind }))
    });
    json!({
        "provider": {
            "block": snapshot::of_schema(&gallery.schema()),
            "provider_meta": gallery.meta_schema().as_ref().map(snapshot::of_schema),
        },
        "resources": resources.iter().map(|one| (one.type_name().to_owned(), snapshot::of_schema(&one.schema()))).collect::<Map<_, _>>(),
        "data_sources": gallery.data_sources().iter().map(|one| (one.type_name().to_owned(), snapshot::of_schema(&one.schema()))).collect::<Map<_, _>>(),
        "list_resources": gallery.list_resources().iter().map(|one| (one.type_name().to_owned(), snapshot::of_schema(&one.schema()))).collect::<Map<_, _>>(),
        "identities": identities.collect::<Map<_, _>>(),
        "functions": functions.collect::<Map<_, _>>(),
    })
}

#[test]
fn no_schema_change_is_incompatible() {
    let now = schemas();
    let committed = std::fs::read_to_string(SNAPSHOT).unwrap_or_else(|_| "{}".to_owned());
    let committed: Json = serde_json::from_str(&committed).unwrap();
    let breaking = snapshot::breaking(&committed, &now);
    assert!(
        breaking.is_empty(),
        "these changes break configurations or states that worked:\n{}\nIf that is meant (before a first release, or \
         in a new major version), remove the place from {SNAPSHOT} and write the snapshot anew.",
        breaking.join("\n")
    );
    if std::env::var_os("GALLERY_UPDATE_SNAPSHOT").is_some() {
        std::fs::write(SNAPSHOT, format!("{}\n", serde_json::to_string_pretty(&now).unwrap())).unwrap();
    } else {
        assert!(
            committed == now,
            "the schemas have changed: run the tests with GALLERY_UPDATE_SNAPSHOT=1 and commit"
        );
    }
}

/// Every stored state of the corpus, `TYPE.VERSION.WHAT.json`.
#[tokio::test]
async fn every_released_state_is_read() {
    let resources = Gallery::new().resources();
    let find = |name: &str| -> &dyn Resource {
        resources.iter().find(|one| one.type_name() == name).unwrap_or_else(|| panic!("{name}")).as_ref()
    };
    let mut read = 0;
    for file in std::fs::read_dir(STATES).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let mut parts = name.split('.');
        let resource = find(parts.next().unwrap());
        let version: i64 = parts.next().unwrap().parse().unwrap();
        let stored = std::fs::read(&path).unwrap();
        let schema = resource.schema();
        let state = if version == schema.version {
            state_json::decode_stored(&stored, &schema.implied_type()).unwrap()
        } else {
            resource.upgrade_state(version, serde_json::from_slice(&stored).unwrap()).await.unwrap()
        };
        let stored: Json = serde_json::from_slice(&stored).unwrap();
        assert_eq!(state.get("id").and_then(|id| id.as_str()), stored["id"].as_str(), "{name}");
        let is_set = |name: &str| state.get(name).is_some_and(|value| !value.is_null());
        assert!(is_set("name") || is_set("machine_id"), "{name}");
        if let Some(rules) = stored["rules"].as_object() {
            let privileges = state.get("rules").and_then(|rules| rules.get("privileges")).unwrap();
            for (key, privilege) in rules["privileges"].as_object().into_iter().flatten() {
                let found =
                    privileges.get(key).and_then(|one| one.get("path")).and_then(|path| path.as_str());
                assert_eq!(found, privilege["path"].as_str(), "{name}");
            }
        }
        read += 1;
    }
    assert!(read >= 8, "the corpus is there: {read}");
}

/// Every stored identity of the corpus, `TYPE.VERSION.WHAT.json`, is read as written and names the object.
#[tokio::test]
async fn every_released_identity_is_read() {
    let resources = Gallery::new().resources();
    let mut read = 0;
    for file in std::fs::read_dir(IDENTITIES).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let mut parts = name.split('.');
        let kind = parts.next().unwrap();
        let resource = resources.iter().find(|one| one.type_name() == kind).unwrap();
        let version: i64 = parts.next().unwrap().parse().unwrap();
        let stored = std::fs::read(&path).unwrap();
        let schema = resource.identity_schema().unwrap();
        let identity = if version == schema.version {
            state_json::decode_stored(&stored, &schema.implied_type()).unwrap()
        } else {
            resource.upgrade_identity(version, serde_json::from_slice(&stored).unwrap()).await.unwrap()
        };
        let stored: Json = serde_json::from_slice(&stored).unwrap();
        for attribute in &schema.attributes {
            let found = identity.get(attribute.name).and_then(|part| part.as_str());
            assert_eq!(found, stored[attribute.name].as_str(), "{name}");
        }
        read += 1;
    }
    assert!(read >= 6, "the corpus is there: {read}");
}
