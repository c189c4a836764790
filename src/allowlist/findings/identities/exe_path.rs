//! The path of an executable: L33 and L35.

use super::super::super::decoding::lowered;
use super::super::IdentityCondition::ExePath;
use super::super::executable::{corrected, is_in_memory, never_matches};
use super::super::quote::quoted;
use super::super::{FindingId, Findings};
use super::{CheckedIdentity, links, spelling};

pub(super) fn check(identity: &CheckedIdentity<'_>, path: &str, findings: &mut Findings) {
    let os_type = identity.os_type();
    let subject = || identity.at(ExePath);
    if let Some(reason) = never_matches(path, os_type) {
        let instead = corrected(path, os_type).map(|path| identity.write_path(&path));
        findings.error(FindingId::L35, subject(), format!("{} {reason}", quoted(path)), instead);
        return;
    }
    if let Some(message) = unstable(path) {
        findings.warning(FindingId::L33, subject(), message, None);
    }
    if is_in_memory(path) {
        return;
    }
    spelling::check(identity, path, findings);
    links::check(identity, path, findings);
}

/// L33: others can write there, or the path changes with the next update.
fn unstable(path: &str) -> Option<String> {
    const LINUX: [&str; 5] = ["/tmp/", "/var/tmp/", "/dev/shm/", "/home/", "/run/user/"];
    const WINDOWS: [&str; 4] = [r":\users\", r":\programdata\", r":\temp\", r":\windows\temp\"];
    // These never change: the version is that of a format, or of what Windows carries.
    const FIXED: [&str; 2] = [r"\microsoft.net\", r"\windowspowershell\v1.0\"];
    if is_in_memory(path) {
        return Some(format!(
            "{} is a program in memory without a file; every process can give one this name.",
            quoted(path)
        ));
    }
    let lower = lowered(path).replace('/', r"\");
    let behind_drive = lower.get(1..).unwrap_or_default();
    let writable = LINUX.iter().any(|folder| path.starts_with(folder))
        || (!path.starts_with('/') && WINDOWS.iter().any(|folder| behind_drive.starts_with(folder)));
    if writable {
        return Some(format!("{} is in a folder that ordinary users can write to.", quoted(path)));
    }
    let (folders, _) = path.rsplit_once(['/', '\\'])?;
    let folder = folders.split(['/', '\\']).find(|folder| has_version(folder))?;
    (!FIXED.iter().any(|fixed| lower.contains(fixed))).then(|| {
        format!(
            "{} has the version number {} in it, which the next update changes.",
            quoted(path),
            quoted(folder)
        )
    })
}

/// Digits, a dot, digits.
fn has_version(folder: &str) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    folder.match_indices('.').any(|(at, _)| {
        let before = folder.get(..at).and_then(|text| text.chars().next_back());
        let after = folder.get(at + 1..).and_then(|text| text.chars().next());
        digit(before) && digit(after)
    })
}
