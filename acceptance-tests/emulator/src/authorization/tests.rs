use serde_json::{Value, json};

use crate::emulator::Emulator;
use crate::entra::Identity;
use crate::exchange::Reply;
use crate::testing::{self, BASE};

const API: &str = "api-version=2022-04-01";
const AUTH: &str = "/providers/Microsoft.Authorization";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const DELEGATE: &str = "66f75aeb-eabe-4b70-9f1e-c350c4c9ad04";

struct World {
    emulator: Emulator,
    token: String,
}

impl World {
    fn new(change: &Value) -> Self {
        let identity = Identity { object_id: "me".to_owned(), ..testing::identity() };
        let (emulator, _, token) = testing::started(identity);
        let mut world = Self { emulator, token };
        let group = "/subscriptions/sub/resourceGroups/rg?api-version=2021-04-01";
        assert_eq!(world.call("PUT", group, &json!({"location": "westus"})).status, 201);
        world.emulator.settings = world.emulator.settings.changed(change).unwrap();
        world
    }

    fn call(&mut self, method: &str, path: &str, body: &Value) -> Reply {
        testing::send(&mut self.emulator, &self.token, method, path, body)
    }

    fn get(&mut self, scope: &str, rest: &str) -> Reply {
        let mark = if rest.contains('?') { '&' } else { '?' };
        self.call("GET", &format!("{scope}{AUTH}/{rest}{mark}{API}"), &Value::Null)
    }

    /// The names of everything in a list, page by page.
    fn names(&mut self, scope: &str, rest: &str) -> Vec<String> {
        let mut reply = self.get(scope, rest);
        let mut names = Vec::new();
        loop {
            assert_eq!(reply.status, 200, "{:?}", reply.value());
            let body = reply.value();
            names.extend(
                body["value"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| item["name"].as_str().unwrap().to_owned()),
            );
            let Some(next) = body["nextLink"].as_str() else { return names };
            reply = self.call("GET", next.strip_prefix(BASE).unwrap(), &Value::Null);
        }
    }
}

