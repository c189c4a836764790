//! `/emulator/agents`: the report of a machine's guest proxy agent, for tests that have no machine.

use hyper::{Method, StatusCode};
use serde_json::json;

use crate::arm::id::{Kind, ResourceId};
use crate::emulator::Emulator;
use crate::exchange::{Reply, Request};
use crate::json;

/// Shows or changes the agent of one machine or instance.
pub(super) fn answer(
    emulator: &mut Emulator,
    request: &Request,
    segments: &[String],
) -> Result<Reply, String> {
    let id = ResourceId::from_segments(segments.get(2..).unwrap_or_default())
        .filter(|id| matches!(id.kind(), Kind::Machine | Kind::Instance))
        .ok_or("after /emulator/agents comes the id of a machine, or of an instance of a scale set")?;
    if emulator.store.get(&id).is_none() {
        let body = json!({"error": {"code": "NotFound", "message": id.path()}});
        return Ok(Reply::json(StatusCode::NOT_FOUND, &body));
    }
    match request.method {
        Method::GET => {}
        Method::PUT | Method::PATCH => {
            let change = json::parse(&request.body).map_err(|error| error.to_string())?;
            let agent = emulator.agents.of(&id).changed(&change)?;
            emulator.agents.set(&id, agent);
            emulator.unsaved = true;
        }
        _ => return Err("agents support GET, PUT and PATCH".to_owned()),
    }
    Ok(Reply::json(StatusCode::OK, &json!(emulator.agents.of(&id))))
}
