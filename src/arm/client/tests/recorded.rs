//! Responses in the shape of recorded ones: names, statuses, members and their order, white space, lengths.
//! The ids and words are our own.

use super::*;

const OPERATIONS: &str = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/providers/Microsoft.Compute/locations/northeurope\
                          /capsOperations";
const CREATE: &str = "6a1d2c07-91c4-4b0b-8a35-0d5c9be0a001";
const UPDATE: &str = "6a1d2c07-91c4-4b0b-8a35-0d5c9be0a002";
const DELETE: &str = "6a1d2c07-91c4-4b0b-8a35-0d5c9be0a003";

/// A body in the Compute provider's layout: in lines that end with CRLF.
fn in_lines(status: u16, text: &str) -> ResponseTemplate {
    let body = text.trim().replace('\n', "\r\n");
    ResponseTemplate::new(status).set_body_raw(body, "application/json; charset=utf-8")
}

fn profile_text(description: &str, state: &str) -> String {
    format!(
        r#"
{{
  "name": "p",
  "id": "{GALLERY}/inVMAccessControlProfiles/p",
  "type": "Microsoft.Compute/galleries/inVMAccessControlProfiles",
  "location": "northeurope",
  "properties": {{
    "description": "{description}",
    "osType": "Linux",
    "applicableHostEndpoint": "IMDS",
    "provisioningState": "{state}"
  }}
}}"#
    )
}

/// A version that was created without rules: it has none, not four empty lists.
fn version_text(state: &str, more: &str) -> String {
    format!(
        r#"
{{
  "name": "1.0.0",
  "id": "{GALLERY}/inVMAccessControlProfiles/p/versions/1.0.0",
  "type": "Microsoft.Compute/galleries/inVMAccessControlProfiles",
  "location": "northeurope",
  "tags": {{}},
  "properties": {{
    "mode": "Audit",
    "defaultAccess": "Deny",
    "targetLocations": [
      {{
        "name": "northeurope"
      }},
      {{
        "name": "eastus2euap"
      }}
    ],
    "excludeFromLatest": false,
    "publishedDate": "2025-07-02T11:04:31.40712+00:00",
    "provisioningState": "{state}"{more}
  }}
}}"#
    )
}

/// The additional members of a read.
const REPLICATED: &str = r#",
    "replicationStatus": {
      "aggregatedState": "Completed",
      "summary": [
        {
          "progress": 100,
          "region": "northeurope",
          "state": "Completed"
        },
        {
          "progress": 100,
          "region": "eastus2euap",
          "state": "Completed"
        }
      ]
    }"#;

/// Path and query of an operation's address with its signature; `mark` distinguishes two of them.
fn address(operation: &str, monitor: &str, mark: char) -> String {
    let filler = |length: usize| mark.to_string().repeat(length);
    format!(
        "{OPERATIONS}/{operation}?{monitor}api-version=2024-03-03&t=638870510714071200&c=MII{}&s={}&h={}",
        filler(2572),
        filler(342),
        filler(43)
    )
}

/// A response with this address in a header.
fn leading_to(azure: &Azure, answer: ResponseTemplate, header: &str, address: &str) -> ResponseTemplate {
    answer.insert_header(header, format!("{}{address}", azure.server.uri()).as_str())
}

fn status_text(operation: &str, end: &str, word: &str) -> String {
    let start = "2025-07-02T11:04:31.39+00:00";
    format!(
        "{{\n  \"startTime\": \"{start}\",{end}\n  \"status\": \"{word}\",\n  \"name\": \"{operation}\"\n}}"
    )
}

fn running(operation: &str) -> ResponseTemplate {
    in_lines(200, &status_text(operation, "", "InProgress"))
}

fn ended(operation: &str) -> ResponseTemplate {
    in_lines(
        200,
        &status_text(operation, "\n  \"endTime\": \"2025-07-02T11:05:16.4873306+00:00\",", "Succeeded"),
    )
}

fn look(operation: &str) -> String {
    format!("{OPERATIONS}/{operation}")
}

