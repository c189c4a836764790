//! How soon the end of an operation is noticed, and after how many polls: operations that take as long as at
//! Azure, and others.

use std::time::Instant;

use acceptance_tests::emulator::Emulator;
use terraform_provider_gallery::plugin::Value;

use super::many::{configured, crowd, profiles};
use super::table::table;
use super::{AnyError, Rig, workload};

/// Seconds that an operation takes: a short one, unusual ones, and a version's as recorded.
const SECONDS: [f64; 5] = [0.3, 3.0, 20.0, 45.05, 45.19];

/// Creates, changes and deletes one version in one process for each duration, and prints how long the calls
/// took.
pub(crate) fn measure(rig: &Rig) -> Result<(), AnyError> {
    let runtime = tokio::runtime::Runtime::new()?;
    let mut rows = Vec::new();
    for seconds in SECONDS {
        let text = seconds.to_string();
        let arguments = [
            "--seed",
            "rg/g@westus",
            "--operations",
            "async",
            "--set",
            "retry_after=null",
            "--operation-seconds",
            &text,
        ];
        let emulator = Emulator::start(&rig.emulator, &arguments)?;
        let gallery = profiles(&emulator, 1)?;
        let crowd = crowd(rig, &runtime, &emulator, &[])?;
        let base = crowd.config(&workload::version(&gallery))?;
        let mut changed = base.clone();
        if let Value::Object(arguments) = &mut changed {
            arguments.insert("mode".to_owned(), "Audit".into());
        }
        let mut row = |what: &str, begun: Instant| -> Result<(), AnyError> {
            let late = begun.elapsed().as_secs_f64() - seconds;
            let looks =
                emulator.requests()?.iter().filter(|request| request.path.contains("capsOperations")).count();
            emulator.forget_requests()?;
            rows.push(vec![
                format!("{seconds} s"),
                what.to_owned(),
                looks.to_string(),
                format!("{late:.2} s"),
            ]);
            Ok(())
        };
        emulator.forget_requests()?;
        let begun = Instant::now();
        let members = runtime.block_on(crowd.create(1, |index| configured(&base, &gallery, index)))?;
        row("create", begun)?;
        let begun = Instant::now();
        let members =
            runtime.block_on(crowd.change(&members, |index| configured(&changed, &gallery, index)))?;
        row("change", begun)?;
        let begun = Instant::now();
        runtime.block_on(crowd.delete(&members))?;
        row("delete", begun)?;
        runtime.block_on(crowd.end())?;
    }
    table(
        "Operations: polls, and the time of the whole call beyond the operation",
        &["it takes", "", "looks", "beyond"],
        &rows,
    );
    Ok(())
}
