//! The real provider and the emulator under the host double, which is as strict as the real hosts and has
//! features that the installed ones may lack: identities, lists, generated configurations.

// clippy.toml allows panics in tests; the code that tests share counts as a test here too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod crowds;
mod deferral;
mod fixpoint;
mod identity;
mod import;
mod life;
mod lists;
mod module;
mod moved;
mod polls;
mod recorded;
mod releases;
mod second_plan;
mod stored;
mod throttled;

use std::sync::atomic::{AtomicU32, Ordering};

use acceptance_tests::binaries::binaries;
use acceptance_tests::emulator::Emulator;
use acceptance_tests::host::{Host, Launch, Object, ProviderBlock, Release};
use serde_json::{Value as Json, json};
use terraform_provider_gallery::plugin::Value;
use tokio::runtime::Runtime;

pub(crate) const PROFILE: &str = "gallery_invm_access_profile";
pub(crate) const VERSION: &str = "gallery_invm_access_profile_version";

/// A host, a provider and an Azure.
pub(crate) struct Rig {
    pub(crate) emulator: Emulator,
    pub(crate) host: Host,
    runtime: Runtime,
}

impl Rig {
    /// An Azure that has nothing but a gallery, with these further arguments of the emulator.
    pub(crate) fn new(arguments: &[&str]) -> Self {
        Self::with_settings(arguments, &json!({}))
    }

    /// The same with these settings of the emulator.
    pub(crate) fn with_settings(arguments: &[&str], settings: &Json) -> Self {
        let binaries = binaries().unwrap_or_else(|error| panic!("{error}"));
        let usual = ["--listen", "127.0.0.1:0", "--strict", "--operations", "none", "--seed", "rg/g@westus"];
        let emulator = Emulator::start(&binaries.emulator, &[&usual, arguments].concat()).unwrap();
        emulator.set(settings).unwrap();
        let runtime = Runtime::new().unwrap();
        let block = ProviderBlock::default();
        let start = Host::start_as(Release::NEWEST, launch(&emulator, true), &block);
        let host = runtime.block_on(start).unwrap().unwrap();
        Self { emulator, host, runtime }
    }

    /// Continues as another host, with another process of the provider: with this block, and with or without
    /// a login in its environment.
    pub(crate) fn become_host(&mut self, release: Release, block: &ProviderBlock, login: bool) {
        let launch = launch(&self.emulator, login);
        let host = self.runtime.block_on(Host::start_as(release, launch, block)).unwrap();
        self.host = host.unwrap_or_else(|error| panic!("{release}: {error}"));
    }

    /// Runs a function with the host.
    pub(crate) fn on<T>(&mut self, doing: impl AsyncFnOnce(&mut Host) -> T) -> T {
        self.runtime.block_on(doing(&mut self.host))
    }

    pub(crate) fn gallery(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/rg/providers/Microsoft.Compute/galleries/g",
            self.emulator.ready("subscription_id")
        )
    }

    /// The arguments of a profile.
    pub(crate) fn profile(&self, name: &str) -> Json {
        json!({
            "gallery_id": self.gallery(), "name": name, "location": "West US", "os_type": "Linux",
            "applicable_host_endpoint": "IMDS"
        })
    }

    /// Applies these arguments, and checks what must hold for every object: a refresh changes nothing, and
    /// the next plan is empty.
    pub(crate) fn make(&mut self, resource: &str, arguments: &Json) -> Object {
        self.change(resource, None, arguments)
    }

    /// The same from an existing object.
    pub(crate) fn change(&mut self, resource: &str, prior: Option<&Object>, arguments: &Json) -> Object {
        self.on(async |host| {
            let config = host.config(resource, arguments).unwrap();
            let plan = host.plan(resource, prior, &config).await.unwrap();
            assert!(!plan.is_empty, "nothing to do");
            let object = host.apply(resource, plan).await.unwrap();
            let refreshed = host.refresh(resource, &object).await.unwrap().expect("it is there");
            assert_eq!(refreshed, object, "a refresh after an apply changes nothing");
            let again = host.plan(resource, Some(&refreshed), &config).await.unwrap();
            assert!(again.is_empty, "a plan after an apply is empty: {again:#?}\n{object:#?}");
            object
        })
    }

    /// Creates a profile with a unique name, and returns its id.
    pub(crate) fn some_profile(&mut self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("p{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let object = self.make(PROFILE, &self.profile(&name));
        text(&object.state, "id")
    }
}

fn launch(emulator: &Emulator, login: bool) -> Launch {
    let mut launch = Launch::new(&binaries().unwrap_or_else(|error| panic!("{error}")).provider).unwrap();
    for (name, value) in emulator.environment() {
        if login || !["ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET"].contains(&name) {
            launch = launch.variable(name, value);
        }
    }
    launch
}

/// The arguments of a version with a rule of each kind.
pub(crate) fn version(profile: &str) -> Json {
    json!({
        "profile_id": profile, "mode": "Audit", "default_access": "Deny",
        "rules": {
            "privileges": {"p": {"path": "/metadata/instance", "query_parameters": {"k": "v"}}},
            "roles": {"r": {"privileges": ["p"]}},
            "identities": {"i": {"user_name": "web"}},
            "role_assignments": {"r": {"identities": ["i"]}}
        }
    })
}

pub(crate) fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_else(|| panic!("no {name} in {value:?}")).to_owned()
}
