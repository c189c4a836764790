//! Paths of executables as the guest agent compares them: as Rust's `PathBuf` values, component by component
//! (`key.rs`, lines 340-437), whichever system this runs on.

use super::super::OsType;

/// A text that is equal for two paths exactly when the agent's `PathBuf` values are.
pub(super) fn key(path: &str, os_type: OsType) -> String {
    match os_type {
        OsType::Linux => {
            let mut key = String::with_capacity(path.len());
            components(&mut key, path, '/', path.starts_with('/'), false, |c| c == '/');
            key
        }
        OsType::Windows => windows(path),
    }
}

/// Appends root and components. Empty ones do not count, and `.` only where the path begins with it.
fn components(
    key: &mut String,
    path: &str,
    joint: char,
    root: bool,
    keep_dots: bool,
    is_separator: impl Fn(char) -> bool,
) {
    if root {
        key.push(joint);
    }
    let mut first = true;
    for (index, component) in path.split(is_separator).enumerate() {
        let leading = index == 0 && !root;
        if component.is_empty() || (component == "." && !leading && !keep_dots) {
            continue;
        }
        if !first {
            key.push(joint);
        }
        key.push_str(component);
        first = false;
    }
}

/// Windows paths: `/` separates like `\` except behind `\\?\`, and the letter of a drive ignores case
/// (`std::sys::path::windows`).
fn windows(path: &str) -> String {
    let separator = |c: char| c == '\\' || c == '/';
    let mut key = String::with_capacity(path.len() + 2);
    if let Some(rest) = path.strip_prefix(r"\\?\") {
        let backslash = |c: char| c == '\\';
        let (tag, prefix, rest) = match rest.strip_prefix(r"UNC\") {
            Some(rest) => {
                let (server, after) = split_first(rest, backslash);
                let (share, after) = split_first(after.get(1..).unwrap_or_default(), backslash);
                ("verbatim share|", format!("{server}\\{share}"), after)
            }
            None => {
                let (name, after) = split_first(rest, backslash);
                let drive = drive(name).filter(|(_, rest)| rest.is_empty());
                let upper = drive.map(|(letter, _)| letter.to_ascii_uppercase().to_string());
                ("verbatim|", upper.map_or_else(|| name.to_owned(), |letter| format!("{letter}:")), after)
            }
        };
        key.push_str(tag);
        key.push_str(&prefix);
        key.push('|');
        components(&mut key, rest, '\\', rest.starts_with('\\'), true, backslash);
        return key;
    }
    let mut starts = path.chars();
    if starts.next().is_some_and(separator) && starts.next().is_some_and(separator) {
        let rest = starts.as_str();
        if let Some(device) = rest.strip_prefix('.').filter(|rest| rest.starts_with(separator)) {
            let (name, after) = split_first(device.get(1..).unwrap_or_default(), separator);
            key.push_str(&format!("device|{name}|"));
            components(&mut key, after, '\\', true, false, separator);
            return key;
        }
        let (server, after) = split_first(rest, separator);
        let (share, after) = split_first(after.get(1..).unwrap_or_default(), separator);
        if !server.is_empty() && !share.is_empty() {
            key.push_str(&format!("share|{server}\\{share}|"));
            components(&mut key, after, '\\', true, false, separator);
            return key;
        }
    } else if let Some((letter, rest)) = drive(path) {
        key.push_str(&format!("drive|{}|", letter.to_ascii_uppercase()));
        components(&mut key, rest, '\\', rest.starts_with(separator), false, separator);
        return key;
    }
    components(&mut key, path, '\\', path.starts_with(separator), false, separator);
    key
}

fn split_first(text: &str, is_separator: impl Fn(char) -> bool) -> (&str, &str) {
    text.find(is_separator).and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}

fn drive(text: &str) -> Option<(char, &str)> {
    let mut letters = text.chars();
    let letter = letters.next().filter(char::is_ascii_alphabetic)?;
    letters.as_str().strip_prefix(':').map(|rest| (letter, rest))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    fn same(a: &str, b: &str) -> bool {
        key(a, OsType::Windows) == key(b, OsType::Windows)
    }

    #[test]
    fn windows_paths_are_equal_by_component() {
        assert!(same(r"C:\a\b.exe", r"c:/a//.\b.exe\"));
        assert!(same(r"\\server\share\x", r"//server/share\x"));
        assert!(same(r"C:a", r"c:a"));
    }

    #[test]
    fn windows_paths_differ_in_case_prefix_and_root() {
        assert!(!same(r"C:\a", r"C:\A"));
        assert!(!same(r"C:\a", r"\\?\C:\a"));
        assert!(!same(r"C:\a", r"C:a"));
        assert!(!same(r"\a", "a"));
        assert!(!same(r"C:\a", r"D:\a"));
        assert!(!same(r"\\?\C:\a\.\b", r"\\?\C:\a\b"));
        assert!(!same(r"\\?\C:\a/b", r"\\?\C:\a\b"));
        assert!(!same(r"C:\a\..\b", r"C:\b"));
        assert!(!same(r"C:.\a", r"C:a"));
    }

    /// Where the tests run, the standard library compares as the agent does there.
    const OWN: OsType = if cfg!(windows) { OsType::Windows } else { OsType::Linux };
    const PATHS: &str = if cfg!(windows) { r"([Ca]:)?[/\\.aB]{0,8}" } else { "[/.ab]{0,8}" };

    proptest! {
        #[test]
        fn keys_are_equal_exactly_when_path_values_are(a in PATHS, b in PATHS) {
            let equal = Path::new(&a) == Path::new(&b);
            prop_assert_eq!(key(&a, OWN) == key(&b, OWN), equal);
        }
    }
}
