use super::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const AUTH: &str = "/providers/Microsoft.Authorization";
const GROUP: &str = "/subscriptions/s/resourceGroups/rg";

async fn queries(azure: &Azure) -> Vec<String> {
    azure.requests().await.iter().map(|request| request.url.query().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn definitions_are_found_by_name_page_by_page() {
    let azure = Azure::start().await;
    let list = format!("{GROUP}{AUTH}/roleDefinitions");
    let role = json!({"id": "/r", "name": "g", "properties": {"RoleName": "Bob's", "permissions": []}});
    azure
        .answer("GET", &list, 1, ok(json!({"value": [role], "nextLink": format!("{list}?$skiptoken=1")})))
        .await;
    azure.answer("GET", &list, 1, ok(json!({"value": [role]}))).await;
    let roles = azure.client.authorization().role_definitions(GROUP, Some("Bob's"), &call()).await.unwrap();
    assert_eq!(roles.len(), 2);
    assert_eq!((roles[0].role_name.as_deref(), &roles[0].json), (Some("Bob's"), &role));
    assert_eq!(
        queries(&azure).await,
        [
            "api-version=2022-05-01-preview&%24filter=roleName+eq+%27Bob%27%27s%27",
            "$skiptoken=1&api-version=2022-05-01-preview"
        ]
    );
}

#[tokio::test]
async fn an_assignment_is_read_whatever_the_case_of_its_keys() {
    let azure = Azure::start().await;
    let list = format!("{GROUP}{AUTH}/roleAssignments");
    let full = json!({"id": "/a", "properties": {"scope": "/", "roleDefinitionId": "/r", "principalId": "p",
        "principalType": "Group", "Condition": "Exists @Request[a]", "ConditionVersion": "2.0"}});
    let bare = json!({"id": "/b", "properties": {"scope": GROUP, "roleDefinitionId": "/r", "principalId": "p",
        "condition": null, "conditionVersion": ""}});
    azure.answer("GET", &list, 1, ok(json!({"value": [full, bare]}))).await;
    let found = azure.client.authorization().role_assignments_of(GROUP, "p", &call()).await.unwrap();
    assert_eq!(found[0].condition.as_deref(), Some("Exists @Request[a]"));
    assert_eq!((found[1].condition.as_deref(), found[1].scope.as_str()), (None, GROUP));
    assert_eq!(
        queries(&azure).await,
        ["api-version=2022-04-01&%24filter=atScope%28%29+and+assignedTo%28%27p%27%29"]
    );

    // An assignment without its scope cannot be evaluated; skipping it could hide a grant.
    let broken = json!({"id": "/c", "properties": {"roleDefinitionId": "/r", "principalId": "p"}});
    azure.answer("GET", &list, 9, ok(json!({"value": [broken]}))).await;
    assert!(azure.client.authorization().role_assignments_of(GROUP, "p", &call()).await.is_err());
}

#[tokio::test]
async fn operations_of_both_levels_are_one_list() {
    let azure = Azure::start().await;
    let one = json!({"name": "Microsoft.X", "operations": [{"name": "Microsoft.X/register/action"}], "resourceTypes": [
        {"name": "y", "operations": [{"name": "Microsoft.X/y/read", "isDataAction": true, "displayName": "Read"}, {}]},
        {"name": "z", "operations": null}]});
    azure.answer("GET", &format!("{AUTH}/providerOperations/Microsoft.X"), 1, ok(one)).await;
    let found = azure.client.authorization().operations_of("Microsoft.X", &call()).await.unwrap();
    let names: Vec<_> = found.operations.iter().map(|o| (o.name.as_str(), o.is_data_action)).collect();
    assert_eq!(names, [("Microsoft.X/register/action", false), ("Microsoft.X/y/read", true)]);
    assert_eq!(queries(&azure).await, ["api-version=2022-04-01&%24expand=resourceTypes"]);
}

#[tokio::test]
async fn a_scope_cannot_lead_elsewhere() {
    let azure = Azure::start().await;
    let odd = azure.client.authorization().permissions("/subscriptions/a?b#c", &call()).await.unwrap_err();
    assert_eq!(odd.arm().unwrap().status, 404);
    let requests = azure.requests().await;
    assert_eq!(requests[0].url.path(), format!("/subscriptions/a%3Fb%23c{AUTH}/permissions"));
    assert!(azure.client.authorization().permissions("/subscriptions/../x", &call()).await.is_err());
    assert_eq!(azure.requests().await.len(), 1);
}

#[tokio::test]
async fn the_signed_in_identity_is_read_from_the_token() {
    let azure = Azure::start().await;
    assert_eq!(azure.client.signed_in_as(&call()).await, None);
    let azure = Azure::without_tokens().await;
    let token = format!("e30.{}.x", URL_SAFE_NO_PAD.encode(r#"{"oid":"me"}"#));
    let body = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": token});
    azure.answer("POST", TOKEN, 1, ok(body)).await;
    assert_eq!(azure.client.signed_in_as(&call()).await.as_deref(), Some("me"));
}
