//! The service called directly, without a socket: a host tolerates responses that a test must not.

mod apply;
mod describe;
mod double;
mod functions;
mod list;
mod plan;
mod read;
mod stored;

use std::sync::{Arc, Mutex};

use tonic::Request;

use self::double::{Double, IDENTITY, ReceivedCall, THING};
use super::Service;
use crate::plugin::path::Path;
use crate::plugin::proto;
use crate::plugin::types::Type;
use crate::plugin::value::{Value, msgpack};
use proto::provider_server::Provider as _;

/// A service of the double, and the calls that the double received.
struct Host {
    service: Service,
    received: Arc<Mutex<Vec<ReceivedCall>>>,
}

impl Host {
    fn new() -> Self {
        let received = Arc::default();
        Self { service: Service::new(Double { received: Arc::clone(&received) }), received }
    }

    /// The last call that the provider received.
    fn received(&self) -> ReceivedCall {
        self.received.lock().expect("not poisoned").pop().expect("the provider was called")
    }

    /// Waits until the provider is called.
    async fn is_asked(&self) {
        while self.was_not_asked() {
            tokio::task::yield_now().await;
        }
    }

    fn was_not_asked(&self) -> bool {
        self.received.lock().expect("not poisoned").is_empty()
    }

    async fn plan(
        &self,
        request: proto::plan_resource_change::Request,
    ) -> proto::plan_resource_change::Response {
        self.service.plan_resource_change(Request::new(request)).await.expect("answered").into_inner()
    }

    async fn apply(
        &self,
        request: proto::apply_resource_change::Request,
    ) -> proto::apply_resource_change::Response {
        self.service.apply_resource_change(Request::new(request)).await.expect("answered").into_inner()
    }

    async fn read(&self, request: proto::read_resource::Request) -> proto::read_resource::Response {
        self.service.read_resource(Request::new(request)).await.expect("answered").into_inner()
    }
}

fn sent(value: &Value, kind: &Type) -> Option<proto::DynamicValue> {
    let msgpack = msgpack::encode(value, kind).expect("conforms").into();
    Some(proto::DynamicValue { msgpack, ..proto::DynamicValue::default() })
}

fn received(value: Option<&proto::DynamicValue>, kind: &Type) -> Value {
    msgpack::decode(&value.expect("a value").msgpack, kind).expect("conforms")
}

/// A thing of this name, as a host sends and receives it.
fn thing(name: &str) -> Option<proto::DynamicValue> {
    sent(&double::thing(name), &THING)
}

fn state(value: Option<&proto::DynamicValue>) -> Value {
    received(value, &THING)
}

fn null() -> Option<proto::DynamicValue> {
    sent(&Value::Null, &Type::Bool)
}

fn identity(name: impl Into<Value>) -> Option<proto::ResourceIdentityData> {
    let identity_data = sent(&Value::object([("name", name.into())]), &IDENTITY);
    Some(proto::ResourceIdentityData { identity_data })
}

/// A value that conforms to no schema here: as another version of the provider might have sent it.
fn misfit() -> Option<proto::DynamicValue> {
    sent(&Value::object([("other", true.into())]), &Type::object([("other", Type::Bool)]))
}

/// The one error, which must be the only message.
#[track_caller]
fn error(diagnostics: &[proto::Diagnostic]) -> &proto::Diagnostic {
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
    assert_eq!(diagnostics[0].severity, proto::diagnostic::Severity::Error as i32, "{diagnostics:?}");
    assert!(diagnostics[0].summary.chars().count() < 60, "{diagnostics:?}");
    &diagnostics[0]
}

/// The summaries of warnings, if there are no errors.
#[track_caller]
fn warnings(diagnostics: &[proto::Diagnostic]) -> Vec<&str> {
    let warning = proto::diagnostic::Severity::Warning as i32;
    assert!(diagnostics.iter().all(|diagnostic| diagnostic.severity == warning), "{diagnostics:?}");
    diagnostics.iter().map(|diagnostic| diagnostic.summary.as_str()).collect()
}

fn path(path: &Path) -> proto::AttributePath {
    super::convert::attribute_path(path)
}
