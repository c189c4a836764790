use std::collections::VecDeque;

use http_body::Body as _;

use super::*;

/// A body of these pieces, that stays open or ends after them.
struct Pieces(VecDeque<Vec<u8>>, bool);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        match self.0.pop_front() {
            Some(piece) => Poll::Ready(Some(Ok(Frame::data(piece.into())))),
            None if self.1 => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

fn header(length: usize) -> Vec<u8> {
    [&[0], u32::try_from(length).unwrap().to_be_bytes().as_slice()].concat()
}

fn measured(room: &Arc<Semaphore>, pieces: &[&[u8]], ends: bool) -> (Measured, Held) {
    let pieces = Pieces(pieces.iter().map(|piece| piece.to_vec()).collect(), ends);
    let held = Held::default();
    (Measured::new(Body::new(pieces), Arc::clone(room), Duration::from_millis(20), held.clone()), held)
}

async fn next(body: &mut Measured) -> Option<Result<Frame<Bytes>, Status>> {
    std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await
}

fn room(mib: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(mib * (1 << 20) / UNIT))
}

#[tokio::test]
async fn a_claim_takes_room_until_the_call_is_answered() {
    let room = room(8);
    let head = header(5 << 20);
    // The length may come in pieces.
    let (mut first, answered) = measured(&room, &[&head[..2], &head[2..], b"x"], true);
    for _ in 0..3 {
        assert!(next(&mut first).await.unwrap().is_ok());
    }
    assert_eq!(room.available_permits() * UNIT, 3 << 20);
    assert!(next(&mut first).await.is_none());

    let (mut second, _) = measured(&room, &[&head], true);
    let refused = next(&mut second).await.unwrap().unwrap_err();
    assert_eq!(refused.code(), tonic::Code::ResourceExhausted);
    assert!(refused.message().contains("5 MiB") && refused.message().contains("-parallelism"), "{refused}");

    drop((first, answered));
    let (mut third, _) = measured(&room, &[&head], true);
    assert!(next(&mut third).await.unwrap().is_ok());
}

#[tokio::test]
async fn small_messages_need_no_room_and_impossible_ones_get_none() {
    let room = room(0);
    for length in [0, SMALL, MESSAGE_LIMIT + 1] {
        let (mut body, _) = measured(&room, &[&header(length)], true);
        assert!(next(&mut body).await.unwrap().is_ok(), "{length}");
    }
    let (mut body, _) = measured(&room, &[&header(SMALL + 1)], true);
    assert!(next(&mut body).await.unwrap().is_err());
}

#[tokio::test]
async fn who_claims_and_does_not_send_is_cut_off() {
    let room = room(8);
    let (mut body, held) = measured(&room, &[&header(1 << 20), b"x"], false);
    assert!(next(&mut body).await.unwrap().is_ok());
    assert!(next(&mut body).await.unwrap().is_ok());
    let cut =
        tokio::time::timeout(Duration::from_secs(10), next(&mut body)).await.expect("it waits for ever");
    assert_eq!(cut.unwrap().unwrap_err().code(), tonic::Code::DeadlineExceeded);
    drop((body, held));
    assert_eq!(room.available_permits() * UNIT, 8 << 20);
}
