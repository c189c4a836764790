//! Selects the handler of a path: the cloud's metadata, Azure Resource Manager, Entra, the issuers of
//! assertions, and a machine's requests about itself.

use hyper::{Method, StatusCode};
use serde_json::Value;
use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::az::{Answer, Cli};
use crate::emulator::Emulator;
use crate::entra::discovery;
use crate::entra::endpoint::TokenEndpoint;
use crate::entra::error::EntraError;
use crate::entra::issuer::Issuer;
use crate::entra::managed_identity::ManagedIdentity;
use crate::entra::oidc::OidcEndpoints;
use crate::exchange::{Reply, Request};
use crate::faults::OperationFault;
use crate::{arm, metadata};

/// Handles a request that is not for the control routes.
pub fn answer(emulator: &mut Emulator, request: &Request, operation: Option<&OperationFault>) -> Reply {
    let segments = request.segments();
    let lower: Vec<String> = segments.iter().map(|segment| segment.to_lowercase()).collect();
    let names: Vec<&str> = lower.iter().map(String::as_str).collect();
    if let Some(reply) = machine(emulator, request, &names) {
        return reply;
    }
    if request.plain {
        let text = "This listener serves managed identities only; Azure Resource Manager and Entra are at the https \
                    address.\n";
        return Reply::text(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", text.to_owned());
    }
    match names.as_slice() {
        ["metadata", "endpoints"] => metadata::endpoints(request),
        ["github", "idtoken"] => oidc_endpoints(emulator).github(request),
        ["azure-devops", "oidctoken"] => oidc_endpoints(emulator).azure_devops(request),
        [word, ".well-known", "openid-configuration"] if Issuer::of_word(word).is_some() => {
            Issuer::of_word(word).map_or_else(
                || Reply::empty(StatusCode::NOT_FOUND),
                |issuer| Reply::json(StatusCode::OK, &issuer.openid(&request.base)),
            )
        }
        [word, ".well-known", "jwks"] if Issuer::of_word(word).is_some() => {
            discovery::keys(&emulator.tokens.public_key())
        }
        ["subscriptions" | "tenants" | "providers", ..] => arm::answer(emulator, request, operation),
        _ => entra(emulator, request, &segments, &names)
            .unwrap_or_else(|| ArmError::path_unknown(&request.path).reply()),
    }
}

/// A machine's requests about itself: its managed identity, and its `az`. Those that HTTPS serves too were
/// there from the beginning.
fn machine(emulator: &mut Emulator, request: &Request, names: &[&str]) -> Option<Reply> {
    let get = || (request.method != Method::GET).then(|| Reply::empty(StatusCode::METHOD_NOT_ALLOWED));
    match names {
        ["metadata", "identity", "oauth2", "token"] => {
            Some(get().unwrap_or_else(|| managed(emulator).instance_metadata(request)))
        }
        ["msi", "token"] => Some(get().unwrap_or_else(|| managed(emulator).app_service(request))),
        ["arc", "metadata", "identity", "oauth2", "token"] => Some(get().unwrap_or_else(|| {
            let mut challenges = std::mem::take(&mut emulator.challenges);
            let reply = managed(emulator).arc(request, &mut challenges);
            emulator.challenges = challenges;
            reply
        })),
        ["cloud-shell", "token"] => Some(managed(emulator).cloud_shell(request)),
        ["az"] if request.plain && request.method == Method::POST => Some(az(emulator, request)),
        _ => None,
    }
}

fn az(emulator: &Emulator, request: &Request) -> Reply {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
    let words = body.get("arguments").and_then(Value::as_array);
    let words: Vec<String> =
        words.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let cli = Cli {
        state: emulator.settings.az,
        identity: &emulator.identity,
        application: &emulator.application,
        tokens: &emulator.tokens,
        base: &request.base,
        now: emulator.shown_time(),
        seconds: emulator.settings.token_seconds,
    };
    let answer: Answer = cli.run(&words);
    Reply::json(StatusCode::OK, &answer.body())
}

fn entra(emulator: &Emulator, request: &Request, segments: &[String], names: &[&str]) -> Option<Reply> {
    let base = &request.base;
    let tenant = segments.first()?;
    let reply = match names {
        [_, "oauth2", "v2.0", "token"] => token(emulator, request, tenant, true),
        [_, "oauth2", "token"] => token(emulator, request, tenant, false),
        [_, "v2.0", ".well-known", "openid-configuration"] => openid(emulator, base, tenant, true),
        [_, ".well-known", "openid-configuration"] => openid(emulator, base, tenant, false),
        [_, "discovery", "v2.0", "keys"] | [_, "discovery", "keys"] => {
            discovery::keys(&emulator.tokens.public_key())
        }
        [_, "discovery", "instance"] => discovery::instance(base, &emulator.identity),
        [_, "userrealm", _] => discovery::user_realm(segments.get(2)?, base),
        _ => return None,
    };
    let mut reply = reply.with("x-ms-request-id", &Uuid::new_v4().to_string());
    if let Some(id) = request.header("client-request-id") {
        reply.set("client-request-id", id);
    }
    Some(reply)
}

fn openid(emulator: &Emulator, base: &str, tenant: &str, v2: bool) -> Reply {
    let other =
        emulator.application.auxiliary_tenants.iter().find(|other| other.eq_ignore_ascii_case(tenant));
    if other.is_none() && !emulator.identity.is_tenant(tenant) {
        return EntraError::tenant_unknown(tenant).reply(base, emulator.shown_time(), None);
    }
    // A name for any tenant is resolved, as Entra resolves a domain.
    let tenant = other.unwrap_or(&emulator.identity.tenant_id);
    Reply::json(StatusCode::OK, &discovery::openid(base, tenant, v2))
}

fn token(emulator: &Emulator, request: &Request, tenant: &str, v2: bool) -> Reply {
    if request.method != Method::POST {
        return Reply::empty(StatusCode::METHOD_NOT_ALLOWED).with("allow", "POST");
    }
    let endpoint = TokenEndpoint {
        identity: &emulator.identity,
        application: &emulator.application,
        tokens: &emulator.tokens,
        now: emulator.shown_time(),
        seconds: emulator.settings.token_seconds,
    };
    endpoint.answer(request, tenant, v2)
}

fn managed(emulator: &Emulator) -> ManagedIdentity<'_> {
    ManagedIdentity {
        identity: &emulator.identity,
        identities: &emulator.application.managed_identities,
        tokens: &emulator.tokens,
        now: emulator.shown_time(),
        seconds: emulator.settings.token_seconds,
    }
}

fn oidc_endpoints(emulator: &Emulator) -> OidcEndpoints<'_> {
    OidcEndpoints {
        identity: &emulator.identity,
        signer: emulator.tokens.signer(),
        now: emulator.shown_time(),
        seconds: emulator.settings.assertion_seconds,
    }
}
