//! The program that is found as `az`: a script in a directory of the emulator, and the mode of the emulator's
//! own binary that the script starts.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::az::Answer;

/// Writes the script into `directory` and returns the entry for the beginning of a PATH.
///
/// # Errors
/// If the directory cannot be written to.
pub fn install(directory: &Path, program: &Path, address: &str) -> io::Result<PathBuf> {
    let directory = directory.join("bin");
    std::fs::create_dir_all(&directory)?;
    if cfg!(windows) {
        let text = format!("@\"{}\" az {address} %*\r\n", program.display());
        std::fs::write(directory.join("az.cmd"), text)?;
    } else {
        let quoted = program.display().to_string().replace('\'', "'\\''");
        let path = directory.join("az");
        std::fs::write(&path, format!("#!/bin/sh\nexec '{quoted}' az '{address}' \"$@\"\n"))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        }
    }
    Ok(directory)
}

/// Asks the emulator at `address` (`http://host:port`) for the result of a command line.
///
/// # Errors
/// If nothing responds there, or not as the emulator does.
pub fn ask(address: &str, words: &[String]) -> io::Result<Answer> {
    let host = address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(120)))?;
    let body = json!({ "arguments": words }).to_string();
    write!(
        stream,
        "POST /az HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply)?;
    let text = reply.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let value: Value = serde_json::from_str(text).map_err(io::Error::other)?;
    let part = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
    let code = value.get("code").and_then(Value::as_u64).and_then(|code| u8::try_from(code).ok());
    Ok(Answer { stdout: part("stdout"), stderr: part("stderr"), code: code.unwrap_or(1) })
}
