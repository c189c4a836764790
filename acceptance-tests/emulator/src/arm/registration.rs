//! Registration of resource providers: the responses for a subscription that was never used before.
//!
//! Source: Microsoft's page on `MissingSubscriptionRegistration` and the texts that users paste into threads;
//! the response of `register` from the REST reference. Only `Microsoft.Compute` can be unregistered here.

use crate::arm::error::ArmError;
use crate::clock::{Millis, millis};
use crate::emulator::Emulator;
use crate::entra::token::Caller;
use crate::settings::Registration;
use hyper::StatusCode;
use serde_json::json;

/// The only namespace that can be unregistered.
const COMPUTE: &str = "Microsoft.Compute";

/// When registration was requested, if it was.
pub type RequestedAt = Option<Millis>;

/// The state of a namespace, in ARM's words.
pub fn state(emulator: &Emulator, namespace: &str) -> &'static str {
    if emulator.settings.registration == Registration::Registered || !namespace.eq_ignore_ascii_case(COMPUTE)
    {
        return "Registered";
    }
    match emulator.registration {
        None => "NotRegistered",
        Some(at)
            if emulator.clock.now() < at.saturating_add(millis(emulator.settings.registration_seconds)) =>
        {
            "Registering"
        }
        Some(_) => "Registered",
    }
}

/// Refuses a request for the resources of a namespace that is not registered.
pub fn check(emulator: &Emulator, segments: &[String]) -> Result<(), ArmError> {
    let place = segments.iter().rposition(|segment| segment.eq_ignore_ascii_case("providers"));
    let namespace = place.and_then(|at| segments.get(at.saturating_add(1)));
    // The namespace itself can be read and registered.
    let of_resources = segments.len() > 5;
    match namespace {
        Some(namespace) if of_resources && state(emulator, namespace) != "Registered" => Err(missing()),
        _ => Ok(()),
    }
}

/// `POST .../register`.
pub fn register(emulator: &mut Emulator, namespace: &str, caller: &Caller) -> Result<&'static str, ArmError> {
    if emulator.settings.registration == Registration::Forbidden && namespace.eq_ignore_ascii_case(COMPUTE) {
        let scope = format!("/subscriptions/{}", emulator.identity.subscription_id);
        return Err(ArmError::new(
            StatusCode::FORBIDDEN,
            "AuthorizationFailed",
            format!(
                "The client '{}' with object id '{}' does not have authorization to perform action \
                 '{COMPUTE}/register/action' over scope '{scope}' or the scope is invalid. If access was recently \
                 granted, please refresh your credentials.",
                caller.client_id, caller.object_id
            ),
        ));
    }
    if state(emulator, namespace) == "NotRegistered" {
        emulator.registration = Some(emulator.clock.now());
        // The response is never ahead of the work.
        return Ok("Registering");
    }
    Ok(state(emulator, namespace))
}

