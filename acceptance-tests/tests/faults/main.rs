//! The fault matrix: every fault of `acceptance-tests/faults` at every request of every operation on the
//! resources, with the real provider under the host double.
//!
//! ```sh
//! cargo test -p acceptance-tests --test faults                        # the short form, part of every test run
//! GALLERY_FAULTS=full cargo test -p acceptance-tests --test faults    # every fault, every style of operations
//! cargo test -p acceptance-tests --test faults -- interrupt create    # the cells whose names have both words
//! GALLERY_FAULTS=full cargo test -p acceptance-tests --test faults -- location    # those of one style
//! ```
//!
//! For each cell: the state holds what Azure holds; an error has its code, the request id, the time it took
//! and the time it had, and the next step; the next apply repairs everything, and the plan after it is empty;
//! nothing is created twice. The tests with the CLI (`acceptance::interrupts`) cover its own handling of
//! interrupts and kills.

// clippy.toml allows panics in tests; the code that tests share counts as a test here too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
// It is its own test runner: its output is the report.
#![allow(clippy::print_stdout)]

mod catalogue;
mod cell;
mod operation;
mod rig;
mod table;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::future::join_all;
use gallery_emulator::authority::Authority;
use serde_json::{Value as Json, json};

use catalogue::Fault;
use cell::Cell;
use operation::{ALL, Kind, Subject, Verb};
use rig::Rig;
use table::Table;
use tokio::runtime::Runtime;

/// How many cells run in parallel: most of the time they wait.
const WORKERS: usize = 24;
/// How long a cell may take; one that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(120);
/// Turns on the full form.
const FORM: &str = "GALLERY_FAULTS";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--list") {
        println!("0 tests, 0 benchmarks");
        return ExitCode::SUCCESS;
    }
    let words = words.into_iter().filter(|word| !word.starts_with('-')).collect();
    match matrix(words) {
        Ok(failed) if failed.is_empty() => ExitCode::SUCCESS,
        Ok(failed) => {
            for (name, error) in &failed {
                println!("\nFAILED {name}\n  {}", error.replace('\n', "\n  "));
            }
            println!("\n{} cells failed", failed.len());
            ExitCode::FAILURE
        }
        Err(error) => {
            println!("the matrix cannot be run: {error}");
            ExitCode::FAILURE
        }
    }
}

/// How Azure announces operations.
#[derive(Clone, Debug)]
pub(crate) struct OperationStyle {
    /// Its name.
    pub(crate) name: &'static str,
    /// The emulator's settings.
    pub(crate) settings: Json,
    /// Whether only interrupts and kills are tested with it.
    ends_only: bool,
}

/// The styles; the short form uses the first. In the paced one operations take as long as at Azure,
/// divided by twenty: 2.3 seconds for a version.
fn styles(full: bool) -> Vec<OperationStyle> {
    let style = |name, settings| OperationStyle { name, settings, ends_only: false };
    let mut styles = vec![style("async", json!({"operations": "async"}))];
    let paced = json!({"operations": "async", "pace": "azure/20"});
    styles.push(OperationStyle { ends_only: true, ..style("paced", paced) });
    if full {
        styles.push(style("location", json!({"operations": "location"})));
        styles.push(style("state", json!({"operations": "state", "shout": true})));
    }
    styles
}

fn matrix(words: Vec<String>) -> Result<BTreeMap<String, String>, String> {
    let begun = Instant::now();
    // Another crate may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let full = std::env::var_os(FORM).is_some_and(|form| form == "full");
    let faults = catalogue::all()?;
    let authority = Arc::new(Authority::open(None).map_err(|error| error.to_string())?);
    let mut failed = BTreeMap::new();
    for style in styles(full) {
        let table = run_style(&faults, full, &style, &words, &authority, &mut failed)?;
        let (passed, run) = table.total();
        if run > 0 {
            println!("\nAzure announces operations by {}\n\n{table}", style.name);
        }
        println!("fault matrix: {passed} of {run} cells passed, {} s", begun.elapsed().as_secs());
    }
    Ok(failed)
}

