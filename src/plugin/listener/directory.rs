//! The private directory of a Unix socket: how it is created, and how one that a killed process left behind
//! is removed.
//!
//! The directory also has a file that its process keeps locked. The system releases the lock when the process
//! ends, however it ends. So a directory whose file can be locked is abandoned, even if its process ran under
//! another process id (in a container, for instance).

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use tempfile::TempDir;

pub(super) const PREFIX: &str = "tf";
pub(super) const RANDOM: usize = 8;
pub(super) const SOCKET: &str = "s";
const LOCK: &str = "lock";

/// A new directory that only this user may enter, and its locked file.
pub(super) fn make(parent: &Path) -> io::Result<(TempDir, File)> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).rand_bytes(RANDOM).permissions(Permissions::from_mode(0o700));
    loop {
        let directory = builder.tempdir_in(parent)?;
        let file = File::create(directory.path().join(LOCK))?;
        // Another start may remove the directory before the file is locked. Then create another one.
        let swept = flock(&file, FlockOperation::NonBlockingLockExclusive) == Err(Errno::WOULDBLOCK);
        if !swept && file.metadata()?.nlink() > 0 {
            return Ok((directory, file));
        }
    }
}

/// Removes the directories that killed processes of this user have left in `parent`. What cannot be removed
/// stays.
pub(super) fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| {
            name.len() == PREFIX.len() + RANDOM && name.starts_with(PREFIX) && name.is_ascii()
        });
        if ours && remove_abandoned(&entry.path()).is_ok() {
            tracing::debug!(target: "provider.plugin", directory = ?entry.path(), "an abandoned socket was removed");
        }
    }
}

/// Removes a directory that contains at most a socket and an unlocked file.
fn remove_abandoned(directory: &Path) -> io::Result<()> {
    let user = rustix::process::geteuid().as_raw();
    let metadata = fs::symlink_metadata(directory)?;
    if !metadata.is_dir() || metadata.uid() != user {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        if name != LOCK && name != SOCKET {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
    }
    let lock = directory.join(LOCK);
    if !fs::symlink_metadata(&lock)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let file = File::open(&lock)?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    match fs::remove_file(directory.join(SOCKET)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::remove_file(lock)?;
    fs::remove_dir(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_abandoned_directories_are_swept() {
        let parent = tempfile::tempdir().unwrap();
        let (live, _lock) = make(parent.path()).unwrap();
        let (killed, lock) = make(parent.path()).unwrap();
        let killed = killed.keep();
        drop(std::os::unix::net::UnixListener::bind(killed.join(SOCKET)).unwrap());
        drop(lock);
        let strange = |name: &str, files: &[&str]| {
            let path = parent.path().join(name);
            fs::create_dir(&path).unwrap();
            for file in files {
                fs::write(path.join(file), "").unwrap();
            }
            path
        };
        let kept = [
            strange("tfabcdefgh", &[LOCK, "notes"]),
            strange("tfabcdefgi", &[SOCKET]),
            strange("tfabcdefg", &[LOCK]),
            strange("xyabcdefgh", &[LOCK]),
        ];
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join(LOCK), "").unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), parent.path().join("tfabcdefgj")).unwrap();

        sweep(parent.path());
        assert!(live.path().join(LOCK).exists());
        assert!(!killed.exists());
        assert!(kept.iter().all(|path| path.exists()));
        assert!(elsewhere.path().join(LOCK).exists());
    }
}
