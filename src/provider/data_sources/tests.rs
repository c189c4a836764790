//! The data sources against an Azure double, and their schemas against Terraform's rules.

use serde_json::json;

use super::*;
use crate::plugin::data_source::{ReadData, ReadDataResult};
use crate::plugin::provider::{ClientCapabilities, Deferral};
use crate::plugin::schema::check;
use crate::plugin::{Failure, Severity, Value};
use crate::provider::azure_double::{Azure, GALLERY, PROFILE, context, error, profile, version};

/// A data source by its type.
fn source(connection: &Connection, name: &str) -> Arc<dyn DataSource> {
    all(connection).into_iter().find(|source| source.type_name() == name).unwrap()
}

/// A configuration with these arguments, and null for every other.
fn config(source: &dyn DataSource, arguments: &[(&str, Value)]) -> Value {
    let crate::plugin::Type::Object(attributes) = source.schema().implied_type() else { panic!("an object") };
    let mut all: crate::plugin::value::Members =
        attributes.into_keys().map(|name| (name, Value::Null)).collect();
    all.extend(arguments.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    Value::Object(all)
}

pub(super) async fn read(
    azure: &Azure,
    name: &str,
    arguments: &[(&str, Value)],
) -> Result<ReadDataResult, Failure> {
    let source = source(&azure.connection, name);
    let request =
        ReadData { config: config(source.as_ref(), arguments), capabilities: ClientCapabilities::default() };
    let found = source.read(&context(), request).await?;
    let kind = source.schema().implied_type();
    assert!(found.state.is_wholly_known());
    crate::plugin::value::msgpack::encode(&found.state, &kind).expect("the state conforms to the schema");
    Ok(found)
}

pub(super) async fn refused(name: &str, arguments: &[(&str, Value)]) -> Vec<(String, String)> {
    let source = source(&Connection::default(), name);
    let config = config(source.as_ref(), arguments);
    let diagnostics = source.validate(&context(), config).await;
    diagnostics
        .iter()
        .map(|one| (one.path.as_ref().map(ToString::to_string).unwrap_or_default(), one.summary.clone()))
        .collect()
}

#[test]
fn terraform_accepts_the_schemas() {
    for source in all(&Connection::default()) {
        assert_eq!(check::schema(&source.schema(), check::Use::DataSource), [], "{}", source.type_name());
    }
}

#[tokio::test]
async fn a_profile_is_found_by_id_in_any_case_and_by_name() {
    let azure = Azure::start().await;
    azure.get_returns(PROFILE, profile("web")).await;
    let lower = format!("{}/invmaccesscontrolprofiles/web", GALLERY);
    let by_id = read(&azure, "gallery_invm_access_profile", &[("id", lower.into())]).await.unwrap().state;
    let arguments = [("gallery_id", GALLERY.into()), ("name", "web".into())];
    let by_name = read(&azure, "gallery_invm_access_profile", &arguments).await.unwrap().state;
    assert_eq!(by_id, by_name);
    for (name, value) in [
        ("id", Value::from(PROFILE)),
        ("gallery_id", GALLERY.into()),
        ("location", "westeurope".into()),
        ("os_type", "Linux".into()),
        ("applicable_host_endpoint", "IMDS".into()),
        ("description", "web servers".into()),
        ("tags", Value::Map([("team".to_owned(), "a".into())].into())),
        ("provisioning_state", "Succeeded".into()),
    ] {
        assert_eq!(by_id.get(name), Some(&value), "{name}");
    }
    assert_eq!(by_id.get("system_data").and_then(|data| data.get("created_by")), Some(&"me".into()));
    assert_eq!(azure.requests().await.len(), 2);
}

#[tokio::test]
async fn a_version_is_found_with_its_rules_by_name() {
    let azure = Azure::start().await;
    azure.get_returns(&format!("{PROFILE}/versions/1.0.0"), version("1.0.0", false)).await;
    let arguments = [("profile_id", PROFILE.into()), ("name", "1.0.0".into())];
    let state = read(&azure, "gallery_invm_access_profile_version", &arguments).await.unwrap().state;
    let rules = state.get("rules").unwrap();
    let privilege = rules.get("privileges").and_then(|list| list.get("p")).unwrap();
    assert_eq!(privilege.get("path"), Some(&"/a".into()));
    assert_eq!(state.get("grants"), Some(&Value::List(vec!["i -> p (r)".into()])));
    assert_eq!(state.get("target_regions"), Some(&Value::Set(vec!["West Europe".into()])));
    let replication = state.get("replication_status").unwrap();
    assert_eq!(replication.get("aggregated_state"), Some(&"Completed".into()));
    let region = &replication.get("summary").and_then(Value::elements).unwrap()[0];
    assert_eq!(region.get("progress"), Some(&100.into()));
}

#[tokio::test]
async fn without_a_name_the_latest_version_is_found() {
    let azure = Azure::start().await;
    let listed = [
        json!([version("1.9.0", false), version("1.10.0", false)]),
        json!([version("2.0.0", true), version("1.2.0", false)]),
    ];
    azure.list_returns(&format!("{PROFILE}/versions"), &listed).await;
    let found = read(&azure, "gallery_invm_access_profile_version", &[("profile_id", PROFILE.into())]).await;
    assert_eq!(found.unwrap().state.get("name"), Some(&"1.10.0".into()));
    assert_eq!(azure.requests().await.len(), 2, "a request for each page and none for the version");
}

#[tokio::test]
async fn a_profile_without_a_latest_version_is_an_error_with_the_reason() {
    for (listed, why) in [
        (json!([]), "It has no versions."),
        (json!([version("1.0.0", true)]), "Its only version is excluded from latest."),
        (json!([version("1.0.0", true), version("1.0.1", true)]), "All of its 2 versions are excluded"),
    ] {
        let azure = Azure::start().await;
        azure.list_returns(&format!("{PROFILE}/versions"), &[listed]).await;
        let found =
            read(&azure, "gallery_invm_access_profile_version", &[("profile_id", PROFILE.into())]).await;
        let diagnostics = found.unwrap_err().into_diagnostics();
        let diagnostic = diagnostics.iter().next().unwrap();
        assert!(diagnostic.detail.contains(why), "{}", diagnostic.detail);
        assert_eq!(diagnostic.path.as_ref().map(ToString::to_string).as_deref(), Some("profile_id"));
    }
}

#[tokio::test]
async fn a_missing_object_is_reported_on_its_argument() {
    let leaf = error("ResourceNotFound", "It was not found.");
    let parent = error("ParentResourceNotFound", "The parent was not found.");
    for (body, by_id, path, summary) in [
        (&leaf, false, "name", "Profile version not found"),
        (&parent, false, "profile_id", "Profile not found"),
        (&leaf, true, "id", "Profile version not found"),
        (&error("SubscriptionNotFound", "No."), false, "profile_id", "Subscription not found"),
    ] {
        let azure = Azure::start().await;
        let id = format!("{PROFILE}/versions/1.0.0");
        azure.get_responds(&id, 404, body.clone()).await;
        let by_name = [("profile_id", PROFILE.into()), ("name", "1.0.0".into())];
        let by_id = if by_id { vec![("id", id.as_str().into())] } else { by_name.to_vec() };
        let found = read(&azure, "gallery_invm_access_profile_version", &by_id).await;
        let diagnostics = found.unwrap_err().into_diagnostics();
        let diagnostic = diagnostics.iter().next().unwrap();
        assert_eq!(diagnostic.summary, summary);
        assert_eq!(diagnostic.path.as_ref().map(ToString::to_string).as_deref(), Some(path));
        assert!(diagnostic.detail.contains(&id), "{}", diagnostic.detail);
    }
}

#[tokio::test]
async fn lists_read_all_pages_and_apply_filters() {
    let azure = Azure::start().await;
    let mut windows = profile("app");
    windows["properties"]["osType"] = "Windows".into();
    azure
        .list_returns(
            &format!("{GALLERY}/inVMAccessControlProfiles"),
            &[json!([profile("Web-b"), windows]), json!([profile("web-a"), profile("-bad-")])],
        )
        .await;
    let names = |found: &ReadDataResult, list: &str| -> Vec<String> {
        let listed = found.state.get(list).and_then(Value::elements).unwrap();
        listed.iter().map(|one| one.get("name").and_then(Value::as_str).unwrap().to_owned()).collect()
    };
    let all = read(&azure, "gallery_invm_access_profiles", &[("gallery_id", GALLERY.into())]).await.unwrap();
    assert_eq!(names(&all, "profiles"), ["app", "web-a", "Web-b"]);
    assert_eq!(all.warnings.iter().map(|one| one.severity).collect::<Vec<_>>(), [Severity::Warning]);
    let filter = |name, word: &str| [("gallery_id", GALLERY.into()), (name, Value::from(word))];
    let found = read(&azure, "gallery_invm_access_profiles", &filter("os_type", "Windows")).await.unwrap();
    assert_eq!(names(&found, "profiles"), ["app"]);
    let found = read(&azure, "gallery_invm_access_profiles", &filter("name_prefix", "WEB")).await.unwrap();
    assert_eq!(names(&found, "profiles"), ["web-a", "Web-b"]);

    let mut enforced = version("1.10.0", true);
    enforced["properties"]["mode"] = "enforce".into();
    let pages = [json!([enforced, version("1.9.0", false)]), json!([version("2.0.0", false)])];
    azure.list_returns(&format!("{PROFILE}/versions"), &pages).await;
    let versions = async |arguments: &[(&str, Value)]| {
        let mut all = vec![("profile_id", PROFILE.into())];
        all.extend_from_slice(arguments);
        names(&read(&azure, "gallery_invm_access_profile_versions", &all).await.unwrap(), "versions")
    };
    assert_eq!(versions(&[]).await, ["1.9.0", "1.10.0", "2.0.0"]);
    assert_eq!(versions(&[("mode", "Enforce".into())]).await, ["1.10.0"]);
    assert_eq!(versions(&[("exclude_from_latest", false.into())]).await, ["1.9.0", "2.0.0"]);
    assert_eq!(versions(&[("name_prefix", "1.".into()), ("mode", "Audit".into())]).await, ["1.9.0"]);
}

#[tokio::test]
async fn contradictory_or_missing_arguments_are_reported_on_them() {
    let one = "gallery_invm_access_profile";
    let (id, gallery) = (Value::from(PROFILE), Value::from(GALLERY));
    let missing = |path: &str| (path.to_owned(), "Missing argument".to_owned());
    let conflicting = |path: &str| (path.to_owned(), "Conflicting arguments".to_owned());
    assert_eq!(refused(one, &[]).await, [missing("")]);
    assert_eq!(refused(one, &[("gallery_id", gallery.clone())]).await, [missing("gallery_id")]);
    assert_eq!(refused(one, &[("name", "web".into())]).await, [missing("name")]);
    let both = [("id", id.clone()), ("gallery_id", gallery.clone()), ("name", "web".into())];
    assert_eq!(refused(one, &both).await, [conflicting("gallery_id"), conflicting("name")]);
    assert_eq!(refused(one, &[("id", Value::unknown()), ("name", "web".into())]).await, []);
    assert_eq!(refused(one, &[("gallery_id", gallery), ("name", Value::unknown())]).await, []);
    let version = "gallery_invm_access_profile_version";
    assert_eq!(refused(version, &[("profile_id", id)]).await, []);
    assert_eq!(
        refused(version, &[("profile_id", GALLERY.into()), ("name", "v1".into())]).await,
        [
            ("profile_id".to_owned(), "Malformed resource id".to_owned()),
            ("name".to_owned(), "Malformed name".to_owned())
        ]
    );
}

#[tokio::test]
async fn a_read_with_an_unknown_provider_block_is_deferred_if_the_host_supports_it() {
    let connection = Connection::not_known_yet();
    let source = source(&connection, "gallery_invm_access_profile");
    let arguments = [("gallery_id", GALLERY.into()), ("name", Value::from("web"))];
    let config = config(source.as_ref(), &arguments);
    let able = ClientCapabilities { deferral_allowed: true, ..ClientCapabilities::default() };
    let request = |capabilities| ReadData { config: config.clone(), capabilities };
    let found = source.read(&context(), request(able)).await.unwrap();
    assert_eq!(found.deferred, Some(Deferral::ProviderConfigUnknown));
    assert!(found.state.get("location").unwrap().is_unknown());
    assert_eq!(found.state.get("name"), Some(&"web".into()));
    assert!(source.read(&context(), request(ClientCapabilities::default())).await.is_err());
}
