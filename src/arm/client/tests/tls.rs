use super::faults::http;
use super::*;
use crate::arm::error::Error;
use base64::Engine as _;
use std::process::Command;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

/// A server with a certificate of its own: its address, and the certificate in PEM.
async fn tls_server() -> (String, String) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let chain = vec![key.cert.der().clone()];
    let private = rustls::pki_types::PrivateKeyDer::Pkcs8(key.signing_key.serialize_der().into());
    let config =
        rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, private).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let body = profile_json("Succeeded").to_string();
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let Ok(mut tls) = acceptor.accept(socket).await else { continue };
            let mut request = [0; 4096];
            let _ = tls.read(&mut request).await;
            let _ = tls.write_all(&http(&body, body.len())).await;
            let _ = tls.shutdown().await;
        }
    });
    let encoded = base64::prelude::BASE64_STANDARD.encode(key.cert.der());
    (address, format!("-----BEGIN CERTIFICATE-----\n{encoded}\n-----END CERTIFICATE-----\n"))
}

#[tokio::test]
async fn an_unknown_issuer_is_an_error_at_once_and_a_configured_one_is_trusted() {
    let (arm, pem) = tls_server().await;
    let azure = Azure::start().await;
    let mut settings = settings(&arm, &azure.server.uri());
    let before = Instant::now();
    let client = ArmClient::new(settings.clone()).unwrap();
    let error = client.profiles().get(&profile_id(), &call()).await.unwrap_err();
    assert!(error.is_untrusted_certificate(), "{error}");
    assert!(error.report().contains("issued by itself, \"CN=rcgen self signed cert\""), "{}", error.report());
    assert!(error.report().contains("SSL_CERT_FILE") && before.elapsed() < Duration::from_secs(4), "{error}");

    settings.root_certificates = vec![pem.into_bytes()];
    let client = ArmClient::new(settings.clone()).unwrap();
    client.profiles().get(&profile_id(), &call()).await.unwrap();

    settings.root_certificates =
        vec![b"-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n".to_vec()];
    let client = ArmClient::new(settings).unwrap();
    let error = client.profiles().get(&profile_id(), &call()).await.unwrap_err();
    assert!(matches!(error, Error::Setup(_)), "{error}");
}

/// The endpoints of the server that the parent process runs for [`in_a_child`].
const ENDPOINTS: &str = "GALLERY_TEST_TLS_ENDPOINTS";

/// An environment variable can only be set for another process, so the test starts itself again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ssl_cert_file_is_trusted() {
    let (arm, pem) = tls_server().await;
    let azure = Azure::start().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pem).unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "arm::client::tests::tls::in_a_child", "--nocapture"])
        .env("SSL_CERT_FILE", file.path())
        .env_remove("SSL_CERT_DIR")
        .env(ENDPOINTS, format!("{arm} {}", azure.server.uri()))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && text.contains("read through TLS"), "{text}");
}

/// Runs [`in_a_child`] with these variables, and returns its output.
fn child(endpoints: &str, variables: &[(&str, &str)]) -> String {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "arm::client::tests::tls::in_a_child", "--nocapture"])
        .env_remove("SSL_CERT_FILE")
        .env_remove("SSL_CERT_DIR")
        .envs(variables.iter().copied())
        .env(ENDPOINTS, endpoints)
        .output()
        .unwrap();
    format!("{}{}", String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_variable_that_is_empty_is_not_set_and_one_that_cannot_be_used_is_named() {
    let (arm, pem) = tls_server().await;
    let azure = Azure::start().await;
    let endpoints = format!("{arm} {}", azure.server.uri());
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("any-name.pem"), &pem).unwrap();
    let path = folder.path().to_str().unwrap();
    // The system's store is used, which does not contain this certificate.
    for empty in [
        &[("SSL_CERT_FILE", "")][..],
        &[("SSL_CERT_FILE", ""), ("SSL_CERT_DIR", "")],
        &[("SSL_CERT_DIR", "")],
    ] {
        let text = child(&endpoints, empty);
        assert!(text.contains("issued by itself"), "{text}");
    }
    let text = child(&endpoints, &[("SSL_CERT_FILE", ""), ("SSL_CERT_DIR", path)]);
    assert!(text.contains("read through TLS"), "{text}");
    for (variables, expected) in [
        (
            &[("SSL_CERT_FILE", "/no/such/file.pem")][..],
            "SSL_CERT_FILE names /no/such/file.pem, which cannot be read",
        ),
        (&[("SSL_CERT_FILE", path)], "is a folder"),
        (&[("SSL_CERT_DIR", "/no/such/folder")], "SSL_CERT_DIR names /no/such/folder"),
    ] {
        let text = child(&endpoints, variables);
        assert!(text.contains(expected), "{text}");
    }
}

#[tokio::test]
async fn in_a_child() {
    let Ok(endpoints) = std::env::var(ENDPOINTS) else { return };
    let (arm, authority) = endpoints.split_once(' ').unwrap();
    let client = ArmClient::new(settings(arm, authority)).unwrap();
    match client.profiles().get(&profile_id(), &call()).await {
        Ok(_) => println!("read through TLS"),
        Err(error) => panic!("{error}"),
    }
}
