use std::time::Duration;

use hyper::header::HeaderValue;
use serde_json::{Value, json};

use super::*;
use crate::clock::Clock;
use crate::faults::{Plan, Script};
use crate::settings::Settings;
use crate::testing::{self, BASE};

mod recorded;

const API: &str = "api-version=2024-03-03";

/// An emulator with a manual clock, and a client with a token.
struct World {
    emulator: Emulator,
    clock: Clock,
    token: String,
}

impl World {
    /// With a group and a gallery, created while writes take no time; then applies the settings.
    fn new(change: &Value) -> Self {
        let (mut emulator, clock, token) = testing::started(testing::identity());
        emulator.reset();
        let mut world = Self { emulator, clock, token };
        world.call(
            "PUT",
            "/subscriptions/sub/resourceGroups/Rg?api-version=2021-04-01",
            &json!({"location": "westus"}),
        );
        world.call("PUT", &gallery(""), &json!({"location": "westus"}));
        world.emulator.settings = Settings::default().changed(change).unwrap();
        world
    }

    fn call(&mut self, method: &str, path: &str, body: &Value) -> Reply {
        testing::send(&mut self.emulator, &self.token, method, path, body)
    }

    fn get(&mut self, path: &str) -> Reply {
        self.call("GET", path, &Value::Null)
    }

    fn wait(&self, seconds: f64) {
        self.clock.advance(Duration::from_secs_f64(seconds));
    }

    fn script(&mut self, faults: &Value) {
        self.emulator.script = Script::parse(faults.to_string().as_bytes()).unwrap();
    }
}

fn gallery(rest: &str) -> String {
    format!("/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Compute/galleries/Gal{rest}?{API}")
}

fn profile() -> String {
    gallery("/inVMAccessControlProfiles/Prof")
}

fn version(name: &str) -> String {
    gallery(&format!("/inVMAccessControlProfiles/prof/versions/{name}"))
}

fn profile_body() -> Value {
    json!({"location": "West US", "properties": {"osType": "Linux", "applicableHostEndpoint": "IMDS"}})
}

fn version_body() -> Value {
    json!({"location": "westus", "properties": {"mode": "Audit", "defaultAccess": "Allow"}})
}

fn verdict(reply: &Reply) -> (u16, String) {
    let code = reply.value()["error"]["code"].as_str().unwrap_or("").to_owned();
    (reply.status.as_u16(), code)
}

fn header(reply: &Reply, name: &str) -> Option<String> {
    reply.headers.get(name).map(|value| value.to_str().unwrap().to_owned())
}

fn relative(address: &str) -> String {
    address.strip_prefix(BASE).unwrap().to_owned()
}

#[test]
fn a_create_ends_by_azure_async_operation() {
    let mut world = World::new(&json!({"operations": "async", "operation_seconds": 5}));
    let created = world.call("PUT", &profile(), &profile_body());
    assert_eq!(created.status, 201);
    assert_eq!(created.value()["properties"]["provisioningState"], "Creating");
    assert_eq!(header(&created, "location"), None);
    assert_eq!(header(&created, "retry-after"), None);
    let operation = relative(&header(&created, "azure-asyncoperation").unwrap());
    assert!(operation.contains("/providers/Microsoft.Compute/locations/westus/capsOperations/"));
    assert_eq!(world.get(&operation).value()["status"], "InProgress");
    assert_eq!(world.get(&profile()).value()["properties"]["provisioningState"], "Creating");
    assert_eq!(verdict(&world.call("PUT", &profile(), &profile_body())), (409, "Conflict".to_owned()));
    world.wait(5.0);
    assert_eq!(world.get(&operation).value()["status"], "Succeeded");
    let read = world.get(&profile()).value();
    assert_eq!(read["properties"]["provisioningState"], "Succeeded");
    assert_eq!(
        read["id"],
        "/subscriptions/sub/resourceGroups/Rg/providers/Microsoft.Compute/galleries/Gal/inVMAccessControlProfiles/Prof"
    );
    assert_eq!(read["location"], "westus");
    let updated = world.call("PUT", &profile().to_lowercase(), &profile_body());
    assert_eq!(updated.status, 200);
    assert_eq!(updated.value()["name"], "Prof");
}

