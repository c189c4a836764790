//! Sends one request to Azure Resource Manager, and repeats it if the resource provider has to be registered
//! first.

use super::answer::Answer;
use super::call::Call;
use super::cloud::Cloud;
use super::durations::Durations;
use super::error::Error;
use super::pace::{Pace, random};
use super::pipeline::{Poll, WriteLock, request_line, resource_type, to_error};
use super::registration::{NAMESPACE, Registration};
use azure_core::Bytes;
use azure_core::http::headers::{ACCEPT, CONTENT_TYPE};
use azure_core::http::{Context, Method, Pipeline, PipelineSendOptions, Request};
use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// The prefix of the types of machines, scale sets and instances.
const MACHINES: &str = "microsoft.compute/virtualmachine";

/// The api-version for machines: the first with `addProxyAgentExtension`, two dates after the first with
/// references to versions. azurerm uses it for scale sets.
const MACHINE_API_VERSION: &str = "2025-04-01";

/// The api-version for registering resource providers.
const REGISTRATION_API_VERSION: &str = "2021-04-01";

/// The state that all requests of a client share.
#[derive(Debug)]
pub(super) struct Http {
    pub(super) pipeline: Pipeline,
    pub(super) cloud: Cloud,
    pub(super) api_version: String,
    pub(super) correlation_id: Option<String>,
    pub(super) pace: Pace,
    pub(super) durations: Arc<Durations>,
    pub(super) registration: Arc<Registration>,
}

/// The name of a request in messages. It becomes text only when it is shown.
pub(super) struct LazyRequestLine<'a> {
    pub(super) method: Method,
    pub(super) url: &'a Url,
}

impl fmt::Display for LazyRequestLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.url.path())
    }
}

impl Http {
    /// The address of an object, from its id.
    pub(super) fn url_of(&self, path: &str) -> Result<Url, Error> {
        let base = self.cloud.resource_manager().as_str().trim_end_matches('/');
        let mut url = Url::parse(&format!("{base}{path}"))
            .map_err(|error| Error::Setup(format!("{path:?} is not a path: {error}")))?;
        url.query_pairs_mut().append_pair("api-version", self.api_version_of(path));
        Ok(url)
    }

    /// The api-version of requests about the object at a path.
    pub(super) fn api_version_of(&self, path: &str) -> &str {
        if resource_type(path).0.starts_with(MACHINES) { MACHINE_API_VERSION } else { &self.api_version }
    }

    /// An address from its path, with its own api-version and a query. Each segment is escaped.
    pub(super) fn url_at(&self, path: &str, api_version: &str, query: &[(&str, &str)]) -> Result<Url, Error> {
        let mut url = self.cloud.resource_manager().clone();
        if path.split('/').any(|segment| matches!(segment, "." | "..")) {
            return Err(Error::Setup(format!("{path:?} is not a path")));
        }
        url.path_segments_mut()
            .map_err(|()| Error::Setup(format!("{path:?} is not a path")))?
            .pop_if_empty()
            .extend(path.split('/').filter(|segment| !segment.is_empty()));
        url.query_pairs_mut().append_pair("api-version", api_version).extend_pairs(query);
        Ok(url)
    }

    /// Sends a GET. It ends at once if the call is cancelled.
    pub(super) async fn get(&self, url: &Url, call: &Call) -> Result<Answer, Error> {
        let ctx = Context::new().with_value(call.clone());
        self.send(Request::new(url.clone(), Method::Get), &ctx, Duration::ZERO, call).await
    }

    /// Sends a GET to the address of a running operation.
    pub(super) async fn poll(&self, url: &Url, poll: Poll, call: &Call) -> Result<Answer, Error> {
        let ctx = Context::new().with_value(call.clone()).with_value(poll);
        self.send(Request::new(url.clone(), Method::Get), &ctx, Duration::ZERO, call).await
    }

