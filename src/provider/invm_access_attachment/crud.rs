//! The four calls.
//!
//! A machine reports what it refers to, and sending the same request twice changes nothing more. So an
//! operation whose end was not seen need not be remembered: the next refresh shows its result, and the next
//! apply sends what is missing.

use super::endpoint::{CurrentRules, Endpoint, is_same_version};
use super::job::{AttachmentJob, ChangeError};
use super::model::{self, Model, is_set};
use super::plan;
use super::refusal::{self, Intent};
use super::schema::ENABLE;
use super::upgrade::{self, Goals, Lagging};
use crate::allowlist::OsType;
use crate::arm::error::Error;
use crate::arm::ids::{MachineId, MachineKind};
use crate::arm::models::{AttachmentChange, Enable, EndpointChange, Machine};
use crate::plugin::resource::{
    ApplyError, Create, Delete, Deleted, Partial, Read, ReadOutcome, Stored, Update,
};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Path, Value};
use crate::provider::connection::Connection;
use crate::provider::timeouts::TimedOperation;
use crate::provider::writing::private_state::PrivateState;
use crate::provider::writing::read::gone_warnings;
use uuid::Uuid;

/// The operation that a role has to permit.
#[must_use]
pub fn permission(kind: MachineKind, action: &str) -> String {
    format!("Microsoft.Compute/{}/{action}", kind.collection())
}

/// Attaches: one request to read, and one to change what differs.
///
/// # Errors
/// If nothing was attached. The error contains a state if something may be attached.
pub async fn create(
    connection: &Connection,
    context: &Context,
    request: Create,
) -> Result<Stored, ApplyError> {
    let Create { planned, private, .. } = request;
    let model = Model::read(&planned);
    let id = model.machine()?;
    let replaces = PrivateState::read(&private).replaces(&id.to_string());
    let job = AttachmentJob::new(connection, context, id, TimedOperation::Create, &planned)?;
    let _lock = job.lock().await?;
    let cache = connection.machines();
    if cache.attached_by(&job.id).is_some() {
        return Err(refusal::second_attachment(&job.id).into());
    }
    let instance = Uuid::new_v4().to_string();
    let private = PrivateState::default().with_instance(Some(instance.clone())).write();
    match Box::pin(attach(&job, &model, replaces)).await {
        Ok(stored) => {
            cache.record_attached(&job.id, &instance);
            Ok(Stored { private, ..stored })
        }
        Err(ApplyError { failure, partial }) => {
            cache.unplan(&job.id);
            Err(ApplyError { failure, partial: partial.map(|rest| Partial { private, ..rest }) })
        }
    }
}

async fn attach(job: &AttachmentJob<'_>, planned: &Model, replaces: bool) -> Result<Stored, ApplyError> {
    let machine = job.machine().await.map_err(|error| job.failed(&error))?;
    let cache = job.connection.machines();
    let intent = Intent { id: &job.id, planned, prior: None, replaces, cache };
    let refusals: Diagnostics = intent.refusals(&machine).into_iter().collect();
    refusals.into_result()?;
    let state = |lagging| model::applied(&job.id, planned, lagging);
    let machine = match Box::pin(job.apply_change(change(&machine, planned, None)?, machine)).await {
        Ok(machine) => machine,
        Err(error) if !error.may_be_accepted => return Err(error.diagnostic.into()),
        Err(ChangeError { is_cancelled: true, .. }) => return Ok(job.unfinished(state(Value::Null))),
        Err(error) if error.operation_failed && !is_any_attached(job, planned).await => {
            return Err(error.diagnostic.into());
        }
        Err(error) => return Err(partial_error(with_taint_note(error.diagnostic), state(Value::Null))),
    };
    let goals = upgrade::goals(planned, None);
    match Box::pin(instances(job, &machine, &goals, is_set(&planned.upgrade_instances))).await {
        Ok((lagging, warnings)) => Ok(Stored { warnings, ..Stored::new(state(lagging)) }),
        Err(error) if error.is_cancelled => Ok(job.unfinished(state(Value::Null))),
        Err(error) => Err(partial_error(with_taint_note(error.diagnostic), state(Value::Null))),
    }
}