#[test]
fn location_answers_202_until_it_is_over() {
    let mut world = World::new(&json!({"operations": "location", "operation_seconds": 5, "retry_after": 7}));
    let created = world.call("PUT", &profile(), &profile_body());
    assert_eq!(header(&created, "azure-asyncoperation"), None);
    assert_eq!(header(&created, "retry-after").as_deref(), Some("7"));
    let monitor = relative(&header(&created, "location").unwrap());
    assert!(monitor.contains("monitor=true"));
    assert_eq!(world.get(&monitor).status, 202);
    world.wait(5.0);
    let last = world.get(&monitor);
    assert_eq!((last.status.as_u16(), last.value()["name"].clone()), (200, json!("Prof")));
    let deleted = world.call("DELETE", &profile(), &Value::Null);
    assert_eq!(deleted.status, 202);
    world.wait(5.0);
    let ended = world.get(&relative(&header(&deleted, "location").unwrap()));
    assert_eq!((ended.status.as_u16(), ended.body.len(), header(&ended, "content-type")), (200, 0, None));
}

#[test]
fn a_write_may_show_only_its_state_or_no_operation() {
    let mut world = World::new(&json!({"operations": "state", "operation_seconds": 5}));
    let created = world.call("PUT", &profile(), &profile_body());
    assert!(header(&created, "location").is_none() && header(&created, "azure-asyncoperation").is_none());
    world.wait(5.0);
    let deleted = world.call("DELETE", &profile(), &Value::Null);
    assert_eq!((deleted.status.as_u16(), header(&deleted, "location")), (202, None));
    assert_eq!(world.get(&profile()).value()["properties"]["provisioningState"], "Deleting");
    world.wait(5.0);
    assert_eq!(verdict(&world.get(&profile())), (404, "ResourceNotFound".to_owned()));
    let mut world = World::new(&json!({"operations": "none"}));
    let created = world.call("PUT", &profile(), &profile_body());
    assert_eq!(created.value()["properties"]["provisioningState"], "Succeeded");
    assert_eq!(world.call("DELETE", &profile(), &Value::Null).status, 204);
    assert_eq!(world.call("DELETE", &profile(), &Value::Null).status, 204);
}

#[test]
fn each_thing_missing_has_its_code() {
    let mut world = World::new(&json!({"operations": "none"}));
    for (path, code) in [
        ("/subscriptions/other/resourceGroups/rg?api-version=2021-04-01".to_owned(), "SubscriptionNotFound"),
        (gallery("").replace("/rg/", "/none/"), "ResourceGroupNotFound"),
        (gallery("").replace("/Gal", "/none"), "ResourceNotFound"),
        (profile().replace("/Gal", "/none"), "ParentResourceNotFound"),
        (profile(), "ResourceNotFound"),
        (version("1.0.0"), "ParentResourceNotFound"),
        (gallery("/inVMAccessControlProfiles/p/versions"), "ParentResourceNotFound"),
        (gallery("/images/i"), "InvalidResourceType"),
        (gallery("").replace("Microsoft.Compute", "Contoso.Compute"), "InvalidResourceNamespace"),
        ("/nowhere/at/all".to_owned(), "NotFound"),
    ] {
        assert_eq!(verdict(&world.get(&path)), (404, code.to_owned()), "{path}");
    }
    for (version, code) in [
        ("", "MissingApiVersionParameter"),
        ("?api-version=soon", "InvalidApiVersionParameter"),
        ("?api-version=2020-12-01", "NoRegisteredProviderFound"),
    ] {
        let path = profile().replace(&format!("?{API}"), version);
        assert_eq!(verdict(&world.get(&path)), (400, code.to_owned()), "{path}");
    }
    for date in versions::PROFILES {
        assert_eq!(
            world.call("PUT", &profile().replace("2024-03-03", date), &profile_body()).status.as_u16() / 100,
            2
        );
    }
}

