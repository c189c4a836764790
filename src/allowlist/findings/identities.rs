//! Identities: L30 to L34 and L40 to L43. The folder has the faults of an executable's path and of a name
//! itself.

mod exe_path;
mod links;
mod names;
mod spelling;

use super::super::{Endpoint, Identity, OsType, Text};
use super::IdentityCondition::{ExePath, GroupName, ProcessName, UserName};
use super::executable::{before_arguments, is_windows, last_component, never_matches};
use super::known::{Sensitive, is_broad_group, is_interpreter};
use super::quote::quoted;
use super::scripts::is_never_run;
use super::view::View;
use super::{FindingId, Findings, IdentityCondition, Subject};

pub(super) fn check(view: &View<'_>, findings: &mut Findings) {
    for (name, identity) in view.identities() {
        let identity = CheckedIdentity { name, identity, view };
        identity.everybody_or_nobody(findings);
        identity.base_name(findings);
        identity.weak(findings);
        names::check(&identity, findings);
        identity.elevation(findings);
        identity.broad_group(findings);
        if let Some(path) = identity.text(ExePath) {
            exe_path::check(&identity, path, findings);
        }
        if let Some(file) = identity.text(ProcessName).filter(|_| identity.is_absent(ExePath)) {
            spelling::extension(&identity, file, findings);
            links::check_name(&identity, file, findings);
        }
    }
    containers(view, findings);
}

/// The identity to check.
struct CheckedIdentity<'a> {
    name: &'a str,
    identity: &'a Identity<Text<'a>>,
    view: &'a View<'a>,
}

const CONDITIONS: [IdentityCondition; 4] = [UserName, GroupName, ExePath, ProcessName];