fn code(reply: &Reply) -> String {
    reply.value()["error"]["code"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn definitions_are_found_by_id_and_by_filter_at_any_scope() {
    let mut world = World::new(&json!({"page_size": 3}));
    let all = world.names("", "roleDefinitions");
    assert!(all.len() > 9, "several pages");
    assert_eq!(world.names("/subscriptions/SUB/resourceGroups/RG", "roleDefinitions"), all);
    let filter = "roleDefinitions?$filter=roleName%20eq%20'reader'%20and%20type%20eq%20'BuiltInRole'";
    assert_eq!(world.names("/subscriptions/sub", filter), [READER]);
    let root = world.get("", &format!("roleDefinitions/{DELEGATE}")).value();
    assert_eq!(root["id"], format!("{AUTH}/roleDefinitions/{DELEGATE}"));
    assert!(root["properties"]["permissions"][0]["Condition"].is_string(), "capitals as published");
    let inside =
        world.get("/subscriptions/sub/resourceGroups/rg", &format!("roleDefinitions/{DELEGATE}")).value();
    assert_eq!(inside["id"], format!("/subscriptions/sub{AUTH}/roleDefinitions/{DELEGATE}"));
    assert_eq!(code(&world.get("", "roleDefinitions/00")), "RoleDefinitionDoesNotExist");
    assert_eq!(code(&world.get("/subscriptions/other", "roleDefinitions")), "SubscriptionNotFound");
    assert_eq!(
        code(&world.get("/subscriptions/sub/resourceGroups/no", "roleDefinitions")),
        "ResourceGroupNotFound"
    );
    assert_eq!(code(&world.get("", "roleDefinitions?$filter=roleName")), "InvalidFilterInQueryString");
}

#[test]
fn a_custom_role_exists_at_its_assignable_scopes() {
    let mut world = World::new(&json!({}));
    let scope = "/subscriptions/sub/resourceGroups/rg";
    let path = format!("{scope}{AUTH}/roleDefinitions/r1?{API}");
    let body = json!({"properties": {"roleName": "Mine", "permissions": [{"actions": ["*/read"]}]}});
    assert_eq!(world.call("PUT", &path, &body).status, 201);
    assert_eq!(
        code(&world.call("PUT", &path.replace("r1", "r2"), &body)),
        "RoleDefinitionWithSameNameExists"
    );
    let mine = "roleDefinitions?$filter=type%20eq%20'CustomRole'";
    assert_eq!(world.names(scope, mine), ["r1"]);
    assert_eq!(world.names("/subscriptions/sub", mine), [""; 0]);
    assert_eq!(world.names("/subscriptions/sub", &format!("{mine}%20and%20atScopeAndBelow()")), ["r1"]);
    assert_eq!(world.call("DELETE", &path, &Value::Null).status, 200);
    assert_eq!(world.call("DELETE", &path, &Value::Null).status, 204);
    let built_in = format!("{AUTH}/roleDefinitions/{READER}?{API}");
    assert_eq!(world.call("PUT", &built_in, &body).status, 403);
}

#[test]
fn assignments_are_listed_by_scope_and_principal() {
    let mut world = World::new(&json!({}));
    let put = |world: &mut World, scope: &str, name: &str, principal: &str| {
        let path = format!("{scope}{AUTH}/roleAssignments/{name}?{API}");
        let role = format!("{AUTH}/roleDefinitions/{READER}");
        world.call("PUT", &path, &json!({"properties": {"roleDefinitionId": role, "principalId": principal}}))
    };
    world.emulator.directory = world
        .emulator
        .directory
        .changed(&json!({"groups": {"outer": ["inner"], "inner": ["bob", "outer"]}, "roleAssignments": []}))
        .unwrap();
    let group = "/subscriptions/sub/resourceGroups/rg";
    assert_eq!(put(&mut world, group, "a1", "outer").status, 201);
    assert_eq!(code(&put(&mut world, group, "a2", "outer")), "RoleAssignmentExists");
    assert_eq!(
        put(&mut world, "/providers/Microsoft.Management/managementGroups/T", "a3", "bob").status,
        201
    );
    let names = |world: &mut World, scope: &str, filter: &str| {
        world.names(scope, &format!("roleAssignments?$filter={filter}"))
    };
    assert_eq!(names(&mut world, group, "atScope()%20and%20assignedTo('BOB')"), ["a1", "a3"]);
    assert_eq!(names(&mut world, group, "principalId%20eq%20'bob'"), ["a3"]);
    assert_eq!(names(&mut world, "/subscriptions/sub", "atScope()"), ["a3"]);
    assert_eq!(names(&mut world, "/subscriptions/sub", "assignedTo('bob')"), ["a1", "a3"]);
    assert_eq!(world.names(group, "denyAssignments"), [""; 0]);
    let gallery = format!("{group}/providers/Microsoft.Compute/galleries/none");
    assert_eq!(code(&world.get(&gallery, "roleAssignments")), "ResourceNotFound");
}

#[test]
fn permissions_come_from_the_callers_roles_without_conditions() {
    let mut world = World::new(&json!({}));
    let group = "/subscriptions/sub/resourceGroups/rg";
    let actions = |world: &mut World| world.get(group, "permissions").value()["value"][0]["actions"].clone();
    assert_eq!(actions(&mut world), json!(["*"]), "Owner at first");
    let body = json!({"roleAssignments": [{"name": "x", "properties": {
        "principalId": "team", "scope": "/subscriptions/sub", "roleDefinitionId": DELEGATE}}],
        "groups": {"team": ["me"]}});
    world.emulator.directory = world.emulator.directory.changed(&body).unwrap();
    let blocks = world.get(group, "permissions").value();
    assert_eq!(blocks["value"][0]["actions"].as_array().unwrap().len(), 14);
    assert!(blocks["value"][0].get("Condition").is_none());
    assert_eq!(world.get("/subscriptions/sub", "permissions").status, 200);
    world.emulator.settings.strict = true;
    assert_eq!(world.get("/subscriptions/sub", "permissions").status, 404);
    assert_eq!(world.get("", "permissions").status, 404);
}

#[test]
fn the_catalogue_is_returned_whole_or_by_namespace() {
    let mut world = World::new(&json!({"page_size": 3}));
    let names = world.names("", "providerOperations");
    assert!(names.len() > 3 && names.contains(&"Microsoft.Compute".to_owned()));
    let one = world.get("", "providerOperations/microsoft.compute").value();
    assert_eq!(one["name"], "Microsoft.Compute");
    let first = &one["resourceTypes"][0]["operations"][0];
    assert_eq!((&first["isDataAction"], first["displayName"].is_string()), (&json!(false), true));
    assert_eq!(world.get("", "providerOperations/No.Such").status, 404);
    assert_eq!(world.get("/subscriptions/sub", "providerOperations").status, 404);
}

#[test]
fn the_state_file_keeps_roles_and_a_reset_does_not() {
    let mut world = World::new(&json!({}));
    world.emulator.directory =
        world.emulator.directory.changed(&json!({"managementGroups": ["top"]})).unwrap();
    let state = world.emulator.state();
    world.emulator.reset();
    assert_eq!(world.emulator.directory.management_groups, ["t"]);
    world.emulator.restore(&state).unwrap();
    assert_eq!(world.emulator.directory.management_groups, ["top"]);
    assert!(world.emulator.directory.changed(&json!({"roles": []})).is_err());
}
