//! The whole life of a profile and a version, over every kind of socket on this system.

use acceptance_tests::host::{Host, Network, ProviderBlock, Release};
use serde_json::json;

use super::{PROFILE, Rig, VERSION, launch, text, version};

#[test]
fn a_life_from_create_to_destroy() {
    for network in Network::ALL {
        let mut rig = Rig::new(&[]);
        let launch = launch(&rig.emulator, true).network(*network);
        let block = ProviderBlock::default();
        let start = Host::start_as(Release::NEWEST, launch, &block);
        rig.host = rig.runtime.block_on(start).unwrap().unwrap();
        let before = rig.emulator.objects().unwrap().len();

        // Each is followed by a refresh that changes nothing and an empty plan.
        let profile = rig.make(PROFILE, &rig.profile("life"));
        let mut arguments = version(&text(&profile.state, "id"));
        let first = rig.make(VERSION, &arguments);
        assert_eq!(text(&first.state, "name"), "1.0.0", "{network:?}");
        arguments["rules"]["identities"]["i"]["user_name"] = json!("backup");
        let second = rig.change(VERSION, Some(&first), &arguments);
        assert_eq!(text(&second.state, "name"), "1.0.1", "{network:?}");

        rig.on(async |host| host.destroy(VERSION, &second).await).unwrap();
        rig.on(async |host| host.destroy(PROFILE, &profile).await).unwrap();
        assert_eq!(rig.emulator.objects().unwrap().len(), before, "{network:?}");
        let Rig { host, runtime, .. } = rig;
        runtime.block_on(host.end()).unwrap();
    }
}
