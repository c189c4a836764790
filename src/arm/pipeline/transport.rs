//! The one HTTP client, and the meaning of its failures.

use super::super::cloud::is_loopback;
use super::super::error::{Error, RequestLine, TransportError, TransportKind, causes, is_tls};
use super::bearer::AUXILIARY;
use super::login_response::NoResponse;
use super::proxy;
use super::request_line;
use super::trust::{UntrustedHosts, client_config};
use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::headers::{self, Headers};
use azure_core::http::{AsyncRawResponse, Body, HttpClient, Request};
use futures::StreamExt;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use url::{Position, Url};

/// How long requests wait for the first response of a server.
const FIRST_RESPONSE_WAIT: Duration = Duration::from_secs(2);

/// An HTTP client that is created by its first request: reading the system's certificates costs milliseconds
/// that a run without Azure should not pay.
///
/// It trusts the certificates that `SSL_CERT_FILE` and `SSL_CERT_DIR` name, otherwise the system's store, and
/// those it is given. It takes proxies from the environment, uses HTTP/2 where offered, and follows no
/// redirect: a token must not be sent to an address from a response. Loopback and other addresses that may
/// use plain http, such as a virtual machine's endpoint for identities, are reached without a proxy: a proxy
/// elsewhere could not reach them, and would see the traffic.
pub(in crate::arm) struct LazyTransport {
    roots: Vec<Vec<u8>>,
    client: OnceLock<Result<reqwest::Client, String>>,
    direct: OnceLock<Result<reqwest::Client, String>>,
    /// For each origin, a semaphore that lets one request through, and is closed once that has a response.
    first_requests: Mutex<HashMap<String, Arc<Semaphore>>>,
    untrusted_hosts: Arc<UntrustedHosts>,
}

impl LazyTransport {
    /// Takes certificates (PEM, one or more each) that are trusted in addition to the system's.
    pub(in crate::arm) fn new(roots: Vec<Vec<u8>>) -> Self {
        Self {
            roots,
            client: OnceLock::new(),
            direct: OnceLock::new(),
            first_requests: Mutex::default(),
            untrusted_hosts: Arc::default(),
        }
    }

    /// Whether a request has been made yet.
    #[cfg(test)]
    pub(in crate::arm) fn is_built(&self) -> bool {
        self.client.get().is_some() || self.direct.get().is_some()
    }

    fn client_for(&self, url: &Url) -> &Result<reqwest::Client, String> {
        if is_loopback(url) || url.scheme() == "http" {
            // A nearby host responds at once or does not exist.
            let direct = || reqwest::Client::builder().no_proxy().connect_timeout(Duration::from_secs(3));
            self.direct.get_or_init(|| self.build(direct()))
        } else {
            self.client.get_or_init(|| {
                let far = reqwest::Client::builder().connect_timeout(Duration::from_secs(20));
                self.build(match proxy::of_environment()? {
                    Some(proxy) => far.proxy(proxy),
                    None => far,
                })
            })
        }
    }

    /// The semaphore of a server that may use HTTP/2. Before the first response the pool does not know that
    /// one connection is enough, and would open one for each request.
    fn first_request(&self, url: &Url) -> Arc<Semaphore> {
        let origin = url[..Position::BeforePath].to_owned();
        let mut gates = self.first_requests.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(gates.entry(origin).or_insert_with(|| Arc::new(Semaphore::new(1))))
    }

    fn build(&self, builder: reqwest::ClientBuilder) -> Result<reqwest::Client, String> {
        // The binary installs it first; this is for tests and other users of the module.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // An error means that another thread was faster.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        builder
            .tls_backend_preconfigured(client_config(&self.roots, &self.untrusted_hosts)?)
            // An operation's address may have 8 KB, and a response two of them.
            .http2_max_header_list_size(128 * 1024)
            .read_timeout(Duration::from_secs(60))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| format!("the HTTP client cannot be set up: {}", chain(&error)))
    }
}

