//! The control routes about login: registrations, addresses, and requested assertions.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::emulator::Emulator;
use crate::entra::issuer::{AUDIENCE, AssertionContent, Issuer};
use crate::entra::oidc::SERVICE_CONNECTION;
use crate::exchange::{Reply, Request};

/// Handles `/emulator/login`, `/emulator/endpoints` and `/emulator/assertions`; none for anything else.
pub(super) fn answer(
    emulator: &mut Emulator,
    request: &Request,
    names: &[&str],
) -> Option<Result<Reply, String>> {
    match (request.method.as_str(), names) {
        ("GET", ["login"]) => Some(Ok(Reply::json(StatusCode::OK, &json!(emulator.application)))),
        ("PUT" | "PATCH", ["login"]) => Some(super::read(request).and_then(|change| {
            emulator.application = emulator.application.changed(&change)?;
            Ok(Reply::json(StatusCode::OK, &json!(emulator.application)))
        })),
        ("GET", ["endpoints"]) => Some(Ok(Reply::json(StatusCode::OK, &endpoints(emulator, &request.base)))),
        (_, ["assertions"]) if request.method == Method::POST => {
            Some(super::read(request).and_then(|content| assertion(emulator, &request.base, &content)))
        }
        _ => None,
    }
}

/// Every address that a client can be given, with the credentials that it needs there.
fn endpoints(emulator: &Emulator, base: &str) -> Value {
    let secret = &emulator.identity.client_secret;
    let issuer = |issuer: Issuer| json!({"issuer": issuer.address(base), "subject": issuer.subject()});
    let with = |mut all: Value, more: Value| {
        if let (Value::Object(all), Value::Object(more)) = (&mut all, more) {
            all.extend(more);
        }
        all
    };
    let machine = emulator.addresses.machine.as_ref();
    json!({
        "github": with(issuer(Issuer::GitHub), json!({
            "request_url": format!("{base}/github/idtoken?api-version=2.0"), "request_token": secret,
        })),
        "azure_devops": with(issuer(Issuer::AzureDevOps), json!({
            "request_uri": format!("{base}/azure-devops/oidctoken"), "access_token": secret,
            "service_connection_id": SERVICE_CONNECTION,
        })),
        "kubernetes": issuer(Issuer::Kubernetes),
        "instance_metadata": machine.map(|at| format!("{at}/metadata/identity/oauth2/token")),
        "app_service": {"endpoint": machine.map(|at| format!("{at}/msi/token")), "header": secret},
        "arc": {
            "endpoint": machine.map(|at| format!("{at}/arc/metadata/identity/oauth2/token")),
            "directory": emulator.challenges.directory(),
        },
        "cloud_shell": machine.map(|at| format!("{at}/cloud-shell/token")),
        "az": emulator.addresses.az,
    })
}

/// An assertion of one of the emulator's own issuers, right or wrong in any way that a test wants.
fn assertion(emulator: &Emulator, base: &str, content: &Value) -> Result<Reply, String> {
    let Value::Object(members) = content else { return Err("an order is a JSON object".to_owned()) };
    if let Some(unknown) =
        members.keys().find(|name| !["issuer", "subject", "audience", "seconds"].contains(&name.as_str()))
    {
        return Err(format!("an order has no {unknown}"));
    }
    let text = |name: &str| content.get(name).and_then(Value::as_str);
    let issuer = Issuer::of_word(text("issuer").unwrap_or("kubernetes"))
        .ok_or("issuer is github, azure-devops or kubernetes")?;
    let content = AssertionContent {
        subject: text("subject").unwrap_or_else(|| issuer.subject()),
        audience: text("audience").unwrap_or(AUDIENCE),
        now: emulator.shown_time(),
        seconds: content
            .get("seconds")
            .and_then(Value::as_i64)
            .unwrap_or(emulator.settings.assertion_seconds),
    };
    let made =
        issuer.assertion(emulator.tokens.signer(), base, &content).ok_or("no assertion can be made")?;
    Ok(Reply::json(StatusCode::OK, &json!({ "assertion": made })))
}
