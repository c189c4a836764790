//! One call of Terraform, working on one machine.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::endpoint::{CurrentRules, Endpoint};
use crate::arm::error::{Error, duration_text};
use crate::arm::ids::MachineId;
use crate::arm::models::{AttachmentChange, EndpointChange, Machine};
use crate::arm::{ArmClient, Call, WriteOutcome};
use crate::plugin::resource::Stored;
use crate::plugin::{Context, Diagnostic, Value};
use crate::provider::connection::Connection;
use crate::provider::locks::LockGuard;
use crate::provider::module;
use crate::provider::problem::{ATTACHMENT, Attempt};
use crate::provider::timeouts::{self, TimedOperation};

/// How long to spend on reading the machine after a failed write. The call's own time is up by then.
const READ_BACK: Duration = Duration::from_secs(3);

/// After how long a missing machine is read once more.
pub const REREAD_DELAY: Duration = Duration::from_millis(250);

/// How often, and at which interval, to read a machine that does not show an accepted change yet.
const CHECK_DELAYS: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(2_000)];

/// One call of Terraform, working on one machine.
#[derive(Debug)]
pub struct AttachmentJob<'a> {
    /// Azure, and what this process knows.
    pub connection: &'a Connection,
    /// The client.
    pub client: ArmClient,
    /// The machine.
    pub id: MachineId,
    /// The operation.
    pub operation: TimedOperation,
    /// The call, with its deadline.
    pub call: Call,
}

/// A change that was not made, or whose end was not seen.
#[derive(Clone, Debug)]
pub struct ChangeError {
    /// The diagnostic.
    pub diagnostic: Diagnostic,
    /// Whether Azure has, or may have, accepted the request.
    pub may_be_accepted: bool,
    /// Whether the run was stopped.
    pub is_cancelled: bool,
    /// Whether Azure accepted it and the operation then failed.
    pub operation_failed: bool,
    /// Whether the machine does not exist any more.
    pub is_gone: bool,
}

impl ChangeError {
    /// Azure accepted the request and reported no failure, but the machine does not show the change.
    pub const fn without_effect(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic,
            may_be_accepted: true,
            is_cancelled: false,
            operation_failed: false,
            is_gone: false,
        }
    }
}

impl<'a> AttachmentJob<'a> {
    /// Starts this operation on a machine; `timeouts` is the value with the block of that name.
    ///
    /// # Errors
    /// If no login is configured.
    pub fn new(
        connection: &'a Connection,
        context: &Context,
        id: MachineId,
        operation: TimedOperation,
        timeouts: &Value,
    ) -> Result<Self, Diagnostic> {
        let call = module::call(context, timeouts::of(timeouts, operation));
        Ok(Self { connection, client: connection.client()?, id, operation, call })
    }

    /// The diagnostic for a failure, on the attribute of the endpoint that Azure names.
    #[must_use]
    pub fn failed(&self, error: &Error) -> Diagnostic {
        let id = self.id.to_string();
        let attempt = Attempt {
            operation: self.operation,
            kind: ATTACHMENT,
            id: &id,
            attributes: &[],
            call: Some(&self.call),
        };
        let diagnostic = attempt.failed(error);
        let target = error.arm().and_then(|error| error.target.as_deref()).unwrap_or_default();
        let named = |endpoint: &Endpoint| target.split(['.', ',', ' ']).any(|part| part == endpoint.member());
        match Endpoint::ALL.into_iter().find(named) {
            Some(endpoint) => diagnostic.at(endpoint.path()),
            None => diagnostic,
        }
    }

    /// Reads the machine. A missing machine is read once more: a transient error must not drop it from the
    /// state.
    ///
    /// # Errors
    /// If that fails.
    pub async fn machine(&self) -> Result<Machine, Error> {
        let machines = self.client.machines();
        match machines.get(&self.id, &self.call).await {
            Err(error) if error.is_not_found() => {
                self.call.pause(REREAD_DELAY, "looking for it once more").await?;
                machines.get(&self.id, &self.call).await
            }
            result => result,
        }
    }

    /// Reads the machine once, even if the call is over.
    ///
    /// # Errors
    /// If that fails.
    pub async fn read_back(&self) -> Result<Machine, Error> {
        let call = Call::new(READ_BACK, CancellationToken::new());
        let call = call.on_behalf_of(self.call.module().unwrap_or_default());
        self.client.machines().get(&self.id, &call).await
    }

    /// Waits until nothing else in this process works on the machine.
    ///
    /// # Errors
    /// If the timeout expires or the run is stopped.
    pub async fn lock(&self) -> Result<LockGuard, Diagnostic> {
        let (id, locks) = (self.id.to_string(), self.connection.locks());
        let waiting = format!("waiting for other work of this run on {id}");
        let guard = self.call.run(&waiting, Duration::ZERO, async { Ok(locks.lock(&id).await) }).await;
        guard.map_err(|error| self.failed(&error))
    }

