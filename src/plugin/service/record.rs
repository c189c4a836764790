//! A recorder of calls, for debugging.
//!
//! Off unless a directory is set. Each process writes its own file, one line of JSON per call:
//! `{"rpc": "PlanResourceChange", "request": "…", "answer": "…"}`, with both messages in base64 as they were
//! on the wire. The provider block may contain secrets, so those two requests are always omitted.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The calls with secrets, whose requests are never written.
const SECRET_CALLS: [&str; 2] = ["ValidateProviderConfig", "ConfigureProvider"];

/// The file for the calls of this process.
#[derive(Debug)]
pub struct Recorder {
    file: Mutex<File>,
}

impl Recorder {
    /// Creates a file in this directory. File names sort by the start times of their processes.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn in_directory(directory: &Path) -> io::Result<Self> {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let name = format!("{started:020}-{}.jsonl", std::process::id());
        let file = OpenOptions::new().create_new(true).append(true).open(directory.join(name))?;
        Ok(Self { file: Mutex::new(file) })
    }

    /// Writes a call. A call that cannot be written is omitted: an apply must not fail because of it.
    pub(super) fn record(&self, rpc: &'static str, request: &[u8], answer: &[u8]) {
        let request = if SECRET_CALLS.contains(&rpc) { &[][..] } else { request };
        let line = serde_json::json!({
            "rpc": rpc, "request": STANDARD.encode(request), "answer": STANDARD.encode(answer)
        });
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.write_all(format!("{line}\n").as_bytes()) {
            tracing::warn!(target: "provider.plugin", %error, rpc, "a call could not be recorded");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_written_in_order_and_the_provider_block_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let recorder = Recorder::in_directory(directory.path()).unwrap();
        recorder.record("ReadResource", b"asked", b"answered");
        recorder.record("ConfigureProvider", b"secret", b"answered");
        let file = std::fs::read_dir(directory.path()).unwrap().next().unwrap().unwrap().path();
        let text = std::fs::read_to_string(file).unwrap();
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0]["rpc"], "ReadResource");
        assert_eq!(lines[0]["request"], STANDARD.encode("asked"));
        assert_eq!(lines[1]["request"], "");
        assert_eq!(lines[1]["answer"], STANDARD.encode("answered"));
    }
}
