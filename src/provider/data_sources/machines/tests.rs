//! Complete reads against an Azure double.

use super::super::tests::{read, refused};
use super::schema::TYPE;
use crate::plugin::Value;
use crate::plugin::data_source::ReadDataResult;
use crate::provider::azure_double::{Azure, PROFILE, error};
use serde_json::{Value as Json, json};

const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-000000000001";
const GROUP: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg";
const NOBODY: &str = "proxy failed auth summary is empty";

fn vm(name: &str) -> String {
    format!("{GROUP}/providers/Microsoft.Compute/virtualMachines/{name}")
}

fn set(name: &str) -> String {
    format!("{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/{name}")
}

fn version(name: &str) -> String {
    format!("{PROFILE}/versions/{name}")
}

/// The settings of a machine that refers to this version for IMDS.
fn refers(to: &str) -> Json {
    json!({"proxyAgentSettings": {"enabled": true,
        "imds": {"inVMAccessControlProfileReferenceId": to}, "wireServer": {"mode": "Audit"}}})
}

fn machine(name: &str, security: Json) -> Json {
    json!({"id": vm(name), "name": name, "location": "westeurope", "properties": {
        "securityProfile": security, "storageProfile": {"osDisk": {"osType": "Linux"}}}})
}

/// A view of a machine whose agent has loaded this for IMDS.
fn view(loaded: &str, denied: &Json) -> Json {
    let status = json!({"version": "1.0.48", "status": "SUCCESS",
        "keyLatchStatus": {"status": "RUNNING", "message": "Found key details.", "states": {
            "secureChannelState": "WireServer Audit -  IMDS Enforce - HostGA Audit",
            "imdsRuleId": loaded, "wireServerRuleId": "SIGID"}}});
    let denied = if denied.is_null() { NOBODY.to_owned() } else { denied.to_string() };
    json!({
        "statuses": [{"code": "PowerState/running"}],
        "extensions": [{"statuses": [{"code": "ProvisioningState/succeeded", "time": "2026-11-30T08:00:00Z"}],
            "substatuses": [
                {"code": "ComponentStatus/ProxyAgentStatus/succeeded", "message": status.to_string()},
                {"code": "ComponentStatus/ProxyAgentFailedAuthenticationSummary/succeeded", "message": denied}]}],
    })
}

fn with_view(mut body: Json, view: Json) -> Json {
    body["properties"]["instanceView"] = view;
    body
}

fn text<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(value, |value, name| value.get(name).unwrap_or_else(|| panic!("no {name}")))
}

fn list<'a>(found: &'a ReadDataResult, name: &str) -> &'a [Value] {
    found.state.get(name).and_then(Value::elements).unwrap()
}

fn names(found: &ReadDataResult, of: &str) -> Vec<String> {
    list(found, of).iter().map(|one| one.get("name").and_then(Value::as_str).unwrap().to_owned()).collect()
}

fn why(found: &ReadDataResult) -> Vec<String> {
    let reasons: Vec<String> =
        list(found, "incomplete").iter().map(|one| one.as_str().unwrap().to_owned()).collect();
    assert_eq!(found.state.get("complete"), Some(&reasons.is_empty().into()), "{reasons:?}");
    reasons
}

async fn group(azure: &Azure, machines: Json, sets: Json) {
    azure.list_returns(&format!("{GROUP}/providers/Microsoft.Compute/virtualMachines"), &[machines]).await;
    azure
        .list_returns(&format!("{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets"), &[sets])
        .await;
}

