//! The calls of a real host, as the provider recorded them, checked against the same rules as the host
//! double's calls.
//!
//! This keeps the two together: what the double proposes and accepts is compared with every plan and apply of
//! the real CLI in any acceptance test.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::Message;
use terraform_provider_gallery::plugin::Value;
use terraform_provider_gallery::plugin::schema::Schema;
use terraform_provider_gallery::plugin::value::msgpack;

use super::offer::Offer;
use super::release::{Program, Release};
use super::{proto, rules};

/// What reading a recording needs to know of a host. Nothing newer is checked.
const READ_AS: Release = Release { program: Program::Terraform, minor: 11 };

/// Calls in the order of their processes, and in each in the order of their responses.
#[derive(Debug, Default)]
pub struct Recording {
    calls: Vec<Call>,
}

/// A call and its response.
#[derive(Debug)]
struct Call {
    rpc: String,
    request: Vec<u8>,
    answer: Vec<u8>,
}

/// A plan that succeeded.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) resource: String,
    pub(super) prior: Value,
    pub(super) config: Value,
    pub(super) replaces: bool,
}

/// An apply that succeeded.
#[derive(Debug, Clone)]
pub(super) struct Applied {
    pub(super) resource: String,
    pub(super) prior: Value,
    pub(super) config: Value,
    pub(super) state: Value,
}

/// The history of an object in a run.
#[derive(Debug, Clone)]
pub(super) enum Event {
    Planned(Planned),
    Applied(Applied),
}

impl Recording {
    /// Reads the recordings in a directory; empty if there are none.
    ///
    /// # Errors
    /// If a record cannot be read.
    pub fn read(directory: &Path) -> Result<Self, String> {
        let Ok(entries) = std::fs::read_dir(directory) else { return Ok(Self::default()) };
        let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.sort();
        let mut calls = Vec::new();
        for file in files {
            let text =
                std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            // A killed process may have left half a line.
            calls.extend(text.lines().filter_map(Call::parse));
        }
        Ok(Self { calls })
    }

    /// The calls by name, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.calls.iter().map(|call| call.rpc.as_str())
    }

    /// The provider's schemas, if they were requested.
    ///
    /// # Errors
    /// If a host would refuse them.
    pub fn offer(&self) -> Result<Option<Offer>, String> {
        let asked = self.calls.iter().find(|call| call.rpc == "GetProviderSchema");
        let Some(call) = asked else { return Ok(None) };
        Offer::read(READ_AS, &call.answer()?, None).map(Some)
    }

    /// Every response that broke the rules, and every proposal that differs from the host double's as this
    /// release.
    ///
    /// # Errors
    /// If a record cannot be read.
    pub fn broken(&self, release: Release, offer: &Offer) -> Result<Vec<String>, String> {
        let mut broken = Vec::new();
        for call in &self.calls {
            let (resource, found) = match call.rpc.as_str() {
                "PlanResourceChange" => call.plan(release, offer)?,
                "ApplyResourceChange" => call.apply(offer)?,
                "ReadResource" => call.refresh(offer)?,
                _ => continue,
            };
            broken.extend(found.into_iter().map(|one| format!("{} of {resource}: {one}", call.rpc)));
        }
        Ok(broken)
    }

    /// The plans and applies that succeeded.
    pub(super) fn events(&self, offer: &Offer) -> Result<Vec<Event>, String> {
        let mut events = Vec::new();
        for call in &self.calls {
            match call.rpc.as_str() {
                "PlanResourceChange" => {
                    let (request, answer): (
                        proto::plan_resource_change::Request,
                        proto::plan_resource_change::Response,
                    ) = (call.request()?, call.answer()?);
                    if failed(&answer.diagnostics) {
                        continue;
                    }
                    let schema = schema(offer, &request.type_name)?;
                    let config = value(schema, request.config.as_ref())?;
                    let prior = value(schema, request.prior_state.as_ref())?;
                    let replaces = !answer.requires_replace.is_empty();
                    events.push(Event::Planned(Planned {
                        resource: request.type_name,
                        prior,
                        config,
                        replaces,
                    }));
                }
                "ApplyResourceChange" => {
                    let (request, answer): (
                        proto::apply_resource_change::Request,
                        proto::apply_resource_change::Response,
                    ) = (call.request()?, call.answer()?);
                    if failed(&answer.diagnostics) {
                        continue;
                    }
                    let schema = schema(offer, &request.type_name)?;
                    let config = value(schema, request.config.as_ref())?;
                    let prior = value(schema, request.prior_state.as_ref())?;
                    let state = value(schema, answer.new_state.as_ref())?;
                    events.push(Event::Applied(Applied {
                        resource: request.type_name,
                        prior,
                        config,
                        state,
                    }));
                }
                _ => {}
            }
        }
        Ok(events)
    }
}

