//! A signed JSON web token, read but not yet verified.

use serde_json::Value;

use crate::clock::Millis;
use crate::entra::key::{PublicKey, decode};

/// The parts of a token.
#[derive(Clone, Debug)]
pub struct Jwt {
    /// The header.
    pub header: Value,
    /// The claims.
    pub claims: Value,
    signed: String,
    signature: Vec<u8>,
}

impl Jwt {
    /// Reads a token; none unless it is three parts of base64, the first two of them JSON objects.
    pub fn read(text: &str) -> Option<Self> {
        let (signed, signature) = text.trim().rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let object = |part: &str| {
            let value: Value = serde_json::from_slice(&decode(part)?).ok()?;
            value.is_object().then_some(value)
        };
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            signed: signed.to_owned(),
            signature: decode(signature)?,
        })
    }

    /// The algorithm its header names.
    pub fn algorithm(&self) -> &str {
        self.header.get("alg").and_then(Value::as_str).unwrap_or("")
    }

    /// A claim that is text; empty if it is absent or of another type.
    pub fn claim(&self, name: &str) -> &str {
        self.claims.get(name).and_then(Value::as_str).unwrap_or("")
    }

    /// A claim that is a time, in milliseconds.
    pub fn time(&self, name: &str) -> Option<Millis> {
        let value = self.claims.get(name)?;
        // A number may carry a fraction.
        #[allow(clippy::cast_possible_truncation)]
        let seconds = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))?;
        Some(seconds.saturating_mul(1000))
    }

    /// The audiences: one text or a list.
    pub fn audiences(&self) -> Vec<&str> {
        match self.claims.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether this key signed it.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.has_signed(self.algorithm(), self.signed.as_bytes(), &self.signature)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::entra::signer::Signer;

    #[test]
    fn a_token_is_read_and_its_signature_checked() {
        let signer = Signer::from_pkcs8(&Signer::generate().unwrap()).unwrap();
        let other = Signer::from_pkcs8(&Signer::generate().unwrap()).unwrap();
        let key = |signer: &Signer| PublicKey::of_jwk(&signer.public()).unwrap();
        let jwt =
            Jwt::read(&signer.sign(&json!({"aud": ["a", "b"], "exp": 5.9, "sub": "s"})).unwrap()).unwrap();
        assert_eq!((jwt.audiences(), jwt.time("exp"), jwt.claim("sub")), (vec!["a", "b"], Some(5000), "s"));
        assert!(jwt.is_signed_by(&key(&signer)));
        assert!(!jwt.is_signed_by(&key(&other)));
    }

    #[test]
    fn other_texts_are_not_tokens() {
        for text in ["", "a.b.c", "e30.e30", "W10.e30.AA", "e30.e30.*", "..", "é.é.é"] {
            assert!(Jwt::read(text).is_none(), "{text}");
        }
    }
}