#[test]
fn parents_cannot_be_deleted_before_their_children() {
    let mut world = World::new(&json!({"operation_seconds": 1, "delete_lag_seconds": 10}));
    world.call("PUT", &profile(), &profile_body());
    world.wait(1.0);
    world.call("PUT", &version("1.0.0"), &version_body());
    world.wait(1.0);
    let nested = world.call("DELETE", &profile(), &Value::Null);
    assert_eq!(verdict(&nested), (409, "CannotDeleteResource".to_owned()));
    assert!(nested.value().to_string().contains("inVMAccessControlProfiles/Prof/versions/1.0.0"));
    let deleted = world.call("DELETE", &version("1.0.0"), &Value::Null);
    let again = world.call("DELETE", &version("1.0.0"), &Value::Null);
    assert_eq!(header(&deleted, "azure-asyncoperation"), header(&again, "azure-asyncoperation"));
    world.wait(1.0);
    assert_eq!(world.get(&version("1.0.0")).status, 404);
    let lag = world.call("DELETE", &profile(), &Value::Null);
    assert!(lag.value().to_string().contains("before nested resources are deleted"), "{lag:?}");
    world.wait(10.0);
    assert_eq!(world.call("DELETE", &profile(), &Value::Null).status, 202);
}

#[test]
fn a_visible_lag_keeps_the_version_readable() {
    let mut world =
        World::new(&json!({"operation_seconds": 1, "delete_lag_seconds": 10, "delete_lag_visible": true}));
    world.call("PUT", &profile(), &profile_body());
    world.wait(1.0);
    let deleted = world.call("DELETE", &profile(), &Value::Null);
    world.wait(2.0);
    let operation = relative(&header(&deleted, "azure-asyncoperation").unwrap());
    assert_eq!(world.get(&operation).value()["status"], "Succeeded");
    assert_eq!(world.get(&profile()).value()["properties"]["provisioningState"], "Deleting");
    world.wait(9.0);
    assert_eq!(world.get(&profile()).status, 404);
}

#[test]
fn immutable_members_do_not_change() {
    let mut world = World::new(&json!({"operations": "none"}));
    world.call("PUT", &profile(), &profile_body());
    let mut other = profile_body();
    other["properties"]["osType"] = json!("Windows");
    assert_eq!(verdict(&world.call("PUT", &profile(), &other)), (409, "PropertyChangeNotAllowed".to_owned()));
    world.emulator.settings = world.emulator.settings.changed(&json!({"immutable": "keep"})).unwrap();
    assert_eq!(world.call("PUT", &profile(), &other).value()["properties"]["osType"], "Linux");
    other["location"] = json!("eastus");
    assert_eq!(verdict(&world.call("PUT", &profile(), &other)), (409, "InvalidResourceLocation".to_owned()));
}

#[test]
fn put_replaces_and_patch_changes() {
    let mut world = World::new(&json!({"operations": "none"}));
    let mut body = profile_body();
    body["tags"] = json!({"a": "1", "b": "2"});
    body["properties"]["description"] = json!("first");
    world.call("PUT", &profile(), &body);
    let patched = world.call("PATCH", &profile(), &json!({"tags": {"a": "3"}})).value();
    assert_eq!(patched["tags"], json!({"a": "3"}));
    assert_eq!(patched["properties"]["description"], "first");
    let cleared = world.call("PATCH", &profile(), &json!({"properties": {"description": null}})).value();
    assert!(cleared["properties"].get("description").is_none());
    world.call("PUT", &profile(), &body);
    let replaced = world.call("PUT", &profile(), &profile_body()).value();
    assert!(replaced.get("tags").is_none() && replaced["properties"].get("description").is_none());
    let missing = world.call("PATCH", &version("1.0.0"), &json!({}));
    assert_eq!(verdict(&missing), (404, "ResourceNotFound".to_owned()));
}

