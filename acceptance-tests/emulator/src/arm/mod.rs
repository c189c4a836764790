//! Azure Resource Manager: the check of the token, the buckets, the routes, and the headers of every
//! response.

pub mod body;
pub mod contract;
pub mod delete;
pub mod error;
pub mod id;
pub mod immutable;
pub mod layout;
pub mod limits;
pub mod machines;
pub mod operation;
pub mod poll;
pub mod read;
pub mod regions;
pub mod registration;
pub mod render;
pub mod shout;
pub mod signature;
pub mod subscription;
pub mod throttle;
pub mod versions;
pub mod write;

use hyper::{Method, StatusCode};
use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::arm::id::{Kind, ResourceId};
use crate::arm::throttle::{Buckets, RequestClass, Verdict};
use crate::authorization;
use crate::clock::{Millis, rfc3339};
use crate::emulator::Emulator;
use crate::entra::token::Caller;
use crate::exchange::{Reply, Request};
use crate::faults::OperationFault;

/// One request to ARM, with its context.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The request.
    pub request: &'a Request,
    /// The caller.
    pub caller: &'a Caller,
    /// The time.
    pub now: Millis,
    /// The result of the operation that it starts.
    pub fault: Option<&'a OperationFault>,
}

/// Handles a request to ARM.
pub fn answer(emulator: &mut Emulator, request: &Request, fault: Option<&OperationFault>) -> Reply {
    let shown = emulator.shown_time();
    let authorization = request.header("authorization");
    let checked = emulator
        .tokens
        .check(authorization, &emulator.identity, &request.base, shown)
        .and_then(|caller| linked(emulator, request, &caller, shown).map(|()| caller));
    let mut reply = match checked {
        Err(error) => error.reply(),
        Ok(caller) => admitted(emulator, request, &caller, fault),
    };
    add_headers(&mut reply, request, shown);
    reply
}

/// Checks the auxiliary tokens, and that a write has those that it needs.
fn linked(emulator: &Emulator, request: &Request, caller: &Caller, shown: Millis) -> Result<(), ArmError> {
    let tenants = emulator.tokens.check_auxiliary(
        request.header("x-ms-authorization-auxiliary"),
        &emulator.application.auxiliary_tenants,
        &emulator.identity,
        &request.base,
        shown,
    )?;
    let missing = emulator
        .settings
        .linked_tenants
        .iter()
        .find(|needed| !tenants.iter().any(|tenant| tenant.eq_ignore_ascii_case(needed)));
    match missing {
        Some(tenant) if RequestClass::of(&request.method) != RequestClass::Reads => {
            Err(ArmError::tenant_not_linked(
                &request.path,
                &caller.object_id,
                &emulator.identity.tenant_id,
                tenant,
            ))
        }
        _ => Ok(()),
    }
}

fn admitted(
    emulator: &mut Emulator,
    request: &Request,
    caller: &Caller,
    fault: Option<&OperationFault>,
) -> Reply {
    let now = emulator.clock.now();
    let class = RequestClass::of(&request.method);
    let segments = request.segments();
    let in_subscription = segments.len() > 1
        && segments.first().is_some_and(|first| first.eq_ignore_ascii_case("subscriptions"));
    let (scope, scope_word) = match segments.get(1) {
        Some(subscription) if in_subscription => (subscription.to_lowercase(), "subscription"),
        _ => (emulator.identity.tenant_id.clone(), "tenant"),
    };
    let verdict = if emulator.settings.throttle {
        emulator.buckets.take(&scope, &caller.object_id, class, emulator.settings.scale(), now)
    } else {
        Buckets::full(class)
    };
    match verdict {
        Verdict::Refused(seconds) => {
            ArmError::throttled(&scope, &caller.object_id, class.singular(), seconds).reply()
        }
        Verdict::Allowed(own, global) => {
            let call = Call { request, caller, now, fault };
            let mut reply = by_compute(emulator, &call, &segments);
            let plural = class.plural();
            reply.set(&format!("x-ms-ratelimit-remaining-{scope_word}-{plural}"), &own.to_string());
            if scope_word == "subscription" {
                let name = format!("x-ms-ratelimit-remaining-subscription-global-{plural}");
                reply.set(&name, &global.to_string());
            }
            reply
        }
    }
}

