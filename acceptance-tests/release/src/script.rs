//! Small shell scripts, for tools that accept the name of a program but no arguments.

use std::ffi::OsString;
use std::path::Path;

use super::Error;

/// Writes an executable script, and returns its path.
///
/// # Errors
/// If that is not possible, as on a system without a Unix shell.
pub(crate) fn written(path: &Path, text: &str) -> Result<OsString, Error> {
    std::fs::write(path, text).map_err(Error::file(path))?;
    executable(path).map_err(Error::file(path))?;
    Ok(path.as_os_str().to_owned())
}

/// A word of a shell.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(unix)]
fn executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn executable(_: &Path) -> std::io::Result<()> {
    Err(std::io::Error::new(std::io::ErrorKind::Unsupported, "this needs a system with a Unix shell"))
}
