use super::*;

const VERSION: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/inVMAccessControlProfiles/p/versions/1.0.0";

fn read(status: u16, body: &str) -> ArmError {
    body::read(status, body.as_bytes(), RequestLine { method: "GET", path: VERSION.to_owned() })
}

fn service(status: u16, body: &str) -> Error {
    Error::Service(Box::new(read(status, body)))
}

#[test]
fn the_whole_error_is_read() {
    let error = read(
        400,
        "\u{feff}{\"error\":{\"code\":\"InvalidParameter\",\"message\":\"Line one.\\r\\nThe \\\"mode\\\" is bad.\",\"target\":\"properties.mode\",
         \"details\":[{\"code\":\"A\",\"message\":\"a\",\"target\":\"t\",\"details\":[{\"code\":\"B\",\"message\":\"b\"}]},null,\"plain text\"],
         \"innererror\":{\"exceptiontype\":\"X\",\"errordetail\":\"y\"},
         \"additionalInfo\":[{\"type\":\"PolicyViolation\",\"info\":{\"policy\":\"p1\"}}]}}",
    );
    assert_eq!(error.code.as_deref(), Some("InvalidParameter"));
    assert_eq!(error.message.as_deref(), Some("Line one.\r\nThe \"mode\" is bad."));
    assert_eq!(error.target.as_deref(), Some("properties.mode"));
    assert_eq!(error.details.len(), 2);
    assert_eq!(error.details[0].details[0].code.as_deref(), Some("B"));
    assert_eq!(error.details[1].message.as_deref(), Some("plain text"));
    assert!(error.inner.as_deref().unwrap().contains("errordetail"));
    assert_eq!(error.additional_info[0].info, "{\"policy\":\"p1\"}");
    assert!(error.has_code("invalidparameter") && error.has_code("b") && !error.has_code("c"));
}

#[test]
fn malformed_bodies_keep_their_text() {
    for (body, code, message) in [
        ("", None, None),
        ("   \r\n", None, None),
        ("<html><body>\n  Bad   Gateway</body></html>", None, Some("<html><body> Bad Gateway</body></html>")),
        ("{\"error\":{\"code\":\"Cut", None, Some("{\"error\":{\"code\":\"Cut")),
        ("{\"code\":\"NoWrapper\",\"message\":\"m\"}", Some("NoWrapper"), Some("m")),
        ("{\"Error\":{\"Code\":\"Cased\",\"Message\":\"m\"}}", Some("Cased"), Some("m")),
        ("{\"error\":\"word\",\"error_description\":\"text\"}", Some("word"), Some("text")),
        ("{\"error\":null,\"message\":\"m\"}", None, Some("m")),
        ("{\"code\":429,\"message\":{\"x\":1}}", Some("429"), None),
        ("{\"weird\":[1]}", None, Some("{\"weird\":[1]}")),
        ("[1,2]", None, Some("[1,2]")),
        ("null", None, Some("null")),
        ("\u{1b}[31mred", None, Some("[31mred")),
    ] {
        let error = read(502, body);
        assert_eq!(error.code.as_deref(), code, "{body}");
        assert_eq!(error.message.as_deref(), message, "{body}");
        assert_eq!(error.status, 502);
    }
    let long = read(502, &"x".repeat(100_000));
    assert!(long.message.unwrap().len() < 1_100);
    let mut deep = "{\"details\":[".repeat(5_000);
    deep.push_str(&"]}".repeat(5_000));
    let _ = read(400, &deep);
}

