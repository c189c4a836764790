//! The four closed vocabularies of a profile and its versions.

use std::fmt;
use std::str::FromStr;

/// A word outside a vocabulary; `Display` names the known words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{word}\" is not a {what}; known are {known}")]
#[non_exhaustive]
pub struct UnknownWord {
    /// The text that was read.
    pub word: String,
    /// The expected kind of word.
    pub what: &'static str,
    /// The known words, as prose.
    pub known: String,
}

/// An enum of words, each with the text that Azure Resource Manager writes.
macro_rules! words {
    ($(#[$about:meta])* $name:ident, $what:literal { $($(#[$meaning:meta])* $word:ident = $text:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$meaning])* $word,)+
        }

        impl $name {
            /// All the words, as Azure Resource Manager writes them.
            pub const WORDS: &[&str] = &[$($text),+];

            /// The word as Azure Resource Manager writes it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$word => $text,)+
                }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            /// Accepts one of the words in any case.
            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                $(if text.eq_ignore_ascii_case($text) {
                    return Ok(Self::$word);
                })+
                Err(UnknownWord { word: text.to_owned(), what: $what, known: listed(Self::WORDS) })
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What the agent does with a request that the rules do not allow (`authorization_rules.rs`).
    Mode, "mode" {
        /// Record it and let it pass.
        Audit = "Audit",
        /// Refuse it.
        Enforce = "Enforce",
        /// Evaluate nothing.
        Disabled = "Disabled",
    }
}

words! {
    /// What happens to a request that no privilege matches (`authorization_rules.rs`).
    DefaultAccess, "default access" {
        /// It passes.
        Allow = "Allow",
        /// It is not allowed.
        Deny = "Deny",
    }
}

words! {
    /// The destination of a request in the host. A profile applies to IMDS, or to WireServer and with it to
    /// HostGAPlugin (`key.rs`, lines 624-633: port 32526 uses the WireServer item).
    Endpoint, "endpoint" {
        /// The instance metadata service, 169.254.169.254:80.
        Imds = "IMDS",
        /// The WireServer, 168.63.129.16:80.
        WireServer = "WireServer",
        /// The host's guest agent plugin, 168.63.129.16:32526.
        HostGaPlugin = "HostGAPlugin",
    }
}

words! {
    /// The operating system of a profile's virtual machines.
    #[derive(Default)]
    OsType, "operating system" {
        /// Linux.
        #[default]
        Linux = "Linux",
        /// Windows.
        Windows = "Windows",
    }
}

impl Mode {
    /// The agent's reading of a text: the three words in any ASCII case; **every other text is
    /// [`Mode::Disabled`]**, that is, it fails open (`authorization_rules.rs`, lines 48-59).
    pub fn as_agent_reads(text: &str) -> Self {
        text.parse().unwrap_or(Self::Disabled)
    }
}

impl DefaultAccess {
    /// The agent's reading of a text: "allow" in any case; **every other text denies**; blanks are not
    /// trimmed (`authorization_rules.rs`, line 206).
    pub fn as_agent_reads(text: &str) -> Self {
        text.parse().unwrap_or(Self::Deny)
    }
}

impl Endpoint {
    /// The endpoint whose profile decides: HostGAPlugin has none of its own.
    pub const fn profile(self) -> Self {
        match self {
            Self::HostGaPlugin => Self::WireServer,
            other => other,
        }
    }
}

fn listed(words: &[&str]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        words => words.concat(),
    }
}

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
    fn an_unknown_word_names_the_known_ones() {
        let error = "Enforced".parse::<Mode>().unwrap_err();
        assert_eq!(error.to_string(), "\"Enforced\" is not a mode; known are Audit, Enforce and Disabled");
    }

    #[test]
    fn the_agent_fails_open_on_a_mode_and_closed_on_an_access() {
        assert_eq!(Mode::as_agent_reads("enforced"), Mode::Disabled);
        assert_eq!(Mode::as_agent_reads("ENFORCE"), Mode::Enforce);
        assert_eq!(DefaultAccess::as_agent_reads("allow "), DefaultAccess::Deny);
        assert_eq!(DefaultAccess::as_agent_reads("ALLOW"), DefaultAccess::Allow);
    }

    #[test]
    fn the_wireserver_profile_decides_the_plugin_port() {
        assert_eq!(Endpoint::HostGaPlugin.profile(), Endpoint::WireServer);
        assert_eq!(Endpoint::Imds.profile(), Endpoint::Imds);
    }
}
