//! Files that never are the executable of a process, by their names: scripts, which an interpreter runs, and symbolic
//! links.

use super::super::OsType;
use super::super::decoding::lowered;

/// Whether a file name is that of a link or a script, and so never that of a process.
pub(super) fn is_never_run(file: &str, os_type: Option<OsType>) -> bool {
    interpreter(file, os_type).is_some() || (os_type != Some(OsType::Windows) && is_python_link(file))
}

/// The interpreters of scripts, with their usual paths.
#[derive(Clone, Copy)]
pub(super) struct Interpreter {
    folder: &'static str,
    path: &'static str,
}

impl Interpreter {
    pub(super) const fn path(self) -> &'static str {
        self.path
    }

    pub(super) fn file(self) -> &'static str {
        self.path.strip_prefix(self.folder).unwrap_or(self.path)
    }
}

const PYTHON: Interpreter = Interpreter { folder: "/usr/bin/", path: "/usr/bin/python3.12" };

/// The interpreter of the file, if its name is that of a script.
pub(super) fn interpreter(file: &str, os_type: Option<OsType>) -> Option<Interpreter> {
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

pub(super) fn is_python_link(file: &str) -> bool {
    ["python", "python2", "python3", "pypy3"].contains(&file)
}
