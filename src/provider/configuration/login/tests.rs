use std::collections::BTreeMap;

use super::*;
use crate::arm::{
    AssertionSource, Identity, IdentityEndpoint, MachineUrl, ManagedIdentity, RequestUrl, Secret,
};
use crate::plugin::{Path, Value};

const IDS: [(&str, &str); 2] = [("ARM_TENANT_ID", "t.example"), ("ARM_CLIENT_ID", "c")];

type Pairs<'a> = &'a [(&'static str, &'a str)];

/// Arguments are texts here, but for the switches and lists.
fn block(arguments: Pairs<'_>) -> Value {
    Value::object(arguments.iter().map(|(name, value)| {
        let value = match *value {
            "true" => true.into(),
            "false" => false.into(),
            text => Value::from(text),
        };
        (*name, value)
    }))
}

fn found(arguments: Pairs<'_>, variables: Pairs<'_>) -> Result<SignIn, Diagnostic> {
    let variables: BTreeMap<_, _> = variables.iter().copied().collect();
    sign_in(&Lookup::new(&block(arguments), &variables))
}

/// The way that is chosen, given two ids by the environment.
fn way(arguments: Pairs<'_>, variables: Pairs<'_>) -> Login {
    let all: Vec<_> = IDS.iter().chain(variables).copied().collect();
    found(arguments, &all).unwrap_or_else(|problem| panic!("{problem:?}")).login.unwrap()
}

fn problem(arguments: Pairs<'_>, variables: Pairs<'_>) -> (String, Option<Path>, String) {
    let problem = found(arguments, variables).unwrap_err();
    (problem.summary, problem.path, problem.detail)
}

fn assertion(login: Login) -> AssertionSource {
    match login {
        Login::Federated { assertion, .. } => assertion,
        other => panic!("{other:?}"),
    }
}

fn machine(login: Login) -> ManagedIdentity {
    match login {
        Login::ManagedIdentity(identity) => identity,
        other => panic!("{other:?}"),
    }
}

