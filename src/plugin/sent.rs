//! A value as it came over the wire.

use std::fmt;
use std::sync::Arc;

use super::diagnostic::Failure;
use super::packed::Packed;
use super::types::Type;
use super::value::{Members, Name, Value, msgpack};

/// Null in msgpack.
const NULL: u8 = 0xc0;

/// A value in the form in which it travels. As a [`Value`] it takes many times as much memory, which counts where
/// hundreds of calls wait for an answer at the same time.
#[derive(Clone)]
pub struct Sent(Form);

#[derive(Clone)]
enum Form {
    /// Msgpack, what it is, and its type.
    Bytes(Packed, &'static str, Arc<Type>),
    /// An object that is another one but for these attributes.
    Changed(Box<Sent>, Members),
    /// What came otherwise.
    Value(Box<Value>),
}

impl Sent {
    /// Msgpack of a value of this type; `what` it is goes into the message should it be no such value.
    pub(super) const fn new(msgpack: Packed, what: &'static str, kind: Arc<Type>) -> Self {
        Self(Form::Bytes(msgpack, what, kind))
    }

    /// `value` as what it differs in from `base`, which was opened to `held`: a plan of a change says little that the state
    /// does not, and both are there for as long as the change takes. What are no objects are kept apart.
    #[must_use]
    pub fn changed(base: &Self, held: &Value, value: Value) -> Self {
        let (held, attributes) = match (held, value) {
            (Value::Object(held), Value::Object(attributes)) => (held, attributes),
            (_, value) => return Self::from(value),
        };
        let differs = |(name, value): &(Name, Value)| held.get(name) != Some(value);
        Self(Form::Changed(Box::new(base.clone()), attributes.into_iter().filter(differs).collect()))
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match &self.0 {
            Form::Changed(..) => false,
            Form::Bytes(bytes, ..) => bytes.are(&[NULL]),
            Form::Value(value) => value.is_null(),
        }
    }

    /// Reads the value.
    ///
    /// # Errors
    /// When it does not fit the schema.
    pub fn open(&self) -> Result<Value, Failure> {
        match &self.0 {
            Form::Bytes(bytes, what, kind) => msgpack::decode(&bytes.open(), kind)
                .map_err(|error| super::service::unreadable(what, &error).into()),
            Form::Changed(base, differing) => Ok(over(base.open()?, differing.iter())),
            Form::Value(value) => Ok((**value).clone()),
        }
    }

    /// Reads these attributes of an object, and none of the others: a state is mostly something else.
    ///
    /// # Errors
    /// When what is read does not fit the schema.
    pub fn open_part(&self, names: &[&str]) -> Result<Value, Failure> {
        match &self.0 {
            Form::Bytes(bytes, what, kind) => msgpack::decode_part(&bytes.open(), kind, names)
                .map_err(|error| super::service::unreadable(what, &error).into()),
            Form::Changed(base, differing) => {
                let asked = differing.iter().filter(|(name, _)| names.contains(&&***name));
                Ok(over(base.open_part(names)?, asked))
            }
            Form::Value(value) => Ok((**value).clone()),
        }
    }
}

/// An object with these attributes in the place of its own.
fn over<'a>(mut object: Value, differing: impl Iterator<Item = (&'a Name, &'a Value)>) -> Value {
    if let Value::Object(attributes) = &mut object {
        for (name, value) in differing {
            attributes.insert(name.clone(), value.clone());
        }
    }
    object
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
        let sent = Sent::new(Packed::new(&bytes), "state", Arc::new(kind.clone()));
        assert!(
            !sent.is_null() && Sent::new(Packed::new(&[NULL]), "state", Arc::new(kind.clone())).is_null()
        );
        assert_eq!(sent.open().unwrap(), value);
        assert_eq!(sent.open().unwrap(), value);
        assert_eq!(sent.open_part(&["name"]).unwrap(), value);
        assert_eq!(sent.open_part(&[]).unwrap(), Value::object::<&str>([]));
        assert_eq!(Sent::from(value.clone()).open().unwrap(), value);
        assert!(Sent::from(Value::Null).is_null());
        let unfit = Sent::new(Packed::new(&[0xc1]), "planned state", Arc::new(kind)).open().unwrap_err();
        assert!(unfit.into_diagnostics().iter().any(|one| one.detail.starts_with("The planned state")));
    }

    #[test]
    fn a_change_is_kept_as_what_differs() {
        let kind = Type::object([("mode", Type::String), ("name", Type::String)]);
        let object = |mode: &str| Value::object([("mode", Value::from(mode)), ("name", "web".into())]);
        let bytes = msgpack::encode(&object("Audit"), &kind).unwrap();
        let state = Sent::new(Packed::new(&bytes), "state", Arc::new(kind));
        let planned = Sent::changed(&state, &object("Audit"), object("Enforce"));
        assert!(matches!(&planned.0, Form::Changed(_, differing) if differing.len() == 1));
        assert!(!planned.is_null());
        assert_eq!(planned.open().unwrap(), object("Enforce"));
        assert_eq!(planned.open_part(&["mode"]).unwrap(), Value::object([("mode", Value::from("Enforce"))]));
        assert_eq!(planned.open_part(&["name"]).unwrap(), Value::object([("name", Value::from("web"))]));
        assert_eq!(Sent::changed(&state, &object("Audit"), Value::Null).open().unwrap(), Value::Null);
    }
}