impl<'a> CheckedIdentity<'a> {
    fn part(&self, condition: IdentityCondition) -> Option<Text<'a>> {
        match condition {
            UserName => self.identity.user_name,
            GroupName => self.identity.group_name,
            ExePath => self.identity.exe_path,
            ProcessName => self.identity.process_name,
        }
    }

    /// The text of a condition that is known and not blank.
    fn text(&self, condition: IdentityCondition) -> Option<&'a str> {
        self.part(condition)?.known().filter(|text| !text.trim().is_empty())
    }

    /// Whether a condition is known to be absent.
    fn is_absent(&self, condition: IdentityCondition) -> bool {
        self.part(condition).is_none()
    }

    fn os_type(&self) -> Option<OsType> {
        self.view.context.os_type
    }

    fn at(&self, condition: IdentityCondition) -> Subject {
        Subject::Condition { identity: self.name.to_owned(), condition }
    }

    /// L30
    fn everybody_or_nobody(&self, findings: &mut Findings) {
        const GIVE: &str = "Give it user_name and exe_path, as the audit log shows them.";
        if CONDITIONS.into_iter().all(|condition| self.is_absent(condition)) {
            let message = "has no condition, so every process has this identity.";
            findings.error(
                FindingId::L30,
                Subject::Identity(self.name.to_owned()),
                message,
                Some(GIVE.into()),
            );
        }
        let is_blank =
            |condition| self.part(condition).and_then(Text::known).is_some_and(|text| text.trim().is_empty());
        // Without its only condition it would match everybody.
        let others =
            CONDITIONS.into_iter().any(|condition| !self.is_absent(condition) && !is_blank(condition));
        for condition in CONDITIONS.into_iter().filter(|condition| is_blank(*condition)) {
            let instead = if others { "Leave it out." } else { GIVE };
            let message = "is blank, which no process matches.";
            findings.error(FindingId::L30, self.at(condition), message, Some(instead.into()));
        }
    }

    /// L31
    fn base_name(&self, findings: &mut Findings) {
        let Some(file) = self.text(ProcessName) else { return };
        let path = self.text(ExePath);
        let windows =
            self.os_type() == Some(OsType::Windows) || (self.os_type().is_none() && file.contains('\\'));
        let is_path = match self.os_type() {
            Some(OsType::Linux) => file.contains('/'),
            _ => file.contains(['/', '\\']),
        };
        let bare = before_arguments(file, windows);
        let (why, instead) = if let Some(bare) = bare {
            ("has arguments; a process is named by its file alone.", last_component(bare, self.os_type()))
        } else if is_path {
            ("is a path; the name of a process never is one.", last_component(file, self.os_type()))
        } else {
            let expected = path.and_then(|path| last_component(path, self.os_type()));
            if expected.is_none_or(|expected| expected == file) {
                return;
            }
            ("is not the file name of exe_path, so the identity matches nothing.", expected)
        };
        // A faulty path says nothing about the name.
        let doubtful = path.is_some_and(|path| {
            let file = last_component(path, self.os_type()).unwrap_or_default();
            never_matches(path, self.os_type()).is_some()
                || is_never_run(file, self.os_type())
                || (is_windows(path, self.os_type()) && !file.contains('.'))
        });
        let instead = match (path, instead) {
            (Some(path), Some(_)) if !doubtful => {
                let file = last_component(path, self.os_type()).unwrap_or_default();
                format!("Write {}, or leave it out: it adds nothing to exe_path.", quoted(file))
            }
            (None, Some(file)) => format!("Write {}, or use exe_path.", quoted(file)),
            _ => "Leave it out: it adds nothing to exe_path.".to_owned(),
        };
        let message = format!("{} {why}", quoted(file));
        findings.error(FindingId::L31, self.at(ProcessName), message, Some(instead));
    }

    /// L32, L34 and L40
    fn weak(&self, findings: &mut Findings) {
        let user = !self.is_absent(UserName);
        let file = self.text(ExePath).and_then(|path| last_component(path, self.os_type()));
        let process = self.text(ProcessName);
        if process.is_some() && self.is_absent(ExePath) && !user {
            let message = "requires only the name of a file, which anybody can give to a program.";
            let instead = match self.account() {
                Some(user) => format!("Add user_name = {}.", quoted(user)),
                None => "Add user_name or exe_path, as the audit log shows them.".to_owned(),
            };
            findings.warning(FindingId::L32, Subject::Identity(self.name.to_owned()), message, Some(instead));
        }
        if let Some(file) = file.filter(|file| is_interpreter(file) && !user) {
            let message = format!(
                "{} runs other people's programs, and every one of them has this identity.",
                quoted(file)
            );
            let instead = match self.account() {
                Some(user) => format!("Add user_name = {}.", quoted(user)),
                None => "Add user_name.".to_owned(),
            };
            findings.warning(FindingId::L34, self.at(ExePath), message, Some(instead));
        }
        let account = [UserName, GroupName].into_iter().find(|&one| self.text(one).is_some());
        let alone = self.is_absent(ExePath) && self.is_absent(ProcessName);
        // An elevated process is reported as root, whatever its own account is.
        let is_sure = self.is_at_wire_server() && self.text(UserName) == Some("root");
        if let Some(condition) =
            account.filter(|_| alone && !is_sure && self.os_type() == Some(OsType::Linux))
        {
            let message = "is the only condition. On Linux the guest agent takes it from the group id of \
                the process, which belongs to another account if the two ids differ.";
            findings.warning(FindingId::L40, self.at(condition), message, Some("Add exe_path.".into()));
        }
    }

    /// Advice to write another path. A process name that differs from the file name would never match.
    fn write_path(&self, path: &str) -> String {
        format!("Write {}{}.", quoted(path), self.and_no_process_name(path))
    }

    fn and_no_process_name(&self, path: &str) -> &'static str {
        let file = last_component(path, self.os_type());
        match self.text(ProcessName) {
            Some(name) if Some(name) != file => " and leave process_name out",
            _ => "",
        }
    }

    /// The account that the process runs as, if it is certain.
    fn account(&self) -> Option<&'static str> {
        let file = self.text(ProcessName);
        let agent = ["WindowsAzureGuestAgent.exe", "WaAppAgent.exe"].map(Some).contains(&file);
        match self.os_type() {
            _ if agent => Some("SYSTEM"),
            Some(OsType::Linux) if self.is_at_wire_server() => Some("root"),
            _ => None,
        }
    }

    fn is_at_wire_server(&self) -> bool {
        self.view.context.endpoint.is_some_and(|endpoint| endpoint.profile() == Endpoint::WireServer)
    }

    /// L41
    fn elevation(&self, findings: &mut Findings) {
        let user = self.text(UserName).filter(|user| *user != "root");
        if let Some(user) = user.filter(|_| self.is_at_wire_server() && self.os_type() == Some(OsType::Linux))
        {
            let message = format!(
                "{} is never elevated on Linux, and the WireServer refuses callers that are not elevated.",
                quoted(user)
            );
            let instead = "Write \"root\", or remove the identity.".to_owned();
            findings.error(FindingId::L41, self.at(UserName), message, Some(instead));
        }
    }

    /// L42
    fn broad_group(&self, findings: &mut Findings) {
        let Some(group) = self.text(GroupName).filter(|group| is_broad_group(group)) else {
            return;
        };
        let narrowed = !self.is_absent(UserName) || !self.is_absent(ExePath);
        let Some(references) = self.view.references.as_ref().filter(|_| !narrowed) else { return };
        let reaches_tokens = self.view.privileges().any(|(privilege, one)| {
            references.is_granted(privilege)
                && self.view.sensitive(one).contains(&Sensitive::ManagedIdentityToken)
                && references.holders(privilege).contains(self.name)
        });
        if reaches_tokens {
            let message =
                format!("{} is a broad group, and it reaches managed-identity tokens.", quoted(group));
            findings.info(FindingId::L42, self.at(GroupName), message, None);
        }
    }
}

/// L43, reported once for all.
fn containers(view: &View<'_>, findings: &mut Findings) {
    if view.context.os_type != Some(OsType::Linux) {
        return;
    }
    let by_path_alone = |(name, identity): (&str, &Identity<Text<'_>>)| {
        let identity = CheckedIdentity { name, identity, view };
        identity.text(ExePath).is_some() && identity.is_absent(UserName)
    };
    if view.identities().any(by_path_alone) {
        let message = "some identities have exe_path without user_name; a container has its own file tree, \
            so any image can hold a program under that path.";
        findings.info(FindingId::L43, Subject::List(super::super::List::Identities), message, None);
    }
}
