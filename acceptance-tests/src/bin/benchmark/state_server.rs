//! A backend for Terraform's state that is cheap for Terraform. Terraform writes a whole local state file
//! after every resource. So its own time would grow with the square of their number, and hide ours.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// A server for the backend `http`, without locks. It ends when the value is dropped.
pub(crate) struct StateServer {
    runtime: Runtime,
    state: Arc<Mutex<Bytes>>,
    address: String,
}

impl StateServer {
    /// Starts on a free port of loopback.
    pub(crate) fn start() -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(Mutex::new(Bytes::new()));
        runtime.spawn(serve(listener, Arc::clone(&state)));
        Ok(Self { runtime, state, address })
    }

    /// The backend's block.
    pub(crate) fn backend(&self) -> String {
        format!("terraform {{\n  backend \"http\" {{\n    address = {:?}\n  }}\n}}\n", self.address)
    }

    /// The size of the state as Terraform writes it, and without its indentation.
    pub(crate) fn size(&self) -> (usize, usize) {
        let _entered = self.runtime.enter();
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let bare = serde_json::from_slice::<serde_json::Value>(&state).map(|state| state.to_string().len());
        (state.len(), bare.unwrap_or_default())
    }
}

async fn serve(listener: TcpListener, state: Arc<Mutex<Bytes>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        let answer = service_fn(move |request| answer(request, Arc::clone(&state)));
        tokio::spawn(
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer),
        );
    }
}

async fn answer(
    request: Request<Incoming>,
    state: Arc<Mutex<Bytes>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let mut content = state.lock().unwrap_or_else(PoisonError::into_inner);
    let mut response = Response::new(Full::new(Bytes::new()));
    match head.method {
        Method::GET if content.is_empty() => *response.status_mut() = StatusCode::NO_CONTENT,
        Method::GET => *response.body_mut() = Full::new(content.clone()),
        Method::DELETE => *content = Bytes::new(),
        _ => *content = body,
    }
    Ok(response)
}
