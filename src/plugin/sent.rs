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
pub struct Sent(Form);

#[derive(Clone)]
enum Form {
    /// Msgpack, what it is, and its type.
    Bytes(Bytes, &'static str, Arc<Type>),
    /// What came otherwise.
    Value(Box<Value>),
}

impl Sent {
    /// Msgpack of a value of this type; `what` it is goes into the message should it be no such value.
    pub(crate) const fn new(msgpack: Bytes, what: &'static str, kind: Arc<Type>) -> Self {
        Self(Form::Bytes(msgpack, what, kind))
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match &self.0 {
            Form::Bytes(bytes, ..) => **bytes == [NULL],
            Form::Value(value) => value.is_null(),
        }
    }

    /// Reads the value.
    ///
    /// # Errors
    /// When it does not fit the schema.
    pub fn open(&self) -> Result<Value, Failure> {
        match &self.0 {
            Form::Bytes(bytes, what, kind) => {
                msgpack::decode(bytes, kind).map_err(|error| super::service::unreadable(what, &error).into())
            }
            Form::Value(value) => Ok((**value).clone()),
        }
    }

    /// Reads these attributes of an object, and none of the others: a state is mostly something else.
    ///
    /// # Errors
    /// When what is read does not fit the schema.
    pub fn open_part(&self, names: &[&str]) -> Result<Value, Failure> {
        match &self.0 {
            Form::Bytes(bytes, what, kind) => msgpack::decode_part(bytes, kind, names)
                .map_err(|error| super::service::unreadable(what, &error).into()),
            Form::Value(value) => Ok((**value).clone()),
        }
    }
}

impl From<Value> for Sent {
    fn from(value: Value) -> Self {
        Self(Form::Value(Box::new(value)))
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent").finish_non_exhaustive()
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
        let sent = Sent::new(bytes.into(), "state", Arc::new(kind.clone()));
        assert!(
            !sent.is_null()
                && Sent::new(Bytes::from_static(&[NULL]), "state", Arc::new(kind.clone())).is_null()
        );
        assert_eq!(sent.open().unwrap(), value);
        assert_eq!(sent.open().unwrap(), value);
        assert_eq!(sent.open_part(&["name"]).unwrap(), value);
        assert_eq!(sent.open_part(&[]).unwrap(), Value::object::<&str>([]));
        assert_eq!(Sent::from(value.clone()).open().unwrap(), value);
        assert!(Sent::from(Value::Null).is_null());
        let unfit =
            Sent::new(Bytes::from_static(&[0xc1]), "planned state", Arc::new(kind)).open().unwrap_err();
        assert!(unfit.into_diagnostics().iter().any(|one| one.detail.starts_with("The planned state")));
    }
}