    /// Sends a write under its lock. If the call is cancelled, it may still take a moment, so that its outcome
    /// is known.
    pub(super) async fn write(
        &self,
        method: Method,
        url: &Url,
        lock: WriteLock,
        body: Option<&Bytes>,
        call: &Call,
    ) -> Result<Answer, Error> {
        let mut request = Request::new(url.clone(), method);
        if let Some(body) = body {
            request.insert_header(CONTENT_TYPE, "application/json");
            request.set_body(body.clone());
        }
        let ctx = Context::new().with_value(call.clone()).with_value(lock);
        self.send(request, &ctx, self.pace.cancel_grace, call).await
    }

    /// Sends a request. If the subscription lacks the resource provider, it registers that first, if
    /// permitted, and repeats the request. The service may not see a new registration at once.
    async fn send(
        &self,
        request: Request,
        ctx: &Context<'_>,
        grace: Duration,
        call: &Call,
    ) -> Result<Answer, Error> {
        let mut registered: Option<Instant> = None;
        let mut earlier = 0;
        loop {
            let answer = self.send_once(request.clone(), ctx, grace, call).await?;
            let Some(subscription) = self.registration.missing_for(&answer) else { return Ok(answer) };
            match registered {
                None => {
                    let registering = self.register(&subscription, call);
                    self.registration.register(&subscription, &answer, registering).await?;
                    registered = Some(Instant::now());
                }
                Some(since) if since.elapsed() >= self.pace.invisible => return Ok(answer),
                Some(_) => {
                    call.pause(self.pace.busy.wait(earlier, random()), &answer.request).await?;
                    earlier += 1;
                }
            }
        }
    }

    /// Sends a request without registering anything.
    pub(super) async fn send_once(
        &self,
        mut request: Request,
        ctx: &Context<'_>,
        grace: Duration,
        call: &Call,
    ) -> Result<Answer, Error> {
        request.insert_header(ACCEPT, "application/json");
        let line = request_line(&request);
        let options = PipelineSendOptions { skip_checks: true, ..PipelineSendOptions::default() };
        let work = async {
            let sent = self.pipeline.send(ctx, &mut request, Some(options)).await;
            sent.map_err(|error| to_error(error, &line, request.url()))
        };
        let (status, headers, body) = call.run(&line, grace, work).await?.deconstruct();
        let correlation_id = self.correlation_id.clone();
        Ok(Answer { request: line, status: u16::from(status), headers, body, correlation_id })
    }

    /// Requests the registration of the resource provider in a subscription, and waits until it is done.
    async fn register(&self, subscription: &str, call: &Call) -> Result<(), Error> {
        tracing::info!(target: "provider.http", subscription, namespace = NAMESPACE, "registering the resource provider");
        let path = format!("/subscriptions/{subscription}/providers/{NAMESPACE}");
        let ctx = Context::new().with_value(call.clone());
        let register = self.url_at(&format!("{path}/register"), REGISTRATION_API_VERSION, &[])?;
        let look = self.url_at(&path, REGISTRATION_API_VERSION, &[])?;
        let mut request = Request::new(register, Method::Post);
        let mut looks = 0;
        loop {
            let answer = self.send_once(request, &ctx, Duration::ZERO, call).await?.accept(&[200, 202])?;
            let object = if answer.is_empty() { Map::new() } else { answer.object()? };
            let state =
                object.get("registrationState").and_then(Value::as_str).unwrap_or_default().to_owned();
            if state.eq_ignore_ascii_case("Registered") {
                tracing::info!(target: "provider.http", subscription, namespace = NAMESPACE, "the resource provider is registered");
                return Ok(());
            }
            call.update_last(|last| last.progress = Some(format!("registering {NAMESPACE}: {state}")));
            let wait = answer
                .retry_after()
                .filter(|wait| !wait.is_zero())
                .unwrap_or_else(|| self.pace.busy.wait(looks, random()));
            looks += 1;
            call.pause(wait, &format!("registering {NAMESPACE}")).await?;
            request = Request::new(look.clone(), Method::Get);
        }
    }
}
