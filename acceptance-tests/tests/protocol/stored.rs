//! What earlier builds have stored is read as it was meant.

use serde_json::json;

use super::{PROFILE, Rig, VERSION, text, version};

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
