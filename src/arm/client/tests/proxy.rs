//! Proxies from the environment. A variable can only be set for another process, so the test starts itself
//! again.

use super::*;
use std::process::Command;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// The authority that the child process contacts.
const AUTHORITY: &str = "GALLERY_TEST_PROXY_AUTHORITY";

/// A proxy that refuses everybody: its address, and the hosts that were requested.
async fn proxy() -> (String, Arc<Mutex<Vec<String>>>) {
    answering("403 Forbidden").await
}

async fn answering(status: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let recorder = Arc::clone(&requests);
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let read = socket.read(&mut request).await.unwrap_or_default();
            let text = String::from_utf8_lossy(&request[..read]).into_owned();
            recorder.lock().unwrap().push(text);
            let _ =
                socket.write_all(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").as_bytes()).await;
        }
    });
    (address, requests)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_is_used_except_for_no_proxy_and_this_machine() {
    let (address, requests) = proxy().await;
    // 192.0.2.0/24 is for documentation: no host has such an address.
    for (authority, no_proxy, expected) in [
        ("https://192.0.2.1", "", true),
        ("https://192.0.2.1", "192.0.2.2,example.com", true),
        ("https://192.0.2.1", "192.0.2.1", false),
        ("https://192.0.2.1", "localhost, 192.0.2.0/24", false),
        ("https://127.0.0.1:1", "", false),
        ("http://localhost:1", "", false),
    ] {
        requests.lock().unwrap().clear();
        let mut child = Command::new(std::env::current_exe().unwrap());
        for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "ALL_PROXY"] {
            child.env_remove(name);
        }
        let child = child
            .args(["--exact", "arm::client::tests::proxy::in_a_child"])
            .env("HTTP_PROXY", &address)
            .env("HTTPS_PROXY", &address)
            .env("NO_PROXY", no_proxy)
            .env(AUTHORITY, authority)
            .output()
            .unwrap();
        assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
        let requests = requests.lock().unwrap().clone();
        assert_eq!(!requests.is_empty(), expected, "{authority} with NO_PROXY={no_proxy}: {requests:?}");
        assert!(requests.iter().all(|line| line.starts_with("CONNECT 192.0.2.1:443")), "{requests:?}");
    }
}

/// Runs [`in_a_child`] with this proxy and nothing else, and returns its output.
fn child(proxy: &str) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    for name in ["HTTP_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy", "NO_PROXY", "ALL_PROXY"]
    {
        child.env_remove(name);
    }
    child.args(["--exact", "arm::client::tests::proxy::in_a_child", "--nocapture"]);
    let child = child.env("HTTPS_PROXY", proxy).env(AUTHORITY, "https://192.0.2.1").output().unwrap();
    format!("{}{}", String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_cannot_be_used_is_an_error_at_once() {
    for proxy in ["http://me:hid den@proxy.example", "socks5://proxy.example", "\"http://proxy.example\""] {
        let text = child(proxy);
        assert!(
            text.contains("HTTPS_PROXY is not the address of a proxy") && !text.contains("hid den"),
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn basic_proxy_login_works_and_another_scheme_is_an_error_at_once() {
    let (address, requests) = answering("407 Proxy Authentication Required").await;
    let text = child(&address.replace("http://", "http://me:p@ss%25@"));
    assert!(text.contains("the proxy refused") && !text.contains("p@ss"), "{text}");
    let requests = requests.lock().unwrap().clone();
    assert_eq!(requests.len(), 1, "not tried again: {requests:?}");
    let expected = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, "me:p@ss%");
    assert!(requests[0].contains(&format!("Basic {expected}")), "{requests:?}");
}

#[tokio::test]
async fn in_a_child() {
    let Ok(authority) = std::env::var(AUTHORITY) else { return };
    let client = ArmClient::new(settings("https://arm.example", &authority)).unwrap();
    println!("{}", client.profiles().get(&profile_id(), &call_of(2_000)).await.unwrap_err().report());
}
