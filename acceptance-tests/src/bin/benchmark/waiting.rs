//! The memory of the provider while many calls wait for Azure at the same time.

use std::time::Duration;

use acceptance_tests::emulator::Emulator;
use acceptance_tests::host::{Crowd, Member};
use serde_json::json;
use terraform_provider_gallery::plugin::Value;
use tokio::runtime::Runtime;

use super::many::{configured, crowd, profiles};
use super::table::table;
use super::{AnyError, Rig, usage, workload};

/// How long Azure delays each request. Only this many are sent at a time; the others wait for them.
const SLOW: f64 = 8.0;
/// The time at which all calls have arrived and none has a response.
const SETTLED: Duration = Duration::from_secs(6);

/// Measures and prints.
pub(crate) fn measure(rig: &Rig, runtime: &Runtime) -> Result<(), AnyError> {
    let count = rig.options.in_flight;
    let rows = [reads(rig, runtime, count)?, creates(rig, runtime, count)?];
    table("Memory while calls wait", &["calls that wait for Azure", "", "memory", "goal"], &rows);
    Ok(())
}

fn reads(rig: &Rig, runtime: &Runtime, count: usize) -> Result<Vec<String>, AnyError> {
    let stage = Stage::new(rig, count)?;
    let crowd = stage.crowd(rig, runtime)?;
    let members = stage.create(&crowd, runtime)?;
    stage.slow("GET")?;
    stage.watch("reads", runtime, crowd, async |crowd| crowd.refresh(&members).await.map(drop))
}

fn creates(rig: &Rig, runtime: &Runtime, count: usize) -> Result<Vec<String>, AnyError> {
    let stage = Stage::new(rig, count)?;
    let crowd = stage.crowd(rig, runtime)?;
    let base = stage.begin(&crowd, runtime)?;
    stage.slow("PUT")?;
    stage.watch("creates", runtime, crowd, async |crowd| {
        crowd.create(count, |index| stage.config(&base, index)).await.map(drop)
    })
}

/// An Azure with a profile for each of this many versions, since one profile takes one write at a time.
struct Stage {
    emulator: Emulator,
    gallery: String,
    count: usize,
}

impl Stage {
    fn new(rig: &Rig, count: usize) -> Result<Self, AnyError> {
        let emulator = rig.azure()?;
        let gallery = profiles(&emulator, count * workload::EACH)?;
        Ok(Self { emulator, gallery, count })
    }

    /// A provider that reads each version singly.
    fn crowd(&self, rig: &Rig, runtime: &Runtime) -> Result<Crowd, AnyError> {
        crowd(rig, runtime, &self.emulator, &[("ARM_REFRESH_BY_LIST", "false")])
    }

    fn config(&self, base: &Value, index: usize) -> Value {
        configured(base, &self.gallery, index * workload::EACH)
    }

    /// Plans all and creates one more, so that what a process allocates only once is allocated.
    fn begin(&self, crowd: &Crowd, runtime: &Runtime) -> Result<Value, AnyError> {
        let base = crowd.config(&workload::version(&self.gallery))?;
        runtime.block_on(crowd.plan_creations(self.count, |index| self.config(&base, index)))?;
        runtime.block_on(crowd.create(1, |_| configured(&base, &self.gallery, 1)))?;
        Ok(base)
    }

    fn create(&self, crowd: &Crowd, runtime: &Runtime) -> Result<Vec<Member>, AnyError> {
        let base = crowd.config(&workload::version(&self.gallery))?;
        Ok(runtime.block_on(crowd.create(self.count, |index| self.config(&base, index)))?)
    }

    /// Delays every request of this method.
    fn slow(&self, method: &str) -> Result<(), AnyError> {
        let action = json!({"do": "delay", "seconds": SLOW, "when": "before"});
        let all = json!({"method": method, "path": "/subscriptions/**"});
        Ok(self.emulator.faults(&json!([{"name": "slow", "count": null, "action": action, "match": all}]))?)
    }

    /// Runs all calls at the same time, and measures the process while they wait.
    fn watch<E: Into<AnyError>>(
        &self,
        what: &str,
        runtime: &Runtime,
        mut crowd: Crowd,
        work: impl AsyncFnOnce(&Crowd) -> Result<(), E>,
    ) -> Result<Vec<String>, AnyError> {
        let process = crowd.process();
        crowd.widen(self.count);
        let during = runtime.block_on(async {
            let watch = tokio::spawn(async move {
                tokio::time::sleep(SETTLED).await;
                usage::resident(process)
            });
            work(&crowd).await.map_err(Into::into)?;
            Ok::<_, AnyError>(watch.await?)
        })?;
        runtime.block_on(crowd.end())?;
        let memory = format!("{:.1} MiB", f64::from(u32::try_from(during).unwrap_or(u32::MAX)) / 1024.0);
        Ok(vec![what.to_owned(), self.count.to_string(), memory, "64 MiB".to_owned()])
    }
}
