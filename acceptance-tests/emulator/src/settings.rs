//! The settings of the command line and, at run time, of `/emulator/settings`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::arm::id::Kind;
use crate::arm::throttle::BucketScale;
use crate::pace::Pace;
use crate::store::WriteKind;

/// How an unfinished write is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operations {
    /// `Azure-AsyncOperation` on PUT and PATCH; DELETE also has `Location`, as in the published examples.
    Async,
    /// Both headers on every write.
    Both,
    /// `Location` alone.
    Location,
    /// No header: only `provisioningState` shows it, and a deleted object is returned until its deletion has
    /// ended.
    State,
    /// Nothing takes time: every write is finished in its response.
    None,
}

/// The response to a PUT or PATCH that changes an immutable member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Immutable {
    /// 409 `PropertyChangeNotAllowed`.
    Refuse,
    /// Success, with the old value kept.
    Keep,
}

/// What a running operation locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lock {
    /// The object it works on.
    Object,
    /// The whole gallery the object is in.
    Gallery,
}

/// Whether the subscription is registered for `Microsoft.Compute`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    /// It is.
    Registered,
    /// It is not, and the caller may register it.
    Missing,
    /// It is not, and the caller may not.
    Forbidden,
}

/// Who is signed in to the `az` on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Az {
    /// A person.
    User,
    /// A service principal.
    ServicePrincipal,
    /// Nobody.
    SignedOut,
    /// A person whose refresh token has expired.
    Expired,
    /// A person, with an `az` older than 2.54, whose output has no `expires_on`.
    Old,
}

/// The effect of a PUT of a machine on the members of `proxyAgentSettings` that it omits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MachinePut {
    /// Removes them.
    Replace,
    /// Keeps them.
    Keep,
}

/// The meaning of a null in a PATCH of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PatchNull {
    /// The member is removed.
    Remove,
    /// The same as an absent member.
    Ignore,
}

/// The effect of deleting a version that a machine refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VersionInUse {
    /// It is deleted.
    Delete,
    /// 409.
    Refuse,
}

/// The form of a list's `nextLink`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NextLink {
    /// An absolute address that can be followed as it is.
    Full,
    /// The same without `api-version`, as in the published examples.
    NoApiVersion,
    /// An address at another host, `http://svchost:99`, as in the published examples: no token may be sent
    /// there.
    Foreign,
}

/// Every setting. Times are in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How unfinished writes are announced.
    pub operations: Operations,
    /// How long a write takes, by its kind.
    pub pace: Pace,
    /// How long every write takes, whatever the pace; null: as the pace determines.
    pub operation_seconds: Option<f64>,
    /// The number of polls after which a write is finished, whatever its duration; null for no such end. A
    /// poll is a request to the address of its operation, or without one to the object.
    pub operation_polls: Option<u32>,
    /// The `Retry-After` of unfinished responses; null omits the header.
    pub retry_after: Option<u64>,
    /// The status of every accepted PUT, in place of 201 and 200.
    pub put_status: Option<u16>,
    /// How long a parent still counts a deleted child.
    pub delete_lag_seconds: f64,
    /// Whether the child can be read during that time (like image versions) or is 404 (like applications).
    pub delete_lag_visible: bool,
    /// Objects on a page of a list.
    pub page_size: usize,
    /// The form of `nextLink`.
    pub next_link: NextLink,
    /// The lifetime of a token.
    pub token_seconds: u64,
    /// The lifetime of the assertions of the emulator's own issuers; below zero they have expired when they
    /// are made.
    pub assertion_seconds: i64,
    /// Whether `Microsoft.Compute` is registered.
    pub registration: Registration,
    /// How long a registration takes.
    pub registration_seconds: f64,
    /// Tenants whose auxiliary tokens every write needs, as one that refers to their subscriptions does.
    pub linked_tenants: Vec<String>,
    /// Who is signed in to `az`.
    pub az: Az,
    /// How far the clock of `Date` headers and tokens is ahead of this machine's.
    pub clock_skew_seconds: i64,
    /// Whether ARM's token buckets refuse requests.
    pub throttle: bool,
    /// Whether requests beyond the limits of the Compute provider are refused.
    pub throttle_compute: bool,
    /// How many times as quickly as at Azure a limit recovers.
    pub throttle_speed: f64,
    /// How many times as many requests as at Azure a limit allows.
    pub throttle_size: f64,
    /// Whether all that ARM's contract refuses is refused.
    pub strict: bool,
    /// Whether equal values are returned in other spellings.
    pub shout: bool,
    /// The effect of changing an immutable member.
    pub immutable: Immutable,
    /// The immutable members of `properties`, by name.
    pub immutable_properties: Vec<String>,
    /// What a running operation locks.
    pub lock: Lock,
    /// Whether versions show `replicationStatus`.
    pub replication_status: bool,
    /// The effect of a PUT of a machine on settings of the proxy agent that it omits.
    pub machine_put: MachinePut,
    /// The meaning of a null in a PATCH of a machine.
    pub machine_patch_null: PatchNull,
    /// Whether a PATCH with a mode or a reference alone clears the other of the two.
    pub machine_patch_clears: bool,
    /// Whether a machine can refer only to a version that exists and is replicated to its region.
    pub machine_reference_check: bool,
    /// The effect of deleting a version that a machine refers to.
    pub version_in_use: VersionInUse,
    /// How long until an agent has loaded what was attached to its machine; null: as the pace determines.
    pub agent_seconds: Option<f64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            operations: Operations::Async,
            pace: Pace::Quick,
            operation_seconds: None,
            operation_polls: None,
            retry_after: None,
            put_status: None,
            delete_lag_seconds: 0.0,
            delete_lag_visible: false,
            page_size: 50,
            next_link: NextLink::Full,
            token_seconds: 3599,
            assertion_seconds: 600,
            registration: Registration::Registered,
            registration_seconds: 0.0,
            linked_tenants: Vec::new(),
            az: Az::User,
            clock_skew_seconds: 0,
            throttle: false,
            throttle_compute: false,
            throttle_speed: 1.0,
            throttle_size: 1.0,
            strict: false,
            shout: false,
            immutable: Immutable::Refuse,
            immutable_properties: vec!["osType".to_owned(), "rules".to_owned()],
            lock: Lock::Object,
            replication_status: true,
            machine_put: MachinePut::Replace,
            machine_patch_null: PatchNull::Remove,
            machine_patch_clears: true,
            machine_reference_check: true,
            version_in_use: VersionInUse::Delete,
            agent_seconds: None,
        }
    }
}

