//! A value as it came over the wire.

use std::fmt;
use std::sync::Arc;

use prost::bytes::Bytes;

use super::diagnostic::Failure;
use super::types::Type;
use super::value::{Value, msgpack};

/// Null in msgpack.
const NULL: u8 = 0xc0;

/// A value in the form in which it travels. As a [`Value`] it takes many times as much memory, which counts where
/// hundreds of calls wait for an answer at the same time.
#[derive(Clone)]
pub struct Sent {
    bytes: Bytes,
    kind: Option<Arc<Type>>,
    value: Value,
}

impl Sent {
    /// Msgpack of a value of this type.
    pub(crate) fn new(msgpack: Bytes, kind: Arc<Type>) -> Self {
        Self { bytes: msgpack, kind: Some(kind), value: Value::Null }
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        if self.kind.is_some() { *self.bytes == [NULL] } else { self.value.is_null() }
    }

    /// Reads the value.
    ///
    /// # Errors
    /// When it does not fit the schema.
    pub fn open(&self) -> Result<Value, Failure> {
        let Some(kind) = &self.kind else { return Ok(self.value.clone()) };
        msgpack::decode(&self.bytes, kind).map_err(|error| super::service::unreadable("value", &error).into())
    }
}

impl From<Value> for Sent {
    fn from(value: Value) -> Self {
        Self { bytes: Bytes::new(), kind: None, value }
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_read_again_as_often_as_wanted() {
        let kind = Type::object([("name", Type::String)]);
        let value = Value::object([("name", Value::from("web"))]);
        let bytes = msgpack::encode(&value, &kind).unwrap();
        let sent = Sent::new(bytes.into(), Arc::new(kind.clone()));
        assert!(!sent.is_null() && Sent::new(Bytes::from_static(&[NULL]), Arc::new(kind.clone())).is_null());
        assert_eq!(sent.open().unwrap(), value);
        assert_eq!(sent.open().unwrap(), value);
        assert_eq!(Sent::from(value.clone()).open().unwrap(), value);
        assert!(Sent::from(Value::Null).is_null());
        assert!(Sent::new(Bytes::from_static(&[0xc1]), Arc::new(kind)).open().is_err());
    }
}
