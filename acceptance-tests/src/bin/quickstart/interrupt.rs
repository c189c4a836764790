//! Ctrl-C, or another request to end: the running programs are ended first, and in order.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use acceptance_tests::{running, stop};
use gallery_emulator::signals::Signals;
use tokio::time::sleep;

static HAPPENED: AtomicBool = AtomicBool::new(false);

/// Whether it happened.
pub(crate) fn happened() -> bool {
    HAPPENED.load(Ordering::SeqCst)
}

/// Listens for it from now on, in a thread of its own. The emulator ends with its owner; this ends the
/// running command, which the owner then notices.
pub(crate) fn watch() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut signals = {
        let _inside = runtime.enter();
        Signals::new()?
    };
    std::thread::spawn(move || {
        runtime.block_on(async {
            loop {
                signals.next().await;
                HAPPENED.store(true, Ordering::SeqCst);
                end_what_runs().await;
            }
        });
    });
    Ok(())
}

/// A terminal has already signalled every process of the command line. This is for a process that was not
/// signalled, and for one that ignores signals.
async fn end_what_runs() {
    let ways = [(stop::interrupt as fn(u32) -> io::Result<()>, 2), (stop::kill, 8)];
    for (stop, patience) in ways.map(|(stop, seconds)| (stop, Duration::from_secs(seconds))) {
        let mut waited = Duration::ZERO;
        while running::any() && waited < patience {
            let step = Duration::from_millis(50);
            sleep(step).await;
            waited += step;
        }
        running::each(stop);
    }
}
