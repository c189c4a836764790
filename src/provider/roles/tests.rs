//! The data sources about roles against a small server on loopback.

use serde_json::{Value as Json, json};

use crate::plugin::data_source::ReadData;
use crate::plugin::provider::ClientCapabilities;
use crate::plugin::schema::check;
use crate::plugin::{DataSource, Value};
use crate::provider::azure_double::{Azure, context, error};
use crate::provider::connection::Connection;
use crate::provider::functions::json::from_value;

const AUTH: &str = "/providers/Microsoft.Authorization";
const ROLE: &str = "66f75aeb-eabe-4b70-9f1e-c350c4c9ad04";
const GROUP: &str = "/subscriptions/s/resourceGroups/rg";
const GALLERY: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/galleries/g";
const ME: &str = "11111111-0000-0000-0000-000000000000";

fn source(connection: &Connection, name: &str) -> std::sync::Arc<dyn DataSource> {
    super::all(connection).into_iter().find(|source| source.type_name() == name).unwrap()
}

fn config(source: &dyn DataSource, written: &[(&str, Value)]) -> Value {
    let schema = source.schema();
    let names = schema.block.attributes.iter().map(|attribute| attribute.name.to_string());
    let names = names.chain(schema.block.blocks.iter().map(|block| block.name.to_string()));
    let written =
        |name: &str| written.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone());
    Value::object(names.map(|name| {
        let value = written(&name).unwrap_or(Value::Null);
        (name, value)
    }))
}

/// What the data source returns, or the first diagnostic.
async fn read(azure: &Azure, name: &str, written: &[(&str, Value)]) -> Result<Json, String> {
    let source = source(&azure.connection, name);
    let config = config(source.as_ref(), written);
    let request = ReadData { config, capabilities: ClientCapabilities::default() };
    match source.read(&context(), request).await {
        Ok(found) => Ok(from_value(&found.state)),
        Err(failure) => {
            let diagnostic = failure.into_diagnostics().into_iter().next().unwrap();
            let path = diagnostic.path.map(|path| format!("{path}: ")).unwrap_or_default();
            Err(format!("{path}{}: {}", diagnostic.summary, diagnostic.detail))
        }
    }
}

fn definition(guid: &str, name: &str, permissions: Json) -> Json {
    json!({"id": format!("{AUTH}/roleDefinitions/{guid}"), "name": guid, "type": "Microsoft.Authorization/roleDefinitions",
        "properties": {"roleName": name, "type": "BuiltInRole", "assignableScopes": ["/"], "permissions": permissions}})
}

fn assignment(scope: &str, role: &str, condition: Json) -> Json {
    json!({"id": "/a", "name": "a", "properties": {"scope": scope, "principalId": ME, "principalType": "User",
        "roleDefinitionId": format!("{AUTH}/roleDefinitions/{role}"), "condition": condition}})
}

#[test]
fn terraform_accepts_the_schemas() {
    for source in super::all(&Connection::default()) {
        assert_eq!(check::schema(&source.schema(), check::Use::DataSource), [], "{}", source.type_name());
    }
}

