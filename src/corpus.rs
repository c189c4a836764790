//! Ordinary tests that replay the seeds of the fuzz targets, so that fixed faults stay fixed.

use std::fs;
use std::path::Path;

/// Runs a target on each of its seeds (`fuzz/seeds/<target>`), and fails if there are none: when a target is
/// renamed, its seeds must be renamed too.
pub(crate) fn replay(target: &str, run: fn(&[u8])) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut seeds = 0;
    for entry in fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display())) {
        let path = entry.unwrap().path();
        let seed = fs::read(&path).unwrap();
        if let Err(panic) = std::panic::catch_unwind(|| run(&seed)) {
            eprintln!("the seed is {}", path.display());
            std::panic::resume_unwind(panic);
        }
        seeds += 1;
    }
    assert!(seeds > 0, "{} is empty", directory.display());
}
