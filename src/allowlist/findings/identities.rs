//! Identities: L30 to L34 and L38 to L43. What is wrong with an executable's path as such is in [`exe_path`].

mod exe_path;

use super::super::{DraftIdentity, Endpoint, OsType, Part};
use super::known::{Sensitive, is_broad_group, is_interpreter};
use super::view::View;
use super::{Condition, FindingId, Found, Subject};

pub(super) fn check(view: &View<'_>, found: &mut Found) {
    for (name, identity) in view.identities() {
        let one = One { name, identity, view };
        one.everybody_or_nobody(found);
        one.base_name(found);
        one.weak(found);
        one.names(found);
        one.elevation(found);
        one.broad_group(found);
        if let Some(path) = one.text(Condition::ExePath) {
            exe_path::check(&one, path, found);
        }
        if let Some(file) = one.text(Condition::ProcessName) {
            exe_path::extension(&one, file, found);
        }
    }
    containers(view, found);
}

/// One identity under examination.
struct One<'a> {
    name: &'a str,
    identity: &'a DraftIdentity<'a>,
    view: &'a View<'a>,
}

const CONDITIONS: [Condition; 4] =
    [Condition::UserName, Condition::GroupName, Condition::ExePath, Condition::ProcessName];

impl<'a> One<'a> {
    fn part(&self, condition: Condition) -> &'a Part<Option<&'a str>> {
        match condition {
            Condition::UserName => &self.identity.user_name,
            Condition::GroupName => &self.identity.group_name,
            Condition::ExePath => &self.identity.exe_path,
            Condition::ProcessName => &self.identity.process_name,
        }
    }

    /// The text of a condition that is known and not blank.
    fn text(&self, condition: Condition) -> Option<&'a str> {
        self.part(condition).known()?.filter(|text| !text.trim().is_empty())
    }

    /// Whether a condition is known to be absent.
    fn lacks(&self, condition: Condition) -> bool {
        *self.part(condition) == Part::Known(None)
    }

    fn os_type(&self) -> Option<OsType> {
        self.view.context.os_type
    }

    fn at(&self, condition: Condition) -> Subject {
        Subject::Condition { identity: self.name.to_owned(), condition }
    }

    /// L30
    fn everybody_or_nobody(&self, found: &mut Found) {
        if CONDITIONS.into_iter().all(|condition| self.lacks(condition)) {
            let subject = Subject::Identity(self.name.to_owned());
            found.error(
                FindingId::L30,
                subject,
                "has no condition, so every process has this identity.",
                Some("Give it user_name and exe_path, as the audit log shows them.".into()),
            );
        }
        for condition in CONDITIONS {
            let text = self.part(condition).known().and_then(Option::as_deref);
            if text.is_some_and(|text| text.trim().is_empty()) {
                let message = "is blank, which no process matches.";
                found.error(FindingId::L30, self.at(condition), message, Some("Leave it out.".into()));
            }
        }
    }

    /// L31
    fn base_name(&self, found: &mut Found) {
        let Some(file) = self.text(Condition::ProcessName) else { return };
        let expected = self.text(Condition::ExePath).and_then(|path| last_component(path, self.os_type()));
        let is_path = match self.os_type() {
            Some(OsType::Linux) => file.contains('/'),
            _ => file.contains(['/', '\\']),
        };
        if is_path {
            let instead = last_component(file, self.os_type());
            let message = format!("\"{file}\" is a path; the name of a process never is one.");
            let instead = instead.map(|file| format!("Write \"{file}\", or use exe_path."));
            found.error(FindingId::L31, self.at(Condition::ProcessName), message, instead);
        } else if let Some(expected) = expected.filter(|expected| *expected != file) {
            let message =
                format!("\"{file}\" is not the file name of exe_path, so the identity matches nothing.");
            let instead = Some(format!("Write \"{expected}\", or leave process_name out."));
            found.error(FindingId::L31, self.at(Condition::ProcessName), message, instead);
        }
    }

    /// L32, L34 and L40
    fn weak(&self, found: &mut Found) {
        let user = !self.lacks(Condition::UserName);
        if self.text(Condition::ProcessName).is_some() && self.lacks(Condition::ExePath) && !user {
            let message = "asks for no more than the name of a file, which anybody can give to a program.";
            found.warning(
                FindingId::L32,
                Subject::Identity(self.name.to_owned()),
                message,
                Some("Add exe_path or user_name.".into()),
            );
        }
        let file = self.text(Condition::ExePath).and_then(|path| last_component(path, self.os_type()));
        if let Some(file) = file.filter(|file| is_interpreter(file) && !user) {
            let message =
                format!("\"{file}\" runs other people's programs; every one of them has this identity.");
            found.warning(
                FindingId::L34,
                self.at(Condition::ExePath),
                message,
                Some("Add user_name.".into()),
            );
        }
        let account =
            [Condition::UserName, Condition::GroupName].into_iter().find(|&one| self.text(one).is_some());
        let alone = self.lacks(Condition::ExePath) && self.lacks(Condition::ProcessName);
        if let Some(condition) = account.filter(|_| alone && self.os_type() == Some(OsType::Linux)) {
            let message = "is all that is asked for; on Linux the guest agent takes it from the group id of the \
                process, which is another account's where the two ids differ.";
            found.warning(FindingId::L40, self.at(condition), message, Some("Add exe_path.".into()));
        }
    }

    /// L38 and L39
    fn names(&self, found: &mut Found) {
        for condition in [Condition::UserName, Condition::GroupName] {
            let Some(name) = self.text(condition) else { continue };
            if let Some((reason, instead)) = not_bare(name) {
                let message = format!("\"{name}\" {reason}");
                let instead = instead.map(|bare| format!("Write \"{bare}\"."));
                if name.contains('@') && !name.contains('\\') && self.os_type() == Some(OsType::Linux) {
                    // Directory services on Linux can be set up to report such names.
                    found.info(FindingId::L38, self.at(condition), message, instead);
                } else {
                    found.warning(FindingId::L38, self.at(condition), message, instead);
                }
            }
            if !name.is_ascii() && self.os_type() == Some(OsType::Windows) {
                let message =
                    format!("\"{name}\" has letters beyond ASCII, which arrive garbled on Windows.");
                found.warning(FindingId::L39, self.at(condition), message, None);
            }
        }
        if self.text(Condition::UserName) == Some("SYSTEM") && self.text(Condition::GroupName).is_some() {
            let message =
                "is asked of SYSTEM, which the guest agent reports to be in no group: nothing matches.";
            found.warning(
                FindingId::L38,
                self.at(Condition::GroupName),
                message,
                Some("Leave it out.".into()),
            );
        }
        for condition in CONDITIONS {
            let odd = self.text(condition).and_then(look_alike);
            if let Some((letter, latin)) = odd {
                let code = u32::from(letter);
                let message =
                    format!("contains U+{code:04X}, which looks like \"{latin}\" and never equals it.");
                found.warning(FindingId::L39, self.at(condition), message, None);
            }
        }
    }

    /// L41
    fn elevation(&self, found: &mut Found) {
        let context = self.view.context;
        let wire_server = context.endpoint.is_some_and(|endpoint| endpoint.profile() == Endpoint::WireServer);
        let user = self.text(Condition::UserName).filter(|user| *user != "root");
        if let Some(user) = user.filter(|_| wire_server && self.os_type() == Some(OsType::Linux)) {
            let message =
                format!("\"{user}\" is never elevated on Linux, and the WireServer refuses everybody else.");
            found.error(FindingId::L41, self.at(Condition::UserName), message, None);
        }
    }

    /// L42
    fn broad_group(&self, found: &mut Found) {
        let Some(group) = self.text(Condition::GroupName).filter(|group| is_broad_group(group)) else {
            return;
        };
        let narrowed = !self.lacks(Condition::UserName) || !self.lacks(Condition::ExePath);
        let Some(references) = self.view.references.as_ref().filter(|_| !narrowed) else { return };
        let reaches_tokens = self.view.privileges().any(|(privilege, one)| {
            references.is_granted(privilege)
                && self.view.sensitive(one).contains(&Sensitive::ManagedIdentityToken)
                && references.holders(privilege).contains(self.name)
        });
        if reaches_tokens {
            let message = format!("\"{group}\" is a broad group, and it reaches managed-identity tokens.");
            found.info(FindingId::L42, self.at(Condition::GroupName), message, None);
        }
    }
}

