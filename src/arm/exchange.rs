//! One request to Azure Resource Manager and its answer, whatever the status.

use super::call::Call;
use super::cloud::Cloud;
use super::error::{ArmError, Error, RequestLine, excerpt, read_error, without_mark};
use super::operation::Durations;
use super::pace::{Pace, random};
use super::pipeline::{Look, Turn, request_line, resource_type, retry_after, to_error};
use super::registration::Registration;
use crate::plain;
use azure_core::Bytes;
use azure_core::http::headers::{ACCEPT, CONTENT_TYPE, HeaderName, Headers};
use azure_core::http::{Context, Method, Pipeline, PipelineSendOptions, Request, response::ResponseBody};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::time::Instant;
use url::Url;

/// The most parts of JSON that are read: some ten times what the largest page has that fits the bound on bodies.
const PARTS: usize = 500_000;

/// How the types of machines, scale sets and instances begin.
const MACHINES: &str = "microsoft.compute/virtualmachine";

/// The api-version for machines: the first with `addProxyAgentExtension`, two dates after the first with references to
/// versions. azurerm sends it for scale sets.
const MACHINE_API_VERSION: &str = "2025-04-01";

/// What all requests of a client share.
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

/// A request as messages name it, for who may never have to: written as a [`RequestLine`] is.
pub(super) struct Line<'a> {
    pub(super) method: Method,
    pub(super) url: &'a Url,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.url.path())
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) request: RequestLine,
    pub(super) status: u16,
    headers: Headers,
    body: ResponseBody,
    correlation_id: Option<String>,
}

impl Http {
    /// The address of an object by its id.
    pub(super) fn url_of(&self, path: &str) -> Result<Url, Error> {
        let base = self.cloud.resource_manager().as_str().trim_end_matches('/');
        let mut url = Url::parse(&format!("{base}{path}"))
            .map_err(|error| Error::Setup(format!("{path:?} is no path: {error}")))?;
        url.query_pairs_mut().append_pair("api-version", self.api_version_of(path));
        Ok(url)
    }

    /// The api-version of requests about the object at a path.
    pub(super) fn api_version_of(&self, path: &str) -> &str {
        if resource_type(path).0.starts_with(MACHINES) { MACHINE_API_VERSION } else { &self.api_version }
    }

    /// An address by its path, with an api-version of its own and a query. Whatever the segments hold stays in them.
    pub(super) fn url_at(&self, path: &str, api_version: &str, query: &[(&str, &str)]) -> Result<Url, Error> {
        let mut url = self.cloud.resource_manager().clone();
        if path.split('/').any(|segment| matches!(segment, "." | "..")) {
            return Err(Error::Setup(format!("{path:?} is no path")));
        }
        url.path_segments_mut()
            .map_err(|()| Error::Setup(format!("{path:?} is no path")))?
            .pop_if_empty()
            .extend(path.split('/').filter(|segment| !segment.is_empty()));
        url.query_pairs_mut().append_pair("api-version", api_version).extend_pairs(query);
        Ok(url)
    }

    /// Sends a GET. It ends at once when the call is cancelled.
    pub(super) async fn get(&self, url: &Url, call: &Call) -> Result<Answer, Error> {
        let ctx = Context::new().with_value(call.clone());
        self.send(Request::new(url.clone(), Method::Get), &ctx, Duration::ZERO, call).await
    }

    /// Sends a GET to the address of a running operation.
    pub(super) async fn look(&self, url: &Url, look: Look, call: &Call) -> Result<Answer, Error> {
        let ctx = Context::new().with_value(call.clone()).with_value(look);
        self.send(Request::new(url.clone(), Method::Get), &ctx, Duration::ZERO, call).await
    }

    /// Sends a write, in its turn. When the call is cancelled, it may still take a moment, so that it is known what became
    /// of it.
    pub(super) async fn write(
        &self,
        method: Method,
        url: &Url,
        turn: Turn,
        body: Option<&Bytes>,
        call: &Call,
    ) -> Result<Answer, Error> {
        let mut request = Request::new(url.clone(), method);
        if let Some(body) = body {
            request.insert_header(CONTENT_TYPE, "application/json");
            request.set_body(body.clone());
        }
        let ctx = Context::new().with_value(call.clone()).with_value(turn);
        self.send(request, &ctx, self.pace.cancel_grace, call).await
    }

