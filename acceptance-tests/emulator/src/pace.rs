//! How long writes take.
//!
//! Source: recorded traffic of June and July 2025. Nine of nine creations, changes and deletions of versions took 45.05
//! to 45.19 s, those of profiles 0.03 to 0.33 s, those of galleries 0.34 and 0.44 s. The time of a resource group is
//! assumed, and so are those of machines and scale sets.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::arm::id::Kind;
use crate::store::WriteKind;

/// How long a write takes: `quick`, `azure` or `azure/N`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Pace {
    /// Over by the first poll, as is often the case for a profile at Azure. Clients without a time for the
    /// next poll wait for half a minute after the first.
    Quick,
    /// As at Azure, divided by this.
    Azure(f64),
}

impl Pace {
    /// The seconds until an agent has loaded what was attached to its machine: it asks every 15 s.
    pub fn agent_seconds(self) -> f64 {
        match self {
            Self::Quick => 0.1,
            Self::Azure(divisor) => 20.0 / divisor,
        }
    }

    /// How long a write takes, in seconds.
    pub fn seconds(self, kind: Kind, work: WriteKind) -> f64 {
        let azure = match (kind, work) {
            (Kind::Version, _) => 45.1,
            (Kind::Profile, WriteKind::Create) => 0.1,
            (Kind::Profile, WriteKind::Update) => 0.04,
            (Kind::Profile, WriteKind::Delete) => 0.25,
            (Kind::Gallery, _) => 0.4,
            (Kind::Group, _) => 20.0,
            (Kind::Machine | Kind::ScaleSet | Kind::Instance, _) => 30.0,
        };
        match self {
            Self::Quick => 0.0,
            Self::Azure(divisor) => azure / divisor,
        }
    }
}

impl FromStr for Pace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let divisor = text.strip_prefix("azure/").and_then(|number| number.parse::<f64>().ok());
        match (text, divisor) {
            ("quick", _) => Ok(Self::Quick),
            ("azure", _) => Ok(Self::Azure(1.0)),
            (_, Some(divisor)) if (0.1..=10_000.0).contains(&divisor) => Ok(Self::Azure(divisor)),
            _ => Err(format!(
                "pace is quick, azure, or azure/N with N from 0.1 to 10000, for example azure/20, not {text}"
            )),
        }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quick => f.write_str("quick"),
            Self::Azure(1.0) => f.write_str("azure"),
            Self::Azure(divisor) => write!(f, "azure/{divisor}"),
        }
    }
}

impl TryFrom<String> for Pace {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Pace> for String {
    fn from(pace: Pace) -> Self {
        pace.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paces_are_read_and_written_alike() {
        for text in ["quick", "azure", "azure/20", "azure/0.5"] {
            assert_eq!(text.parse::<Pace>().unwrap().to_string(), text);
        }
        for text in ["", "slow", "azure/", "azure/0", "azure/-1", "azure/NaN", "azure/1e9", "quick/2"] {
            assert!(text.parse::<Pace>().unwrap_err().contains("azure/20"), "{text}");
        }
    }

    #[test]
    fn a_pace_divides_every_time() {
        let version = |pace: &str| pace.parse::<Pace>().unwrap().seconds(Kind::Version, WriteKind::Create);
        assert!((version("azure") - 45.1).abs() < 1e-9);
        assert!((version("azure/20") - 2.255).abs() < 1e-9);
        assert!(version("quick") <= 0.0);
        assert!(Pace::Azure(1.0).seconds(Kind::Profile, WriteKind::Delete) < 0.34);
    }
}
