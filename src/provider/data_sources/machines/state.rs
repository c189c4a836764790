//! Builds the state from Azure's responses: which machines pass the filter, and how ids are spelled.

use super::collect::{CollectedMachines, MachineRow, ScaleSet};
use super::selection::VersionFilter;
use crate::allowlist::{Endpoint, Mode};
use crate::arm::agent::{AgentReport, LoadedRules, RefusedRequests, RulesId};
use crate::arm::ids::{MachineId, ProfileId, VersionId};
use crate::arm::models::{EndpointSettings, Machine, Word};
use crate::plugin::Value;
use crate::provider::roles::values;

/// The lists of the state, and the reasons why they may be incomplete.
#[must_use]
pub fn attributes(collected: CollectedMachines, filter: &VersionFilter) -> Vec<(&'static str, Value)> {
    let CollectedMachines { mut rows, mut sets, mut doubts } = collected;
    let spelling = Spelling::of(filter, &rows, &sets);
    rows.sort_by_key(|row| row.id.to_lowercase());
    sets.sort_by_key(|set| set.id.to_string().to_lowercase());
    let lagging = |set: &ScaleSet| {
        let known: Vec<bool> = rows
            .iter()
            .filter(|row| row.set.as_ref() == Some(&set.id))
            .filter_map(|row| row.machine.is_latest)
            .collect();
        (!known.is_empty()).then(|| known.iter().filter(|latest| !**latest).count())
    };
    let passing_sets = sets.iter().filter(|set| refers(&set.model, filter));
    let scale_sets: Vec<Value> = passing_sets.map(|set| scale_set(set, lagging(set), &spelling)).collect();
    let (mut machines, mut machine_doubts) = (Vec::new(), Vec::new());
    for row in &rows {
        let passes = refers(&row.machine, filter) || has_loaded(&row.report, filter);
        let row_doubts = row.report.gaps.iter().map(|doubt| format!("{}: {doubt}", row.id));
        // It matters what a machine has loaded even if the filter excludes it, because then nobody knows
        // whether it should pass.
        if !passes && !knows_what_is_loaded(row) && is_running(&row.report) {
            doubts.extend(row_doubts);
        } else if passes {
            machine_doubts.extend(row_doubts);
            let set =
                sets.iter().map(|set| &set.id).find(|id| row.set.as_ref() == Some(*id)).or(row.set.as_ref());
            machines.push(machine(row, set, &spelling));
        }
    }
    let all_listed = doubts.is_empty();
    doubts.append(&mut machine_doubts);
    vec![
        ("all_listed", all_listed.into()),
        ("complete", doubts.is_empty().into()),
        ("incomplete", values::list(doubts)),
        ("machines", Value::List(machines)),
        ("scale_sets", Value::List(scale_sets)),
    ]
}

fn reference(settings: Option<&EndpointSettings>) -> Option<VersionId> {
    settings?.reference()?.parse().ok()
}

fn refers(machine: &Machine, filter: &VersionFilter) -> bool {
    let agent = &machine.proxy_agent;
    let wants = |settings: &Option<EndpointSettings>| {
        reference(settings.as_ref()).is_some_and(|reference| filter.matches(&reference))
    };
    matches!(filter, VersionFilter::All) || wants(&agent.imds) || wants(&agent.wire_server)
}

fn has_loaded(report: &AgentReport, filter: &VersionFilter) -> bool {
    [&report.imds, &report.wire_server]
        .iter()
        .any(|loaded| loaded.version().is_some_and(|id| filter.matches(id)))
}

/// A machine whose agent is not switched on has nothing loaded.
fn knows_what_is_loaded(row: &MachineRow) -> bool {
    !row.machine.is_enabled() || row.report.status.is_some()
}

/// A machine that does not run has nothing loaded, and will load its reference when it starts.
fn is_running(report: &AgentReport) -> bool {
    report.power_state.as_deref().is_none_or(|state| state == "running")
}

/// The spelling of version ids: agents report them in capitals, but a configuration compares texts.
struct Spelling {
    profiles: Vec<ProfileId>,
}

impl Spelling {
    /// As the filter spells the profile, otherwise as the settings of machines do.
    fn of(filter: &VersionFilter, rows: &[MachineRow], sets: &[ScaleSet]) -> Self {
        let mut profiles: Vec<ProfileId> = filter.profile().cloned().into_iter().collect();
        let machines = rows.iter().map(|row| &row.machine).chain(sets.iter().map(|set| &set.model));
        for settings in
            machines.flat_map(|machine| [&machine.proxy_agent.imds, &machine.proxy_agent.wire_server])
        {
            if let Some(id) = reference(settings.as_ref())
                && !profiles.contains(id.profile())
            {
                profiles.push(id.profile().clone());
            }
        }
        Self { profiles }
    }

    fn spell(&self, id: &VersionId) -> String {
        let known = self.profiles.iter().find(|profile| *profile == id.profile());
        known.map_or_else(|| id.to_string(), |profile| profile.version(id.name().clone()).to_string())
    }

