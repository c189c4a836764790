//! The addresses of operations.

use hyper::StatusCode;

use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::arm::render::{self, Purpose};
use crate::arm::write::identify;
use crate::emulator::Emulator;
use crate::exchange::Reply;
use crate::store::{Ending, WriteKind};

/// Counts a poll of an operation, and ends the operation after the configured number.
pub fn count_poll(emulator: &mut Emulator, name: &str, call: &Call<'_>) {
    let Some(operation) = emulator.operations.get_mut(name) else { return };
    let Some(remaining) = operation.polls_left.as_mut() else { return };
    *remaining = remaining.saturating_sub(1);
    if *remaining > 0 || operation.ends <= call.now {
        return;
    }
    operation.ends = call.now;
    let target = operation.target.clone();
    let pending = emulator.store.get_mut(&target).and_then(|object| object.pending.as_mut());
    if let Some(pending) = pending.filter(|pending| pending.operation.eq_ignore_ascii_case(name)) {
        pending.ends = call.now;
    }
    emulator.store.settle(call.now);
}

/// Handles a poll. Returns the status document. With `monitor`, returns 202 until the operation ends, then
/// the response of a synchronous write.
pub fn answer(
    emulator: &mut Emulator,
    call: &Call<'_>,
    name: &str,
    monitor: bool,
) -> Result<Reply, ArmError> {
    let missing = || {
        let text = format!("The operation '{name}' was not found.");
        ArmError::new(StatusCode::NOT_FOUND, "NotFound", text)
    };
    let operation = emulator.operations.get_mut(name).ok_or_else(missing)?;
    if operation.hidden > 0 {
        operation.hidden -= 1;
        return Err(missing());
    }
    if emulator.settings.strict && !operation.is_asked_by_its_address(call.request, monitor) {
        let text =
            "The address of the operation is not as it was given: its signature is missing or another.";
        return Err(ArmError::new(StatusCode::FORBIDDEN, "InvalidOperationAddress", text));
    }
    // Settles the objects whose operations have ended.
    emulator.store.settle(call.now);
    count_poll(emulator, name, call);
    let operation = emulator.operations.get_mut(name).ok_or_else(missing)?.clone();
    let ended = operation.ended(call.now);
    let mut reply = if !monitor {
        let mut status = operation.status(call.now);
        if emulator.settings.shout
            && let Some(serde_json::Value::String(word)) = status.get_mut("status")
        {
            *word = word.to_uppercase();
        }
        operation.document(&status)
    } else if !ended {
        Reply::empty(StatusCode::ACCEPTED).with("location", &operation.monitor_address(&call.request.base))
    } else if operation.ending != Ending::Succeeded {
        operation.failure()
    } else if operation.work == WriteKind::Delete {
        Reply::empty(StatusCode::OK)
    } else {
        let version = operation.api_version.as_str();
        emulator.store.get(&operation.target).map_or_else(
            || Reply::empty(StatusCode::OK),
            |object| render::reply(StatusCode::OK, object, version, Purpose::Write, emulator),
        )
    };
    if !ended && let Some(seconds) = emulator.settings.retry_after {
        reply.set("retry-after", &seconds.to_string());
    }
    if !operation.target.names.is_empty() {
        identify(&mut reply, emulator, call, &operation.region);
    }
    Ok(reply)
}
