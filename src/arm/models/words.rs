//! The enum words of the contract. Read ignoring case, written as the contract spells them; unknown words are
//! kept, since services grow.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $word:ident = $text:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$what])* $word,)+
            /// A word that the contract did not have when this was written, as the service spelled it.
            Other(String),
        }

        impl $name {
            /// The word in the contract's spelling.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$word => $text,)+
                    Self::Other(text) => text,
                }
            }

            /// Whether the contract knows the word.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::Other(_))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text.trim() {
                    $(word if word.eq_ignore_ascii_case($text) => Self::$word,)+
                    word => Self::Other(word.to_owned()),
                }
            }
        }

        impl FromStr for $name {
            type Err = Infallible;

            fn from_str(text: &str) -> Result<Self, Infallible> {
                Ok(Self::from(text))
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.as_str().eq_ignore_ascii_case(other.as_str())
            }
        }

        impl Eq for $name {}

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self::from(String::deserialize(deserializer)?.as_str()))
            }
        }
    };
}

words! {
    /// The operating system a profile is for.
    OsType {
        /// Linux.
        Linux = "Linux",
        /// Windows.
        Windows = "Windows",
    }
}

words! {
    /// The endpoint on the host that a profile guards.
    HostEndpoint {
        /// 168.63.129.16
        WireServer = "WireServer",
        /// 169.254.169.254, the instance metadata service.
        Imds = "IMDS",
    }
}

words! {
    /// What the guest agent does with the rules.
    Mode {
        /// Logs what it would deny, denies nothing.
        Audit = "Audit",
        /// Denies.
        Enforce = "Enforce",
        /// Does not look at requests.
        Disabled = "Disabled",
    }
}

words! {
    /// What happens to a request that no privilege matches.
    DefaultAccess {
        /// It is allowed.
        Allow = "Allow",
        /// It is denied.
        Deny = "Deny",
    }
}

words! {
    /// The provisioning state of an object.
    ProvisioningState {
        /// Being created.
        Creating = "Creating",
        /// Being changed.
        Updating = "Updating",
        /// The last change failed.
        Failed = "Failed",
        /// Done.
        Succeeded = "Succeeded",
        /// Being deleted.
        Deleting = "Deleting",
        /// Being moved.
        Migrating = "Migrating",
        /// The last change was cancelled. Not in the contract of these types, but in that of all ARM.
        Canceled = "Canceled",
    }
}

impl ProvisioningState {
    /// Whether nothing more will happen by itself. Both spellings of "cancelled" occur in ARM.
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Succeeded | Self::Failed | Self::Canceled => true,
            Self::Other(word) => word.eq_ignore_ascii_case("Cancelled"),
            _ => false,
        }
    }
}
