//! The real binary, over its own TLS, driven as a client drives Azure.

// Clippy counts only functions marked as tests as tests.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    ready: Value,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        Self::start_in(&std::env::temp_dir(), arguments)
    }

    /// The same with another directory for temporary files.
    fn start_in(temporary: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gallery-emulator"))
            .args(arguments)
            .args(if cfg!(windows) { &["--end-with-stdin"][..] } else { &[] })
            .env(if cfg!(windows) { "TMP" } else { "TMPDIR" }, temporary)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        Self { child, stdout, ready: serde_json::from_str(&line).unwrap() }
    }

    fn text(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap()
    }

    fn client(&self, http1: bool) -> Client {
        // A second test may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let pem = std::fs::read(self.text("ca_certificate")).unwrap();
        let authority = reqwest::Certificate::from_pem(&pem).unwrap();
        let builder = Client::builder().no_proxy().tls_certs_only([authority]);
        if http1 { builder.http1_only().build().unwrap() } else { builder.build().unwrap() }
    }

    async fn login(&self, client: &Client, secret: &str) -> Response {
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={secret}&scope={}/.default",
            self.text("client_id"),
            self.text("arm")
        );
        let address = format!("{}/{}/oauth2/v2.0/token", self.text("authority"), self.text("tenant_id"));
        client
            .post(address)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .unwrap()
    }

    async fn token(&self, client: &Client) -> String {
        let reply = value(self.login(client, self.text("client_secret")).await).await;
        reply["access_token"].as_str().unwrap().to_owned()
    }

    fn id(&self, rest: &str) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/rg/providers/Microsoft.Compute/galleries/g{rest}",
            self.text("subscription_id")
        )
    }

    fn address(&self, rest: &str) -> String {
        format!("{}{}?api-version=2024-03-03", self.text("arm"), self.id(rest))
    }

    fn control(&self, rest: &str) -> String {
        format!("{}/emulator/{rest}", self.text("arm"))
    }

    /// Ends it as a service manager would, or on Windows, which has no such signal, by closing its input. Returns the
    /// exit code and the rest of its output.
    fn stop(mut self) -> (Option<i32>, String) {
        if cfg!(windows) {
            drop(self.child.stdin.take());
        } else {
            Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        }
        let code = self.child.wait().unwrap().code();
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (code, rest)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It is gone already if the test stopped it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn value(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

fn profile() -> String {
    json!({"location": "westus", "properties": {"osType": "Linux", "applicableHostEndpoint": "IMDS"}})
        .to_string()
}

async fn put(client: &Client, token: &str, address: &str, body: String) -> reqwest::Result<Response> {
    client.put(address).bearer_auth(token).header("content-type", "application/json").body(body).send().await
}

#[tokio::test]
async fn a_client_logs_in_creates_reads_and_deletes_over_both_protocols() {
    let emulator = Running::start(&["--seed", "rg/g@westus", "--operations", "none", "--strict"]);
    for http1 in [true, false] {
        let client = emulator.client(http1);
        let wrong = emulator.login(&client, "wrong").await;
        assert_eq!(wrong.status(), 401);
        assert_eq!(value(wrong).await["error_codes"], json!([7_000_215]));
        let token = emulator.token(&client).await;
        let address = emulator.address("/inVMAccessControlProfiles/p");
        assert_eq!(client.get(&address).send().await.unwrap().status(), 401);
        let created = put(&client, &token, &address, profile()).await.unwrap();
        assert_eq!(created.status(), 201);
        let expected = if http1 { reqwest::Version::HTTP_11 } else { reqwest::Version::HTTP_2 };
        assert_eq!(created.version(), expected);
        let read = value(client.get(&address).bearer_auth(&token).send().await.unwrap()).await;
        assert_eq!(read["properties"]["osType"], "Linux");
        let deleted = client.delete(&address).bearer_auth(&token).send().await.unwrap();
        assert_eq!(deleted.status(), 204);
    }
}

#[tokio::test]
async fn tests_can_read_and_change_objects_by_control_routes() {
    let emulator = Running::start(&["--seed", "rg/g@westus", "--operations", "none"]);
    let client = emulator.client(false);
    let token = emulator.token(&client).await;
    let address = emulator.address("/inVMAccessControlProfiles/p");
    put(&client, &token, &address, profile()).await.unwrap();
    let object = emulator.control(&format!("objects{}", emulator.id("/inVMAccessControlProfiles/p")));
    let change = json!({"properties": {"description": "edited"}, "tags": {"who": "else"}}).to_string();
    assert_eq!(client.patch(&object).body(change).send().await.unwrap().status(), 200);
    let read = value(client.get(&address).bearer_auth(&token).send().await.unwrap()).await;
    assert_eq!(
        (&read["properties"]["description"], &read["tags"]["who"]),
        (&json!("edited"), &json!("else"))
    );
    assert_eq!(read["properties"]["osType"], "Linux");
    assert_eq!(client.delete(&object).send().await.unwrap().status(), 204);
    assert_eq!(client.get(&address).bearer_auth(&token).send().await.unwrap().status(), 404);
    assert_eq!(client.put(&object).body("{\"location\":\"x\"}").send().await.unwrap().status(), 200);
    assert_eq!(client.get(&address).bearer_auth(&token).send().await.unwrap().status(), 200);
    let requests = value(client.get(emulator.control("requests")).send().await.unwrap()).await;
    let seen: Vec<(&str, u64)> = requests
        .as_array()
        .unwrap()
        .iter()
        .map(|request| (request["method"].as_str().unwrap(), request["status"].as_u64().unwrap()))
        .collect();
    assert_eq!(seen, [("POST", 200), ("PUT", 201), ("GET", 200), ("GET", 404), ("GET", 200)]);
    assert!(!requests.to_string().contains(&token));
    let settings = client.put(emulator.control("settings")).body("{\"page_size\":0}").send().await.unwrap();
    assert_eq!(settings.status(), 400);
    assert_eq!(client.post(emulator.control("reset")).send().await.unwrap().status(), 204);
    let objects = value(client.get(emulator.control("objects")).send().await.unwrap()).await;
    assert_eq!(objects, json!([]));
}

#[tokio::test]
async fn connections_break_as_the_script_says() {
    let emulator = Running::start(&["--seed", "rg/g@westus", "--operations", "none"]);
    for http1 in [true, false] {
        let client = emulator.client(http1);
        let token = emulator.token(&client).await;
        let name = format!("/inVMAccessControlProfiles/p{}", u8::from(http1));
        let address = emulator.address(&name);
        let script = json!([
            {"match": {"method": "PUT"}, "nth": 1, "action": {"do": "reset"}},
            {"match": {"method": "PUT"}, "nth": 2, "action": {"do": "reset", "when": "after"}},
            {"match": {"method": "PUT"}, "nth": 3, "action": {"do": "truncate", "bytes": 10}},
            {"match": {"method": "PUT"}, "nth": 4, "action": {"do": "delay", "seconds": 0.2}}
        ]);
        client.put(emulator.control("faults")).body(script.to_string()).send().await.unwrap();
        let object = emulator.control(&format!("objects{}", emulator.id(&name)));
        assert!(put(&client, &token, &address, profile()).await.is_err());
        assert_eq!(client.get(&object).send().await.unwrap().status(), 404);
        assert!(put(&client, &token, &address, profile()).await.is_err());
        assert_eq!(client.get(&object).send().await.unwrap().status(), 200);
        let cut = put(&client, &token, &address, profile()).await.unwrap();
        assert_eq!(cut.status(), 200);
        assert!(cut.bytes().await.is_err());
        let start = Instant::now();
        assert_eq!(put(&client, &token, &address, profile()).await.unwrap().status(), 200);
        assert!(start.elapsed() >= Duration::from_millis(200));
    }
}

#[tokio::test]
async fn garbage_and_oversized_requests_are_refused() {
    let emulator = Running::start(&["--seed", "rg/g@westus", "--operations", "none"]);
    let host = emulator.text("arm").trim_start_matches("https://").to_owned();
    for garbage in [b"GET / HTTP/1.1\r\n\r\n".as_slice(), &[0xff; 5000], b"\x16\x03\x01\xff\xff", b""] {
        let mut stream = TcpStream::connect(&host).await.unwrap();
        stream.write_all(garbage).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        // An alert, a reset or nothing: each is an end.
        let _ = stream.read_to_end(&mut answer).await;
    }
    let client = emulator.client(false);
    let token = emulator.token(&client).await;
    let address = emulator.address("/inVMAccessControlProfiles/p");
    for (body, status) in [
        ("{".to_owned(), 400),
        ("[".repeat(100_000), 400),
        ("null".to_owned(), 400),
        (String::new(), 400),
        (profile().replace("Linux", &"x".repeat(16 * 1024 * 1024)), 201),
        (" ".repeat(64 * 1024 * 1024 + 1), 413),
    ] {
        let length = body.len();
        // A server that refuses a body by its length may close before it has read it.
        match put(&client, &token, &address, body).await {
            Ok(response) => assert_eq!(response.status().as_u16(), status, "{length} bytes"),
            Err(error) => assert!(status == 413 && error.is_request(), "{length} bytes: {error:?}"),
        }
    }
    assert_eq!(client.get(emulator.control("settings")).send().await.unwrap().status(), 200);
    assert_eq!(emulator.stop(), (Some(0), String::new()));
}

#[tokio::test]
async fn objects_and_authority_outlive_the_process_if_so_set() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state.json");
    let ca = directory.path().join("ca");
    let arguments =
        ["--state", state.to_str().unwrap(), "--ca-dir", ca.to_str().unwrap(), "--seed", "rg/g@westus"];
    let first = Running::start(&arguments);
    let token = first.token(&first.client(false)).await;
    assert_eq!(first.stop(), (Some(0), String::new()));
    let second = Running::start(&arguments[..4]);
    let read = second.client(false).get(second.address("")).bearer_auth(token).send().await.unwrap();
    // The token has the first port as its audience, so it is valid in form but not for this emulator.
    assert_eq!(value(read).await["error"]["code"], "InvalidAuthenticationTokenAudience");
    let objects = second.client(false).get(second.control("objects")).send().await.unwrap();
    assert_eq!(value(objects).await.as_array().unwrap().len(), 2);
    let private = Running::start(&[]);
    let certificate = private.text("ca_certificate").to_owned();
    assert!(Path::new(&certificate).exists());
    private.stop();
    assert!(!Path::new(&certificate).exists());
}

#[test]
fn a_start_removes_the_directory_of_a_killed_emulator() {
    let temporary = tempfile::tempdir().unwrap();
    let left = || std::fs::read_dir(temporary.path()).unwrap().count();
    let mut killed = Running::start_in(temporary.path(), &[]);
    let running = Running::start_in(temporary.path(), &[]);
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    assert_eq!(left(), 2);
    let next = Running::start_in(temporary.path(), &[]);
    assert!(!Path::new(killed.text("ca_certificate")).exists());
    assert!(Path::new(running.text("ca_certificate")).exists());
    next.stop();
    running.stop();
    assert_eq!(left(), 0);
}

#[tokio::test]
async fn only_machines_and_az_are_served_without_tls() {
    let emulator = Running::start(&["--seed", "rg/g@westus", "--az", "service-principal"]);
    let client = emulator.client(true);
    let machine = emulator.text("machine");
    let places = value(client.get(emulator.control("endpoints")).send().await.unwrap()).await;
    let at = |pointer: &str| places.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    let ask =
        format!("{}?api-version=2018-02-01&resource={}", at("/instance_metadata"), emulator.text("arm"));
    assert!(ask.starts_with(machine));
    assert_eq!(client.get(&ask).send().await.unwrap().status(), 400);
    let answer = value(client.get(&ask).header("metadata", "true").send().await.unwrap()).await;
    let token = answer["access_token"].as_str().unwrap();
    let read = client.get(emulator.address("")).bearer_auth(token).send().await.unwrap();
    assert_eq!(read.status(), 200);
    for path in ["/emulator/settings", "/subscriptions?api-version=2022-12-01", "/metadata/endpoints"] {
        assert_eq!(client.get(format!("{machine}{path}")).send().await.unwrap().status(), 404, "{path}");
    }
    let name = if cfg!(windows) { "az.cmd" } else { "az" };
    let program = Path::new(emulator.text("az")).join(name);
    let az = |words: &[&str]| Command::new(&program).args(words).output().unwrap();
    let answer = az(&["account", "get-access-token", "-o", "json", "--resource", emulator.text("arm")]);
    assert_eq!(answer.status.code(), Some(0));
    let body: Value = serde_json::from_slice(&answer.stdout).unwrap();
    let token = body["accessToken"].as_str().unwrap();
    assert_eq!(client.get(emulator.address("")).bearer_auth(token).send().await.unwrap().status(), 200);
    client.put(emulator.control("settings")).body("{\"az\":\"signed-out\"}").send().await.unwrap();
    let answer = az(&["account", "show"]);
    assert_eq!((answer.status.code(), answer.stdout.as_slice()), (Some(1), b"".as_slice()));
    assert_eq!(answer.stderr, b"ERROR: Please run 'az login' to setup account.\n");
    let directory = emulator.text("az").to_owned();
    emulator.stop();
    assert!(!Path::new(&directory).exists());
}

#[tokio::test]
async fn registrations_can_be_changed_and_reset() {
    let emulator =
        Running::start(&["--federated-credential", "kubernetes,first", "--auxiliary-tenant", "other"]);
    let client = emulator.client(false);
    let login = emulator.control("login");
    let credentials = |body: &Value| body["federated_credentials"].as_array().unwrap().len();
    let first = value(client.get(&login).send().await.unwrap()).await;
    assert_eq!((credentials(&first), &first["auxiliary_tenants"]), (1, &json!(["other"])));
    let exchange = async |subject: &str| {
        let order = json!({ "subject": subject }).to_string();
        let made = value(client.post(emulator.control("assertions")).body(order).send().await.unwrap()).await;
        let form = format!(
            "grant_type=client_credentials&client_id={}&scope={}/.default&client_assertion={}&\
             client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            emulator.text("client_id"),
            emulator.text("arm"),
            made["assertion"].as_str().unwrap()
        );
        let address = format!("{}/{}/oauth2/v2.0/token", emulator.text("arm"), emulator.text("tenant_id"));
        let reply = client.post(address).body(form).send().await.unwrap();
        (reply.status().as_u16(), value(reply).await["error_codes"][0].clone())
    };
    assert_eq!(exchange("first").await, (200, Value::Null));
    assert_eq!(exchange("second").await, (401, json!(700_213)));
    let change =
        json!({"federated_credentials": [{"issuer": "kubernetes", "subject": "second"}]}).to_string();
    assert_eq!(client.put(&login).body(change).send().await.unwrap().status(), 200);
    assert_eq!(exchange("second").await, (200, Value::Null));
    let wrong = client.put(&login).body("{\"certificates\":[\"none\"]}").send().await.unwrap();
    assert_eq!(wrong.status(), 400);
    client.post(emulator.control("reset")).send().await.unwrap();
    assert_eq!(exchange("first").await, (200, Value::Null));
}

#[test]
fn wrong_command_lines_fail_at_once() {
    for (arguments, part) in [(["--listen", "0.0.0.0:0"], "loopback"), (["--frob", "x"], "--frob")] {
        let output = Command::new(env!("CARGO_BIN_EXE_gallery-emulator")).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        assert!(String::from_utf8(output.stderr).unwrap().contains(part));
    }
}
