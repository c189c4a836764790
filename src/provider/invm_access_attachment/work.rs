//! One call of Terraform's at work on one machine.

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

/// How long a look may take at what a write has left behind. The run is over by then.
const LOOK: Duration = Duration::from_secs(3);

/// After how long a machine that was not found is looked for once more.
pub const MISSED: Duration = Duration::from_millis(250);

/// How often, and how long after each other, a machine is read that does not show yet what it took.
const AGAIN: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(2_000)];

/// One call of Terraform's at work on one machine.
#[derive(Debug)]
pub struct Job<'a> {
    /// Azure, and what this process knows.
    pub connection: &'a Connection,
    /// The client.
    pub client: ArmClient,
    /// The machine.
    pub id: MachineId,
    /// What is done.
    pub operation: Operation,
    /// Until when.
    pub call: Call,
}

/// A change that was not made, or not seen to be.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// What is told about it.
    pub told: Diagnostic,
    /// Whether Azure has, or may have, taken the request.
    pub was_taken: bool,
    /// Whether the run was stopped.
    pub is_cancelled: bool,
    /// Whether Azure has taken it and then failed.
    pub has_failed: bool,
    /// Whether the machine is not there any more.
    pub is_gone: bool,
}

impl<'a> Job<'a> {
    /// The job of doing this to a machine; `timeouts` is what has the block of that name.
    ///
    /// # Errors
    /// When there is nothing to sign in with.
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

    /// Reads the machine. One that was not found is looked for once more: a hiccup must not let go of it.
    ///
    /// # Errors
    /// When that fails.
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

    /// Looks at the machine once, also where the call is over.
    ///
    /// # Errors
    /// When that fails.
    pub async fn look(&self) -> Result<Machine, Error> {
        let call = Call::new(LOOK, CancellationToken::new());
        let call = call.on_behalf_of(self.call.module().unwrap_or_default());
        self.client.machines().get(&self.id, &call).await
    }

    /// Waits until nothing else in this process is at work on the machine.
    ///
    /// # Errors
    /// When the time is up or the run is stopped.
    pub async fn alone(&self) -> Result<Held, Diagnostic> {
        let (id, locks) = (self.id.to_string(), self.connection.locks());
        let waiting = format!("waiting for what else this run does to {id}");
        let held = self.call.run(&waiting, Duration::ZERO, async { Ok(locks.hold(&id).await) }).await;
        held.map_err(|error| self.failed(&error))
    }

    /// Sends a change, waits for it, and gives the machine as it then is. Sends nothing where nothing changes. What the
    /// machine does not show afterwards is sent once more, with the member that it takes the place of.
    ///
    /// # Errors
    /// When it was not made, or not seen to be.
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
            "Machine does not show what Azure took",
            format!(
                "Azure has taken the change of {} twice, and the machine still does not show it. A policy or another program \
                 may have changed it at once. Look at `proxyAgentSettings` of the machine, and run the same command again.",
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

    /// What is told about an upgrade of instances that failed.
    #[must_use]
    pub fn trouble_with_instances(&self, error: &Error) -> Trouble {
        let mut trouble = self.trouble(error, true);
        trouble.told.summary = "Instances could not be upgraded".to_owned();
        trouble.told.detail.push_str(
            " The scale set itself refers to what was planned. Upgrading its instances takes \
             `Microsoft.Compute/virtualMachineScaleSets/manualUpgrade/action` and \
             `Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read`.",
        );
        trouble
    }

    /// What goes to the state when a run was stopped that had attached something, or begun to.
    #[must_use]
    pub fn begun(&self, state: Value) -> Stored {
        let warning = Diagnostic::warning(
            "In-VM access attachment is not finished yet",
            format!(
                "The run was stopped after {}, when Azure had been asked to change {} and was not done. The state holds the \
                 attachment; the next plan shows what is left to do.",
                human(self.call.elapsed()),
                self.id
            ),
        );
        Stored { warnings: warning.into(), ..Stored::new(state) }
    }
}

/// Whether a machine is as a change was to make it.
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
    use crate::arm::models::{Enable, Mode};
    use serde_json::json;

    #[test]
    fn a_change_is_made_when_the_machine_shows_it() {
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