    /// Sends a request. Where the subscription lacks the resource provider, that is registered first, if it may be,
    /// and the request repeated: what it has just registered the service may not see at once.
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
            let Some(subscription) = self.registration.lacked_by(&answer) else { return Ok(answer) };
            match registered {
                None => {
                    self.registration.register(self, &subscription, &answer, call).await?;
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

    /// Sends a request as it is.
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
}

impl Answer {
    /// A header of the answer; an empty one counts as absent.
    pub(super) fn header(&self, name: &'static str) -> Option<&str> {
        self.headers
            .get_optional_str(&HeaderName::from_static(name))
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }

    /// The wait that the service asks for.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        retry_after(|name| self.header(name), OffsetDateTime::now_utc())
    }

    /// Whether there is nothing in the body.
    pub(super) fn is_empty(&self) -> bool {
        without_mark(&self.body).trim_ascii().is_empty()
    }

    /// The answer if it has one of the statuses, else its error.
    pub(super) fn accept(self, statuses: &[u16]) -> Result<Self, Error> {
        if statuses.contains(&self.status) { Ok(self) } else { Err(Error::Service(Box::new(self.error()))) }
    }

    /// The answer read as an error, with its ids.
    pub(super) fn error(&self) -> ArmError {
        let mut error = read_error(self.status, &self.body, self.request.clone());
        if (300..400).contains(&self.status) {
            let target = self.header("location").and_then(|link| Url::parse(link).ok());
            let host = target.as_ref().and_then(Url::host_str).unwrap_or("elsewhere");
            error.message = Some(format!("the service redirects to {host}, which is not followed"));
        }
        self.identify(&mut error);
        error
    }

    /// Puts the ids of this exchange on an error.
    pub(super) fn identify(&self, error: &mut ArmError) {
        error.request_id = self.header("x-ms-request-id").map(str::to_owned);
        let theirs = self.header("x-ms-correlation-request-id").map(str::to_owned);
        error.correlation_id = theirs.or_else(|| self.correlation_id.clone());
    }

    /// The body as a type.
    pub(super) fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        // Read into values, each part takes many times the room of its text.
        let parts = self.body.iter().filter(|byte| **byte == b',').count();
        if parts > PARTS && !self.request.path.to_ascii_lowercase().contains("/provideroperations") {
            let what = format!("it has more than {PARTS} parts");
            return Err(self.too_large(what));
        }
        serde_json::from_slice(without_mark(&self.body)).map_err(|error| self.unreadable(&error.to_string()))
    }

    /// The body as a JSON object.
    pub(super) fn object(&self) -> Result<Map<String, Value>, Error> {
        match self.read()? {
            Value::Object(object) => Ok(object),
            _ => Err(self.unreadable("it is not a JSON object")),
        }
    }

    /// The error of an answer that exceeds a bound.
    pub(super) fn too_large(&self, what: String) -> Error {
        let request_id = self.header("x-ms-request-id").map(str::to_owned);
        Error::TooLarge { request: Box::new(self.request.clone()), what, request_id }
    }

    /// The error of an answer that should be something else, with the beginning of what it is.
    pub(super) fn unreadable(&self, reason: &str) -> Error {
        let id = self.header("x-ms-request-id").map(|id| format!(", request id {id}")).unwrap_or_default();
        let text = excerpt(&self.body)
            .map_or_else(|| "the body is empty".to_owned(), |text| format!("the body begins: {text:.200}"));
        Error::unreadable(
            &self.request,
            plain::line(&format!("{reason} (status {}{id}); {text}", self.status)),
        )
    }
}

#[cfg(any(test, fuzzing))]
impl Answer {
    /// An answer that nobody gave, with at most one header.
    pub(super) fn made(status: u16, header: Option<(&'static str, String)>, body: &[u8]) -> Self {
        let mut headers = Headers::new();
        if let Some((name, value)) = header {
            headers.insert(name, value);
        }
        let raw = azure_core::http::RawResponse::from_bytes(status.into(), headers, body.to_vec());
        let (_, headers, body) = raw.deconstruct();
        let request = RequestLine { method: "GET", path: "/x".to_owned() };
        Self { request, status, headers, body, correlation_id: None }
    }
}
