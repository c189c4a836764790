//! How long the allowlist's heavy work takes: `cargo bench --bench allowlist`. Prints a table; nothing passes
//! or fails.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use terraform_provider_gallery::allowlist::{
    Allowlist, DefaultAccess, Destination, Endpoint, Identity, LearnOptions, Matcher, Mode, OsType,
    Privilege, Request, Role, RoleAssignment, Rules, learn,
};

fn main() {
    println!("{:<56} {:>12} {:>12}", "what", "took", "budget");
    row("decision, 1,000 privileges x 1,000 identities", decision(), Duration::from_millis(1));
    row(
        "learning from 1,000,000 lines, 97 programs",
        learning(|line| line % 97 % 40),
        Duration::from_secs(10),
    );
    // Larger than any machine's log: 3,880 callers, and no two lines alike.
    row("learning from 1,000,000 lines, all different", learning(|line| line % 40), Duration::from_secs(10));
    row("reading 200 MB of garbage as a log", garbage(), Duration::from_secs(10));
}

fn row(what: &str, took: Duration, budget: Duration) {
    println!("{what:<56} {took:>12.3?} {budget:>12.3?}");
}

/// Every identity has every privilege, the request matches every privilege, and no identity made it: no loop
/// ends early.
fn decision() -> Duration {
    let mut rules = Rules::default();
    for index in 0..1000 {
        let privilege = Privilege { path: "/metadata".into(), query_parameters: [].into() };
        rules.privileges.insert(format!("privilege-{index}"), privilege);
        let identity = Identity { exe_path: Some(format!("/opt/{index}/bin/server")), ..Identity::default() };
        rules.identities.insert(format!("identity-{index}"), identity);
    }
    let role = Role { privileges: rules.privileges.keys().cloned().collect() };
    rules.roles.insert("all".into(), role);
    let assignment = RoleAssignment { identities: rules.identities.keys().cloned().collect() };
    rules.role_assignments.insert("all".into(), assignment);
    let allowlist = Allowlist { mode: Mode::Enforce, default_access: DefaultAccess::Deny, rules };
    let matcher = Matcher::new(&allowlist);
    let mut request =
        Request::new(Destination::Host(Endpoint::Imds), "/metadata/instance?api-version=2021-02-01");
    request.exe_path = "/usr/bin/curl";
    best_of(20, || {
        black_box(matcher.decide(black_box(&request)));
    })
}

/// The log of a machine on which 97 programs ask for 500 addresses; `user` gives the user of a line.
fn learning(user: impl Fn(u32) -> u32) -> Duration {
    let mut log = String::with_capacity(450_000_000);
    for index in 0..1_000_000_u32 {
        let (user, program) = (user(index), index % 97);
        log.push_str(&format!(
            "{{\"id\":{index},\"method\":\"GET\",\"url\":\"/metadata/instance/compute/{}?api-version=2021-02-01\",\"clientIp\":\"127.0.0.1\",\
             \"clientPort\":40722,\"ip\":\"169.254.169.254\",\"port\":80,\"userId\":1000,\"userName\":\"user{user}\",\"userGroups\":[\"users\"],\
             \"processFullPath\":\"/opt/app{program}/bin/server\",\"processCmdLine\":\"server\",\"runAsElevated\":false,\
             \"responseStatus\":\"200 OK\",\"elapsedTime\":12,\"errorDetails\":\"\"}}\n",
            index % 500
        ));
    }
    best_of(1, || {
        drop(black_box(learn(log.as_bytes(), LearnOptions::new(Endpoint::Imds, OsType::Linux)).unwrap()))
    })
}

fn garbage() -> Duration {
    let mut garbage = Vec::with_capacity(200_000_000);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    while garbage.len() < 200_000_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        garbage.extend_from_slice(&state.to_le_bytes());
    }
    best_of(1, || {
        drop(black_box(learn(&*garbage, LearnOptions::new(Endpoint::Imds, OsType::Linux)).unwrap()))
    })
}

fn best_of(times: u32, mut work: impl FnMut()) -> Duration {
    let once = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..times).map(once).min().unwrap_or_default()
}
