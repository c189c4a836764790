//! What the platform itself needs of a machine, and whether the rules allow it: L51, and the advice of L20
//! and L21. It computes the decision for a caller as the guest agent would see it. This is advice, not
//! contract; its sources are the public code of the Linux guest agent, and Microsoft's pages.

use super::super::decoding::lowered;
use super::super::{
    Allowlist, DefaultAccess, Draft, Endpoint, Identity, Matcher, Mode, OsType, Privilege, Request, Rules,
    Step, Text, Verdict, known,
};
use super::LintContext;
use super::executable::{last_component, never_matches};
use super::scripts::is_never_run;

/// A part of the platform that calls an endpoint by itself.
struct PlatformProgram {
    os_type: OsType,
    endpoint: Endpoint,
    /// Its usual name.
    name: &'static str,
    /// The account that it runs as, if that is always the same.
    user: Option<&'static str>,
    /// The possible paths of its executable.
    example: &'static str,
    files: FileNames,
    needs: &'static [Need],
}

/// The possible file names of its executable.
enum FileNames {
    /// It is a Python program: the executable is the interpreter.
    Python,
    Exactly(&'static [&'static str]),
    /// Prefixes of names, in lower case.
    StartingWith(&'static [&'static str]),
}

/// A request that it makes, in one of these spellings.
struct Need {
    method: &'static str,
    urls: &'static [&'static str],
}

const GOAL_STATE: Need =
    Need { method: "GET", urls: &["/machine/?comp=goalstate", "/machine?comp=goalstate"] };
const HEALTH: Need = Need { method: "POST", urls: &["/machine?comp=health", "/machine/?comp=health"] };
/// HostGAPlugin has no profile of its own: that of the WireServer decides.
const SETTINGS: Need = Need { method: "GET", urls: &["/vmSettings"] };
const INSTANCE: Need = Need { method: "GET", urls: &["/metadata/instance?api-version=2021-02-01"] };
const TOKEN: Need = Need {
    method: "GET",
    urls: &[
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmonitor.azure.com%2F",
    ],
};
const EVENTS: Need = Need { method: "GET", urls: &["/metadata/scheduledevents?api-version=2020-07-01"] };

const PROGRAMS: [PlatformProgram; 6] = [
    PlatformProgram {
        os_type: OsType::Linux,
        endpoint: Endpoint::WireServer,
        name: "the Linux guest agent (waagent)",
        user: Some("root"),
        example: "/usr/bin/python3.12",
        files: FileNames::Python,
        needs: &[GOAL_STATE, HEALTH, SETTINGS],
    },
    PlatformProgram {
        os_type: OsType::Windows,
        endpoint: Endpoint::WireServer,
        name: "the Windows guest agent (WindowsAzureGuestAgent.exe, WaAppAgent.exe)",
        user: Some("SYSTEM"),
        example: r"C:\WindowsAzure\Packages\WindowsAzureGuestAgent.exe",
        files: FileNames::Exactly(&["WindowsAzureGuestAgent.exe", "WaAppAgent.exe"]),
        needs: &[GOAL_STATE, HEALTH, SETTINGS],
    },
    PlatformProgram {
        os_type: OsType::Linux,
        endpoint: Endpoint::Imds,
        name: "cloud-init",
        user: Some("root"),
        example: "/usr/bin/python3.12",
        files: FileNames::Python,
        needs: &[INSTANCE],
    },
    PlatformProgram {
        os_type: OsType::Linux,
        endpoint: Endpoint::Imds,
        name: "the Azure Monitor agent",
        user: None,
        example: "/opt/microsoft/azuremonitoragent/bin/mdsd",
        files: FileNames::StartingWith(&["mdsd", "amacoreagent", "agentlauncher"]),
        needs: &[TOKEN],
    },
    PlatformProgram {
        os_type: OsType::Windows,
        endpoint: Endpoint::Imds,
        name: "the Azure Monitor agent",
        user: Some("SYSTEM"),
        example: r"C:\Program Files\Azure Monitor Agent\Agent\MonAgentCore.exe",
        files: FileNames::StartingWith(&["monagent", "amaexthealthmonitor"]),
        needs: &[TOKEN],
    },
    PlatformProgram {
        os_type: OsType::Windows,
        endpoint: Endpoint::Imds,
        name: "VmssRuntimeAgent (scheduled events)",
        user: Some("SYSTEM"),
        example: r"C:\Packages\Plugins\VmssRuntimeAgent\VmssRuntimeAgent.exe",
        files: FileNames::StartingWith(&["vmssruntimeagent"]),
        needs: &[EVENTS],
    },
];

