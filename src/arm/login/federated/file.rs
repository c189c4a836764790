//! An id token in a file that somebody else keeps fresh: the kubelet in an AKS pod, a step of a pipeline.

use super::super::super::error::{Error, LoginError};
use super::super::super::secret::Secret;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// No id token comes near this; a wrong path may lead to anything.
const LARGEST: u64 = 64 << 10;

/// A file with an id token.
#[derive(Debug)]
pub(super) struct TokenFile {
    way: &'static str,
    path: PathBuf,
}

impl TokenFile {
    pub(super) fn new(way: &'static str, path: &Path) -> Self {
        Self { way, path: path.to_owned() }
    }

    /// Reads the token as it is now. Small and local, so it is read in place.
    pub(super) fn read(&self) -> Result<Secret, Error> {
        let failed = |reason: String| {
            Error::from(LoginError {
                way: self.way,
                endpoint: format!("the file {}", self.path.display()),
                description: Some(reason),
                ..LoginError::default()
            })
        };
        let file = std::fs::File::open(&self.path).map_err(|error| failed(error.to_string()))?;
        let mut text = String::new();
        file.take(LARGEST + 1).read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
        match text.trim() {
            "" => Err(failed("the file is empty".to_owned())),
            _ if text.len() as u64 > LARGEST => {
                Err(failed("the file is too large for an id token".to_owned()))
            }
            token => Ok(Secret::new(token)),
        }
    }
}
