//! Azure Arc's challenge: its agent names a file that only administrators and the agent's own group can read.
//! A caller that responds with its content gets a token ("Authenticate against Azure resources with Azure
//! Arc-enabled servers").
//!
//! The name comes from whatever process listens on the port, which could ask for any of our files. So only a
//! file of the form that the agent writes is sent: with the ending `.key`, directly in the agent's folder, of
//! at most 4096 bytes.

use super::super::super::secret::Secret;
use azure_core::http::RawResponse;
use azure_core::http::headers::HeaderName;
use std::io::Read as _;
use std::path::{Path, PathBuf};

const CHALLENGE: HeaderName = HeaderName::from_static("www-authenticate");
const LARGEST: u64 = 4096;
/// Who may read the agent's files on this system.
const READERS: &str = if cfg!(windows) {
    "an administrator or as a member of the group \"Hybrid agent extension applications\""
} else {
    "root or as a member of the group himds"
};

/// Responds to challenges with files of one folder.
#[derive(Debug)]
pub(super) struct Challenges {
    folder: Option<PathBuf>,
}

impl Challenges {
    /// With the agent's folder on this system.
    pub(super) fn of_this_system() -> Self {
        let folder = if cfg!(windows) {
            std::env::var_os("ProgramData")
                .map(|data| PathBuf::from(data).join("AzureConnectedMachineAgent").join("Tokens"))
        } else {
            Some(PathBuf::from("/var/opt/azcmagent/tokens"))
        };
        Self { folder }
    }

    /// With this folder.
    #[cfg(test)]
    pub(super) fn within(folder: PathBuf) -> Self {
        Self { folder: Some(folder) }
    }

    /// Takes the agent's 401, returns the content of the file that it names, or why not.
    pub(super) fn answer(&self, challenge: &RawResponse) -> Result<Secret, String> {
        let header = challenge.headers().get_optional_str(&CHALLENGE);
        let realm = header.and_then(realm).ok_or("the agent of Azure Arc did not name a key file")?;
        self.key(Path::new(realm)).map(Secret::new)
    }

    fn key(&self, path: &Path) -> Result<String, String> {
        let folder = self.folder.as_deref().ok_or("the folder of Azure Arc's agent is not known")?;
        let wrong = |rule: &str| {
            format!(
                "the agent of Azure Arc named the key file {}, which {rule}; it was not read",
                path.display()
            )
        };
        if path.extension().is_none_or(|ending| ending != "key") {
            return Err(wrong("does not end in .key"));
        }
        // As written, and as it is on disk: neither dots nor links lead out of the folder.
        if path.parent() != Some(folder) {
            return Err(wrong(&format!("is not in {}", folder.display())));
        }
        let unreadable = |error: std::io::Error| {
            format!(
                "the key file {} of Azure Arc's agent cannot be read: {error}; run as {READERS}",
                path.display()
            )
        };
        let (real, home) =
            (path.canonicalize().map_err(unreadable)?, folder.canonicalize().map_err(unreadable)?);
        if real.parent() != Some(home.as_path()) {
            return Err(wrong("leads elsewhere"));
        }
        let file = std::fs::File::open(&real).map_err(unreadable)?;
        let mut text = String::new();
        file.take(LARGEST + 1).read_to_string(&mut text).map_err(unreadable)?;
        if text.len() as u64 > LARGEST {
            return Err(wrong("is larger than 4096 bytes"));
        }
        let key = text.trim();
        match !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic()) {
            true => Ok(key.to_owned()),
            false => Err(wrong("holds no key")),
        }
    }
}

/// The realm of `Basic realm=/var/opt/azcmagent/tokens/x.key`.
fn realm(header: &str) -> Option<&str> {
    let (scheme, rest) = header.trim().split_once(' ')?;
    let (name, value) = rest.trim().split_once('=')?;
    let fits = scheme.eq_ignore_ascii_case("basic") && name.trim().eq_ignore_ascii_case("realm");
    fits.then(|| value.trim().trim_matches('"')).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_realm_is_read() {
        assert_eq!(realm("Basic realm=/a/b.key"), Some("/a/b.key"));
        assert_eq!(realm("basic Realm=\"/a/b.key\""), Some("/a/b.key"));
        for bad in ["", "Basic", "Bearer realm=/a", "Basic realm=", "Basic other=/a"] {
            assert_eq!(realm(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_a_small_key_file_directly_in_the_folder_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().canonicalize().unwrap().join("tokens");
        std::fs::create_dir_all(folder.join("deeper")).unwrap();
        for (name, content) in [
            ("good.key", "s3cret\n".to_owned()),
            ("good.txt", "s3cret".to_owned()),
            ("large.key", "x".repeat(4097)),
            ("fits.key", "x".repeat(4096)),
            ("empty.key", "\n".to_owned()),
            ("lines.key", "a\nb".to_owned()),
            ("deeper/good.key", "s3cret".to_owned()),
            ("../outside.key", "s3cret".to_owned()),
        ] {
            std::fs::write(folder.join(name), content).unwrap();
        }
        let challenges = Challenges::within(folder.clone());
        let key = |name: &str| challenges.key(&folder.join(name));
        assert_eq!(key("good.key").unwrap(), "s3cret");
        assert_eq!(key("fits.key").unwrap().len(), 4096);
        for (name, reason) in [
            ("good.txt", "does not end in .key"),
            ("large.key", "larger than 4096"),
            ("empty.key", "holds no key"),
            ("lines.key", "holds no key"),
            ("deeper/good.key", "is not in"),
            ("../outside.key", "is not in"),
            ("absent.key", "cannot be read"),
        ] {
            let error = key(name).unwrap_err();
            assert!(error.contains(reason) && !error.contains("s3cret"), "{name}: {error}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(folder.join("../outside.key"), folder.join("link.key")).unwrap();
            assert!(key("link.key").unwrap_err().contains("leads elsewhere"));
        }
    }
}
