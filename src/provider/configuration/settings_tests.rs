use std::collections::BTreeMap;

use super::*;
use crate::arm::{Cloud, MetadataHost};
use crate::plugin::Path;
use crate::provider::configuration::arguments::VARIABLES;

fn block(arguments: &[(&str, &str)]) -> Value {
    Value::object(arguments.iter().map(|(name, value)| (*name, Value::from(*value))))
}

fn resolve(
    arguments: &[(&str, &str)],
    variables: &[(&'static str, &'static str)],
) -> Result<ProviderSettings, Failure> {
    ProviderSettings::resolve(&block(arguments), &variables.iter().copied().collect::<BTreeMap<_, _>>())
}

fn first(result: Result<ProviderSettings, Failure>) -> Diagnostic {
    result.unwrap_err().into_diagnostics().into_iter().next().unwrap()
}

fn summary(result: Result<ProviderSettings, Failure>) -> (String, Option<Path>) {
    let first = first(result);
    (first.summary, first.path)
}

fn cloud(arguments: &[(&str, &str)], variables: &[(&'static str, &'static str)]) -> Cloud {
    match resolve(arguments, variables).unwrap().cloud {
        CloudSource::Known(cloud) => cloud,
        CloudSource::Published { .. } => panic!("the cloud is known"),
    }
}

#[test]
fn an_empty_block_is_the_public_cloud_and_the_az_cli() {
    let settings = resolve(&[], &[]).unwrap();
    assert_eq!(settings.cloud, CloudSource::Known(Cloud::public()));
    assert_eq!(settings.login.unwrap(), Login::AzureCli { tenant_id: None, subscription_id: None });
    assert!(settings.may_register && settings.correlation_id.is_some() && settings.warnings.is_empty());
}

