//! What tests of the emulator begin with.

use hyper::body::Bytes;
use hyper::header::HeaderValue;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::emulator::Emulator;
use crate::entra::Identity;
use crate::entra::signer::Signer;
use crate::entra::token::Subject;
use crate::exchange::{Reply, Request};
use crate::settings::Settings;

/// Where it seems to be.
pub(crate) const BASE: &str = "https://127.0.0.1:1";

/// Its only application.
pub(crate) fn identity() -> Identity {
    Identity {
        tenant_id: "t".to_owned(),
        client_id: "c".to_owned(),
        client_secret: "s".to_owned(),
        object_id: "o".to_owned(),
        subscription_id: "sub".to_owned(),
    }
}

/// A new key.
pub(crate) fn signer() -> Signer {
    Signer::from_pkcs8(&Signer::generate().unwrap()).unwrap()
}

/// An emulator whose operations take no time, its clock, and a token for it.
pub(crate) fn started(identity: Identity) -> (Emulator, Clock, String) {
    let clock = Clock::manual(1_704_067_200_000);
    let settings = Settings::default().changed(&json!({"operations": "none"})).unwrap();
    let emulator = Emulator::new(identity, settings, clock.clone(), signer());
    let subject = Subject::application(&emulator.identity);
    let token = emulator.tokens.issue(&subject, BASE, BASE, clock.now(), 86_400).unwrap();
    (emulator, clock, token)
}

/// Sends a request.
pub(crate) fn send(emulator: &mut Emulator, token: &str, method: &str, path: &str, body: &Value) -> Reply {
    let mut request = Request::new(method.parse().unwrap(), path, BASE);
    let token = HeaderValue::try_from(format!("Bearer {token}")).unwrap();
    request.headers.insert("authorization", token);
    request.headers.insert("content-type", HeaderValue::from_static("application/json"));
    if !body.is_null() {
        request.body = Bytes::from(body.to_string());
    }
    let plan = emulator.plan(&request);
    emulator.answer(&request, &plan).reply
}
