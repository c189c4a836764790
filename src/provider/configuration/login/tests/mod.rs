mod machine;
mod oidc;

use std::collections::BTreeMap;

use super::*;
use crate::arm::Secret;
use crate::plugin::{Path, Value};

const IDS: [(&str, &str); 2] = [("ARM_TENANT_ID", "t.example"), ("ARM_CLIENT_ID", "c")];

type Pairs<'a> = &'a [(&'static str, &'a str)];

/// A provider block: `true` and `false` are booleans, all else is text.
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

/// The chosen login, with two ids from the environment.
fn login(arguments: Pairs<'_>, variables: Pairs<'_>) -> Login {
    let all: Vec<_> = IDS.iter().chain(variables).copied().collect();
    found(arguments, &all).unwrap_or_else(|problem| panic!("{problem:?}")).login.unwrap()
}

fn problem(arguments: Pairs<'_>, variables: Pairs<'_>) -> (String, Option<Path>, String) {
    let problem = found(arguments, variables).unwrap_err();
    (problem.summary, problem.path, problem.detail)
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
fn ids_and_secret_are_set_by_argument_variable_and_file() {
    let (_id, id_path) = file("c\n");
    let (_secret, secret_path) = file("s3cret\n");
    let expected = login(&[], &[("ARM_CLIENT_SECRET", "s3cret")]);
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
fn a_certificate_is_set_by_path_or_as_base64_with_its_password() {
    use base64::Engine as _;
    let (pfx, password) = (fixture("rsa.pfx"), "pass-wörd");
    let text = base64::prelude::BASE64_STANDARD.encode(std::fs::read(&pfx).unwrap());
    let by_path =
        login(&[], &[("ARM_CLIENT_CERTIFICATE_PATH", &pfx), ("ARM_CLIENT_CERTIFICATE_PASSWORD", password)]);
    assert!(matches!(by_path, Login::ClientCertificate { .. }));
    for (arguments, variables) in [
        (
            &[("client_certificate_path", pfx.as_str()), ("client_certificate_password", password)][..],
            &[][..],
        ),
        (&[("client_certificate", &text)], &[("ARM_CLIENT_CERTIFICATE_PASSWORD", password)]),
        (&[], &[("ARM_CLIENT_CERTIFICATE", text.as_str()), ("ARM_CLIENT_CERTIFICATE_PASSWORD", password)]),
        (
            &[("client_certificate", &text), ("client_certificate_path", &pfx)],
            &[("ARM_CLIENT_CERTIFICATE_PASSWORD", password), ("ARM_CLIENT_SECRET", "comes later")],
        ),
    ] {
        assert_eq!(login(arguments, variables), by_path, "{arguments:?}");
    }
}

#[test]
fn an_unusable_certificate_is_reported_on_its_argument() {
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
    assert_eq!(summary, "Incomplete client certificate credentials");
    assert_eq!(blamed, Some(Path::attribute("client_certificate_path")));
    let (summary, blamed, _) = problem(&[("client_certificate_password", "x")], &IDS);
    assert_eq!(summary, "Incomplete client certificate credentials");
    assert_eq!(blamed, Some(Path::attribute("client_certificate_password")));
}

#[test]
fn an_id_without_its_secret_is_incomplete() {
    let (summary, blamed, detail) = problem(&[("client_id", "c"), ("tenant_id", "t")], &[]);
    assert_eq!(
        (summary.as_str(), blamed),
        ("Incomplete client credentials", Some(Path::attribute("client_id")))
    );
    assert!(detail.contains("ARM_CLIENT_SECRET") && detail.contains("ARM_USE_CLI"), "{detail}");
    assert_eq!(problem(&[], &IDS).0, "Incomplete client credentials");
    let (summary, blamed, _) = problem(&[("client_secret", "x")], &IDS[..1]);
    assert_eq!(
        (summary.as_str(), blamed),
        ("Incomplete client secret credentials", Some(Path::attribute("client_secret")))
    );
    assert!(
        matches!(login(&[("use_cli", "true")], &[]), Login::AzureCli { .. }),
        "unless the CLI is asked for"
    );
}

#[test]
fn the_first_configured_login_is_used_and_the_order_is_reported() {
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
    assert_eq!(login(&[], &[&certificate[..], &all].concat()).name(), "client certificate");
    assert_eq!(login(&[], &all).name(), "client secret");
    assert_eq!(login(&[], &all[1..]).name(), "OIDC token file");
    assert_eq!(login(&[], &all[3..]).name(), "managed identity");
    assert_eq!(login(&[], &all[4..]).name(), "az CLI");
    let variables = [&IDS[..], &all].concat();
    let choice = found(&[("tenant_id", "from-block")], &variables).unwrap().choice;
    let lines: Vec<_> = choice.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "  - client certificate: not used, neither client_certificate nor client_certificate_path is set",
            "  - client secret: used; client_secret from the environment variable ARM_CLIENT_SECRET, tenant_id from-block from the argument `tenant_id`, client_id c from the \
             environment variable ARM_CLIENT_ID",
            "  - id token (OIDC): not used, another login comes first",
            "  - managed identity: not used, another login comes first",
            "  - az CLI: not used, another login comes first",
        ]
    );
    assert!(!choice.contains("s3cret"));
}