#[tokio::test]
async fn a_machine_is_one_request_and_ids_are_compared_as_azure_does() {
    let azure = Azure::start().await;
    let denied = json!([{"userName": "web", "ip": "169.254.169.254", "port": 80, "count": 3,
        "userGroups": ["web"], "processFullPath": "/usr/bin/curl", "responseStatus": "403 Forbidden",
        "processCmdLine": "curl -H secret"}]);
    let body =
        with_view(machine("vm", refers(&version("1.0.1"))), view(&version("1.0.1").to_uppercase(), &denied));
    azure.get_returns(&vm("vm"), body).await;
    let found = read(&azure, TYPE, &[("machine_id", vm("vm").into())]).await.unwrap();
    assert_eq!(azure.requests().await.len(), 1);
    assert_eq!(why(&found), [""; 0]);
    let machine = &list(&found, "machines")[0];
    for (path, expected) in [
        (&["id"][..], Value::from(vm("vm"))),
        (&["location"], "westeurope".into()),
        (&["os_type"], "Linux".into()),
        (&["enabled"], true.into()),
        (&["power_state"], "running".into()),
        (&["agent_version"], "1.0.48".into()),
        (&["agent_status"], "SUCCESS".into()),
        (&["complete"], true.into()),
        (&["scale_set_id"], Value::Null),
        (&["secure_channel_state"], "WireServer Audit - IMDS Enforce - HostGA Audit".into()),
        (&["imds", "profile_version_id"], version("1.0.1").into()),
        (&["imds", "loaded_version_id"], version("1.0.1").into()),
        (&["imds", "channel_state"], "Enforce".into()),
        (&["imds", "up_to_date"], true.into()),
        (&["imds", "mode"], Value::Null),
        (&["imds", "denied"], 3.into()),
        (&["wire_server", "profile_version_id"], Value::Null),
        (&["wire_server", "mode"], "Audit".into()),
        (&["wire_server", "loaded_rules_id"], "SIGID".into()),
        (&["wire_server", "up_to_date"], false.into()),
        (&["wire_server", "denied"], 0.into()),
    ] {
        assert_eq!(text(machine, path), &expected, "{path:?}");
    }
    let denied = &machine.get("denied").and_then(Value::elements).unwrap()[0];
    assert_eq!(text(denied, &["endpoint"]), &"IMDS".into());
    assert_eq!(text(denied, &["exe_path"]), &"/usr/bin/curl".into());
    assert!(!format!("{:?}", found.state).contains("secret"), "a command line may hold secrets");
}

