//! The process that represents an identity: it meets the conditions of that identity, and of others only if
//! it must.

use std::collections::BTreeSet;

use super::super::learn::file_of;
use super::super::{Destination, Endpoint, Identity, OsType, Request, Rules};

/// A process for decisions.
#[derive(Clone, Debug)]
pub(super) struct Process {
    pub(super) user_name: String,
    user_groups: Vec<String>,
    exe_path: String,
    process_name: String,
    pub(super) is_possible: bool,
}

/// Texts that equal no condition of some rules.
pub(super) struct UnusedNames {
    user_name: String,
    file: String,
    os_type: OsType,
}

impl UnusedNames {
    pub(super) fn new(rules: &[&Rules], os_type: Option<OsType>) -> Self {
        let all = || rules.iter().flat_map(|rules| rules.identities.values());
        let unlike = |word: &str, used: &BTreeSet<&str>| {
            let mut word = word.to_owned();
            while used.contains(word.as_str()) {
                word.push('\'');
            }
            word
        };
        let os_type = os_type.unwrap_or_else(|| {
            let is_windows = |one: &Identity| one.exe_path.as_deref().is_some_and(|path| path.contains('\\'));
            if all().any(is_windows) { OsType::Windows } else { OsType::Linux }
        });
        let users = all().filter_map(|one| one.user_name.as_deref()).collect();
        let paths = all().filter_map(|one| one.exe_path.as_deref());
        let files = paths.map(|path| file_of(path, os_type));
        let files = files.chain(all().filter_map(|one| one.process_name.as_deref())).collect();
        Self { user_name: unlike("another", &users), file: unlike("another", &files), os_type }
    }

    pub(super) const fn os_type(&self) -> OsType {
        self.os_type
    }
}

impl Process {
    /// A process with an identity, or without any if that is possible.
    pub(super) fn new(identity: Option<&Identity>, unused: &UnusedNames) -> Self {
        let text = |of: fn(&Identity) -> &Option<String>| identity.and_then(|one| of(one).clone());
        let (path, process) = (text(|one| &one.exe_path), text(|one| &one.process_name));
        // The agent uses the last component of the path as the name.
        let file = path.as_deref().map(|path| file_of(path, unused.os_type).to_owned());
        let is_possible = match (&file, &process) {
            (Some(file), Some(process)) => file == process,
            _ => true,
        };
        let process_name = file.or(process).unwrap_or_else(|| unused.file.clone());
        let (root, joint) = if unused.os_type == OsType::Windows { ("C:", '\\') } else { ("", '/') };
        let exe_path = path.unwrap_or_else(|| format!("{root}{joint}{}{joint}{process_name}", unused.file));
        Self {
            user_name: text(|one| &one.user_name).unwrap_or_else(|| unused.user_name.clone()),
            user_groups: text(|one| &one.group_name).into_iter().collect(),
            exe_path,
            process_name,
            is_possible,
        }
    }

    /// Its request. Only elevated processes reach the WireServer, so there it is elevated.
    pub(super) fn request<'a>(&'a self, target: &'a str, endpoint: Endpoint, os_type: OsType) -> Request<'a> {
        Request {
            os_type,
            user_name: &self.user_name,
            user_groups: &self.user_groups,
            exe_path: &self.exe_path,
            process_name: &self.process_name,
            elevated: endpoint.profile() == Endpoint::WireServer,
            ..Request::new(Destination::Host(endpoint), target)
        }
    }
}
