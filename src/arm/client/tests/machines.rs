//! The requests about machines and scale sets.

use super::*;
use crate::arm::ids::{MachineId, VersionId};

const GROUP: &str =
    "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg/providers/Microsoft.Compute";
const OP: &str = "/subscriptions/s/providers/Microsoft.Compute/locations/westus/operations/7";

fn path_of(rest: &str) -> String {
    format!("{GROUP}/{rest}")
}

fn machine_id(rest: &str) -> MachineId {
    path_of(rest).parse().unwrap()
}

fn machine_json(rest: &str, state: &str) -> Value {
    json!({"id": path_of(rest), "name": rest.rsplit('/').next(), "location": "westus",
        "properties": {"provisioningState": state, "securityProfile": {"proxyAgentSettings": {"enabled": true}}}})
}

fn attach() -> AttachmentChange {
    let version: VersionId = version_id();
    AttachmentChange { imds: Some(EndpointChange::Reference(version)), ..AttachmentChange::default() }
}

fn version_of(request: &Request) -> String {
    let mut query = request.url.query_pairs();
    query.find(|(name, _)| name == "api-version").map(|(_, value)| value.into_owned()).unwrap()
}

fn conflicting() -> ResponseTemplate {
    let text = "The properties 'a.imds.mode' and 'a.imds.reference' cannot be specified together.";
    status(400, arm_error("InvalidParameterConflictingProperties", text))
}

#[tokio::test]
async fn a_change_is_a_patch_of_only_the_references_and_its_operation_is_polled() {
    let azure = Azure::start().await;
    let vm = "virtualMachines/vm";
    let link = format!("{}{OP}", azure.server.uri());
    let accepted = ok(machine_json(vm, "Updating")).insert_header("azure-asyncoperation", link.as_str());
    azure.answer("PATCH", &path_of(vm), 1, accepted).await;
    azure.answer("GET", OP, 1, ok(json!({"status": "InProgress"}))).await;
    azure.answer("GET", OP, 1, ok(json!({"status": "Succeeded"}))).await;
    azure.answer("GET", &path_of(vm), 1, ok(machine_json(vm, "Succeeded"))).await;
    let machines = azure.client.machines();
    let started = machines.begin_change(&machine_id(vm), &attach(), &call()).await.unwrap();
    let machine = machines.finish(&started.operation.unwrap(), &call()).await.unwrap();
    assert!(machine.is_enabled());
    let requests = azure.requests().await;
    let sent: Value = serde_json::from_slice(&requests[0].body).unwrap();
    let reference = json!({"imds": {"inVMAccessControlProfileReferenceId": version_id().to_string()}});
    assert_eq!(sent, json!({"properties": {"securityProfile": {"proxyAgentSettings": reference}}}));
    let versions: Vec<_> = requests.iter().map(version_of).collect();
    assert_eq!(versions, ["2025-04-01"; 4], "the api-version of galleries is not one of machines");
}

#[tokio::test]
async fn a_mode_that_the_service_keeps_is_named_in_a_second_request() {
    let azure = Azure::start().await;
    let vm = "virtualMachines/vm";
    azure.answer("PATCH", &path_of(vm), 1, conflicting()).await;
    azure.answer("PATCH", &path_of(vm), 1, ok(machine_json(vm, "Succeeded"))).await;
    let started = azure.client.machines().begin_change(&machine_id(vm), &attach(), &call()).await.unwrap();
    assert_eq!(started.operation, None);
    let requests = azure.requests().await;
    let sent: Value = serde_json::from_slice(&requests[1].body).unwrap();
    let imds = &sent["properties"]["securityProfile"]["proxyAgentSettings"]["imds"];
    assert_eq!(imds.get("mode"), Some(&Value::Null));

    let azure = Azure::start().await;
    azure.answer("PATCH", &path_of(vm), 2, conflicting()).await;
    let refused = azure.client.machines().begin_change(&machine_id(vm), &attach(), &call()).await;
    assert!(refused.unwrap_err().is_conflicting_members());
}

#[tokio::test]
async fn a_busy_machine_is_retried() {
    let azure = Azure::start().await;
    let vm = "virtualMachines/vm";
    let busy = status(409, arm_error("OperationNotAllowed", "Another operation is in progress."));
    azure.answer("PATCH", &path_of(vm), 2, busy).await;
    azure.answer("PATCH", &path_of(vm), 1, ok(machine_json(vm, "Succeeded"))).await;
    azure.client.machines().begin_change(&machine_id(vm), &attach(), &call()).await.unwrap();
    assert_eq!(azure.requests().await.len(), 3);
}

#[tokio::test]
async fn instances_are_listed_page_by_page_and_upgraded() {
    let azure = Azure::start().await;
    let set = machine_id("virtualMachineScaleSets/set");
    let list = path_of("virtualMachineScaleSets/set/virtualMachines");
    let instance = |number: &str, latest: bool| {
        json!({"id": format!("{list}/{number}"), "name": format!("set_{number}"), "instanceId": number,
            "location": "westus", "properties": {"latestModelApplied": latest}})
    };
    let next = format!("{}{list}?$skiptoken=2", azure.server.uri());
    azure.answer("GET", &list, 1, ok(json!({"value": [instance("0", true)], "nextLink": next}))).await;
    azure.answer("GET", &list, 1, ok(json!({"value": [instance("3", false)]}))).await;
    let upgrade = format!("{set}/manualupgrade");
    let link = format!("{}{OP}", azure.server.uri());
    let accepted = ResponseTemplate::new(202).insert_header("azure-asyncoperation", link.as_str());
    azure.answer("POST", &upgrade, 1, accepted).await;
    azure.answer("GET", OP, 1, ok(json!({"status": "Succeeded"}))).await;
    let at = "virtualMachineScaleSets/set";
    azure.answer("GET", &path_of(at), 1, ok(machine_json(at, "Succeeded"))).await;

    let machines = azure.client.machines();
    let instances = machines.instances(&set, &call()).await.unwrap();
    let latest: Vec<_> =
        instances.iter().map(|one| (one.instance_id.as_deref().unwrap(), one.is_latest)).collect();
    assert_eq!(latest, [("0", Some(true)), ("3", Some(false))]);
    let operation = machines.begin_upgrade(&set, &["3".to_owned()], &call()).await.unwrap().unwrap();
    machines.finish(&operation, &call()).await.unwrap();
    let requests = azure.requests().await;
    let sent: Value = serde_json::from_slice(&requests[2].body).unwrap();
    assert_eq!(sent, json!({"instanceIds": ["3"]}));
    assert!(requests.iter().all(|request| version_of(request) == "2025-04-01"));
}

#[tokio::test]
async fn a_response_about_another_machine_is_an_error() {
    let azure = Azure::start().await;
    azure
        .answer(
            "GET",
            &path_of("virtualMachines/vm"),
            9,
            ok(machine_json("virtualMachines/other", "Succeeded")),
        )
        .await;
    let error = azure.client.machines().get(&machine_id("virtualMachines/vm"), &call()).await.unwrap_err();
    assert!(error.to_string().contains("another object"), "{error}");
}
