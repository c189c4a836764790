//! Findings about identities.

use super::super::Severity::{Error, Info, Warning};
use super::{CatalogEntry, FindingId, Needs};

pub(super) const ENTRIES: [CatalogEntry; 15] = [
    CatalogEntry {
        id: FindingId::L30,
        severities: &[Error],
        high: false,
        needs: Needs::Rules,
        title: "Matches all or no processes",
        explanation: "An identity without conditions matches every process on the machine. A condition that is \
            empty or blank matches no process.",
        advice: "Give at least one condition, and leave out the conditions that do not matter.",
    },
    CatalogEntry {
        id: FindingId::L31,
        severities: &[Error],
        high: false,
        needs: Needs::Rules,
        title: "Process name never matches",
        explanation: "`process_name` is the last component of the executable's path, including the extension. \
            All conditions must hold, so an identity with the `exe_path` `...\\cscript.exe` and the \
            `process_name` `cscript` matches nothing. Published samples contain this mistake.",
        advice: "Leave `process_name` out: it adds nothing to `exe_path`. Or write the file name of \
            `exe_path`.",
    },
    CatalogEntry {
        id: FindingId::L32,
        severities: &[Warning],
        high: true,
        needs: Needs::Rules,
        title: "Only the process name",
        explanation: "Anybody can give a program this file name.",
        advice: "Add `exe_path`, or at least `user_name`.",
    },
    CatalogEntry {
        id: FindingId::L33,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Executable can be replaced",
        explanation: "Whoever can write to the folder decides which program runs under that path. A program in \
            memory (`/memfd:`) has no file at all, and any process can choose its name. A path with \
            a version number stops matching at the next update.",
        advice: "Install the program under a stable path where only administrators can write. Or give \
            `process_name` with `user_name`.",
    },
    CatalogEntry {
        id: FindingId::L34,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Executable runs other code",
        explanation: "An interpreter, a shell or a download tool is the executable of everything that it runs, \
            so every script of every user has this identity.",
        advice: "Add `user_name`.",
    },
    CatalogEntry {
        id: FindingId::L35,
        severities: &[Error],
        high: false,
        needs: Needs::OsType,
        title: "Executable never matches",
        explanation: "The path is compared with what the operating system reports: an absolute, resolved path \
            with the separators of that system, without arguments, variables, quotes and wildcards. \
            Case counts. In a configuration a backslash is written twice: `\"C:\\temp\"` has a tab \
            in it.",
        advice: "Take the path from the audit log (`processFullPath`).",
    },
    CatalogEntry {
        id: FindingId::L36,
        severities: &[Warning],
        high: false,
        needs: Needs::OsType,
        title: "Unusual spelling of a path",
        explanation: "The comparison is case sensitive except for the drive letter, and Windows reports a path \
            as the process was started, usually `C:\\Windows\\System32`. Short names (`PROGRA~1`) \
            and the prefix `\\\\?\\` make another path. Forward slashes, doubled separators and a \
            separator at the end match all the same, but are rarely meant. Process names on Windows \
            have an extension.",
        advice: "Take the spelling from the audit log.",
    },
    CatalogEntry {
        id: FindingId::L37,
        severities: &[Warning],
        high: false,
        needs: Needs::OsType,
        title: "Path is usually a link",
        explanation: "The guest agent sees the file that a symbolic link points to: `/usr/bin/python3.12`, \
            never `/usr/bin/python3`; `/usr/bin`, not `/bin`.",
        advice: "Write the target of the link, as `readlink -f` shows it.",
    },
    CatalogEntry {
        id: FindingId::L38,
        severities: &[Warning, Info],
        high: false,
        needs: Needs::Rules,
        title: "Name is never reported so",
        explanation: "The guest agent reports bare names: `SYSTEM`, not `NT AUTHORITY\\SYSTEM`; `svc`, not \
            `DOM\\svc` or `svc@dom`. `SYSTEM` is in no group, so a group as well never matches.",
        advice: "Take the name from the audit log (`userName`, `userGroups`).",
    },
    CatalogEntry {
        id: FindingId::L39,
        severities: &[Warning],
        high: false,
        needs: Needs::OsType,
        title: "Unreliable characters",
        explanation: "On Windows the guest agent keeps only the low byte of each character. Names beyond ASCII \
            arrive garbled, and different names can become equal. Letters of other alphabets that \
            look like Latin ones never equal them.",
        advice: "Use names in plain ASCII. Where a name has other letters, rely on `exe_path`.",
    },
    CatalogEntry {
        id: FindingId::L40,
        severities: &[Warning],
        high: false,
        needs: Needs::OsType,
        title: "Account alone is unreliable",
        explanation: "The guest agent for Linux takes the user from the group id of the process. Where the \
            user id and the group id differ, `userName` is that of another account, or `undefined`.",
        advice: "Add `exe_path`, and take the name from the audit log.",
    },
    CatalogEntry {
        id: FindingId::L41,
        severities: &[Error],
        high: false,
        needs: Needs::Endpoint,
        title: "User never reaches WireServer",
        explanation: "WireServer and HostGAPlugin refuse callers that are not elevated before any rule is \
            checked. On Linux an elevated caller is always reported as `root`.",
        advice: "Write `root`, or remove the identity from this profile.",
    },
    CatalogEntry {
        id: FindingId::L42,
        severities: &[Info],
        high: false,
        needs: Needs::Rules,
        title: "Broad group reaches tokens",
        explanation: "Nearly every account, or every administrator, is in this group.",
        advice: "Name the executable or the account that needs the token.",
    },
    CatalogEntry {
        id: FindingId::L43,
        severities: &[Info],
        high: false,
        needs: Needs::OsType,
        title: "Paths do not bound containers",
        explanation: "A container or chroot has its own file tree, so any image can hold a program under an \
            allowed path. Root in a container counts as elevated.",
        advice: "On machines that run containers, give `user_name` with `exe_path`, and use only trusted \
            images.",
    },
    CatalogEntry {
        id: FindingId::L44,
        severities: &[Warning],
        high: false,
        needs: Needs::OsType,
        title: "Executable is a script",
        explanation: "The operating system reports the interpreter that runs a script, never the script. The \
            Linux guest agent (`waagent`), cloud-init and the az CLI are Python programs: their \
            executable is `/usr/bin/python3.12` or similar.",
        advice: "Write the interpreter, as the audit log shows it (`processFullPath`), and give \
            `user_name`, since the interpreter runs other scripts too.",
    },
];
