//! The emulator without its socket: it maps a request to a response; the clock is an argument.

use std::collections::HashMap;
use std::time::Duration;

use hyper::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::arm::id::ResourceId;
use crate::arm::limits::Limits;
use crate::arm::machines::agent::Agents;
use crate::arm::operation::Operations;
use crate::arm::registration;
use crate::arm::throttle::Buckets;
use crate::authorization::Directory;
use crate::clock::{Clock, Millis, http_date, millis};
use crate::entra::Identity;
use crate::entra::application::Application;
use crate::entra::managed_identity::arc::Challenges;
use crate::entra::signer::Signer;
use crate::entra::token::Tokens;
use crate::exchange::{Delivery, Reply, Request};
use crate::faults::{Action, Moment, Plan, Script};
use crate::journal::Journal;
use crate::settings::Settings;
use crate::store::Store;
use crate::{arm, control, json, routes};

/// The whole state of the emulator.
#[derive(Debug)]
pub struct Emulator {
    /// The identity and its tenant.
    pub identity: Identity,
    /// The application's registrations in addition to its secret.
    pub application: Application,
    /// The same at the start, for a reset.
    pub first_application: Application,
    /// When registration of `Microsoft.Compute` was requested.
    pub registration: registration::RequestedAt,
    /// The challenges of the Arc endpoint.
    pub challenges: Challenges,
    /// Its further addresses.
    pub addresses: Addresses,
    /// The settings now.
    pub settings: Settings,
    /// The settings it was started with, for a reset.
    pub first_settings: Settings,
    /// The time.
    pub clock: Clock,
    /// The resources.
    pub store: Store,
    /// Roles, and their assignments.
    pub directory: Directory,
    /// The guest proxy agents in the machines.
    pub agents: Agents,
    /// The operations on them.
    pub operations: Operations,
    /// Tokens.
    pub tokens: Tokens,
    /// ARM's buckets, for `--throttle`.
    pub buckets: Buckets,
    /// The requests that count towards the limits of the Compute provider.
    pub limits: Limits,
    /// The requests received.
    pub journal: Journal,
    /// The faults to come.
    pub script: Script,
    /// Objects that stay 404 for so many reads.
    pub hidden: HashMap<String, u32>,
    /// Whether the objects changed since they were last saved.
    pub unsaved: bool,
}

/// The emulator's addresses other than its main one.
#[derive(Clone, Debug, Default)]
pub struct Addresses {
    /// `http://host:port` of the plain listener.
    pub machine: Option<String>,
    /// The directory of `az`.
    pub az: Option<std::path::PathBuf>,
}

/// A response and its delivery.
#[derive(Debug)]
pub struct Outcome {
    /// The response.
    pub reply: Reply,
    /// How it is delivered.
    pub delivery: Delivery,
    /// How long it is delayed.
    pub hold: Duration,
    /// The journal's number; none for the control routes.
    pub number: Option<u64>,
}

impl Outcome {
    fn now(reply: Reply) -> Self {
        Self { reply, delivery: Delivery::Whole, hold: Duration::ZERO, number: None }
    }
}

impl Emulator {
    /// An empty emulator.
    pub fn new(identity: Identity, settings: Settings, clock: Clock, signer: Signer) -> Self {
        Self {
            directory: Directory::new(&identity),
            identity,
            application: Application::default(),
            first_application: Application::default(),
            registration: None,
            challenges: Challenges::default(),
            addresses: Addresses::default(),
            first_settings: settings.clone(),
            settings,
            clock,
            store: Store::default(),
            agents: Agents::default(),
            operations: Operations::default(),
            tokens: Tokens::new(signer),
            buckets: Buckets::default(),
            limits: Limits::default(),
            journal: Journal::default(),
            script: Script::default(),
            hidden: HashMap::new(),
            unsaved: false,
        }
    }

    /// Forgets objects, operations, requests, faults, and changed settings and registrations.
    pub fn reset(&mut self) {
        self.store.clear();
        self.directory = Directory::new(&self.identity);
        self.operations.clear();
        self.buckets.clear();
        self.limits.clear();
        self.agents.clear();
        self.journal.clear();
        self.script = Script::default();
        self.hidden.clear();
        self.settings = self.first_settings.clone();
        self.application = self.first_application.clone();
        self.registration = None;
        self.unsaved = true;
    }

    /// The time that clients see.
    pub fn shown_time(&self) -> Millis {
        self.clock.now().saturating_add(self.settings.clock_skew_seconds.saturating_mul(1000))
    }

    /// The faults of a request; control routes have none.
    pub fn plan(&mut self, request: &Request) -> Plan {
        if control::owns(request) { Plan::default() } else { self.script.plan(request) }
    }

    /// Handles a request.
    pub fn answer(&mut self, request: &Request, plan: &Plan) -> Outcome {
        let now = self.clock.now();
        // An agent loads a version before it is deleted, if both are due.
        self.agents.settle(&self.store, &self.settings, now);
        self.store.settle(now);
        let outcome = self.answer_now(request, plan, now);
        self.agents.settle(&self.store, &self.settings, now);
        outcome
    }

