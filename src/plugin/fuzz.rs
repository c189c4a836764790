//! Properties that fuzzing checks in this layer. Each function takes any bytes, and panics where a property
//! is violated.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::LazyLock;

use rustls::pki_types::UnixTime;
use rustls::server::danger::ClientCertVerifier as _;

use super::handshake::{self, COOKIE, Handshake};
use super::listener::Address;
use super::tls::PinnedCertificate;
use super::types::Type;
use super::value::{CodecError, Value, json, msgpack};

/// Types with every kind of nesting; the first byte of the input chooses.
static TYPES: LazyLock<Vec<Type>> = LazyLock::new(|| {
    let leaves = [("b", Type::Bool), ("n", Type::Number), ("s", Type::String), ("d", Type::Dynamic)];
    let object = Type::object(leaves);
    vec![
        Type::Dynamic,
        object.clone(),
        Type::list(Type::Number),
        Type::set(object.clone()),
        Type::map(Type::set(Type::String)),
        Type::Tuple(vec![Type::Bool, Type::list(object.clone()), Type::Dynamic]),
        Type::object([("inner", Type::map(object)), ("pair", Type::Tuple(vec![Type::Number, Type::Number]))]),
        Type::Number,
    ]
});

fn choose(data: &[u8]) -> Option<(&'static Type, &[u8])> {
    let (&choice, rest) = data.split_first()?;
    Some((TYPES.get(usize::from(choice) % TYPES.len())?, rest))
}

/// A decoded value is encoded and decoded again, and stays the same; an error has a message.
fn settled(decoded: Result<Value, CodecError>, kind: &Type) {
    let value = match decoded {
        Ok(value) => value,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            let _ = error.path().to_string();
            return;
        }
    };
    let packed = msgpack::encode(&value, kind).expect("what was decoded conforms");
    assert_eq!(msgpack::decode(&packed, kind).expect("our own encoding"), value);
}

/// Any bytes are a value in msgpack.
pub fn value_msgpack(data: &[u8]) {
    if let Some((kind, bytes)) = choose(data) {
        settled(msgpack::decode(bytes, kind), kind);
    }
}

/// Any bytes are a value in JSON, and a type.
pub fn value_json(data: &[u8]) {
    if let Some((kind, text)) = choose(data) {
        settled(json::decode(text, kind), kind);
        settled(json::decode_stored(text, kind), kind);
        if let Ok(kind) = Type::from_json(text) {
            assert_eq!(Type::from_json(kind.to_json().as_bytes()).expect("our own encoding"), kind);
        }
    }
}

/// Any environment is read or refused, with an error of one printable line. `NAME=value`, each ended by a
/// NUL.
pub fn handshake(data: &[u8]) {
    let mut variables = BTreeMap::from([(COOKIE.0.to_owned(), OsString::from(COOKIE.1))]);
    for variable in data.split(|&byte| byte == 0) {
        let mut parts = variable.splitn(2, |&byte| byte == b'=');
        let (Some(name), Some(value)) = (parts.next(), parts.next()) else { continue };
        let Ok(name) = std::str::from_utf8(name) else { continue };
        variables.insert(name.to_owned(), os_string(value));
    }
    match Handshake::from_environment(&|name| variables.get(name).cloned()) {
        Ok(handshake) => {
            assert!(handshake.socket.ports.start() <= handshake.socket.ports.end());
            let line = handshake::line(&Address::Unix("/tmp/s".into()), Some(data));
            assert_eq!(line.split('|').count(), 6);
        }
        Err(error) => {
            let text = error.to_string();
            assert!(text.len() < 1000 && !text.contains(char::is_control), "{text:?}");
        }
    }
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// Any bytes are a client certificate: in PEM, or in DER. A pinned one accepts itself and nothing else, and
/// no signature made of garbage.
pub fn client_certificate(data: &[u8]) {
    let _ = PinnedCertificate::from_pem(data).map_err(|error| error.to_string());
    let Ok(pinned) = PinnedCertificate::from_der(data.to_vec().into()) else { return };
    let now = UnixTime::since_unix_epoch(std::time::Duration::ZERO);
    let mut other = data.to_vec();
    assert!(pinned.verify_client_cert(&data.into(), &[], now).is_ok());
    if let Some(last) = other.last_mut() {
        *last ^= 1;
    }
    assert!(pinned.verify_client_cert(&other.into(), &[], now).is_err());
    assert!(pinned.verify_client_cert(&b"".as_slice().into(), &[], now).is_err());
    assert!(!pinned.supported_verify_schemes().is_empty());
}

#[cfg(test)]
mod tests {
    use crate::corpus::replay;

    #[test]
    fn value_msgpack() {
        replay("value_msgpack", super::value_msgpack);
    }

    #[test]
    fn value_json() {
        replay("value_json", super::value_json);
    }

    #[test]
    fn handshake() {
        replay("handshake", super::handshake);
    }

    #[test]
    fn client_certificate() {
        replay("client_certificate", super::client_certificate);
    }
}
