//! Signing in: every login, with arguments and with the environment, and the message of each when it fails.
//!
//! Most cases read the profiles of the gallery, one request to Azure; the emulator's list of requests shows
//! how the provider signed in for it.

mod az_cli;
mod certificate;
mod clouds;
mod managed_identity;
mod mistakes;
mod oidc;
mod pipelines;
mod registration;
mod request_identity;
mod secrecy;
mod secret;
mod tenants;
mod tokens;
mod workload_identity;

use std::path::PathBuf;

use acceptance_tests::emulator::Request;
use acceptance_tests::output::Output;
use acceptance_tests::scenario::Scenario;
use serde_json::Value;

/// The minimal configuration that needs Azure.
const READ: &str = "data \"gallery_invm_access_profiles\" \"all\" {\n  gallery_id = local.gallery_id\n}\n";

/// The password of the certificates that have one.
const PASSWORD: &str = "fixture-password-9f2c";

/// The `PATH` with the emulator's `az` before everything else.
fn path_with_az(s: &Scenario) -> String {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories = std::iter::once(s.emulator.ready("az").into()).chain(std::env::split_paths(&path));
    std::env::join_paths(directories).unwrap().into_string().unwrap()
}

/// A file of the fixtures.
fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/login").join(name)
}

fn fixture_text(name: &str) -> String {
    fixture(name).to_str().unwrap().to_owned()
}

/// Removes every login from the environment; the addresses of the cloud stay.
fn without_login(s: &mut Scenario) {
    for name in ["ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET"] {
        s.terraform.unset(name);
    }
}

/// Keeps the ids, but removes the credentials.
fn without_secret(s: &mut Scenario) {
    s.terraform.unset("ARM_CLIENT_SECRET");
}

fn with_login(s: &mut Scenario) {
    for (name, value) in s.emulator.environment() {
        s.terraform.set(name, value);
    }
}

/// Runs `test` with these further variables, and removes them again.
fn with<T>(s: &mut Scenario, variables: &[(&str, &str)], test: impl Fn(&mut Scenario) -> T) -> T {
    let before: Vec<_> = variables
        .iter()
        .map(|(name, _)| {
            let old =
                s.terraform.variables().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
            (*name, old)
        })
        .collect();
    for (name, value) in variables {
        s.terraform.set(name, value);
    }
    let result = test(s);
    for (name, old) in before {
        match old {
            Some(old) => s.terraform.set(name, old),
            None => s.terraform.unset(name),
        }
    }
    result
}

/// Reads from Azure with these further variables, and returns the requests for signing in.
fn signs_in(s: &mut Scenario, variables: &[(&str, &str)]) -> Vec<Request> {
    with(s, variables, |s| {
        s.emulator.forget_requests().unwrap();
        s.plan(READ);
        let requests = s.emulator.requests().unwrap();
        let read = requests.iter().any(|one| !one.is_login() && one.status == Some(200));
        assert!(read, "nothing was read with {variables:?}: {requests:?}");
        requests.into_iter().filter(Request::is_login).collect()
    })
}

/// Tries to read from Azure with these further variables, and returns the message.
fn is_refused(s: &mut Scenario, variables: &[(&str, &str)]) -> Output {
    with(s, variables, |s| s.plan_fails(READ))
}

/// The same with a provider block.
fn block_is_refused(s: &mut Scenario, arguments: &str) -> Output {
    s.provider(&format!("provider \"gallery\" {{\n{arguments}\n}}"));
    let output = s.plan_fails(READ);
    s.provider("provider \"gallery\" {}");
    output
}

/// Reads from Azure with a provider block, and returns the requests for signing in.
fn block_signs_in(s: &mut Scenario, arguments: &str) -> Vec<Request> {
    s.provider(&format!("provider \"gallery\" {{\n{arguments}\n}}"));
    let requests = signs_in(s, &[]);
    s.provider("provider \"gallery\" {}");
    requests
}

fn says(output: &Output, sentences: &[&str]) {
    for sentence in sentences {
        assert!(output.says(sentence), "it does not say {sentence:?}: {output}");
    }
}

/// The assertions that Entra received: header and claims.
fn assertions(requests: &[Request]) -> Vec<&Value> {
    requests.iter().filter_map(|one| one.body.get("client_assertion")).collect()
}
