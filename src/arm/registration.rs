//! Registering the resource provider in a subscription that has never used it.
//!
//! Azure Resource Manager answers such a subscription with 409 `MissingSubscriptionRegistration`. Registration is
//! asked for then, never before: most subscriptions have it, and many identities may not do it. It takes a minute or
//! two, once in a subscription's life ("Azure resource providers and types").

use super::call::Call;
use super::error::{Error, ErrorDetail};
use super::exchange::{Answer, Http};
use super::pace::random;
use azure_core::http::{Context, Method, Request};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;

/// The resource provider of galleries, the only one whose types are written here.
pub const NAMESPACE: &str = "Microsoft.Compute";

const API_VERSION: &str = "2021-04-01";
const CODE: &str = "MissingSubscriptionRegistration";

/// What has been registered by this client.
#[derive(Debug)]
pub(super) struct Registration {
    allowed: bool,
    done: Mutex<HashMap<String, Arc<OnceCell<()>>>>,
}

impl Registration {
    /// Takes whether it may be done at all.
    pub(super) fn new(allowed: bool) -> Self {
        Self { allowed, done: Mutex::default() }
    }

    /// The subscription that lacks the resource provider, if that is what an answer says and it may be mended.
    pub(super) fn lacked_by(&self, answer: &Answer) -> Option<String> {
        if !self.allowed || answer.status != 409 || !answer.error().has_code(CODE) {
            return None;
        }
        let mut segments =
            answer.request.path.split('/').skip_while(|s| !s.eq_ignore_ascii_case("subscriptions"));
        let subscription = segments.nth(1)?.to_ascii_lowercase();
        let mut rest = segments.skip_while(|segment| !segment.eq_ignore_ascii_case("providers"));
        rest.nth(1)?.eq_ignore_ascii_case(NAMESPACE).then_some(subscription)
    }

    /// Registers the resource provider and waits until that is done: once for all who ask.
    pub(super) async fn register(
        &self,
        http: &Http,
        subscription: &str,
        refusal: &Answer,
        call: &Call,
    ) -> Result<(), Error> {
        let cell = {
            let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(done.entry(subscription.to_owned()).or_default())
        };
        let work = || async {
            match ask(http, subscription, call).await {
                // Who may not register needs to know what for.
                Err(Error::Service(reason)) => {
                    let mut error = refusal.error();
                    error.details.push(ErrorDetail {
                        code: reason.code.clone(),
                        message: Some(format!("{NAMESPACE} could not be registered either: {reason}")),
                        ..ErrorDetail::default()
                    });
                    Err(Error::Service(Box::new(error)))
                }
                other => other,
            }
        };
        cell.get_or_try_init(work).await?;
        Ok(())
    }
}

async fn ask(http: &Http, subscription: &str, call: &Call) -> Result<(), Error> {
    tracing::info!(target: "provider.http", subscription, namespace = NAMESPACE, "registering the resource provider");
    let path = format!("/subscriptions/{subscription}/providers/{NAMESPACE}");
    let ctx = Context::new().with_value(call.clone());
    let register = http.url_at(&format!("{path}/register"), API_VERSION, &[])?;
    let look = http.url_at(&path, API_VERSION, &[])?;
    let mut request = Request::new(register, Method::Post);
    let mut looks = 0;
    loop {
        let answer = http.send_once(request, &ctx, Duration::ZERO, call).await?.accept(&[200, 202])?;
        let object = if answer.is_empty() { Map::new() } else { answer.object()? };
        let state = object.get("registrationState").and_then(Value::as_str).unwrap_or_default().to_owned();
        if state.eq_ignore_ascii_case("Registered") {
            tracing::info!(target: "provider.http", subscription, namespace = NAMESPACE, "the resource provider is registered");
            return Ok(());
        }
        call.heard(|last| last.progress = Some(format!("registering {NAMESPACE}: {state}")));
        let wait = answer
            .retry_after()
            .filter(|wait| !wait.is_zero())
            .unwrap_or_else(|| http.pace.busy.wait(looks, random()));
        looks += 1;
        call.pause(wait, &format!("registering {NAMESPACE}")).await?;
        request = Request::new(look.clone(), Method::Get);
    }
}
