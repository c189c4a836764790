//! The identity for a recorded caller.

use super::super::decoding::lowered;
use super::{Identity, LearnOptions, OsType, Reason};

/// A caller as the rules will have it, ordered so that names are the same for the same log.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) identity: Identity,
    /// The folder with a version that the identity omits.
    versioned: Option<String>,
}

impl PartialEq for Caller {
    fn eq(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}

impl Eq for Caller {}

impl Ord for Caller {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let (one, other) = (&self.identity, &other.identity);
        (&one.exe_path, &one.process_name, &one.user_name).cmp(&(
            &other.exe_path,
            &other.process_name,
            &other.user_name,
        ))
    }
}

impl PartialOrd for Caller {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Caller {
    /// The identity for a recorded executable and account, or why there is none.
    pub(super) fn of(exe_path: &str, user_name: &str, options: &LearnOptions) -> Result<Self, Reason> {
        // A program that exists only in memory has no other path: nothing replaced it.
        let is_in_memory = exe_path.starts_with("/memfd:");
        let exe_path = match exe_path.strip_suffix(" (deleted)").filter(|_| !is_in_memory) {
            Some(bare) if options.strip_deleted => bare,
            Some(_) => return Err(Reason::ReplacedProgram),
            None => exe_path,
        };
        // The agent's placeholder if it could not read the claims.
        let unknown = |text: &str| ["", "empty", "undefined"].contains(&text);
        if unknown(exe_path) {
            return Err(Reason::UnknownCaller);
        }
        let user_name = Some(user_name).filter(|user| !unknown(user)).map(str::to_owned);
        let file = file_of(exe_path, options.os_type).to_owned();
        let versioned = versioned_folder(exe_path).filter(|_| user_name.is_some() && !file.is_empty());
        let identity = Identity {
            exe_path: versioned.is_none().then(|| exe_path.to_owned()),
            process_name: versioned.is_some().then_some(file),
            user_name,
            group_name: None,
        };
        Ok(Self { identity, versioned: versioned.map(str::to_owned) })
    }

    /// What the identity matches in addition, if it is wider than the record.
    pub(super) fn wider(&self) -> Option<&str> {
        self.versioned.as_deref()
    }

    /// File name and account.
    pub(super) fn name(&self) -> String {
        let path =
            self.identity.exe_path.as_deref().or(self.identity.process_name.as_deref()).unwrap_or_default();
        let file = path.rsplit(['/', '\\']).next().unwrap_or_default();
        let stem = file.strip_suffix(".exe").unwrap_or(file);
        match &self.identity.user_name {
            Some(user) => format!("{stem}-{user}"),
            None => stem.to_owned(),
        }
    }

    /// With the folder, if the shorter name is taken.
    pub(super) fn longer_name(&self) -> Option<String> {
        let path = self.identity.exe_path.as_deref()?;
        let folder = path.rsplit(['/', '\\']).nth(1).filter(|folder| !folder.is_empty())?;
        Some(format!("{folder}-{}", self.name()))
    }
}

/// The last component of a path, which the agent uses as the process name.
pub(in crate::allowlist) fn file_of(path: &str, os_type: OsType) -> &str {
    let separator = |c: char| c == '/' || (c == '\\' && os_type == OsType::Windows);
    path.rsplit(separator).next().unwrap_or_default()
}

/// The folder of an extension, which includes its version: `/var/lib/waagent/<name>-<version>/` and
/// `C:\Packages\Plugins\<name>\<version>\`.
fn versioned_folder(path: &str) -> Option<&str> {
    let has_version = |folder: &str| {
        let digits = |text: Option<&str>| {
            text.is_some_and(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
        };
        let version = folder.rsplit('-').next().unwrap_or_default();
        let mut numbers = version.split('.');
        version.contains('.') && digits(numbers.next()) && numbers.all(|number| digits(Some(number)))
    };
    let lower = lowered(path);
    let extension = lower.starts_with("/var/lib/waagent/") || lower.contains(r":\packages\plugins\");
    let mut folders: Vec<&str> = path.split(['/', '\\']).collect();
    folders.pop();
    folders.into_iter().find(|folder| has_version(folder)).filter(|_| extension)
}

#[cfg(test)]
mod tests {
    use super::super::Endpoint;
    use super::*;

    fn caller(path: &str, user: &str, os_type: OsType) -> Result<Identity, Reason> {
        Caller::of(path, user, &LearnOptions::new(Endpoint::WireServer, os_type))
            .map(|caller| caller.identity)
    }

    #[test]
    fn a_versioned_folder_of_an_extension_is_omitted() {
        let identity = caller("/var/lib/waagent/Microsoft.X-1.2.3/bin/x", "root", OsType::Linux).unwrap();
        assert_eq!((identity.exe_path, identity.process_name), (None, Some("x".into())));
        let identity = caller(r"C:\Packages\Plugins\X\1.2.3\x.exe", "SYSTEM", OsType::Windows).unwrap();
        assert_eq!(identity.process_name, Some("x.exe".into()));
        let identity = caller("/opt/app-1.2.3/x", "root", OsType::Linux).unwrap();
        assert_eq!(identity.exe_path.as_deref(), Some("/opt/app-1.2.3/x"));
    }

    #[test]
    fn unknown_callers_and_replaced_programs_have_no_identity() {
        assert_eq!(caller("undefined", "root", OsType::Linux), Err(Reason::UnknownCaller));
        assert_eq!(caller("/x (deleted)", "root", OsType::Linux), Err(Reason::ReplacedProgram));
        assert_eq!(caller("/x", "undefined", OsType::Linux).unwrap().user_name, None);
        let in_memory = caller("/memfd:x (deleted)", "root", OsType::Linux).unwrap();
        assert_eq!(in_memory.exe_path.as_deref(), Some("/memfd:x (deleted)"));
    }
}