impl Settings {
    /// The same with the members of `change` set; the error names the fault.
    pub fn changed(&self, change: &Value) -> Result<Self, String> {
        let Value::Object(change) = change else { return Err("settings are a JSON object".to_owned()) };
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        if let Value::Object(members) = &mut all {
            members.extend(change.clone());
        }
        let settings: Self = serde_json::from_value(all).map_err(|error| error.to_string())?;
        if settings.page_size == 0 {
            return Err("page_size is at least 1".to_owned());
        }
        for (name, seconds) in [
            ("operation_seconds", settings.operation_seconds.unwrap_or(0.0)),
            ("agent_seconds", settings.agent_seconds.unwrap_or(0.0)),
            ("delete_lag_seconds", settings.delete_lag_seconds),
            ("registration_seconds", settings.registration_seconds),
        ] {
            if !(0.0..=86_400.0).contains(&seconds) {
                return Err(format!("{name} is from 0 to 86400"));
            }
        }
        if !(0.001..=1_000.0).contains(&settings.throttle_speed) {
            return Err("throttle_speed is from 0.001 to 1000".to_owned());
        }
        if !(0.1..=100.0).contains(&settings.throttle_size) {
            return Err("throttle_size is from 0.1 to 100".to_owned());
        }
        if settings.put_status.is_some_and(|status| !(200..300).contains(&status)) {
            return Err("put_status is from 200 to 299".to_owned());
        }
        Ok(settings)
    }

    /// How long a write takes, in seconds.
    pub fn seconds(&self, kind: Kind, work: WriteKind) -> f64 {
        self.operation_seconds.unwrap_or_else(|| self.pace.seconds(kind, work))
    }

    /// How long until an agent has loaded what was attached to its machine, in seconds.
    pub fn agent_seconds(&self) -> f64 {
        self.agent_seconds.unwrap_or_else(|| self.pace.agent_seconds())
    }

    /// The size and speed of ARM's buckets.
    pub fn scale(&self) -> BucketScale {
        BucketScale { size: self.throttle_size, speed: self.throttle_speed }
    }

    /// The size and speed of the Compute provider's limits.
    pub fn compute_scale(&self) -> BucketScale {
        if self.throttle_compute { self.scale() } else { BucketScale { size: 1.0, speed: 1.0 } }
    }

    /// Whether writes finish in their response.
    pub fn immediate(&self) -> bool {
        self.operations == Operations::None || self.operation_seconds.is_some_and(|seconds| seconds <= 0.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_affects_only_the_named_settings() {
        let changed =
            Settings::default().changed(&json!({"operations": "location", "strict": true})).unwrap();
        assert_eq!(changed.operations, Operations::Location);
        assert!(changed.strict);
        assert_eq!(changed.page_size, Settings::default().page_size);
    }

    #[test]
    fn invalid_settings_are_refused_by_name() {
        let refuse = |change: Value| Settings::default().changed(&change).unwrap_err();
        assert!(refuse(json!({"operation": "none"})).contains("operation"));
        assert!(refuse(json!({"page_size": 0})).contains("page_size"));
        assert!(refuse(json!({"operation_seconds": -1})).contains("operation_seconds"));
        assert!(refuse(json!({"put_status": 404})).contains("put_status"));
        assert!(refuse(json!({"pace": "azure/0"})).contains("pace"));
        assert!(refuse(json!([])).contains("object"));
    }
}
