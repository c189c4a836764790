//! Which lines are written: the levels of `TF_LOG` and its relatives.

use std::collections::HashMap;
use std::ffi::OsString;

use tracing::level_filters::LevelFilter;

use crate::plugin::handshake::Environment;

/// The subsystems with their own level. Lines of others follow the provider's level.
pub(super) const SUBSYSTEMS: [&str; 4] = ["plugin", "http", "auth", "lro"];
/// The prefix of our own targets.
const OURS: &str = "provider";
/// The level if none is set, and the highest verbosity of libraries.
const QUIET: LevelFilter = LevelFilter::WARN;

/// The level of the provider and of each of its subsystems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Levels {
    provider: LevelFilter,
    subsystems: HashMap<&'static str, LevelFilter>,
}

impl Levels {
    /// Reads the variables for the provider of this type name (`gallery`).
    #[must_use]
    pub fn from_environment(provider: &str, environment: Environment<'_>) -> Self {
        let own = format!("TF_LOG_PROVIDER_{}", provider.to_uppercase());
        let read = |name: &str| environment(name).filter(|value| !value.is_empty()).map(parse);
        let level = read(&own).or_else(|| read("TF_LOG_PROVIDER")).or_else(|| read("TF_LOG"));
        let subsystems = SUBSYSTEMS
            .into_iter()
            .filter_map(|name| Some((name, read(&format!("{own}_{}", name.to_uppercase()))?)))
            .collect();
        Self { provider: level.unwrap_or(QUIET), subsystems }
    }

    /// Whether this is a target of the provider, and of no library.
    pub(super) fn is_own(target: &str) -> bool {
        let first = target.split("::").next().unwrap_or_default();
        first == env!("CARGO_CRATE_NAME") || first.split('.').next() == Some(OURS)
    }

    /// Whether to write a line of this target and level.
    pub(super) fn admit(&self, target: &str, level: tracing::Level) -> bool {
        level <= self.of(target)
    }

    fn of(&self, target: &str) -> LevelFilter {
        let first = target.split("::").next().unwrap_or_default();
        if first == env!("CARGO_CRATE_NAME") {
            return self.provider;
        }
        match target.split('.').collect::<Vec<_>>().as_slice() {
            [OURS] => self.provider,
            [OURS, subsystem, ..] => self.subsystems.get(subsystem).copied().unwrap_or(self.provider),
            _ => self.provider.min(QUIET),
        }
    }
}

/// Terraform's names, in any case. `JSON` is trace in another format, and so is any unknown name.
fn parse(name: OsString) -> LevelFilter {
    match name.to_string_lossy().to_uppercase().as_str() {
        "OFF" => LevelFilter::OFF,
        "ERROR" => LevelFilter::ERROR,
        "WARN" => LevelFilter::WARN,
        "INFO" => LevelFilter::INFO,
        "DEBUG" => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    }
}
