use std::collections::BTreeMap;

use super::*;

fn block(arguments: &[(&str, &str)]) -> Value {
    Value::object(arguments.iter().map(|(name, value)| (*name, Value::from(*value))))
}

fn resolve(
    arguments: &[(&str, &str)],
    variables: &[(&'static str, &'static str)],
) -> Result<Settings, Failure> {
    Settings::resolve(&block(arguments), &variables.iter().copied().collect::<BTreeMap<_, _>>())
}

fn summary(result: Result<Settings, Failure>) -> (String, Option<Path>) {
    let failure = result.unwrap_err().into_diagnostics();
    let first = failure.iter().next().unwrap();
    (first.summary.clone(), first.path.clone())
}

#[test]
fn an_empty_block_is_legal_and_says_later_what_is_missing() {
    let settings = resolve(&[], &[]).unwrap();
    assert_eq!(settings.environment, Cloud::public());
    let told = settings.login.unwrap_err().diagnostic().detail;
    assert!(told.contains("ARM_TENANT_ID") && told.contains("ARM_CLIENT_SECRET"), "{told}");
}

#[test]
fn the_environment_alone_is_enough() {
    let settings = resolve(
        &[],
        &[
            ("ARM_TENANT_ID", "t"),
            ("ARM_CLIENT_ID", "c"),
            ("ARM_CLIENT_SECRET", "s3cret"),
            ("ARM_RESOURCE_MANAGER_ENDPOINT", "https://127.0.0.1:1"),
            ("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", "https://127.0.0.1:2"),
            ("ARM_RESOURCE_MANAGER_AUDIENCE", "https://audience"),
        ],
    )
    .unwrap();
    assert_eq!(settings.environment.scope(), "https://audience/.default");
    let login = settings.login.unwrap();
    assert_eq!((login.tenant_id.as_str(), login.secret.expose()), ("t", "s3cret"));
    assert!(!format!("{login:?}").contains("s3cret"));
}

#[test]
fn half_a_sign_in_is_told_on_its_argument() {
    let (summary, path) = summary(resolve(&[("client_secret", "x")], &[]));
    assert_eq!(summary, "Half a sign-in by client secret");
    assert_eq!(path, Some(Path::attribute("client_secret")));
}

#[test]
fn a_custom_environment_needs_its_addresses() {
    assert_eq!(
        summary(resolve(&[("environment", "custom")], &[])).0,
        "Custom environment without its addresses"
    );
    assert_eq!(summary(resolve(&[("environment", "mars")], &[])).0, "Unknown Azure environment");
    let settings = resolve(&[("environment", "china")], &[]).unwrap();
    assert_eq!(settings.environment, Cloud::china());
}

#[test]
fn an_address_without_tls_is_for_this_machine_only() {
    let (summary, _) = summary(resolve(
        &[],
        &[
            ("ARM_RESOURCE_MANAGER_ENDPOINT", "http://arm.example"),
            ("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", "https://login.example"),
        ],
    ));
    assert_eq!(summary, "Unusable Azure endpoint");
}

#[test]
fn a_file_gives_a_secret_and_must_agree_with_the_argument() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("secret");
    std::fs::write(&file, "from-file\n").unwrap();
    let file = file.to_str().unwrap();
    let login = [("tenant_id", "t"), ("client_id", "c"), ("client_secret_file_path", file)];
    assert_eq!(resolve(&login, &[]).unwrap().login.unwrap().secret.expose(), "from-file");
    let both = [login.as_slice(), &[("client_secret", "other")]].concat();
    assert_eq!(summary(resolve(&both, &[])).0, "Two credentials that disagree");
    let none = [("client_secret_file_path", "/nowhere/at/all")];
    assert_eq!(summary(resolve(&none, &[])).0, "Unreadable credential file");
}

#[test]
fn correlation_and_partner_ids_are_checked() {
    assert_eq!(
        resolve(&[("custom_correlation_request_id", "abc")], &[]).unwrap().correlation_id.as_deref(),
        Some("abc")
    );
    assert!(resolve(&[], &[("ARM_DISABLE_CORRELATION_REQUEST_ID", "yes")]).unwrap().correlation_id.is_none());
    assert_eq!(
        summary(resolve(&[("custom_correlation_request_id", "a b")], &[])).0,
        "Unusable correlation id"
    );
    assert_eq!(summary(resolve(&[("partner_id", "me")], &[])).0, "Unusable partner id");
    let guid = "222c6c49-1b0a-5959-a213-6608f9eb8820";
    assert_eq!(resolve(&[("partner_id", guid)], &[]).unwrap().user_agent_suffix, [format!("pid-{guid}")]);
    assert!(resolve(&[], &[]).unwrap().user_agent_suffix.is_empty());
}

#[test]
fn reads_are_shared_unless_somebody_says_no() {
    assert!(resolve(&[], &[]).unwrap().share_reads);
    assert!(resolve(&[], &[("ARM_REFRESH_BY_LIST", "True")]).unwrap().share_reads);
    assert!(!resolve(&[], &[("ARM_REFRESH_BY_LIST", "no")]).unwrap().share_reads);
    let (summary, _) = summary(resolve(&[], &[("ARM_REFRESH_BY_LIST", "sometimes")]));
    assert_eq!(summary, "Invalid environment variable");
}
