//! Keeping other processes of the same user, and whoever collects crashes, out of this one's memory.
//!
//! A provider holds tokens, and secrets in its environment. On Linux a process may say that it is not to be dumped:
//! then a crash leaves no core file (not even with a collector such as systemd's), and processes of the same user can
//! neither attach to it nor read `/proc/<pid>/environ` and `mem`. Elsewhere only core files are forbidden. The superuser
//! can do all of it anywhere.

use super::lifetime::Mode;

/// Secludes the process, unless it was started for a debugger to attach. Where the system refuses, nothing else
/// changes: it is one defence among several.
pub fn seclude(mode: Mode) {
    if mode == Mode::Debug {
        return;
    }
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        // Children inherit it: `az` keeps tokens as well.
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
