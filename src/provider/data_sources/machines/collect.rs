//! Collects everything that Azure returns about the machines.
//!
//! Lists come first, since the list of a scale set has the instance views of its machines. The rest is read
//! singly, a few at a time, and only for machines whose settings switch the agent on.

use super::selection::Selection;
use crate::arm::agent::{AgentReport, ReportGap};
use crate::arm::ids::{MachineId, MachineKind};
use crate::arm::models::{InstanceView, Machine};
use crate::arm::{self, ArmClient, Call, MachineList, MachineScope, Missing};
use futures::StreamExt as _;
use std::collections::{HashMap, HashSet};

/// The most instance views that are read singly.
const MAX_VIEWS: usize = 1_000;
/// How many of them are requested at a time.
const CONCURRENT: usize = 10;
/// From this many machines on, a list of their states is worth its request.
const WORTH_A_LIST: usize = 10;

/// A client and a call.
#[derive(Clone, Copy, Debug)]
pub struct ClientCall<'a> {
    /// The client.
    pub client: &'a ArmClient,
    /// The call.
    pub call: &'a Call,
}

/// A machine or an instance of a scale set.
#[derive(Clone, Debug)]
pub struct MachineRow {
    /// Its id, built from its names.
    pub id: String,
    /// The machine as Azure returns it.
    pub machine: Machine,
    /// The scale set that it belongs to.
    pub set: Option<MachineId>,
    /// The agent's report.
    pub report: AgentReport,
}

/// A scale set.
#[derive(Clone, Debug)]
pub struct ScaleSet {
    /// Its id.
    pub id: MachineId,
    /// Its model.
    pub model: Machine,
}

/// What was collected.
#[derive(Clone, Debug, Default)]
pub struct CollectedMachines {
    /// The machines and instances.
    pub rows: Vec<MachineRow>,
    /// The scale sets.
    pub sets: Vec<ScaleSet>,
    /// Reasons why the lists may be incomplete, apart from what is missing for a single machine.
    pub doubts: Vec<String>,
}

/// Reads the selected machines.
///
/// # Errors
/// If Azure cannot be reached, or does not have what is selected.
pub async fn collect(azure: ClientCall<'_>, selection: &Selection) -> Result<CollectedMachines, arm::Error> {
    let mut all = CollectedMachines::default();
    let ClientCall { client, call } = azure;
    match selection {
        Selection::One(id) if id.kind() == MachineKind::Machine => {
            let machine = client.machines().get_with_view(id, call).await?;
            all.add_machine(id.clone(), machine);
        }
        Selection::One(id) => {
            let model = client.machines().get(id, call).await?;
            let listed = if model.is_flexible {
                client.machines().list_members(id, call).await?
            } else {
                client.machines().list_instances(id, call).await?
            };
            all.add_members(id, model.is_flexible, listed);
            all.sets.push(ScaleSet { id: id.clone(), model });
        }
        Selection::Scope(scope) => add_all(azure, scope, &mut all).await?,
    }
    read_views(azure, &mut all).await?;
    Ok(all)
}

/// Reads the machines and scale sets of a fleet and their references, without the agents' reports.
///
/// # Errors
/// If Azure cannot be reached, or does not have what is selected.
pub async fn references(
    azure: ClientCall<'_>,
    scope: &MachineScope,
) -> Result<CollectedMachines, arm::Error> {
    let mut all = CollectedMachines::default();
    add_all(azure, scope, &mut all).await?;
    Ok(all)
}

async fn add_all(
    azure: ClientCall<'_>,
    scope: &MachineScope,
    all: &mut CollectedMachines,
) -> Result<(), arm::Error> {
    let ClientCall { client, call } = azure;
    let machines = client.machines().list(scope, MachineKind::Machine, call).await?;
    all.add_listed(&format!("the machines of {scope}"), &machines);
    for machine in machines.machines {
        match listed_id(&machine, scope, MachineKind::Machine) {
            Some(id) => all.add_machine(id, machine),
            None => {
                all.doubts.push(format!("the list of the machines of {scope} has an entry of another kind"))
            }
        }
    }
    let sets = match tolerated(client.machines().list(scope, MachineKind::ScaleSet, call).await)? {
        Ok(sets) => sets,
        Err(reason) => {
            all.doubts.push(format!("the scale sets of {scope} could not be listed: {reason}"));
            return Ok(());
        }
    };
    all.add_listed(&format!("the scale sets of {scope}"), &sets);
    for model in sets.machines {
        let Some(id) = listed_id(&model, scope, MachineKind::ScaleSet) else {
            all.doubts.push(format!("the list of the scale sets of {scope} has an entry of another kind"));
            continue;
        };
        let flexible = model.is_flexible;
        all.sets.push(ScaleSet { id: id.clone(), model });
        let unread = |row: &&MachineRow| row.set.as_ref() == Some(&id) && needs_view(&row.machine);
        let listed = if !flexible {
            client.machines().list_instances(&id, call).await
        } else if all.rows.iter().filter(unread).count() > 1 {
            client.machines().list_members(&id, call).await
        } else {
            continue;
        };
        match tolerated(listed)? {
            Ok(listed) if flexible => all.add_views(listed),
            Ok(listed) => all.add_members(&id, false, listed),
            Err(reason) => all.doubts.push(format!("the instances of {id} could not be listed: {reason}")),
        }
    }
    if let MachineScope::Subscription(subscription) = scope
        && all.rows.iter().filter(|row| needs_view(&row.machine)).count() > WORTH_A_LIST
        && let Ok(states) = tolerated(client.machines().list_states(subscription, call).await)?
    {
        all.add_states(states);
    }
    Ok(())
}

