//! Calls that all wait for Azure at the same time, and what each of them takes in memory.

use std::time::Duration;

use acceptance_tests::emulator::Emulator;
use acceptance_tests::host::{Crowd, Member};
use serde_json::json;
use terraform_provider_gallery::plugin::Value;
use tokio::runtime::Runtime;

use super::many::{configured, crowd, profiles};
use super::table::table;
use super::{Rig, Trouble, usage, workload};

/// How long Azure lets each request wait. Only so many are sent at a time; the others wait for them.
const SLOW: f64 = 8.0;
/// When all calls have come and none has been answered.
const SETTLED: Duration = Duration::from_secs(6);

/// Measures and prints.
pub(crate) fn measure(rig: &Rig, runtime: &Runtime) -> Result<(), Trouble> {
    let (all, few) = (rig.options.in_flight, rig.options.in_flight.min(200));
    let rows = [
        reads(rig, runtime, all)?,
        creates(rig, runtime, few)?,
        operations(rig, runtime, few)?,
        changes(rig, runtime, few)?,
        deletions(rig, runtime, few)?,
    ];
    let head = ["calls that wait at the same time", "", "before", "while they wait", "each", "goal"];
    table("Memory of calls that wait", &head, &rows);
    Ok(())
}

fn reads(rig: &Rig, runtime: &Runtime, count: usize) -> Result<Vec<String>, Trouble> {
    let stage = Stage::new(rig, &["none"], count)?;
    let crowd = stage.crowd(rig, runtime)?;
    let members = stage.create(&crowd, runtime)?;
    stage.slow("GET")?;
    stage.watch("reads", runtime, crowd, async |crowd| crowd.refresh(&members).await.map(drop))
}

fn creates(rig: &Rig, runtime: &Runtime, count: usize) -> Result<Vec<String>, Trouble> {
    let stage = Stage::new(rig, &["none"], count)?;
    let crowd = stage.crowd(rig, runtime)?;
    let base = stage.begin(&crowd, runtime)?;
    stage.slow("PUT")?;
    stage.watch("creates, for the request", runtime, crowd, async |crowd| {
        crowd.create(count, |index| stage.config(&base, index)).await.map(drop)
    })
}

fn operations(rig: &Rig, runtime: &Runtime, count: usize) -> Result<Vec<String>, Trouble> {
    let stage = Stage::new(rig, &["async", "--operation-seconds", "8", "--retry-after", "4"], count)?;
    let crowd = stage.crowd(rig, runtime)?;
    let base = stage.begin(&crowd, runtime)?;
    stage.watch("creates, for their operation", runtime, crowd, async |crowd| {
        crowd.create(count, |index| stage.config(&base, index)).await.map(drop)
    })
}

fn changes(rig: &Rig, runtime: &Runtime, count: usize) -> Result<Vec<String>, Trouble> {
    let stage = Stage::new(rig, &["none"], count)?;
    let crowd = stage.crowd(rig, runtime)?;
    let members = stage.create(&crowd, runtime)?;
    let mut base = crowd.config(&workload::version(&stage.gallery))?;
    if let Value::Object(arguments) = &mut base {
        arguments.insert("mode".to_owned(), "Audit".into());
    }
    stage.slow("PUT")?;
    stage.watch("changes", runtime, crowd, async |crowd| {
        crowd.change(&members, |index| stage.config(&base, index)).await.map(drop)
    })
}

fn deletions(rig: &Rig, runtime: &Runtime, count: usize) -> Result<Vec<String>, Trouble> {
    let stage = Stage::new(rig, &["none"], count)?;
    let crowd = stage.crowd(rig, runtime)?;
    let members = stage.create(&crowd, runtime)?;
    stage.slow("DELETE")?;
    stage.watch("deletions", runtime, crowd, async |crowd| crowd.delete(&members).await)
}

/// An Azure with a profile for each of so many versions, since one profile takes one write at a time.
struct Stage {
    emulator: Emulator,
    gallery: String,
    count: usize,
}

impl Stage {
    fn new(rig: &Rig, operations: &[&str], count: usize) -> Result<Self, Trouble> {
        let arguments = [&["--seed", "rg/g@westus", "--operations"], operations].concat();
        let emulator = Emulator::start(&rig.emulator, &arguments)?;
        let gallery = profiles(&emulator, count * workload::EACH)?;
        Ok(Self { emulator, gallery, count })
    }

    /// A provider that reads each version by itself.
    fn crowd(&self, rig: &Rig, runtime: &Runtime) -> Result<Crowd, Trouble> {
        crowd(rig, runtime, &self.emulator, &[("ARM_REFRESH_BY_LIST", "false")])
    }

    fn config(&self, base: &Value, index: usize) -> Value {
        configured(base, &self.gallery, index * workload::EACH)
    }

    /// Plans all and creates one beside them, so that what a process needs once is there.
    fn begin(&self, crowd: &Crowd, runtime: &Runtime) -> Result<Value, Trouble> {
        let base = crowd.config(&workload::version(&self.gallery))?;
        runtime.block_on(crowd.plan_creations(self.count, |index| self.config(&base, index)))?;
        runtime.block_on(crowd.create(1, |_| configured(&base, &self.gallery, 1)))?;
        Ok(base)
    }

    fn create(&self, crowd: &Crowd, runtime: &Runtime) -> Result<Vec<Member>, Trouble> {
        let base = crowd.config(&workload::version(&self.gallery))?;
        Ok(runtime.block_on(crowd.create(self.count, |index| self.config(&base, index)))?)
    }

    /// Lets every request of this method wait.
    fn slow(&self, method: &str) -> Result<(), Trouble> {
        let action = json!({"do": "delay", "seconds": SLOW, "when": "before"});
        let all = json!({"method": method, "path": "/subscriptions/**"});
        Ok(self.emulator.faults(&json!([{"name": "slow", "count": null, "action": action, "match": all}]))?)
    }

    /// Does it to all at the same time, and looks at the process when they wait.
    fn watch<E: Into<Trouble>>(
        &self,
        what: &str,
        runtime: &Runtime,
        mut crowd: Crowd,
        work: impl AsyncFnOnce(&Crowd) -> Result<(), E>,
    ) -> Result<Vec<String>, Trouble> {
        let process = crowd.process();
        let before = usage::resident(process);
        crowd.widen(self.count);
        let during = runtime.block_on(async {
            let watch = tokio::spawn(async move {
                tokio::time::sleep(SETTLED).await;
                usage::resident(process)
            });
            work(&crowd).await.map_err(Into::into)?;
            Ok::<_, Trouble>(watch.await?)
        })?;
        runtime.block_on(crowd.end())?;
        #[allow(clippy::cast_precision_loss)]
        let each = during.saturating_sub(before) as f64 / self.count.max(1) as f64;
        Ok(vec![
            what.to_owned(),
            self.count.to_string(),
            format!("{before} KiB"),
            format!("{during} KiB"),
            format!("{each:.1} KiB"),
            "20 KiB".to_owned(),
        ])
    }
}
