//! Which machines are read, and which of them pass the filter.

use super::schema::SELECTIONS;
use crate::arm::MachineScope;
use crate::arm::ids::{IdError, MachineId, NameError, ProfileId, ResourceGroupId, SubscriptionId, VersionId};
use crate::plugin::{Diagnostic, Diagnostics, Path, Value};
use crate::provider::checks;
use crate::provider::data_sources::lookup;

/// Which machines to read.
#[derive(Clone, Debug)]
pub enum Selection {
    /// A machine, or a scale set with its instances.
    One(MachineId),
    /// All machines of a group or subscription.
    Scope(MachineScope),
}

/// The filter.
#[derive(Clone, Debug)]
pub enum VersionFilter {
    /// All machines.
    All,
    /// Those with a version of a profile.
    Profile(ProfileId),
    /// Those with one version.
    Version(VersionId),
}

impl Selection {
    /// Reads the argument that is set.
    ///
    /// # Errors
    /// If none is set, or it is not an id.
    pub fn read(config: &Value) -> Result<(Self, &'static str), Diagnostic> {
        let name = SELECTIONS.into_iter().find(|name| lookup::is_set(config, name)).ok_or_else(missing)?;
        let selection = match name {
            "machine_id" => Self::One(lookup::parse(config, name)?),
            "resource_group_id" => Self::Scope(MachineScope::Group(lookup::parse(config, name)?)),
            _ => {
                let text = checks::text(config, name).unwrap_or_default();
                let id = subscription(text).map_err(|error| {
                    let detail = format!("`{name}` is {text:?}: {error}.");
                    Diagnostic::error("Malformed resource id", detail).at(Path::attribute(name))
                })?;
                Self::Scope(MachineScope::Subscription(id))
            }
        };
        Ok((selection, name))
    }
}

impl VersionFilter {
    /// Reads the filter.
    ///
    /// # Errors
    /// If it is not an id.
    pub fn read(config: &Value) -> Result<Self, Diagnostic> {
        if lookup::is_set(config, "profile_version_id") {
            return lookup::parse(config, "profile_version_id").map(Self::Version);
        }
        if lookup::is_set(config, "profile_id") {
            return lookup::parse(config, "profile_id").map(Self::Profile);
        }
        Ok(Self::All)
    }

    /// Whether the filter lets a version pass.
    #[must_use]
    pub fn matches(&self, id: &VersionId) -> bool {
        match self {
            Self::All => true,
            Self::Profile(profile) => id.profile() == profile,
            Self::Version(version) => id == version,
        }
    }

    /// The profile of the filter.
    #[must_use]
    pub fn profile(&self) -> Option<&ProfileId> {
        match self {
            Self::All => None,
            Self::Profile(profile) => Some(profile),
            Self::Version(version) => Some(version.profile()),
        }
    }
}

/// A subscription, alone or as the id of one.
fn subscription(text: &str) -> Result<SubscriptionId, NameError> {
    const PREFIX: &str = "/subscriptions/";
    let text = text.trim().trim_end_matches('/');
    let is_id = text.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX));
    if is_id { text.get(PREFIX.len()..).unwrap_or_default().parse() } else { text.parse() }
}

fn missing() -> Diagnostic {
    Diagnostic::error(
        "Missing argument",
        "No argument selects machines. Set one of `machine_id`, `resource_group_id` and `subscription_id`.",
    )
}

/// Finds mistakes in the arguments. Unknown ones are checked when they are known.
#[must_use]
pub fn check(config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let unset = |name: &&str| config.get(name).is_none_or(Value::is_null);
    if SELECTIONS.iter().all(unset) {
        diagnostics.push(missing());
    }
    for (names, why) in [
        (&SELECTIONS[..], "already selects the machines"),
        (&["profile_id", "profile_version_id"][..], "already filters the machines"),
    ] {
        let mut set = names.iter().filter(|name| lookup::is_set(config, name));
        let Some(first) = set.next() else { continue };
        diagnostics.extend(set.map(|other| {
            let detail =
                format!("`{other}` cannot be set together with `{first}`, which {why}. Remove one of them.");
            Diagnostic::error("Conflicting arguments", detail).at(Path::attribute(*other))
        }));
    }
    diagnostics.extend(checks::id::<MachineId, IdError>(config, "machine_id"));
    diagnostics.extend(checks::id::<ResourceGroupId, IdError>(config, "resource_group_id"));
    diagnostics.extend(checks::id::<ProfileId, IdError>(config, "profile_id"));
    diagnostics.extend(checks::id::<VersionId, IdError>(config, "profile_version_id"));
    if let Some(error) = checks::text(config, "subscription_id").and_then(|text| subscription(text).err()) {
        let detail = format!("{}.", checks::capitalised(&error.to_string()));
        diagnostics
            .push(Diagnostic::error("Malformed resource id", detail).at(Path::attribute("subscription_id")));
    }
    diagnostics
}