fn missing() -> ArmError {
    let message = format!(
        "The subscription is not registered to use namespace '{COMPUTE}'. See https://aka.ms/rps-not-found for how to \
         register subscriptions."
    );
    let again = json!([{"code": "MissingSubscriptionRegistration", "target": COMPUTE, "message": message}]);
    let mut error = ArmError::new(StatusCode::CONFLICT, "MissingSubscriptionRegistration", message);
    error.details = Some(Box::new(again));
    error
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hyper::Method;
    use hyper::header::HeaderValue;
    use serde_json::{Value, json};

    use super::*;
    use crate::clock::Clock;
    use crate::entra::token::Subject;
    use crate::exchange::Request;
    use crate::faults::Plan;
    use crate::settings::Settings;
    use crate::testing::{self, BASE};

    const GROUP: &str = "/subscriptions/sub/resourceGroups/rg?api-version=2021-04-01";
    const COMPUTE_PROVIDER: &str = "/subscriptions/sub/providers/Microsoft.Compute?api-version=2021-04-01";
    const REGISTER: &str = "/subscriptions/sub/providers/Microsoft.Compute/register?api-version=2021-04-01";
    const GALLERY: &str =
        "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Compute/galleries/g?api-version=2024-03-03";

    fn emulator(settings: &Value) -> Emulator {
        let identity = testing::identity();
        let signer = testing::signer();
        let settings = Settings::default().changed(settings).unwrap();
        let mut emulator = Emulator::new(identity, settings, Clock::manual(1_000_000), signer);
        emulator.application.auxiliary_tenants = vec!["second".to_owned()];
        emulator
    }

    fn ask(emulator: &mut Emulator, method: Method, path: &str, auxiliary: Option<&str>) -> (u16, Value) {
        let token = |tenant: &str| {
            let subject = Subject::application(&emulator.identity).in_tenant(tenant);
            format!("Bearer {}", emulator.tokens.issue(&subject, BASE, BASE, 1_000_000, 60).unwrap())
        };
        let mut request = Request::new(method, path, BASE);
        request.headers.insert("authorization", HeaderValue::from_str(&token("t")).unwrap());
        if let Some(tenant) = auxiliary {
            let value = HeaderValue::from_str(&token(tenant)).unwrap();
            request.headers.insert("x-ms-authorization-auxiliary", value);
        }
        request.body = json!({"location": "westus"}).to_string().into();
        let reply = emulator.answer(&request, &Plan::default()).reply;
        (reply.status.as_u16(), reply.value())
    }

    #[test]
    fn compute_is_refused_until_its_registration_has_ended() {
        let mut emulator = emulator(&json!({"registration": "missing", "registration_seconds": 5}));
        let state = |emulator: &mut Emulator| {
            ask(emulator, Method::GET, COMPUTE_PROVIDER, None).1["registrationState"].clone()
        };
        assert_eq!(ask(&mut emulator, Method::PUT, GROUP, None).0, 201);
        for method in [Method::GET, Method::PUT] {
            let (status, body) = ask(&mut emulator, method, GALLERY, None);
            assert_eq!((status, &body["error"]["code"]), (409, &json!("MissingSubscriptionRegistration")));
            assert_eq!(body["error"]["details"][0]["target"], "Microsoft.Compute");
        }
        assert_eq!(state(&mut emulator), "NotRegistered");
        assert_eq!(ask(&mut emulator, Method::POST, REGISTER, None).1["registrationState"], "Registering");
        assert_eq!(ask(&mut emulator, Method::PUT, GALLERY, None).0, 409);
        emulator.clock.advance(Duration::from_secs(5));
        assert_eq!(state(&mut emulator), "Registered");
        assert_eq!(ask(&mut emulator, Method::PUT, GALLERY, None).0, 201);
    }

    #[test]
    fn a_caller_that_may_not_register_is_refused() {
        let mut emulator = emulator(&json!({"registration": "forbidden"}));
        let (status, body) = ask(&mut emulator, Method::POST, REGISTER, None);
        assert_eq!((status, &body["error"]["code"]), (403, &json!("AuthorizationFailed")));
        assert!(body["error"]["message"].as_str().unwrap().contains("Microsoft.Compute/register/action"));
    }

    #[test]
    fn a_write_that_refers_to_another_tenant_needs_its_token() {
        let mut emulator = emulator(&json!({"linked_tenants": ["second"]}));
        let (status, body) = ask(&mut emulator, Method::PUT, GROUP, None);
        assert_eq!((status, &body["error"]["code"]), (403, &json!("LinkedAuthorizationFailed")));
        assert_eq!(ask(&mut emulator, Method::PUT, GROUP, Some("second")).0, 201);
        assert_eq!(ask(&mut emulator, Method::GET, GROUP, None).0, 200);
        assert_eq!(ask(&mut emulator, Method::GET, GROUP, Some("third")).0, 401);
    }
}
