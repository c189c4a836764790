//! Messages from and to the bytes of a call.

use std::marker::PhantomData;

use prost::Message;
use tonic::Status;
use tonic::codec::{BufferSettings, Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

/// Room is made for a message when its length is known. Tonic's own codec gives 8 KiB to each call when it begins, and as
/// much to each answer: hundreds of calls begin before the first of their messages has come, and most answers are short.
/// (Tonic divides by this where it compresses. No compression is built in, and none is offered to a host.)
const NOTHING_AHEAD: usize = 0;
/// From what length on the messages of a stream go out without waiting for more of them; as tonic has it.
const ENOUGH: usize = 32 << 10;

/// Protobuf, in as many bytes as it takes: `A` is sent, `Q` received.
#[derive(Debug)]
pub(super) struct Exact<A, Q>(PhantomData<(A, Q)>);

impl<A, Q> Default for Exact<A, Q> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<A, Q> Codec for Exact<A, Q>
where
    A: Message + 'static,
    Q: Message + Default + 'static,
{
    type Encode = A;
    type Decode = Q;
    type Encoder = Sending<A>;
    type Decoder = Receiving<Q>;

    fn encoder(&mut self) -> Self::Encoder {
        Sending(PhantomData)
    }

    fn decoder(&mut self) -> Self::Decoder {
        Receiving(PhantomData)
    }
}

/// Encodes answers.
#[derive(Debug)]
pub(super) struct Sending<A>(PhantomData<A>);

impl<A: Message> Encoder for Sending<A> {
    type Item = A;
    type Error = Status;

    fn encode(&mut self, answer: A, bytes: &mut EncodeBuf<'_>) -> Result<(), Status> {
        bytes.reserve(answer.encoded_len());
        answer.encode(bytes).map_err(|error| Status::internal(error.to_string()))
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::new(NOTHING_AHEAD, ENOUGH)
    }
}

/// Decodes requests.
#[derive(Debug)]
pub(super) struct Receiving<Q>(PhantomData<Q>);

impl<Q: Message + Default> Decoder for Receiving<Q> {
    type Item = Q;
    type Error = Status;

    fn decode(&mut self, bytes: &mut DecodeBuf<'_>) -> Result<Option<Q>, Status> {
        Q::decode(bytes).map(Some).map_err(|error| Status::internal(error.to_string()))
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::new(NOTHING_AHEAD, ENOUGH)
    }
}
