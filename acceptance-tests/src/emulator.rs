//! The emulator as a process, and its control routes.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Certificate, Client, Method};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// A running emulator. Dropping it ends the process.
#[derive(Debug)]
pub struct Emulator {
    child: Child,
    ready: Value,
    client: Client,
    runtime: Runtime,
}

/// A fault of the emulator itself.
#[derive(Debug, thiserror::Error)]
#[error("the emulator {0}")]
pub struct EmulatorError(String);

fn fails(what: impl std::fmt::Display) -> EmulatorError {
    EmulatorError(what.to_string())
}

impl Emulator {
    /// Starts it on a free port with these further arguments, and waits until it is ready.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start(binary: &Path, arguments: &[&str]) -> Result<Self, EmulatorError> {
        let mut child = Command::new(binary)
            .args(arguments)
            // The pipe closes when this process ends, however it ends, and the emulator ends with it.
            .arg("--end-with-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| fails(format_args!("cannot be started: {error}")))?;
        let mut line = String::new();
        let read = child.stdout.take().map(|stdout| BufReader::new(stdout).read_line(&mut line));
        let ready = serde_json::from_str::<Value>(&line);
        let (Some(Ok(_)), Ok(ready)) = (read, ready) else {
            // Its stderr is ours; here it only has to be gone.
            let _ = child.kill();
            let _ = child.wait();
            return Err(fails(format_args!("did not get ready: it printed {line:?}")));
        };
        match connect(&ready) {
            Ok((client, runtime)) => Ok(Self { child, ready, client, runtime }),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    /// A member of the line it printed when ready: `arm`, `authority`, `ca_certificate`, `tenant_id`, `client_id`,
    /// `client_secret` or `subscription_id`.
    #[must_use]
    pub fn ready(&self, name: &str) -> &str {
        self.ready.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The environment that points the provider to it and signs it in.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        [
            ("ARM_TENANT_ID", "tenant_id"),
            ("ARM_CLIENT_ID", "client_id"),
            ("ARM_CLIENT_SECRET", "client_secret"),
            ("ARM_RESOURCE_MANAGER_ENDPOINT", "arm"),
            ("ARM_RESOURCE_MANAGER_AUDIENCE", "arm"),
            ("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", "authority"),
            ("SSL_CERT_FILE", "ca_certificate"),
        ]
        .into_iter()
        .map(|(variable, name)| (variable, self.ready(name).to_owned()))
        .chain([("ARM_ENVIRONMENT", "custom".to_owned())])
        .collect()
    }

    /// The requests received so far.
    ///
    /// # Errors
    /// If it does not respond.
    pub fn requests(&self) -> Result<Vec<Request>, EmulatorError> {
        let all = self.control(Method::GET, "requests", None)?;
        Ok(all.as_array().into_iter().flatten().map(Request::read).collect())
    }

    /// Forgets the requests received so far.
    ///
    /// # Errors
    /// If it does not respond.
    pub fn forget_requests(&self) -> Result<(), EmulatorError> {
        self.control(Method::DELETE, "requests", None).map(drop)
    }

    /// Every object in it, as ARM bodies.
    ///
    /// # Errors
    /// If it does not respond.
    pub fn objects(&self) -> Result<Vec<Value>, EmulatorError> {
        let all = self.control(Method::GET, "objects", None)?;
        Ok(all.as_array().cloned().unwrap_or_default())
    }

    /// One object.
    ///
    /// # Errors
    /// If it does not exist.
    pub fn object(&self, id: &str) -> Result<Value, EmulatorError> {
        self.control(Method::GET, &format!("objects{id}"), None)
    }

    /// Stores an object outside Terraform.
    ///
    /// # Errors
    /// If the id is not valid.
    pub fn put(&self, id: &str, body: &Value) -> Result<(), EmulatorError> {
        self.control(Method::PUT, &format!("objects{id}"), Some(body)).map(drop)
    }

    /// Changes members of an object outside Terraform; a null removes one.
    ///
    /// # Errors
    /// If there is no such object.
    pub fn edit(&self, id: &str, change: &Value) -> Result<(), EmulatorError> {
        self.control(Method::PATCH, &format!("objects{id}"), Some(change)).map(drop)
    }

    /// Removes an object outside Terraform, with everything inside it.
    ///
    /// # Errors
    /// If there is no such object.
    pub fn remove(&self, id: &str) -> Result<(), EmulatorError> {
        self.control(Method::DELETE, &format!("objects{id}"), None).map(drop)
    }

    /// Changes settings.
    ///
    /// # Errors
    /// If there is no such setting or value.
    pub fn set(&self, settings: &Value) -> Result<(), EmulatorError> {
        self.control(Method::PUT, "settings", Some(settings)).map(drop)
    }

    /// Roles, assignments, denials, groups and management groups.
    ///
    /// # Errors
    /// If it does not respond.
    pub fn authorization(&self) -> Result<Value, EmulatorError> {
        self.control(Method::GET, "authorization", None)
    }

    /// Replaces lists of roles, assignments, denials, groups or management groups: those in the object.
    ///
    /// # Errors
    /// If there is no such list, or an entry is not valid.
    pub fn set_authorization(&self, change: &Value) -> Result<(), EmulatorError> {
        self.control(Method::PUT, "authorization", Some(change)).map(drop)
    }

    /// Replaces the registrations of the application: certificates, federated credentials, auxiliary tenants,
    /// managed identities.
    ///
    /// # Errors
    /// If there is no such registration, or it is not valid.
    pub fn register(&self, change: &Value) -> Result<(), EmulatorError> {
        self.control(Method::PUT, "login", Some(change)).map(drop)
    }

    /// The addresses for pipelines, machines and the az CLI, by the path of a member, such as
    /// `/github/request_url`.
    ///
    /// # Errors
    /// If there is no such member.
    pub fn place(&self, pointer: &str) -> Result<String, EmulatorError> {
        let places = self.control(Method::GET, "endpoints", None)?;
        let found = places.pointer(pointer).and_then(Value::as_str);
        found.map(str::to_owned).ok_or_else(|| fails(format_args!("has no place {pointer}")))
    }

    /// An assertion of one of its own issuers: `issuer`, `subject`, `audience`, `seconds`, each with a valid
    /// default.
    ///
    /// # Errors
    /// If there is no such member or issuer.
    pub fn assertion(&self, order: &Value) -> Result<String, EmulatorError> {
        let made = self.control(Method::POST, "assertions", Some(order))?;
        let made = made.get("assertion").and_then(Value::as_str);
        made.map(str::to_owned).ok_or_else(|| fails("made no assertion"))
    }

    /// What the guest proxy agent of a machine, or of an instance of a scale set, has loaded and counted.
    ///
    /// # Errors
    /// If there is no such machine.
    pub fn agent(&self, machine: &str) -> Result<Value, EmulatorError> {
        self.control(Method::GET, &format!("agents{machine}"), None)
    }

    /// Changes members of a machine's agent: `version`, `power`, `reports`, `denied`, `connections`, `loaded`.
    ///
    /// # Errors
    /// If there is no such machine or member.
    pub fn set_agent(&self, machine: &str, change: &Value) -> Result<(), EmulatorError> {
        self.control(Method::PUT, &format!("agents{machine}"), Some(change)).map(drop)
    }

    /// Azure's response to another signed-in tool: status and body. The path has its query, with the
    /// api-version.
    ///
    /// # Errors
    /// If it does not respond.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> Result<(u16, Value), EmulatorError> {
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope={}/.default",
            self.ready("client_id"),
            self.ready("client_secret"),
            self.ready("arm")
        );
        let address = format!("{}/{}/oauth2/v2.0/token", self.ready("authority"), self.ready("tenant_id"));
        let token =
            self.client.post(address).header("content-type", "application/x-www-form-urlencoded").body(form);
        let method: Method = method.parse().map_err(fails)?;
        let request = self.client.request(method, format!("{}{path}", self.ready("arm")));
        let request = request.header("content-type", "application/json").body(body.to_string());
        let answer = self.runtime.block_on(async {
            let token: Value =
                serde_json::from_slice(&token.send().await?.bytes().await?).unwrap_or_default();
            let token = token.get("access_token").and_then(Value::as_str).unwrap_or_default().to_owned();
            let response = request.bearer_auth(token).send().await?;
            let status = response.status().as_u16();
            Ok::<_, reqwest::Error>((status, response.bytes().await?))
        });
        let (status, bytes) = answer.map_err(|error| fails(format_args!("does not respond: {error:?}")))?;
        Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
    }