#[async_trait]
impl HttpClient for LazyTransport {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let client = self
            .client_for(request.url())
            .as_ref()
            .map_err(|reason| super::wrap_error(Error::Setup(reason.clone())))?;
        let first_request = (request.url().scheme() == "https").then(|| self.first_request(request.url()));
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let (line, limit) = (request_line(request), limit(request.url()));
        let request = to_reqwest(request).map_err(|reason| super::wrap_error(Error::Setup(reason)))?;
        let _permit = match &first_request {
            Some(gate) => tokio::time::timeout(FIRST_RESPONSE_WAIT, gate.acquire()).await.ok(),
            None => None,
        };
        let response = client.execute(request).await;
        if let Some(gate) = &first_request {
            gate.close();
        }
        let response = response.map_err(|error| {
            let kind = if error.is_connect() { ErrorKind::Connection } else { ErrorKind::Io };
            match self.untrusted_hosts.of(&host).filter(|_| is_tls(&error)) {
                Some(description) => {
                    azure_core::Error::new(kind, UntrustedIssuer { description, source: error })
                }
                None => azure_core::Error::new(kind, error),
            }
        })?;
        let status = response.status().as_u16().into();
        let mut headers = Headers::new();
        for (name, value) in response.headers() {
            // A header that is not text has no meaning here.
            if let Ok(value) = value.to_str() {
                headers.insert(name.as_str().to_owned(), value.to_owned());
            }
        }
        let request_id = headers.get_optional_string(&headers::HeaderName::from_static("x-ms-request-id"));
        let mut remaining = limit;
        // Counted while it is decompressed: a small body can become a large one.
        let body = response.bytes_stream().map(move |chunk| {
            let chunk = chunk.map_err(|error| azure_core::Error::new(ErrorKind::Io, error))?;
            remaining = remaining.checked_sub(chunk.len()).ok_or_else(|| {
                let what = format!("it is larger than {} MiB", limit >> 20);
                let request_id = request_id.clone();
                super::wrap_error(Error::TooLarge { request: Box::new(line.clone()), what, request_id })
            })?;
            Ok(chunk)
        });
        Ok(AsyncRawResponse::new(status, headers, Box::pin(body)))
    }
}

/// The largest body that is accepted. Azure Resource Manager accepts no request of more than 4 MiB, and
/// returns its content with blanks in between. Only the catalogue of operations is larger.
fn limit(url: &Url) -> usize {
    let catalogue = url.path().to_ascii_lowercase().contains("/provideroperations");
    if catalogue { 48 << 20 } else { 8 << 20 }
}

/// A TLS failure for lack of trust, with the name of the untrusted issuer.
#[derive(Debug, thiserror::Error)]
#[error("{description}")]
struct UntrustedIssuer {
    description: String,
    source: reqwest::Error,
}

/// Headers with secrets, in addition to the one that always has one.
const SECRET: [&str; 2] = [AUXILIARY, "x-identity-header"];

/// Converts the request for reqwest. azure_core has the same conversion for its own use; this one marks the
/// token as sensitive, so that HTTP/2 does not keep it in its tables and nothing prints it.
fn to_reqwest(request: &Request) -> Result<reqwest::Request, String> {
    let method = reqwest::Method::from_bytes(request.method().as_str().as_bytes())
        .map_err(|error| error.to_string())?;
    let mut converted = reqwest::Request::new(method, request.url().clone());
    for (name, value) in request.headers().iter() {
        let broken = |_| format!("the header {} cannot be sent", name.as_str());
        let key = HeaderName::from_bytes(name.as_str().as_bytes()).map_err(|_| broken(()))?;
        let mut value = HeaderValue::from_str(value.as_str()).map_err(|_| broken(()))?;
        value.set_sensitive(key == AUTHORIZATION || SECRET.contains(&key.as_str()));
        converted.headers_mut().insert(key, value);
    }
    if let Body::Bytes(bytes) = request.body()
        && !bytes.is_empty()
    {
        *converted.body_mut() = Some(bytes.clone().into());
    }
    Ok(converted)
}

impl fmt::Debug for LazyTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LazyTransport")
    }
}

/// Converts an error of the pipeline to one of ours: one that was passed through, or a failure to reach
/// `url`.
pub(in crate::arm) fn to_error(error: azure_core::Error, line: &RequestLine, url: &Url) -> Error {
    match error.into_downcast::<Error>() {
        Ok(ours) => ours,
        Err(error) => Error::Transport(Box::new(describe(&error, line, url))),
    }
}

/// Reads a transport failure from the error and its causes.
pub(super) fn describe(error: &azure_core::Error, line: &RequestLine, url: &Url) -> TransportError {
    let kind = match error.kind() {
        _ if is_tls(error) => TransportKind::Certificate,
        _ if is_for(error, |cause| cause.to_string().ends_with(PROXY_LOGIN)) => TransportKind::Proxy,
        _ if is_for(error, |cause| cause.is::<NoResponse>()) => TransportKind::Silent,
        ErrorKind::Connection => TransportKind::Connect,
        ErrorKind::Io => TransportKind::Broken,
        _ => TransportKind::Request,
    };
    let host = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    };
    // The outermost texts only repeat the address, with its query, and the kind.
    let noise =
        |text: &String| text.starts_with("error sending request") || text.starts_with("client error (");
    let causes = causes(error).into_iter().filter(|text| !noise(text)).collect();
    TransportError { kind, request: line.clone(), host, causes }
}

/// The HTTP client's text for a proxy that returns 407.
const PROXY_LOGIN: &str = "proxy authorization required";

/// Whether an error or one of its causes is of this kind.
fn is_for(error: &azure_core::Error, kind: impl Fn(&(dyn std::error::Error + 'static)) -> bool) -> bool {
    let first: &(dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(first), |cause| cause.source()).any(kind)
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    causes(error).join(": ")
}
