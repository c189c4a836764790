//! Which rules an agent has loaded: the id in its report, in its various forms.

use super::super::ids::VersionId;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The agent's suffix of an id if the machine may have rules of its own. `_` precedes the id of these.
const SUFFIX: &str = "-uselocalfilerules-";

/// The rules that are loaded for an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadedRules {
    /// The rules; `None` if none are loaded or the agent does not report them.
    pub rules: Option<RulesId>,
    /// Whether a file in the machine may add rules; `None` if the id does not show it.
    pub local_file: Option<bool>,
}

/// Which rules are loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RulesId {
    /// The rules of a version.
    Version(VersionId),
    /// Other rules, by their id, such as those of a mode that the machine itself sets.
    Other(String),
}

/// The form of an id by which the agent knows whether to read a file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    id: String,
    #[serde(default)]
    use_local_file_rules: bool,
}

impl LoadedRules {
    /// Reads the id under this name. Names are compared ignoring case, since Microsoft's page spells one
    /// differently.
    pub(super) fn of(states: &Map<String, Value>, name: &str) -> Self {
        let found = states.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| value.as_str()).map_or_else(Self::default, Self::read)
    }

    fn read(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() || text.eq_ignore_ascii_case("unknown") {
            return Self::default();
        }
        if let Some(envelope) =
            STANDARD.decode(text).ok().and_then(|bytes| serde_json::from_slice::<Envelope>(&bytes).ok())
        {
            let local_file = Some(envelope.use_local_file_rules);
            return Self { local_file, ..Self::read(&envelope.id) };
        }
        // The same length in lower case: an id has ASCII letters only.
        let small = text.to_ascii_lowercase();
        let (id, behind) = match small.find(SUFFIX) {
            Some(place) => {
                (text.get(..place).unwrap_or_default(), small.get(place + SUFFIX.len()..).unwrap_or_default())
            }
            None => (text, ""),
        };
        let local_file = match behind.split('_').next() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        let rules = id.parse().map_or_else(|_| RulesId::Other(id.to_owned()), RulesId::Version);
        Self { rules: Some(rules), local_file }
    }

    /// The version, if the rules belong to one.
    pub fn version(&self) -> Option<&VersionId> {
        match &self.rules {
            Some(RulesId::Version(id)) => Some(id),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/\
        Microsoft.Compute/galleries/g/inVMAccessControlProfiles/web/versions/1.0.0";

    #[test]
    fn an_id_is_read_in_capitals_with_suffix_and_in_its_envelope() {
        let envelope = |json: &str| STANDARD.encode(json);
        for (text, local) in [
            (VERSION.to_owned(), None),
            (VERSION.to_uppercase(), None),
            (format!("{}-useLocalFileRules-true", VERSION.to_uppercase()), Some(true)),
            (format!("{}-USELOCALFILERULES-FALSE", VERSION.to_uppercase()), Some(false)),
            (format!("{VERSION}-useLocalFileRules-true_of-the-machine"), Some(true)),
            (format!(" {VERSION} "), None),
            (
                envelope(&format!("{{\"id\":\"{}\",\"useLocalFileRules\":true}}", VERSION.to_uppercase())),
                Some(true),
            ),
            (envelope(&format!("{{\"id\":\"{VERSION}\"}}")), Some(false)),
        ] {
            let loaded = LoadedRules::read(&text);
            assert_eq!(loaded.version(), Some(&VERSION.parse().unwrap()), "{text}");
            assert_eq!(loaded.local_file, local, "{text}");
        }
    }

    #[test]
    fn other_rules_have_their_id_and_no_rules_have_none() {
        for text in ["", " ", "unknown", "Unknown"] {
            assert_eq!(LoadedRules::read(text), LoadedRules::default(), "{text:?}");
        }
        for text in ["sigid", "D2A1", "/subscriptions/x", "-useLocalFileRules-true", "aGVsbG8="] {
            assert!(matches!(LoadedRules::read(text).rules, Some(RulesId::Other(_))), "{text:?}");
        }
        let profile = VERSION.replace("/versions/1.0.0", "");
        assert_eq!(LoadedRules::read(&profile).rules, Some(RulesId::Other(profile.clone())));
    }
}
