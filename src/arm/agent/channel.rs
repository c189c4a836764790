//! The state of the secure channel: which endpoints the agent guards, and how.

use crate::allowlist::Mode;
use crate::plain;
use serde_json::{Map, Value};

/// The state of the secure channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Channel {
    /// The agent's text, on one line.
    pub text: Option<String>,
    /// The mode for the metadata service; `None` if the text does not contain it.
    pub imds: Option<Mode>,
    /// The mode for WireServer and HostGAPlugin.
    pub wire_server: Option<Mode>,
}

impl Channel {
    /// Reads `secureChannelState`, such as `WireServer Enforce -  IMDS Audit - HostGA Enforce` or `disabled`.
    pub(super) fn of(states: &Map<String, Value>) -> Self {
        let found = states.iter().find(|(name, _)| name.eq_ignore_ascii_case("secureChannelState"));
        found.and_then(|(_, value)| value.as_str()).map_or_else(Self::default, Self::read)
    }

    fn read(text: &str) -> Self {
        let mut channel =
            Self { text: Some(plain::line(text)).filter(|text| !text.is_empty()), ..Self::default() };
        if text.trim().eq_ignore_ascii_case("disabled") {
            channel.imds = Some(Mode::Disabled);
            channel.wire_server = Some(Mode::Disabled);
        }
        for part in text.split('-') {
            let mut words = part.split_whitespace();
            let (Some(endpoint), Some(mode), None) = (words.next(), words.next(), words.next()) else {
                continue;
            };
            let mode = mode.parse().ok();
            if endpoint.eq_ignore_ascii_case("IMDS") {
                channel.imds = mode;
            } else if endpoint.eq_ignore_ascii_case("WireServer") {
                channel.wire_server = mode;
            }
        }
        channel
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_whatever_its_blanks_and_case() {
        let (audit, enforce, disabled) = (Some(Mode::Audit), Some(Mode::Enforce), Some(Mode::Disabled));
        for (text, imds, wire_server) in [
            ("WireServer Enforce -  IMDS Audit - HostGA Enforce", audit, enforce),
            ("Wireserver Enforce - IMDS Enforce", enforce, enforce),
            ("WIRESERVER disabled-IMDS enforce", enforce, disabled),
            ("disabled", disabled, disabled),
            (" Disabled ", disabled, disabled),
            ("Unknown", None, None),
            // The agents' form on hosts with the first contract: what is guarded, without a mode.
            ("wireserverandimds", None, None),
            ("", None, None),
            ("IMDS", None, None),
            ("IMDS Open - WireServer Audit now", None, None),
        ] {
            let channel = Channel::read(text);
            assert_eq!((channel.imds, channel.wire_server), (imds, wire_server), "{text:?}");
        }
        assert_eq!(
            Channel::read("WireServer Audit -  IMDS Audit").text.unwrap(),
            "WireServer Audit - IMDS Audit"
        );
        assert_eq!(Channel::read(" "), Channel::default());
    }
}
