//! The subscription and ARM's data about it: tenants, regions, resource providers.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::arm::error::ArmError;
use crate::arm::id::Kind;
use crate::arm::{regions, registration, versions};
use crate::emulator::Emulator;
use crate::entra::token::Caller;
use crate::exchange::Reply;

/// Namespaces that count as registered; only the first two have types here.
const NAMESPACES: &[&str] = &[
    "Microsoft.Compute",
    "Microsoft.Resources",
    "Microsoft.Authorization",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.Storage",
];

/// Whether a namespace is one of them.
pub fn is_namespace(name: &str) -> bool {
    NAMESPACES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn ok(body: &Value) -> Reply {
    Reply::json(StatusCode::OK, body)
}

fn subscription(emulator: &Emulator) -> Value {
    let identity = &emulator.identity;
    json!({
        "id": format!("/subscriptions/{}", identity.subscription_id),
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": identity.subscription_id,
        "tenantId": identity.tenant_id,
        "displayName": "Gallery emulator",
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Internal_2014-09-01", "quotaId": "Internal_2014-09-01",
            "spendingLimit": "Off"
        },
    })
}

/// `GET /tenants`.
pub fn tenants(emulator: &Emulator) -> Reply {
    let tenant = &emulator.identity.tenant_id;
    ok(&json!({"value": [{
        "id": format!("/tenants/{tenant}"), "tenantId": tenant, "countryCode": "US",
        "displayName": "Gallery emulator",
        "domains": ["localhost"], "tenantCategory": "Home", "defaultDomain": "localhost", "tenantType": "AAD",
    }]}))
}

/// `GET /subscriptions`.
pub fn list(emulator: &Emulator) -> Reply {
    ok(&json!({"value": [subscription(emulator)], "count": {"type": "Total", "value": 1}}))
}

/// `GET /subscriptions/{id}`.
pub fn one(emulator: &Emulator) -> Reply {
    ok(&subscription(emulator))
}

/// `GET /subscriptions/{id}/locations`.
pub fn locations(emulator: &Emulator) -> Reply {
    let value: Vec<Value> = regions::all()
        .iter()
        .map(|(name, display)| {
            json!({
                "id": format!("/subscriptions/{}/locations/{name}", emulator.identity.subscription_id),
                "name": name, "type": "Region", "displayName": display, "regionalDisplayName": display,
                "metadata": {"regionType": "Physical", "regionCategory": "Recommended"},
            })
        })
        .collect();
    ok(&json!({ "value": value }))
}

/// `GET /subscriptions/{id}/providers`.
pub fn providers(emulator: &Emulator) -> Reply {
    let value: Vec<Value> = NAMESPACES.iter().map(|namespace| describe(emulator, namespace)).collect();
    ok(&json!({ "value": value }))
}

/// `POST /subscriptions/{id}/providers/{namespace}/register`.
pub fn register(emulator: &mut Emulator, namespace: &str, caller: &Caller) -> Result<Reply, ArmError> {
    let mut body = provider(emulator, namespace)?.value();
    let state = registration::register(emulator, namespace, caller)?;
    if let Some(members) = body.as_object_mut() {
        members.insert("registrationState".to_owned(), json!(state));
    }
    Ok(ok(&body))
}

/// `GET /subscriptions/{id}/providers/{namespace}`.
pub fn provider(emulator: &Emulator, namespace: &str) -> Result<Reply, ArmError> {
    let known = NAMESPACES.iter().find(|known| known.eq_ignore_ascii_case(namespace));
    known
        .map(|namespace| ok(&describe(emulator, namespace)))
        .ok_or_else(|| ArmError::namespace_unknown(namespace))
}

fn describe(emulator: &Emulator, namespace: &str) -> Value {
    let displays: Vec<&str> = regions::all().iter().map(|(_, display)| *display).collect();
    let kinds = [
        Kind::Group,
        Kind::Gallery,
        Kind::Profile,
        Kind::Version,
        Kind::Machine,
        Kind::ScaleSet,
        Kind::Instance,
    ];
    let types: Vec<Value> = kinds
        .into_iter()
        .filter(|kind| kind.type_name().starts_with(&format!("{namespace}/")))
        .map(|kind| {
            let mut dates = versions::of(kind).to_vec();
            dates.reverse();
            json!({
                "resourceType": kind.nested_name(), "locations": displays, "apiVersions": dates,
                "defaultApiVersion": dates.first(), "capabilities": "SupportsTags, SupportsLocation",
            })
        })
        .collect();
    json!({
        "id": format!("/subscriptions/{}/providers/{namespace}", emulator.identity.subscription_id),
        "namespace": namespace,
        "resourceTypes": types,
        "registrationState": registration::state(emulator, namespace),
        "registrationPolicy": "RegistrationRequired",
    })
}