#[test]
fn lists_come_in_pages_with_links_of_each_form() {
    let mut world = World::new(&json!({"operations": "none", "page_size": 2}));
    world.call("PUT", &profile(), &profile_body());
    for name in ["1.0.0", "1.0.1", "1.0.2", "1.0.3", "1.0.4"] {
        world.call("PUT", &version(name), &version_body());
    }
    let list = gallery("/inVMAccessControlProfiles/prof/versions");
    let (mut names, mut next) = (Vec::new(), Some(list.clone()));
    while let Some(path) = next {
        let page = world.get(&path).value();
        names.extend(
            page["value"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()),
        );
        next = page["nextLink"].as_str().map(relative);
    }
    assert_eq!(names, ["1.0.0", "1.0.1", "1.0.2", "1.0.3", "1.0.4"]);
    for (form, start, has_version) in [
        ("no-api-version", "https://127.0.0.1:1/", false),
        ("foreign", "http://svchost:99/", false),
        ("full", BASE, true),
    ] {
        world.emulator.settings = world.emulator.settings.changed(&json!({"next_link": form})).unwrap();
        let link = world.get(&list).value()["nextLink"].as_str().unwrap().to_owned();
        assert!(link.starts_with(start), "{link}");
        assert_eq!(link.contains("api-version"), has_version, "{link}");
    }
}

#[test]
fn deleting_a_group_deletes_its_content() {
    let mut world = World::new(&json!({"operations": "none"}));
    world.call("PUT", &profile(), &profile_body());
    let group = "/subscriptions/sub/resourcegroups/RG?api-version=2021-04-01";
    assert_eq!(world.call("HEAD", group, &Value::Null).status, 204);
    world.emulator.settings = Settings::default().changed(&json!({"operation_seconds": 1})).unwrap();
    let deleted = world.call("DELETE", group, &Value::Null);
    let monitor = relative(&header(&deleted, "location").unwrap());
    assert!(monitor.contains("/operationresults/"));
    assert_eq!(world.get(&monitor).status, 202);
    let late = world.call("PUT", &profile(), &profile_body());
    assert_eq!(verdict(&late), (409, "ResourceGroupBeingDeleted".to_owned()));
    world.wait(1.0);
    assert_eq!(world.get(&monitor).status, 200);
    assert_eq!(world.call("HEAD", group, &Value::Null).status, 404);
    assert_eq!(world.emulator.store.all().count(), 0);
}

#[test]
fn locks_span_the_gallery_if_so_set() {
    let mut world = World::new(&json!({"operation_seconds": 5, "lock": "gallery"}));
    world.call("PUT", &profile(), &profile_body());
    let other = gallery("/inVMAccessControlProfiles/other");
    assert_eq!(verdict(&world.call("PUT", &other, &profile_body())), (409, "Conflict".to_owned()));
    world.emulator.settings = world.emulator.settings.changed(&json!({"lock": "object"})).unwrap();
    assert_eq!(world.call("PUT", &other, &profile_body()).status, 201);
}

#[test]
fn faults_apply_before_and_after_a_request() {
    let mut world = World::new(&json!({"operations": "none"}));
    world.script(&json!([
        {"match": {"method": "PUT"}, "action": {"do": "answer", "status": 503, "text": "<html>"}},
        {"match": {"method": "PUT"}, "nth": 2, "action": {"do": "operation", "ending": "Failed",
        "code": "Broken",
         "seconds": 2, "hidden_polls": 1}},
        {"match": {"method": "PUT"}, "nth": 3, "action": {"do": "hide", "reads": 2}}
    ]));
    assert_eq!(world.call("PUT", &profile(), &profile_body()).status, 503);
    assert_eq!(world.get(&profile()).status, 404);
    let failing = world.call("PUT", &profile(), &profile_body());
    let operation = relative(&header(&failing, "azure-asyncoperation").unwrap());
    assert_eq!(world.get(&operation).status, 404);
    world.wait(2.0);
    let status = world.get(&operation).value();
    assert_eq!((&status["status"], &status["error"]["code"]), (&json!("Failed"), &json!("Broken")));
    assert_eq!(world.get(&profile()).value()["properties"]["provisioningState"], "Failed");
    assert_eq!(world.call("PUT", &profile(), &profile_body()).status, 200);
    let reads: Vec<u16> = (0..3).map(|_| world.get(&profile()).status.as_u16()).collect();
    assert_eq!(reads, [404, 404, 200]);
}

