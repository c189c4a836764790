//! More objects than Azure Resource Manager accepts requests for at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use acceptance_tests::host::{Host, Object};
use serde_json::{Value as Json, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{PROFILE, Rig};

/// This many at a time: far more than Terraform's ten, as many as somebody might set.
const PARALLELISM: usize = 200;

/// Runs a function for each, in parallel; all must succeed.
async fn each<I, O, F>(host: &Host, all: Vec<I>, doing: impl Fn(Host, I) -> F) -> Vec<O>
where
    F: Future<Output = O> + Send + 'static,
    O: Send + 'static,
{
    let places = Arc::new(Semaphore::new(PARALLELISM));
    let mut doings = JoinSet::new();
    for one in all {
        let (done, places) = (doing(host.clone(), one), Arc::clone(&places));
        doings.spawn(async move {
            let _place = places.acquire_owned().await.unwrap();
            done.await
        });
    }
    doings.join_all().await
}

/// Applies, refreshes and destroys this many profiles under ARM's buckets, filled this many times as fast.
fn of_profiles(count: usize, speed: f64) {
    let settings = json!({ "throttle": true, "throttle_speed": speed });
    let mut rig = Rig::with_settings(&[], &settings);
    let before = rig.emulator.objects().unwrap().len();
    let profiles: Vec<Json> = (0..count).map(|number| rig.profile(&format!("p{number}"))).collect();
    let objects = rig.on(async |host| {
        each(host, profiles, |mut host, arguments| async move {
            let config = host.config(PROFILE, &arguments).unwrap();
            let plan = host.plan(PROFILE, None, &config).await.unwrap();
            host.apply(PROFILE, plan).await.unwrap()
        })
        .await
    });
    assert_eq!(rig.emulator.objects().unwrap().len(), before + count);
    let refreshed: Vec<Object> = rig.on(async |host| {
        each(host, objects, |mut host, object| async move {
            let refreshed = host.refresh(PROFILE, &object).await.unwrap().expect("it is there");
            assert_eq!(refreshed, object);
            refreshed
        })
        .await
    });
    rig.on(async |host| {
        each(host, refreshed, |mut host, object| async move {
            host.destroy(PROFILE, &object).await.unwrap();
        })
        .await
    });
    assert_eq!(rig.emulator.objects().unwrap().len(), before);

    let mut answers: BTreeMap<(String, u64), usize> = BTreeMap::new();
    let requests = rig.emulator.requests().unwrap();
    let azure = requests.iter().filter(|request| !request.is_login());
    for request in azure {
        *answers.entry((request.method.clone(), request.status.unwrap_or_default())).or_default() += 1;
    }
    eprintln!("{answers:?}");
    let refusals: usize =
        answers.iter().filter(|((_, status), _)| *status == 429).map(|(_, count)| count).sum();
    assert!(refusals * 50 <= count, "{refusals} refusals of {} requests: {answers:?}", requests.len());
}

#[test]
fn a_thousand_profiles_without_a_failure() {
    of_profiles(1000, 20.0);
}

#[test]
#[ignore = "five minutes: buckets that fill as slowly as Azure's; run with `-- --ignored`"]
fn a_thousand_profiles_without_a_failure_in_full() {
    of_profiles(1000, 1.0);
}