    /// Sends a change, waits for it, and returns the machine afterwards. Sends nothing if nothing changes.
    /// What the machine does not show afterwards is sent once more, together with the member that it
    /// replaces.
    ///
    /// # Errors
    /// If it was not made, or its end was not seen.
    pub async fn apply_change(
        &self,
        change: AttachmentChange,
        machine: Machine,
    ) -> Result<Machine, ChangeError> {
        if change.is_empty() {
            return Ok(machine);
        }
        let machines = self.client.machines();
        let response = machines.begin_change(&self.id, &change, &self.call).await;
        let machine = Box::pin(self.wait_for_end(response, &change)).await?;
        if shows(&machine, &change) {
            return Ok(machine);
        }
        let response = machines.begin_explicit_change(&self.id, &change, &self.call).await;
        let machine = Box::pin(self.wait_for_end(response, &change)).await?;
        if shows(&machine, &change) {
            return Ok(machine);
        }
        let detail = format!(
            "Azure has accepted the change of {} twice, but the machine still does not show it. A \
             policy or another program may have changed it at once. Look at `proxyAgentSettings` of \
             the machine, and run the same command again.",
            self.id
        );
        let diagnostic = Diagnostic::error("Machine does not show an accepted change", detail);
        Err(ChangeError::without_effect(diagnostic))
    }

    async fn wait_for_end(
        &self,
        response: Result<crate::arm::Started<Machine>, Error>,
        change: &AttachmentChange,
    ) -> Result<Machine, ChangeError> {
        let started = response
            .map_err(|error| self.change_error(&error, self.call.write_outcome() != WriteOutcome::Settled))?;
        let machines = self.client.machines();
        let mut machine = match (started.operation, started.body) {
            (None, Some(machine)) => machine,
            (Some(operation), _) => {
                let finished = machines.finish(&operation, &self.call).await;
                finished.map_err(|error| self.change_error(&error, true))?
            }
            (None, None) => self.reread().await?,
        };
        for wait in CHECK_DELAYS {
            if shows(&machine, change) {
                break;
            }
            let paused = self.call.pause(wait, "waiting for the machine to show it").await;
            paused.map_err(|error| self.change_error(&error, true))?;
            machine = self.reread().await?;
        }
        Ok(machine)
    }

    async fn reread(&self) -> Result<Machine, ChangeError> {
        let read = self.client.machines().get(&self.id, &self.call).await;
        read.map_err(|error| self.change_error(&error, true))
    }

    fn change_error(&self, error: &Error, may_be_accepted: bool) -> ChangeError {
        ChangeError {
            diagnostic: self.failed(error),
            may_be_accepted,
            is_cancelled: error.is_cancelled(),
            operation_failed: matches!(error, Error::Operation(_)),
            is_gone: error.is_absent(),
        }
    }

    /// The error for a failed upgrade of instances.
    #[must_use]
    pub fn upgrade_error(&self, error: &Error) -> ChangeError {
        let mut upgrade_error = self.change_error(error, true);
        upgrade_error.diagnostic.summary = "Instances could not be upgraded".to_owned();
        upgrade_error.diagnostic.detail.push_str(
            " The scale set itself refers to the planned versions. Upgrading its instances needs \
             `Microsoft.Compute/virtualMachineScaleSets/manualUpgrade/action` and \
             `Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read`.",
        );
        upgrade_error
    }

    /// The state of an attachment when the run was stopped during or after its request.
    #[must_use]
    pub fn unfinished(&self, state: Value) -> Stored {
        let detail = format!(
            "The run was stopped after {}, when Azure had been asked to change {} but had not \
             finished. The state holds the attachment; the next plan shows what is left to do.",
            duration_text(self.call.elapsed()),
            self.id
        );
        let warning = Diagnostic::warning("In-VM access attachment is not finished yet", detail);
        Stored { warnings: warning.into(), ..Stored::new(state) }
    }
}

/// Whether a machine shows what a change was to do.
fn shows(machine: &Machine, change: &AttachmentChange) -> bool {
    let each = [(Endpoint::Imds, &change.imds), (Endpoint::WireServer, &change.wire_server)];
    each.into_iter().all(|(endpoint, change)| match change {
        None => true,
        Some(EndpointChange::Reference(id)) => endpoint.current_rules(machine).is_version(&id.to_string()),
        Some(EndpointChange::Mode(_)) => !matches!(endpoint.current_rules(machine), CurrentRules::Version(_)),
    }) && (change.enable.is_none() || machine.is_enabled())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allowlist::Mode;
    use crate::arm::models::Enable;
    use serde_json::json;

    #[test]
    fn a_change_is_done_when_the_machine_shows_it() {
        let machine = |imds: serde_json::Value| -> Machine {
            let settings = json!({"enabled": true, "imds": imds});
            let body = json!({"properties": {"securityProfile": {"proxyAgentSettings": settings}}});
            serde_json::from_value(body).unwrap()
        };
        let detach =
            AttachmentChange { imds: Some(EndpointChange::Mode(Mode::Audit)), ..AttachmentChange::default() };
        assert!(shows(&machine(json!({"mode": "Audit"})), &detach));
        assert!(shows(&machine(json!({})), &detach), "a service need not return a default");
        assert!(!shows(&machine(json!({"inVMAccessControlProfileReferenceId": "/x"})), &detach));
        let enable = AttachmentChange { enable: Some(Enable::Alone), ..AttachmentChange::default() };
        assert!(shows(&machine(json!({})), &enable) && !shows(&Machine::default(), &enable));
    }
}