/// How often this address was polled; no other address of an operation may have been.
async fn polls_of(azure: &Azure, address: &str) -> usize {
    let requests = azure.requests().await;
    let polls: Vec<_> = requests.iter().filter(|one| one.url.path().starts_with(OPERATIONS)).collect();
    let is_at_address =
        |one: &&&Request| format!("{}?{}", one.url.path(), one.url.query().unwrap_or_default()) == address;
    let same = polls.iter().filter(is_at_address).count();
    assert!(same == polls.len(), "{} polls were at another address", polls.len() - same);
    same
}

#[tokio::test]
async fn a_profile_is_created_at_a_signed_address_that_goes_back_unchanged() {
    let azure = Azure::start().await;
    let link = address(CREATE, "", 'a');
    let created = in_lines(201, &profile_text("first", "Creating")).insert_header("x-ms-request-id", CREATE);
    let created = leading_to(&azure, created, "azure-asyncoperation", &link);
    azure.answer("PUT", &profile_path(), 1, created).await;
    azure.answer("GET", &look(CREATE), 2, running(CREATE)).await;
    azure.answer("GET", &look(CREATE), 1, ended(CREATE)).await;
    azure.answer("GET", &profile_path(), 1, in_lines(200, &profile_text("first", "Succeeded"))).await;
    let started = expect_started(
        azure.client.profiles().begin_create(&profile_id(), &profile_body(), &call()).await.unwrap(),
    );
    let text = serde_json::to_string(&started.operation.unwrap()).unwrap();
    let pending = serde_json::from_str(&text).unwrap();
    let profile = azure.client.profiles().finish(&pending, &call()).await.unwrap();
    assert_eq!(profile.properties.description.as_deref(), Some("first"));
    assert_eq!(polls_of(&azure, &link).await, 3);
}

#[tokio::test]
async fn a_version_is_read_as_azure_writes_it() {
    let azure = Azure::start().await;
    let path = format!("{}/versions/1.0.0", profile_path());
    azure.answer("GET", &path, 1, in_lines(200, &version_text("Succeeded", REPLICATED))).await;
    let version = azure.client.versions().get(&version_id(), &call()).await.unwrap();
    assert_eq!(version.properties.rules, None, "absent rules are not empty ones");
    assert_eq!(version.properties.exclude_from_latest, Some(false));
    assert_eq!(version.tags, Some(Default::default()));
    assert_eq!(
        version.properties.target_locations.unwrap(),
        ["northeurope", "eastus2euap"].map(Location::new)
    );
    assert_eq!(version.properties.published_date.as_deref(), Some("2025-07-02T11:04:31.40712+00:00"));
    let replication = version.properties.replication_status.unwrap();
    assert_eq!(replication.aggregated_state.as_deref(), Some("Completed"));
    assert_eq!(replication.summary.len(), 2);
    assert_eq!(replication.summary[1].progress, Some(100));
}

