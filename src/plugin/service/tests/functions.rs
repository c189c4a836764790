use super::*;
use double::SECRET;
use proto::call_function::Response;

async fn call(name: &str, arguments: Vec<Option<proto::DynamicValue>>) -> Response {
    let arguments = arguments.into_iter().map(Option::unwrap_or_default).collect();
    let request = proto::call_function::Request { name: name.to_owned(), arguments };
    Host::new().service.call_function(Request::new(request)).await.expect("answered").into_inner()
}

fn text(text: &str) -> Option<proto::DynamicValue> {
    sent(&text.into(), &Type::String)
}

fn list(elements: Vec<Value>) -> Option<proto::DynamicValue> {
    sent(&Value::List(elements), &Type::list(Type::String))
}

fn any(value: Value) -> Option<proto::DynamicValue> {
    sent(&Value::Dynamic(Box::new((Type::Bool, value))), &Type::Dynamic)
}

#[track_caller]
fn assert_result(answer: &Response, expected: &Value) {
    assert_eq!(answer.error, None);
    assert_eq!(&received(answer.result.as_ref(), &Type::String), expected);
}

#[track_caller]
fn assert_error(answer: &Response, argument: Option<i64>, text: &str) {
    let error = answer.error.as_ref().expect("an error");
    assert_eq!(error.function_argument, argument, "{error:?}");
    assert!(error.text.contains(text) && !error.text.contains(SECRET), "{error:?}");
    assert!(!error.text.ends_with('.'), "the host adds one: {error:?}");
    assert_eq!(answer.result, None);
}

#[tokio::test]
async fn a_function_is_called_with_its_arguments() {
    assert_result(&call("join", vec![text("a"), list(vec![])]).await, &"a+1".into());
    assert_result(&call("join", vec![text("a"), null()]).await, &"a+1".into());
    let more = vec![text("a"), list(vec![Value::Null]), any(true.into()), any(false.into())];
    assert_result(&call("join", more).await, &"a+3".into());
}

#[tokio::test]
async fn a_function_runs_on_a_blocking_thread() {
    let answer = call("join", vec![text("thread"), null()]).await;
    assert_ne!(received(answer.result.as_ref(), &Type::String), double::thread().into());
}

#[tokio::test]
async fn an_unknown_argument_has_an_unknown_result() {
    let unknown = || sent(&Value::unknown(), &Type::String);
    assert_result(&call("join", vec![unknown(), null()]).await, &Value::unknown());
    assert_result(&call("join", vec![text("a"), list(vec![Value::unknown()])]).await, &Value::unknown());
    assert_result(&call("join", vec![text("a"), null(), any(Value::unknown())]).await, &Value::unknown());
    // The function is not called with any of them, or this would panic.
    assert_result(&call("join", vec![text("panic"), unknown()]).await, &Value::unknown());
}

#[tokio::test]
async fn an_argument_that_does_not_fit_is_named() {
    assert_error(&call("join", vec![null(), null()]).await, Some(0), "`first` must not be null");
    assert_error(&call("join", vec![text("a"), null(), null()]).await, Some(2), "`more` must not be null");
    assert_error(&call("join", vec![text("a"), null(), any(Value::Null)]).await, Some(2), "must not be null");
    assert_error(&call("join", vec![text("a"), text("b")]).await, Some(1), "should be list of string");
    assert_error(&call("join", vec![text("a"), None]).await, Some(1), "sent no argument");
    assert_error(&call("join", vec![text("a")]).await, None, "takes 2 arguments, not 1");
    assert_error(&call("join", vec![text("fail"), null()]).await, Some(1), "Not this one");
}

#[tokio::test]
async fn a_failing_function_returns_the_reason() {
    assert_error(&call("join", vec![text("panic"), null()]).await, None, "calling its function `join`");
    assert_error(&call("join", vec![text("misfit"), null()]).await, None, "should be string, but is number");
    assert_error(&call("other", vec![]).await, None, "no function `other`");
}
