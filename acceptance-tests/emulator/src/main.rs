//! The command: arguments, start, one line of JSON, and an orderly end.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use gallery_emulator::arguments::{self, Arguments, HELP, Run, Seed};
use gallery_emulator::arm::id::ResourceId;
use gallery_emulator::arm::regions;
use gallery_emulator::authority::Authority;
use gallery_emulator::az::stand_in;
use gallery_emulator::clock::Clock;
use gallery_emulator::emulator::{Addresses, Emulator};
use gallery_emulator::entra::Identity;
use gallery_emulator::entra::application::{Application, FederatedCredential};
use gallery_emulator::entra::managed_identity::arc::Challenges;
use gallery_emulator::faults::Script;
use gallery_emulator::server::Server;
use gallery_emulator::signals::Signals;
use gallery_emulator::state_file;
use gallery_emulator::store::Object;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

/// The built-in identity. It is the same at every start, so that ids in a state file stay valid.
const TENANT: &str = "7e4a0000-0000-4000-8000-000000000001";
const CLIENT: &str = "7e4a0000-0000-4000-8000-000000000002";
const PRINCIPAL: &str = "7e4a0000-0000-4000-8000-000000000003";
const SUBSCRIPTION: &str = "7e4a0000-0000-4000-8000-000000000004";

fn main() -> ExitCode {
    let run = match arguments::parse(std::env::args().skip(1)) {
        Ok(Arguments::Help) => return say(HELP),
        Ok(Arguments::Version) => return say(concat!("gallery-emulator ", env!("CARGO_PKG_VERSION"), "\n")),
        Ok(Arguments::Az { address, words }) => return az(&address, &words),
        Ok(Arguments::Run(run)) => run,
        Err(message) => return fail(&message, 2),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime.map_err(|error| error.to_string()).and_then(|runtime| runtime.block_on(start(*run))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => fail(&message, 1),
    }
}

async fn start(run: Run) -> Result<(), String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let authority = Authority::open(run.ca_dir.as_deref()).map_err(|error| text(&error))?;
    let tls = authority.server_config(run.listen.ip()).map_err(|error| text(&error))?;
    let signer = authority.signer().map_err(|error| text(&error))?;
    let identity = Identity {
        tenant_id: run.tenant_id.unwrap_or_else(|| TENANT.to_owned()),
        client_id: run.client_id.unwrap_or_else(|| CLIENT.to_owned()),
        client_secret: run.client_secret.unwrap_or_else(|| Uuid::new_v4().simple().to_string()),
        object_id: PRINCIPAL.to_owned(),
        subscription_id: run.subscription_id.unwrap_or_else(|| SUBSCRIPTION.to_owned()),
    };
    let mut emulator = Emulator::new(identity.clone(), run.settings, Clock::System, signer);
    emulator.application = application(&run.certificates, &run.federated_credentials, run.auxiliary_tenants)?;
    emulator.first_application = emulator.application.clone();
    if let Some(path) = &run.state
        && let Some(state) = state_file::load(path).map_err(|error| text(&error))?
    {
        emulator.restore(&state).map_err(|error| format!("the state file {}: {error}", path.display()))?;
    }
    if let Some(path) = &run.faults {
        let bytes =
            std::fs::read(path).map_err(|error| format!("the faults file {}: {error}", path.display()))?;
        // Tools of Windows often write a byte-order mark at the beginning.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        emulator.script =
            Script::parse(bytes).map_err(|error| format!("the faults file {}: {error}", path.display()))?;
    }
    for seed in &run.seeds {
        plant(&mut emulator, seed);
    }
    let listener = TcpListener::bind(run.listen).await.map_err(|error| format!("{}: {error}", run.listen))?;
    let address = listener.local_addr().map_err(|error| text(&error))?;
    let machine = TcpListener::bind(run.machine_listen)
        .await
        .map_err(|error| format!("{}: {error}", run.machine_listen))?;
    let machine_address = format!("http://{}", machine.local_addr().map_err(|error| text(&error))?);
    let arc = run.arc_directory.unwrap_or_else(|| authority.directory().join("arc"));
    std::fs::create_dir_all(&arc).map_err(|error| format!("{}: {error}", arc.display()))?;
    emulator.challenges = Challenges::in_directory(Some(arc));
    let program = std::env::current_exe().map_err(|error| text(&error))?;
    let az = stand_in::install(authority.directory(), &program, &machine_address)
        .map_err(|error| format!("the az stand-in cannot be made: {error}"))?;
    emulator.addresses = Addresses { machine: Some(machine_address.clone()), az: Some(az.clone()) };
    let server = Server::new(emulator, address);
    let ready = json!({
        "arm": server.base(),
        "authority": server.base(),
        "ca_certificate": authority.certificate_file(),
        "tenant_id": identity.tenant_id,
        "client_id": identity.client_id,
        "client_secret": identity.client_secret,
        "subscription_id": identity.subscription_id,
        "machine": machine_address,
        "az": az,
    });
    // Before the line that announces readiness: whoever reads that may end it at once.
    let mut signals = Signals::new().map_err(|error| text(&error))?;
    let serving = tokio::spawn(std::sync::Arc::clone(&server).serve(listener, Some(tls)));
    let plain = tokio::spawn(std::sync::Arc::clone(&server).serve(machine, None));
    // The starter may have ended already; then nobody reads the line.
    let _ = writeln!(std::io::stdout(), "{ready}");
    let mut stdin = run.end_with_stdin.then(stdin_closed);
    let mut saving = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            () = signals.next() => break,
            () = closed(&mut stdin), if stdin.is_some() => break,
            _ = saving.tick() => {
                if let Some(path) = &run.state {
                    save(&server, path);
                }
            }
        }
    }
    serving.abort();
    plain.abort();
    if let Some(path) = &run.state {
        save(&server, path);
    }
    Ok(())
}

