//! Large messages, and many at a time.

use std::time::{Duration, Instant};

use acceptance_tests::host::proto::{DynamicValue, call_function, get_metadata, validate_resource_config};

#[cfg(target_os = "linux")]
use super::peak_memory;
use super::{answers, launch, launches};

#[tokio::test]
async fn a_message_of_many_mib_reaches_the_provider() {
    let plugin = launch().start().await.unwrap();
    let mut connection = plugin.connect().await.unwrap();
    for mib in [5, 64] {
        let start = Instant::now();
        let request = validate_resource_config::Request {
            type_name: "gallery_there_is_no_such_resource".into(),
            config: Some(DynamicValue { msgpack: vec![0xc0; mib << 20].into(), ..DynamicValue::default() }),
            ..validate_resource_config::Request::default()
        };
        // The provider may refuse the type, in a diagnostic or in the status; the transport must not refuse
        // the size.
        if let Err(status) = connection.provider.validate_resource_config(request).await {
            assert!(
                !matches!(
                    status.code(),
                    tonic::Code::OutOfRange | tonic::Code::ResourceExhausted | tonic::Code::Unavailable
                ),
                "{mib} MiB: {status}"
            );
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{mib} MiB took {:?}", start.elapsed());
    }
    answers(&mut connection).await;
    assert!(plugin.shutdown().await.unwrap().status.success());
}

#[tokio::test]
async fn a_message_beyond_the_limit_is_refused_and_the_plugin_lives() {
    let plugin = launch().start().await.unwrap();
    let mut connection = plugin.connect().await.unwrap();
    let request = call_function::Request {
        name: "there_is_no_such_function".into(),
        arguments: vec![DynamicValue {
            msgpack: vec![0xc0; (256 << 20) + 1].into(),
            ..DynamicValue::default()
        }],
    };
    let mut unlimited = connection.provider.clone().max_encoding_message_size(usize::MAX);
    let refused = unlimited.call_function(request).await.unwrap_err();
    assert_ne!(refused.code(), tonic::Code::Unimplemented, "{refused}");
    answers(&mut connection).await;
    assert!(plugin.shutdown().await.unwrap().status.success());
}

/// HTTP/2 grants a shared window in pieces. A server can take the many small frames for an attack.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_calls_of_some_kib_at_a_time_are_answered() {
    for launch in launches() {
        let plugin = launch.start().await.unwrap();
        let connection = plugin.connect().await.unwrap();
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..800 {
            let mut connection = connection.clone();
            calls.spawn(async move {
                let request = validate_resource_config::Request {
                    type_name: "gallery_there_is_no_such_resource".into(),
                    config: Some(DynamicValue {
                        msgpack: vec![0xc0; 9_000].into(),
                        ..DynamicValue::default()
                    }),
                    ..validate_resource_config::Request::default()
                };
                connection
                    .provider
                    .validate_resource_config(request)
                    .await
                    .unwrap()
                    .into_inner()
                    .diagnostics
                    .len()
            });
        }
        assert_eq!(calls.join_all().await, [1; 800]);
        assert!(plugin.shutdown().await.unwrap().status.success());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_calls_at_a_time_are_answered() {
    let plugin = launch().start().await.unwrap();
    let connection = plugin.connect().await.unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..1000 {
        let mut connection = connection.clone();
        calls.spawn(async move {
            if number % 2 == 0 {
                answers(&mut connection).await;
            } else {
                // A response or "unimplemented", but no failure.
                let answer = connection.provider.get_metadata(get_metadata::Request {}).await;
                let code = answer.map_or_else(|status| status.code(), |_| tonic::Code::Ok);
                assert!(matches!(code, tonic::Code::Ok | tonic::Code::Unimplemented), "{code:?}");
            }
        });
    }
    let mut answered = 0;
    while let Some(call) = calls.join_next().await {
        call.unwrap();
        answered += 1;
    }
    assert_eq!(answered, 1000);
    #[cfg(target_os = "linux")]
    assert!(peak_memory(plugin.id().unwrap()) < 256 << 10, "kB: {}", peak_memory(plugin.id().unwrap()));
    assert!(plugin.shutdown().await.unwrap().status.success());
}