impl Call {
    fn parse(line: &str) -> Option<Self> {
        let json: serde_json::Value = serde_json::from_str(line).ok()?;
        let bytes = |name| STANDARD.decode(json.get(name)?.as_str()?).ok();
        let rpc = json.get("rpc")?.as_str()?.to_owned();
        Some(Self { rpc, request: bytes("request")?, answer: bytes("answer")? })
    }

    fn request<M: Message + Default>(&self) -> Result<M, String> {
        M::decode(self.request.as_slice()).map_err(|error| format!("{}: {error}", self.rpc))
    }

    fn answer<M: Message + Default>(&self) -> Result<M, String> {
        M::decode(self.answer.as_slice()).map_err(|error| format!("{}: {error}", self.rpc))
    }

    fn plan(&self, release: Release, offer: &Offer) -> Result<(String, Vec<String>), String> {
        let request: proto::plan_resource_change::Request = self.request()?;
        let answer: proto::plan_resource_change::Response = self.answer()?;
        let allowed = request.client_capabilities.is_some_and(|capable| capable.deferral_allowed);
        if failed(&answer.diagnostics) {
            return Ok((request.type_name, Vec::new()));
        }
        let schema = schema(offer, &request.type_name)?;
        let prior = value(schema, request.prior_state.as_ref())?;
        let config = value(schema, request.config.as_ref())?;
        let proposed = value(schema, request.proposed_new_state.as_ref())?;
        let planned = value(schema, answer.planned_state.as_ref())?;
        let mut broken = Vec::new();
        if proposed.is_null() != planned.is_null() {
            broken
                .push("a deletion is planned as something else, or something else as a deletion".to_owned());
        }
        if answer.deferred.is_some() && !allowed {
            broken.push("deferred, for a host that does not support it".to_owned());
        }
        if !proposed.is_null() {
            broken.extend(rules::plan(&schema.block, &prior, &config, &planned));
            let ours = rules::proposed(release, &schema.block, &prior, &config);
            if ours != proposed {
                broken.push(format!("the host proposes {proposed:?}; the double would propose {ours:?}"));
            }
        }
        Ok((request.type_name, broken))
    }

    fn apply(&self, offer: &Offer) -> Result<(String, Vec<String>), String> {
        let request: proto::apply_resource_change::Request = self.request()?;
        let answer: proto::apply_resource_change::Response = self.answer()?;
        let schema = schema(offer, &request.type_name)?;
        let state = value(schema, answer.new_state.as_ref())?;
        let broken = if failed(&answer.diagnostics) {
            // What a failure leaves behind may be anything that a state can hold.
            if state.is_wholly_known() { Vec::new() } else { vec!["unknown values in a state".to_owned()] }
        } else {
            rules::applied(&value(schema, request.planned_state.as_ref())?, &state)
        };
        Ok((request.type_name, broken))
    }

    fn refresh(&self, offer: &Offer) -> Result<(String, Vec<String>), String> {
        let request: proto::read_resource::Request = self.request()?;
        let answer: proto::read_resource::Response = self.answer()?;
        let schema = schema(offer, &request.type_name)?;
        let known = value(schema, answer.new_state.as_ref())?.is_wholly_known();
        let broken = if known { Vec::new() } else { vec!["unknown values in a refreshed state".to_owned()] };
        Ok((request.type_name, broken))
    }
}

fn schema<'offer>(offer: &'offer Offer, resource: &str) -> Result<&'offer Schema, String> {
    offer.resources.get(resource).ok_or_else(|| format!("there is no resource {resource}"))
}

fn value(schema: &Schema, value: Option<&proto::DynamicValue>) -> Result<Value, String> {
    let bytes = value.map_or(&[0xc0][..], |value| value.msgpack.as_ref());
    msgpack::decode(bytes, &schema.implied_type()).map_err(|error| error.to_string())
}

fn failed(diagnostics: &[proto::Diagnostic]) -> bool {
    diagnostics.iter().any(|one| one.severity == proto::diagnostic::Severity::Error as i32)
}
