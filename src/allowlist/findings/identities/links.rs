//! Files that never are the executable of a process: symbolic links (L37) and scripts (L44). The kernel
//! reports the target of a link, and the interpreter of a script.

use super::super::super::OsType;
use super::super::IdentityCondition::{ExePath, ProcessName};
use super::super::quote::quoted;
use super::super::scripts::{interpreter, is_python_link};
use super::super::{FindingId, Findings, IdentityCondition};
use super::CheckedIdentity;

/// Checks the path of an executable.
pub(super) fn check(identity: &CheckedIdentity<'_>, path: &str, findings: &mut Findings) {
    let os_type = identity.os_type();
    let file = path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    if let Some(interpreter) = interpreter(file, os_type) {
        script(identity, ExePath, path, interpreter.path(), findings);
    } else if os_type != Some(OsType::Windows)
        && path.starts_with('/')
        && let Some((instead, target)) = target(path)
    {
        let message = format!(
            "{} is usually a symbolic link; the guest agent sees the file it points to.",
            quoted(path)
        );
        let instead = format!("{instead}{}.", identity.and_no_process_name(&target));
        findings.warning(FindingId::L37, identity.at(ExePath), message, Some(instead));
    }
}

/// Checks the name of a process without a path.
pub(super) fn check_name(identity: &CheckedIdentity<'_>, file: &str, findings: &mut Findings) {
    if let Some(interpreter) = interpreter(file, identity.os_type()) {
        script(identity, ProcessName, file, interpreter.file(), findings);
    } else if identity.os_type() != Some(OsType::Windows) && is_python_link(file) {
        let message = format!(
            "{} is usually a symbolic link; the guest agent sees the file it points to.",
            quoted(file)
        );
        let instead = "Write the name of that file, such as \"python3.12\".".to_owned();
        findings.warning(FindingId::L37, identity.at(ProcessName), message, Some(instead));
    }
}

fn script(
    identity: &CheckedIdentity<'_>,
    condition: IdentityCondition,
    text: &str,
    interpreter: &str,
    findings: &mut Findings,
) {
    let message = format!("{} is a script; the executable of its process is the interpreter.", quoted(text));
    let out = match condition {
        ExePath => identity.and_no_process_name(interpreter),
        _ => "",
    };
    let instead = format!("Write the interpreter, such as {}, give user_name{out}.", quoted(interpreter));
    findings.warning(FindingId::L44, identity.at(condition), message, Some(instead));
}

/// L37: the replacement for a path that usually is a symbolic link, as advice and as a path.
fn target(path: &str) -> Option<(String, String)> {
    const MERGED: [&str; 4] = ["/bin/", "/sbin/", "/lib/", "/lib64/"];
    const LINKS: [(&str, &str); 7] = [
        ("/usr/bin/java", "/usr/lib/jvm/java-21-openjdk/bin/java"),
        ("/usr/bin/sh", "/usr/bin/dash"),
        ("/usr/bin/awk", "/usr/bin/mawk"),
        ("/usr/bin/vi", "/usr/bin/vim.basic"),
        ("/usr/bin/nc", "/usr/bin/nc.openbsd"),
        ("/usr/bin/php", "/usr/bin/php8.3"),
        ("/usr/bin/ruby", "/usr/bin/ruby3.2"),
    ];
    let whole = match MERGED.iter().any(|folder| path.starts_with(folder)) {
        true => format!("/usr{path}"),
        false => match path.strip_prefix("/var/run/") {
            Some(rest) => format!("/run/{rest}"),
            None => path.to_owned(),
        },
    };
    let (folder, file) = whole.rsplit_once('/')?;
    let known = LINKS.iter().find(|(link, _)| *link == whole).map(|(_, target)| (*target).to_owned());
    let target = if is_python_link(file) { Some(format!("{folder}/python3.12")) } else { known };
    match target {
        Some(target) => {
            Some((format!("Write the path that `readlink -f` shows, such as {}", quoted(&target)), target))
        }
        None => (whole != path).then(|| (format!("Write {}", quoted(&whole)), whole)),
    }
}
