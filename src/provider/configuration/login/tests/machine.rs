use super::*;
use crate::arm::{IdentityEndpoint, IdentitySelector, MachineUrl, ManagedIdentity};

fn machine(login: Login) -> ManagedIdentity {
    match login {
        Login::ManagedIdentity(identity) => identity,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_managed_identity_is_set_by_each_of_its_names() {
    let of = |arguments: Pairs<'_>, variables: Pairs<'_>| {
        let all: Vec<_> = variables.iter().copied().chain([("ARM_USE_MSI", "true")]).collect();
        machine(found(arguments, &all).unwrap().login.unwrap()).identity
    };
    assert_eq!(of(&[], &[]), IdentitySelector::System);
    assert_eq!(of(&[("client_id", "c")], &[]), IdentitySelector::Client("c".into()));
    assert_eq!(of(&[], &[("ARM_CLIENT_ID", "c")]), IdentitySelector::Client("c".into()));
    assert_eq!(of(&[("msi_object_id", "o")], &[]), IdentitySelector::Object("o".into()));
    assert_eq!(of(&[], &[("ARM_MSI_OBJECT_ID", "o")]), IdentitySelector::Object("o".into()));
    assert_eq!(of(&[("msi_resource_id", "/r")], &[]), IdentitySelector::Resource("/r".into()));
    assert_eq!(
        of(&[], &[("ARM_MSI_RESOURCE_ID", "/r"), ("AZURE_CLIENT_ID", "c")]),
        IdentitySelector::Resource("/r".into())
    );
    for two in [
        [("client_id", "c"), ("msi_object_id", "o")],
        [("client_id", "c"), ("msi_resource_id", "/r")],
        [("msi_object_id", "o"), ("msi_resource_id", "/r")],
    ] {
        let arguments: Vec<_> = two.into_iter().chain([("use_msi", "true")]).collect();
        let (summary, blamed, _) = problem(&arguments, &[]);
        assert_eq!((summary.as_str(), blamed), ("Two managed identities", Some(Path::attribute(two[1].0))));
    }
}

#[test]
fn the_platform_determines_the_identity_endpoint() {
    let endpoint = |arguments: Pairs<'_>, variables: Pairs<'_>| {
        let all: Vec<_> = variables.iter().copied().chain([("ARM_USE_MSI", "1")]).collect();
        machine(found(arguments, &all).unwrap().login.unwrap()).endpoint
    };
    let at = |text| MachineUrl::of_platform(text).unwrap();
    assert_eq!(endpoint(&[], &[]), IdentityEndpoint::Imds(MachineUrl::imds()));
    let app = ("IDENTITY_ENDPOINT", "http://172.16.1.3:8081/msi/token");
    assert_eq!(
        endpoint(&[], &[app, ("IDENTITY_HEADER", "h")]),
        IdentityEndpoint::AppService(at(app.1), Secret::new("h"))
    );
    let arc = ("IDENTITY_ENDPOINT", "http://localhost:40342/metadata/identity/oauth2/token");
    assert_eq!(
        endpoint(&[], &[arc, ("IMDS_ENDPOINT", "http://localhost:40342")]),
        IdentityEndpoint::Arc(at(arc.1))
    );
    let shell = ("MSI_ENDPOINT", "http://localhost:50342/oauth2/token");
    assert_eq!(endpoint(&[], &[shell]), IdentityEndpoint::CloudShell(at(shell.1)));
    let given = "http://169.254.169.254:8080/mine";
    assert_eq!(
        endpoint(&[("msi_endpoint", given)], &[app, ("IDENTITY_HEADER", "h")]),
        IdentityEndpoint::Imds(at(given))
    );
    assert_eq!(endpoint(&[], &[("ARM_MSI_ENDPOINT", given)]), IdentityEndpoint::Imds(at(given)));

    let on = [("use_msi", "true")];
    let (summary, blamed, _) = problem(&[on[0], ("msi_endpoint", "http://far.example/")], &[]);
    assert_eq!(summary, "Unusable endpoint for managed identities");
    assert_eq!(blamed, Some(Path::attribute("msi_endpoint")));
    let (summary, _, detail) =
        problem(&on, &[("IDENTITY_ENDPOINT", "http://far.example"), ("IDENTITY_HEADER", "h")]);
    assert!(summary == "Unusable endpoint for managed identities" && detail.contains("IDENTITY_ENDPOINT"));
    let (summary, blamed, _) =
        problem(&[on[0], ("client_id", "c")], &[arc, ("IMDS_ENDPOINT", "http://localhost:40342")]);
    assert_eq!((summary.as_str(), blamed), ("No such managed identity", Some(Path::attribute("client_id"))));
    let fabric = [app, ("IDENTITY_HEADER", "h"), ("IDENTITY_SERVER_THUMBPRINT", "x")];
    assert_eq!(problem(&on, &fabric).0, "No managed identity in Service Fabric");
    let version = |arguments: Pairs<'_>, variables: Pairs<'_>| {
        let all: Vec<_> = variables.iter().copied().chain([("ARM_USE_MSI", "1")]).collect();
        machine(found(arguments, &all).unwrap().login.unwrap()).api_version
    };
    assert_eq!(version(&[("msi_api_version", "2021-02-01")], &[]).as_deref(), Some("2021-02-01"));
    assert_eq!(version(&[], &[("ARM_MSI_API_VERSION", "2021-02-01")]).as_deref(), Some("2021-02-01"));
    assert_eq!(problem(&[on[0], ("msi_api_version", "a&b")], &[]).0, "Unusable api-version");
}

#[test]
fn the_az_cli_comes_last_and_can_be_forbidden() {
    let cli = |variables: Pairs<'_>| found(&[], variables).unwrap().login.unwrap();
    let (tenant, subscription) = (("ARM_TENANT_ID", "t.example"), ("ARM_SUBSCRIPTION_ID", "s"));
    assert_eq!(
        cli(&[tenant, subscription]),
        Login::AzureCli { tenant_id: Some("t.example".parse().unwrap()), subscription_id: Some("s".into()) }
    );
    let by_argument = found(&[("subscription_id", "a")], &[subscription]).unwrap().login.unwrap();
    assert_eq!(by_argument, Login::AzureCli { tenant_id: None, subscription_id: Some("a".into()) });
    for (arguments, variables) in [(&[("use_cli", "false")][..], &[][..]), (&[], &[("ARM_USE_CLI", "no")])] {
        let detail = found(arguments, variables).unwrap().login.unwrap_err().diagnostic().detail;
        for part in [
            "use_cli is false",
            "use_msi is not set",
            "use_oidc is not set",
            "ARM_TENANT_ID",
            "ARM_CLIENT_SECRET",
        ] {
            assert!(detail.contains(part), "{part}: {detail}");
        }
    }
}
