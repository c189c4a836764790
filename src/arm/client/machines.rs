//! Virtual machines and scale sets. Of a machine, only the settings of the proxy agent are written; the
//! instances of a scale set can be upgraded to its model.

use super::super::answer::Answer;
use super::super::call::Call;
use super::super::error::Error;
use super::super::ids::MachineId;
use super::super::models::{AttachmentChange, ExcludedMember, Machine};
use super::super::operation::{PendingOperation, Started};
use super::super::pace::random;
use super::super::pipeline::WriteLock;
use super::{ArmClient, to_json, verify};
use azure_core::Bytes;
use azure_core::http::Method;
use serde_json::json;

/// Virtual machines and scale sets.
#[derive(Clone, Copy, Debug)]
pub struct Machines<'a>(pub(super) &'a ArmClient);

impl<'a> Machines<'a> {
    pub(super) fn new(client: &'a ArmClient) -> Self {
        Self(client)
    }

    /// Reads a machine or scale set: one request.
    pub async fn get(self, id: &MachineId, call: &Call) -> Result<Machine, Error> {
        self.0.get(&id.to_string(), call).await
    }

    /// Reads the instances of a scale set, of either orchestration.
    pub async fn instances(self, set: &MachineId, call: &Call) -> Result<Vec<Machine>, Error> {
        let http = self.0.http(call).await?;
        let path = format!("{set}/virtualMachines");
        let (url, api_version) = (http.url_of(&path)?, http.api_version_of(&path));
        self.0.list_from(url, api_version, call).await
    }

    /// Starts a change of the proxy agent's settings for the metadata endpoints. If the service does not
    /// remove the old mode or reference by itself, the request is sent once more and names it.
    pub async fn begin_change(
        self,
        id: &MachineId,
        change: &AttachmentChange,
        call: &Call,
    ) -> Result<Started<Machine>, Error> {
        call.begin_write();
        match self.patch(id, change, ExcludedMember::Omitted, call).await {
            Err(error) if error.is_conflicting_members() => {
                self.patch(id, change, ExcludedMember::Null, call).await
            }
            started => started,
        }
    }

    /// Starts the same change if the service has kept the old mode or reference before: the request names it.
    pub async fn begin_explicit_change(
        self,
        id: &MachineId,
        change: &AttachmentChange,
        call: &Call,
    ) -> Result<Started<Machine>, Error> {
        call.begin_write();
        self.patch(id, change, ExcludedMember::Null, call).await
    }

    async fn patch(
        self,
        id: &MachineId,
        change: &AttachmentChange,
        other: ExcludedMember,
        call: &Call,
    ) -> Result<Started<Machine>, Error> {
        let path = id.to_string();
        let body = to_json(&change.body(id.kind(), other))?;
        let answer = self.send(Method::Patch, &path, id, &body, call).await?;
        let read = verify::object::<Machine>(&answer, &path).ok();
        let state = read.as_ref().and_then(|machine| machine.provisioning_state.as_ref());
        let operation = PendingOperation::of_write(self.0.http(call).await?, &answer, state, &path)?;
        // Accepted without returning the machine: it has to be read.
        let operation = operation.or_else(|| read.is_none().then(|| PendingOperation::write_of(&path)));
        Ok(Started { body: read, operation })
    }

    /// Starts the upgrade of a scale set's instances to its model.
    pub async fn begin_upgrade(
        self,
        set: &MachineId,
        instances: &[String],
        call: &Call,
    ) -> Result<Option<PendingOperation>, Error> {
        call.begin_write();
        let body = to_json(&json!({ "instanceIds": instances }))?;
        let answer = self.send(Method::Post, &format!("{set}/manualupgrade"), set, &body, call).await?;
        PendingOperation::of_action(self.0.http(call).await?, &answer, &set.to_string())
    }

    /// Waits for a write that has begun, and returns the machine or scale set afterwards.
    pub async fn finish(self, operation: &PendingOperation, call: &Call) -> Result<Machine, Error> {
        self.0.finish(operation, call).await
    }

    /// Sends a write until the service accepts it: while the machine is busy, it is retried up to the
    /// deadline.
    async fn send(
        self,
        method: Method,
        path: &str,
        machine: &MachineId,
        body: &Bytes,
        call: &Call,
    ) -> Result<Answer, Error> {
        let http = self.0.http(call).await?;
        let url = http.url_of(path)?;
        let mut attempts = 0;
        loop {
            let answer = http.write(method, &url, WriteLock::of(machine), Some(body), call).await?;
            let requested_wait = answer.retry_after().filter(|wait| !wait.is_zero());
            let error = match answer.accept(&[200, 201, 202, 204]) {
                Ok(answer) => return Ok(answer),
                Err(error) if error.is_another_operation() => error,
                Err(error) => return Err(error),
            };
            let wait = requested_wait.unwrap_or_else(|| http.pace.busy.wait(attempts, random()));
            attempts += 1;
            tracing::info!(target: "provider.lro", path, wait_ms = wait.as_millis() as u64, "busy, trying again");
            call.update_last(|last| last.error = error.arm().cloned().map(Box::new));
            call.pause(wait, &format!("{} {path}", method.as_str())).await?;
        }
    }
}