/// Whether the machine refers to one of the planned versions after all.
async fn is_any_attached(job: &AttachmentJob<'_>, planned: &Model) -> bool {
    let Ok(machine) = job.read_back().await else { return true };
    let version = |endpoint| planned.version_id(endpoint).ok().flatten();
    Endpoint::ALL.into_iter().any(|endpoint| {
        version(endpoint).is_some_and(|id| endpoint.current_rules(&machine).is_version(&id.to_string()))
    })
}

fn with_taint_note(mut diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.detail.push_str(
        " The machine may refer to the versions already, so the state keeps the attachment, as tainted: \
         the next apply detaches them and attaches them again. To keep them attached, run `terraform \
         untaint` on it first.",
    );
    diagnostic
}

fn partial_error(diagnostic: Diagnostic, state: Value) -> ApplyError {
    let partial = Partial { state, private: Vec::new(), identity: None };
    ApplyError { failure: diagnostic.into(), partial: Some(partial) }
}

/// The changes that bring the machine to the planned state.
fn change(machine: &Machine, planned: &Model, prior: Option<&Model>) -> Result<AttachmentChange, Diagnostic> {
    let mut change = AttachmentChange::default();
    for endpoint in Endpoint::ALL {
        let current = endpoint.current_rules(machine);
        match planned.version_id(endpoint)? {
            Some(id) if current.is_version(&id.to_string()) => {}
            Some(id) => endpoint.set(&mut change, EndpointChange::Reference(id)),
            None => {
                let attached = prior.and_then(|prior| prior.attached(endpoint));
                if attached.is_some_and(|attached| current.is_version(attached)) {
                    endpoint.set(&mut change, EndpointChange::Mode(planned.mode_after()));
                }
            }
        }
    }
    if is_set(&planned.enable) && !machine.is_enabled() {
        let is_windows = machine.os_type == Some(OsType::Windows.into());
        let has_setting = machine.proxy_agent.add_proxy_agent_extension.is_some();
        change.enable = Some(if is_windows || has_setting { Enable::Alone } else { Enable::WithExtension });
    }
    Ok(change)
}

/// Upgrades instances that lag behind, or warns how many do. Returns their number for the state.
async fn instances(
    job: &AttachmentJob<'_>,
    machine: &Machine,
    goals: &Goals,
    upgrades: bool,
) -> Result<(Value, Diagnostics), ChangeError> {
    let count = |lagging: &Option<Lagging>| lagging.as_ref().map_or(Value::Null, Lagging::value);
    if !upgrades {
        return match job.lagging(machine, goals).await {
            Ok(lagging) => {
                let warning = lagging.as_ref().and_then(|lagging| lagging.warning(&job.id));
                Ok((count(&lagging), warning.into_iter().collect()))
            }
            Err(error) => Ok((Value::Null, not_counted_warning(&job.id, &error).into())),
        };
    }
    let behind = job.upgrade(machine, goals).await;
    let behind = behind.map_err(|error| job.upgrade_error(&error))?;
    match behind.as_ref().and_then(|behind| behind.warning(&job.id)) {
        None => Ok((count(&behind), Diagnostics::new())),
        Some(mut diagnostic) => {
            diagnostic.severity = crate::plugin::Severity::Error;
            diagnostic.detail = format!(
                "Azure has upgraded the instances of {}, but some of them still do not refer to the \
                 versions. Run the same command again; if it stays so, look at these instances.",
                job.id
            );
            Err(ChangeError::without_effect(diagnostic))
        }
    }
}

fn not_counted_warning(id: &MachineId, error: &Error) -> Diagnostic {
    let detail = format!(
        "The instances of {id} could not be listed, so it is unknown how many lag behind it. This \
         needs `Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read`.\n\n{}",
        error.report()
    );
    Diagnostic::warning("Instances could not be counted", detail)
}