fn fixture(name: &str) -> String {
    format!("{}/src/arm/login/certificate/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn file(content: &str) -> (tempfile::NamedTempFile, String) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), content).unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    (file, path)
}

#[test]
fn ids_and_secret_by_argument_variable_and_file() {
    let (_id, id_path) = file("c\n");
    let (_secret, secret_path) = file("s3cret\n");
    let expected = way(&[], &[("ARM_CLIENT_SECRET", "s3cret")]);
    assert!(matches!(&expected, Login::ClientSecret { application, secret }
        if application.tenant_id.as_str() == "t.example" && application.client_id.as_str() == "c"
            && *secret == Secret::new("s3cret")));
    for (arguments, variables) in [
        (&[("tenant_id", "t.example"), ("client_id", "c"), ("client_secret", "s3cret")][..], &[][..]),
        (&[("client_id_file_path", &id_path), ("client_secret_file_path", &secret_path)], &IDS[..1]),
        (
            &[],
            &[
                ("ARM_TENANT_ID", "t.example"),
                ("ARM_CLIENT_ID_FILE_PATH", &id_path),
                ("ARM_CLIENT_SECRET_FILE_PATH", &secret_path),
            ],
        ),
        (&[], &[("ARM_TENANT_ID", "t.example"), ("AZURE_CLIENT_ID", "c"), ("ARM_CLIENT_SECRET", "s3cret")]),
        (&[("client_secret", "s3cret")], &[IDS[0], IDS[1], ("ARM_CLIENT_SECRET_FILE_PATH", &secret_path)]),
    ] {
        assert_eq!(
            found(arguments, variables).unwrap().login.unwrap(),
            expected,
            "{arguments:?} {variables:?}"
        );
    }
    assert!(!format!("{expected:?}").contains("s3cret"));
}

#[test]
fn a_value_and_its_file_must_agree() {
    let (_file, path) = file("from-file");
    for (name, file_name) in [
        ("client_id", "client_id_file_path"),
        ("client_secret", "client_secret_file_path"),
        ("oidc_token", "oidc_token_file_path"),
    ] {
        let arguments =
            [(name, "other"), (file_name, path.as_str()), ("use_oidc", "true"), ("tenant_id", "t")];
        let arguments: Vec<_> =
            arguments.into_iter().chain((name == "oidc_token").then_some(("client_id", "c"))).collect();
        let (summary, blamed, detail) = problem(&arguments, &[]);
        assert_eq!(summary, "Two settings that disagree", "{name}");
        assert_eq!(blamed, Some(Path::attribute(file_name)));
        assert!(!detail.contains("from-file"), "{detail}");
    }
    let (summary, blamed, _) = problem(&[("client_secret_file_path", "/nowhere/at/all")], &IDS);
    assert_eq!(summary, "Unreadable credential file");
    assert_eq!(blamed, Some(Path::attribute("client_secret_file_path")));
}

#[test]
fn a_certificate_by_path_and_as_base64_with_its_password() {
    use base64::Engine as _;
    let (pfx, word) = (fixture("rsa.pfx"), "pass-wörd");
    let text = base64::prelude::BASE64_STANDARD.encode(std::fs::read(&pfx).unwrap());
    let by_path =
        way(&[], &[("ARM_CLIENT_CERTIFICATE_PATH", &pfx), ("ARM_CLIENT_CERTIFICATE_PASSWORD", word)]);
    assert!(matches!(by_path, Login::ClientCertificate { .. }));
    for (arguments, variables) in [
        (&[("client_certificate_path", pfx.as_str()), ("client_certificate_password", word)][..], &[][..]),
        (&[("client_certificate", &text)], &[("ARM_CLIENT_CERTIFICATE_PASSWORD", word)]),
        (&[], &[("ARM_CLIENT_CERTIFICATE", text.as_str()), ("ARM_CLIENT_CERTIFICATE_PASSWORD", word)]),
        (
            &[("client_certificate", &text), ("client_certificate_path", &pfx)],
            &[("ARM_CLIENT_CERTIFICATE_PASSWORD", word), ("ARM_CLIENT_SECRET", "comes later")],
        ),
    ] {
        assert_eq!(way(arguments, variables), by_path, "{arguments:?}");
    }
}

#[test]
fn a_certificate_that_cannot_be_used_is_told_on_its_argument() {
    let pfx = fixture("rsa.pfx");
    let (summary, blamed, _) =
        problem(&[("client_certificate_path", &pfx), ("client_certificate_password", "wrong")], &IDS);
    assert_eq!(summary, "Wrong certificate password");
    assert_eq!(blamed, Some(Path::attribute("client_certificate_password")));
    let (_, blamed, detail) = problem(&[("client_certificate_path", &pfx)], &IDS);
    assert_eq!(blamed, Some(Path::attribute("client_certificate_path")));
    assert!(detail.contains("no password is given"), "{detail}");
    let (summary, blamed, _) = problem(&[("client_certificate", "???")], &IDS);
    assert_eq!(
        (summary.as_str(), blamed),
        ("Unusable client certificate", Some(Path::attribute("client_certificate")))
    );
    let other = [("client_certificate", "MA=="), ("client_certificate_path", &pfx)];
    assert_eq!(problem(&other, &IDS).0, "Unusable client certificate");
    let (summary, blamed, _) = problem(&[("client_certificate_path", &pfx)], &IDS[..1]);
    assert_eq!(summary, "Half a sign-in by client certificate");
    assert_eq!(blamed, Some(Path::attribute("client_certificate_path")));
    let (summary, blamed, _) = problem(&[("client_certificate_password", "x")], &IDS);
    assert_eq!(summary, "Half a sign-in by client certificate");
    assert_eq!(blamed, Some(Path::attribute("client_certificate_password")));
}

#[test]
fn an_id_token_from_every_source_by_every_name() {
    let (_file, path) = file("id-token");
    let as_token = AssertionSource::Token(Secret::new("id-token"));
    let as_file = AssertionSource::File { path: path.clone().into(), aks: false };
    let url = || RequestUrl::new("https://ids.example/x").unwrap();
    let github = AssertionSource::GitHub { url: url(), token: Secret::new("r") };
    let devops = AssertionSource::AzureDevOps {
        url: url(),
        token: Secret::new("r"),
        service_connection_id: "connection".into(),
    };
    let on = ("ARM_USE_OIDC", "true");
    let mut table: Vec<(Vec<(&'static str, &str)>, &AssertionSource)> = vec![
        (vec![on, ("ARM_OIDC_TOKEN", "id-token")], &as_token),
        (vec![on, ("ARM_OIDC_TOKEN_FILE_PATH", &path)], &as_file),
        (vec![on, ("ARM_OIDC_TOKEN_FILE_PATH", &path), ("ARM_OIDC_TOKEN", "id-token")], &as_file),
    ];
    for url in ["ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"] {
        for token in ["ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"] {
            let request = vec![on, (url, "https://ids.example/x"), (token, "r")];
            for connection in [
                "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID",
                "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID",
                "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
            ] {
                table.push((request.iter().copied().chain([(connection, "connection")]).collect(), &devops));
            }
            table.push((request, &github));
        }
    }
    for (variables, expected) in table {
        assert_eq!(&assertion(way(&[], &variables)), expected, "{variables:?}");
    }
    let request = [
        ("use_oidc", "true"),
        ("oidc_request_url", "https://ids.example/x"),
        ("oidc_request_token", "r"),
        ("ado_pipeline_service_connection_id", "connection"),
    ];
    assert_eq!(assertion(way(&request, &[])), devops);
    assert_eq!(
        assertion(way(&request[..3], &[("ARM_OIDC_AZURE_SERVICE_CONNECTION_ID", "connection")])),
        devops
    );
    assert_eq!(assertion(way(&[("use_oidc", "true"), ("oidc_token", "id-token")], &[])), as_token);
    let both = [request.as_slice(), &[("oidc_azure_service_connection_id", "another")]].concat();
    let (summary, blamed, _) = problem(&both, &IDS);
    assert_eq!(summary, "Two settings that disagree");
    assert_eq!(blamed, Some(Path::attribute("oidc_azure_service_connection_id")));
}

#[test]
fn the_first_of_several_variables_counts() {
    let urls = ["ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"];
    let tokens = ["ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"];
    let addresses = ["https://a.example/", "https://b.example/", "https://c.example/"];
    for first in 0..3 {
        let urls = urls.into_iter().zip(addresses).skip(first);
        let tokens = tokens.into_iter().zip(["a", "b", "c"]).skip(first);
        let variables: Vec<_> = urls.chain(tokens).chain([("ARM_USE_OIDC", "1")]).collect();
        let expected = AssertionSource::GitHub {
            url: RequestUrl::new(addresses[first]).unwrap(),
            token: Secret::new(["a", "b", "c"][first]),
        };
        assert_eq!(assertion(way(&[], &variables)), expected);
    }
}

#[test]
fn half_of_a_sign_in_by_id_token_is_told_on_its_switch() {
    let (summary, blamed, detail) = problem(&[("use_oidc", "true")], &IDS);
    assert_eq!((summary.as_str(), blamed), ("Half a sign-in by id token", Some(Path::attribute("use_oidc"))));
    assert!(detail.contains("ARM_OIDC_TOKEN") && detail.contains("id-token: write"), "{detail}");
    let url = [("ARM_USE_OIDC", "true"), ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://x.example")];
    let (_, blamed, detail) = problem(&[], &[&IDS[..], &url].concat());
    assert!(blamed.is_none() && detail.contains("SYSTEM_ACCESSTOKEN"), "{detail}");
    let (_, _, detail) = problem(&[("use_oidc", "true"), ("oidc_token", "x")], &IDS[..1]);
    assert!(detail.contains("client_id (ARM_CLIENT_ID)"), "{detail}");
    let (summary, blamed, _) = problem(
        &[("use_oidc", "true"), ("oidc_request_url", "http://far.example"), ("oidc_request_token", "t")],
        &IDS,
    );
    assert_eq!(summary, "Unusable OIDC request address");
    assert_eq!(blamed, Some(Path::attribute("oidc_request_url")));
    // Who has asked for another way as well gets that.
    assert!(matches!(way(&[("use_oidc", "true"), ("use_msi", "true")], &[]), Login::ManagedIdentity(_)));
    assert!(matches!(way(&[("use_oidc", "true"), ("use_cli", "true")], &[]), Login::AzureCli { .. }));
}

#[test]
fn an_id_token_that_has_expired_is_told_at_once() {
    use base64::Engine as _;
    let token = |end: i64| {
        let claims = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(format!("{{\"exp\":{end}}}"));
        format!("e30.{claims}.sig")
    };
    let (summary, blamed, detail) =
        problem(&[("use_oidc", "true"), ("oidc_token", &token(1_600_000_000))], &IDS);
    assert_eq!((summary.as_str(), blamed), ("Expired id token", Some(Path::attribute("oidc_token"))));
    assert!(detail.contains("2020-09-13 12:26 UTC"), "{detail}");
    way(&[("use_oidc", "true"), ("oidc_token", &token(4_000_000_000))], &[]);
}

#[test]
fn aks_sets_three_variables_which_must_not_disagree() {
    let (_file, path) = file("pod-token");
    let pod = [
        ("AZURE_CLIENT_ID", "c"),
        ("AZURE_TENANT_ID", "t.example"),
        ("AZURE_FEDERATED_TOKEN_FILE", path.as_str()),
    ];
    let expected = AssertionSource::File { path: path.clone().into(), aks: true };
    for switch in [[("use_aks_workload_identity", "true")].as_slice(), &[]] {
        let variables: Vec<_> =
            pod.iter().copied().chain([("ARM_USE_AKS_WORKLOAD_IDENTITY", "yes")]).collect();
        let Login::Federated { application, assertion } = found(switch, &variables).unwrap().login.unwrap()
        else {
            panic!()
        };
        assert_eq!(application, crate::arm::Application::new("t.example", "c").unwrap());
        assert_eq!(assertion, expected);
    }
    let on = ("use_aks_workload_identity", "true");
    for (name, value) in [("tenant_id", "other"), ("client_id", "other"), ("oidc_token_file_path", "/other")]
    {
        let (summary, blamed, _) = problem(&[on, (name, value)], &pod);
        assert_eq!((summary.as_str(), blamed), ("Two settings that disagree", Some(Path::attribute(name))));
    }
    let (_, _, detail) = problem(&[on], &pod[..2]);
    assert!(detail.contains("AZURE_FEDERATED_TOKEN_FILE"), "{detail}");
    // Without the switch they are somebody else's.
    assert!(matches!(found(&[], &pod).unwrap().login.unwrap(), Login::AzureCli { tenant_id: None, .. }));
}

#[test]
fn a_managed_identity_by_each_of_its_names() {
    let of = |arguments: Pairs<'_>, variables: Pairs<'_>| {
        let all: Vec<_> = variables.iter().copied().chain([("ARM_USE_MSI", "true")]).collect();
        machine(found(arguments, &all).unwrap().login.unwrap()).identity
    };
    assert_eq!(of(&[], &[]), Identity::System);
    assert_eq!(of(&[("client_id", "c")], &[]), Identity::Client("c".into()));
    assert_eq!(of(&[], &[("ARM_CLIENT_ID", "c")]), Identity::Client("c".into()));
    assert_eq!(of(&[("msi_object_id", "o")], &[]), Identity::Object("o".into()));
    assert_eq!(of(&[], &[("ARM_MSI_OBJECT_ID", "o")]), Identity::Object("o".into()));
    assert_eq!(of(&[("msi_resource_id", "/r")], &[]), Identity::Resource("/r".into()));
    assert_eq!(
        of(&[], &[("ARM_MSI_RESOURCE_ID", "/r"), ("AZURE_CLIENT_ID", "c")]),
        Identity::Resource("/r".into())
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
fn the_platform_tells_where_identities_are() {
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
        let told = found(arguments, variables).unwrap().login.unwrap_err().diagnostic().detail;
        for part in [
            "use_cli is false",
            "use_msi is not set",
            "use_oidc is not set",
            "ARM_TENANT_ID",
            "ARM_CLIENT_SECRET",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
}

#[test]
fn an_id_without_its_secret_is_half_a_sign_in() {
    let (summary, blamed, detail) = problem(&[("client_id", "c"), ("tenant_id", "t")], &[]);
    assert_eq!(
        (summary.as_str(), blamed),
        ("Half a sign-in by application", Some(Path::attribute("client_id")))
    );
    assert!(detail.contains("ARM_CLIENT_SECRET") && detail.contains("ARM_USE_CLI"), "{detail}");
    assert_eq!(problem(&[], &IDS).0, "Half a sign-in by application");
    let (summary, blamed, _) = problem(&[("client_secret", "x")], &IDS[..1]);
    assert_eq!(
        (summary.as_str(), blamed),
        ("Half a sign-in by client secret", Some(Path::attribute("client_secret")))
    );
    assert!(
        matches!(way(&[("use_cli", "true")], &[]), Login::AzureCli { .. }),
        "unless the CLI is asked for"
    );
}

#[test]
fn the_order_of_the_ways_and_what_is_told_of_it() {
    let (_file, path) = file("id-token");
    let all = [
        ("ARM_CLIENT_SECRET", "s3cret"),
        ("ARM_USE_OIDC", "true"),
        ("ARM_OIDC_TOKEN_FILE_PATH", path.as_str()),
        ("ARM_USE_MSI", "true"),
        ("ARM_USE_CLI", "true"),
    ];
    let pfx = fixture("empty.pfx");
    let certificate = [("ARM_CLIENT_CERTIFICATE_PATH", pfx.as_str())];
    assert_eq!(way(&[], &[&certificate[..], &all].concat()).way(), "client certificate");
    assert_eq!(way(&[], &all).way(), "client secret");
    assert_eq!(way(&[], &all[1..]).way(), "OIDC token file");
    assert_eq!(way(&[], &all[3..]).way(), "managed identity");
    assert_eq!(way(&[], &all[4..]).way(), "az CLI");
    let variables = [&IDS[..], &all].concat();
    let choice = found(&[("tenant_id", "from-block")], &variables).unwrap().choice;
    let lines: Vec<_> = choice.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "  - client certificate: not used, neither client_certificate nor client_certificate_path is set",
            "  - client secret: used; tenant_id from-block from the argument `tenant_id`, client_id c from the \
             environment variable ARM_CLIENT_ID",
            "  - id token (OIDC): not used, another way comes first",
            "  - managed identity: not used, another way comes first",
            "  - az CLI: not used, another way comes first",
        ]
    );
    assert!(!choice.contains("s3cret"));
}

#[test]
fn auxiliary_tenants_are_up_to_three() {
    let secret = [IDS[0], IDS[1], ("ARM_CLIENT_SECRET", "s")];
    let with =
        |tenants: &'static str| found(&[], &[&secret[..], &[("ARM_AUXILIARY_TENANT_IDS", tenants)]].concat());
    let names: Vec<_> =
        with("a;b;c").unwrap().auxiliary_tenants.iter().map(|t| t.as_str().to_owned()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(with("a;b;c;d").unwrap_err().summary, "Too many auxiliary tenants");
    assert_eq!(with("a/b").unwrap_err().summary, "Unusable auxiliary tenants");
    let of_machine = found(&[], &[("ARM_USE_MSI", "true"), ("ARM_AUXILIARY_TENANT_IDS", "a")]).unwrap();
    assert_eq!(of_machine.warnings.iter().count(), 1);
}

#[test]
fn ids_that_are_none_are_told_on_their_argument() {
    for (name, text) in [("tenant_id", "a/b"), ("client_id", "a b")] {
        let (summary, blamed, _) = problem(&[(name, text)], &[]);
        assert!(summary.starts_with("Unusable"), "{summary}");
        assert_eq!(blamed, Some(Path::attribute(name)));
    }
}