#[test]
fn a_failed_create_can_leave_nothing() {
    let mut world = World::new(&json!({"operation_seconds": 1}));
    world.script(&json!([
        {"match": {"method": "PUT"}, "action": {"do": "operation", "ending": "Canceled",
        "leaves_nothing": true}}
    ]));
    assert_eq!(world.call("PUT", &profile(), &profile_body()).status, 201);
    assert_eq!(world.get(&profile()).status, 200);
    world.wait(1.0);
    assert_eq!(world.get(&profile()).status, 404);
}

#[test]
fn scripts_alter_responses_and_expire_tokens() {
    let mut world = World::new(&json!({}));
    world.script(&json!([
        {"match": {"method": "PUT"}, "action": {"do": "alter", "status": 202,
        "remove_headers": ["azure-asyncoperation",
         "retry-after"], "merge": {"properties": {"provisioningState": null}}}},
        {"match": {"method": "GET"}, "nth": 2, "action": {"do": "expire-token"}},
        {"match": {"method": "DELETE"}, "action": {"do": "nested"}}
    ]));
    let altered = world.call("PUT", &profile(), &profile_body());
    assert_eq!((altered.status.as_u16(), header(&altered, "azure-asyncoperation")), (202, None));
    assert!(altered.value()["properties"].get("provisioningState").is_none());
    assert_eq!(verdict(&world.call("DELETE", &profile(), &Value::Null)).1, "CannotDeleteResource");
    assert_eq!(world.get(&profile()).status, 200);
    let expired = world.get(&profile());
    assert_eq!(verdict(&expired), (401, "ExpiredAuthenticationToken".to_owned()));
    assert!(header(&expired, "www-authenticate").unwrap().starts_with("Bearer "));
    assert_eq!(world.get(&profile()).status, 401);
}

#[test]
fn headers_are_those_of_arm() {
    let mut world = World::new(&json!({"throttle": true, "clock_skew_seconds": 3600}));
    let mut request = Request::new(Method::GET, &gallery(""), BASE);
    for (name, value) in [
        ("authorization", format!("Bearer {}", world.token)),
        ("x-ms-correlation-request-id", "mine".to_owned()),
        ("x-ms-client-request-id", "client".to_owned()),
        ("x-ms-return-client-request-id", "true".to_owned()),
    ] {
        request.headers.insert(name, HeaderValue::try_from(value).unwrap());
    }
    let reply = world.emulator.answer(&request, &Plan::default()).reply;
    assert_eq!(header(&reply, "x-ms-correlation-request-id").as_deref(), Some("mine"));
    assert_eq!(header(&reply, "x-ms-client-request-id").as_deref(), Some("client"));
    assert_eq!(header(&reply, "x-ms-ratelimit-remaining-subscription-reads").as_deref(), Some("249"));
    assert_eq!(header(&reply, "date").as_deref(), Some("Mon, 01 Jan 2024 01:00:00 GMT"));
    assert!(
        header(&reply, "x-ms-request-id").is_some() && header(&reply, "x-ms-routing-request-id").is_some()
    );
    for _ in 0..249 {
        world.get(&gallery(""));
    }
    let refused = world.get(&gallery(""));
    assert_eq!(verdict(&refused), (429, "SubscriptionRequestsThrottled".to_owned()));
    assert_eq!(header(&refused, "retry-after").as_deref(), Some("1"));
}

#[test]
fn state_survives_a_restart() {
    let mut world = World::new(&json!({"operation_seconds": 5}));
    world.call("PUT", &profile(), &profile_body());
    let state: Value = serde_json::from_str(&world.emulator.state().to_string()).unwrap();
    let mut next = World::new(&json!({}));
    next.emulator.restore(&state).unwrap();
    next.wait(5.0);
    assert_eq!(next.get(&profile()).value()["properties"]["provisioningState"], "Succeeded");
    assert!(next.emulator.restore(&json!({"version": 2})).is_err());
}
