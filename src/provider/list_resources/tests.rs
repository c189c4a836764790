//! The lists through the service, as a host reads them.

use futures::StreamExt as _;
use serde_json::json;
use tonic::Request;

use super::*;
use crate::plugin::proto::list_resource::{Event, Request as ListRequest};
use crate::plugin::proto::provider_server::Provider as _;
use crate::plugin::schema::check;
use crate::plugin::value::msgpack;
use crate::plugin::{Service, Type, proto};
use crate::provider::azure_double::{Azure, GALLERY, PROFILE, error, profile, version};
use crate::provider::identity;
use crate::provider::{Gallery, invm_access_profile, invm_access_profile_version};

async fn list(
    azure: &Azure,
    type_name: &str,
    arguments: &[(&str, Value)],
    include: bool,
    limit: i64,
) -> Vec<Event> {
    let schema =
        all(&azure.connection).into_iter().find(|list| list.type_name() == type_name).unwrap().schema();
    let kind = schema.implied_type();
    let Type::Object(attributes) = &kind else { panic!("an object") };
    let mut config: crate::plugin::value::Members =
        attributes.keys().map(|name| (name.clone(), Value::Null)).collect();
    config.extend(arguments.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    let config = msgpack::encode(&Value::Object(config), &kind).unwrap();
    let request = ListRequest {
        type_name: type_name.to_owned(),
        config: Some(proto::DynamicValue { msgpack: config.into(), ..Default::default() }),
        include_resource_object: include,
        limit,
    };
    let service = Service::new(Gallery::over(azure.connection.clone()));
    let stream = service.list_resource(Request::new(request)).await.unwrap().into_inner();
    stream.map(|event| event.unwrap()).collect().await
}

fn identity(event: &Event, kind: &Type) -> Option<Value> {
    let data = event.identity.as_ref()?.identity_data.as_ref()?;
    Some(msgpack::decode(&data.msgpack, kind).unwrap())
}

#[test]
fn terraform_accepts_the_schemas() {
    for list in all(&Connection::default()) {
        assert_eq!(check::schema(&list.schema(), check::Use::Resource), [], "{}", list.type_name());
    }
}

#[tokio::test]
async fn versions_are_listed_page_by_page_up_to_the_limit() {
    let azure = Azure::start().await;
    let bad = json!({"name": "1.0.1", "properties": {"rules": 5}});
    let pages = [
        json!([version("1.0.0", false), bad]),
        json!([version("1.0.2", false)]),
        json!([version("1.0.3", false)]),
        json!([version("1.0.4", false)]),
    ];
    azure.list_returns(&format!("{PROFILE}/versions"), &pages).await;
    let kind = identity::schema::<crate::arm::ids::VersionId>().implied_type();
    let arguments = [("profile_id", Value::from(PROFILE))];
    let events = list(&azure, invm_access_profile_version::schema::TYPE, &arguments, true, 2).await;
    let names: Vec<_> = events.iter().map(|event| event.display_name.as_str()).collect();
    assert_eq!(names, ["web 1.0.0", "", "web 1.0.2"]);
    let warning = proto::diagnostic::Severity::Warning as i32;
    assert_eq!(events[1].diagnostic.iter().map(|one| one.severity).collect::<Vec<_>>(), [warning]);
    assert_eq!(events[1].identity, None);
    assert_eq!(identity(&events[2], &kind).unwrap().get("version_name"), Some(&"1.0.2".into()));
    let state = &events[0].resource_object.as_ref().unwrap().msgpack;
    let state =
        msgpack::decode(state, &invm_access_profile_version::schema::schema().implied_type()).unwrap();
    assert_eq!(state.get("grants"), Some(&Value::List(vec!["i -> p (r)".into()])));
    assert_eq!(
        azure.requests().await.len(),
        3,
        "the third page shows that there are more, the fourth is not needed"
    );
}

#[tokio::test]
async fn profiles_are_filtered_and_have_a_state_only_on_request() {
    let azure = Azure::start().await;
    let mut elsewhere = profile("x");
    elsewhere["id"] = "/x".into();
    let pages = [json!([profile("web"), elsewhere, profile("app")])];
    azure.list_returns(&format!("{GALLERY}/inVMAccessControlProfiles"), &pages).await;
    let arguments = [("gallery_id", Value::from(GALLERY)), ("name_prefix", "w".into())];
    let events = list(&azure, invm_access_profile::schema::TYPE, &arguments, false, 0).await;
    assert_eq!(events.iter().filter(|event| event.identity.is_some()).count(), 1);
    assert!(events.iter().all(|event| event.resource_object.is_none()));
    assert!(events[1].diagnostic[0].detail.contains("it is about another object, /x"), "{events:?}");
}

#[tokio::test]
async fn a_missing_gallery_is_the_last_event() {
    let azure = Azure::start().await;
    let at = format!("{GALLERY}/inVMAccessControlProfiles");
    azure.get_responds(&at, 404, error("ParentResourceNotFound", "The gallery was not found.")).await;
    let arguments = [("gallery_id", Value::from(GALLERY))];
    let events = list(&azure, invm_access_profile::schema::TYPE, &arguments, false, 0).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].diagnostic[0].summary, "Gallery not found");
    assert!(events[0].diagnostic[0].attribute.is_some());
}

#[tokio::test]
async fn machines_that_refer_to_the_versions_are_listed() {
    let azure = Azure::start().await;
    let compute = GALLERY.replace("/galleries/g", "");
    let group = GALLERY.split("/providers/").next().unwrap();
    let machine = |kind: &str, name: &str, imds: serde_json::Value, member: bool| {
        let settings = json!({"securityProfile": {"proxyAgentSettings": {"imds": imds}}});
        let mut properties =
            if kind == "virtualMachines" { settings } else { json!({"virtualMachineProfile": settings}) };
        if member {
            properties["virtualMachineScaleSet"] = json!({"id": "/set"});
        }
        json!({"id": format!("{compute}/{kind}/{name}"), "name": name, "location": "westus", "properties": properties})
    };
    let reference =
        |name: &str| json!({"inVMAccessControlProfileReferenceId": format!("{PROFILE}/versions/{name}")});
    let vms = json!([
        machine("virtualMachines", "a", reference("1.0.0"), false),
        machine("virtualMachines", "b", json!({"mode": "Audit"}), false),
        machine("virtualMachines", "c", reference("1.0.1"), false),
        machine("virtualMachines", "member", reference("1.0.0"), true),
    ]);
    let sets = json!([machine("virtualMachineScaleSets", "s", reference("1.0.0"), false)]);
    azure.list_returns(&format!("{compute}/virtualMachines"), &[vms]).await;
    azure.list_returns(&format!("{compute}/virtualMachineScaleSets"), &[sets]).await;
    let named =
        |events: &[Event]| -> Vec<String> { events.iter().map(|event| event.display_name.clone()).collect() };
    let kind = crate::provider::invm_access_attachment::schema::TYPE;
    let all = list(&azure, kind, &[("resource_group_id", group.into())], true, 0).await;
    assert_eq!(named(&all), ["a", "c", "s"]);
    let identity =
        identity(&all[2], &identity::schema::<crate::arm::ids::MachineId>().implied_type()).unwrap();
    assert_eq!(identity.get("machine_type"), Some(&"virtualMachineScaleSets".into()));
    assert!(all[0].resource_object.is_some());
    let version = format!("{PROFILE}/versions/1.0.0");
    let arguments = [("resource_group_id", group.into()), ("profile_version_id", version.into())];
    assert_eq!(named(&list(&azure, kind, &arguments, false, 0).await), ["a", "s"]);
}
