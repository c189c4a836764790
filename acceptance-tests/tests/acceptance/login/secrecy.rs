//! No secret is ever written anywhere: log, output, state, plan, and the remains of a crash.

use acceptance_tests::scenario::{Scenario, scenario_with};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{PASSWORD, fixture, fixture_text, path_with_az, with, without_secret};

const OTHER: &str = "7e4a0000-0000-4000-8000-0000000000aa";
/// How every token of the emulator begins: the base64 of a JSON object with `alg` or `typ` first.
const TOKENS: [&str; 2] = ["eyJhbGciOi", "eyJ0eXAiOi"];

fn profile(description: &str) -> String {
    format!(
        "resource \"gallery_invm_access_profile\" \"p\" {{\n  gallery_id = local.gallery_id\n  name = \"p\"\n  \
         location = \"westus\"\n  os_type = \"Linux\"\n  applicable_host_endpoint = \"IMDS\"\n  \
         description = {description:?}\n}}\n"
    )
}

/// Every text that must not occur.
fn secrets(s: &Scenario) -> Vec<String> {
    let key = std::fs::read_to_string(fixture("rsa.pem")).unwrap();
    let key = key.split("PRIVATE KEY-----").nth(1).unwrap();
    let lines = key.lines().filter(|line| line.len() == 64).map(str::to_owned);
    let pfx = STANDARD.encode(std::fs::read(fixture("rsa-modern.pfx")).unwrap());
    let mut all = vec![
        s.emulator.ready("client_secret").to_owned(),
        // A partly masked secret is still a leak: a third of it must not occur either.
        s.emulator.ready("client_secret").chars().take(12).collect(),
        PASSWORD.to_owned(),
        pfx.chars().skip(40).take(60).collect(),
    ];
    all.extend(lines.take(5));
    all.extend(TOKENS.map(str::to_owned));
    all
}

fn holds_none(text: &str, secrets: &[String], place: &str) {
    for secret in secrets {
        if let Some(at) = text.find(secret.as_str()) {
            let line = text[..at].lines().count();
            let around: String = text[at.saturating_sub(300)..].chars().take(340).collect();
            panic!("{place}, line {line}, holds the secret {secret:?}: {around}");
        }
    }
}

#[test]
fn a_trace_of_every_login_contains_no_secret() {
    let rsa = fixture_text("rsa.crt");
    scenario_with(&["--client-certificate", &rsa, "--auxiliary-tenant", OTHER], |s| {
        let place = |s: &Scenario, pointer: &str| s.emulator.place(pointer).unwrap();
        let secret = s.emulator.ready("client_secret").to_owned();
        let assertion = s.emulator.assertion(&json!({})).unwrap();
        let pfx = STANDARD.encode(std::fs::read(fixture("rsa-modern.pfx")).unwrap());
        let (pem, github, ado) =
            (fixture_text("rsa.pem"), place(s, "/github/request_url"), place(s, "/azure_devops/request_uri"));
        let (connection, app) =
            (place(s, "/azure_devops/service_connection_id"), place(s, "/app_service/endpoint"));
        let path = path_with_az(s);
        let ways: [(&str, Vec<(&str, &str)>); 8] = [
            ("secret", vec![("ARM_CLIENT_SECRET", &secret), ("ARM_AUXILIARY_TENANT_IDS", OTHER)]),
            ("pfx", vec![("ARM_CLIENT_CERTIFICATE", &pfx), ("ARM_CLIENT_CERTIFICATE_PASSWORD", PASSWORD)]),
            ("pem", vec![("ARM_CLIENT_CERTIFICATE_PATH", &pem)]),
            ("token", vec![("ARM_USE_OIDC", "true"), ("ARM_OIDC_TOKEN", &assertion)]),
            (
                "github",
                vec![
                    ("ARM_USE_OIDC", "true"),
                    ("ACTIONS_ID_TOKEN_REQUEST_URL", &github),
                    ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", &secret),
                ],
            ),
            (
                "azure devops",
                vec![
                    ("ARM_USE_OIDC", "true"),
                    ("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", &connection),
                    ("SYSTEM_OIDCREQUESTURI", &ado),
                    ("SYSTEM_ACCESSTOKEN", &secret),
                ],
            ),
            (
                "app service",
                vec![
                    ("ARM_CLIENT_ID", ""),
                    ("ARM_USE_MSI", "true"),
                    ("IDENTITY_ENDPOINT", &app),
                    ("IDENTITY_HEADER", &secret),
                ],
            ),
            ("az", vec![("ARM_CLIENT_ID", ""), ("ARM_USE_CLI", "true"), ("PATH", &path)]),
        ];
        without_secret(s);
        let secrets = secrets(s);
        for (way, mut variables) in ways {
            variables.push(("TF_LOG", "TRACE"));
            with(s, &variables, |s| {
                s.emulator.forget_requests().unwrap();
                s.write(&profile(way));
                let apply = s.run_well(&["apply", "-no-color", "-input=false", "-auto-approve"]);
                let log = format!("{}\n{}", apply.stdout, apply.stderr);
                // The log is real: it shows the requests and their content.
                assert!(
                    log.contains("inVMAccessControlProfiles/p") && log.contains("applicableHostEndpoint"),
                    "{way}"
                );
                let logins = s.emulator.requests().unwrap().iter().filter(|one| one.is_login()).count();
                assert!(logins > 0, "{way}");
                holds_none(&log, &secrets, &format!("the log of {way}"));
                s.write(&profile(&format!("{way} again")));
                let plan = s.run_well(&["plan", "-no-color", "-input=false", "-out=planned"]);
                holds_none(
                    &format!("{}\n{}", plan.stdout, plan.stderr),
                    &secrets,
                    &format!("the plan's log of {way}"),
                );
            });
            let shown = s.run_well(&["show", "-json", "planned"]);
            holds_none(&shown.stdout, &secrets, &format!("the plan of {way}"));
            holds_none(&file(s, "terraform.tfstate"), &secrets, &format!("the state of {way}"));
        }
        refusals_hold_none(s, &secrets);
        s.terraform.set("ARM_CLIENT_SECRET", secret);
    });
}

