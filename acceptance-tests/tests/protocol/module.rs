//! What a module tells the provider.

use serde_json::json;

use super::{PROFILE, Rig, text};

#[test]
fn the_name_of_a_module_is_in_the_requests_made_for_it_and_in_no_others() {
    let mut rig = Rig::new(&[]);
    rig.make(PROFILE, &rig.profile("plain"));
    let agents = |rig: &Rig| -> Vec<String> {
        let requests = rig.emulator.requests().unwrap();
        rig.emulator.forget_requests().unwrap();
        requests.into_iter().filter(|request| !request.is_login()).map(|request| request.user_agent).collect()
    };
    let plain = agents(&rig);
    assert!(!plain.is_empty() && plain.iter().all(|agent| agent == &plain[0]), "{plain:?}");

    rig.host.in_module(&json!({"module_name": "contoso allowlist/1.2.0"})).unwrap();
    let profile = rig.make(PROFILE, &rig.profile("web"));
    let id = text(&profile.state, "id");
    rig.on(async |host| host.data(PROFILE, &json!({"id": id})).await).unwrap();
    rig.on(async |host| host.destroy(PROFILE, &profile).await).unwrap();
    let said = agents(&rig);
    assert!(said.len() >= 4, "create, refresh, data, destroy: {said:?}");
    let expected = format!("{} contosoallowlist/1.2.0", plain[0]);
    assert!(said.iter().all(|agent| *agent == expected), "{said:?}");

    rig.host.in_module(&json!({})).unwrap();
    rig.make(PROFILE, &rig.profile("last"));
    assert!(agents(&rig).iter().all(|agent| *agent == plain[0]));
    assert!(rig.host.in_module(&json!({"module_name": ["x"]})).is_err());
}