/// A request of a part of the platform that is refused.
pub(super) struct Refusal {
    pub(super) program: &'static str,
    pub(super) request: String,
    /// Without it the machine does not work.
    pub(super) is_vital: bool,
    /// A privilege closes it, as opposed to no privilege allowing it.
    pub(super) is_closed: bool,
}

/// The platform of a machine with these rules.
pub(super) struct Platform {
    rules: Rules,
    os_type: OsType,
    endpoint: Endpoint,
}

impl Platform {
    /// The platform of a complete draft. If the profile's settings are unknown, the rules may show them.
    pub(super) fn of(draft: &Draft<'_>, context: &LintContext) -> Option<Self> {
        let endpoint = context.endpoint.map(Endpoint::profile).or_else(|| endpoint_of(draft))?;
        let os_type = context.os_type.or_else(|| os_type_of(draft))?;
        let rules = draft.complete()?;
        Some(Self { rules, os_type, endpoint })
    }

    /// What would be refused with this default access under Enforce.
    pub(super) fn refusals(&self, default_access: DefaultAccess) -> Vec<Refusal> {
        self.refusals_with(default_access, &self.rules)
    }

    /// Whether the guest agent can do less after a change.
    pub(super) fn is_cut_off(&self, default_access: DefaultAccess, change: impl FnOnce(&mut Rules)) -> bool {
        if self.endpoint != Endpoint::WireServer {
            return false;
        }
        let mut changed = self.rules.clone();
        change(&mut changed);
        self.refusals_with(default_access, &changed).len() > self.refusals(default_access).len()
    }

    fn refusals_with(&self, default_access: DefaultAccess, rules: &Rules) -> Vec<Refusal> {
        let matcher = Matcher::new(&Allowlist { mode: Mode::Enforce, default_access, rules: rules.clone() });
        let here =
            |program: &&PlatformProgram| (program.os_type, program.endpoint) == (self.os_type, self.endpoint);
        let mut refusals = Vec::new();
        for program in PROGRAMS.iter().filter(here) {
            let mut claims: Vec<Claims> =
                rules.identities.values().filter_map(|identity| program.claims(identity)).collect();
            claims.extend(program.claims(&Identity::default()));
            for (place, need) in program.needs.iter().enumerate() {
                let mut is_closed = false;
                let is_allowed = claims.iter().any(|claims| {
                    need.urls.iter().any(|url| {
                        let decision = matcher.decide(&claims.request(self, need.method, url));
                        is_closed |= decision.step == Step::Closed;
                        decision.verdict == Verdict::Allowed
                    })
                });
                if !is_allowed {
                    let url = need.urls.first().copied().unwrap_or_default();
                    let url = url.split('&').next().unwrap_or_default();
                    refusals.push(Refusal {
                        program: program.name,
                        request: format!("{} {url}", need.method),
                        is_vital: place == 0 && self.endpoint == Endpoint::WireServer,
                        is_closed,
                    });
                }
            }
        }
        refusals
    }

    /// The endpoint.
    pub(super) const fn endpoint(&self) -> Endpoint {
        self.endpoint
    }

    /// An identity of the guest agent, as a user would write it.
    pub(super) const fn guest_agent(&self) -> &'static str {
        match self.os_type {
            OsType::Linux => {
                "user_name = \"root\" and exe_path = the Python that runs it, such as \"/usr/bin/python3.12\""
            }
            OsType::Windows => "user_name = \"SYSTEM\" and process_name = \"WindowsAzureGuestAgent.exe\"",
        }
    }
}

/// The caller, as the guest agent would see it.
struct Claims {
    user: String,
    groups: Vec<String>,
    exe_path: String,
    process_name: String,
}

impl Claims {
    fn request<'r>(&'r self, platform: &Platform, method: &'r str, url: &'r str) -> Request<'r> {
        Request {
            os_type: platform.os_type,
            method,
            user_name: &self.user,
            user_groups: &self.groups,
            exe_path: &self.exe_path,
            process_name: &self.process_name,
            elevated: true,
            ..Request::new(platform.endpoint.into(), url)
        }
    }
}