/// Errors are reported in full, except for the secrets in them.
fn refusals_hold_none(s: &mut Scenario, secrets: &[String]) {
    let expired = s.emulator.assertion(&json!({"seconds": -5})).unwrap();
    let stranger = fixture_text("stranger.pfx");
    for variables in [
        vec![("ARM_CLIENT_SECRET", "wrong-secret-31"), ("TF_LOG", "TRACE")],
        vec![("ARM_USE_OIDC", "true"), ("ARM_OIDC_TOKEN", &expired), ("TF_LOG", "TRACE")],
        vec![
            ("ARM_CLIENT_CERTIFICATE_PATH", &stranger),
            ("ARM_CLIENT_CERTIFICATE_PASSWORD", PASSWORD),
            ("TF_LOG", "TRACE"),
        ],
    ] {
        let output = super::is_refused(s, &variables);
        let text = format!("{}\n{}", output.stdout, output.stderr);
        holds_none(&text, secrets, "a refusal");
        assert!(!text.contains("wrong-secret-31"), "{text}");
    }
}

fn file(s: &Scenario, name: &str) -> String {
    std::fs::read_to_string(s.terraform.directory().join(name)).unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn the_remains_of_a_crash_contain_no_secret() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    scenario_with(&[], |s| {
        let secrets = secrets(s);
        s.emulator
            .faults(&json!([{"match": {"method": "PUT"}, "action": {"do": "delay", "seconds": 20}}]))
            .unwrap();
        s.write(&profile("crash"));
        let log = s.terraform.directory().join("crash.log");
        let cli = acceptance_tests::cli::Cli::find().unwrap();
        let mut terraform = Command::new(&cli.program)
            .args(["apply", "-no-color", "-input=false", "-auto-approve"])
            .current_dir(s.terraform.directory())
            .env_clear()
            .envs(s.terraform.variables())
            .env("TF_LOG", "TRACE")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let since = Instant::now();
        let arrived =
            |s: &Scenario| s.emulator.requests().unwrap().iter().any(|one| one.path.ends_with("/token"));
        while !arrived(s) {
            assert!(since.elapsed() < Duration::from_secs(60), "nobody signs in");
            std::thread::sleep(Duration::from_millis(20));
        }
        let provider = child_of(terraform.id()).expect("the provider is a child of terraform");
        // SIGABRT, as an abort sends it: Rust's own handler ignores a SIGSEGV that was only sent.
        assert!(Command::new("kill").args(["-ABRT", &provider.to_string()]).status().unwrap().success());
        assert!(!terraform.wait().unwrap().success());
        let text = std::fs::read_to_string(&log).unwrap();
        assert!(text.contains("plugin") && text.len() > 1000, "{text}");
        holds_none(&text, &secrets, "the log of a crash");
        s.emulator.faults(&json!([])).unwrap();
        // Whatever happened to the object, the next apply continues from there.
        let id = s.profile("p");
        if s.emulator.object(&id).is_ok() {
            s.emulator.remove(&id).unwrap();
        }
        s.reapply(&[]);
    });
}

/// The newest provider process among the child processes of this one.
#[cfg(target_os = "linux")]
fn child_of(parent: u32) -> Option<u32> {
    let processes = std::fs::read_dir("/proc").ok()?;
    let children = processes.flatten().filter_map(|entry| {
        let process = entry.file_name().to_str()?.parse::<u32>().ok()?;
        let stat =
            std::fs::read_to_string(std::path::Path::new("/proc").join(process.to_string()).join("stat"))
                .ok()?;
        // After the name, which is in brackets, come the state, the parent and, as the 22nd field, the start
        // time.
        let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
        let alive = fields[0] != "Z" && fields[1] == parent.to_string();
        alive.then(|| (fields[19].parse::<u64>().unwrap(), process))
    });
    children.max().map(|(_, process)| process)
}
