use super::*;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span;

/// Keeps every event of every target at every level as text.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

struct Text<'a>(&'a mut String);

impl Visit for Text<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = write!(self.0, "{}={value:?} ", field.name());
    }
}

impl tracing::Subscriber for Everything {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        attributes.record(&mut Text(&mut self.0.lock().unwrap()));
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut Text(&mut self.0.lock().unwrap()));
    }
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        let mut text = self.0.lock().unwrap();
        let _ = write!(text, "\n{} {} ", event.metadata().level(), event.metadata().target());
        event.record(&mut Text(&mut text));
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn the_log_tells_each_request_and_no_secret() {
    let everything = Everything::default();
    let guard = tracing::subscriber::set_default(everything.clone());
    // While there is only one subscriber, tracing lets whichever thread meets an event first decide for all threads
    // whether anybody wants it, and the threads of other tests have none.
    let _second = tracing::Dispatch::new(everything.clone());
    let azure = Azure::start().await;
    let list = format!("{GALLERY}/inVMAccessControlProfiles");
    azure.answer("GET", &list, 1, status(503, json!({})).insert_header("retry-after-ms", "1")).await;
    azure.answer("GET", &list, 1, status(401, json!({}))).await;
    let next = format!("{list}?$skiptoken=hidden-cursor");
    azure
        .answer(
            "GET",
            &list,
            1,
            ok(json!({"value": [], "nextLink": next})).insert_header("x-ms-request-id", "r-42"),
        )
        .await;
    azure
        .answer(
            "GET",
            &list,
            1,
            ok(json!({"value": [{"name": "shown-body", "tags": {"adminPassword": "hidden-password"}}]})),
        )
        .await;
    azure.client.profiles().list(&gallery_id(), &call()).await.unwrap();
    drop(guard);
    let text = everything.0.lock().unwrap().clone();
    let ours = |part: &str| text.lines().any(|line| line.contains(" provider.") && line.contains(part));
    for part in [
        "status=503",
        "status=401",
        "status=200",
        "r-42",
        "trying again",
        "got a token",
        "$skiptoken=REDACTED",
        "duration_ms",
        "client_request_id",
    ] {
        assert!(ours(part), "{part} is not in\n{text}");
    }
    for body in ["client_secret=***", r#"\"access_token\":\"***\""#, "shown-body"] {
        assert!(ours(body), "{body} is not in\n{text}");
    }
    for secret in ["s3cr3t", "token-1", "token-2", "hidden-cursor", "hidden-password"] {
        assert!(!text.contains(secret), "{secret} is in\n{text}");
    }
}