impl PlatformProgram {
    /// The attributes of this caller if it is the process that an identity means; nothing if it cannot be.
    fn claims(&self, identity: &Identity) -> Option<Claims> {
        let user = identity.user_name.as_deref().or(self.user).unwrap_or("root");
        if self.user.is_some_and(|always| always != user) {
            return None;
        }
        // SYSTEM is in no group.
        let groups: Vec<String> = identity.group_name.iter().cloned().collect();
        if !groups.is_empty() && user == "SYSTEM" {
            return None;
        }
        let exe_path = match (&identity.exe_path, &identity.process_name) {
            (Some(path), _) if never_matches(path, Some(self.os_type)).is_some() => return None,
            (Some(path), _) => path.clone(),
            (None, Some(file)) => {
                let folder = self.example.rfind(['/', '\\']).and_then(|at| self.example.get(..=at))?;
                format!("{folder}{file}")
            }
            (None, None) => self.example.to_owned(),
        };
        let file = last_component(&exe_path, Some(self.os_type))?;
        let is_named = identity.process_name.as_deref().is_none_or(|name| name == file);
        (is_named && self.may_be(file)).then(|| Claims {
            user: user.to_owned(),
            groups,
            process_name: file.to_owned(),
            exe_path: exe_path.clone(),
        })
    }

    fn may_be(&self, file: &str) -> bool {
        match self.files {
            FileNames::Python => !is_never_run(file, Some(self.os_type)) && is_python(file),
            FileNames::Exactly(names) => names.contains(&file),
            FileNames::StartingWith(names) => names.iter().any(|name| lowered(file).starts_with(name)),
        }
    }
}

/// `python3.12`, `platform-python3.6`: a file, whereas `python3` is a link.
fn is_python(file: &str) -> bool {
    let file = file.strip_prefix("platform-").unwrap_or(file);
    let Some((major, minor)) = file.strip_prefix("python").and_then(|rest| rest.split_once('.')) else {
        return false;
    };
    let number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    number(major) && number(minor)
}

fn endpoint_of(draft: &Draft<'_>) -> Option<Endpoint> {
    let paths = known(&draft.privileges).filter_map(|(_, one)| one.path.known());
    let mut paths = paths.map(lowered).peekable();
    paths.peek()?;
    let wire = |path: &str| {
        ["/machine", "/vmsettings", "/extensionartifact", "/vmagentlog"]
            .iter()
            .any(|known| path.starts_with(known))
    };
    let (mut is_wire, mut is_imds) = (false, false);
    for path in paths {
        is_wire |= wire(&path);
        is_imds |= path.starts_with("/metadata");
    }
    // Which programs need IMDS differs between machines: without the profile this reports nothing about it.
    (is_wire && !is_imds).then_some(Endpoint::WireServer)
}

fn os_type_of<'a>(draft: &Draft<'a>) -> Option<OsType> {
    let mut os_type = None;
    for (_, identity) in known(&draft.identities) {
        let text = |part: Option<Text<'a>>| part.and_then(Text::known).unwrap_or_default();
        let (user, path) = (text(identity.user_name), text(identity.exe_path));
        let process = text(identity.process_name);
        let windows = path.contains('\\') || user == "SYSTEM" || lowered(process).ends_with(".exe");
        let linux = path.starts_with('/') || user == "root";
        let one = match (windows, linux) {
            (true, false) => OsType::Windows,
            (false, true) => OsType::Linux,
            _ => continue,
        };
        if os_type.replace(one).is_some_and(|before| before != one) {
            return None;
        }
    }
    os_type
}

/// Adds a privilege, and lists it in some roles.
pub(super) fn add_privilege(rules: &mut Rules, path: &str, roles: &[&str]) {
    let mut name = "added".to_owned();
    while rules.privileges.contains_key(&name) {
        name.push('_');
    }
    for role in roles {
        if let Some(role) = rules.roles.get_mut(*role) {
            role.privileges.insert(name.clone());
        }
    }
    rules.privileges.insert(name, Privilege { path: path.to_owned(), ..Privilege::default() });
}
