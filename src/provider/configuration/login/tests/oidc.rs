use super::*;
use crate::arm::{AssertionSource, RequestUrl};

fn assertion(login: Login) -> AssertionSource {
    match login {
        Login::Federated { assertion, .. } => assertion,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_id_token_is_read_from_every_source_by_every_name() {
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
        assert_eq!(&assertion(login(&[], &variables)), expected, "{variables:?}");
    }
    let request = [
        ("use_oidc", "true"),
        ("oidc_request_url", "https://ids.example/x"),
        ("oidc_request_token", "r"),
        ("ado_pipeline_service_connection_id", "connection"),
    ];
    assert_eq!(assertion(login(&request, &[])), devops);
    assert_eq!(
        assertion(login(&request[..3], &[("ARM_OIDC_AZURE_SERVICE_CONNECTION_ID", "connection")])),
        devops
    );
    assert_eq!(assertion(login(&[("use_oidc", "true"), ("oidc_token", "id-token")], &[])), as_token);
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
        assert_eq!(assertion(login(&[], &variables)), expected);
    }
}

#[test]
fn an_incomplete_oidc_login_is_reported_on_its_switch() {
    let (summary, blamed, detail) = problem(&[("use_oidc", "true")], &IDS);
    assert_eq!(
        (summary.as_str(), blamed),
        ("Incomplete id token credentials", Some(Path::attribute("use_oidc")))
    );
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
    // If another login is configured as well, it is used.
    assert!(matches!(login(&[("use_oidc", "true"), ("use_msi", "true")], &[]), Login::ManagedIdentity(_)));
    assert!(matches!(login(&[("use_oidc", "true"), ("use_cli", "true")], &[]), Login::AzureCli { .. }));
}

#[test]
fn an_expired_id_token_is_reported_at_once() {
    use base64::Engine as _;
    let token = |end: i64| {
        let claims = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(format!("{{\"exp\":{end}}}"));
        format!("e30.{claims}.sig")
    };
    let (summary, blamed, detail) =
        problem(&[("use_oidc", "true"), ("oidc_token", &token(1_600_000_000))], &IDS);
    assert_eq!((summary.as_str(), blamed), ("Expired id token", Some(Path::attribute("oidc_token"))));
    assert!(detail.contains("2020-09-13 12:26 UTC"), "{detail}");
    login(&[("use_oidc", "true"), ("oidc_token", &token(4_000_000_000))], &[]);
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
    // Without the switch, the variables belong to other programs.
    assert!(matches!(found(&[], &pod).unwrap().login.unwrap(), Login::AzureCli { tenant_id: None, .. }));
}