#[tokio::test]
async fn a_change_of_a_version_without_rules_sends_back_what_was_read() {
    let azure = Azure::start().await;
    let path = format!("{}/versions/1.0.0", profile_path());
    azure.answer("GET", &path, 1, in_lines(200, &version_text("Succeeded", REPLICATED))).await;
    let link = address(UPDATE, "", 'b');
    let updating =
        leading_to(&azure, in_lines(200, &version_text("Updating", "")), "azure-asyncoperation", &link);
    azure.answer("PUT", &path, 1, updating).await;
    azure.answer("GET", &look(UPDATE), 1, running(UPDATE)).await;
    azure.answer("GET", &look(UPDATE), 1, ended(UPDATE)).await;
    azure.answer("GET", &path, 1, in_lines(200, &version_text("Succeeded", REPLICATED))).await;
    let change = VersionChange { exclude_from_latest: Some(true), ..VersionChange::default() };
    let started = azure.client.versions().begin_update(&version_id(), &change, &call()).await.unwrap();
    let pending = started.operation.expect("a 200 that says Updating has not ended");
    azure.client.versions().finish(&pending, &call()).await.unwrap();
    let requests = azure.requests().await;
    let put = requests.iter().find(|request| request.method.as_str() == "PUT").unwrap();
    let sent: Value = serde_json::from_slice(&put.body).unwrap();
    let expected = json!({
        "location": "northeurope", "tags": {},
        "properties": {
            "mode": "Audit", "defaultAccess": "Deny", "excludeFromLatest": true,
            "targetLocations": [{"name": "northeurope"}, {"name": "eastus2euap"}],
        },
    });
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_deletion_with_two_addresses_is_followed_at_the_first_alone() {
    let azure = Azure::start().await;
    let path = format!("{}/versions/1.0.0", profile_path());
    let link = address(DELETE, "", 'c');
    let accepted = ResponseTemplate::new(202);
    let accepted = leading_to(&azure, accepted, "location", &address(DELETE, "monitor=true&", 'd'));
    let accepted = leading_to(&azure, accepted, "azure-asyncoperation", &link);
    azure.answer("DELETE", &path, 1, accepted).await;
    azure.answer("GET", &look(DELETE), 1, running(DELETE)).await;
    azure.answer("GET", &look(DELETE), 1, ended(DELETE)).await;
    assert_eq!(azure.client.versions().delete(&version_id(), &call()).await.unwrap(), DeleteOutcome::Deleted);
    assert_eq!(polls_of(&azure, &link).await, 2);
}

#[tokio::test]
async fn a_deletion_by_location_alone_ends_with_an_empty_answer() {
    let azure = Azure::start().await;
    let link = address(DELETE, "monitor=true&", 'd');
    let accepted = leading_to(&azure, ResponseTemplate::new(202), "location", &link);
    azure.answer("DELETE", &profile_path(), 1, accepted).await;
    azure.answer("GET", &look(DELETE), 1, ResponseTemplate::new(202)).await;
    azure.answer("GET", &look(DELETE), 1, ResponseTemplate::new(200)).await;
    assert_eq!(azure.client.profiles().delete(&profile_id(), &call()).await.unwrap(), DeleteOutcome::Deleted);
    assert_eq!(polls_of(&azure, &link).await, 2);
}

#[tokio::test]
async fn lists_are_compact_and_an_empty_one_is_azure_resource_managers_own() {
    let azure = Azure::start().await;
    let compact = version_text("Succeeded", REPLICATED).split_whitespace().collect::<String>();
    let list = format!("{{\"value\":[{compact}]}}");
    let json = "application/json; charset=utf-8";
    let path = format!("{}/versions", profile_path());
    azure.answer("GET", &path, 1, ResponseTemplate::new(200).set_body_raw(list, json)).await;
    azure.answer("GET", &path, 1, ResponseTemplate::new(200).set_body_raw("{\"value\":[]}", json)).await;
    let versions = azure.client.versions().list(&profile_id(), &call()).await.unwrap();
    assert_eq!(versions.len(), 1);
    assert_eq!(versions[0].name.as_deref(), Some("1.0.0"));
    assert!(versions[0].properties.replication_status.is_some());
    assert_eq!(azure.client.versions().list(&profile_id(), &call()).await.unwrap(), []);
}

#[tokio::test]
async fn a_missing_object_is_reported_by_azure_resource_manager() {
    let azure = Azure::start().await;
    let text = "The Resource 'Microsoft.Compute/galleries/g/inVMAccessControlProfiles/p' under resource group 'rg' was not \
                found. For more details please go to https://aka.ms/ARMResourceNotFoundFix";
    let missing =
        status(404, arm_error("ResourceNotFound", text)).insert_header("x-ms-failure-cause", "gateway");
    azure.answer("GET", &profile_path(), 1, missing).await;
    let error = azure.client.profiles().get(&profile_id(), &call()).await.unwrap_err();
    assert_eq!(error.missing(), Some(crate::arm::error::Missing::Leaf));
}
