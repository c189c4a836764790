//! Tests that the emulator behaves as recorded at Azure: the life of a version, lists, and the limits.

use super::*;

const LIMIT: &str = "x-ms-ratelimit-remaining-resource";

fn named(world: &mut World, body: &Value) -> Reply {
    world.call("PUT", &version("1.0.0"), body)
}

fn text(reply: &Reply) -> String {
    String::from_utf8(reply.body.to_vec()).unwrap()
}

/// An emulator with a profile, at the pace of Azure.
fn at_azure(change: Value) -> World {
    let mut all = json!({"pace": "azure"});
    crate::json::merge(&mut all, &change);
    let mut world = World::new(&all);
    assert_eq!(world.call("PUT", &profile(), &profile_body()).status, 201);
    world.wait(0.1);
    world
}

#[test]
fn a_version_is_filled_in_and_takes_45_seconds() {
    let mut world = at_azure(json!({}));
    let mut body = version_body();
    body["tags"] = json!({});
    let created = named(&mut world, &body);
    assert_eq!(created.status, 201);
    let now = "2024-01-01T00:00:00.1";
    let written = text(&created);
    let expected = "{\r\n  \"name\": \"1.0.0\",\r\n  \"id\": \"/subscriptions/sub/resourceGroups/Rg/providers/\
                    Microsoft.Compute/galleries/Gal/inVMAccessControlProfiles/Prof/versions/1.0.0\",\r\n  \
                    \"type\": \"Microsoft.Compute/galleries/inVMAccessControlProfiles\",\r\n  \
                    \"location\": \"westus\",\r\n  \"tags\": {},\r\n  \"properties\": {\r\n    \"mode\": \"Audit\",\r\n    \
                    \"defaultAccess\": \"Allow\",\r\n    \"targetLocations\": [\r\n      {\r\n        \
                    \"name\": \"westus\"\r\n      }\r\n    ],\r\n    \"excludeFromLatest\": false,\r\n    \
                    \"publishedDate\": \"2024-01-01T00:00:00.1";
    assert!(written.starts_with(expected), "{written}");
    assert!(
        written.ends_with("+00:00\",\r\n    \"provisioningState\": \"Creating\"\r\n  }\r\n}"),
        "{written}"
    );
    let published = created.value()["properties"]["publishedDate"].clone();
    assert!(published.as_str().unwrap().starts_with(now));
    assert_eq!(header(&created, "location"), None);
    let operation = relative(&header(&created, "azure-asyncoperation").unwrap());
    assert!(operation.contains(&header(&created, "x-ms-request-id").unwrap()));
    world.wait(45.0);
    let running = world.get(&operation);
    assert_eq!(running.value()["status"], "InProgress");
    assert!(running.value().get("endTime").is_none());
    world.wait(0.1);
    assert_eq!(world.get(&operation).value()["status"], "Succeeded");
    let read = world.get(&version("1.0.0"));
    let properties = &read.value()["properties"];
    assert_eq!(properties["publishedDate"], published);
    assert_eq!(
        properties["replicationStatus"],
        json!({"aggregatedState": "Completed",
               "summary": [{"progress": 100, "region": "westus", "state": "Completed"}]})
    );
    assert!(properties.get("rules").is_none());
}

#[test]
fn the_home_region_comes_first_in_arms_spelling() {
    let mut world = at_azure(json!({}));
    let targets = |names: &[&str]| -> Value { names.iter().map(|name| json!({ "name": name })).collect() };
    for (sent, kept) in [
        (
            targets(&["EastUS2EUAP", "CentralUSEUAP", "westUS"]),
            targets(&["westus", "eastus2euap", "centraluseuap"]),
        ),
        (targets(&["West US"]), targets(&["westus"])),
        (targets(&["east us"]), targets(&["westus", "eastus"])),
        (targets(&[]), targets(&["westus"])),
        (Value::Null, targets(&["westus"])),
    ] {
        let mut body = version_body();
        body["properties"]["targetLocations"] = sent.clone();
        let answered = named(&mut world, &body).value();
        assert_eq!(answered["properties"]["targetLocations"], kept, "{sent}");
        world.wait(46.0);
    }
}

