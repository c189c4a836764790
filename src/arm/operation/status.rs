//! The result of one poll of an operation or object.

use super::super::answer::Answer;
use super::super::error::{Error, member};
use super::super::models::ProvisioningState;
use super::failure;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The result of a poll.
#[derive(Debug)]
pub(super) enum PollResult {
    /// Not done; the word is the service's own.
    Running(String),
    /// Done, and the response is not the object.
    Done,
    /// A successful response without a status: probably done, but the object itself has to confirm it.
    DoneWithoutStatus,
    /// Done, and the response is the object in its final state.
    DoneWithObject,
    /// There is nothing at the address (yet, or any more).
    NotFound,
}

/// The state in a resource's body.
pub(super) fn provisioning_state(body: &Map<String, Value>) -> Option<ProvisioningState> {
    let properties = member(body, "properties")?.as_object()?;
    member(properties, "provisioningState")?
        .as_str()
        .filter(|word| !word.trim().is_empty())
        .map(ProvisioningState::from)
}

/// The same for a response, without reading its other members: the response to a creation is mostly rules.
/// `None` if it is not an object.
pub(super) fn provisioning_state_of(answer: &Answer) -> Option<Option<ProvisioningState>> {
    type Members<'a> = BTreeMap<String, &'a RawValue>;
    fn find<'a>(members: &Members<'a>, name: &str) -> Option<&'a RawValue> {
        let any_case = || members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, raw)| raw);
        members.get(name).or_else(any_case).copied()
    }
    let state = |body: Members<'_>| {
        let properties: Members<'_> = serde_json::from_str(find(&body, "properties")?.get()).ok()?;
        let word: String = serde_json::from_str(find(&properties, "provisioningState")?.get()).ok()?;
        Some(word.as_str()).filter(|word| !word.trim().is_empty()).map(ProvisioningState::from)
    };
    answer.read().ok().map(state)
}

/// The duration of the operation, from the response to the last poll.
pub(super) fn duration_of(answer: &Answer) -> Option<Duration> {
    let body = answer.object().ok()?;
    let time = |name| OffsetDateTime::parse(member(&body, name)?.as_str()?, &Rfc3339).ok();
    (time("endTime")? - time("startTime")?).try_into().ok()
}

/// Reads the response of an `Azure-AsyncOperation` address.
pub(super) fn async_operation(answer: &Answer) -> Result<PollResult, Error> {
    match answer.status {
        200 | 201 | 202 | 204 if answer.is_empty() => {
            Ok(if answer.status == 202 { running("Accepted") } else { PollResult::DoneWithoutStatus })
        }
        200..=202 => {
            let body = answer.object()?;
            match member(&body, "status").and_then(Value::as_str) {
                Some(word) => by_word(answer, word, &body),
                // Some services return the object itself.
                None => match provisioning_state(&body) {
                    Some(_) => object(answer),
                    None if answer.status == 202 => Ok(running("Accepted")),
                    None => Err(answer.unreadable("it has neither a status nor a provisioning state")),
                },
            }
        }
        204 => Ok(PollResult::Done),
        404 | 410 => Ok(PollResult::NotFound),
        _ => Err(Error::Service(Box::new(answer.error()))),
    }
}

/// Reads the response of a `Location` address.
pub(super) fn location(answer: &Answer) -> Result<PollResult, Error> {
    match answer.status {
        202 => Ok(running("Accepted")),
        204 => Ok(PollResult::Done),
        200 | 201 if answer.is_empty() => Ok(PollResult::Done),
        200 | 201 => {
            let body = answer.object()?;
            if provisioning_state(&body).is_some() || member(&body, "properties").is_some() {
                return object(answer);
            }
            // Some services return a status at this address too.
            match member(&body, "status").and_then(Value::as_str) {
                Some(word) => by_word(answer, word, &body),
                None => Ok(PollResult::Done),
            }
        }
        404 | 410 => Ok(PollResult::NotFound),
        // The response that the request would have had if it had been synchronous.
        status => {
            let error = Box::new(answer.error());
            let is_outcome = error.code.is_some() && !matches!(status, 401 | 403 | 408 | 429);
            Err(if is_outcome { Error::Operation(error) } else { Error::Service(error) })
        }
    }
}

/// Reads the object itself. Without a state it is done (ARM's rule).
pub(super) fn object(answer: &Answer) -> Result<PollResult, Error> {
    match answer.status {
        200..=202 => {
            let body = answer.object()?;
            match provisioning_state(&body) {
                None | Some(ProvisioningState::Succeeded) => Ok(PollResult::DoneWithObject),
                Some(state) if state.is_terminal() => Err(failure(answer, state.as_str(), Some(&body))),
                Some(state) => Ok(running(state.as_str())),
            }
        }
        404 | 410 => Ok(PollResult::NotFound),
        _ => Err(Error::Service(Box::new(answer.error()))),
    }
}

fn by_word(answer: &Answer, word: &str, body: &Map<String, Value>) -> Result<PollResult, Error> {
    match ProvisioningState::from(word) {
        ProvisioningState::Succeeded => Ok(PollResult::Done),
        state if state.is_terminal() => Err(failure(answer, word, Some(body))),
        _ => {
            let percent = member(body, "percentComplete").and_then(Value::as_f64);
            Ok(PollResult::Running(match percent {
                Some(percent) => format!("{word}, {percent:.0}%"),
                None => word.to_owned(),
            }))
        }
    }
}

fn running(word: &str) -> PollResult {
    PollResult::Running(word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_found_among_any_other_members() {
        for body in [
            r#"{"properties": {"rules": {"privileges": [1e3]}, "provisioningState": "Creating"}, "id": "/x"}"#,
            r#"{"Properties": {"ProvisioningState": "creating"}}"#,
            r#"{"properties": {"provisioningState": " "}}"#,
            r#"{"properties": {"provisioningState": 5}}"#,
            r#"{"properties": "none"}"#,
            "{}",
            "[]",
            "no json",
        ] {
            let answer = Answer::made(200, None, body.as_bytes());
            let whole = answer.object().ok().map(|body| provisioning_state(&body));
            assert_eq!(provisioning_state_of(&answer), whole, "{body}");
        }
    }
}