    fn answer_now(&mut self, request: &Request, plan: &Plan, now: Millis) -> Outcome {
        if control::owns(request) {
            return Outcome::now(control::answer(self, request));
        }
        let number = self.journal.begin(request, now, &plan.names);
        let mut outcome = self.answer_with_faults(request, plan);
        outcome.number = Some(number);
        if !outcome.reply.headers.contains_key("date") {
            outcome.reply.set("date", &http_date(self.shown_time()));
        }
        let status = (outcome.delivery != Delivery::Reset).then_some(outcome.reply.status.as_u16());
        self.journal.finish(number, status);
        outcome
    }

    fn answer_with_faults(&mut self, request: &Request, plan: &Plan) -> Outcome {
        for action in &plan.actions {
            let error = match action {
                Action::Reset { when: Moment::Before } | Action::Refuse { .. } => {
                    let mut outcome = Outcome::now(Reply::empty(StatusCode::OK));
                    outcome.delivery = Delivery::Reset;
                    return outcome;
                }
                Action::Answer(answer) => {
                    let mut reply = answer.reply(self.shown_time());
                    if !reply.headers.contains_key("x-ms-request-id") {
                        reply.set("x-ms-request-id", &Uuid::new_v4().to_string());
                    }
                    return Outcome::now(reply);
                }
                Action::Conflict => ArmError::busy(),
                Action::Nested => ArmError::nested_lag(),
                Action::ParentMissing => match ResourceId::from_segments(&request.segments()) {
                    Some(id) => ArmError::parent_missing(&id, arm::verb_word(&request.method)),
                    None => continue,
                },
                Action::ExpireToken => {
                    if let Some((_, token)) =
                        request.header("authorization").and_then(|value| value.split_once(' '))
                    {
                        self.tokens.revoke(token.trim());
                    }
                    continue;
                }
                Action::Skew { seconds } => {
                    self.settings.clock_skew_seconds = *seconds;
                    continue;
                }
                _ => continue,
            };
            let mut reply = error.reply();
            arm::add_headers(&mut reply, request, self.shown_time());
            return Outcome::now(reply);
        }
        let operation = plan.actions.iter().find_map(|action| match action {
            Action::Operation(fault) => Some(fault),
            _ => None,
        });
        let mut outcome = Outcome::now(routes::answer(self, request, operation));
        for action in &plan.actions {
            self.spoil(request, &mut outcome, action);
        }
        outcome
    }

    /// Changes the response of a processed request.
    fn spoil(&mut self, request: &Request, outcome: &mut Outcome, action: &Action) {
        match action {
            Action::Delay { seconds, when: Moment::After } => {
                outcome.hold += Duration::from_millis(u64::try_from(millis(*seconds)).unwrap_or(0));
            }
            Action::Reset { when: Moment::After } => outcome.delivery = Delivery::Reset,
            Action::Truncate { bytes } => outcome.delivery = Delivery::Truncated(*bytes),
            Action::Alter { status, set_headers, remove_headers, merge, text } => {
                let reply = &mut outcome.reply;
                if let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok()) {
                    reply.status = status;
                }
                for name in remove_headers {
                    reply.headers.remove(name.as_str());
                }
                for (name, value) in set_headers {
                    reply.set(name, value);
                }
                if let Some(merge) = merge {
                    let mut body = reply.value();
                    json::merge(&mut body, merge);
                    reply.body = body.to_string().into();
                }
                if let Some(text) = text {
                    reply.body = text.clone().into();
                }
            }
            Action::Pad { bytes } => {
                let mut body = outcome.reply.body.to_vec();
                body.resize(body.len() + bytes, b' ');
                outcome.reply.body = body.into();
            }
            Action::EndlessList if outcome.reply.value().get("value").is_some_and(Value::is_array) => {
                let page = request.parameter("page").and_then(|page| page.parse::<u64>().ok()).unwrap_or(1);
                let version = request.parameter("api-version").unwrap_or_default();
                let next =
                    format!("{}{}?api-version={version}&page={}", request.base, request.path, page + 1);
                let mut body = outcome.reply.value();
                json::merge(&mut body, &serde_json::json!({ "nextLink": next }));
                outcome.reply.body = body.to_string().into();
            }
            Action::Hide { reads } if outcome.reply.status.is_success() => {
                if let Some(id) = ResourceId::from_segments(&request.segments()) {
                    self.hidden.insert(id.key(), *reads);
                }
            }
            _ => {}
        }
    }

    /// The content of `--state`.
    pub fn state(&self) -> Value {
        serde_json::json!({
            "version": 1, "store": self.store, "operations": self.operations, "authorization": self.directory,
            "agents": self.agents,
        })
    }

    /// Loads the content of `--state`.
    pub fn restore(&mut self, state: &Value) -> Result<(), String> {
        if state.get("version").and_then(Value::as_u64) != Some(1) {
            return Err("its version is not 1".to_owned());
        }
        let part = |name: &str| state.get(name).cloned().unwrap_or(Value::Null);
        self.store = serde_json::from_value(part("store")).map_err(|error| error.to_string())?;
        if !part("authorization").is_null() {
            self.directory =
                serde_json::from_value(part("authorization")).map_err(|error| error.to_string())?;
        }
        if !part("agents").is_null() {
            self.agents = serde_json::from_value(part("agents")).map_err(|error| error.to_string())?;
        }
        self.operations = serde_json::from_value(part("operations")).map_err(|error| error.to_string())?;
        Ok(())
    }
}