#[test]
fn a_deletion_has_two_addresses_and_the_second_ends_with_nothing() {
    let mut world = at_azure(json!({"strict": true}));
    named(&mut world, &version_body());
    world.wait(46.0);
    let deleted = world.call("DELETE", &version("1.0.0"), &Value::Null);
    assert_eq!(
        (deleted.status.as_u16(), text(&deleted), header(&deleted, "content-type")),
        (202, String::new(), None)
    );
    let status = relative(&header(&deleted, "azure-asyncoperation").unwrap());
    let monitor = relative(&header(&deleted, "location").unwrap());
    assert_eq!(monitor.len(), status.len() + "monitor=true&".len());
    let cut = status.split("&s=").next().unwrap().to_owned();
    assert_eq!(verdict(&world.get(&cut)), (403, "InvalidOperationAddress".to_owned()));
    world.wait(46.0);
    assert_eq!(world.get(&status).value()["status"], "Succeeded");
    let ended = world.get(&monitor);
    assert_eq!(
        (ended.status.as_u16(), text(&ended), header(&ended, "content-type")),
        (200, String::new(), None)
    );
}

#[test]
fn lists_are_compact_and_the_empty_one_is_arms_own() {
    let mut world = at_azure(json!({}));
    let list = gallery("/inVMAccessControlProfiles/prof/versions");
    let empty = world.get(&list);
    assert_eq!(text(&empty), "{\"value\":[]}");
    assert_eq!(header(&empty, LIMIT), None);
    assert_eq!(header(&empty, "x-ms-request-id"), header(&empty, "x-ms-correlation-request-id"));
    named(&mut world, &version_body());
    world.wait(46.0);
    let one = world.get(&list);
    assert!(text(&one).starts_with("{\"value\":[{\"name\":\"1.0.0\",\"id\":\"/sub"), "{}", text(&one));
    assert!(text(&one).contains("\"replicationStatus\":{\"aggregatedState\":\"Completed\""));
    assert!(header(&one, "x-ms-original-request-ids").is_some());
    assert!(
        header(&one, LIMIT)
            .unwrap()
            .starts_with("Microsoft.Compute/ListGalleryInVMAccessControlProfileVersion3Min;599,")
    );
    assert_ne!(header(&one, "x-ms-request-id"), header(&one, "x-ms-correlation-request-id"));
    let missing = world.get(&version("9.9.9"));
    assert_eq!((missing.status.as_u16(), header(&missing, LIMIT)), (404, None));
    assert_eq!(header(&missing, "x-ms-failure-cause").as_deref(), Some("gateway"));
    let resources = world.get("/subscriptions/sub/resources?api-version=2021-04-01").value();
    let types: Vec<&str> =
        resources["value"].as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert!(types.contains(&"Microsoft.Compute/galleries/inVMAccessControlProfiles/versions"), "{types:?}");
}

#[test]
fn the_providers_limits_count_its_own_work_and_refuse_only_if_so_set() {
    let mut world = at_azure(json!({}));
    named(&mut world, &version_body());
    world.wait(46.0);
    let left = |reply: &Reply| header(reply, LIMIT).unwrap();
    let read = world.get(&version("1.0.0"));
    assert_eq!(
        left(&read),
        "Microsoft.Compute/GetGalleryInVMAccessControlProfileVersion3Min;594,\
         Microsoft.Compute/GetGalleryInVMAccessControlProfileVersion30Min;2994"
    );
    named(&mut world, &version_body());
    world.wait(46.0);
    assert!(left(&world.get(&version("1.0.0"))).contains("3Min;589,"), "a change costs four reads");
    for _ in 0..700 {
        assert_eq!(world.get(&version("1.0.0")).status, 200);
    }
    assert!(left(&world.get(&version("1.0.0"))).contains("3Min;540,"), "no client has to slow down");
    world.emulator.settings = world.emulator.settings.changed(&json!({"throttle_compute": true})).unwrap();
    let refused = world.get(&version("1.0.0"));
    assert_eq!(verdict(&refused), (429, "OperationNotAllowed".to_owned()));
    let detail = &refused.value()["error"]["details"][0];
    assert_eq!(detail["target"], "GetGalleryInVMAccessControlProfileVersion3Min");
    assert!(detail["message"].as_str().unwrap().contains("\"allowedRequestCount\":600"));
    assert!(left(&refused).contains("3Min;0,"));
    assert_eq!(header(&refused, "retry-after").as_deref(), Some("180"));
    assert_eq!(world.get(&profile()).status, 200, "another kind of request has a limit of its own");
    world.wait(180.0);
    assert_eq!(world.get(&version("1.0.0")).status, 200);
}