    /// Sets the script of faults.
    ///
    /// # Errors
    /// If the script cannot be read.
    pub fn faults(&self, script: &Value) -> Result<(), EmulatorError> {
        self.control(Method::PUT, "faults", Some(script)).map(drop)
    }

    /// The remaining faults, with how often each has matched.
    ///
    /// # Errors
    /// If it does not respond.
    pub fn script(&self) -> Result<Value, EmulatorError> {
        self.control(Method::GET, "faults", None)
    }

    fn control(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, EmulatorError> {
        let address = format!("{}/emulator/{path}", self.ready("arm"));
        let mut request = self.client.request(method.clone(), address);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = self.runtime.block_on(async {
            let response = request.send().await?;
            let status = response.status();
            Ok::<_, reqwest::Error>((status, response.bytes().await?))
        });
        let (status, bytes) =
            answer.map_err(|error| fails(format_args!("does not respond to {method} {path}: {error:?}")))?;
        if !status.is_success() {
            let said = String::from_utf8_lossy(&bytes);
            return Err(fails(format_args!("refuses {method} {path}: {status} {said}")));
        }
        Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }
}

fn connect(ready: &Value) -> Result<(Client, Runtime), EmulatorError> {
    // Another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let file = ready.get("ca_certificate").and_then(Value::as_str).unwrap_or_default();
    let pem =
        std::fs::read(file).map_err(|error| fails(format_args!("has no certificate {file}: {error}")))?;
    let client = Certificate::from_pem(&pem)
        .and_then(|authority| Client::builder().no_proxy().tls_certs_only([authority]).build())
        .map_err(|error| fails(format_args!("has an unusable certificate: {error}")))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| fails(format_args!("cannot be talked to: {error}")))?;
    Ok((client, runtime))
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It ends when this pipe closes, and removes its temporary files.
        drop(self.child.stdin.take());
        for _ in 0..100 {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request that the emulator received.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Its time, in milliseconds since 1970.
    pub at: i64,
    /// The verb.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query, decoded and encoded again.
    pub query: String,
    /// The headers; those with secrets only as `present`.
    pub headers: Value,
    /// The status of the response.
    pub status: Option<u64>,
    /// The body, if there was one; for a login form without its secrets.
    pub body: Value,
    /// The user agent.
    pub user_agent: String,
}

impl Request {
    fn read(entry: &Value) -> Self {
        let text = |name| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            at: entry.get("at").and_then(Value::as_i64).unwrap_or_default(),
            method: text("method"),
            path: text("path"),
            query: text("query"),
            headers: entry.get("headers").cloned().unwrap_or_default(),
            status: entry.get("status").and_then(Value::as_u64),
            body: entry.get("body").cloned().unwrap_or(json!(null)),
            user_agent: text("user_agent"),
        }
    }

    /// Whether it is for a token rather than for Azure Resource Manager.
    #[must_use]
    pub fn is_login(&self) -> bool {
        !self.path.to_ascii_lowercase().starts_with("/subscriptions")
    }
}

impl std::fmt::Display for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let short = self.path.rsplit_once("/galleries/").map_or(self.path.as_str(), |(_, rest)| rest);
        write!(f, "{} {short} -> {}", self.method, self.status.unwrap_or_default())
    }
}
