//! Knowledge of this project about the two endpoints: their paths, and which of them matter most. This is
//! advice, not contract; its sources are Microsoft's pages on IMDS and the public code of the Linux guest
//! agent.

use std::fmt;

use super::super::Endpoint;
use super::super::decision::Pattern;
use super::super::decoding::lowered;

/// Data behind an endpoint that an attacker would want.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sensitive {
    /// Tokens of the machine's managed identities.
    ManagedIdentityToken,
    /// The signed document that proves the identity of the machine.
    AttestedData,
    /// Certificates and protected settings of extensions.
    Certificates,
    /// The goal state, with the machine's instructions.
    GoalState,
}

impl fmt::Display for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ManagedIdentityToken => "managed-identity tokens",
            Self::AttestedData => "attested data",
            Self::Certificates => "certificates",
            Self::GoalState => "the goal state",
        })
    }
}

/// A kind of request: a path, and a parameter if one selects the operation.
struct Requests {
    what: Sensitive,
    endpoint: Endpoint,
    path: &'static str,
    parameter: Option<(&'static str, &'static str)>,
}

const fn requests(
    what: Sensitive,
    endpoint: Endpoint,
    path: &'static str,
    parameter: Option<(&'static str, &'static str)>,
) -> Requests {
    Requests { what, endpoint, path, parameter }
}

const SENSITIVE: [Requests; 6] = [
    requests(Sensitive::ManagedIdentityToken, Endpoint::Imds, "/metadata/identity/oauth2/token", None),
    requests(Sensitive::AttestedData, Endpoint::Imds, "/metadata/attested", None),
    requests(Sensitive::Certificates, Endpoint::WireServer, "/machine", Some(("comp", "certificates"))),
    requests(Sensitive::GoalState, Endpoint::WireServer, "/machine", Some(("comp", "goalstate"))),
    requests(Sensitive::GoalState, Endpoint::WireServer, "/machine", Some(("comp", "config"))),
    requests(Sensitive::GoalState, Endpoint::WireServer, "/vmsettings", None),
];

/// The sensitive data that requests of a privilege can reach, by its path and query parameters, at one
/// endpoint or, if that is unknown, at any.
pub fn sensitive<'q, T: AsRef<str> + ?Sized + 'q>(
    path: &str,
    query: impl IntoIterator<Item = (&'q T, &'q T), IntoIter: Clone>,
    endpoint: Option<Endpoint>,
) -> Vec<Sensitive> {
    let (path, query) = (lowered(path), query.into_iter());
    let here = |requests: &&Requests| {
        let meets = || {
            requests.path.starts_with(&*path)
                || path
                    .strip_prefix(requests.path)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let contradicts = || {
            requests.parameter.is_some_and(|(key, value)| {
                query.clone().any(|(k, v)| lowered(k.as_ref()) == key && lowered(v.as_ref()) != value)
            })
        };
        endpoint.is_none_or(|endpoint| endpoint.profile() == requests.endpoint) && meets() && !contradicts()
    };
    let mut reached: Vec<Sensitive> = SENSITIVE.iter().filter(here).map(|requests| requests.what).collect();
    reached.dedup();
    reached
}

/// The requests for sensitive data at an endpoint, as a privilege would match them; at any if it is unknown.
pub(in crate::allowlist) fn probes(endpoint: Option<Endpoint>) -> Vec<(Sensitive, Pattern)> {
    let here =
        SENSITIVE.iter().filter(|one| endpoint.is_none_or(|endpoint| endpoint.profile() == one.endpoint));
    here.map(|one| (one.what, Pattern::of(one.path, one.parameter.into_iter()))).collect()
}

/// Known paths of the endpoints, in lower case.
pub(super) const KNOWN_PATHS: [&str; 17] = [
    "/metadata/attested/document",
    "/metadata/identity/info",
    "/metadata/identity/oauth2/token",
    "/metadata/instance",
    "/metadata/instance/compute",
    "/metadata/instance/network",
    "/metadata/loadbalancer",
    "/metadata/scheduledevents",
    "/metadata/versions",
    "/machine",
    "/machine/plugins",
    "/extensionartifact",
    "/health",
    "/status",
    "/versions",
    "/vmagentlog",
    "/vmsettings",
];

/// Paths of HostGAPlugin that the guest agent and extensions need.
pub(super) const HOST_GA_PLUGIN_PATHS: [&str; 5] =
    ["/vmsettings", "/extensionartifact", "/status", "/health", "/vmagentlog"];

/// Programs that run other people's programs or requests, by file name in lower case without `.exe`.
pub(super) fn is_interpreter(file: &str) -> bool {
    const EXACT: [&str; 26] = [
        "bash",
        "busybox",
        "cmd",
        "cscript",
        "curl",
        "dash",
        "deno",
        "dotnet",
        "java",
        "javaw",
        "ksh",
        "lua",
        "mshta",
        "node",
        "nodejs",
        "perl",
        "powershell",
        "powershell_ise",
        "pwsh",
        "rundll32",
        "sh",
        "socat",
        "wget",
        "wscript",
        "xonsh",
        "zsh",
    ];
    const VERSIONED: [&str; 6] = ["python", "pythonw", "pypy", "perl", "php", "ruby"];
    let file = lowered(file);
    let file = file.strip_suffix(".exe").unwrap_or(&file);
    let bare = file.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    EXACT.contains(&file) || VERSIONED.contains(&bare)
}

/// Groups that nearly every account, or every administrator, is in.
pub(super) fn is_broad_group(group: &str) -> bool {
    const BROAD: [&str; 9] = [
        "users",
        "everyone",
        "authenticated users",
        "docker",
        "sudo",
        "wheel",
        "adm",
        "admin",
        "administrators",
    ];
    BROAD.contains(&&*lowered(group))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn sensitive_data_is_found_by_broader_and_narrower_paths() {
        let none = BTreeMap::<String, String>::new();
        let tokens = [Sensitive::ManagedIdentityToken];
        assert_eq!(sensitive("/metadata/identity", &none, None), tokens);
        assert_eq!(sensitive("/Metadata/Identity/OAuth2/Token", &none, None), tokens);
        assert_eq!(sensitive("/metadata/instance", &none, None), []);
        assert_eq!(
            sensitive("/", &none, Some(Endpoint::Imds)),
            [Sensitive::ManagedIdentityToken, Sensitive::AttestedData]
        );
        let wire = [Sensitive::Certificates, Sensitive::GoalState];
        assert_eq!(sensitive("/machine/", &none, Some(Endpoint::HostGaPlugin)), wire);
    }

    #[test]
    fn a_query_parameter_can_exclude_sensitive_data() {
        let query = BTreeMap::from([("Comp".to_owned(), "health".to_owned())]);
        assert_eq!(sensitive("/machine", &query, None), []);
        let query = BTreeMap::from([("comp".to_owned(), "Certificates".to_owned())]);
        assert_eq!(sensitive("/machine", &query, None), [Sensitive::Certificates]);
    }

    #[test]
    fn interpreters_are_known_with_version_and_extension() {
        for file in ["python3.12", "cscript.exe", "PowerShell.exe", "curl", "perl5.36", "sh"] {
            assert!(is_interpreter(file), "{file}");
        }
        for file in ["server", "mdsd", "shell", "curlew"] {
            assert!(!is_interpreter(file), "{file}");
        }
    }
}