/// Reads what the machine refers to: one request, and a second for a scale set with upgrade mode `Manual`.
///
/// # Errors
/// If it is unclear whether the machine exists, or an import finds nothing attached.
pub async fn read(connection: &Connection, context: &Context, request: Read) -> Result<ReadOutcome, Failure> {
    let prior = Model::read(&request.state);
    let private = PrivateState::read(&request.private);
    // The first refresh after an import sets the attachment's own id.
    let instance = private.instance().map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
    let job = AttachmentJob::new(connection, context, prior.id()?, TimedOperation::Read, &request.state)?;
    let machine = match job.machine().await {
        Ok(machine) => machine,
        Err(error) => {
            return match gone_warnings(&error, &job.id.to_string(), "machine") {
                Some(warnings) => Ok(ReadOutcome::Gone(warnings)),
                None => Err(job.failed(&error).into()),
            };
        }
    };
    let mut state = model::state(&job.id, &machine, &prior);
    if prior.is_imported() && !state.has_versions() {
        return Err(nothing_attached(&job.id).into());
    }
    connection.machines().record_in_state(&job.id);
    let mut warnings = Diagnostics::new();
    if !machine.is_enabled() && !is_set(&prior.enable) {
        warnings.push(disabled_warning(&job.id));
    }
    let goals = upgrade::goals(&state, None);
    state.lagging_instances = match Box::pin(job.lagging(&machine, &goals)).await {
        Ok(lagging) => {
            let is_upgraded = is_set(&prior.upgrade_instances);
            let warning =
                lagging.as_ref().filter(|_| !is_upgraded).and_then(|lagging| lagging.warning(&job.id));
            warnings.extend(warning);
            lagging.as_ref().map_or(Value::Null, Lagging::value)
        }
        Err(error) if error.is_cancelled() => return Err(job.failed(&error).into()),
        Err(error) => {
            warnings.push(not_counted_warning(&job.id, &error));
            prior.lagging_instances
        }
    };
    let private = PrivateState::default().with_instance(Some(instance)).write();
    Ok(ReadOutcome::Present(Stored { warnings, private, ..Stored::new(state.write()) }))
}

fn nothing_attached(id: &MachineId) -> Diagnostic {
    let detail = format!(
        "{id} refers to no version, neither for IMDS nor for WireServer, so there is nothing to import. Remove the import \
         block: an apply attaches the versions."
    );
    Diagnostic::error("Nothing is attached to the machine", detail)
}

fn disabled_warning(id: &MachineId) -> Diagnostic {
    let detail = format!(
        "{id} refers to versions but does not have `proxyAgentSettings.enabled`, so their rules have \
         no effect. Enable it where the machine is managed, or set `{ENABLE} = true` here."
    );
    Diagnostic::warning("Guest proxy agent is not enabled", detail).at(Path::attribute(ENABLE))
}

/// Changes what the machine refers to. Sends nothing if nothing at Azure differs.
///
/// # Errors
/// If the machine was not changed, or the end of the change was not seen.
pub async fn update(
    connection: &Connection,
    context: &Context,
    request: Update,
) -> Result<Stored, ApplyError> {
    let Update { private, .. } = request;
    let (prior, planned) = (Model::read(&request.prior), Model::read(&request.planned));
    let instance = PrivateState::read(&private).instance().map(str::to_owned);
    let private = PrivateState::default().with_instance(instance).write();
    if !plan::writes(&prior, &planned) {
        return Ok(Stored { private, ..Stored::new(request.planned) });
    }
    let job = AttachmentJob::new(connection, context, prior.id()?, TimedOperation::Update, &request.planned)?;
    let _lock = job.lock().await?;
    let machine = job.machine().await.map_err(|error| job.failed(&error))?;
    let cache = connection.machines();
    let intent = Intent { id: &job.id, planned: &planned, prior: Some(&prior), replaces: false, cache };
    let refusals: Diagnostics = intent.refusals(&machine).into_iter().collect();
    refusals.into_result()?;
    let mut warnings = kept_references(&job.id, &machine, &prior, &planned);
    let change = change(&machine, &planned, Some(&prior))?;
    // After an error here the state stays as it was: the next refresh shows the result.
    let machine = Box::pin(job.apply_change(change, machine)).await.map_err(|error| error.diagnostic)?;
    let goals = upgrade::goals(&planned, Some(&prior));
    let state = |lagging| model::applied(&job.id, &planned, lagging);
    match Box::pin(instances(&job, &machine, &goals, is_set(&planned.upgrade_instances))).await {
        Ok((lagging, more)) => {
            warnings.extend(more);
            Ok(Stored { warnings, private, ..Stored::new(state(lagging)) })
        }
        Err(error) => {
            let partial = Partial { state: state(Value::Null), private, identity: None };
            Err(ApplyError { failure: error.diagnostic.into(), partial: Some(partial) })
        }
    }
}

