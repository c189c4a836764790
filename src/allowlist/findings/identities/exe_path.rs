//! The path of an executable: L33, L35, L36 and L37.

use std::borrow::Cow;

use super::super::super::OsType;
use super::super::super::decoding::lowered;
use super::super::{Condition, FindingId, Found};
use super::One;

pub(super) fn check(one: &One<'_>, path: &str, found: &mut Found) {
    let os_type = one.os_type();
    let subject = || one.at(Condition::ExePath);
    if let Some((message, instead)) = never_matches(path, os_type) {
        found.error(FindingId::L35, subject(), message, instead);
        return;
    }
    if let Some(message) = unstable(path) {
        found.warning(FindingId::L33, subject(), message, None);
    }
    if os_type != Some(OsType::Linux)
        && let Some(usual) = usual_spelling(path)
    {
        let message = format!("\"{path}\" is not how Windows usually spells it, and case counts.");
        found.warning(FindingId::L36, subject(), message, Some(format!("Write \"{usual}\".")));
    }
    if os_type != Some(OsType::Windows)
        && let Some(instead) = link(path)
    {
        let message = format!("\"{path}\" is usually a symbolic link, and the guest agent sees its target.");
        found.warning(FindingId::L37, subject(), message, Some(instead));
    }
}

/// L36, for the name of a process.
pub(super) fn extension(one: &One<'_>, file: &str, found: &mut Found) {
    let exe_path_tells = one.text(Condition::ExePath).is_some();
    if one.os_type() == Some(OsType::Windows) && !file.contains('.') && !exe_path_tells {
        let message = format!("\"{file}\" has no extension, as the names of processes on Windows have.");
        let instead = Some(format!("Write \"{file}.exe\"."));
        found.warning(FindingId::L36, one.at(Condition::ProcessName), message, instead);
    }
}

/// L35: why no process is ever reported with this path.
fn never_matches(path: &str, os_type: Option<OsType>) -> Option<(String, Option<String>)> {
    let said = |why: &str| format!("\"{path}\" {why}");
    if path.trim() != path {
        return Some((said("begins or ends with a blank."), Some(format!("Write \"{}\".", path.trim()))));
    }
    if let Some(bare) = path.strip_suffix(" (deleted)") {
        let message =
            said("is what a program looks like that was replaced while it ran; after a restart it is gone.");
        return Some((message, Some(format!("Write \"{bare}\"."))));
    }
    if path.contains('"') || (path.starts_with('\'') && path.ends_with('\'')) {
        let bare = path.trim_matches(['"', '\'']);
        return Some((said("is quoted."), Some(format!("Write \"{bare}\"."))));
    }
    if path.contains(['*', '?']) && !path.starts_with(r"\\?\") {
        return Some((said("has a wildcard; the comparison is exact."), None));
    }
    let percents = path.matches('%').count();
    if path.starts_with('~') || path.contains('$') || percents >= 2 {
        return Some((said("has a variable; nothing is expanded."), None));
    }
    if path.split(['/', '\\']).any(|component| component == "..") {
        return Some((said("contains \"..\", which a reported path never does."), None));
    }
    let linux = path.starts_with('/');
    let drive = matches!(path.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    let windows = drive || path.starts_with(r"\\");
    match os_type {
        Some(OsType::Linux) if windows || path.contains('\\') => {
            Some((said("has the separators of Windows, and this profile is for Linux."), None))
        }
        Some(OsType::Linux) if !linux => Some((said("does not start with \"/\"."), None)),
        Some(OsType::Windows) if !windows => Some((said("has no drive letter."), None)),
        None if !linux && !windows => Some((said("is not absolute."), None)),
        _ => None,
    }
}

/// L33: others can write there, or the path changes with the next update.
fn unstable(path: &str) -> Option<String> {
    const LINUX: [&str; 5] = ["/tmp/", "/var/tmp/", "/dev/shm/", "/home/", "/run/user/"];
    const WINDOWS: [&str; 4] = [r":\users\", r":\programdata\", r":\temp\", r":\windows\temp\"];
    let lower = || with_backslashes(lowered(path));
    let is_open_on_windows = || {
        let lower = lower();
        let behind_drive = lower.get(1..).unwrap_or_default();
        WINDOWS.iter().any(|folder| behind_drive.starts_with(folder))
    };
    let writable = LINUX.iter().any(|folder| path.starts_with(folder))
        || (!path.starts_with('/') && is_open_on_windows());
    if writable {
        return Some(format!("\"{path}\" is in a folder that ordinary users can write to."));
    }
    let (folders, _) = path.rsplit_once(['/', '\\'])?;
    let folder = folders.split(['/', '\\']).find(|folder| has_version(folder))?;
    (!lower().contains(r"\microsoft.net\")).then(|| {
        format!("\"{path}\" has the version number \"{folder}\" in it, which the next update changes.")
    })
}

/// The path with the separators that Windows itself writes.
fn with_backslashes(path: Cow<'_, str>) -> Cow<'_, str> {
    if path.contains('/') { Cow::Owned(path.replace('/', "\\")) } else { path }
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

/// L36: the path with its well-known folders in the spelling Windows uses, if that is another one.
fn usual_spelling(path: &str) -> Option<String> {
    const USUAL: [&str; 8] = [
        r"Windows\System32",
        r"Windows\SysWOW64",
        r"Windows\Microsoft.NET",
        "Windows",
        "Program Files (x86)",
        "Program Files",
        r"Packages\Plugins",
        "WindowsAzure",
    ];
    let plain = with_backslashes(Cow::Borrowed(path));
    let (drive, rest) = plain.split_once(":\\")?;
    let usual = USUAL.into_iter().find_map(|folder| {
        let (head, tail) = rest.split_at_checked(folder.len())?;
        let whole = tail.is_empty() || tail.starts_with('\\');
        (whole && head.eq_ignore_ascii_case(folder)).then_some((folder, head, tail))
    });
    let (folder, head, tail) = usual?;
    (head != folder).then(|| format!("{drive}:\\{folder}{tail}"))
}

/// L37: what to write instead of a path that usually is a symbolic link.
fn link(path: &str) -> Option<String> {
    const MERGED: [&str; 4] = ["/bin/", "/sbin/", "/lib/", "/lib64/"];
    const LINKS: [&str; 10] = [
        "/usr/bin/python",
        "/usr/bin/python3",
        "/usr/bin/python2",
        "/usr/bin/java",
        "/usr/bin/sh",
        "/usr/bin/awk",
        "/usr/bin/vi",
        "/usr/bin/nc",
        "/usr/bin/php",
        "/usr/bin/ruby",
    ];
    if MERGED.iter().any(|folder| path.starts_with(folder)) {
        return Some(format!("Write \"/usr{path}\"."));
    }
    if let Some(rest) = path.strip_prefix("/var/run/") {
        return Some(format!("Write \"/run/{rest}\"."));
    }
    LINKS.contains(&path).then(|| "Write the path `readlink -f` shows.".to_owned())
}
