//! Registers the resource provider in a subscription that has never used it.
//!
//! Azure Resource Manager returns 409 `MissingSubscriptionRegistration` for such a subscription. Only then
//! registration is requested: most subscriptions have it, and many identities may not request it. It takes a
//! minute or two, once in a subscription's life ("Azure resource providers and types").

use super::answer::Answer;
use super::error::{Error, ErrorDetail};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// The resource provider of galleries, the only one whose types are written here.
pub const NAMESPACE: &str = "Microsoft.Compute";

const CODE: &str = "MissingSubscriptionRegistration";

/// The subscriptions that this client has registered.
#[derive(Debug)]
pub(super) struct Registration {
    allowed: bool,
    done: Mutex<HashMap<String, Arc<OnceCell<()>>>>,
}

impl Registration {
    /// `allowed` is whether it may register at all.
    pub(super) fn new(allowed: bool) -> Self {
        Self { allowed, done: Mutex::default() }
    }

    /// The subscription that lacks the resource provider, if the response says so and registration is
    /// allowed.
    pub(super) fn missing_for(&self, answer: &Answer) -> Option<String> {
        if !self.allowed || answer.status != 409 || !answer.error().has_code(CODE) {
            return None;
        }
        let mut segments =
            answer.request.path.split('/').skip_while(|s| !s.eq_ignore_ascii_case("subscriptions"));
        let subscription = segments.nth(1)?.to_ascii_lowercase();
        let mut rest = segments.skip_while(|segment| !segment.eq_ignore_ascii_case("providers"));
        rest.nth(1)?.eq_ignore_ascii_case(NAMESPACE).then_some(subscription)
    }

    /// Registers the resource provider through `registering`: once for all callers.
    pub(super) async fn register(
        &self,
        subscription: &str,
        refusal: &Answer,
        registering: impl Future<Output = Result<(), Error>>,
    ) -> Result<(), Error> {
        let cell = {
            let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(done.entry(subscription.to_owned()).or_default())
        };
        let work = || async move {
            match registering.await {
                // A caller that may not register needs both errors.
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
