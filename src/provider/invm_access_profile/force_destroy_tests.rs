use super::*;
use crate::provider::azure_double::{self, Azure, PROFILE, context};
use serde_json::json;

fn state(force: impl Into<Value>) -> Value {
    Value::object([("id", PROFILE.into()), (ARGUMENT, force.into())])
}

fn versions() -> String {
    format!("{PROFILE}/versions")
}

#[tokio::test]
async fn without_the_setting_a_plan_reads_and_reports_nothing() {
    let azure = Azure::start().await;
    for unset in [Value::Null, false.into()] {
        assert!(plan_warnings(&azure.connection, &context(), &state(unset)).await.is_empty());
    }
    assert!(azure.requests().await.is_empty());
}

#[tokio::test]
async fn a_plan_names_the_versions_except_those_being_deleted() {
    let azure = Azure::start().await;
    let mut leaving = azure_double::version("1.1.0", false);
    leaving["properties"]["provisioningState"] = "Deleting".into();
    let there = ["1.10.0", "1.9.0"].map(|name| azure_double::version(name, false));
    azure.list_returns(&versions(), &[json!([there[0], leaving, there[1]])]).await;
    let warnings = plan_warnings(&azure.connection, &context(), &state(true)).await;
    let one = warnings.iter().next().unwrap();
    assert_eq!(one.summary, "Versions left in profile web will be deleted");
    assert!(one.detail.contains("Versions in it now: 1.9.0, 1.10.0."), "{}", one.detail);
}

#[tokio::test]
async fn a_plan_of_an_empty_profile_reports_nothing() {
    let azure = Azure::start().await;
    azure.list_returns(&versions(), &[json!([])]).await;
    assert!(plan_warnings(&azure.connection, &context(), &state(true)).await.is_empty());
}

#[tokio::test]
async fn a_plan_that_cannot_read_the_versions_reports_that() {
    let azure = Azure::start().await;
    azure.get_responds(&versions(), 403, azure_double::error("AuthorizationFailed", "no")).await;
    let warnings = plan_warnings(&azure.connection, &context(), &state(true)).await;
    assert!(warnings.iter().next().unwrap().detail.contains("could not be read"));
}

#[test]
fn a_long_list_is_truncated() {
    let names: Vec<VersionName> = (0..60).map(|patch| format!("1.0.{patch}").parse().unwrap()).collect();
    assert!(name_list(&names).ends_with("1.0.49, and 10 more"), "{}", name_list(&names));
}
