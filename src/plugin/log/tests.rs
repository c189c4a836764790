use std::collections::HashMap;
use std::ffi::OsString;
use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::layer::SubscriberExt as _;

use super::*;

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn levels(variables: &[(&str, &str)]) -> Levels {
    let variables: HashMap<_, _> = variables.iter().copied().collect();
    Levels::from_environment("gallery", &|name| variables.get(name).map(OsString::from))
}

/// The output while `logging` runs.
fn lines(variables: &[(&str, &str)], logging: impl FnOnce()) -> Vec<Value> {
    let sink = Sink::default();
    let layer = HclogLayer::new(levels(variables), sink.clone());
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), logging);
    let written = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
    written.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_line_has_what_go_plugin_looks_for_and_every_field() {
    let written = lines(&[("TF_LOG", "TRACE")], || {
        let span =
            tracing::info_span!(target: "provider", "rpc", tf_req_id = "7", late = tracing::field::Empty);
        span.record("late", 3);
        let _entered = span.enter();
        let status = 200;
        tracing::debug!(target: "provider.http", status, ok = true, path = "/a\n\"b\"", "answered in {}", "time");
    });
    assert_eq!(written.len(), 1);
    let line = &written[0];
    assert_eq!(line["@level"], "debug");
    assert_eq!(line["@module"], "provider.http");
    assert_eq!(line["@message"], "answered in time");
    assert_eq!(line["tf_req_id"], "7");
    assert_eq!(line["late"], 3);
    assert_eq!(line["status"], 200);
    assert_eq!(line["ok"], true);
    assert_eq!(line["path"], "/a\n\"b\"");
    assert!(line["@timestamp"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn times_have_gos_format() {
    let then = OffsetDateTime::from_unix_timestamp_nanos(1_136_214_245_000_007_999).unwrap();
    assert_eq!(timestamp(then), "2006-01-02T15:04:05.000007Z");
}

#[test]
fn only_warnings_are_written_by_default() {
    let written = lines(&[], || {
        tracing::info!(target: "provider.http", "quiet");
        tracing::warn!(target: "provider.http", "loud");
    });
    assert_eq!(written.len(), 1);
    assert_eq!(written[0]["@level"], "warn");
}

#[test]
fn the_most_specific_variable_wins() {
    let all = levels(&[
        ("TF_LOG", "off"),
        ("TF_LOG_PROVIDER", "error"),
        ("TF_LOG_PROVIDER_GALLERY", "info"),
        ("TF_LOG_PROVIDER_GALLERY_HTTP", "Trace"),
    ]);
    assert!(all.admit("provider.http", Level::TRACE));
    assert!(all.admit("provider.http.body", Level::TRACE));
    assert!(all.admit("provider.auth", Level::INFO) && !all.admit("provider.auth", Level::DEBUG));
    assert!(all.admit("provider", Level::INFO) && !all.admit("provider", Level::DEBUG));
    let other = levels(&[("TF_LOG", "off"), ("TF_LOG_PROVIDER", "error")]);
    assert!(other.admit("provider", Level::ERROR) && !other.admit("provider", Level::WARN));
    assert!(!levels(&[("TF_LOG", "off")]).admit("provider", Level::ERROR));
}

#[test]
fn unknown_and_json_levels_mean_everything_and_empty_ones_nothing() {
    assert!(levels(&[("TF_LOG", "json")]).admit("provider", Level::TRACE));
    assert!(levels(&[("TF_LOG", "yes")]).admit("provider", Level::TRACE));
    assert!(!levels(&[("TF_LOG", "")]).admit("provider", Level::INFO));
    assert!(levels(&[("TF_LOG", "debug"), ("TF_LOG_PROVIDER", "")]).admit("provider", Level::DEBUG));
}

#[test]
fn libraries_never_log_below_warnings() {
    let trace = levels(&[("TF_LOG", "trace")]);
    for library in ["hyper::proto::h1", "h2::codec", "rustls", "azure_core::http", "providers"] {
        assert!(trace.admit(library, Level::WARN) && !trace.admit(library, Level::INFO), "{library}");
    }
    assert!(trace.admit(concat!(env!("CARGO_CRATE_NAME"), "::plugin::serve"), Level::TRACE));
    assert!(!levels(&[("TF_LOG", "error")]).admit("hyper", Level::WARN));
}

#[test]
fn a_line_stays_within_what_go_plugin_reads() {
    let written = lines(&[("TF_LOG", "trace")], || {
        tracing::error!(target: "provider", body = "ä".repeat(100_000), "{}", "x".repeat(100_000));
    });
    assert!(written[0].to_string().len() < 64 << 10);
    assert!(written[0]["body"].as_str().unwrap().ends_with("… (183616 more bytes)"));
}

#[test]
fn the_cause_of_an_error_is_logged() {
    #[derive(Debug, thiserror::Error)]
    #[error("cannot connect")]
    struct Outer(#[source] io::Error);

    let written = lines(&[("TF_LOG", "trace")], || {
        let error = Outer(io::Error::other("no route"));
        tracing::warn!(target: "provider", error = &error as &(dyn std::error::Error + 'static), "failed");
    });
    assert_eq!(written[0]["error"], "cannot connect: no route");
}

/// A line of ours with any other target would count as a library's and never be written below warnings.
#[test]
fn every_own_log_line_has_a_known_target() {
    fn sources(directory: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for path in std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let mut lines = 0;
    for path in found.iter().filter(|path| !path.ends_with("log/tests.rs")) {
        let text = std::fs::read_to_string(path).unwrap();
        for target in text.split("target: \"").skip(1).filter_map(|rest| rest.split('"').next()) {
            lines += 1;
            let known = target.strip_prefix("provider.").is_some_and(|one| level::SUBSYSTEMS.contains(&one));
            assert!(known || target == "provider", "{target} in {}", path.display());
        }
    }
    assert!(lines > 10, "no lines were found");
}
