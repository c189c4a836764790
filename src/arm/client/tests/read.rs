use super::*;
use crate::arm::error::{Error, Missing};

const P: &str = "/inVMAccessControlProfiles/p";

#[tokio::test]
async fn a_read_is_one_request_with_all_its_headers() {
    let azure = Azure::start().await;
    assert!(
        !azure.client.inner.pipeline_settings.transport.is_built(),
        "nothing is built before the first request"
    );
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Succeeded"))).await;
    let profile = azure.client.profiles().get(&profile_id(), &call()).await.unwrap();
    assert_eq!(profile.properties.os_type, Some(OsType::Linux.into()));
    let requests = azure.requests().await;
    assert_eq!(requests.len(), 1);
    let header = |name: &str| requests[0].headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(requests[0].url.query(), Some("api-version=2024-03-03"));
    assert_eq!(header("authorization").as_deref(), Some("Bearer token-1"));
    assert_eq!(header("user-agent").as_deref(), Some("test/1 (pid 2)"));
    assert_eq!(header("accept").as_deref(), Some("application/json"));
    assert_eq!(header("x-ms-correlation-request-id"), azure.client.correlation_id().map(str::to_owned));
    assert!(uuid::Uuid::parse_str(&header("x-ms-client-request-id").unwrap()).is_ok());
}

#[tokio::test]
async fn the_id_decides_the_path_and_keeps_its_spelling() {
    let azure = Azure::start().await;
    let shown = ok(version_json("1.0.0", "Succeeded"));
    azure.answer("GET", &format!("{}/versions/1.0.0", profile_path()), 1, shown).await;
    azure.client.versions().get(&version_id(), &call()).await.unwrap();
    assert_eq!(azure.lines().await, [format!("GET {P}/versions/1.0.0")]);
}

#[tokio::test]
async fn not_found_names_the_ids_of_the_response() {
    let azure = Azure::start().await;
    let body = arm_error(
        "ResourceNotFound",
        "The Resource 'Microsoft.Compute/galleries/g' under resource group 'rg' was not found.",
    );
    let response = status(404, body)
        .insert_header("x-ms-request-id", "req-7")
        .insert_header("x-ms-correlation-request-id", "cor-8");
    azure.answer("GET", &profile_path(), 1, response).await;
    let error = azure.client.profiles().get(&profile_id(), &call()).await.unwrap_err();
    assert_eq!(error.missing(), Some(Missing::Parent));
    let report = error.report();
    assert!(report.contains("Request id: req-7\nCorrelation id: cor-8"), "{report}");
    assert!(report.contains(&format!("GET {}", profile_path())), "{report}");
}

#[tokio::test]
async fn a_response_that_is_not_json_is_requested_again_and_then_shown() {
    let azure = Azure::start().await;
    let page = ResponseTemplate::new(200).set_body_string("<html>Please log in</html>");
    azure.answer("GET", &profile_path(), 2, page.clone()).await;
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Succeeded"))).await;
    azure.client.profiles().get(&profile_id(), &call()).await.unwrap();
    azure.server.reset().await;
    let azure = Azure::start().await;
    azure.answer("GET", &profile_path(), 9, page).await;
    let error = azure.client.profiles().get(&profile_id(), &call()).await.unwrap_err();
    assert!(
        matches!(error, Error::Unreadable { .. }) && error.to_string().contains("Please log in"),
        "{error}"
    );
    assert_eq!(azure.requests().await.len(), 3);
}

#[tokio::test]
async fn lists_are_read_page_by_page() {
    let azure = Azure::start().await;
    let list = format!("{GALLERY}/inVMAccessControlProfiles");
    let next = format!("{}{list}?$skiptoken=2", azure.server.uri());
    azure
        .answer("GET", &list, 1, ok(json!({"value": [profile_json("Succeeded"), null], "nextLink": next})))
        .await;
    azure
        .answer(
            "GET",
            &list,
            1,
            ok(json!({"value": [], "nextLink": format!("{list}?$skiptoken=3&api-version=x")})),
        )
        .await;
    azure.answer("GET", &list, 1, ok(json!({"value": [profile_json("Updating")], "nextLink": ""}))).await;
    let profiles = azure.client.profiles().list(&gallery_id(), &call()).await.unwrap();
    assert_eq!(profiles.len(), 2);
    let queries: Vec<_> = azure.requests().await.iter().map(|r| r.url.query().unwrap().to_owned()).collect();
    assert_eq!(
        queries,
        ["api-version=2024-03-03", "$skiptoken=2&api-version=2024-03-03", "$skiptoken=3&api-version=x"]
    );
}