/// The id of a listed machine or scale set, if it belongs in the list.
fn listed_id(machine: &Machine, scope: &MachineScope, kind: MachineKind) -> Option<MachineId> {
    let id: MachineId = machine.id.as_deref()?.parse().ok()?;
    let belongs = match scope {
        MachineScope::Subscription(subscription) => id.subscription() == subscription,
        MachineScope::Group(group) => {
            id.subscription() == group.subscription() && id.resource_group() == group.name()
        }
    };
    (belongs && id.kind() == kind).then_some(id)
}

/// A refusal makes a part incomplete; if no request is possible any more, that is an error.
fn tolerated<T>(result: Result<T, arm::Error>) -> Result<Result<T, String>, arm::Error> {
    match result {
        Ok(found) => Ok(Ok(found)),
        Err(error) if matches!(error, arm::Error::Service(_) | arm::Error::Unreadable { .. }) => {
            Ok(Err(error.to_string()))
        }
        Err(error) => Err(error),
    }
}

/// Reads the views that were in no list.
async fn read_views(azure: ClientCall<'_>, all: &mut CollectedMachines) -> Result<(), arm::Error> {
    let unread: Vec<usize> = all
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| needs_view(&row.machine))
        .map(|(place, _)| place)
        .collect();
    let (to_read, skipped) = unread.split_at(unread.len().min(MAX_VIEWS));
    let paths: Vec<(usize, String)> =
        to_read.iter().filter_map(|place| Some((*place, all.rows.get(*place)?.id.clone()))).collect();
    let read = async |(place, path): (usize, String)| {
        (place, azure.client.machines().instance_view(&path, azure.call).await)
    };
    let mut views = futures::stream::iter(paths).map(read).buffer_unordered(CONCURRENT);
    let mut found: HashMap<usize, Result<InstanceView, ReportGap>> =
        skipped.iter().map(|place| (*place, Err(ReportGap::NotRequested(MAX_VIEWS)))).collect();
    let mut gone = HashSet::new();
    while let Some((place, view)) = views.next().await {
        match view {
            // It was deleted after it was listed.
            Err(error) if error.missing() == Some(Missing::Leaf) => drop(gone.insert(place)),
            view => drop(found.insert(place, tolerated(view)?.map_err(ReportGap::NotRead))),
        }
    }
    drop(views);
    let rows = std::mem::take(&mut all.rows).into_iter().enumerate();
    all.rows = rows
        .filter(|(place, _)| !gone.contains(place))
        .map(|(place, mut row)| {
            let listed = row.machine.instance_view.take().map(Ok);
            row.report = match found.remove(&place).or(listed) {
                Some(Ok(view)) => report(&row.machine, &view),
                Some(Err(doubt)) => AgentReport { gaps: vec![doubt], ..AgentReport::default() },
                None => AgentReport::default(),
            };
            row
        })
        .collect();
    Ok(())
}

/// Whether the agent's report matters but was in no list.
fn needs_view(machine: &Machine) -> bool {
    machine.is_enabled() && machine.instance_view.is_none()
}

/// The report in a view. If the settings do not switch the agent on, it need not report.
fn report(machine: &Machine, view: &InstanceView) -> AgentReport {
    let mut report = AgentReport::of(view);
    if !machine.is_enabled() {
        report.gaps.clear();
    }
    report
}

impl CollectedMachines {
    fn add_machine(&mut self, id: MachineId, machine: Machine) {
        let set = machine.scale_set.as_deref().and_then(|set| set.parse().ok());
        self.rows.push(MachineRow { id: id.to_string(), machine, set, report: AgentReport::default() });
    }

    /// Adds the list of a scale set's members.
    fn add_members(&mut self, set: &MachineId, flexible: bool, listed: MachineList) {
        self.add_listed(&format!("the instances of {set}"), &listed);
        for machine in listed.machines {
            let id = if flexible {
                machine.id.as_deref().and_then(|id| id.parse::<MachineId>().ok()).map(|id| id.to_string())
            } else {
                let number = machine.instance_id.as_deref().filter(|number| is_plain(number));
                number.map(|number| format!("{set}/virtualMachines/{number}"))
            };
            match id {
                Some(id) => {
                    let set = Some(set.clone());
                    self.rows.push(MachineRow { id, machine, set, report: AgentReport::default() });
                }
                None => {
                    self.doubts.push(format!("the list of the instances of {set} has an entry without an id"))
                }
            }
        }
    }

    /// Adds the views from a list to machines.
    fn add_views(&mut self, listed: MachineList) {
        let mut views: HashMap<MachineId, InstanceView> = HashMap::new();
        for machine in listed.machines {
            if let (Some(id), Some(view)) = (machine.id.and_then(|id| id.parse().ok()), machine.instance_view)
            {
                views.insert(id, view);
            }
        }
        for row in &mut self.rows {
            let view = row.id.parse().ok().and_then(|id: MachineId| views.remove(&id));
            row.machine.instance_view = row.machine.instance_view.take().or(view);
        }
    }

    /// The same for views that may lack the extensions' reports: a view counts if it has them, or says that
    /// the machine is off.
    fn add_states(&mut self, mut listed: MachineList) {
        listed.machines.retain_mut(|machine| {
            let view = machine.instance_view.as_ref();
            view.is_some_and(|view| {
                !view.extensions.is_empty() || view.power_state().is_some_and(|state| state != "running")
            })
        });
        self.add_views(listed);
    }

    fn add_listed(&mut self, what: &str, listed: &MachineList) {
        for entry in &listed.unreadable {
            self.doubts.push(format!("{what}: {entry}"));
        }
        if listed.is_cut {
            self.doubts.push(format!("{what} are more than are read"));
        }
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 100
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}
