//! Compares paths of executables as the guest agent does: as Rust's `PathBuf` values, component by component
//! (`key.rs`, lines 340-437), regardless of the system on which this runs.

use super::super::OsType;

/// A text that is equal for two paths exactly if the agent's `PathBuf` values are equal.
pub(super) fn key(path: &str, os_type: OsType) -> String {
    match os_type {
        OsType::Linux => {
            let mut key = String::with_capacity(path.len());
            components(&mut key, path, '/', path.starts_with('/'), Dots::First, |c| c == '/');
            key
        }
        OsType::Windows => windows(path),
    }
}

/// Which components `.` count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dots {
    /// None, as after a prefix such as `C:`.
    None,
    /// The first, as in a path without a prefix.
    First,
    /// Every one, as after `\\?\`.
    All,
}

/// Appends root and components. Empty ones do not count.
fn components(
    key: &mut String,
    path: &str,
    joint: char,
    root: bool,
    dots: Dots,
    is_separator: impl Fn(char) -> bool,
) {
    if root {
        key.push(joint);
    }
    let mut first = true;
    for (index, component) in path.split(is_separator).enumerate() {
        let counts = match dots {
            Dots::None => false,
            Dots::First => index == 0 && !root,
            Dots::All => true,
        };
        if component.is_empty() || (component == "." && !counts) {
            continue;
        }
        if !first {
            key.push(joint);
        }
        key.push_str(component);
        first = false;
    }
}

/// The prefix of a path on Windows, as in `std::path::Prefix`. The letter of a drive is a capital.
#[derive(Clone, Copy)]
enum Prefix<'p> {
    Verbatim(&'p str),
    VerbatimShare(&'p str, &'p str),
    VerbatimDrive(char),
    Device(&'p str),
    Share(&'p str, &'p str),
    Drive(char),
}

impl<'p> Prefix<'p> {
    /// Reads it by the rules of `std::sys::path::windows::parse_prefix`.
    fn of(path: &'p str) -> Option<Self> {
        if let Some(rest) = path.strip_prefix(r"\\?\") {
            if let Some(rest) = rest.strip_prefix("UNC").and_then(|rest| rest.strip_prefix(either)) {
                let (server, rest) = split(rest, backslash);
                return Some(Self::VerbatimShare(server, split(rest, backslash).0));
            }
            return Some(match drive(rest) {
                Some((letter, rest)) if rest.is_empty() || rest.starts_with(either) => {
                    Self::VerbatimDrive(letter)
                }
                _ => Self::Verbatim(split(rest, backslash).0),
            });
        }
        let Some(rest) = path.strip_prefix(either).and_then(|rest| rest.strip_prefix(either)) else {
            return drive(path).map(|(letter, _)| Self::Drive(letter));
        };
        if let Some(rest) = rest.strip_prefix('.').and_then(|rest| rest.strip_prefix(either)) {
            return Some(Self::Device(split(rest, either).0));
        }
        let (server, rest) = split(rest, either);
        let (share, _) = split(rest, either);
        (!server.is_empty() && !share.is_empty()).then_some(Self::Share(server, share))
    }

    /// Its length in bytes. The separator before a share that is missing is no part of it.
    fn len(self) -> usize {
        match self {
            Self::Verbatim(name) | Self::Device(name) => 4 + name.len(),
            Self::VerbatimShare(server, "") => 8 + server.len(),
            Self::VerbatimShare(server, share) => 8 + server.len() + 1 + share.len(),
            Self::VerbatimDrive(_) => 6,
            Self::Share(server, share) => 2 + server.len() + 1 + share.len(),
            Self::Drive(_) => 2,
        }
    }

    /// A text that no other prefix has.
    fn key(self) -> String {
        match self {
            Self::Verbatim(name) => format!("verbatim|{name}|"),
            Self::VerbatimShare(server, share) => format!("verbatim share|{server}\\{share}|"),
            Self::VerbatimDrive(letter) => format!("verbatim drive|{letter}|"),
            Self::Device(name) => format!("device|{name}|"),
            Self::Share(server, share) => format!("share|{server}\\{share}|"),
            Self::Drive(letter) => format!("drive|{letter}|"),
        }
    }
}

/// Windows paths: `/` separates like `\`, but for the names behind `\\?\`.
fn windows(path: &str) -> String {
    let prefix = Prefix::of(path);
    let rest = prefix.map_or(path, |prefix| path.get(prefix.len()..).unwrap_or_default());
    let (rest, is_rooted) = rest.strip_prefix(either).map_or((rest, false), |rest| (rest, true));
    let mut key = prefix.map(Prefix::key).unwrap_or_default();
    match prefix {
        None => components(&mut key, rest, '\\', is_rooted, Dots::First, either),
        Some(Prefix::Drive(_)) => components(&mut key, rest, '\\', is_rooted, Dots::None, either),
        Some(Prefix::Device(_) | Prefix::Share(..)) => {
            components(&mut key, rest, '\\', true, Dots::None, either);
        }
        Some(Prefix::Verbatim(_) | Prefix::VerbatimShare(..) | Prefix::VerbatimDrive(_)) => {
            components(&mut key, rest, '\\', is_rooted, Dots::All, backslash);
        }
    }
    key
}

const fn either(c: char) -> bool {
    matches!(c, '\\' | '/')
}

const fn backslash(c: char) -> bool {
    c == '\\'
}

/// What stands before the first separator, and what stands behind it.
fn split(text: &str, is_separator: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_once(is_separator).unwrap_or((text, ""))
}

/// The letter of a drive as a capital, and what stands behind its colon.
fn drive(text: &str) -> Option<(char, &str)> {
    let mut letters = text.chars();
    let letter = letters.next().filter(char::is_ascii_alphabetic)?;
    letters.as_str().strip_prefix(':').map(|rest| (letter.to_ascii_uppercase(), rest))
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
        assert!(same(r"C:.\a", r"C:a"));
        assert!(same(r"\\?\C:/a", r"\\?\c:\a"));
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
        assert!(!same(r".\a", "a"));
        assert!(!same(r"\\?\UNC\server", r"\\?\UNC\server\"));
    }

    /// On the test system, the standard library compares as the agent does there.
    const OWN: OsType = if cfg!(windows) { OsType::Windows } else { OsType::Linux };
    const PATHS: &str =
        if cfg!(windows) { r"(\\\\[?.]\\(UNC\\)?)?([Ca]:)?[/\\.?aB]{0,8}" } else { "[/.ab]{0,8}" };

    proptest! {
        #[test]
        fn keys_are_equal_exactly_if_the_path_values_are(a in PATHS, b in PATHS) {
            let equal = Path::new(&a) == Path::new(&b);
            prop_assert_eq!(key(&a, OWN) == key(&b, OWN), equal);
        }
    }
}
