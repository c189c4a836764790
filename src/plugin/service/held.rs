//! What the host sent, as a call has it while it waits.

use prost::bytes::Bytes;

use crate::plugin::packed::Packed;
use crate::plugin::proto;

/// A value, not read yet.
#[derive(Clone)]
pub(super) struct Held {
    msgpack: Packed,
    json: Bytes,
}

impl Held {
    /// One that is kept for minutes, by itself.
    pub(super) fn packed(value: &proto::DynamicValue) -> Self {
        Self { msgpack: Packed::new(&value.msgpack), json: Bytes::copy_from_slice(&value.json) }
    }

    /// One that is read before anything is waited for.
    pub(super) fn plain(value: proto::DynamicValue) -> Self {
        Self { msgpack: Packed::plain(value.msgpack), json: value.json }
    }

    /// Its msgpack, unless it came as JSON.
    pub(super) fn msgpack(&self) -> Option<&Packed> {
        (!self.msgpack.is_empty()).then_some(&self.msgpack)
    }

    /// The value as it came, byte for byte.
    pub(super) fn as_it_came(&self) -> proto::DynamicValue {
        proto::DynamicValue { msgpack: self.msgpack.open(), json: self.json.clone() }
    }
}

/// An identity by itself, see [`Packed::new`].
pub(super) fn alone(identity: &proto::ResourceIdentityData) -> proto::ResourceIdentityData {
    let identity_data = identity.identity_data.as_ref().map(|value| proto::DynamicValue {
        msgpack: Bytes::copy_from_slice(&value.msgpack),
        json: Bytes::copy_from_slice(&value.json),
    });
    proto::ResourceIdentityData { identity_data }
}
