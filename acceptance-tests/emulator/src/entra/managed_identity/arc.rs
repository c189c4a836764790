//! The form of Azure Arc. The response to a first request names a file that only the machine's administrators
//! can read; the second request shows its content.
//!
//! Source: Microsoft's page on managed identities of Arc-enabled servers, and the Azure SDKs, which refuse a file
//! outside the agent's directory (`/var/opt/azcmagent/tokens` on Linux). The texts are assumed.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use hyper::StatusCode;
use serde_json::json;
use uuid::Uuid;

use crate::entra::managed_identity::instance_metadata::headers_wrong;
use crate::entra::managed_identity::{ManagedIdentity, refuse};
use crate::entra::token::Subject;
use crate::exchange::{Reply, Request};

/// The challenges that are still open.
#[derive(Debug, Default)]
pub struct Challenges {
    directory: Option<PathBuf>,
    open: HashSet<(PathBuf, String)>,
}

impl Challenges {
    /// Challenges with files in this directory; without one there is no Arc here.
    pub fn in_directory(directory: Option<PathBuf>) -> Self {
        Self { directory, open: HashSet::new() }
    }

    /// The directory of the files.
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    fn set(&mut self) -> Option<PathBuf> {
        let path = self.directory.as_ref()?.join(format!("{}.key", Uuid::new_v4()));
        let secret = Uuid::new_v4().simple().to_string();
        write(&path, &secret).ok()?;
        self.open.insert((path.clone(), secret));
        Some(path)
    }

    /// Whether this solves a challenge, which is then closed.
    fn take(&mut self, secret: &str) -> bool {
        let Some(found) = self.open.iter().find(|(_, open)| open == secret).cloned() else { return false };
        self.open.remove(&found);
        // If it is removed already, that is fine.
        let _ = std::fs::remove_file(&found.0);
        true
    }
}

impl Drop for Challenges {
    fn drop(&mut self) {
        for (path, _) in &self.open {
            // A file that cannot be removed was valid only once anyway.
            let _ = std::fs::remove_file(path);
        }
    }
}

impl ManagedIdentity<'_> {
    /// Handles it.
    pub fn arc(&self, request: &Request, challenges: &mut Challenges) -> Reply {
        if let Some(refusal) = headers_wrong(request) {
            return refusal;
        }
        if request.parameter("api-version").is_none() {
            return refuse("invalid_request", "Required query variable 'api-version' is missing");
        }
        let Some(resource) = request.parameter("resource") else {
            return refuse("invalid_request", "Required audience parameter not specified");
        };
        let answer = request.header("authorization").and_then(|value| value.strip_prefix("Basic "));
        let Some(secret) = answer else {
            let Some(path) = challenges.set() else { return Reply::empty(StatusCode::NOT_FOUND) };
            let body =
                json!({"error": "unauthorized", "error_description": "The request must answer a challenge"});
            return Reply::json(StatusCode::UNAUTHORIZED, &body)
                .with("www-authenticate", &format!("Basic realm={}", path.display()));
        };
        if !challenges.take(secret.trim()) {
            let body = json!({"error": "unauthorized", "error_description": "The response to the challenge is wrong"});
            return Reply::json(StatusCode::UNAUTHORIZED, &body);
        }
        if !self.identities.system_assigned {
            return refuse("invalid_request", "Identity not found");
        }
        let subject = Subject::application(self.identity);
        self.members(request, &subject, resource)
            .map_or_else(|refusal| *refusal, |body| Reply::json(StatusCode::OK, &body))
    }
}

fn write(path: &Path, secret: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(secret.as_bytes())
}