#[test]
fn there_are_up_to_three_auxiliary_tenants() {
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
fn invalid_ids_are_reported_on_their_argument() {
    for (name, text) in [("tenant_id", "a/b"), ("client_id", "a b")] {
        let (summary, blamed, _) = problem(&[(name, text)], &[]);
        assert!(summary.starts_with("Unusable"), "{summary}");
        assert_eq!(blamed, Some(Path::attribute(name)));
    }
}

/// PowerShell, text editors and `echo` add characters around a secret.
#[test]
fn a_secret_file_is_read_in_any_encoding_and_with_a_line_end() {
    let utf16 = |mark: &[u8], unit: fn(u16) -> [u8; 2]| {
        [mark.to_vec(), "s3cret\r\n".encode_utf16().flat_map(unit).collect()].concat()
    };
    let plain = login(&[("client_secret", "s3cret")], &[]);
    for bytes in [
        b"s3cret\r\n".to_vec(),
        b"\xef\xbb\xbfs3cret\n".to_vec(),
        utf16(b"\xff\xfe", u16::to_le_bytes),
        utf16(b"\xfe\xff", u16::to_be_bytes),
        utf16(b"", u16::to_le_bytes),
    ] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &bytes).unwrap();
        let path = file.path().to_str().unwrap();
        assert_eq!(login(&[("client_secret_file_path", path)], &[]), plain, "{bytes:?}");
    }
    for text in ["s3cret\n", " s3cret", "\u{feff}s3cret"] {
        assert_eq!(login(&[], &[("ARM_CLIENT_SECRET", text)]), plain, "{text:?}");
    }
}

#[test]
fn quotes_and_unreplaced_references_are_reported_without_the_value() {
    let (_file, quoted) = file("\"hidden\"");
    for (variables, named, hint) in [
        (&[("ARM_CLIENT_SECRET", "$(hidden)")][..], "ARM_CLIENT_SECRET", "$(NAME)"),
        (&[("ARM_CLIENT_SECRET", "${{ secrets.hidden }}")], "ARM_CLIENT_SECRET", "reference"),
        (&[("ARM_CLIENT_SECRET", "'hidden'")], "ARM_CLIENT_SECRET", "quotes"),
        (&[("ARM_CLIENT_SECRET", " \n")], "ARM_CLIENT_SECRET", "blank"),
        (&[("ARM_CLIENT_SECRET_FILE_PATH", &quoted)], "ARM_CLIENT_SECRET_FILE_PATH", "quotes"),
        (&[("ARM_TENANT_ID", "%hidden%")], "ARM_TENANT_ID", "reference"),
        (&[("ARM_CLIENT_ID", "$(hidden)")], "ARM_CLIENT_ID", "$(NAME)"),
        (&[("ARM_USE_OIDC", "true"), ("ARM_OIDC_TOKEN", "$(hidden)")], "ARM_OIDC_TOKEN", "$(NAME)"),
        (
            &[("ARM_USE_OIDC", "true"), ("ARM_OIDC_REQUEST_TOKEN", "\"hidden\"")],
            "ARM_OIDC_REQUEST_TOKEN",
            "quotes",
        ),
        (&[("ARM_CLIENT_CERTIFICATE", "$(hidden)")], "ARM_CLIENT_CERTIFICATE", "$(NAME)"),
        (&[("ARM_CLIENT_CERTIFICATE_PASSWORD", "$(hidden)")], "ARM_CLIENT_CERTIFICATE_PASSWORD", "$(NAME)"),
        (&[("ARM_USE_CLI", "true"), ("ARM_SUBSCRIPTION_ID", "$(hidden)")], "ARM_SUBSCRIPTION_ID", "$(NAME)"),
    ] {
        let all: Vec<_> = IDS.iter().chain(variables).copied().collect();
        let (_, _, detail) = problem(&[], &all);
        assert!(detail.contains(named) && detail.contains(hint) && !detail.contains("hidden"), "{detail}");
    }
}

#[test]
fn a_secret_in_the_place_of_an_id_is_reported_without_the_value() {
    let secret = "hid8Q~den-AbcdefghijKlmnopqrstuvWxyz01234";
    for name in ["ARM_CLIENT_ID", "ARM_TENANT_ID"] {
        let others = [IDS[0], IDS[1], ("ARM_CLIENT_SECRET", "x"), (name, secret)];
        let (_, _, detail) = problem(&[], &others);
        assert!(detail.contains(name) && !detail.contains("hid8Q"), "{detail}");
    }
    let password = [IDS[0], ("ARM_CLIENT_ID", "hidden-Pa55word"), ("ARM_CLIENT_SECRET", "x")];
    assert!(!found(&[], &password).unwrap().choice.contains("hidden"));
    let (summary, _, detail) = problem(&[], &[IDS[0], IDS[1], ("ARM_CLIENT_SECRET", "c")]);
    assert_eq!(summary, "Client id in place of the client secret", "{detail}");
}
