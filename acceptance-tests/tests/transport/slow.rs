//! Slow hosts, and announced messages that never arrive.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use acceptance_tests::host::Connection;
use http_body::Frame;
use prost::bytes::Bytes;
#[cfg(unix)]
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{Service as _, http};

use super::{answers, launch, launches};

/// A message that is announced with this length, but of which only a few bytes arrive.
struct Announced(Option<Bytes>);

impl Announced {
    fn new(length: u32) -> Self {
        Self(Some([&[0], length.to_be_bytes().as_slice(), b"and no more"].concat().into()))
    }
}

impl http_body::Body for Announced {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        match self.0.take() {
            Some(piece) => Poll::Ready(Some(Ok(Frame::data(piece)))),
            None => Poll::Pending,
        }
    }
}

/// Begins a call with such a message; ends with the status, if it ever gets a response.
async fn begin(connection: &Connection, length: u32) -> String {
    let request = http::Request::builder()
        .method("POST")
        .uri("http://localhost/tfplugin6.Provider/ValidateResourceConfig")
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(Announced::new(length)))
        .unwrap();
    let mut channel = connection.channel.clone();
    std::future::poll_fn(|context| channel.poll_ready(context)).await.unwrap();
    match channel.call(request).await {
        Ok(answer) => {
            let status = answer.headers().get("grpc-status");
            status.map_or_else(String::new, |status| status.to_str().unwrap().to_owned())
        }
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn announced_messages_that_never_arrive_use_no_memory() {
    let plugin = launch().start().await.unwrap();
    let connection = plugin.connect().await.unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let connection = connection.clone();
        calls.spawn(async move { begin(&connection, 200 << 20).await });
    }
    answers(&mut connection.clone()).await;
    let ended = timeout(Duration::from_millis(200), calls.join_next()).await;
    assert!(ended.is_err(), "a slow host is waited for: {ended:?}");
    #[cfg(target_os = "linux")]
    assert!(super::peak_memory(plugin.id().unwrap()) < 128 << 10);
    drop(calls);
    assert!(plugin.shutdown().await.unwrap().status.success());
}

#[tokio::test]
async fn a_message_that_is_announced_beyond_the_limit_is_refused_at_once() {
    for launch in launches() {
        let plugin = launch.start().await.unwrap();
        let connection = plugin.connect().await.unwrap();
        let refused = timeout(Duration::from_secs(20), begin(&connection, (256 << 20) + 1)).await;
        // 11 is "out of range".
        assert_eq!(refused.expect("it is not waited for"), "11");
        answers(&mut connection.clone()).await;
        assert!(plugin.shutdown().await.unwrap().status.success());
    }
}

#[tokio::test]
async fn a_handshake_byte_by_byte_delays_nobody() {
    for launch in launches() {
        let plugin = launch.start().await.unwrap();
        let mut slow = plugin.line().address.connect().await.unwrap();
        // A client hello that announces its length, byte by byte.
        let hello = [&b"\x16\x03\x01\x40\x00\x01\x00\x3f\xfc\x03\x03"[..], &[7; 200]].concat();
        for byte in hello {
            slow.write_all(&[byte]).await.unwrap();
            slow.flush().await.unwrap();
        }
        let mut connection =
            timeout(Duration::from_secs(20), plugin.connect()).await.expect("kept waiting").unwrap();
        answers(&mut connection).await;
        drop(slow);
        assert!(plugin.shutdown().await.unwrap().status.success());
    }
}

#[cfg(unix)] // Plaintext is only possible on a Unix socket.
#[tokio::test]
async fn http_2_byte_by_byte_delays_nobody() {
    // Only a host gets as far as HTTP/2; one without certificates needs no key for this.
    let plugin = launch().plaintext().start().await.unwrap();
    let mut slow = plugin.line().address.connect().await.unwrap();
    // The preface, empty settings, and endless headers.
    slow.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    slow.write_all(b"\0\0\x01\x01\0\0\0\0\x01\x82").await.unwrap();
    for _ in 0..64 {
        // Continuations of 16,384 bytes each, never the last.
        let frame = [&b"\0\x40\0\x09\0\0\0\0\x01"[..], &[0; 16_384]].concat();
        if slow.write_all(&frame).await.is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    drop(timeout(Duration::from_secs(20), slow.read_to_end(&mut answer)).await.expect("left open"));
    answers(&mut plugin.connect().await.unwrap()).await;
    #[cfg(target_os = "linux")]
    assert!(super::peak_memory(plugin.id().unwrap()) < 64 << 10);
    assert!(plugin.shutdown().await.unwrap().status.success());
}
