//! Files that never are the executable of a process: symbolic links (L37) and scripts (L44). The kernel reports the file
//! that a link points to, and the interpreter that runs a script.

use super::super::super::OsType;
use super::super::super::decoding::lowered;
use super::super::quote::quoted;
use super::super::{Condition, FindingId, Found};
use super::One;

/// Looks at the path of an executable.
pub(super) fn check(one: &One<'_>, path: &str, found: &mut Found) {
    let os_type = one.os_type();
    let file = path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    if let Some(interpreter) = interpreter(file, os_type) {
        script(one, Condition::ExePath, path, interpreter.path(), found);
    } else if os_type != Some(OsType::Windows)
        && path.starts_with('/')
        && let Some((instead, target)) = target(path)
    {
        let message = format!(
            "{} is usually a symbolic link; the guest agent sees the file it points to.",
            quoted(path)
        );
        let instead = format!("{instead}{}.", one.and_no_process_name(&target));
        found.warning(FindingId::L37, one.at(Condition::ExePath), message, Some(instead));
    }
}

/// Looks at the name of a process that stands without a path.
pub(super) fn check_name(one: &One<'_>, file: &str, found: &mut Found) {
    if let Some(interpreter) = interpreter(file, one.os_type()) {
        script(one, Condition::ProcessName, file, interpreter.file(), found);
    } else if one.os_type() != Some(OsType::Windows) && is_python_link(file) {
        let message = format!(
            "{} is usually a symbolic link; the guest agent sees the file it points to.",
            quoted(file)
        );
        let instead = "Write the name of that file, such as \"python3.12\".".to_owned();
        found.warning(FindingId::L37, one.at(Condition::ProcessName), message, Some(instead));
    }
}

/// Whether a file name is that of a link or a script, and so never that of a process.
pub(in crate::allowlist::findings) fn is_never_run(file: &str, os_type: Option<OsType>) -> bool {
    interpreter(file, os_type).is_some() || (os_type != Some(OsType::Windows) && is_python_link(file))
}

fn script(one: &One<'_>, condition: Condition, text: &str, interpreter: &str, found: &mut Found) {
    let message = format!("{} is a script; the executable of its process is the interpreter.", quoted(text));
    let out = match condition {
        Condition::ExePath => one.and_no_process_name(interpreter),
        _ => "",
    };
    let instead = format!("Write that, such as {}, give user_name{out}.", quoted(interpreter));
    found.warning(FindingId::L44, one.at(condition), message, Some(instead));
}

/// What runs a script, where it usually is.
#[derive(Clone, Copy)]
struct Interpreter {
    folder: &'static str,
    path: &'static str,
}

impl Interpreter {
    const fn path(self) -> &'static str {
        self.path
    }

    fn file(self) -> &'static str {
        self.path.strip_prefix(self.folder).unwrap_or(self.path)
    }
}

const PYTHON: Interpreter = Interpreter { folder: "/usr/bin/", path: "/usr/bin/python3.12" };

/// What runs the file, if it is a script by its name.
fn interpreter(file: &str, os_type: Option<OsType>) -> Option<Interpreter> {
    // Programs of the platform and of administrators that are written in Python.
    const PYTHON_PROGRAMS: [&str; 16] = [
        "waagent",
        "waagent2.0",
        "cloud-init",
        "cloud-id",
        "az",
        "azdata",
        "pip",
        "pip3",
        "ansible",
        "ansible-playbook",
        "supervisord",
        "gunicorn",
        "celery",
        "certbot",
        "dnf",
        "yum",
    ];
    const LINUX: [(&str, Interpreter); 7] = [
        ("py", PYTHON),
        ("sh", Interpreter { folder: "/usr/bin/", path: "/usr/bin/bash" }),
        ("pl", Interpreter { folder: "/usr/bin/", path: "/usr/bin/perl" }),
        ("rb", Interpreter { folder: "/usr/bin/", path: "/usr/bin/ruby3.2" }),
        ("js", Interpreter { folder: "/usr/bin/", path: "/usr/bin/node" }),
        ("php", Interpreter { folder: "/usr/bin/", path: "/usr/bin/php8.3" }),
        ("jar", Interpreter { folder: "/usr/lib/jvm/default/bin/", path: "/usr/lib/jvm/default/bin/java" }),
    ];
    const SYSTEM32: &str = r"C:\Windows\System32\";
    const WINDOWS: [(&str, Interpreter); 9] = [
        (
            "ps1",
            Interpreter {
                folder: r"C:\Windows\System32\WindowsPowerShell\v1.0\",
                path: r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
            },
        ),
        ("bat", Interpreter { folder: SYSTEM32, path: r"C:\Windows\System32\cmd.exe" }),
        ("cmd", Interpreter { folder: SYSTEM32, path: r"C:\Windows\System32\cmd.exe" }),
        ("vbs", Interpreter { folder: SYSTEM32, path: r"C:\Windows\System32\cscript.exe" }),
        ("wsf", Interpreter { folder: SYSTEM32, path: r"C:\Windows\System32\cscript.exe" }),
        ("js", Interpreter { folder: SYSTEM32, path: r"C:\Windows\System32\cscript.exe" }),
        ("msi", Interpreter { folder: SYSTEM32, path: r"C:\Windows\System32\msiexec.exe" }),
        (
            "py",
            Interpreter {
                folder: r"C:\Program Files\Python312\",
                path: r"C:\Program Files\Python312\python.exe",
            },
        ),
        (
            "jar",
            Interpreter {
                folder: r"C:\Program Files\Java\jdk-21\bin\",
                path: r"C:\Program Files\Java\jdk-21\bin\java.exe",
            },
        ),
    ];
    let file = lowered(file);
    if os_type != Some(OsType::Windows) && PYTHON_PROGRAMS.contains(&&*file) {
        return Some(PYTHON);
    }
    let (_, extension) = file.rsplit_once('.')?;
    let of =
        |all: &[(&str, Interpreter)]| all.iter().find(|(known, _)| *known == extension).map(|(_, one)| *one);
    match os_type {
        Some(OsType::Linux) => of(&LINUX),
        Some(OsType::Windows) => of(&WINDOWS),
        None => of(&LINUX).or_else(|| of(&WINDOWS)),
    }
}

fn is_python_link(file: &str) -> bool {
    ["python", "python2", "python3", "pypy3"].contains(&file)
}

/// L37: what to write instead of a path that usually is a symbolic link, as advice and as a path.
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
