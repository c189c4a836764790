use super::super::super::{Identity, Text};
use super::*;

#[track_caller]
fn one_speaks(id: FindingId, conditions: Value, context: &LintContext, parts: &[&str]) {
    speaks(id, &identity(conditions), context, parts);
}

#[track_caller]
fn one_quiet(id: FindingId, conditions: Value, context: &LintContext) {
    quiet(id, &identity(conditions), context);
}

#[test]
fn l30_matches_everybody_or_nobody() {
    one_speaks(FindingId::L30, json!({}), &linux(), &["error", "identities[\"web\"] ", "every process"]);
    one_speaks(
        FindingId::L30,
        json!({ "user_name": " " }),
        &linux(),
        &["error", ".user_name", "Give it user_name and exe_path"],
    );
    let other = json!({ "user_name": " ", "exe_path": "/opt/x" });
    one_speaks(FindingId::L30, other, &linux(), &["Leave it out."]);
    one_quiet(FindingId::L30, json!({ "user_name": "web" }), &linux());
}

#[test]
fn l30_needs_all_conditions_to_be_known() {
    let rules = read(&good());
    let mut draft = Draft::from(&rules);
    let waiting =
        Identity { user_name: Some(Text::Unknown), group_name: None, exe_path: None, process_name: None };
    draft.identities = [(Text::Known("web"), waiting)].into();
    assert!(findings(&draft, &linux()).iter().all(|finding| finding.severity == Severity::Info));
}

#[test]
fn l31_another_file_name() {
    let cscript = json!({ "exe_path": r"C:\Windows\System32\cscript.exe", "process_name": "cscript", "user_name": "x" });
    one_speaks(FindingId::L31, cscript.clone(), &windows(), &["error", ".process_name", "\"cscript.exe\""]);
    one_speaks(FindingId::L31, cscript, &LintContext::default(), &["\"cscript.exe\""]);
    one_speaks(
        FindingId::L31,
        json!({ "process_name": "/usr/bin/x", "user_name": "u" }),
        &linux(),
        &["is a path"],
    );
    one_quiet(FindingId::L31, json!({ "exe_path": "/opt/server", "process_name": "server" }), &linux());
    let line = json!({ "process_name": "python3.12 /opt/app.py", "user_name": "u" });
    one_speaks(FindingId::L31, line, &linux(), &["arguments", "Write \"python3.12\""]);
    // A faulty path says nothing about the name.
    for path in ["/usr/bin/python3", "/usr/sbin/waagent", "/opt/x --flag"] {
        let doubtful = json!({ "exe_path": path, "process_name": "python3.12", "user_name": "u" });
        one_speaks(FindingId::L31, doubtful, &linux(), &["Leave it out"]);
    }
}

#[test]
fn l32_only_the_name_of_a_file() {
    one_speaks(FindingId::L32, json!({ "process_name": "server" }), &linux(), &["warning", "anybody"]);
    one_quiet(FindingId::L32, json!({ "process_name": "server", "user_name": "web" }), &linux());
    one_quiet(FindingId::L32, json!({ "process_name": "server", "exe_path": "/opt/server" }), &linux());
}

#[test]
fn l33_folders_that_others_write_to_and_versions() {
    one_speaks(
        FindingId::L33,
        json!({ "exe_path": "/home/me/x", "user_name": "u" }),
        &linux(),
        &["warning", "write"],
    );
    one_speaks(FindingId::L33, json!({ "exe_path": r"D:\Users\me\x.exe" }), &windows(), &["ordinary users"]);
    one_speaks(FindingId::L33, json!({ "exe_path": "/opt/web-1.2.3/bin/x" }), &linux(), &["\"web-1.2.3\""]);
    one_quiet(FindingId::L33, json!({ "exe_path": "/usr/bin/python3.12", "user_name": "u" }), &linux());
    one_quiet(FindingId::L33, json!({ "exe_path": "/opt/web/bin/x" }), &linux());
}

#[test]
fn l34_interpreters() {
    one_speaks(
        FindingId::L34,
        json!({ "exe_path": "/usr/bin/python3.12" }),
        &linux(),
        &["warning", "Add user_name."],
    );
    one_quiet(FindingId::L34, json!({ "exe_path": "/usr/bin/python3.12", "user_name": "u" }), &linux());
    one_quiet(FindingId::L34, json!({ "exe_path": "/opt/server" }), &linux());
}