#[tokio::test]
async fn a_foreign_next_link_gets_no_request() {
    let (azure, elsewhere) = (Azure::start().await, MockServer::start().await);
    let list = format!("{}/versions", profile_path());
    let next = format!("{}{list}?$skiptoken=2", elsewhere.uri());
    azure.answer("GET", &list, 1, ok(json!({"value": [], "nextLink": next}))).await;
    let error = azure.client.versions().list(&profile_id(), &call()).await.unwrap_err();
    assert!(matches!(error, Error::ForeignAddress { .. }), "{error}");
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_list_that_never_ends_or_is_malformed_is_an_error() {
    let azure = Azure::start().await;
    let list = format!("{}/versions", profile_path());
    azure.answer("GET", &list, 9, ok(json!({"value": [], "nextLink": format!("{list}?page=2")}))).await;
    let error = azure.client.versions().list(&profile_id(), &call()).await.unwrap_err();
    assert!(error.to_string().contains("already read"), "{error}");
    let azure = Azure::start().await;
    azure.answer("GET", &list, 9, ok(json!({"items": []}))).await;
    let error = azure.client.versions().list(&profile_id(), &call()).await.unwrap_err();
    assert!(error.to_string().contains("no \"value\""), "{error}");
}

#[tokio::test]
async fn an_unreadable_entry_does_not_affect_the_others() {
    let azure = Azure::start().await;
    let list = format!("{}/versions", profile_path());
    let bad = json!({"id": "/x/1.0.1", "name": "1.0.1", "properties": {"rules": "none"}});
    let page = json!({"value": [version_json("1.0.0", "Succeeded"), bad, version_json("1.0.2", "Succeeded")],
        "nextLink": format!("{list}?page=2")});
    azure.answer("GET", &list, 1, ok(page.clone())).await;
    azure.answer("GET", &list, 1, ok(json!({"value": []}))).await;
    let mut pages = azure.client.versions().pages(&profile_id()).unwrap();
    let call = call();
    let first = pages.next(&call).await.unwrap().unwrap();
    assert_eq!(azure.requests().await.len(), 1, "the second page is not requested before it is needed");
    let names: Vec<_> =
        first.iter().map(|entry| entry.as_ref().ok().and_then(|one| one.name.clone())).collect();
    assert_eq!(names, [Some("1.0.0".to_owned()), None, Some("1.0.2".to_owned())]);
    assert_eq!(first[1].as_ref().unwrap_err().name.as_deref(), Some("/x/1.0.1"));
    assert_eq!(pages.next(&call).await.unwrap().map(|page| page.len()), Some(0));
    assert!(pages.next(&call).await.unwrap().is_none());

    azure.answer("GET", &list, 1, ok(page)).await;
    let error = azure.client.versions().list(&profile_id(), &call).await.unwrap_err();
    assert!(error.to_string().contains("/x/1.0.1"), "who wants all must not get fewer: {error}");
}

#[tokio::test]
async fn a_response_about_another_object_is_an_error() {
    let with = |pointer: &str, value: Value| {
        let mut body = profile_json("Succeeded");
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    for (body, says) in [
        (json!({}), "no \"location\""),
        (with("/location", Value::Null), "no \"location\""),
        (with("/properties/osType", Value::Null), "no \"osType\""),
        (with("/properties/applicableHostEndpoint", Value::Null), "no \"applicableHostEndpoint\""),
        (with("/id", format!("{GALLERY}/inVMAccessControlProfiles/q").into()), "about another object"),
        (with("/id", GALLERY.into()), "about another object"),
        (version_json("1.0.0", "Succeeded"), "no \"osType\""),
    ] {
        let azure = Azure::start().await;
        azure.answer("GET", &profile_path(), 9, ok(body.clone())).await;
        let error = azure.client.profiles().get(&profile_id(), &call()).await.unwrap_err();
        assert!(matches!(error, Error::Unreadable { .. }) && error.to_string().contains(says), "{error}");
        assert_eq!(azure.requests().await.len(), 3, "a hiccup passes");
        let list = format!("{GALLERY}/inVMAccessControlProfiles");
        if body["id"].as_str() != Some(&format!("{list}/q")) {
            azure.answer("GET", &list, 9, ok(json!({"value": [body]}))).await;
            let error = azure.client.profiles().list(&gallery_id(), &call()).await.unwrap_err();
            assert!(matches!(error, Error::Unreadable { .. }), "{error}");
        }
    }
    // Another spelling is the same object.
    for id in [profile_path().to_uppercase(), format!("{}/", profile_path().to_lowercase())] {
        let azure = Azure::start().await;
        azure.answer("GET", &profile_path(), 9, ok(with("/id", id.into()))).await;
        azure.client.profiles().get(&profile_id(), &call()).await.unwrap();
    }
    // Azure gives a version the type of its profile.
    let azure = Azure::start().await;
    let mut version = version_json("1.0.0", "Succeeded");
    version["type"] = "Microsoft.Compute/galleries/inVMAccessControlProfiles".into();
    azure.answer("GET", &version_id().to_string(), 9, ok(version.clone())).await;
    azure.client.versions().get(&version_id(), &call()).await.unwrap();
    let list = format!("{}/versions", profile_path());
    azure.answer("GET", &list, 9, ok(json!({"value": [version]}))).await;
    assert_eq!(azure.client.versions().list(&profile_id(), &call()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_size_of_responses_is_bounded() {
    use std::io::Write as _;
    let large = format!("{{\"description\": \"{}\"", "x".repeat(9 << 20));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(large.as_bytes()).unwrap();
    let packed = ResponseTemplate::new(200)
        .set_body_bytes(packed.finish().unwrap())
        .insert_header("content-encoding", "gzip");
    for (response, requests, says) in [
        (ResponseTemplate::new(200).set_body_string(large.clone()), 1, "larger than 8 MiB"),
        (packed, 1, "larger than 8 MiB"),
        (status(403, json!(large)), 1, "larger than 8 MiB"),
        (ResponseTemplate::new(200).set_body_string("[0".repeat(600_000).replace('[', ",")), 3, "parts"),
    ] {
        let azure = Azure::start().await;
        azure.answer("GET", &profile_path(), 99, response).await;
        let error = azure.client.profiles().get(&profile_id(), &call()).await.unwrap_err();
        assert!(matches!(&error, Error::TooLarge { .. }) && error.to_string().contains(says), "{error}");
        assert_eq!(azure.requests().await.len(), requests);
    }
    // The message about an error of a megabyte is short.
    let azure = Azure::start().await;
    let message = "word ".repeat(200_000);
    azure.answer("GET", &profile_path(), 9, status(400, arm_error("Bad", &message))).await;
    let error = azure.client.profiles().get(&profile_id(), &call()).await.unwrap_err();
    assert!(error.report().len() < 10_000, "{}", error.report().len());
}

/// A list that always has another page.
struct Endless(std::sync::atomic::AtomicUsize, usize);

impl Respond for Endless {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let page = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let entries = vec![json!({"name": "x"}); self.1];
        ok(json!({"value": entries, "nextLink": format!("{}?page={page}", request.url.path())}))
    }
}

#[tokio::test]
async fn an_endless_list_is_an_error() {
    for (entries, says) in [(0, "more than 1000 pages"), (30_000, "more than 100000 entries")] {
        let azure = Azure::start().await;
        let endless = Endless(std::sync::atomic::AtomicUsize::new(0), entries);
        Mock::given(method("GET")).respond_with(endless).mount(&azure.server).await;
        let mut pages = azure.client.versions().pages(&profile_id()).unwrap();
        let call = call_of(60_000);
        let error = loop {
            match pages.next(&call).await {
                Ok(page) => assert!(page.is_some()),
                Err(error) => break error,
            }
        };
        assert!(matches!(&error, Error::TooLarge { .. }) && error.to_string().contains(says), "{error}");
    }
}

#[tokio::test]
async fn a_404_that_is_not_azures_is_requested_again() {
    let azure = Azure::start().await;
    azure.answer("GET", &profile_path(), 1, ResponseTemplate::new(404).set_body_string("<html>")).await;
    azure.answer("GET", &profile_path(), 1, ok(profile_json("Succeeded"))).await;
    azure.client.profiles().get(&profile_id(), &call()).await.unwrap();
    let azure = Azure::start().await;
    azure.answer("GET", &profile_path(), 9, ResponseTemplate::new(404)).await;
    let error = azure.client.profiles().get(&profile_id(), &call()).await.unwrap_err();
    assert_eq!(error.missing(), Some(Missing::Other));
    assert_eq!(azure.requests().await.len(), 3, "bounded");
}
