use serde_json::json;

use super::*;
use crate::arm::models::Version;
use crate::provider::azure_double::{Azure, PROFILE, context, version};

fn profile() -> ProfileId {
    PROFILE.parse().unwrap()
}

/// A plan that leaves all it can to the provider.
fn planned() -> Value {
    let id = profile().version("1.0.5".parse().unwrap());
    let returned: Version = serde_json::from_value(version("1.0.5", false)).unwrap();
    let (state, _) = model::state(&id, returned, &Value::object([("profile_id", Value::from(PROFILE))]));
    let Value::Object(mut planned) = state else { panic!("an object") };
    for unknown in ["id", "name", "location", "published_date"] {
        planned.insert(unknown.to_owned(), Value::unknown());
    }
    Value::Object(planned)
}

#[tokio::test]
async fn the_private_data_of_a_plan_suffices_for_a_create_in_another_process() {
    let azure = Azure::start().await;
    let versions = format!("{PROFILE}/versions");
    azure.list_returns(&versions, &[json!([])]).await;
    azure.put_returns(&format!("{versions}/1.0.5"), version("1.0.5", false)).await;
    let private = PrivateState::replacing("1.0.4").with_region(Some(&Location::new("westeurope")));
    let request =
        Create { config: Value::Null, planned: planned(), private: private.write(), identity: None };
    let stored = InVmAccessProfileVersion::create(&azure.connection, &context(), request).await.unwrap();
    assert_eq!(stored.state.get("name"), Some(&"1.0.5".into()), "above the one that is replaced");
    assert_eq!(azure.requests().await, [format!("GET {versions}"), format!("PUT {versions}/1.0.5")]);
}

#[tokio::test]
async fn a_deletion_records_the_region_only_for_its_replacement() {
    let region = Location::new("westeurope");
    let new = PrivateState::default().with_region(Some(&region));
    for (private, learned) in
        [(PrivateState::replacing("1.0.5").with_region(Some(&region)), Some(&region)), (new, None)]
    {
        let azure = Azure::start().await;
        let mut prior = planned();
        if let Value::Object(attributes) = &mut prior {
            attributes.insert("id".to_owned(), format!("{PROFILE}/versions/1.0.5").into());
        }
        let request = Delete { prior, private: private.write(), identity: None };
        // Whether there is anything to delete makes no difference.
        let _ = InVmAccessProfileVersion::delete(&azure.connection, &context(), request).await;
        assert_eq!(azure.connection.profiles().region(&profile()).as_ref(), learned, "{private:?}");
    }
}
