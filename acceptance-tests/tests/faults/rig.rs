//! An Azure within this process and a provider under the host double, reused for many cells.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use acceptance_tests::binaries::binaries;
use acceptance_tests::host::{Host, Launch};
use gallery_emulator::arm::id::{Family, ResourceId};
use gallery_emulator::authority::Authority;
use gallery_emulator::clock::Clock;
use gallery_emulator::emulator::Emulator;
use gallery_emulator::entra::Identity;
use gallery_emulator::faults::Script;
use gallery_emulator::server::Server;
use gallery_emulator::settings::Settings;
use gallery_emulator::store::Object as Held;
use serde_json::{Map, Value as Json, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const SUBSCRIPTION: &str = "7e4a0000-0000-4000-8000-000000000004";
const TENANT: &str = "7e4a0000-0000-4000-8000-000000000001";
const CLIENT: &str = "7e4a0000-0000-4000-8000-000000000002";

/// A request that Azure Resource Manager received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) status: Option<u64>,
}

impl Line {
    /// The kind of request: `GET`, `LIST`, `POLL`, `PUT` or `DELETE`.
    pub(crate) fn kind(&self) -> &str {
        let path = self.path.to_ascii_lowercase();
        match self.method.as_str() {
            "GET" if path.contains("/capsoperations/") => "POLL",
            // Attaching is a PATCH.
            "PATCH" => "PUT",
            "GET" if path.ends_with("/versions") || path.ends_with("/invmaccesscontrolprofiles") => "LIST",
            other => other,
        }
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let short = self.path.rsplit_once("/galleries/").map_or(self.path.as_str(), |(_, rest)| rest);
        let status = self.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        write!(f, "{} {short} -> {status}", self.method)
    }
}

/// Azure and a provider.
pub(crate) struct Rig {
    server: Arc<Server>,
    serving: JoinHandle<()>,
    variables: Vec<(&'static str, String)>,
    provider: PathBuf,
    host: Option<Host>,
    /// Numbers the cells, so that no two use the same names: a provider's process remembers some.
    pub(crate) number: u32,
}

impl Rig {
    /// A rig with the shared authority.
    pub(crate) async fn new(authority: &Authority) -> Result<Self, String> {
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let identity = Identity {
            tenant_id: TENANT.to_owned(),
            client_id: CLIENT.to_owned(),
            client_secret: "secret-of-the-matrix".to_owned(),
            object_id: CLIENT.replace("02", "03"),
            subscription_id: SUBSCRIPTION.to_owned(),
        };
        let signer = authority.signer().map_err(|error| text(&error))?;
        let settings = Settings { strict: true, ..Settings::default() };
        let emulator = Emulator::new(identity.clone(), settings, Clock::System, signer);
        let local = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = TcpListener::bind(local).await.map_err(|error| text(&error))?;
        let address = listener.local_addr().map_err(|error| text(&error))?;
        let tls = authority.server_config(IpAddr::V4(Ipv4Addr::LOCALHOST)).map_err(|error| text(&error))?;
        let server = Server::new(emulator, address);
        let serving = tokio::spawn(Arc::clone(&server).serve(listener, Some(tls)));
        let base = server.base();
        let variables = vec![
            ("ARM_TENANT_ID", identity.tenant_id),
            ("ARM_CLIENT_ID", identity.client_id),
            ("ARM_CLIENT_SECRET", identity.client_secret),
            ("ARM_RESOURCE_MANAGER_ENDPOINT", base.clone()),
            ("ARM_RESOURCE_MANAGER_AUDIENCE", base.clone()),
            ("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", base),
            ("ARM_ENVIRONMENT", "custom".to_owned()),
            ("SSL_CERT_FILE", authority.certificate_file().display().to_string()),
        ];
        let provider = binaries().map_err(|error| text(&error))?.provider.clone();
        Ok(Self { server, serving, variables, provider, host: None, number: 0 })
    }

    /// The provider, started if necessary.
    pub(crate) async fn host(&mut self) -> Result<&mut Host, String> {
        if self.host.is_none() {
            let mut launch = Launch::new(&self.provider).map_err(|error| error.to_string())?;
            for (name, value) in &self.variables {
                launch = launch.variable(*name, value);
            }
            let host = Host::start(launch, &json!({})).await.map_err(|error| error.to_string())?;
            self.host = Some(host.map_err(|error| error.to_string())?);
        }
        self.host.as_mut().ok_or_else(|| "no provider".to_owned())
    }

    /// Drops the provider: the next run starts another one.
    pub(crate) fn drop_host(&mut self) {
        self.host = None;
    }

