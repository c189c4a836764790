//! Unusual spellings of an executable: L36. The guest agent compares paths component by component. So some
//! spellings match nevertheless; the others are a different path to it.

use super::super::super::OsType;
use super::super::IdentityCondition::{ExePath, ProcessName};
use super::super::executable::is_windows;
use super::super::quote::quoted;
use super::super::{FindingId, Findings};
use super::CheckedIdentity;

pub(super) fn check(identity: &CheckedIdentity<'_>, path: &str, findings: &mut Findings) {
    let unusual = match is_windows(path, identity.os_type()) {
        true => on_windows(path),
        false => on_linux(path),
    };
    if let Some((reason, instead)) = unusual {
        let message = format!("{} {reason}", quoted(path));
        let instead = instead.map(|path| identity.write_path(&path));
        findings.warning(FindingId::L36, identity.at(ExePath), message, instead);
    }
}

/// The name of a process.
pub(super) fn extension(identity: &CheckedIdentity<'_>, file: &str, findings: &mut Findings) {
    let is_path = identity.text(ExePath).is_some() || file.contains(['/', '\\']);
    if identity.os_type() == Some(OsType::Windows) && !file.contains('.') && !is_path {
        let message =
            format!("{} has no extension, as the names of processes on Windows have.", quoted(file));
        let instead = Some(format!("Write {}.", quoted(&format!("{file}.exe"))));
        findings.warning(FindingId::L36, identity.at(ProcessName), message, instead);
    }
}

const IGNORED: &str = "which the comparison ignores but a reader may not.";

fn on_linux(path: &str) -> Option<(String, Option<String>)> {
    if !path.starts_with('/') {
        return None;
    }
    let plain: Vec<&str> =
        path.split('/').filter(|component| !component.is_empty() && *component != ".").collect();
    let plain = format!("/{}", plain.join("/"));
    if plain != path {
        let what =
            if path.ends_with('/') { "ends with a slash" } else { "has doubled slashes or a \".\" in it" };
        return Some((format!("{what}, {IGNORED}"), Some(plain)));
    }
    let file = path.rsplit('/').next().unwrap_or_default();
    let reason = "has a blank in its file name; arguments are not part of the path.";
    file.contains(char::is_whitespace).then(|| (reason.to_owned(), None))
}

fn on_windows(path: &str) -> Option<(String, Option<String>)> {
    let mut reasons = Vec::new();
    let mut plain = path.to_owned();
    if let Some(share) = plain.strip_prefix(r"\\?\UNC\") {
        plain = format!(r"\\{share}");
    } else if let Some(rest) = plain.strip_prefix(r"\\?\").or_else(|| plain.strip_prefix(r"\\.\")) {
        plain = rest.to_owned();
    }
    if plain != path {
        reasons.push("has a prefix that the guest agent reports only of a program that was started with it.");
    }
    if plain.contains('/') {
        plain = plain.replace('/', r"\");
        reasons.push("has forward slashes, which the comparison ignores but a reader may not.");
    }
    let share = plain.starts_with(r"\\");
    let components: Vec<&str> =
        plain.split('\\').filter(|component| !component.is_empty() && *component != ".").collect();
    let joined = format!("{}{}", if share { r"\\" } else { "" }, components.join(r"\"));
    if joined != plain {
        reasons.push(match plain.ends_with('\\') {
            true => "ends with a backslash, which the comparison ignores and a reader may not.",
            false => {
                "has doubled backslashes or a \".\" in it, which the comparison ignores and a reader may not."
            }
        });
        plain = joined;
    }
    let mut is_known = true;
    if plain.split('\\').any(is_short_name) {
        reasons.push("has a short name; the guest agent reports the long one.");
        let long = |component: &str| match component.to_ascii_uppercase().as_str() {
            "PROGRA~1" => "Program Files".to_owned(),
            "PROGRA~2" => "Program Files (x86)".to_owned(),
            "PROGRA~3" => "ProgramData".to_owned(),
            _ => component.to_owned(),
        };
        plain = plain.split('\\').map(long).collect::<Vec<_>>().join(r"\");
        is_known = !plain.split('\\').any(is_short_name);
    }
    if let Some(usual) = usual_case(&plain) {
        reasons.push("is not how Windows usually spells it, and case counts.");
        plain = usual;
    }
    let file = plain.rsplit('\\').next().unwrap_or_default();
    if !file.is_empty() && !file.contains('.') && !is_short_name(file) {
        reasons.push("has no extension, as executables on Windows have.");
        plain.push_str(".exe");
    }
    let reason = (*reasons.first()?).to_owned();
    Some((reason, is_known.then_some(plain)))
}

/// A short name of eight and three letters, such as `PROGRA~1`.
fn is_short_name(component: &str) -> bool {
    let stem = component.split('.').next().unwrap_or_default();
    let Some((head, number)) = stem.split_once('~') else { return false };
    stem.len() <= 8
        && !head.is_empty()
        && !number.is_empty()
        && number.chars().all(|c| c.is_ascii_digit())
        && component.len() <= 12
}

/// The path with its well-known folders in the case that Windows uses, if they differ.
fn usual_case(path: &str) -> Option<String> {
    const USUAL: [&str; 9] = [
        r"Windows\System32\WindowsPowerShell",
        r"Windows\System32",
        r"Windows\SysWOW64",
        r"Windows\Microsoft.NET",
        "Windows",
        "Program Files (x86)",
        "Program Files",
        r"Packages\Plugins",
        "WindowsAzure",
    ];
    let (drive, rest) = path.split_once(":\\")?;
    let usual = USUAL.into_iter().find_map(|folder| {
        let (head, tail) = rest.split_at_checked(folder.len())?;
        let whole = tail.is_empty() || tail.starts_with('\\');
        (whole && head.eq_ignore_ascii_case(folder)).then_some((folder, head, tail))
    });
    let (folder, head, tail) = usual?;
    (head != folder).then(|| format!("{drive}:\\{folder}{tail}"))
}
