use super::*;
use double::SECRET;

#[tokio::test]
async fn the_schema_has_everything_the_provider_offers() {
    let host = Host::new();
    let ask = async || {
        let request = Request::new(proto::get_provider_schema::Request {});
        host.service.get_provider_schema(request).await.expect("answered").into_inner()
    };
    let schema = ask().await;
    let capabilities = schema.server_capabilities.expect("told");
    assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
    assert!(capabilities.move_resource_state && capabilities.generate_resource_config);
    assert!(schema.provider.is_some() && schema.provider_meta.is_some());
    assert_eq!(schema.resource_schemas["test_thing"].version, 2);
    assert!(schema.resource_schemas.contains_key("test_plain"));
    assert!(schema.data_source_schemas.contains_key("test_thing"));
    assert!(schema.list_resource_schemas.contains_key("test_thing"));
    let join = &schema.functions["join"];
    assert_eq!(join.parameters.len(), 2);
    assert!(!join.parameters[0].allow_null_value && join.parameters[1].allow_null_value);
    assert_eq!(join.variadic_parameter.as_ref().expect("variadic").r#type.as_ref(), b"\"dynamic\"");
    assert_eq!(join.r#return.as_ref().expect("a result").r#type.as_ref(), b"\"string\"");
    assert!(schema.diagnostics.is_empty());
    assert_eq!(ask().await, schema);
}

#[tokio::test]
async fn metadata_lists_the_same_without_schemas() {
    let service = Host::new().service;
    let metadata = service.get_metadata(Request::new(proto::get_metadata::Request {})).await;
    let metadata = metadata.expect("answered").into_inner();
    let resources: Vec<_> = metadata.resources.iter().map(|one| one.type_name.as_str()).collect();
    assert_eq!(resources, ["test_plain", "test_thing"]);
    assert_eq!(metadata.data_sources[0].type_name, "test_thing");
    assert_eq!(metadata.list_resources[0].type_name, "test_thing");
    assert_eq!(metadata.functions[0].name, "join");
    assert!(metadata.server_capabilities.expect("told").get_provider_schema_optional);

    let functions = service.get_functions(Request::new(proto::get_functions::Request {})).await;
    assert!(functions.expect("answered").into_inner().functions.contains_key("join"));
    let request = Request::new(proto::get_resource_identity_schemas::Request {});
    let identities = service.get_resource_identity_schemas(request).await.expect("answered").into_inner();
    assert_eq!(identities.identity_schemas.len(), 1);
    assert_eq!(identities.identity_schemas["test_thing"].version, 1);
}

#[tokio::test]
async fn calls_that_are_not_offered_are_unimplemented() {
    let service = Host::new().service;
    let request = Request::new(proto::open_ephemeral_resource::Request::default());
    let status = service.open_ephemeral_resource(request).await.expect_err("not offered");
    assert_eq!(status.code(), tonic::Code::Unimplemented);
}

#[tokio::test]
async fn the_provider_block_is_checked_and_configured() {
    let host = Host::new();
    let kind = Type::object([("token", Type::String)]);
    let config = |token: Value| sent(&Value::object([("token", token)]), &kind);
    let validate = async |config| {
        let request = Request::new(proto::validate_provider_config::Request { config });
        host.service.validate_provider_config(request).await.expect("answered").into_inner().diagnostics
    };
    assert_eq!(warnings(&validate(config("good".into())).await), ["Careful"]);
    let bad = validate(config("bad".into())).await;
    assert_eq!(error(&bad).attribute, Some(path(&Path::attribute("token"))));
    assert!(!error(&validate(config("panic".into())).await).detail.contains(SECRET));
    assert!(error(&validate(misfit()).await).detail.contains("The configuration that Terraform sent"));

    let configure = async |config| {
        let capabilities =
            proto::ClientCapabilities { deferral_allowed: true, ..proto::ClientCapabilities::default() };
        let request = Request::new(proto::configure_provider::Request {
            terraform_version: "1.2.3".to_owned(),
            config,
            client_capabilities: Some(capabilities),
        });
        host.service.configure_provider(request).await.expect("answered").into_inner().diagnostics
    };
    assert_eq!(warnings(&configure(config(Value::unknown())).await), ["Careful"]);
    assert_eq!(host.received().values, [Value::object([("token", Value::unknown())])]);
    let failed = configure(config(Value::Null)).await;
    assert_eq!(error(&failed).summary, "It failed");
    // The path led to an attribute that the provider block does not have.
    assert_eq!(failed[0].attribute, None);
}
