//! Findings about identities.

use super::super::Severity::{Error, Info, Warning};
use super::{Entry, FindingId, Needs};

pub(super) const ENTRIES: [Entry; 14] = [
    Entry {
        id: FindingId::L30,
        severities: &[Error],
        high: false,
        needs: Needs::Rules,
        title: "Matches all or no processes",
        explanation: "An identity without conditions matches every process on the machine. A condition that is \
            an empty or blank text matches none.",
        advice: "Give at least one condition, and leave those out that do not matter.",
    },
    Entry {
        id: FindingId::L31,
        severities: &[Error],
        high: false,
        needs: Needs::Rules,
        title: "Process name never matches",
        explanation: "`process_name` is the last component of the executable's path, extension included. All \
            conditions have to hold, so an identity with `exe_path` `...\\cscript.exe` and \
            `process_name` `cscript` matches nothing. Published samples contain this mistake.",
        advice: "Write the file name of `exe_path`, or leave `process_name` out: beside `exe_path` it adds \
            nothing.",
    },
    Entry {
        id: FindingId::L32,
        severities: &[Warning],
        high: true,
        needs: Needs::Rules,
        title: "Only the process name",
        explanation: "Anybody can give a program of their own the same file name.",
        advice: "Add `exe_path`, or at least `user_name`.",
    },
    Entry {
        id: FindingId::L33,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Executable can be replaced",
        explanation: "Whoever can write into the folder decides what runs under that path. A version number in \
            the path stops matching at the next update.",
        advice: "Install the program where only administrators can write, under a stable path; or give \
            `process_name` with `user_name`.",
    },
    Entry {
        id: FindingId::L34,
        severities: &[Warning],
        high: false,
        needs: Needs::Rules,
        title: "Executable runs other code",
        explanation: "An interpreter, a shell or a download tool is the executable of everything that runs in \
            it: every script of every user has this identity.",
        advice: "Add `user_name`.",
    },
    Entry {
        id: FindingId::L35,
        severities: &[Error],
        high: false,
        needs: Needs::OsType,
        title: "Executable never matches",
        explanation: "The path is compared with what the operating system reports: absolute, resolved, without \
            variables, quotes and wildcards, with the operating system's separators; case counts.",
        advice: "Take the path from the audit log (`processFullPath`).",
    },
    Entry {
        id: FindingId::L36,
        severities: &[Warning],
        high: false,
        needs: Needs::OsType,
        title: "Unusual spelling of a path",
        explanation: "The comparison is case sensitive except for the drive letter, and Windows reports paths as \
            the process was started, usually `C:\\Windows\\System32`. Process names carry their \
            extension.",
        advice: "Take the spelling from the audit log.",
    },
    Entry {
        id: FindingId::L37,
        severities: &[Warning],
        high: false,
        needs: Needs::OsType,
        title: "Path is usually a link",
        explanation: "The guest agent sees the file a link points to: `/usr/bin/python3.12`, never \
            `/usr/bin/python3`; `/usr/bin`, not `/bin`.",
        advice: "Write the link's target, as `readlink -f` shows it.",
    },
    Entry {
        id: FindingId::L38,
        severities: &[Warning, Info],
        high: false,
        needs: Needs::Rules,
        title: "Name is never reported so",
        explanation: "The guest agent reports bare names: `SYSTEM`, not `NT AUTHORITY\\SYSTEM`; `svc`, not \
            `DOM\\svc` or `svc@dom`. `SYSTEM` is in no group, so asking for a group as well never \
            matches.",
        advice: "Take the name from the audit log (`userName`, `userGroups`).",
    },
    Entry {
        id: FindingId::L39,
        severities: &[Warning],
        high: false,
        needs: Needs::OsType,
        title: "Unreliable characters",
        explanation: "On Windows the guest agent keeps only the low byte of each character, so that names beyond \
            ASCII arrive garbled and different ones can become equal. Letters of other alphabets that \
            look like Latin ones never equal what they look like.",
        advice: "Use names in plain ASCII; rely on `exe_path` elsewhere.",
    },
    Entry {
        id: FindingId::L40,
        severities: &[Warning],
        high: false,
        needs: Needs::OsType,
        title: "Account alone is unreliable",
        explanation: "The guest agent for Linux takes the user from the group id of the process: where the two \
            ids differ, `userName` is another account's or `undefined`.",
        advice: "Add `exe_path`, and take the name from the audit log rather than from memory.",
    },
    Entry {
        id: FindingId::L41,
        severities: &[Error],
        high: false,
        needs: Needs::Endpoint,
        title: "User never reaches WireServer",
        explanation: "WireServer and HostGAPlugin are refused to callers that are not elevated before any rule \
            is looked at. On Linux an elevated caller is always reported as `root`.",
        advice: "Remove the identity from this profile, or name `root`.",
    },
    Entry {
        id: FindingId::L42,
        severities: &[Info],
        high: false,
        needs: Needs::Rules,
        title: "Broad group reaches tokens",
        explanation: "Nearly every account, or every administrator, is in this group.",
        advice: "Name the executable or the account that needs the token.",
    },
    Entry {
        id: FindingId::L43,
        severities: &[Info],
        high: false,
        needs: Needs::OsType,
        title: "Paths do not bound containers",
        explanation: "A container or chroot carries its own file tree: any image can hold a program under an \
            allowed path, and container root counts as elevated.",
        advice: "On machines that run containers combine `exe_path` with `user_name`, and keep images \
            trusted.",
    },
];
