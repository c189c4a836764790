//! Refreshes of many objects: the number of requests, and that the result is the same.

use acceptance_tests::binaries::binaries;
use acceptance_tests::emulator::Emulator;
use acceptance_tests::host::{Crowd, Launch, Member};
use serde_json::{Value as Json, json};
use terraform_provider_gallery::plugin::Value;
use tokio::runtime::Runtime;

use super::{PROFILE, VERSION};

/// An emulator and the objects of a large state.
struct Large {
    emulator: Emulator,
    runtime: Runtime,
    variables: Vec<(&'static str, String)>,
    profiles: Vec<Member>,
    versions: Vec<Member>,
}

impl Large {
    /// This many profiles, each with this many versions.
    fn new(profiles: usize, each: usize, arguments: &[&str]) -> Self {
        let binaries = binaries().unwrap_or_else(|error| panic!("{error}"));
        let usual = ["--strict", "--operations", "none", "--seed", "rg/g@westus"];
        let emulator = Emulator::start(&binaries.emulator, &[&usual, arguments].concat()).unwrap();
        let runtime = Runtime::new().unwrap();
        let variables = emulator.environment();
        let mut large = Self { emulator, runtime, variables, profiles: Vec::new(), versions: Vec::new() };
        let gallery = large.gallery();
        let crowd = large.crowd(PROFILE);
        let base = crowd
            .config(&json!({
                "gallery_id": gallery, "name": "p", "location": "westus", "os_type": "Linux",
                "applicable_host_endpoint": "IMDS"
            }))
            .unwrap();
        let config = |index: usize| with(&base, "name", &format!("p{index}"));
        large.profiles = large.runtime.block_on(crowd.create(profiles, config)).unwrap();
        let crowd = large.crowd(VERSION);
        let base = crowd.config(&version(&gallery)).unwrap();
        let config = |index: usize| {
            let profile = format!("{gallery}/inVMAccessControlProfiles/p{}", index / each);
            with(&with(&base, "profile_id", &profile), "name", &format!("1.0.{}", index % each))
        };
        large.versions = large.runtime.block_on(crowd.create(profiles * each, config)).unwrap();
        large.emulator.forget_requests().unwrap();
        large
    }

    fn gallery(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/rg/providers/Microsoft.Compute/galleries/g",
            self.emulator.ready("subscription_id")
        )
    }

    /// Starts a provider, as every command does.
    fn crowd(&self, resource: &'static str) -> Crowd {
        let mut launch = Launch::new(&binaries().unwrap().provider).unwrap();
        for (name, value) in &self.variables {
            launch = launch.variable(name, value);
        }
        self.runtime.block_on(Crowd::start(launch, resource, 10)).unwrap().unwrap()
    }

    /// Refreshes all in a pseudo-random order. Returns the results and the number of requests.
    fn refresh(&self) -> (Vec<Option<Member>>, usize) {
        let mut versions: Vec<_> = (0..self.versions.len()).collect();
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        for at in (1..versions.len()).rev() {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            versions.swap(at, usize::try_from(state % (at as u64 + 1)).unwrap());
        }
        let shuffled: Vec<_> = versions.iter().map(|index| self.versions[*index].clone()).collect();
        self.emulator.forget_requests().unwrap();
        let mut all = self.runtime.block_on(self.crowd(PROFILE).refresh(&self.profiles)).unwrap();
        let read = self.runtime.block_on(self.crowd(VERSION).refresh(&shuffled)).unwrap();
        let mut in_order: Vec<Option<Member>> = vec![None; read.len()];
        for (index, member) in versions.into_iter().zip(read) {
            in_order[index] = member;
        }
        all.extend(in_order);
        let requests = self.emulator.requests().unwrap();
        (all, requests.iter().filter(|request| !request.is_login()).count())
    }

    /// The same with one request for each object.
    fn refresh_singly(&mut self) -> (Vec<Option<Member>>, usize) {
        self.variables.push(("ARM_REFRESH_BY_LIST", "false".to_owned()));
        let refreshed = self.refresh();
        self.variables.pop();
        refreshed
    }
}

fn version(gallery: &str) -> Json {
    json!({
        "profile_id": format!("{gallery}/inVMAccessControlProfiles/p"), "name": "1.0.0", "location": "westus",
        "mode": "Audit", "default_access": "Deny",
        "rules": {
            "privileges": {"p": {"path": "/metadata/instance"}}, "roles": {"r": {"privileges": ["p"]}},
            "identities": {"i": {"user_name": "web"}}, "role_assignments": {"r": {"identities": ["i"]}}
        }
    })
}

fn with(config: &Value, name: &str, text: &str) -> Value {
    let mut config = config.clone();
    if let Value::Object(members) = &mut config {
        members.insert(name.to_owned(), text.into());
    }
    config
}

