use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};

use super::*;
use crate::entra::application::FederatedCredential;
use crate::entra::issuer::{AUDIENCE, AssertionContent, Issuer};
use crate::entra::signer::Signer;
use crate::testing::signer;

const NOW: Millis = 1_800_000_000_000;
const BASE: &str = "https://127.0.0.1:1";

/// A certificate with its key, for signing.
struct Holder {
    pem: String,
    der: Vec<u8>,
    pair: EcdsaKeyPair,
}

impl Holder {
    fn new() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate =
            rcgen::CertificateParams::new(vec!["t".to_owned()]).unwrap().self_signed(&key).unwrap();
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der(), &random)
            .unwrap();
        Self { pem: certificate.pem(), der: certificate.der().to_vec(), pair }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn sha1(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.der))
    }

    fn sha256(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, &self.der))
    }
}

fn claims() -> Value {
    let now = NOW / 1000;
    json!({"iss": "c", "sub": "c", "aud": format!("{BASE}/t/oauth2/v2.0/token"), "jti": "j", "nbf": now, "exp": now + 60})
}

fn verdict(application: &Application, signer: &Signer, assertion: &str) -> u32 {
    let identity = crate::testing::identity();
    let own_key = PublicKey::of_jwk(&signer.public()).unwrap();
    let check = AssertionCheck {
        identity: &identity,
        application,
        own_key: &own_key,
        base: BASE,
        tenant: "t",
        now: NOW,
    };
    check.check(assertion, "c").map_or_else(|error| error.code(), |()| 0)
}

#[test]
fn every_part_of_a_certificate_assertion_is_checked() {
    let (holder, stranger, own) = (Holder::new(), Holder::new(), signer());
    let application = Application { certificates: vec![holder.pem.clone()], ..Application::default() };
    let code = |header: &Value, claims: &Value| verdict(&application, &own, &holder.sign(header, claims));
    let with = |name: &str, value: Value| {
        let mut changed = claims();
        changed[name] = value;
        changed
    };
    let (sha1, sha256) = (holder.sha1(), holder.sha256());
    let header = json!({"alg": "ES256", "x5t": sha1});

    assert_eq!(code(&header, &claims()), 0);
    assert_eq!(code(&json!({"alg": "ES256", "x5t#S256": sha256}), &claims()), 0);
    let chain = json!([STANDARD.encode(&holder.der)]);
    assert_eq!(code(&json!({"alg": "ES256", "x5t": sha1, "x5c": chain}), &claims()), 0);
    for audience in ["https://localhost:1/t/oauth2/token", "https://127.0.0.1:1/T/v2.0"] {
        assert_eq!(code(&header, &with("aud", json!(audience))), 0, "{audience}");
    }

    for (header, expected) in [
        (json!({"alg": "ES256"}), 50_027),
        (json!({"alg": "none", "x5t": sha1}), 5_002_738),
        (json!({"alg": "RS256", "x5t": sha1}), 700_027),
        (json!({"alg": "ES256", "x5t": stranger.sha1()}), 700_027),
        (json!({"alg": "ES256", "x5t": sha1, "x5c": [STANDARD.encode(&stranger.der)]}), 50_027),
        (json!({"alg": "ES256", "x5t": sha1, "x5c": [STANDARD.encode(&holder.pem)]}), 50_027),
    ] {
        assert_eq!(code(&header, &claims()), expected, "{header}");
    }
    let now = NOW / 1000;
    for (name, value, expected) in [
        ("iss", json!("d"), 700_021),
        ("sub", json!("d"), 700_021),
        ("aud", json!(format!("{BASE}/other/oauth2/v2.0/token")), 700_023),
        ("aud", json!("https://login.microsoftonline.com/t/oauth2/v2.0/token"), 700_023),
        ("exp", json!(now), 700_024),
        ("exp", Value::Null, 700_024),
        ("nbf", json!(now + 400), 700_024),
        ("jti", json!(1), 50_027),
    ] {
        assert_eq!(code(&header, &with(name, value.clone())), expected, "{name} {value}");
    }
    assert_eq!(verdict(&application, &own, &stranger.sign(&header, &claims())), 700_027);
    assert_eq!(verdict(&application, &own, "no token"), 50_027);
    assert_eq!(verdict(&Application::default(), &own, &holder.sign(&header, &claims())), 700_027);
}

#[test]
fn every_part_of_an_issuers_assertion_is_checked() {
    let (own, stranger) = (signer(), signer());
    let application = Application::default();
    let subject = Issuer::GitHub.subject();
    let assertion = |signer: &Signer, subject: &str, audience: &str, seconds: i64| {
        Issuer::GitHub
            .assertion(signer, BASE, &AssertionContent { subject, audience, now: NOW, seconds })
            .unwrap()
    };
    for (signer, subject, audience, seconds, expected) in [
        (&own, subject, AUDIENCE, 600, 0),
        (&own, subject, AUDIENCE, -1, 700_024),
        (&own, "repo:other/repo:environment:production", AUDIENCE, 600, 700_213),
        (&own, "repo:Contoso/allowlists:environment:production", AUDIENCE, 600, 7_002_138),
        (&own, subject, "https://github.com/contoso", 600, 700_212),
        (&stranger, subject, AUDIENCE, 600, 7_000_272),
    ] {
        let code = verdict(&application, &own, &assertion(signer, subject, audience, seconds));
        assert_eq!(code, expected, "{subject} {audience} {seconds}");
    }
    let none = Application { federated_credentials: Vec::new(), ..Application::default() };
    assert_eq!(verdict(&none, &own, &assertion(&own, subject, AUDIENCE, 600)), 700_211);
}

#[test]
fn another_issuer_is_accepted_by_its_registered_keys() {
    let (own, issuer) = (signer(), signer());
    let now = NOW / 1000;
    let assertion = issuer
        .sign(&json!({"iss": "https://issuer.example", "sub": "s", "aud": [AUDIENCE, "other"], "exp": now + 60}))
        .unwrap();
    let mut credential = FederatedCredential::parse("https://issuer.example,s").unwrap();
    let with = |credential: &FederatedCredential| Application {
        federated_credentials: vec![credential.clone()],
        ..Application::default()
    };
    assert_eq!(verdict(&with(&credential), &own, &assertion), 50_166);
    credential.jwks = json!({"keys": [own.public()]});
    assert_eq!(verdict(&with(&credential), &own, &assertion), 7_000_272);
    credential.jwks = json!({"keys": [own.public(), issuer.public()]});
    assert_eq!(verdict(&with(&credential), &own, &assertion), 0);
}
