//! Data of earlier builds is read as it was meant.

use std::path::PathBuf;

use acceptance_tests::host::CallError;
use serde_json::json;

use super::{PROFILE, Rig, VERSION, text, version};

/// The corpus next to the schemas: `TYPE.VERSION.WHAT.json`.
fn corpus(folder: &str) -> Vec<(String, i64, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../src/provider/compatibility").join(folder);
    let files = std::fs::read_dir(root).unwrap().map(|file| file.unwrap().path());
    let read = files.map(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut parts = name.split('.');
        let resource = parts.next().unwrap().to_owned();
        (resource, parts.next().unwrap().parse().unwrap(), std::fs::read_to_string(&path).unwrap())
    });
    read.collect()
}

/// The text members of an object, of which there must be some.
fn texts(object: &serde_json::Value) -> Vec<(&str, &str)> {
    let members = object.as_object().unwrap().iter();
    // Members that the current schema does not have are dropped.
    let known = members.filter(|(name, _)| !["removed_since", "from_a_later_build"].contains(&name.as_str()));
    let texts: Vec<_> = known.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
    assert!(texts.len() >= 2, "{object}");
    texts
}

#[test]
fn all_stored_data_is_read_by_the_current_provider() {
    let mut rig = Rig::new(&[]);
    for (resource, number, stored) in corpus("states") {
        let json: serde_json::Value = serde_json::from_str(&stored).unwrap();
        let state = rig.on(async |host| host.upgrade(&resource, number, &stored).await).unwrap();
        for (name, value) in texts(&json) {
            assert_eq!(text(&state, name), value, "{resource}: {name}");
        }
    }
    for (resource, number, stored) in corpus("identities") {
        let json: serde_json::Value = serde_json::from_str(&stored).unwrap();
        let identity =
            rig.on(async |host| host.upgrade_identity(&resource, number, &stored).await).unwrap().unwrap();
        for (name, value) in texts(&json) {
            assert_eq!(text(&identity, name), value, "{resource}: {name}");
        }
    }
}

#[test]
fn a_state_of_terraform_0_11_is_refused_with_a_way_out() {
    let mut rig = Rig::new(&[]);
    for resource in [PROFILE, VERSION] {
        let flat = [("id", "/subscriptions/x"), ("tags.%", "0")];
        let refused = rig.on(async |host| host.upgrade_flat(resource, 0, &flat).await);
        let Err(CallError::Refused(diagnostics)) = refused else { panic!("{refused:?}") };
        assert_eq!(diagnostics[0].summary, "State is too old");
        assert!(diagnostics[0].detail.contains("import it again"), "{}", diagnostics[0].detail);
    }
}

#[test]
fn a_state_with_more_or_less_than_the_schema_is_read() {
    let mut rig = Rig::new(&[]);
    let profile = rig.make(PROFILE, &rig.profile("web"));
    let object = rig.make(VERSION, &version(&text(&profile.state, "id")));
    let id = text(&object.state, "id");
    let stored = json!({"id": id, "from_a_newer_build": {"x": [1]}}).to_string();
    rig.on(async |host| {
        let read = host.upgrade(VERSION, 0, &stored).await.unwrap();
        assert_eq!(text(&read, "id"), id);
        assert!(host.upgrade(VERSION, 99, &stored).await.is_err(), "of a version nobody knows");
        assert!(host.upgrade(VERSION, 0, "{\"id\": {}}").await.is_err());
    });
}

#[test]
fn private_state_has_only_what_is_needed() {
    let mut rig = Rig::new(&["--shout"]);
    let profile = rig.make(PROFILE, &rig.profile("web"));
    let mut arguments = version(&text(&profile.state, "id"));
    let first = rig.make(VERSION, &arguments);
    arguments["rules"]["privileges"]["p"]["path"] = "/other".into();
    let second = rig.change(VERSION, Some(&first), &arguments);
    for object in [&profile, &first, &second] {
        assert!(object.private.is_empty(), "{:?}", object.private);
    }
}