    /// An Azure with nothing but a gallery, in which no operation takes time.
    pub(crate) fn clear(&self) {
        let mut emulator = self.server.emulator();
        emulator.reset();
        let group = ResourceId::of_group(SUBSCRIPTION, "rg");
        let gallery = group.child("g");
        for id in [group, gallery] {
            plant(&mut emulator, id, json!({"location": "westus", "properties": {}}));
        }
        drop(emulator);
        self.set(&json!({"operations": "none"}));
    }

    /// Adds a profile.
    pub(crate) fn plant_profile(&self, name: &str) {
        let id = ResourceId::of_group(SUBSCRIPTION, "rg").child("g").child(name);
        let body = json!({"location": "westus", "properties": {"osType": "Linux", "applicableHostEndpoint": "IMDS"}});
        plant(&mut self.server.emulator(), id, body);
    }

    /// Adds a version.
    pub(crate) fn plant_version(&self, profile: &str, name: &str) {
        let id = ResourceId::of_group(SUBSCRIPTION, "rg").child("g").child(profile).child(name);
        let body = json!({"location": "westus", "properties": {"mode": "Audit", "defaultAccess": "Allow",
            "targetLocations": [{"name": "westus"}]}});
        plant(&mut self.server.emulator(), id, body);
    }

    /// Adds a machine, and returns its id.
    pub(crate) fn plant_machine(&self, name: &str) -> String {
        let mut id = ResourceId::of_group(SUBSCRIPTION, "rg").child(name);
        id.family = Family::Machine;
        let path = id.path();
        let body = json!({"location": "westus", "tags": {"team": "web"}, "properties": {
            "securityProfile": {"encryptionAtHost": true, "proxyAgentSettings": {"enabled": true}}}});
        plant(&mut self.server.emulator(), id, body);
        path
    }

    /// The machine with this id if it refers to a version, in lower case.
    pub(crate) fn attached(&self, machine: &str) -> Vec<String> {
        let mut emulator = self.server.emulator();
        let now = emulator.clock.now();
        emulator.store.settle(now);
        let object = ResourceId::parse(machine).and_then(|id| emulator.store.get(&id));
        let settings =
            object.and_then(|object| object.properties()?.get("securityProfile")?.get("proxyAgentSettings"));
        let reference = settings.and_then(|all| all.get("imds")?.get("inVMAccessControlProfileReferenceId"));
        reference.map(|_| machine.to_ascii_lowercase()).into_iter().collect()
    }

    /// Changes settings of the emulator.
    pub(crate) fn set(&self, settings: &Json) {
        let mut emulator = self.server.emulator();
        emulator.settings = emulator.settings.changed(settings).unwrap();
    }

    /// Sets this fault.
    pub(crate) fn script(&self, script: Script) {
        self.server.emulator().script = script;
    }

    /// How often the first fault of the script has occurred.
    pub(crate) fn struck(&self) -> u32 {
        let emulator = self.server.emulator();
        emulator.script.faults.first().map_or(0, |fault| (fault.seen + 1).saturating_sub(fault.nth))
    }

    /// A handle that can query the same while a call runs.
    pub(crate) fn watch(&self) -> Arc<Server> {
        Arc::clone(&self.server)
    }

    /// Forgets the requests received so far.
    pub(crate) fn forget(&self) {
        self.server.emulator().journal.clear();
    }

    /// The requests to Azure Resource Manager.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let all = self.server.emulator().journal.show();
        let lines = all.as_array().into_iter().flatten().map(|one| {
            let text = |name: &str| one.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
            Line {
                method: text("method"),
                path: text("path"),
                status: one.get("status").and_then(Json::as_u64),
            }
        });
        lines.filter(|line| line.path.to_ascii_lowercase().starts_with("/subscriptions")).collect()
    }

    /// The ids of the objects directly in the one with this id, in lower case.
    pub(crate) fn objects(&self, within: &str) -> Vec<String> {
        let within = within.to_ascii_lowercase();
        let mut emulator = self.server.emulator();
        let now = emulator.clock.now();
        emulator.store.settle(now);
        let ids = emulator.store.all().map(|object| object.id.path().to_ascii_lowercase());
        let inside = |id: &String| id.strip_prefix(&within).is_some_and(|rest| rest.starts_with('/'));
        let mut ids: Vec<_> = ids.filter(inside).collect();
        ids.sort();
        ids
    }

    /// The gallery's id.
    pub(crate) fn gallery() -> String {
        format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/galleries/g")
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn plant(emulator: &mut Emulator, id: ResourceId, body: Json) {
    let now = emulator.clock.now();
    let body = if let Json::Object(body) = body { body } else { Map::new() };
    emulator.store.put(Held::new(id, body, now, "matrix"));
}
