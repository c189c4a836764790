//! The addresses of operations.

use hyper::StatusCode;

use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::arm::render::render;
use crate::emulator::Emulator;
use crate::exchange::Reply;
use crate::store::{Ending, Work};

/// Answers a poll: the status document, or with `monitor` 202 until it is over and then what a synchronous
/// answer would have been.
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
    let operation = operation.clone();
    let ended = operation.ended(call.now);
    let mut reply = if !monitor {
        let mut status = operation.status(call.now);
        if emulator.settings.shout
            && let Some(serde_json::Value::String(word)) = status.get_mut("status")
        {
            *word = word.to_uppercase();
        }
        Reply::json(StatusCode::OK, &status)
    } else if !ended {
        Reply::empty(StatusCode::ACCEPTED).with("location", &operation.monitor_address(&call.request.base))
    } else if operation.ending != Ending::Succeeded {
        operation.failure()
    } else if operation.work == Work::Delete {
        let group = operation.target.names.is_empty();
        Reply::empty(if group { StatusCode::OK } else { StatusCode::NO_CONTENT })
    } else {
        let version = operation.api_version.as_str();
        emulator.store.get(&operation.target).map_or_else(
            || Reply::empty(StatusCode::OK),
            |object| Reply::json(StatusCode::OK, &render(object, version, &emulator.settings)),
        )
    };
    if !ended && let Some(seconds) = emulator.settings.retry_after {
        reply.set("retry-after", &seconds.to_string());
    }
    Ok(reply)
}