#[tokio::test]
async fn a_role_is_read_with_its_capitalised_condition() {
    let azure = Azure::start().await;
    let block = json!({"actions": ["A.B/*/read", "a.b/c/write"], "notActions": ["A.B/x/read"], "ConditionVersion": "2.0",
        "Condition": "!(ActionMatches{'A.B/c/write'}) OR (Exists @Request[a])"});
    azure
        .get_returns(&format!("{AUTH}/roleDefinitions/{ROLE}"), definition(ROLE, "Role", json!([block])))
        .await;
    let operations =
        ["A.B/x/read", "A.B/y/read", "A.B/c/write", "A.B/C/WRITE"].map(|name| json!({"name": name}));
    let namespace = json!({"name": "A.B", "operations": operations});
    azure.get_returns(&format!("{AUTH}/providerOperations/A.B"), namespace).await;
    let id = ROLE.to_uppercase();
    let state =
        read(&azure, "gallery_role_definition", &[("role_definition_id", id.as_str().into())]).await.unwrap();
    assert_eq!((&state["name"], &state["role_definition_id"]), (&json!("Role"), &json!(id)));
    assert_eq!(state["is_conditional"], true);
    assert_eq!(state["permissions"][0]["condition_version"], "2.0");
    assert_eq!(state["effective_operations"], json!(["A.B/c/write", "A.B/y/read"]));
    assert_eq!(
        (&state["effective_operation_count"], &state["effective_data_operation_count"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(state["conditional_operations"], json!(["A.B/c/write"]));
    assert_eq!(state["unconditional_operations"], json!(["A.B/y/read"]));
    assert_eq!((&state["unmatched_patterns"], &state["uncertain_operations"]), (&json!([]), &json!([])));
    assert_eq!(azure.requests().await.len(), 2, "one for the role, one for the only namespace");

    let unexpanded = [("role_definition_id", id.as_str().into()), ("expand", Value::Bool(false))];
    let other = read(&azure, "gallery_role_definition", &unexpanded).await.unwrap();
    assert_eq!((&other["effective_operations"], &other["catalogue_fingerprint"]), (&Json::Null, &Json::Null));
    assert_eq!((&other["is_conditional"], &other["fingerprint"]), (&json!(true), &state["fingerprint"]));
    assert_eq!(azure.requests().await.len(), 3);
}

#[tokio::test]
async fn an_unknown_or_ambiguous_name_is_explained() {
    let azure = Azure::start().await;
    let list = format!("{GROUP}{AUTH}/roleDefinitions");
    let second = "00000000-0000-0000-0000-000000000002";
    let pages =
        [json!([definition(ROLE, "Twin", json!([]))]), json!([definition(second, "TWIN", json!([]))])];
    azure.list_returns(&list, &pages).await;
    let of = |name: &str| [("name", Value::from(name)), ("scope", GROUP.into())];
    let failure = read(&azure, "gallery_role_definition", &of("twin")).await.unwrap_err();
    assert!(
        failure.starts_with("name: Several roles of this name")
            && failure.contains(ROLE)
            && failure.contains(second),
        "{failure}"
    );
    let failure = read(&azure, "gallery_role_definition", &of("twn")).await.unwrap_err();
    assert!(failure.starts_with("name: Role not found") && failure.contains("- Twin"), "{failure}");
}

#[tokio::test]
async fn an_unknown_id_names_the_scope_that_was_searched() {
    let azure = Azure::start().await;
    let body = error("RoleDefinitionDoesNotExist", "The specified role definition does not exist.");
    azure.get_responds(&format!("{AUTH}/roleDefinitions/{ROLE}"), 404, body).await;
    let failure =
        read(&azure, "gallery_role_definition", &[("role_definition_id", ROLE.into())]).await.unwrap_err();
    assert!(
        failure.starts_with("role_definition_id: Role not found") && failure.contains("set `scope`"),
        "{failure}"
    );
    azure
        .get_responds(
            &format!("{GROUP}{AUTH}/roleDefinitions/{ROLE}"),
            403,
            error("AuthorizationFailed", "no"),
        )
        .await;
    let written = [("role_definition_id", ROLE.into()), ("scope", GROUP.into())];
    let failure = read(&azure, "gallery_role_definition", &written).await.unwrap_err();
    assert!(
        failure.starts_with("scope: ") && failure.contains("Microsoft.Authorization/roleDefinitions/read"),
        "{failure}"
    );
}

#[tokio::test]
async fn arguments_are_checked_before_any_request() {
    let source = source(&Connection::default(), "gallery_role_definition");
    let found = async |written: &[(&str, Value)]| {
        let found = source.validate(&context(), config(source.as_ref(), written)).await;
        found.into_iter().map(|diagnostic| diagnostic.summary).collect::<Vec<_>>()
    };
    assert_eq!(found(&[]).await, ["Missing argument"]);
    assert_eq!(found(&[("name", Value::unknown())]).await, [""; 0]);
    let both = [("name", "x".into()), ("role_definition_id", ROLE.into())];
    assert_eq!(found(&both).await, ["Conflicting arguments"]);
    for id in ["Owner", "/x/66f75aeb-eabe-4b70-9f1e-c350c4c9ad04", ""] {
        assert_eq!(found(&[("role_definition_id", id.into())]).await, ["Malformed role id"], "{id}");
    }
    assert_eq!(
        found(&[("name", " ".into()), ("scope", "subscriptions/s".into())]).await,
        ["Malformed name", "Malformed scope"]
    );
    let id = format!("/subscriptions/s{AUTH}/roleDefinitions/{ROLE}");
    assert_eq!(found(&[("role_definition_id", id.into())]).await, [""; 0]);
}

#[tokio::test]
async fn operations_are_grouped_and_an_unknown_namespace_is_explained() {
    let azure = Azure::start().await;
    let operations = json!([{"name": "A.B/y/read", "displayName": "Read"}, {"name": "a.b/Y/read"}, {"name": "A.B/x/act", "isDataAction": true}]);
    let namespace = json!({"name": "A.B", "operations": operations});
    azure.get_returns(&format!("{AUTH}/providerOperations/A.B"), namespace.clone()).await;
    azure.list_returns(&format!("{AUTH}/providerOperations"), &[json!([namespace])]).await;
    azure.get_responds(&format!("{AUTH}/providerOperations/A.C"), 404, error("ProviderNotFound", "no")).await;
    let of = |name: &str| [("namespaces", Value::Set(vec![name.into()]))];
    let some = read(&azure, "gallery_operations", &of("A.B")).await.unwrap();
    assert_eq!(some["names"], json!(["A.B/x/act", "A.B/y/read"]));
    assert_eq!(
        (&some["operations"][1]["display_name"], &some["operations"][0]["is_data_action"]),
        (&json!("Read"), &json!(true))
    );
    assert_eq!(read(&azure, "gallery_operations", &[]).await.unwrap()["fingerprint"], some["fingerprint"]);
    let failure = read(&azure, "gallery_operations", &of("A.C")).await.unwrap_err();
    assert!(
        failure.starts_with("namespaces: No such resource provider") && failure.contains("`A.B`"),
        "{failure}"
    );
}

/// Azure with these responses to the three reads about a principal's access to the group.
async fn with_lists(assignments: Json, denials: Result<Json, u16>) -> Azure {
    let azure = Azure::start().await;
    azure.list_returns(&format!("{GROUP}{AUTH}/roleAssignments"), &[assignments]).await;
    let at = format!("{GROUP}{AUTH}/denyAssignments");
    match denials {
        Ok(list) => azure.list_returns(&at, &[list]).await,
        Err(status) => azure.get_responds(&at, status, error("AuthorizationFailed", "no")).await,
    }
    let reader = definition("r", "Reader", json!([{"actions": ["*/read"]}]));
    azure.get_returns(&format!("{AUTH}/roleDefinitions/r"), reader).await;
    azure
        .get_returns(
            &format!("{AUTH}/roleDefinitions/o"),
            definition("o", "Owner", json!([{"actions": ["*"]}])),
        )
        .await;
    for list in ["roleAssignments", "denyAssignments", "permissions"] {
        azure
            .get_responds(&format!("{GALLERY}{AUTH}/{list}"), 404, error("ResourceNotFound", "not there"))
            .await;
    }
    azure
}

async fn check_access(azure: &Azure, principal: Value) -> Json {
    let written = [("scope", GALLERY.into()), ("principal_id", principal)];
    read(azure, "gallery_access_check", &written).await.unwrap()
}

#[tokio::test]
async fn a_named_principal_is_judged_by_its_assignments() {
    let azure = with_lists(json!([assignment("/subscriptions/s", "r", Json::Null)]), Ok(json!([]))).await;
    let state = check_access(&azure, ME.into()).await;
    assert_eq!(
        (&state["allowed"], &state["complete"], &state["conditional"]),
        (&json!(false), &json!(true), &json!([]))
    );
    assert_eq!(state["evaluated_scope"], GROUP, "the gallery is not there yet");
    assert_eq!(state["missing"].as_array().unwrap().len(), 4, "two writes, two deletes: {state}");
    assert_eq!(state["granted_by"][0]["role_name"], "Reader");

    let management = "/providers/Microsoft.Management/managementGroups/top";
    let azure = with_lists(json!([assignment(management, "o", Json::Null)]), Ok(json!([]))).await;
    let state = check_access(&azure, ME.into()).await;
    assert_eq!(
        (&state["allowed"], &state["granted_by"][0]["assignment_scope"]),
        (&json!(true), &json!(management))
    );
}

#[tokio::test]
async fn an_uncertain_result_is_never_true() {
    let owner = || json!([assignment("/", "o", Json::Null)]);
    let azure = with_lists(owner(), Err(403)).await;
    let state = check_access(&azure, ME.into()).await;
    assert_eq!((&state["allowed"], &state["complete"]), (&Json::Null, &json!(false)));
    assert_eq!((state["conditional"].as_array().unwrap().len(), &state["missing"]), (7, &json!([])));

    let denial = json!([{"id": "/d", "properties": {"denyAssignmentName": "stack", "scope": GROUP,
        "permissions": [{"actions": ["*/write"]}], "principals": [{"id": ME, "type": "User"}]}}]);
    let state = check_access(&with_lists(owner(), Ok(denial)).await, ME.into()).await;
    assert_eq!((&state["allowed"], &state["denied_by"][0]["name"]), (&json!(false), &json!("stack")));
    assert_eq!(state["missing"].as_array().unwrap().len(), 2);

    let conditional = json!([assignment("/", "o", json!("Exists @Request[a]"))]);
    let state = check_access(&with_lists(conditional, Ok(json!([]))).await, ME.into()).await;
    assert_eq!(
        (&state["allowed"], &state["complete"], state["conditional"].as_array().unwrap().len()),
        (&Json::Null, &json!(true), 7)
    );

    let unknown_role = json!([assignment("/", "none", Json::Null)]);
    let azure = with_lists(unknown_role, Ok(json!([]))).await;
    let state = check_access(&azure, ME.into()).await;
    assert_eq!((&state["allowed"], &state["complete"]), (&Json::Null, &json!(false)));
}

#[tokio::test]
async fn the_signed_in_identity_is_judged_by_its_permissions_first() {
    // The token here does not show whose it is, so a yes stays a doubt and a no is certain.
    let azure = with_lists(json!([]), Ok(json!([]))).await;
    azure
        .list_returns(
            &format!("{GROUP}{AUTH}/permissions"),
            &[json!([{"actions": ["*/read"], "notActions": []}])],
        )
        .await;
    let state = check_access(&azure, Value::Null).await;
    assert_eq!((&state["allowed"], state["missing"].as_array().unwrap().len()), (&json!(false), 4));
    assert_eq!((state["conditional"].as_array().unwrap().len(), &state["complete"]), (3, &json!(false)));

    let azure = with_lists(json!([]), Ok(json!([]))).await;
    azure.get_responds(&format!("{GROUP}{AUTH}/permissions"), 403, error("AuthorizationFailed", "no")).await;
    let state = check_access(&azure, Value::Null).await;
    assert_eq!((&state["allowed"], &state["complete"]), (&Json::Null, &json!(false)));
}

#[tokio::test]
async fn a_failing_service_is_an_error_and_not_a_result() {
    let azure = with_lists(json!([]), Ok(json!([]))).await;
    let written = [("scope", "/subscriptions/none".into()), ("principal_id", Value::from(ME))];
    azure
        .get_responds(
            &format!("/subscriptions/none{AUTH}/roleAssignments"),
            404,
            error("SubscriptionNotFound", "no"),
        )
        .await;
    let failure = read(&azure, "gallery_access_check", &written).await.unwrap_err();
    assert!(failure.starts_with("scope: Access could not be read"), "{failure}");
}
