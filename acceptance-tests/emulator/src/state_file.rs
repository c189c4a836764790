//! `--state FILE`: the objects, kept from one start to the next.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A state file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the state file {} cannot be used: {reason}", path.display())]
pub struct StateFileError {
    path: PathBuf,
    reason: String,
}

/// Reads it; a file that does not exist yet is not an error.
pub fn load(path: &Path) -> Result<Option<Value>, StateFileError> {
    let refuse = |reason: String| StateFileError { path: path.to_owned(), reason };
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| refuse(error.to_string())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(refuse(error.to_string())),
    }
}

/// Writes it: first to a temporary file next to it, so that a crash leaves the old one or the new one, but
/// never half of one.
pub fn save(path: &Path, state: &Value) -> Result<(), StateFileError> {
    let refuse = |reason: String| StateFileError { path: path.to_owned(), reason };
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(directory).map_err(|error| refuse(error.to_string()))?;
    let bytes = serde_json::to_vec_pretty(state).map_err(|error| refuse(error.to_string()))?;
    file.write_all(&bytes).map_err(|error| refuse(error.to_string()))?;
    file.as_file().sync_all().map_err(|error| refuse(error.to_string()))?;
    file.persist(path).map(|_| ()).map_err(|error| refuse(error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn saved_objects_are_loaded() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state.json");
        assert!(load(&path).unwrap().is_none());
        save(&path, &json!({"version": 1})).unwrap();
        assert_eq!(load(&path).unwrap(), Some(json!({"version": 1})));
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
        std::fs::write(&path, "{").unwrap();
        assert!(load(&path).unwrap_err().to_string().contains("state.json"));
    }
}