/// Handles a request within the limits of the Compute provider, if the request is the provider's.
fn by_compute(emulator: &mut Emulator, call: &Call<'_>, segments: &[String]) -> Reply {
    let (scale, throttle) = (emulator.settings.compute_scale(), emulator.settings.throttle_compute);
    let Some(operation) = limited(segments, &call.request.method) else {
        return route(emulator, call, segments).unwrap_or_else(|error| error.reply());
    };
    let checked = if throttle { emulator.limits.check(operation, scale, call.now) } else { Ok(()) };
    let mut reply = checked
        .map_err(|exceeded| ArmError::limit_exceeded(&exceeded, call.now))
        .and_then(|()| route(emulator, call, segments))
        .unwrap_or_else(|error| error.reply());
    let by_arm = reply.headers.get("x-ms-failure-cause").is_some_and(|cause| cause == "gateway");
    if by_arm || reply.is_empty_list() {
        return reply;
    }
    if reply.status != StatusCode::TOO_MANY_REQUESTS {
        emulator.limits.count(operation, scale, call.now);
    }
    // A client that nobody throttles should have no reason to slow down.
    let floor = if throttle { 0.0 } else { 0.9 };
    let left = emulator.limits.header(operation, scale, floor, call.now);
    reply.set("x-ms-ratelimit-remaining-resource", &left);
    reply.set("x-ms-served-by", SERVED_BY);
    reply
}

/// The responding machine's name, repeated as at Azure.
const SERVED_BY: &str = "7e4a0000-0000-4000-8000-00000000000f_133951629744830698,\
                         7e4a0000-0000-4000-8000-00000000000f_133951629744830698";

/// The kind as which the Compute provider counts a request.
fn limited(segments: &[String], method: &Method) -> Option<limits::Operation> {
    let is = |at: usize, word: &str| segments.get(at).is_some_and(|one| one.eq_ignore_ascii_case(word));
    if is(2, "providers") && is(6, "capsOperations") {
        return Some(limits::STATUS);
    }
    if let Some(id) = ResourceId::from_segments(segments) {
        return limits::of_object(id.kind(), RequestClass::of(method));
    }
    let (_, parent) = segments.split_last()?;
    match ResourceId::from_segments(parent)?.kind() {
        Kind::Gallery => limits::of_list(Kind::Profile),
        Kind::Profile => limits::of_list(Kind::Version),
        _ => None,
    }
}

fn route(emulator: &mut Emulator, call: &Call<'_>, segments: &[String]) -> Result<Reply, ArmError> {
    let request = call.request;
    let version = versions::check_date(request.parameter("api-version"))?;
    let lower: Vec<String> = segments.iter().map(|segment| segment.to_lowercase()).collect();
    let names: Vec<&str> = lower.iter().map(String::as_str).collect();
    let get = || {
        if request.method == Method::GET {
            Ok(())
        } else {
            Err(ArmError::verb_unsupported(request.method.as_str()))
        }
    };
    if let Some(reply) = authorization::answer(emulator, call, segments) {
        return reply;
    }
    let names = match names.as_slice() {
        ["tenants"] => return get().map(|()| subscription::tenants(emulator)),
        ["subscriptions"] => return get().map(|()| subscription::list(emulator)),
        ["subscriptions", subscription, rest @ ..] => {
            if !subscription.eq_ignore_ascii_case(&emulator.identity.subscription_id) {
                return Err(ArmError::subscription_unknown(subscription));
            }
            rest
        }
        _ => return Err(ArmError::path_unknown(&request.path)),
    };
    registration::check(emulator, segments)?;
    if let Some(reply) = machines::answer(emulator, call, segments) {
        return reply;
    }
    let segment = |at: usize| segments.get(at).map_or("", String::as_str);
    match names {
        [] => get().map(|()| subscription::one(emulator)),
        ["locations"] => get().map(|()| subscription::locations(emulator)),
        ["providers"] => get().map(|()| subscription::providers(emulator)),
        ["providers", _] => get().and_then(|()| subscription::provider(emulator, segment(3))),
        ["providers", _, "register"] if request.method == Method::POST => {
            subscription::register(emulator, segment(3), call.caller)
        }
        ["operationresults", _] => get().and_then(|()| poll::answer(emulator, call, segment(3), true)),
        ["providers", "microsoft.compute", "locations", _, "capsoperations" | "operations", _] => {
            let monitor =
                request.parameter("monitor").is_some_and(|value| value.eq_ignore_ascii_case("true"));
            get().and_then(|()| poll::answer(emulator, call, segment(7), monitor))
        }
        ["resourcegroups"] => get().and_then(|()| read::groups(emulator, call)),
        ["resources"] => get().and_then(|()| read::resources(emulator, call, None)),
        ["resourcegroups", _, "resources"] => {
            get().and_then(|()| read::resources(emulator, call, Some(segment(3))))
        }
        ["providers", "microsoft.compute", "galleries"] => {
            get().and_then(|()| read::galleries(emulator, call, None))
        }
        ["resourcegroups", _, "providers", "microsoft.compute", "galleries"] => {
            get().and_then(|()| read::galleries(emulator, call, Some(segment(3))))
        }
        [
            "resourcegroups",
            _,
            "providers",
            "microsoft.compute",
            "galleries",
            _,
            "invmaccesscontrolprofiles",
        ]
        | [
            "resourcegroups",
            _,
            "providers",
            "microsoft.compute",
            "galleries",
            _,
            "invmaccesscontrolprofiles",
            _,
            "versions",
        ] => get().and_then(|()| {
            let parent = segments.split_last().and_then(|(_, parent)| ResourceId::from_segments(parent));
            parent.map_or_else(
                || Err(ArmError::path_unknown(&request.path)),
                |parent| read::children(emulator, call, &parent),
            )
        }),
        _ => match ResourceId::from_segments(segments) {
            Some(id) => resource(emulator, call, &id),
            None => Err(unknown(segments, version)),
        },
    }
}

