//! Queries and data sources over several pages.

use serde_json::json;
use terraform_provider_gallery::plugin::Value;

use super::{PROFILE, Rig, VERSION, text, version};

#[test]
fn a_query_reads_only_the_pages_it_needs_and_agrees_with_an_import() {
    let mut rig = Rig::new(&["--page-size", "2"]);
    let profile = rig.some_profile();
    for number in 0..5 {
        let mut arguments = version(&profile);
        arguments["name"] = format!("1.0.{number}").into();
        arguments["exclude_from_latest"] = (number == 4).into();
        rig.make(VERSION, &arguments);
    }
    rig.emulator.forget_requests().unwrap();
    let config = json!({"profile_id": profile});
    let found = rig.on(async |host| host.list(VERSION, &config, 3).await).unwrap();
    assert_eq!(found.len(), 3);
    let lists = rig.emulator.requests().unwrap();
    let lists = lists.iter().filter(|request| request.path.ends_with("/versions")).count();
    assert_eq!(lists, 2, "a request for each page that is needed");
    for (_, identity, state) in found {
        let imported = rig.on(async |host| host.import_identity(VERSION, &identity).await).unwrap();
        assert_eq!(imported.state, state);
    }
    let all = rig.on(async |host| host.list(VERSION, &config, 100).await).unwrap();
    assert_eq!(all.len(), 5);
    let latest = json!({"profile_id": profile, "exclude_from_latest": true});
    let found = rig.on(async |host| host.list(VERSION, &latest, 100).await).unwrap();
    assert_eq!(
        found.iter().map(|(_, identity, _)| text(identity, "version_name")).collect::<Vec<_>>(),
        ["1.0.4"]
    );

    let data = rig.on(async |host| host.data(VERSION, &config).await).unwrap();
    assert_eq!(text(&data, "name"), "1.0.3");
    let listed =
        rig.on(async |host| host.data("gallery_invm_access_profile_versions", &config).await).unwrap();
    assert_eq!(listed.get("versions").and_then(Value::elements).map(<[Value]>::len), Some(5));
}

#[test]
fn profiles_are_listed_by_their_gallery() {
    let mut rig = Rig::new(&["--page-size", "1", "--shout"]);
    for name in ["web", "app", "Other"] {
        rig.make(PROFILE, &rig.profile(name));
    }
    let config = json!({"gallery_id": rig.gallery()});
    let found = rig.on(async |host| host.list(PROFILE, &config, 100).await).unwrap();
    assert_eq!(found.len(), 3);
    let listed = rig.on(async |host| host.data("gallery_invm_access_profiles", &config).await).unwrap();
    let names = listed.get("profiles").and_then(Value::elements).unwrap().iter();
    let names: Vec<_> = names.map(|one| text(one, "name").to_lowercase()).collect();
    assert_eq!(names, ["app", "other", "web"]);
    let missing = json!({"gallery_id": format!("{}x", rig.gallery())});
    assert!(rig.on(async |host| host.list(PROFILE, &missing, 100).await).is_err());
}
