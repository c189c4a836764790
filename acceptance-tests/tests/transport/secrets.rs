//! Secrets do not leak: not into a log at its most verbose level, and not into a response.

use acceptance_tests::host::Host;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::launch;

const SECRET: &str = "hunter2-correct-horse";

/// Starts a login service that refuses every request and quotes it. Returns its address.
async fn indiscreet_login() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 1 << 16];
            let mut length = 0;
            // The form is sent last.
            while !String::from_utf8_lossy(&request[..length]).contains("client_credentials") {
                match stream.read(&mut request[length..]).await {
                    Ok(more @ 1..) => length += more,
                    _ => break,
                }
            }
            let quoted = String::from_utf8_lossy(&request[..length]).into_owned();
            let body =
                json!({ "error": "invalid_client", "error_description": format!("AADSTS7000215: {quoted}") });
            let body = body.to_string();
            let head = format!(
                "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\nx-echo: {SECRET}\r\ncontent-length: \
                 {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            drop(stream.write_all(format!("{head}{body}").as_bytes()).await);
        }
    });
    address
}

#[tokio::test]
async fn the_most_verbose_log_and_every_response_contain_no_secret() {
    let login = indiscreet_login().await;
    for source in ["argument", "environment"] {
        let mut launch = launch()
            .variable("TF_LOG", "trace")
            .variable("RUST_BACKTRACE", "1")
            .variable("ARM_TENANT_ID", "contoso.example")
            .variable("ARM_CLIENT_ID", "11111111-2222-3333-4444-555555555555")
            .variable("ARM_ENVIRONMENT", "custom")
            .variable("ARM_RESOURCE_MANAGER_ENDPOINT", "http://127.0.0.1:1")
            .variable("ARM_RESOURCE_MANAGER_AUDIENCE", "http://127.0.0.1:1")
            .variable("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", &login);
        let block = match source {
            "argument" => json!({ "client_secret": SECRET }),
            _ => {
                launch = launch.variable("ARM_CLIENT_SECRET", SECRET);
                json!({})
            }
        };
        let mut host = Host::start(launch, &block).await.unwrap().unwrap();
        let gallery = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers\
                       /Microsoft.Compute/galleries/g";
        let profile = json!({
            "gallery_id": gallery, "name": "p", "location": "westus", "os_type": "Linux",
            "applicable_host_endpoint": "IMDS"
        });
        let config = host.config("gallery_invm_access_profile", &profile).unwrap();
        let planned = host.plan("gallery_invm_access_profile", None, &config).await;
        let result = match planned {
            Ok(plan) => host.apply("gallery_invm_access_profile", plan).await.map(drop),
            Err(error) => Err(error),
        };
        let error = result.expect_err("nobody was signed in").to_string();
        let log = host.stderr();
        assert!(error.contains("AADSTS7000215"), "{source}: {error}");
        assert!(log.contains("ApplyResourceChange") || log.contains("PlanResourceChange"), "{source}: {log}");
        for (place, text) in [("answer", &error), ("log", &log)] {
            assert!(!text.contains("hunter2"), "the {place} has the secret of the {source}: {text}");
        }
        host.end().await.unwrap();
    }
}