/// Every boolean of the table, with each accepted spelling, and misspelt.
#[test]
fn every_boolean_variable_accepts_the_words_and_refuses_others_by_name() {
    let schema = crate::provider::configuration::schema();
    let mut seen = 0;
    for attribute in &schema.block.attributes {
        if attribute.implied_type() != crate::plugin::Type::Bool {
            continue;
        }
        let (_, variables) = VARIABLES.iter().find(|(name, _)| *name == attribute.name).unwrap();
        for variable in *variables {
            for word in ["1", "true", "yes", "0", "false", "no", "TRUE", "Yes", "nO", ""] {
                // An incomplete login is another matter: this test is about the spelling.
                if let Err(failure) = resolve(&[], &[(variable, word)]) {
                    let shown = format!("{:?}", failure.diagnostics());
                    assert!(!shown.contains("Invalid environment variable"), "{variable}={word}: {shown}");
                }
            }
            for word in ["ture", "on", "2", "y", "-", " "] {
                let problem = first(resolve(&[], &[(variable, word)]));
                assert_eq!(problem.summary, "Invalid environment variable", "{variable}={word}");
                assert!(problem.detail.contains(variable), "{}", problem.detail);
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 9);
}

#[test]
fn the_table_and_the_schema_name_the_same_arguments() {
    let block = crate::provider::configuration::schema().block;
    let endpoint = block.blocks.iter().find(|block| block.name == "endpoint").unwrap();
    let inner = endpoint.block.attributes.iter().map(|a| format!("endpoint.{}", a.name));
    let mut names: Vec<_> = block.attributes.iter().map(|a| a.name.to_string()).chain(inner).collect();
    names.sort();
    let mut table: Vec<_> = VARIABLES.iter().map(|(name, _)| (*name).to_owned()).collect();
    table.sort();
    assert_eq!(names, table);
    for (name, variables) in VARIABLES {
        let (block, name) = match name.strip_prefix("endpoint.") {
            Some(inner) => (&endpoint.block, inner),
            None => (&block, *name),
        };
        let description = &block.attribute(name).unwrap().description;
        let mut rest = description.as_ref();
        for variable in *variables {
            let at = rest.find(&format!("`{variable}`")).unwrap_or_else(|| panic!("{name}: {variable}"));
            rest = &rest[at..];
        }
    }
}

#[test]
fn every_secret_argument_is_sensitive() {
    let block = crate::provider::configuration::schema().block;
    for name in [
        "client_secret",
        "client_certificate",
        "client_certificate_password",
        "oidc_token",
        "oidc_request_token",
    ] {
        assert!(block.attribute(name).unwrap().sensitive, "{name}");
    }
}

#[test]
fn each_address_of_a_cloud_is_set_by_its_variable() {
    let manager = ("ARM_RESOURCE_MANAGER_ENDPOINT", "https://arm.example");
    let authority = ("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", "https://login.example");
    let audience = ("ARM_RESOURCE_MANAGER_AUDIENCE", "https://audience.example");
    let public = Cloud::public();
    let found = cloud(&[], &[manager]);
    assert_eq!(found.resource_manager().as_str(), "https://arm.example/");
    assert_eq!(
        (found.authority(), found.scope()),
        (public.authority(), "https://arm.example/.default".into())
    );
    let found = cloud(&[], &[authority]);
    assert_eq!(found.authority().as_str(), "https://login.example/");
    assert_eq!(found.resource_manager(), public.resource_manager());
    assert_eq!(cloud(&[], &[audience]).scope(), "https://audience.example/.default");
    for (name, expected) in [
        ("china", Cloud::china()),
        ("usgovernment", Cloud::us_government()),
        ("AzureUSGovernment", Cloud::us_government()),
        ("public", Cloud::public()),
    ] {
        assert_eq!(cloud(&[], &[("ARM_ENVIRONMENT", name)]), expected);
        assert_eq!(cloud(&[("environment", name)], &[("ARM_ENVIRONMENT", "custom")]), expected);
    }
}

#[test]
fn an_endpoint_block_overrides_the_environment_field_by_field() {
    let inner = Value::object([("resource_manager_endpoint", Value::from("https://block.example"))]);
    let config = Value::object([("endpoint", inner)]);
    let variables = BTreeMap::from([
        ("ARM_RESOURCE_MANAGER_ENDPOINT", "https://environment.example"),
        ("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", "https://login.example"),
    ]);
    let CloudSource::Known(found) = ProviderSettings::resolve(&config, &variables).unwrap().cloud else {
        panic!()
    };
    assert_eq!(found.resource_manager().as_str(), "https://block.example/");
    assert_eq!(found.authority().as_str(), "https://login.example/");
}

#[test]
fn a_custom_environment_needs_its_addresses() {
    let (text, path) = summary(resolve(&[("environment", "custom")], &[]));
    assert_eq!(text, "Custom environment without its addresses");
    assert_eq!(path, Some(Path::attribute("environment")));
    assert_eq!(summary(resolve(&[], &[("ARM_ENVIRONMENT", "custom")])).1, None);
    assert_eq!(summary(resolve(&[("environment", "mars")], &[])).0, "Unknown Azure environment");
}

#[test]
fn an_address_without_tls_is_only_for_this_machine() {
    let inner = Value::object([("resource_manager_endpoint", Value::from("http://arm.example"))]);
    let config = Value::object([("endpoint", inner)]);
    let none = BTreeMap::<&str, &str>::new();
    let problem = first(ProviderSettings::resolve(&config, &none));
    assert_eq!(problem.summary, "Unusable Azure endpoint");
    assert_eq!(problem.path, Some(Path::attribute("endpoint").with_attribute("resource_manager_endpoint")));
}

#[test]
fn a_metadata_host_provides_the_addresses() {
    for (arguments, variables) in [
        (&[("metadata_host", "stamp.example:8443")][..], &[][..]),
        (&[], &[("ARM_METADATA_HOSTNAME", "stamp.example:8443")]),
    ] {
        let settings = resolve(arguments, variables).unwrap();
        let host = MetadataHost::new("https://stamp.example:8443/").unwrap();
        assert_eq!(settings.cloud, CloudSource::Published { host, environment: None });
    }
    let named = resolve(&[("metadata_host", "stamp.example"), ("environment", "Stamp")], &[]).unwrap();
    assert!(matches!(named.cloud, CloudSource::Published { environment: Some(name), .. } if name == "Stamp"));
    let custom = resolve(&[("metadata_host", "stamp.example"), ("environment", "custom")], &[]).unwrap();
    assert!(matches!(custom.cloud, CloudSource::Published { environment: None, .. }));
    let (text, path) = summary(resolve(
        &[("metadata_host", "stamp.example")],
        &[("ARM_RESOURCE_MANAGER_ENDPOINT", "https://arm.example")],
    ));
    assert_eq!(
        (text.as_str(), path),
        ("Metadata host and addresses both set", Some(Path::attribute("metadata_host")))
    );
    assert_eq!(summary(resolve(&[("metadata_host", "http://far.example")], &[])).0, "Unusable metadata host");
}

#[test]
fn correlation_and_partner_ids_are_checked() {
    for (arguments, variables) in [
        (&[("custom_correlation_request_id", "abc")][..], &[][..]),
        (&[], &[("ARM_CORRELATION_REQUEST_ID", "abc")]),
    ] {
        assert_eq!(resolve(arguments, variables).unwrap().correlation_id.as_deref(), Some("abc"));
    }
    assert!(resolve(&[], &[("ARM_DISABLE_CORRELATION_REQUEST_ID", "yes")]).unwrap().correlation_id.is_none());
    assert_eq!(
        summary(resolve(&[("custom_correlation_request_id", "a b")], &[])).0,
        "Unusable correlation id"
    );
    assert_eq!(summary(resolve(&[("partner_id", "me")], &[])).0, "Unusable partner id");
    const GUID: &str = "222c6c49-1b0a-5959-a213-6608f9eb8820";
    for (arguments, variables) in [(&[("partner_id", GUID)][..], &[][..]), (&[], &[("ARM_PARTNER_ID", GUID)])]
    {
        let suffix = resolve(arguments, variables).unwrap().user_agent_suffix;
        assert_eq!(suffix, [format!("pid-{GUID}")]);
    }
    assert!(resolve(&[], &[]).unwrap().user_agent_suffix.is_empty());
    let agent = resolve(&[], &[("AZURE_HTTP_USER_AGENT", "cloud-shell/1")]).unwrap().user_agent_suffix;
    assert_eq!(agent, ["cloud-shell/1"]);
}

#[test]
fn registration_depends_on_the_setting() {
    let list = |names: &[&str]| Value::List(names.iter().map(|name| Value::from(*name)).collect());
    let named = |more: &[(&str, Value)]| {
        let all = [("resource_providers_to_register", list(&["Microsoft.Network", "microsoft.compute"]))];
        Value::object(all.into_iter().chain(more.iter().cloned()))
    };
    let none = BTreeMap::<&str, &str>::new();
    let may = |config: &Value| ProviderSettings::resolve(config, &none).map(|settings| settings.may_register);
    for (word, expected) in [
        ("core", true),
        ("extended", true),
        ("all", true),
        ("legacy", true),
        ("none", false),
        ("None", false),
    ] {
        assert_eq!(may(&block(&[("resource_provider_registrations", word)])), Ok(expected), "{word}");
    }
    assert!(!resolve(&[], &[("ARM_RESOURCE_PROVIDER_REGISTRATIONS", "none")]).unwrap().may_register);
    assert!(!resolve(&[], &[("ARM_SKIP_PROVIDER_REGISTRATION", "1")]).unwrap().may_register);
    assert_eq!(may(&Value::object([("skip_provider_registration", true.into())])), Ok(false));
    assert_eq!(may(&named(&[("resource_provider_registrations", "none".into())])), Ok(true));
    for config in [
        named(&[("skip_provider_registration", true.into())]),
        Value::object([
            ("skip_provider_registration", Value::from(true)),
            ("resource_provider_registrations", "core".into()),
        ]),
    ] {
        let problem = first(ProviderSettings::resolve(&config, &none));
        assert_eq!(problem.summary, "Two settings that disagree");
        assert_eq!(problem.path, Some(Path::attribute("skip_provider_registration")));
    }
    let (text, path) = summary(resolve(&[("resource_provider_registrations", "some")], &[]));
    assert_eq!(text, "Unknown set of registrations");
    assert_eq!(path, Some(Path::attribute("resource_provider_registrations")));
}

#[test]
fn all_problems_are_reported_at_once() {
    let failure =
        resolve(&[("environment", "mars"), ("partner_id", "me"), ("tenant_id", "a/b")], &[]).unwrap_err();
    assert_eq!(failure.diagnostics().iter().count(), 3);
}

#[test]
fn lists_are_used_for_refresh_unless_switched_off() {
    assert!(resolve(&[], &[]).unwrap().share_reads);
    assert!(resolve(&[], &[("ARM_REFRESH_BY_LIST", "True")]).unwrap().share_reads);
    assert!(!resolve(&[], &[("ARM_REFRESH_BY_LIST", "no")]).unwrap().share_reads);
    let (summary, _) = summary(resolve(&[], &[("ARM_REFRESH_BY_LIST", "sometimes")]));
    assert_eq!(summary, "Invalid environment variable");
}