fn resource(emulator: &mut Emulator, call: &Call<'_>, id: &ResourceId) -> Result<Reply, ArmError> {
    match call.request.method {
        Method::PUT => write::put(emulator, call, id),
        Method::PATCH => write::patch(emulator, call, id),
        Method::DELETE => delete::delete(emulator, call, id),
        Method::GET => read::one(emulator, call, id),
        Method::HEAD if id.kind() == Kind::Group => read::exists(emulator, call, id),
        _ => Err(ArmError::verb_unsupported(call.request.method.as_str())),
    }
}

/// The error for a path that is not a resource here.
fn unknown(segments: &[String], version: &str) -> ArmError {
    let mut rest = segments.iter().skip_while(|segment| !segment.eq_ignore_ascii_case("providers")).skip(1);
    let Some(namespace) = rest.next() else { return ArmError::path_unknown(&segments.join("/")) };
    if !subscription::is_namespace(namespace) {
        return ArmError::namespace_unknown(namespace);
    }
    let kinds: Vec<&str> = rest.step_by(2).map(String::as_str).collect();
    ArmError::type_unknown(&kinds.join("/"), namespace, version)
}

/// The word for a verb in error texts.
pub fn verb_word(method: &Method) -> &'static str {
    match *method {
        Method::GET | Method::HEAD => "read",
        Method::DELETE => "delete",
        _ => "write",
    }
}

/// The headers of every response of ARM.
pub fn add_headers(reply: &mut Reply, request: &Request, shown: Millis) {
    let given = request.header("x-ms-correlation-request-id");
    let correlation = given.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
    if !reply.headers.contains_key("x-ms-request-id") {
        // Azure Resource Manager's own responses have one id for both.
        let own = given.is_none() && !reply.headers.contains_key("x-ms-ratelimit-remaining-resource");
        let id = if own { correlation.clone() } else { Uuid::new_v4().to_string() };
        reply.set("x-ms-request-id", &id);
    }
    reply.set("x-ms-correlation-request-id", &correlation);
    let compact: String = rfc3339(shown - shown.rem_euclid(1000)).replace(['-', ':'], "");
    reply.set("x-ms-routing-request-id", &format!("LOOPBACK:{compact}:{correlation}"));
    reply.set("cache-control", "no-cache");
    reply.set("pragma", "no-cache");
    reply.set("expires", "-1");
    reply.set("strict-transport-security", "max-age=31536000; includeSubDomains");
    reply.set("x-content-type-options", "nosniff");
    reply.set("x-cache", "CONFIG_NOCACHE");
    let wanted = request.header("x-ms-return-client-request-id");
    if wanted.is_some_and(|value| value.eq_ignore_ascii_case("true"))
        && let Some(id) = request.header("x-ms-client-request-id")
    {
        reply.set("x-ms-client-request-id", id);
    }
}

#[cfg(test)]
mod tests;