#[test]
fn a_thousand_versions_under_a_hundred_profiles_are_refreshed_with_few_requests() {
    let large = Large::new(100, 10, &[]);
    let before: Vec<_> = large.profiles.iter().chain(&large.versions).cloned().map(Some).collect();
    let (read, requests) = large.refresh();
    assert_eq!(read, before, "nothing has changed");
    assert!(requests <= 220, "{requests} requests for 1,100 objects");
}

#[test]
fn changes_are_found_as_by_single_requests() {
    for arguments in
        [&["--page-size", "3"][..], &["--shout"], &["--set", "next_link=no-api-version", "--page-size", "4"]]
    {
        let mut large = Large::new(6, 8, arguments);
        let version = |profile, number| {
            format!("{}/inVMAccessControlProfiles/p{profile}/versions/1.0.{number}", large.gallery())
        };
        let emulator = &large.emulator;
        emulator.remove(&version(0, 3)).unwrap();
        emulator.remove(&version(0, 7)).unwrap();
        emulator.edit(&version(1, 0), &json!({"properties": {"mode": "Disabled"}})).unwrap();
        emulator.edit(&version(1, 5), &json!({"tags": {"by": "hand"}})).unwrap();
        let emptied = json!({"properties": {"rules": {"roleAssignments": []}}});
        emulator.edit(&version(2, 2), &emptied).unwrap();
        emulator.edit(&version(2, 4), &json!({"properties": {"rules": null}})).unwrap();
        emulator.remove(&format!("{}/inVMAccessControlProfiles/p3", large.gallery())).unwrap();
        let description = json!({"properties": {"description": "by hand"}});
        emulator.edit(&format!("{}/inVMAccessControlProfiles/p4", large.gallery()), &description).unwrap();

        let (by_list, few) = large.refresh();
        let (singly, many) = large.refresh_singly();
        assert_eq!(by_list, singly, "{arguments:?}");
        let before = large.profiles.iter().chain(&large.versions).cloned().map(Some);
        let changed = before.zip(&singly).filter(|(before, after)| before != *after).count();
        let gone = singly.iter().filter(|member| member.is_none()).count();
        assert_eq!((changed, gone), (16, 11), "{arguments:?}");
        // Each missing object is read twice.
        assert_eq!(many, 54 + gone, "{arguments:?}");
        assert!(few < many, "{arguments:?}: {few} requests");
    }
}

#[test]
fn without_a_usable_list_each_object_is_read() {
    let large = Large::new(4, 5, &[]);
    for refusal in [
        json!({"do": "answer", "status": 403, "body": {"error": {"code": "AuthorizationFailed", "message": "no"}}}),
        json!({"do": "answer", "status": 429, "retry": {"seconds": 3600}}),
    ] {
        large
            .emulator
            .faults(&json!([{
                "name": "no lists", "count": null, "action": refusal,
                "match": {"method": "GET", "path": "/subscriptions/**/versions"}
            }]))
            .unwrap();
        let before: Vec<_> = large.profiles.iter().chain(&large.versions).cloned().map(Some).collect();
        let (read, requests) = large.refresh();
        assert_eq!(read, before);
        assert!(requests <= 24 + 4, "{requests}: three refusals are enough");
        large.emulator.faults(&json!([])).unwrap();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_hundred_reads_at_a_time_share_a_connection_and_a_token() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    let mut large = Large::new(4, 30, &[]);
    large.variables.push(("ARM_REFRESH_BY_LIST", "false".to_owned()));
    let slow = json!({"do": "delay", "seconds": 1.0, "when": "before"});
    let all = json!({"method": "GET", "path": "/subscriptions/**"});
    large.emulator.faults(&json!([{"name": "slow", "count": null, "action": slow, "match": all}])).unwrap();
    let mut crowd = large.crowd(VERSION);
    crowd.widen(100);
    let process = crowd.process();
    let idle = sockets(process);
    let versions = large.versions.clone();
    let most = Arc::new(AtomicUsize::new(idle));
    let read = large.runtime.block_on(async {
        let seen = Arc::clone(&most);
        let watch = tokio::spawn(async move {
            loop {
                seen.fetch_max(sockets(process), Ordering::Relaxed);
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        });
        let read = crowd.refresh(&versions).await.unwrap();
        watch.abort();
        read
    });
    let most = most.load(Ordering::Relaxed);
    assert!(read.iter().all(Option::is_some));
    assert!(most > idle && most <= idle + 2, "{idle} sockets became {most}");
    let requests = large.emulator.requests().unwrap();
    let tokens = requests.iter().filter(|request| request.path.contains("/token")).count();
    assert_eq!((tokens, requests.iter().filter(|request| !request.is_login()).count()), (1, 120));
}

/// The sockets that a process has open.
#[cfg(target_os = "linux")]
fn sockets(process: u32) -> usize {
    let open = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let links = open.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    links.filter(|link| link.to_string_lossy().starts_with("socket:")).count()
}
