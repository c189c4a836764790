//! The resources that processes have used, from `/proc`.

use std::fs;
use std::time::Duration;

/// The processor time of all threads of a process.
pub(crate) fn processor_time(process: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let of = |thread: fs::DirEntry| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    };
    Duration::from_nanos(threads.filter_map(of).sum())
}

/// The current memory of a process, in KiB.
pub(crate) fn resident(process: u32) -> u64 {
    status(process, "VmRSS:")
}

/// Its peak memory, in KiB.
pub(crate) fn peak(process: u32) -> u64 {
    status(process, "VmHWM:")
}

fn status(process: u32, name: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

/// The load of the machine in the last minute.
pub(crate) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("unknown").to_owned()
}
