//! Names of accounts and groups, and letters in any condition: L38 and L39.

use super::super::super::OsType;
use super::super::IdentityCondition::{ExePath, GroupName, UserName};
use super::super::quote::quoted;
use super::super::{FindingId, Findings};
use super::{CONDITIONS, CheckedIdentity};

pub(super) fn check(identity: &CheckedIdentity<'_>, findings: &mut Findings) {
    let os_type = identity.os_type();
    for condition in [UserName, GroupName] {
        let Some(name) = identity.text(condition) else { continue };
        let is_idle = condition == GroupName && identity.text(UserName) == Some("SYSTEM");
        if let Some((reason, _)) = not_bare(name).filter(|_| !is_idle) {
            let message = format!("{} {reason}", quoted(name));
            let instead = bare(name).map(|bare| format!("Write {}.", quoted(&bare)));
            if name.contains('@') && !name.contains('\\') && os_type == Some(OsType::Linux) {
                // Directory services on Linux can be configured to report such names.
                findings.info(FindingId::L38, identity.at(condition), message, instead);
            } else {
                findings.warning(FindingId::L38, identity.at(condition), message, instead);
            }
        }
        if !name.is_ascii() && os_type == Some(OsType::Windows) {
            let message =
                format!("{} has letters beyond ASCII, which arrive garbled on Windows.", quoted(name));
            findings.warning(FindingId::L39, identity.at(condition), message, None);
        }
    }
    if identity.text(UserName) == Some("SYSTEM") && identity.text(GroupName).is_some() {
        let message = "is combined with SYSTEM, which the guest agent reports to be in no group: nothing \
                       matches.";
        findings.warning(FindingId::L38, identity.at(GroupName), message, Some("Leave it out.".into()));
    }
    for condition in CONDITIONS {
        let Some(text) = identity.text(condition) else { continue };
        if let Some((letter, latin)) = look_alike(text) {
            let message = format!(
                "contains U+{:04X}, which looks like \"{latin}\" and never equals it.",
                u32::from(letter)
            );
            let instead = format!("Write {}.", quoted(&in_latin(text)));
            findings.warning(FindingId::L39, identity.at(condition), message, Some(instead));
        }
        // The path of an executable on Windows has an error of its own for it.
        if text.contains(char::is_control) && (condition != ExePath || os_type == Some(OsType::Linux)) {
            let plain: String = text.chars().filter(|c| !c.is_control()).collect();
            let message = format!("{} contains a control character.", quoted(text));
            let instead =
                Some(format!("Write {}.", quoted(plain.trim()))).filter(|_| !plain.trim().is_empty());
            findings.warning(FindingId::L39, identity.at(condition), message, instead);
        }
    }
}

/// L38: why the agent never reports a name in this form, and a form that is closer to what it reports.
fn not_bare(name: &str) -> Option<(&'static str, Option<&str>)> {
    const DOMAIN: &str = "has a domain; the guest agent reports bare names.";
    if name.trim() != name {
        return Some(("begins or ends with a blank, which no reported name does.", Some(name.trim())));
    }
    if let Some((_, bare)) = name.rsplit_once('\\') {
        return Some((DOMAIN, Some(bare)));
    }
    if let Some((bare, _)) = name.split_once('@') {
        return Some((DOMAIN, Some(bare)));
    }
    if ["undefined", "empty"].contains(&name) {
        return Some(("is what the guest agent writes when it does not know the name.", None));
    }
    let system = ["SYSTEM", "NETWORK SERVICE", "LOCAL SERVICE"];
    let meant = system.into_iter().find(|known| known.eq_ignore_ascii_case(name) && *known != name);
    meant.map(|meant| ("is reported in capitals, and case counts.", Some(meant)))
}

/// The form that is reported.
fn bare(name: &str) -> Option<String> {
    let mut name = name.to_owned();
    for _ in 0..4 {
        match not_bare(&name) {
            None => return Some(name).filter(|name| !name.is_empty()),
            Some((_, next)) => name = next?.to_owned(),
        }
    }
    None
}

/// The text with every such letter replaced.
fn in_latin(text: &str) -> String {
    text.chars().map(|c| latin(c).unwrap_or(c)).collect()
}

/// L39: a Cyrillic, Greek or full-width letter among Latin ones that looks like one of them.
fn look_alike(text: &str) -> Option<(char, char)> {
    let has_latin = text.chars().any(|c| c.is_ascii_alphabetic());
    text.chars().filter(|_| has_latin).find_map(|c| Some((c, latin(c)?)))
}

fn latin(letter: char) -> Option<char> {
    const PAIRS: [(char, char); 22] = [
        ('а', 'a'),
        ('е', 'e'),
        ('о', 'o'),
        ('р', 'p'),
        ('с', 'c'),
        ('х', 'x'),
        ('у', 'y'),
        ('і', 'i'),
        ('ѕ', 's'),
        ('А', 'A'),
        ('В', 'B'),
        ('Е', 'E'),
        ('К', 'K'),
        ('М', 'M'),
        ('Н', 'H'),
        ('О', 'O'),
        ('Р', 'P'),
        ('С', 'C'),
        ('Т', 'T'),
        ('Х', 'X'),
        ('ο', 'o'),
        ('α', 'a'),
    ];
    let wide = u32::from(letter).checked_sub(0xFEE0).and_then(char::from_u32);
    let wide = wide.filter(|latin| latin.is_ascii_alphanumeric());
    PAIRS.into_iter().find(|(odd, _)| *odd == letter).map(|(_, latin)| latin).or(wide)
}
