use super::*;
use double::SECRET;
use proto::list_resource::{Event, Request as ListRequest};
use tokio_stream::StreamExt as _;

fn kind() -> Type {
    Type::object([("name", Type::String)])
}

fn request(name: &str, limit: i64) -> ListRequest {
    let config =
        sent(&Value::object([("name", name)].map(|(key, value)| (key, Value::from(value)))), &kind());
    ListRequest { type_name: "test_thing".to_owned(), config, limit, ..ListRequest::default() }
}

async fn list(host: &Host, request: ListRequest) -> Vec<Event> {
    let stream = host.service.list_resource(Request::new(request)).await.expect("answered").into_inner();
    stream.map(|event| event.expect("an event")).collect().await
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.display_name.as_str()).collect()
}

#[tokio::test]
async fn a_list_ends_at_its_limit_and_continues_after_a_bad_item() {
    let host = Host::new();
    let events = list(&host, request("a", 3)).await;
    assert_eq!(names(&events), ["Thing 0", "", "Thing 2", "Thing 3"]);
    assert_eq!(warnings(&events[1].diagnostic), ["Not this one"]);
    // The host reads no further, so the warning comes with the last object.
    assert_eq!(warnings(&events[3].diagnostic), ["Only the first 3 are listed"]);
    assert_eq!(events[1].identity, None);
    let found = events[2].identity.as_ref().and_then(|identity| identity.identity_data.as_ref());
    assert_eq!(received(found, &IDENTITY), Value::object([("name", Value::from("a2"))]));
    assert!(events.iter().all(|event| event.resource_object.is_none()));
    assert_eq!(host.received().method, "finished");
}

#[tokio::test]
async fn states_are_listed_on_request() {
    let with_states = ListRequest { include_resource_object: true, ..request("a", 1) };
    let events = list(&Host::new(), with_states).await;
    // The last object within the limit waits for the next one, so an object that cannot be listed comes
    // before it.
    assert_eq!(names(&events), ["", "Thing 0"]);
    assert_eq!(state(events[1].resource_object.as_ref()), double::thing("a0"));
}

#[tokio::test]
async fn a_failing_list_reports_the_reason_at_its_end() {
    for name in ["fail", "panic"] {
        let events = list(&Host::new(), request(name, 0)).await;
        assert_eq!(names(&events), ["Thing 0", ""]);
        assert!(!error(&events[1].diagnostic).detail.contains(SECRET));
    }
    let misfit = list(&Host::new(), request("misfit", 2)).await;
    assert!(error(&misfit[0].diagnostic).detail.contains("bug in the provider"));
    assert_eq!(misfit[0].identity, None);
    let other = ListRequest { type_name: "test_plain".to_owned(), ..request("a", 1) };
    assert_eq!(error(&list(&Host::new(), other).await[0].diagnostic).summary, "Unknown list resource");
}

#[tokio::test]
async fn a_host_that_stops_reading_ends_the_list() {
    let host = Host::new();
    let stream = host.service.list_resource(Request::new(request("a", 0))).await.expect("answered");
    let mut stream = stream.into_inner();
    assert!(stream.next().await.is_some());
    drop(stream);
    host.service.idle().await;
    assert_eq!(host.received().method, "finished");
}

#[tokio::test]
async fn the_configuration_of_a_list_is_checked() {
    let host = Host::new();
    let validate = async |name: &str| {
        let ListRequest { type_name, config, .. } = request(name, 0);
        let request =
            proto::validate_list_resource_config::Request { type_name, config, ..Default::default() };
        let answer = host.service.validate_list_resource_config(Request::new(request)).await;
        answer.expect("answered").into_inner().diagnostics
    };
    assert_eq!(warnings(&validate("a").await), ["Careful"]);
    assert_eq!(error(&validate("fail").await).attribute, Some(path(&Path::attribute("name"))));
}