#[tokio::test]
async fn a_group_is_read_by_lists_and_one_view_for_each_agent_that_is_switched_on() {
    let azure = Azure::start().await;
    let uniform = json!({"id": set("u"), "name": "u", "location": "westeurope", "properties": {
        "upgradePolicy": {"mode": "Manual"}, "virtualMachineProfile": {"securityProfile": refers(&version("1.0.1"))}}});
    let flexible = json!({"id": set("f"), "name": "f", "location": "westeurope",
        "properties": {"orchestrationMode": "Flexible", "virtualMachineProfile": {}}});
    let mut member = machine("f_1", refers(&version("1.0.1")));
    member["properties"]["virtualMachineScaleSet"] = json!({"id": set("f").to_uppercase()});
    let machines = json!([machine("b", refers(&version("1.0.0"))), machine("off", json!({})), member]);
    group(&azure, machines, json!([uniform, flexible])).await;
    let instance = |number: &str, latest: bool, to: &str| {
        let body = json!({"name": format!("u_{number}"), "location": "westeurope", "instanceId": number,
            "properties": {"latestModelApplied": latest, "securityProfile": refers(to)}});
        with_view(body, view(&to.to_uppercase(), &Json::Null))
    };
    let instances = json!([instance("0", true, &version("1.0.1")), instance("1", false, &version("1.0.0"))]);
    azure.list_returns(&format!("{}/virtualMachines", set("u")), &[instances]).await;
    for (name, loaded) in [("b", "1.0.0"), ("f_1", "1.0.0")] {
        azure.get_returns(&format!("{}/instanceView", vm(name)), view(&version(loaded), &Json::Null)).await;
    }
    let select = |more: &[(&'static str, String)]| {
        let mut all = vec![("resource_group_id", Value::from(GROUP))];
        all.extend(more.iter().map(|(name, value)| (*name, Value::from(value.clone()))));
        all
    };
    let found = read(&azure, TYPE, &select(&[])).await.unwrap();
    let mut requests = azure.requests().await;
    requests.sort();
    let at = |path: &str| format!("GET {path}");
    assert_eq!(
        requests,
        [
            at(&format!("{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets")),
            at(&format!("{}/virtualMachines", set("u"))),
            at(&format!("{GROUP}/providers/Microsoft.Compute/virtualMachines")),
            at(&format!("{}/instanceView", vm("b"))),
            at(&format!("{}/instanceView", vm("f_1"))),
        ]
    );
    assert_eq!(why(&found), [""; 0]);
    assert_eq!(names(&found, "machines"), ["b", "f_1", "off", "u_0", "u_1"]);
    assert_eq!(names(&found, "scale_sets"), ["f", "u"]);
    let uniform = &list(&found, "scale_sets")[1];
    assert_eq!(text(uniform, &["lagging"]), &1.into());
    assert_eq!(text(uniform, &["imds", "profile_version_id"]), &version("1.0.1").into());
    let member = &list(&found, "machines")[1];
    assert_eq!(text(member, &["scale_set_id"]), &set("f").into(), "spelled as the set itself");
    assert_eq!(text(member, &["imds", "up_to_date"]), &false.into());

    // The filter selects what refers to the version, and what still runs it.
    let old = read(&azure, TYPE, &select(&[("profile_version_id", version("1.0.0").to_lowercase())]))
        .await
        .unwrap();
    assert_eq!(names(&old, "machines"), ["b", "f_1", "u_1"]);
    assert_eq!(names(&old, "scale_sets"), [""; 0]);
    let all = read(&azure, TYPE, &select(&[("profile_id", PROFILE.to_owned())])).await.unwrap();
    assert_eq!((names(&all, "machines").len(), names(&all, "scale_sets")), (4, vec!["u".to_owned()]));
    let other =
        read(&azure, TYPE, &select(&[("profile_id", PROFILE.replace("/web", "/other"))])).await.unwrap();
    assert_eq!((names(&other, "machines"), why(&other)), (vec![], vec![]));
}

#[tokio::test]
async fn unreadable_machines_are_named() {
    let azure = Azure::start().await;
    let names_of = ["denied", "gone", "silent", "deallocated"];
    let machines: Vec<Json> = names_of.iter().map(|name| machine(name, refers(&version("1.0.0")))).collect();
    let mut foreign = machine("x", json!({}));
    foreign["id"] = vm("x").replace("/rg/", "/elsewhere/").into();
    let mut machines = json!(machines);
    machines.as_array_mut().unwrap().push(foreign);
    azure.list_returns(&format!("{GROUP}/providers/Microsoft.Compute/virtualMachines"), &[machines]).await;
    let forbidden = error("AuthorizationFailed", "No.");
    azure
        .get_responds(
            &format!("{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets"),
            403,
            forbidden.clone(),
        )
        .await;
    let at = |name: &str| format!("{}/instanceView", vm(name));
    azure.get_responds(&at("denied"), 403, forbidden.clone()).await;
    azure.get_responds(&at("gone"), 404, error("ResourceNotFound", "It was deleted.")).await;
    azure.get_returns(&at("silent"), json!({"statuses": [{"code": "PowerState/running"}]})).await;
    azure.get_returns(&at("deallocated"), json!({"statuses": [{"code": "PowerState/deallocated"}]})).await;
    let select = [("resource_group_id", Value::from(GROUP))];
    let found = read(&azure, TYPE, &select).await.unwrap();
    assert_eq!(
        names(&found, "machines"),
        ["deallocated", "denied", "silent"],
        "a deleted machine is omitted"
    );
    let reasons = why(&found);
    for (reason, part) in reasons.iter().zip([
        "has an entry of another kind",
        "the scale sets of",
        "virtualMachines/deallocated: the machine is deallocated",
        "virtualMachines/denied: its instance view could not be read",
        "virtualMachines/silent: no extension of the machine reports",
    ]) {
        assert!(reason.contains(part), "{part}: {reason}");
    }
    assert_eq!(reasons.len(), 5);

    // The filter excludes machines that refer to something else. But it is unknown what those that run have
    // loaded.
    let other = PROFILE.replace("/web", "/other");
    let filtered = [("resource_group_id", Value::from(GROUP)), ("profile_id", other.into())];
    let found = read(&azure, TYPE, &filtered).await.unwrap();
    assert_eq!(names(&found, "machines"), [""; 0]);
    assert!(!why(&found).iter().any(|reason| reason.contains("deallocated")));
    assert_eq!(found.state.get("all_listed"), Some(&false.into()));
    assert_eq!(why(&found).len(), 4);

    let azure = Azure::start().await;
    azure.get_responds(&vm("vm"), 403, forbidden).await;
    let refused =
        read(&azure, TYPE, &[("machine_id", vm("vm").into())]).await.unwrap_err().into_diagnostics();
    let refused = refused.iter().next().unwrap();
    assert!(refused.detail.contains("virtualMachines/instanceView/read"), "{}", refused.detail);
    assert_eq!(refused.path.as_ref().map(ToString::to_string).as_deref(), Some("machine_id"));
    azure.get_responds(&vm("no"), 404, error("ResourceNotFound", "No.")).await;
    let missing =
        read(&azure, TYPE, &[("machine_id", vm("no").into())]).await.unwrap_err().into_diagnostics();
    assert_eq!(missing.iter().next().unwrap().summary, "Virtual machine not found");
}

#[tokio::test]
async fn the_states_of_many_machines_are_read_in_one_list() {
    let azure = Azure::start().await;
    let names: Vec<String> = (0..12).map(|number| format!("vm{number:02}")).collect();
    // The states have the same path here, so that each entry has its view from the start.
    let machines: Vec<Json> = names.iter().map(|name| machine(name, refers(&version("1.0.0")))).collect();
    let states: Vec<Json> = names
        .iter()
        .enumerate()
        .map(|(number, name)| match number {
            0 => {
                with_view(machine(name, json!({})), json!({"statuses": [{"code": "PowerState/deallocated"}]}))
            }
            1 => with_view(machine(name, json!({})), json!({"statuses": [{"code": "PowerState/running"}]})),
            _ => with_view(machine(name, json!({})), view(&version("1.0.0"), &Json::Null)),
        })
        .collect();
    let at = format!("{SUBSCRIPTION}/providers/Microsoft.Compute/virtualMachines");
    azure.filtered_list_returns(&at, ("statusOnly", "true"), json!(states)).await;
    azure.list_returns(&at, &[json!(machines)]).await;
    azure
        .list_returns(
            &format!("{SUBSCRIPTION}/providers/Microsoft.Compute/virtualMachineScaleSets"),
            &[json!([])],
        )
        .await;
    azure.get_returns(&format!("{}/instanceView", vm("vm01")), view(&version("1.0.0"), &Json::Null)).await;
    for id in [SUBSCRIPTION, "00000000-0000-0000-0000-000000000001"] {
        let found = read(&azure, TYPE, &[("subscription_id", id.into())]).await.unwrap();
        assert_eq!(why(&found).len(), 1, "{:?}", why(&found));
        assert_eq!(
            found.state.get("all_listed"),
            Some(&true.into()),
            "one is switched off, and none is missing"
        );
        assert_eq!(list(&found, "machines").len(), 12);
    }
    assert_eq!(azure.requests().await.len(), 2 * 4, "three lists, and the one view that no list had");
}

#[tokio::test]
async fn contradictory_or_missing_arguments_are_reported_on_them() {
    let error = |path: &str, summary: &str| (path.to_owned(), summary.to_owned());
    assert_eq!(refused(TYPE, &[]).await, [error("", "Missing argument")]);
    assert_eq!(refused(TYPE, &[("machine_id", Value::unknown())]).await, []);
    let group = ("resource_group_id", Value::from(GROUP));
    let both = [group.clone(), ("subscription_id", SUBSCRIPTION.into())];
    assert_eq!(refused(TYPE, &both).await, [error("subscription_id", "Conflicting arguments")]);
    let both =
        [group.clone(), ("profile_id", PROFILE.into()), ("profile_version_id", version("1.0.0").into())];
    assert_eq!(refused(TYPE, &both).await, [error("profile_version_id", "Conflicting arguments")]);
    for (name, value) in [
        ("machine_id", GROUP),
        ("resource_group_id", SUBSCRIPTION),
        ("subscription_id", GROUP),
        ("subscription_id", "my-subscription"),
    ] {
        assert_eq!(
            refused(TYPE, &[(name, value.into())]).await,
            [error(name, "Malformed resource id")],
            "{value}"
        );
    }
    for (name, value) in [("profile_id", version("1.0.0")), ("profile_version_id", PROFILE.to_owned())] {
        let wrong = [group.clone(), (name, value.into())];
        assert_eq!(refused(TYPE, &wrong).await, [error(name, "Malformed resource id")]);
    }
}
