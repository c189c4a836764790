//! One call of Terraform, working on one machine.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::endpoint::{Decides, Endpoint};
use crate::arm::error::{Error, human};
use crate::arm::ids::MachineId;
use crate::arm::models::{AttachmentChange, EndpointChange, Machine};
use crate::arm::{ArmClient, Call, Fate};
use crate::plugin::resource::Stored;
use crate::plugin::{Context, Diagnostic, Value};
use crate::provider::connection::Connection;
use crate::provider::locks::Held;
use crate::provider::module;
use crate::provider::problem::{ATTACHMENT, Attempt};
use crate::provider::timeouts::{self, Operation};

/// How long to spend on reading what a write has left behind. The call's own time is up by then.
const LOOK: Duration = Duration::from_secs(3);

/// After how long a missing machine is read once more.
pub const MISSED: Duration = Duration::from_millis(250);

/// How often, and at which interval, to read a machine that does not show an accepted change yet.
const AGAIN: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(2_000)];

/// One call of Terraform, working on one machine.
#[derive(Debug)]
pub struct Job<'a> {
    /// Azure, and what this process knows.
    pub connection: &'a Connection,
    /// The client.
    pub client: ArmClient,
    /// The machine.
    pub id: MachineId,
    /// The operation.
    pub operation: Operation,
    /// The call, with its deadline.
    pub call: Call,
}

/// A change that was not made, or whose end was not seen.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// The diagnostic.
    pub told: Diagnostic,
    /// Whether Azure has, or may have, accepted the request.
    pub was_taken: bool,
    /// Whether the run was stopped.
    pub is_cancelled: bool,
    /// Whether Azure accepted it and the operation then failed.
    pub has_failed: bool,
    /// Whether the machine does not exist any more.
    pub is_gone: bool,
}