#[test]
fn json_inside_a_message_is_unpacked() {
    let error = read(
        409,
        r#"{"error":{"code":"Outer","message":"{\"error\":{\"code\":\"Inner\",\"message\":\"the real reason\",\"target\":\"x\"}}"}}"#,
    );
    assert_eq!(error.code.as_deref(), Some("Outer"));
    assert_eq!(error.message.as_deref(), Some("the real reason"));
    assert_eq!(error.details[0].code.as_deref(), Some("Inner"));
    let error = read(
        409,
        r#"{"error":{"code":"O","message":"m","details":[{"message":"{\"code\":\"I\",\"message\":\"i\"}"}]}}"#,
    );
    assert_eq!(error.details[0].details[0].code.as_deref(), Some("I"));
    assert_eq!(error.details[0].message.as_deref(), Some("i"));
    let error = read(409, r#"{"error":{"message":"{not json"}}"#);
    assert_eq!(error.message.as_deref(), Some("{not json"));
}

#[test]
fn missing_objects_are_recognised() {
    let not_found = |code: &str, message: &str| {
        service(404, &serde_json::json!({"error": {"code": code, "message": message}}).to_string()).missing()
    };
    let resource = |path: &str| {
        format!(
            "The Resource 'Microsoft.Compute/{path}' under resource group 'rg' was not found. For more details go to https://aka.ms/ARMResourceNotFoundFix"
        )
    };
    assert_eq!(not_found("ResourceNotFound", "gone"), Some(Missing::Leaf));
    assert_eq!(
        not_found("ResourceNotFound", &resource("Galleries/G/inVMAccessControlProfiles/p/versions/1.0.0")),
        Some(Missing::Leaf)
    );
    assert_eq!(not_found("ResourceNotFound", &resource("galleries/g")), Some(Missing::Parent));
    assert_eq!(
        not_found("NotFound", &resource("galleries/g/inVMAccessControlProfiles/p")),
        Some(Missing::Parent)
    );
    assert_eq!(not_found("NotFound", "nothing here"), Some(Missing::Leaf));
    assert_eq!(not_found("NotFound", "Gallery 'G' is not found."), Some(Missing::Parent));
    assert_eq!(not_found("NotFound", "Version \"1.0.0\" of gallery 'g' is not found."), Some(Missing::Leaf));
    assert_eq!(not_found("ParentResourceNotFound", ""), Some(Missing::Parent));
    assert_eq!(
        not_found("ResourceGroupNotFound", "Resource group 'rg' could not be found."),
        Some(Missing::ResourceGroup)
    );
    assert_eq!(not_found("SubscriptionNotFound", ""), Some(Missing::Subscription));
    assert_eq!(not_found("InvalidResourceType", "no such type"), Some(Missing::Other));
    let proxy = service(404, "<html>not here</html>");
    assert_eq!(proxy.missing(), Some(Missing::Other));
    assert!(!proxy.is_not_found());
    assert!(service(404, r#"{"error":{"code":"ResourceNotFound"}}"#).is_not_found());
    assert!(service(404, r#"{"error":{"code":"ResourceNotFound"}}"#).is_absent() && !proxy.is_absent());
    let unseen = service(404, r#"{"error":{"code":"SubscriptionNotFound"}}"#);
    assert!(unseen.is_not_found() && !unseen.is_absent());
    assert_eq!(service(409, r#"{"error":{"code":"ResourceNotFound"}}"#).missing(), None);
}

#[test]
fn conflicts_are_recognised() {
    let busy = service(
        409,
        r#"{"error":{"code":"Conflict","message":"Another operation is in progress on this resource."}}"#,
    );
    assert!(busy.is_conflict() && busy.is_another_operation() && !busy.is_nested_resources());
    assert!(service(409, r#"{"error":{"code":"AnotherOperationInProgress"}}"#).is_another_operation());
    let quota = r#"{"error":{"code":"OperationNotAllowed","message":"Operation in progress exceeds the approved quota"}}"#;
    assert!(!service(409, quota).is_another_operation());
    assert!(
        !service(409, r#"{"error":{"code":"PropertyChangeNotAllowed","message":"rules"}}"#)
            .is_another_operation()
    );
    for nested in [
        r#"{"error":{"code":"CannotDeleteResource","message":"x"}}"#,
        r#"{"error":{"code":"Conflict","message":"Can not delete resource before nested resources are deleted."}}"#,
        r#"{"error":{"code":"Conflict","details":[{"code":"CannotDeleteResource"}]}}"#,
    ] {
        let error = service(409, nested);
        assert!(error.is_nested_resources() && !error.is_another_operation(), "{nested}");
    }
    assert!(service(429, "").is_throttled());
    assert!(service(403, "").is_forbidden());
    assert!(service(409, r#"{"error":{"code":"ScopeLocked"}}"#).is_forbidden());
}

#[test]
fn the_report_has_everything() {
    let mut error = read(
        404,
        r#"{"error":{"code":"ResourceNotFound","message":"It is not there.","target":"x","details":[{"code":"D","message":"d","target":"y"}]}}"#,
    );
    error.request_id = Some("r-1".to_owned());
    error.correlation_id = Some("c-1".to_owned());
    assert_eq!(
        Error::Service(Box::new(error.clone())).report(),
        format!(
            "The object does not exist: GET {VERSION} returned status 404 Not Found.\nCode: \
             ResourceNotFound\nMessage: It is not there.\nTarget: x\nDetails:\n  - D: d (target \
             y)\nStatus: 404 Not Found\nRequest: GET {VERSION}\nRequest id: r-1\nCorrelation id: c-1"
        )
    );
    error.operation_status = Some("Canceled".to_owned());
    let operation = Error::Operation(Box::new(error.clone()));
    assert!(operation.report().starts_with(
        "Azure accepted the request, but the operation ended as \
                                        Canceled.\nCode:"
    ));
    assert!(operation.to_string().starts_with("the operation ended as Canceled: GET /sub"));
    let last = LastResponse {
        status: Some(200),
        progress: Some("InProgress".into()),
        error: Some(Box::new(error)),
        transport: None,
        ..LastResponse::default()
    };
    let timeout =
        Error::timeout("create of x", Duration::from_secs(1805), Duration::from_secs(1800), None, last);
    let text = timeout.report();
    assert!(
        text.starts_with("Create of x was not done after 30 minutes 5 seconds, its timeout is 30 minutes."),
        "{text}"
    );
    assert!(text.contains("Last state: InProgress") && text.contains("Code: ResourceNotFound"), "{text}");
    assert!(!timeout.is_not_found(), "a timeout is not an answer");
}

#[test]
fn a_timeout_says_whether_children_were_left() {
    let after = |body: &str| {
        let Error::Service(error) = service(409, body) else { panic!("a refusal") };
        let last = LastResponse { error: Some(error), ..LastResponse::default() };
        Error::timeout("DELETE /x", Duration::from_secs(2), Duration::from_secs(2), None, last)
    };
    let nested = after(r#"{"error":{"code":"CannotDeleteResource","message":"nested resources exist"}}"#);
    assert!(nested.is_timeout() && nested.is_timeout_on_nested_resources());
    assert!(!nested.is_nested_resources(), "this response is not retried");
    let busy = after(r#"{"error":{"code":"Conflict","message":"another operation runs"}}"#);
    assert!(busy.is_timeout() && !busy.is_timeout_on_nested_resources());
}

#[test]
fn login_errors_have_every_detail() {
    let error = Error::Login(Box::new(LoginError {
        login_name: "client secret",
        endpoint: "https://login.example/t/oauth2/v2.0/token".to_owned(),
        status: Some(401),
        error: Some("invalid_client".to_owned()),
        description: Some("AADSTS7000215: Invalid \"secret\".\r\nTrace ID: 1".to_owned()),
        trace_id: Some("1".to_owned()),
        ..LoginError::default()
    }));
    let report = error.report();
    assert!(
        report.contains("AADSTS7000215: Invalid \"secret\".") && report.contains("invalid_client"),
        "{report}"
    );
    assert_eq!(report.matches("race").count(), 1, "the id occurs once: {report}");
    assert!(report.contains("Trace ID: 1\n"), "and nothing is put behind it: {report}");
}
