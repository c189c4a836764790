//! Imports by every kind of id, and the configurations generated for them.

use terraform_provider_gallery::plugin::Value;

use super::{PROFILE, Rig, VERSION, text, version};

#[test]
fn an_import_by_any_name_finds_the_same_and_its_configuration_plans_empty() {
    let mut rig = Rig::new(&["--shout"]);
    let profile = rig.make(PROFILE, &rig.profile("web"));
    let version = rig.make(VERSION, &version(&text(&profile.state, "id")));
    for (resource, object) in [(PROFILE, profile), (VERSION, version)] {
        let id = text(&object.state, "id");
        let identity = object.identity.clone().unwrap();
        rig.on(async |host| {
            let by_id = host.import(resource, &id).await.unwrap();
            let by_identity = host.import_identity(resource, &identity).await.unwrap();
            assert_eq!(by_id, by_identity);
            let shouted = host.import(resource, &id.to_lowercase()).await.unwrap();
            for imported in [by_id, shouted] {
                let config = host.generate(resource, &imported.state).await.unwrap();
                for name in ["id", "tags", "timeouts", "grants", "published_date", "exclude_from_latest"] {
                    assert!(config.get(name).is_none_or(Value::is_null), "{name} is noise: {config:?}");
                }
                let plan = host.plan(resource, Some(&imported), &config).await.unwrap();
                assert!(plan.is_empty, "{plan:#?}");
            }
        });
    }
}