impl<'a> Job<'a> {
    /// Starts this operation on a machine; `timeouts` is the value with the block of that name.
    ///
    /// # Errors
    /// If no login is configured.
    pub fn new(
        connection: &'a Connection,
        context: &Context,
        id: MachineId,
        operation: Operation,
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
        let told = attempt.failed(error);
        let target = error.arm().and_then(|error| error.target.as_deref()).unwrap_or_default();
        let named = |endpoint: &Endpoint| target.split(['.', ',', ' ']).any(|part| part == endpoint.member());
        match Endpoint::ALL.into_iter().find(named) {
            Some(endpoint) => told.at(endpoint.path()),
            None => told,
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
                self.call.pause(MISSED, "looking for it once more").await?;
                machines.get(&self.id, &self.call).await
            }
            found => found,
        }
    }

    /// Reads the machine once, even if the call is over.
    ///
    /// # Errors
    /// If that fails.
    pub async fn look(&self) -> Result<Machine, Error> {
        let call = Call::new(LOOK, CancellationToken::new());
        let call = call.on_behalf_of(self.call.module().unwrap_or_default());
        self.client.machines().get(&self.id, &call).await
    }

    /// Waits until nothing else in this process works on the machine.
    ///
    /// # Errors
    /// If the timeout expires or the run is stopped.
    pub async fn alone(&self) -> Result<Held, Diagnostic> {
        let (id, locks) = (self.id.to_string(), self.connection.locks());
        let waiting = format!("waiting for other work of this run on {id}");
        let held = self.call.run(&waiting, Duration::ZERO, async { Ok(locks.hold(&id).await) }).await;
        held.map_err(|error| self.failed(&error))
    }

    /// Sends a change, waits for it, and returns the machine afterwards. Sends nothing if nothing changes.
    /// What the machine does not show afterwards is sent once more, together with the member that it
    /// replaces.
    ///
    /// # Errors
    /// If it was not made, or its end was not seen.
    pub async fn carry_out(&self, change: AttachmentChange, machine: Machine) -> Result<Machine, Trouble> {
        if change.is_empty() {
            return Ok(machine);
        }
        let machines = self.client.machines();
        let begun = machines.begin_change(&self.id, &change, &self.call).await;
        let machine = Box::pin(self.to_its_end(begun, &change)).await?;
        if is_so(&machine, &change) {
            return Ok(machine);
        }
        let begun = machines.begin_explicit_change(&self.id, &change, &self.call).await;
        let machine = Box::pin(self.to_its_end(begun, &change)).await?;
        if is_so(&machine, &change) {
            return Ok(machine);
        }
        let told = Diagnostic::error(
            "Machine does not show an accepted change",
            format!(
                "Azure has accepted the change of {} twice, but the machine still does not show it. A \
                 policy or another program may have changed it at once. Look at `proxyAgentSettings` of \
                 the machine, and run the same command again.",
                self.id
            ),
        );
        Err(Trouble { told, was_taken: true, is_cancelled: false, has_failed: false, is_gone: false })
    }

    async fn to_its_end(
        &self,
        begun: Result<crate::arm::Started<Machine>, Error>,
        change: &AttachmentChange,
    ) -> Result<Machine, Trouble> {
        let started = begun.map_err(|error| self.trouble(&error, self.call.fate() != Fate::Settled))?;
        let machines = self.client.machines();
        let mut machine = match (started.operation, started.body) {
            (None, Some(machine)) => machine,
            (Some(operation), _) => {
                let finished = machines.finish(&operation, &self.call).await;
                finished.map_err(|error| self.trouble(&error, true))?
            }
            (None, None) => self.again().await?,
        };
        for wait in AGAIN {
            if is_so(&machine, change) {
                break;
            }
            let paused = self.call.pause(wait, "waiting for the machine to show it").await;
            paused.map_err(|error| self.trouble(&error, true))?;
            machine = self.again().await?;
        }
        Ok(machine)
    }

    async fn again(&self) -> Result<Machine, Trouble> {
        let read = self.client.machines().get(&self.id, &self.call).await;
        read.map_err(|error| self.trouble(&error, true))
    }

    fn trouble(&self, error: &Error, was_taken: bool) -> Trouble {
        Trouble {
            told: self.failed(error),
            was_taken,
            is_cancelled: error.is_cancelled(),
            has_failed: matches!(error, Error::Operation(_)),
            is_gone: error.is_absent(),
        }
    }

    /// The error for a failed upgrade of instances.
    #[must_use]
    pub fn trouble_with_instances(&self, error: &Error) -> Trouble {
        let mut trouble = self.trouble(error, true);
        trouble.told.summary = "Instances could not be upgraded".to_owned();
        trouble.told.detail.push_str(
            " The scale set itself refers to the planned versions. Upgrading its instances needs \
             `Microsoft.Compute/virtualMachineScaleSets/manualUpgrade/action` and \
             `Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read`.",
        );
        trouble
    }

    /// The state of an attachment when the run was stopped during or after its request.
    #[must_use]
    pub fn begun(&self, state: Value) -> Stored {
        let warning = Diagnostic::warning(
            "In-VM access attachment is not finished yet",
            format!(
                "The run was stopped after {}, when Azure had been asked to change {} but had not \
                 finished. The state holds the attachment; the next plan shows what is left to do.",
                human(self.call.elapsed()),
                self.id
            ),
        );
        Stored { warnings: warning.into(), ..Stored::new(state) }
    }
}

/// Whether a machine shows what a change was to do.
fn is_so(machine: &Machine, change: &AttachmentChange) -> bool {
    let each = [(Endpoint::Imds, &change.imds), (Endpoint::WireServer, &change.wire_server)];
    each.into_iter().all(|(endpoint, wanted)| match wanted {
        None => true,
        Some(EndpointChange::Reference(id)) => endpoint.decides(machine).is_version(&id.to_string()),
        Some(EndpointChange::Mode(_)) => !matches!(endpoint.decides(machine), Decides::Version(_)),
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
        assert!(is_so(&machine(json!({"mode": "Audit"})), &detach));
        assert!(is_so(&machine(json!({})), &detach), "a service need not return a default");
        assert!(!is_so(&machine(json!({"inVMAccessControlProfileReferenceId": "/x"})), &detach));
        let enable = AttachmentChange { enable: Some(Enable::Alone), ..AttachmentChange::default() };
        assert!(is_so(&machine(json!({})), &enable) && !is_so(&Machine::default(), &enable));
    }
}
