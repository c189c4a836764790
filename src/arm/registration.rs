//! Registering the resource provider in a subscription that has never used it.
//!
//! Azure Resource Manager answers such a subscription with 409 `MissingSubscriptionRegistration`. Registration is
//! asked for then, never before: most subscriptions have it, and many identities may not do it. It takes a minute or
//! two, once in a subscription's life ("Azure resource providers and types").

use super::answer::Answer;
use super::error::{Error, ErrorDetail};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// The resource provider of galleries, the only one whose types are written here.
pub const NAMESPACE: &str = "Microsoft.Compute";

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

    /// Has the resource provider registered by `asked`: once for all who need it.
    pub(super) async fn register(
        &self,
        subscription: &str,
        refusal: &Answer,
        asked: impl Future<Output = Result<(), Error>>,
    ) -> Result<(), Error> {
        let cell = {
            let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(done.entry(subscription.to_owned()).or_default())
        };
        let work = || async move {
            match asked.await {
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