#[test]
fn l35_paths_that_never_match() {
    for path in ["bin/x", r"C:\x.exe", "/opt/../x", "~/x", "/opt/$APP/x", "\"/opt/x\"", "/opt/*", r"/opt\x"] {
        one_speaks(FindingId::L35, json!({ "exe_path": path }), &linux(), &["error", ".exe_path"]);
    }
    for (path, right) in [
        ("/usr/bin/python3.12 /opt/app.py", r#""/usr/bin/python3.12""#),
        ("/opt/my app/x --flag", r#""/opt/my app/x""#),
        ("/opt/../x", r#""/x""#),
    ] {
        one_speaks(FindingId::L35, json!({ "exe_path": path }), &linux(), &[&format!("Write {right}.")]);
    }
    for (path, right) in [
        (r"C:\a\x.exe -k netsvcs", r#""C:\\a\\x.exe""#),
        ("\"C:\\Program Files\\x.exe\" -k", r#""C:\\Program Files\\x.exe""#),
        (r"%ProgramFiles%\x.exe", r#""C:\\Program Files\\x.exe""#),
        ("C:\temp\new.exe", r#""C:\\temp\\new.exe""#),
        (r"\??\C:\x.exe", r#""C:\\x.exe""#),
    ] {
        one_speaks(FindingId::L35, json!({ "exe_path": path }), &windows(), &[&format!("Write {right}.")]);
    }
    one_quiet(FindingId::L35, json!({ "exe_path": "/memfd:x (deleted)" }), &linux());
    one_speaks(FindingId::L33, json!({ "exe_path": "/memfd:x (deleted)" }), &linux(), &["in memory"]);
    one_speaks(FindingId::L35, json!({ "exe_path": "/opt/x (deleted)" }), &linux(), &["Write \"/opt/x\"."]);
    for path in ["/opt/x", r"\Windows\x.exe", r"%ProgramFiles%\x.exe", "x.exe"] {
        one_speaks(FindingId::L35, json!({ "exe_path": path }), &windows(), &["error"]);
    }
    one_quiet(FindingId::L35, json!({ "exe_path": "/opt/x" }), &linux());
    one_quiet(FindingId::L35, json!({ "exe_path": "D:/opt/x.exe" }), &windows());
    one_quiet(FindingId::L35, json!({ "exe_path": r"\\?\C:\x.exe" }), &windows());
    one_speaks(FindingId::L35, json!({ "exe_path": "x" }), &LintContext::default(), &["is not absolute"]);
}

#[test]
fn l36_unusual_spelling_on_windows() {
    let path = json!({ "exe_path": r"c:\windows\system32\x.exe" });
    one_speaks(
        FindingId::L36,
        path.clone(),
        &windows(),
        &["warning", r#"Write "c:\\Windows\\System32\\x.exe""#],
    );
    one_quiet(FindingId::L36, path, &linux());
    one_quiet(FindingId::L36, json!({ "exe_path": r"C:\Windows\System32\x.exe" }), &windows());
    one_quiet(FindingId::L36, json!({ "exe_path": r"C:\windowsfoo\x.exe" }), &windows());
    for (path, right) in [
        (r"C:\\Windows\\x.exe", r#""C:\\Windows\\x.exe""#),
        ("C:/Windows/x.exe", r#""C:\\Windows\\x.exe""#),
        (r"C:\Windows\x.exe\", r#""C:\\Windows\\x.exe""#),
        (r"C:\PROGRA~2\x.exe", r#""C:\\Program Files (x86)\\x.exe""#),
        (r"\\?\C:\x.exe", r#""C:\\x.exe""#),
        (r"\\?\UNC\s\d\x.exe", r#""\\\\s\\d\\x.exe""#),
        (r"C:\a\server", r#""C:\\a\\server.exe""#),
    ] {
        one_speaks(FindingId::L36, json!({ "exe_path": path }), &windows(), &[&format!("Write {right}.")]);
    }
    one_speaks(FindingId::L36, json!({ "exe_path": r"C:\MICROS~1\x.exe" }), &windows(), &["short name"]);
    one_quiet(FindingId::L36, json!({ "exe_path": r"\\server\C$\x.exe" }), &windows());
    one_speaks(FindingId::L36, json!({ "exe_path": "/opt/x/" }), &linux(), &[r#"Write "/opt/x"."#]);
    one_speaks(FindingId::L36, json!({ "exe_path": "/opt//x" }), &linux(), &[r#"Write "/opt/x"."#]);
    let powershell = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe";
    let powershell = json!({ "exe_path": powershell, "user_name": "u" });
    one_quiet(FindingId::L33, powershell.clone(), &windows());
    one_quiet(FindingId::L36, powershell, &windows());
    let file = json!({ "process_name": "server", "user_name": "u" });
    one_speaks(FindingId::L36, file.clone(), &windows(), &["Write \"server.exe\""]);
    one_quiet(FindingId::L36, file, &linux());
}

#[test]
fn l37_symbolic_links() {
    one_speaks(
        FindingId::L37,
        json!({ "exe_path": "/bin/x" }),
        &linux(),
        &["warning", "Write \"/usr/bin/x\"."],
    );
    one_speaks(FindingId::L37, json!({ "exe_path": "/usr/bin/python3" }), &linux(), &["readlink -f"]);
    one_quiet(FindingId::L37, json!({ "exe_path": "/usr/bin/python3.12" }), &linux());
}

#[test]
fn l44_scripts() {
    for path in ["/usr/sbin/waagent", "/usr/bin/cloud-init", "/usr/bin/az", "/opt/x/run.py"] {
        let named = json!({ "user_name": "root", "exe_path": path });
        one_speaks(FindingId::L44, named, &linux(), &["warning", "such as \"/usr/bin/python3.12\""]);
    }
    one_speaks(
        FindingId::L44,
        json!({ "process_name": "waagent", "user_name": "root" }),
        &linux(),
        &["\"python3.12\""],
    );
    one_speaks(FindingId::L44, json!({ "exe_path": r"C:\a\run.ps1" }), &windows(), &["powershell.exe"]);
    one_speaks(
        FindingId::L37,
        json!({ "process_name": "python3", "user_name": "root" }),
        &linux(),
        &["python3.12"],
    );
    one_quiet(FindingId::L44, json!({ "exe_path": "/opt/web/bin/server" }), &linux());
    one_quiet(FindingId::L44, json!({ "exe_path": r"C:\a\az.exe" }), &windows());
}

#[test]
fn l38_names_that_are_not_bare() {
    for (name, bare) in
        [(r"NT AUTHORITY\SYSTEM", "SYSTEM"), (r"DOM\svc", "svc"), ("svc@dom", "svc"), ("root ", "root")]
    {
        let bare = format!("Write \"{bare}\".");
        one_speaks(FindingId::L38, json!({ "user_name": name }), &windows(), &["warning", &bare]);
    }
    one_speaks(FindingId::L38, json!({ "group_name": r"BUILTIN\Users" }), &windows(), &["Write \"Users\"."]);
    one_speaks(FindingId::L38, json!({ "user_name": "system" }), &windows(), &["Write \"SYSTEM\"."]);
    one_speaks(FindingId::L38, json!({ "user_name": "undefined" }), &linux(), &["does not know"]);
    one_speaks(FindingId::L38, json!({ "user_name": "svc@dom" }), &linux(), &["info"]);
    one_speaks(
        FindingId::L38,
        json!({ "user_name": "SYSTEM", "group_name": "Administrators" }),
        &windows(),
        &["no group"],
    );
    one_quiet(FindingId::L38, json!({ "user_name": "SYSTEM" }), &windows());
    one_quiet(FindingId::L38, json!({ "user_name": "first.last" }), &linux());
}

#[test]
fn l39_letters_that_are_not_reliable() {
    one_speaks(FindingId::L39, json!({ "user_name": "müller" }), &windows(), &["warning", "garbled"]);
    one_quiet(FindingId::L39, json!({ "user_name": "müller" }), &linux());
    one_speaks(FindingId::L39, json!({ "exe_path": "/opt/wеb" }), &linux(), &["U+0435", "looks like \"e\""]);
    one_quiet(FindingId::L39, json!({ "user_name": "muller" }), &windows());
}

#[test]
fn l40_a_linux_account_alone() {
    one_speaks(FindingId::L40, json!({ "user_name": "web" }), &linux(), &["warning", "group id"]);
    one_quiet(FindingId::L40, json!({ "user_name": "web" }), &windows());
    let wire = LintContext { endpoint: Some(Endpoint::WireServer), ..linux() };
    one_quiet(FindingId::L40, json!({ "user_name": "root" }), &wire);
    one_quiet(FindingId::L40, json!({ "user_name": "web", "exe_path": "/opt/x" }), &linux());
}

#[test]
fn l41_users_that_the_wireserver_refuses() {
    let wire = |context: LintContext| LintContext { endpoint: Some(Endpoint::WireServer), ..context };
    let web = json!({ "user_name": "web", "exe_path": "/opt/x" });
    one_speaks(FindingId::L41, web.clone(), &wire(linux()), &["error", "never elevated"]);
    one_quiet(FindingId::L41, web.clone(), &wire(windows()));
    one_quiet(FindingId::L41, web, &LintContext { endpoint: Some(Endpoint::Imds), ..linux() });
    one_quiet(FindingId::L41, json!({ "user_name": "root" }), &wire(linux()));
}

#[test]
fn l42_broad_groups() {
    one_speaks(FindingId::L42, json!({ "group_name": "Users" }), &windows(), &["info", "broad group"]);
    one_quiet(FindingId::L42, json!({ "group_name": "Users", "user_name": "web" }), &windows());
    one_quiet(FindingId::L42, json!({ "group_name": "vault-readers" }), &windows());
    let mut harmless = identity(json!({ "group_name": "Users" }));
    harmless["roles"]["app"]["privileges"] = json!(["instance"]);
    quiet(FindingId::L42, &harmless, &windows());
}

#[test]
fn l43_containers() {
    one_speaks(FindingId::L43, json!({ "exe_path": "/opt/x" }), &linux(), &["info", "container"]);
    one_quiet(FindingId::L43, json!({ "exe_path": "/opt/x", "user_name": "u" }), &linux());
    one_quiet(FindingId::L43, json!({ "exe_path": r"C:\x.exe" }), &windows());
}