async fn closed(stdin: &mut Option<tokio::sync::oneshot::Receiver<()>>) {
    if let Some(closing) = stdin {
        // The same if the sender no longer exists.
        let _ = closing.await;
    }
}

/// Resolves when the standard input closes. A thread reads it, since a terminal or file cannot be awaited.
fn stdin_closed() -> tokio::sync::oneshot::Receiver<()> {
    let (closed, closing) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        // An input that cannot be read counts as closed.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        // The receiver is gone if the emulator ends for another reason.
        let _ = closed.send(());
    });
    closing
}

/// The registrations from the command line.
fn application(
    certificates: &[PathBuf],
    credentials: &[FederatedCredential],
    auxiliary_tenants: Vec<String>,
) -> Result<Application, String> {
    let texts = certificates.iter().map(|path| {
        std::fs::read_to_string(path).map_err(|error| format!("the certificate {}: {error}", path.display()))
    });
    let mut change = serde_json::Map::new();
    change.insert("auxiliary_tenants".to_owned(), json!(auxiliary_tenants));
    change.insert("certificates".to_owned(), json!(texts.collect::<Result<Vec<_>, _>>()?));
    if !credentials.is_empty() {
        change.insert("federated_credentials".to_owned(), json!(credentials));
    }
    Application::default().changed(&Value::Object(change))
}

/// Behaves as the az CLI would.
fn az(address: &str, words: &[String]) -> ExitCode {
    match stand_in::ask(address, words) {
        Ok(answer) => {
            eprint!("{}", answer.stderr);
            match say(&answer.stdout) {
                ExitCode::SUCCESS => ExitCode::from(answer.code),
                failed => failed,
            }
        }
        Err(error) => fail(&format!("the emulator at {address} does not respond: {error}"), 1),
    }
}

/// Saves the changes; a full disk is reported and tried again later.
fn save(server: &Server, path: &std::path::Path) {
    let state: Option<Value> = {
        let mut emulator = server.emulator();
        let changed = std::mem::take(&mut emulator.unsaved);
        changed.then(|| emulator.state())
    };
    if let Some(state) = state
        && let Err(error) = state_file::save(path, &state)
    {
        eprintln!("gallery-emulator: {error}");
        server.emulator().unsaved = true;
    }
}

fn plant(emulator: &mut Emulator, seed: &Seed) {
    let now = emulator.clock.now();
    let group = ResourceId::of_group(&emulator.identity.subscription_id, &seed.group);
    let ids = std::iter::once(group.clone()).chain(seed.gallery.iter().map(|gallery| group.child(gallery)));
    for id in ids {
        if emulator.store.get(&id).is_none() {
            let mut body = serde_json::Map::new();
            body.insert("location".to_owned(), json!(regions::normal(&seed.region)));
            body.insert("properties".to_owned(), json!({}));
            emulator.store.put(Object::new(id, body, now, "seed"));
            emulator.unsaved = true;
        }
    }
}

fn say(text: &str) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn fail(message: &str, code: u8) -> ExitCode {
    eprintln!("gallery-emulator: {message}");
    ExitCode::from(code)
}
