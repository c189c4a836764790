use std::collections::BTreeMap;

use hyper::Method;
use serde_json::json;

use super::*;

fn request(method: Method, path: &str) -> Request {
    Request::new(method, path, "https://127.0.0.1:1")
}

fn script(value: &serde_json::Value) -> Script {
    Script::parse(value.to_string().as_bytes()).unwrap()
}

#[test]
fn a_fault_affects_the_nth_occurrence_and_count_in_all() {
    let mut script = script(&json!([
        {"name": "busy", "match": {"method": "PUT|PATCH", "path": "**/versions/*"}, "nth": 2, "count": 2,
         "action": {"do": "answer", "status": 503, "retry": {"seconds": 1, "form": "date"}}}
    ]));
    let mut struck = |method: Method, path: &str| !script.plan(&request(method, path)).actions.is_empty();
    assert!(!struck(Method::PUT, "/a/versions/1.0.0"));
    assert!(!struck(Method::GET, "/a/versions/1.0.0"));
    assert!(struck(Method::PUT, "/a/versions/1.0.0"));
    assert!(struck(Method::PATCH, "/a/Versions/2.0.0?api-version=x"));
    assert!(!struck(Method::PUT, "/a/versions/1.0.0"));
}

#[test]
fn a_null_count_never_ends_and_the_query_must_match() {
    let mut script = script(&json!({"faults": [
        {"match": {"query": "monitor=true"}, "count": null, "action": {"do": "reset", "when": "after"}}
    ]}));
    for _ in 0..5 {
        let plan = script.plan(&request(Method::GET, "/x?Monitor=true"));
        assert_eq!(plan.actions, [Action::Reset { when: Moment::After }]);
    }
    assert!(script.plan(&request(Method::GET, "/x")).actions.is_empty());
}

#[test]
fn every_action_can_be_written() {
    for action in [
        json!({"do": "delay", "seconds": 0.1, "when": "after"}),
        json!({"do": "answer", "status": 500, "text": "<html>"}),
        json!({"do": "refuse", "seconds": 0.5}),
        json!({"do": "truncate", "bytes": 3}),
        json!({"do": "alter", "status": 202, "remove_headers": ["location"], "merge": {"a": null}}),
        json!({"do": "pad", "bytes": 9_000_000}),
        json!({"do": "endless-list"}),
        json!({"do": "operation", "ending": "Canceled", "hidden_polls": 2}),
        json!({"do": "hide", "reads": 2}),
        json!({"do": "conflict"}),
        json!({"do": "nested"}),
        json!({"do": "parent-missing"}),
        json!({"do": "expire-token"}),
        json!({"do": "skew", "seconds": -600}),
    ] {
        let parsed = script(&json!([{ "action": action }]));
        let again: Script = serde_json::from_value(serde_json::to_value(&parsed).unwrap()).unwrap();
        assert_eq!(parsed, again);
    }
}

#[test]
fn a_misspelt_script_is_refused() {
    for wrong in [
        json!([{"action": {"do": "explode"}}]),
        json!([{"acton": {"do": "conflict"}}]),
        json!([{"action": {"do": "answer"}}]),
        json!([{"match": {"verb": "GET"}, "action": {"do": "conflict"}}]),
        json!({"fault": []}),
    ] {
        assert!(Script::parse(wrong.to_string().as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn every_form_of_retry_header_is_written() {
    let reply = |form: RetryForm| {
        let retry = Some(Retry { seconds: 2.0, form });
        Answer { status: 429, headers: BTreeMap::new(), body: None, text: None, retry }
            .reply(1_704_067_200_000)
    };
    assert_eq!(reply(RetryForm::Seconds).headers["retry-after"], "2");
    assert_eq!(reply(RetryForm::Date).headers["retry-after"], "Mon, 01 Jan 2024 00:00:02 GMT");
    assert_eq!(reply(RetryForm::RetryAfterMs).headers["retry-after-ms"], "2000");
    assert_eq!(reply(RetryForm::XMsRetryAfterMs).headers["x-ms-retry-after-ms"], "2000");
}