    /// A reference that is not a version's id is shown unchanged.
    fn reference(&self, settings: Option<&EndpointSettings>) -> Value {
        let text = settings.and_then(EndpointSettings::reference);
        reference(settings).map(|id| self.spell(&id)).or_else(|| text.map(str::to_owned)).into()
    }
}

fn mode(settings: Option<&EndpointSettings>) -> Value {
    settings.and_then(|settings| settings.mode.as_ref()).map(Word::as_str).into()
}

fn scale_set(set: &ScaleSet, lagging: Option<usize>, spelling: &Spelling) -> Value {
    let model = &set.model;
    let endpoint = |settings: Option<&EndpointSettings>| {
        Value::object([("mode", mode(settings)), ("profile_version_id", spelling.reference(settings))])
    };
    Value::object([
        ("id", Value::from(set.id.to_string())),
        ("name", set.id.name().as_str().into()),
        ("location", location(model)),
        ("enabled", model.is_enabled().into()),
        ("imds", endpoint(model.proxy_agent.imds.as_ref())),
        ("lagging", lagging.map(values::count).into()),
        ("upgrade_mode", model.upgrade_mode.clone().into()),
        ("wire_server", endpoint(model.proxy_agent.wire_server.as_ref())),
    ])
}

fn location(machine: &Machine) -> Value {
    machine.location.as_ref().map(|location| location.as_str()).into()
}

fn machine(row: &MachineRow, set: Option<&MachineId>, spelling: &Spelling) -> Value {
    let MachineRow { id, machine, report, .. } = row;
    let agent = &machine.proxy_agent;
    let name = machine.name.as_deref().or_else(|| id.rsplit('/').next()).unwrap_or_default();
    let messages = report.components.iter().map(|part| {
        Value::object([
            ("component", Value::from(part.name.as_str())),
            ("message", part.message.as_str().into()),
            ("status", part.status.as_str().into()),
        ])
    });
    let doubts = report.gaps.iter().map(ToString::to_string);
    let imds = EndpointState {
        settings: agent.imds.as_ref(),
        loaded: &report.imds,
        channel: report.channel.imds,
        endpoint: Endpoint::Imds,
    };
    let wire_server = EndpointState {
        settings: agent.wire_server.as_ref(),
        loaded: &report.wire_server,
        channel: report.channel.wire_server,
        endpoint: Endpoint::WireServer,
    };
    Value::object([
        ("id", Value::from(id.as_str())),
        ("name", name.into()),
        ("location", location(machine)),
        ("agent_status", report.status.clone().into()),
        ("agent_version", report.version.clone().into()),
        ("complete", report.is_complete().into()),
        ("denied", Value::List(report.denied.iter().map(caller).collect())),
        ("enabled", machine.is_enabled().into()),
        ("imds", imds.value(report, spelling)),
        ("incomplete", values::list(doubts)),
        ("latest_model", machine.is_latest.into()),
        ("os_type", machine.os_type.as_ref().map(|system| system.as_str()).into()),
        ("power_state", report.power_state.clone().into()),
        ("scale_set_id", set.map(ToString::to_string).into()),
        ("secure_channel_state", report.channel.text.clone().into()),
        ("status_messages", Value::List(messages.collect())),
        ("wire_server", wire_server.value(report, spelling)),
    ])
}

/// The state of one endpoint of a machine.
struct EndpointState<'a> {
    settings: Option<&'a EndpointSettings>,
    loaded: &'a LoadedRules,
    channel: Option<Mode>,
    endpoint: Endpoint,
}

impl EndpointState<'_> {
    fn value(&self, report: &AgentReport, spelling: &Spelling) -> Value {
        let loaded = self.loaded.version();
        let up_to_date = loaded.is_some() && loaded == reference(self.settings).as_ref();
        let other = match &self.loaded.rules {
            Some(RulesId::Other(id)) => Some(id.as_str()),
            _ => None,
        };
        let of_endpoint = |caller: &&RefusedRequests| {
            caller.endpoint.is_some_and(|endpoint| endpoint.profile() == self.endpoint)
        };
        let callers = report.denied.iter().filter(of_endpoint);
        let refused: u64 = callers.map(|caller| caller.count).fold(0, u64::saturating_add);
        Value::object([
            ("channel_state", self.channel.map(Mode::as_str).into()),
            ("denied", report.status.as_ref().map(|_| count(refused)).into()),
            ("loaded_rules_id", other.into()),
            ("loaded_version_id", loaded.map(|id| spelling.spell(id)).into()),
            ("local_file_rules", self.loaded.local_file.into()),
            ("mode", mode(self.settings)),
            ("profile_version_id", spelling.reference(self.settings)),
            ("up_to_date", up_to_date.into()),
        ])
    }
}

fn caller(caller: &RefusedRequests) -> Value {
    Value::object([
        ("count", count(caller.count)),
        ("endpoint", caller.endpoint.map(Endpoint::as_str).into()),
        ("exe_path", caller.exe_path.as_str().into()),
        ("response_status", caller.response_status.as_str().into()),
        ("user_groups", values::list(caller.user_groups.iter().map(String::as_str))),
        ("user_name", caller.user_name.as_str().into()),
    ])
}

fn count(number: u64) -> Value {
    Value::from(i64::try_from(number).unwrap_or(i64::MAX))
}
