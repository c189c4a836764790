//! The path of an executable, without a look at the identity that asks for it: whether any process is ever reported with
//! it, and what was meant.

use super::super::OsType;
use super::known::is_interpreter;

/// Whether a path is a Windows path: by the operating system or, if that is unknown, by the path.
pub(super) fn is_windows(path: &str, os_type: Option<OsType>) -> bool {
    match os_type {
        Some(os_type) => os_type == OsType::Windows,
        None => has_drive(path) || path.starts_with('\\'),
    }
}

fn has_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic())
}

/// Whether a path looks like that of a program that runs from memory and has no file.
pub(super) fn is_in_memory(path: &str) -> bool {
    path.starts_with("/memfd:")
}

/// L35: why no process is ever reported with this path.
pub(super) fn never_matches(path: &str, os_type: Option<OsType>) -> Option<String> {
    let windows = is_windows(path, os_type);
    let linux = path.starts_with('/');
    let reason = |why: &str| Some(why.to_owned());
    if trimmed(path) != path {
        return reason("begins or ends with a blank.");
    }
    if is_in_memory(path) {
        return None;
    }
    if path.ends_with(DELETED) {
        return reason(
            "is the path of a program that was replaced while it ran; after a restart it is gone.",
        );
    }
    if windows && path.contains(char::is_control) {
        return reason(
            "has a control character, which no file name on Windows has. In a configuration a backslash is written \
             twice.",
        );
    }
    if path.contains('"') || (path.starts_with('\'') && path.ends_with('\'')) {
        return reason("is quoted.");
    }
    if before_arguments(path, windows).is_some() {
        return reason("has arguments; only the path of the executable is compared.");
    }
    if windows && path.starts_with(r"\??\") {
        return reason(r"has the prefix \??\, which is never reported.");
    }
    if path.contains(['*', '?']) && !path.starts_with(r"\\?\") {
        return reason("has a wildcard; the comparison is exact.");
    }
    // A share of an administrator, such as C$, is not a variable.
    let dollar = if windows { path.contains("${") || path.contains("$env:") } else { path.contains('$') };
    if path.starts_with('~') || dollar || path.matches('%').count() >= 2 {
        return reason("has a variable; nothing is expanded.");
    }
    if path.split(['/', '\\']).any(|component| component == "..") {
        return reason("contains \"..\", which a reported path never does.");
    }
    match os_type {
        Some(OsType::Linux) if has_drive(path) || path.contains('\\') => {
            reason("has the separators of Windows, and this profile is for Linux.")
        }
        Some(OsType::Linux) if !linux => reason("does not start with \"/\"."),
        Some(OsType::Windows) if !has_drive(path) && !path.starts_with(r"\\") => {
            reason("has no drive letter.")
        }
        None if !linux && !has_drive(path) && !path.starts_with(r"\\") => reason("is not absolute."),
        _ => None,
    }
}

const DELETED: &str = " (deleted)";

/// A path that can match, if it can be derived from one that cannot.
pub(super) fn corrected(path: &str, os_type: Option<OsType>) -> Option<String> {
    let mut path = path.to_owned();
    // Each step removes one fault.
    for _ in 0..8 {
        if never_matches(&path, os_type).is_none() {
            return Some(path).filter(|path| !path.is_empty());
        }
        path = step(&path, is_windows(&path, os_type)).filter(|next| *next != path)?;
    }
    None
}

fn step(path: &str, windows: bool) -> Option<String> {
    if trimmed(path) != path {
        return Some(trimmed(path).to_owned());
    }
    if let Some(bare) = path.strip_suffix(DELETED) {
        return Some(bare.to_owned());
    }
    if windows && path.contains(char::is_control) {
        return Some(path.replace('\t', r"\t").replace('\n', r"\n").replace('\r', r"\r"));
    }
    if let Some(rest) = path.strip_prefix('"') {
        return Some(rest.split('"').next().unwrap_or(rest).to_owned());
    }
    if path.contains('"') || path.starts_with('\'') {
        return Some(path.replace(['"', '\''], ""));
    }
    if let Some(bare) = before_arguments(path, windows) {
        return Some(bare.to_owned());
    }
    if let Some(bare) = path.strip_prefix(r"\??\") {
        return Some(bare.to_owned());
    }
    if let Some(plain) = expanded(path).filter(|_| windows || path.starts_with('%')) {
        return Some(plain);
    }
    if path.starts_with('/') && path.split('/').any(|component| component == "..") {
        return Some(resolved(path));
    }
    None
}

/// The path with the variable at its beginning replaced, if its value is the same on every machine.
fn expanded(path: &str) -> Option<String> {
    const KNOWN: [(&str, &str); 7] = [
        ("%programfiles(x86)%", r"C:\Program Files (x86)"),
        ("%programfiles%", r"C:\Program Files"),
        ("%programw6432%", r"C:\Program Files"),
        ("%systemroot%", r"C:\Windows"),
        ("%windir%", r"C:\Windows"),
        ("%programdata%", r"C:\ProgramData"),
        ("%systemdrive%", "C:"),
    ];
    KNOWN.into_iter().find_map(|(variable, value)| {
        let (head, tail) = path.split_at_checked(variable.len())?;
        head.eq_ignore_ascii_case(variable).then(|| format!("{value}{tail}"))
    })
}

fn resolved(path: &str) -> String {
    let mut components = Vec::new();
    for component in path.split('/').filter(|component| !component.is_empty() && *component != ".") {
        if component == ".." {
            components.pop();
        } else {
            components.push(component);
        }
    }
    format!("/{}", components.join("/"))
}

fn trimmed(path: &str) -> &str {
    path.trim_matches(|c: char| c.is_whitespace() || c.is_control())
}

/// The text before the arguments of a command line, if the text seems to be one.
pub(super) fn before_arguments(text: &str, windows: bool) -> Option<&str> {
    let is_flag = |rest: &str| {
        let mut letters = rest.chars();
        letters.next().is_some_and(|c| c == '-') && letters.next().is_some_and(|c| !c.is_whitespace())
    };
    let extension = |text: &str| {
        let lower = text.to_ascii_lowercase();
        [".exe", ".com", ".bat", ".cmd", ".scr"].iter().any(|end| lower.ends_with(end))
    };
    text.char_indices().filter(|(_, c)| c.is_whitespace()).find_map(|(at, _)| {
        let (bare, rest) = text.split_at_checked(at)?;
        let rest = rest.trim_start();
        let file = bare.rsplit(['/', '\\']).next().unwrap_or_default();
        let ends = match windows {
            true => extension(bare) || (is_flag(rest) && !rest.contains('\\')),
            false => is_flag(rest) || rest.starts_with('/') || is_interpreter(file),
        };
        (ends && !bare.is_empty() && !rest.is_empty()).then_some(bare)
    })
}

/// The file name of a path, by the separators of the operating system or, if that is unknown, of the path.
pub(super) fn last_component(path: &str, os_type: Option<OsType>) -> Option<&str> {
    let backslashes = match os_type {
        Some(OsType::Linux) => false,
        Some(OsType::Windows) => true,
        None => !path.starts_with('/'),
    };
    let separator = |c: char| c == '/' || (backslashes && c == '\\');
    path.split(separator).rfind(|component| !component.is_empty())
}
