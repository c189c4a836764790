//! Keeps other processes of the same user, and crash collectors, from reading this process's memory.
//!
//! A provider holds tokens, and secrets in its environment. On Linux a process can set itself as not
//! dumpable. Then a crash leaves no core file (not even with a collector such as systemd's), and processes of
//! the same user can neither attach to it nor read `/proc/<pid>/environ` and `mem`. Elsewhere only core files
//! are disabled. The superuser can do all of this anywhere.

use super::lifetime::Mode;

/// Protects the memory, unless the process was started for a debugger to attach. If the system refuses,
/// nothing else changes: it is one defence among several.
pub fn protect_memory(mode: Mode) {
    if mode == Mode::Debug {
        return;
    }
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        // Child processes inherit it: `az` holds tokens as well.
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