/// Warnings about removed endpoints where the machine now refers to somebody else's version.
fn kept_references(id: &MachineId, machine: &Machine, prior: &Model, planned: &Model) -> Diagnostics {
    let is_removed = |endpoint: &Endpoint| planned.version(*endpoint).is_null();
    let all = Endpoint::ALL.into_iter().filter(is_removed);
    all.filter_map(|endpoint| {
        let attached = prior.attached(endpoint)?;
        match endpoint.current_rules(machine) {
            CurrentRules::Version(current) if !is_same_version(&current, attached) => {
                Some(kept_warning(id, endpoint, attached, &current))
            }
            _ => None,
        }
    })
    .collect()
}

fn kept_warning(id: &MachineId, endpoint: Endpoint, attached: &str, current: &str) -> Diagnostic {
    let name = endpoint.name();
    let detail = format!(
        "Terraform had attached {attached} to {id} for {name}. By now the machine refers to {current}, \
         which somebody else has attached. This reference is left as it is."
    );
    Diagnostic::warning(format!("Machine keeps another version for {name}"), detail)
}

/// Detaches: sets the configured mode wherever the machine still refers to what was attached here.
///
/// # Errors
/// If the machine may still refer to it.
pub async fn delete(
    connection: &Connection,
    context: &Context,
    request: Delete,
) -> Result<Deleted, ApplyError> {
    let (prior, nothing) = (Model::read(&request.prior), Model::default());
    let job = AttachmentJob::new(connection, context, prior.id()?, TimedOperation::Delete, &request.prior)?;
    let _lock = job.lock().await?;
    let cache = connection.machines();
    let instance = PrivateState::read(&request.private).instance().map(str::to_owned);
    if cache.attached_by(&job.id).is_some_and(|created| Some(created) != instance) {
        // This run has created the attachment that replaces this one, and the machine belongs to that one.
        return Ok(Deleted::default());
    }
    cache.record_detached(&job.id);
    let machine = match job.machine().await {
        Ok(machine) => machine,
        Err(error) if gone_warnings(&error, "", "").is_some() => return Ok(Deleted::default()),
        Err(error) => return Err(job.failed(&error).into()),
    };
    let warnings = kept_references(&job.id, &machine, &prior, &nothing);
    let mode = prior.mode_after();
    let mut change = AttachmentChange::default();
    for endpoint in Endpoint::ALL {
        let attached = prior.attached(endpoint);
        if attached.is_some_and(|attached| endpoint.current_rules(&machine).is_version(attached)) {
            endpoint.set(&mut change, EndpointChange::Mode(mode));
            cache.record_mode(&job.id, endpoint.key(), mode);
        }
    }
    let machine = match Box::pin(job.apply_change(change, machine)).await {
        Ok(machine) => machine,
        Err(error) if error.is_gone => return Ok(Deleted { warnings }),
        Err(error) => return Err(error.diagnostic.into()),
    };
    let goals = upgrade::goals(&nothing, Some(&prior));
    match Box::pin(instances(&job, &machine, &goals, is_set(&prior.upgrade_instances))).await {
        Ok((_, more)) => Ok(Deleted { warnings: warnings.into_iter().chain(more).collect() }),
        Err(error) => Err(error.diagnostic.into()),
    }
}
