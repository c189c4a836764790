//! Virtual machines and scale sets, as far as attaching an access control profile needs them.
//!
//! Reads, writes and lists are those of every other object. This module has the differences: how a write
//! treats the settings of the proxy agent, what a scale set does to its instances, and what the agent in a
//! machine reports.

pub mod agent;
pub mod contract;
pub mod instance_view;
pub mod proxy_agent;
pub mod reads;
pub mod render;
pub mod scale_set;
pub mod writes;

#[cfg(test)]
mod tests;

use hyper::Method;

use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::arm::id::{Kind, ResourceId};
use crate::emulator::Emulator;
use crate::exchange::Reply;

/// Handles a request for machines that is not for one object; none if it is for something else.
pub fn answer(
    emulator: &mut Emulator,
    call: &Call<'_>,
    segments: &[String],
) -> Option<Result<Reply, ArmError>> {
    let (last, parent) = segments.split_last()?;
    let verb = |wanted: Method| {
        if call.request.method == wanted {
            Ok(())
        } else {
            Err(ArmError::verb_unsupported(call.request.method.as_str()))
        }
    };
    let get = || verb(Method::GET);
    let kind = match last.to_lowercase().as_str() {
        "virtualmachines" => Kind::Machine,
        "virtualmachinescalesets" => Kind::ScaleSet,
        "instanceview" => {
            let id = ResourceId::from_segments(parent).filter(|id| id.kind().is_machine())?;
            return Some(get().and_then(|()| reads::instance_view(emulator, call, &id)));
        }
        "manualupgrade" => {
            let id = ResourceId::from_segments(parent).filter(|id| id.kind() == Kind::ScaleSet)?;
            return Some(verb(Method::POST).and_then(|()| scale_set::upgrade(emulator, call, &id)));
        }
        _ => return None,
    };
    if let Some(set) = ResourceId::from_segments(parent).filter(|id| id.kind() == Kind::ScaleSet) {
        return Some(get().and_then(|()| reads::instances(emulator, call, &set)));
    }
    let is = |at: usize, word: &str| parent.get(at).is_some_and(|one| one.eq_ignore_ascii_case(word));
    let group = match parent.len() {
        4 if is(2, "providers") && is(3, "Microsoft.Compute") => None,
        6 if is(2, "resourceGroups") && is(4, "providers") && is(5, "Microsoft.Compute") => parent.get(3),
        _ => return None,
    };
    Some(get().and_then(|()| reads::list(emulator, call, kind, group.map(String::as_str))))
}
