//! The private directory of one run. An orderly end removes it; after a kill the next start does.
//!
//! A running emulator holds a lock on a file in its directory. The lock ends with the process, however that
//! ends. So a directory whose lock is free has no owner any more.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The prefix of the directories' names.
const PREFIX: &str = "gallery-emulator-";
/// The file with the lock.
const LOCK: &str = "lock";

/// A directory of this run's own.
#[derive(Debug)]
pub struct PrivateDirectory {
    // Dropped first: on some systems an open file would keep the directory from being removed.
    _lock: File,
    directory: TempDir,
}

impl PrivateDirectory {
    /// Creates one in `parent`, and removes those that killed emulators left there.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn new(parent: &Path) -> io::Result<Self> {
        sweep(parent);
        let directory = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        // The file gets its name only when it is locked, so a sweep never sees it unlocked.
        let unlocked = directory.path().join("new-lock");
        let lock = open(&unlocked, true)?;
        acquire(&lock)?;
        std::fs::rename(&unlocked, directory.path().join(LOCK))?;
        Ok(Self { _lock: lock, directory })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// Removes the directories without an owner. One that cannot be read or removed, such as another user's,
/// stays.
fn sweep(parent: &Path) {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
        let directory = entry.path();
        if is_abandoned(&directory) {
            // Another start may have been faster.
            let _ = std::fs::remove_dir_all(&directory);
        }
    }
}

fn is_abandoned(directory: &Path) -> bool {
    let lock: PathBuf = directory.join(LOCK);
    // A link would lead the sweep elsewhere.
    let is_own =
        |path: &Path| std::fs::symlink_metadata(path).is_ok_and(|found| !found.file_type().is_symlink());
    is_own(directory) && is_own(&lock) && open(&lock, false).is_ok_and(|file| acquire(&file).is_ok())
}

#[cfg(unix)]
fn open(path: &Path, new: bool) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(new).open(path)
}

#[cfg(unix)]
fn acquire(file: &File) -> io::Result<()> {
    Ok(rustix::fs::flock(file, rustix::fs::FlockOperation::NonBlockingLockExclusive)?)
}

/// On Windows an open file is the lock: nobody else may open it for writing, but its name may change.
#[cfg(windows)]
fn open(path: &Path, new: bool) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt as _;
    const FILE_SHARE_DELETE: u32 = 4;
    OpenOptions::new().read(true).write(true).create_new(new).share_mode(FILE_SHARE_DELETE).open(path)
}

#[cfg(windows)]
fn acquire(_file: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_removes_only_the_directories_of_killed_runs() {
        let parent = tempfile::tempdir().unwrap();
        let running = PrivateDirectory::new(parent.path()).unwrap();
        std::fs::write(running.path().join("ca.pem"), "x").unwrap();
        let killed = parent.path().join("gallery-emulator-killed");
        std::fs::create_dir_all(killed.join("bin")).unwrap();
        std::fs::write(killed.join(LOCK), "").unwrap();
        std::fs::write(killed.join("bin/az"), "x").unwrap();
        let unlocked = parent.path().join("gallery-emulator-of-somebody");
        let other = parent.path().join("something-else");
        for directory in [&unlocked, &other] {
            std::fs::create_dir(directory).unwrap();
        }
        std::fs::write(other.join(LOCK), "").unwrap();
        let next = PrivateDirectory::new(parent.path()).unwrap();
        assert!(!killed.exists());
        assert!(running.path().join("ca.pem").exists() && unlocked.exists() && other.exists());
        let path = next.path().to_owned();
        drop(next);
        assert!(!path.exists());
    }
}
