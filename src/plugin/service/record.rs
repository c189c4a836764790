//! A recorder of calls, for debugging.
//!
//! Off unless a directory is named. Each process writes a file of its own, a line of JSON for each call:
//! `{"rpc": "PlanResourceChange", "request": "…", "answer": "…"}`, both messages in base64 as they were on the wire. What the
//! provider block holds may be secret: those two requests are left out, whatever is in them.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The calls whose requests are never written.
const SECRET: [&str; 2] = ["ValidateProviderConfig", "ConfigureProvider"];

/// Where the calls of this process are written.
#[derive(Debug)]
pub struct Recorder {
    file: Mutex<File>,
}

impl Recorder {
    /// Begins a file in this directory. Files sort by the time at which their processes began.
    ///
    /// # Errors
    /// When there can be none.
    pub fn in_directory(directory: &Path) -> io::Result<Self> {
        let begun = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let name = format!("{begun:020}-{}.jsonl", std::process::id());
        let file = OpenOptions::new().create_new(true).append(true).open(directory.join(name))?;
        Ok(Self { file: Mutex::new(file) })
    }

    /// Writes a call. One that cannot be written is left out: nobody's apply fails for it.
    pub(super) fn record(&self, rpc: &'static str, request: &[u8], answer: &[u8]) {
        let request = if SECRET.contains(&rpc) { &[][..] } else { request };
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