fn run_style(
    faults: &[Fault],
    full: bool,
    style: &OperationStyle,
    words: &[String],
    authority: &Arc<Authority>,
    failed: &mut BTreeMap<String, String>,
) -> Result<Table, String> {
    let mut cells = Vec::new();
    let runtime = new_runtime();
    let mut first = runtime.block_on(Rig::new(authority))?;
    for subject in ALL {
        let places = runtime.block_on(places(&mut first, subject, &style.settings))?;
        for fault in faults.iter().filter(|fault| full || !fault.full) {
            // An import has no `timeouts` of its own, and waiting for the usual ones takes too long here.
            if subject.1 == Verb::Import && fault.timeout.is_some() {
                continue;
            }
            let here = |kind: &String| {
                // A version without a name differs only in the list of the others before it is created.
                let differs = full || subject.0 != Kind::Unnamed || kind == "LIST" || kind == "PUT";
                // A profile's operation is over before the first poll, and before that all is as in the first
                // style.
                let waits = subject.0 == Kind::Version && kind == "POLL" && fault.then.is_some();
                differs && fault.strikes.contains(kind) && (!style.ends_only || waits)
            };
            let strikes = |place: &&(String, u32, String)| {
                here(&place.2)
                    && (subject.0 != Kind::Attachment || strikes_attachment(fault, subject.1, place, full))
            };
            for (method, nth, kind) in places.iter().filter(strikes) {
                let (method, nth, kind) = (method.clone(), *nth, kind.clone());
                let cell = Cell { fault, subject, method, nth, kind, style };
                if words.iter().all(|word| cell.name().contains(word.as_str())) {
                    cells.push(cell);
                }
            }
        }
    }
    runtime.block_on(async { drop(first) });
    let cells = Mutex::new(cells);
    let outcomes = Mutex::new((Table::default(), BTreeMap::new()));
    let work = async || -> Result<(), String> {
        let mut rig = None;
        loop {
            let Some(cell) = cells.lock().unwrap().pop() else { return Ok(()) };
            let mut ran = Err(String::new());
            for _ in 0..cell.tries() {
                let mut at_hand = match rig.take() {
                    Some(rig) => rig,
                    None => Rig::new(authority).await?,
                };
                let tried = tokio::time::timeout(LONGEST, cell.run(&mut at_hand)).await;
                ran = tried.unwrap_or_else(|_| Err("it hangs".to_owned()));
                // A failure in one cell must not affect the next.
                if ran.is_ok() {
                    rig = Some(at_hand);
                    break;
                }
            }
            let mut outcomes = outcomes.lock().unwrap();
            outcomes.0.note(&cell.fault.name, cell.subject, ran.is_ok());
            if let Err(error) = ran {
                outcomes.1.insert(cell.name(), error);
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let one = || new_runtime().block_on(join_all((0..WORKERS.div_ceil(threads)).map(|_| work())));
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Result<(), _>>()
    })?;
    let (table, found) = outcomes.into_inner().unwrap();
    failed.extend(found);
    Ok(table)
}

/// Whether a fault applies to an attachment at this place. The machine exists before and after, so faults
/// about parents or remaining objects mean nothing; and a plan that cannot read a machine continues without.
/// The short form has the first place of each kind, and the many statuses at the write alone.
fn strikes_attachment(fault: &Fault, verb: Verb, place: &(String, u32, String), full: bool) -> bool {
    let (_, nth, kind) = place;
    // The plan reads the machine and the version.
    let of_plan = if matches!(verb, Verb::Create | Verb::Update) && kind == "GET" { 2 } else { 0 };
    let means_nothing =
        ["operation-fails-and-leaves-nothing", "parent-not-visible"].contains(&fault.name.as_str());
    if means_nothing || (*nth <= of_plan && fault.expect != catalogue::Expect::Passes) {
        return false;
    }
    full || (*nth == of_plan + 1 && (kind == "PUT" || !fault.name.starts_with("status-")))
}

/// The runtime of a thread.
fn new_runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// The requests of an operation without a fault: the verb, its number among that verb's, and its kind.
async fn places(
    rig: &mut Rig,
    subject: (Kind, Verb),
    style: &Json,
) -> Result<Vec<(String, u32, String)>, String> {
    let prepared = Subject::prepare(rig, subject, None, style).await?;
    let host = rig.host().await?;
    let outcome = prepared.act(host).await.map_err(|error| error.to_string())?;
    if !outcome.succeeded() {
        return Err(format!("without a fault, it fails: {}", outcome.text()));
    }
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let places = rig.lines().into_iter().map(|line| {
        let count = counts.entry(line.method.clone()).or_default();
        *count += 1;
        (line.method.clone(), *count, line.kind().to_owned())
    });
    Ok(places.collect())
}