/// L43, once for all
fn containers(view: &View<'_>, found: &mut Found) {
    if view.context.os_type != Some(OsType::Linux) {
        return;
    }
    let by_path_alone = |(name, identity): (&str, &DraftIdentity<'_>)| {
        let one = One { name, identity, view };
        one.text(Condition::ExePath).is_some() && one.lacks(Condition::UserName)
    };
    if view.identities().any(by_path_alone) {
        let message = "some identities ask for exe_path without user_name; a container carries its own file tree, \
            so any image can hold a program under that path.";
        found.info(FindingId::L43, Subject::List(super::super::List::Identities), message, None);
    }
}

/// The file name of a path, by the separators of the operating system or, when that is unknown, of the path.
fn last_component(path: &str, os_type: Option<OsType>) -> Option<&str> {
    let backslashes = match os_type {
        Some(OsType::Linux) => false,
        Some(OsType::Windows) => true,
        None => !path.starts_with('/'),
    };
    let separator = |c: char| c == '/' || (backslashes && c == '\\');
    path.split(separator).rfind(|component| !component.is_empty())
}

/// L38: why the agent never reports a name in this form, and the bare name.
fn not_bare(name: &str) -> Option<(&'static str, Option<&str>)> {
    if name.trim() != name {
        return Some(("begins or ends with a blank, which no reported name does.", Some(name.trim())));
    }
    if let Some((_, bare)) = name.rsplit_once('\\') {
        return Some((
            "has a domain; the guest agent reports bare names.",
            Some(bare).filter(|bare| !bare.is_empty()),
        ));
    }
    if let Some((bare, _)) = name.split_once('@') {
        return Some((
            "has a domain; the guest agent reports bare names.",
            Some(bare).filter(|bare| !bare.is_empty()),
        ));
    }
    if ["undefined", "empty"].contains(&name) {
        return Some(("is what the guest agent writes when it does not know the name.", None));
    }
    let system = ["SYSTEM", "NETWORK SERVICE", "LOCAL SERVICE"];
    let meant = system.into_iter().find(|known| known.eq_ignore_ascii_case(name) && *known != name);
    meant.map(|meant| ("is reported in capitals, and case counts.", Some(meant)))
}

/// L39: a Cyrillic, Greek or full-width letter among Latin ones that looks like one of them.
fn look_alike(text: &str) -> Option<(char, char)> {
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
    let has_latin = text.chars().any(|c| c.is_ascii_alphabetic());
    text.chars().filter(|_| has_latin).find_map(|c| {
        let wide = u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32);
        let wide = wide.filter(|latin| latin.is_ascii_alphanumeric()).map(|latin| (c, latin));
        PAIRS.into_iter().find(|(odd, _)| *odd == c).or(wide)
    })
}
