//! The guest proxy agent in each machine: the version that it has loaded, and the callers that it has
//! counted.
//!
//! Source: the agent's code for its report and for requesting its rules every 15 s. How long the host takes
//! to offer a new version is assumed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::arm::id::{Kind, ResourceId};
use crate::arm::machines::proxy_agent::{self, ENDPOINTS, REFERENCE};
use crate::clock::{Millis, millis};
use crate::settings::Settings;
use crate::store::{Object, Store, WriteKind};

/// The power state in which an agent works.
pub const RUNNING: &str = "running";
/// The newest known release of the agent.
const VERSION: &str = "1.0.48";

/// The agent in one machine.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Agent {
    /// Its version.
    pub version: String,
    /// The machine's power state, such as `running` or `deallocated`.
    pub power: String,
    /// Whether its extension reports; null: if the machine's settings install the extension.
    pub reports: Option<bool>,
    /// The refused callers that it has counted, in the form of its summary.
    pub denied: Vec<Value>,
    /// The same of all connections.
    pub connections: Vec<Value>,
    /// The id of the rules it has loaded, by endpoint.
    pub loaded: BTreeMap<String, String>,
    /// The id it will load, and when.
    pub coming: BTreeMap<String, (String, Millis)>,
}

impl Default for Agent {
    fn default() -> Self {
        Self {
            version: VERSION.to_owned(),
            power: RUNNING.to_owned(),
            reports: None,
            denied: Vec::new(),
            connections: Vec::new(),
            loaded: BTreeMap::new(),
            coming: BTreeMap::new(),
        }
    }
}

impl Agent {
    /// The same with the members of `change` set.
    ///
    /// # Errors
    /// If the change has a fault: its description.
    pub fn changed(&self, change: &Value) -> Result<Self, String> {
        let Value::Object(change) = change else { return Err("an agent is a JSON object".to_owned()) };
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        if let Value::Object(members) = &mut all {
            members.extend(change.clone());
        }
        let mut agent: Self = serde_json::from_value(all).map_err(|error| error.to_string())?;
        for group in agent.denied.iter_mut().chain(&mut agent.connections) {
            *group = summary(group)?;
        }
        Ok(agent)
    }
}

/// A group of callers with every member that the agent writes; omitted members get plain values.
fn summary(given: &Value) -> Result<Value, String> {
    let mut whole = json!({
        "userName": "www-data", "ip": "169.254.169.254", "port": 80, "processCmdLine": "curl",
        "responseStatus": "403 Forbidden", "count": 1, "userGroups": ["www-data"],
        "processFullPath": "/usr/bin/curl",
    });
    let known: Vec<String> = whole.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    for (name, value) in given.as_object().ok_or("a caller is a JSON object")? {
        if !known.contains(name) {
            return Err(format!("a caller has no member {name}"));
        }
        if let Value::Object(members) = &mut whole {
            members.insert(name.clone(), value.clone());
        }
    }
    Ok(whole)
}

/// The agents of all machines, by the key of the machine's id.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Agents {
    known: BTreeMap<String, Agent>,
}

impl Agents {
    /// The agent of a machine.
    pub fn of(&self, id: &ResourceId) -> Agent {
        self.known.get(&id.key()).cloned().unwrap_or_default()
    }

    /// Replaces the agent of a machine.
    pub fn set(&mut self, id: &ResourceId, agent: Agent) {
        self.known.insert(id.key(), agent);
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.known.clear();
    }

    /// Notices new references, and loads those that are due.
    pub fn settle(&mut self, store: &Store, settings: &Settings, now: Millis) {
        self.known.retain(|key, _| store.has(key));
        for machine in store.all().filter(|object| matches!(object.id.kind(), Kind::Machine | Kind::Instance))
        {
            let enabled = proxy_agent::of(Kind::Machine, &machine.body).is_some_and(is_enabled);
            if enabled || self.known.contains_key(&machine.id.key()) {
                let agent = self.known.entry(machine.id.key()).or_default();
                if agent.power != RUNNING {
                    continue;
                }
                for endpoint in ENDPOINTS {
                    follow(agent, machine, endpoint, store, settings, now);
                }
            }
        }
    }
}

/// Whether the settings enable the agent.
pub fn is_enabled(settings: &Map<String, Value>) -> bool {
    settings.get("enabled").and_then(Value::as_bool).unwrap_or(false)
}

fn follow(
    agent: &mut Agent,
    machine: &Object,
    endpoint: &str,
    store: &Store,
    settings: &Settings,
    now: Millis,
) {
    let wanted = proxy_agent::of(Kind::Machine, &machine.body)
        .filter(|settings| is_enabled(settings))
        .map(|settings| wanted(settings, endpoint));
    let Some(wanted) = wanted else {
        agent.loaded.remove(endpoint);
        agent.coming.remove(endpoint);
        return;
    };
    if agent.loaded.get(endpoint) == Some(&wanted) {
        agent.coming.remove(endpoint);
        return;
    }
    if agent.coming.get(endpoint).is_none_or(|(coming, _)| *coming != wanted) {
        // The host offers the result of the machine's operation.
        let from = machine.pending.as_ref().map_or(now, |pending| pending.ends);
        let due = from.saturating_add(millis(settings.agent_seconds()));
        agent.coming.insert(endpoint.to_owned(), (wanted.clone(), due));
    }
    let due = agent.coming.get(endpoint).map_or(now, |(_, due)| *due);
    if due <= now && can_be_had(&wanted, store, due) {
        agent.coming.remove(endpoint);
        agent.loaded.insert(endpoint.to_owned(), wanted);
    }
}

/// The id of an endpoint's rules: the version's, or a hash of rules in the machine itself.
fn wanted(settings: &Map<String, Value>, endpoint: &str) -> String {
    match proxy_agent::member(settings, endpoint, REFERENCE) {
        Some(reference) => {
            let local =
                settings.get(endpoint).and_then(|one| one.get("useLocalFileRules")).and_then(Value::as_bool);
            let suffix = if local == Some(true) { "-useLocalFileRules-true" } else { "" };
            format!("{}{suffix}", reference.to_uppercase())
        }
        None => {
            let mode = proxy_agent::member(settings, endpoint, "mode").unwrap_or("default");
            let digest = ring::digest::digest(&ring::digest::SHA256, format!("{endpoint}/{mode}").as_bytes());
            digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect()
        }
    }
}

/// Whether the host could offer these rules at the time: a deleted version is no longer available.
fn can_be_had(wanted: &str, store: &Store, at: Millis) -> bool {
    let id = wanted.strip_suffix("-useLocalFileRules-true").unwrap_or(wanted);
    let Some(id) = ResourceId::parse(id) else { return true };
    store.get(&id).is_some_and(|version| {
        version.pending.as_ref().is_none_or(|pending| pending.work != WriteKind::Delete || pending.ends > at)
    })
}

/// The id of a version in an agent's report about its rules, without the suffix of local rules.
pub fn mode_of(
    loaded: Option<&String>,
    settings: Option<&Map<String, Value>>,
    endpoint: &str,
    store: &Store,
) -> String {
    let id = loaded.map(|id| id.strip_suffix("-useLocalFileRules-true").unwrap_or(id));
    let version = id.and_then(ResourceId::parse).and_then(|id| store.get(&id));
    let mode = version.and_then(|version| version.properties()?.get("mode")?.as_str().map(str::to_owned));
    let inline =
        settings.and_then(|settings| proxy_agent::member(settings, endpoint, "mode")).map(str::to_owned);
    mode.or(inline).unwrap_or_else(|| "Disabled".to_owned())
}
