//! The four closed vocabularies of a profile and its versions.

use std::fmt;
use std::str::FromStr;

/// A word outside a vocabulary; `Display` names the words that are known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{word}\" is no {what}; known are {known}")]
#[non_exhaustive]
pub struct UnknownWord {
    /// What was read.
    pub word: String,
    /// What kind of word was expected.
    pub what: &'static str,
    /// The known words, as prose.
    pub known: &'static str,
}

/// What the agent does with a request that the rules do not allow (`authorization_rules.rs`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Record it and let it pass.
    Audit,
    /// Refuse it.
    Enforce,
    /// Evaluate nothing.
    Disabled,
}

impl Mode {
    /// The word as Azure Resource Manager writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "Audit",
            Self::Enforce => "Enforce",
            Self::Disabled => "Disabled",
        }
    }

    /// The mode the agent takes from a text: the three words in any ASCII case, and **every other text is
    /// [`Mode::Disabled`]**, that is, fails open (`authorization_rules.rs`, lines 48-59).
    pub fn as_agent_reads(text: &str) -> Self {
        text.parse().unwrap_or(Self::Disabled)
    }
}

impl FromStr for Mode {
    type Err = UnknownWord;

    /// Takes one of the three words in any case.
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        pick(text, "mode", "Audit, Enforce and Disabled", [Self::Audit, Self::Enforce, Self::Disabled], |m| {
            m.as_str()
        })
    }
}

/// What happens to a request that no privilege matches (`authorization_rules.rs`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DefaultAccess {
    /// It passes.
    Allow,
    /// It is not allowed.
    Deny,
}

impl DefaultAccess {
    /// The word as Azure Resource Manager writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }

    /// The access the agent takes from a text: "allow" in any case, and **every other text denies**; blanks
    /// are not trimmed (`authorization_rules.rs`, line 206).
    pub fn as_agent_reads(text: &str) -> Self {
        text.parse().unwrap_or(Self::Deny)
    }
}

impl FromStr for DefaultAccess {
    type Err = UnknownWord;

    /// Takes one of the two words in any case.
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        pick(text, "default access", "Allow and Deny", [Self::Allow, Self::Deny], |d| d.as_str())
    }
}

/// Where in the host a request goes. A profile applies to IMDS, or to WireServer and with it to HostGAPlugin
/// (`key.rs`, lines 624-633: port 32526 takes the WireServer item).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// The instance metadata service, 169.254.169.254:80.
    Imds,
    /// The WireServer, 168.63.129.16:80.
    WireServer,
    /// The host's guest agent plugin, 168.63.129.16:32526.
    HostGaPlugin,
}

impl Endpoint {
    /// The word as Azure Resource Manager and Microsoft's pages write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Imds => "IMDS",
            Self::WireServer => "WireServer",
            Self::HostGaPlugin => "HostGAPlugin",
        }
    }

    /// The endpoint whose profile decides: HostGAPlugin has none of its own.
    pub const fn profile(self) -> Self {
        match self {
            Self::HostGaPlugin => Self::WireServer,
            other => other,
        }
    }
}

impl FromStr for Endpoint {
    type Err = UnknownWord;

    /// Takes one of the three words in any case.
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let all = [Self::Imds, Self::WireServer, Self::HostGaPlugin];
        pick(text, "endpoint", "IMDS, WireServer and HostGAPlugin", all, |e| e.as_str())
    }
}

/// The operating system of the virtual machines a profile is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OsType {
    /// Linux.
    #[default]
    Linux,
    /// Windows.
    Windows,
}

impl OsType {
    /// The word as Azure Resource Manager writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Linux => "Linux",
            Self::Windows => "Windows",
        }
    }
}

impl FromStr for OsType {
    type Err = UnknownWord;

    /// Takes one of the two words in any case.
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        pick(text, "operating system", "Linux and Windows", [Self::Linux, Self::Windows], |o| o.as_str())
    }
}

fn pick<T: Copy, const N: usize>(
    text: &str,
    what: &'static str,
    known: &'static str,
    all: [T; N],
    name: impl Fn(T) -> &'static str,
) -> Result<T, UnknownWord> {
    all.into_iter().find(|&one| name(one).eq_ignore_ascii_case(text)).ok_or_else(|| UnknownWord {
        word: text.to_owned(),
        what,
        known,
    })
}

macro_rules! shown_as_its_word {
    ($($kind:ty),*) => {$(
        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}
shown_as_its_word!(Mode, DefaultAccess, Endpoint, OsType);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_any_case_and_shown_as_azure_writes_them() {
        assert_eq!("eNfOrCe".parse(), Ok(Mode::Enforce));
        assert_eq!("hostgaplugin".parse(), Ok(Endpoint::HostGaPlugin));
        assert_eq!("WINDOWS".parse(), Ok(OsType::Windows));
        assert_eq!(Endpoint::Imds.to_string(), "IMDS");
    }

    #[test]
    fn an_unknown_word_says_which_are_known() {
        let error = "Enforced".parse::<Mode>().unwrap_err();
        assert_eq!(error.to_string(), "\"Enforced\" is no mode; known are Audit, Enforce and Disabled");
    }

    #[test]
    fn the_agent_fails_open_on_a_mode_and_closed_on_an_access() {
        assert_eq!(Mode::as_agent_reads("enforced"), Mode::Disabled);
        assert_eq!(Mode::as_agent_reads("ENFORCE"), Mode::Enforce);
        assert_eq!(DefaultAccess::as_agent_reads("allow "), DefaultAccess::Deny);
        assert_eq!(DefaultAccess::as_agent_reads("ALLOW"), DefaultAccess::Allow);
    }

    #[test]
    fn the_plugin_port_falls_under_the_wireserver_profile() {
        assert_eq!(Endpoint::HostGaPlugin.profile(), Endpoint::WireServer);
        assert_eq!(Endpoint::Imds.profile(), Endpoint::Imds);
    }
}
