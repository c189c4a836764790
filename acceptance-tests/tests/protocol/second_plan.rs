//! What a plan passes to the second plan before its apply, in another process of the provider, if the host
//! keeps it; and which requests that saves.

use acceptance_tests::host::{Feature, Object, Program, ProviderBlock, Release};
use serde_json::{Value as Json, json};
use terraform_provider_gallery::plugin::Value;

use super::{PROFILE, Rig, VERSION, text, version};

/// The last Terraform whose second plan does not receive the first one's private data.
const FORGETS: Release = Release { program: Program::Terraform, minor: 15 };

impl Rig {
    /// Continues in another process of the provider, under a host that keeps private data of plans or one
    /// that does not.
    fn another_process(&mut self, keeps: bool) {
        let release = if keeps { Release::NEWEST } else { FORGETS };
        assert_eq!(release.has(Feature::PlannedPrivate), keeps);
        self.become_host(release, &ProviderBlock::default(), true);
    }

    /// Plans a version in a process that has read the profile, and applies the plan in another one. Returns
    /// the object and the requests of the apply.
    fn apply_elsewhere(
        &mut self,
        keeps: bool,
        profile: &Object,
        prior: Option<&Object>,
        arguments: &Json,
    ) -> (Object, Vec<String>) {
        self.another_process(keeps);
        let plan = self.on(async |host| {
            host.refresh(PROFILE, profile).await.unwrap().expect("it is there");
            let config = host.config(VERSION, arguments).unwrap();
            host.plan(VERSION, prior, &config).await.unwrap()
        });
        assert!(plan.state.get("location").is_some_and(Value::is_unknown), "{plan:?}");
        self.another_process(keeps);
        self.emulator.forget_requests().unwrap();
        let object = self.on(async |host| host.apply(VERSION, plan).await.unwrap());
        let requests = self.emulator.requests().unwrap();
        let azure = requests.iter().filter(|request| !request.is_login());
        let sent = azure.map(|request| {
            let what = if request.path.contains("/versions") { "version" } else { "profile" };
            format!("{} {what}", request.method)
        });
        (object, sent.collect())
    }
}

#[test]
fn a_single_version_takes_its_region_from_the_profile_in_the_plan() {
    let mut rig = Rig::new(&[]);
    let arguments = rig.profile("web");
    let profile = rig.make(PROFILE, &arguments);
    let new = version(&text(&profile.state, "id"));
    for (keeps, expected) in [
        (false, ["GET version", "GET profile", "PUT version"].as_slice()),
        (true, ["GET version", "PUT version"].as_slice()),
    ] {
        let (made, mut requests) = rig.apply_elsewhere(keeps, &profile, None, &new);
        assert_eq!(text(&made.state, "location").to_lowercase().replace(' ', ""), "westus");
        // The order of reading the region and the versions does not matter.
        requests.sort_by_key(|request| (request.starts_with("PUT"), request.contains("profile")));
        assert_eq!(requests, expected, "keeps: {keeps}");
        assert!(made.private.is_empty(), "private data of a plan is for that plan alone: {made:?}");
    }
}

#[test]
fn the_applying_process_prefers_its_own_read_of_the_profile() {
    let mut rig = Rig::new(&[]);
    let mut arguments = rig.profile("web");
    let profile = rig.make(PROFILE, &arguments);
    let new = version(&text(&profile.state, "id"));
    rig.another_process(true);
    let plan = rig.on(async |host| {
        host.refresh(PROFILE, &profile).await.unwrap().expect("it is there");
        let config = host.config(VERSION, &new).unwrap();
        host.plan(VERSION, None, &config).await.unwrap()
    });
    rig.another_process(true);
    rig.on(async |host| host.destroy(PROFILE, &profile).await.unwrap());
    arguments["location"] = json!("eastus");
    rig.make(PROFILE, &arguments);
    let made = rig.on(async |host| host.apply(VERSION, plan).await.unwrap());
    assert_eq!(text(&made.state, "location"), "eastus");
}

#[test]
fn a_replacement_follows_the_same_rules_and_takes_the_next_number() {
    let mut rig = Rig::new(&[]);
    let arguments = rig.profile("web");
    let profile = rig.make(PROFILE, &arguments);
    let id = text(&profile.state, "id");
    for keeps in [false, true] {
        rig.another_process(keeps);
        let old = rig.make(VERSION, &version(&id));
        assert_eq!(text(&old.state, "name"), "1.0.0");
        let mut changed = version(&id);
        changed["rules"]["privileges"]["p"]["path"] = json!("/metadata/identity");
        let (new, requests) = rig.apply_elsewhere(keeps, &profile, Some(&old), &changed);
        // Without the first plan's private data, the second one reads the profile for its findings.
        let look: &[&str] = if keeps { &[] } else { &["GET profile"] };
        let mut requests = requests;
        requests.sort_by_key(|request| !request.contains("profile"));
        assert_eq!(
            requests,
            [look, &["DELETE version", "GET version", "PUT version"]].concat(),
            "keeps: {keeps}"
        );
        assert_eq!(text(&new.state, "name"), "1.0.1");
        rig.on(async |host| host.destroy(VERSION, &new).await.unwrap());
    }
}
