//! Logging in Terraform's format: one JSON object per line on stderr, as HashiCorp's hclog writes them.
//!
//! Terraform reads `@level`, `@module`, `@message` and `@timestamp` from each line and treats the rest as
//! fields. Our own code logs with the target `provider.<subsystem>`, for example `provider.http`. A level can
//! be set for one subsystem, for this provider, for all providers, or for everything (in this order of
//! precedence):
//!
//! `TF_LOG_PROVIDER_GALLERY_HTTP`, `TF_LOG_PROVIDER_GALLERY`, `TF_LOG_PROVIDER`, `TF_LOG`
//!
//! Terraform itself drops lines below `TF_LOG_PROVIDER` or `TF_LOG`, so one of these two must always be set,
//! and the first two can only reduce the output. Without any of them only warnings and errors are written.
//! Libraries never log below warnings at any level: at trace level they print headers and bodies, and the
//! secrets in those are not masked.
//!
//! Fields of the enclosing spans (the RPC, its request id) are on every line.

use std::io::Write;
use std::sync::Mutex;

use serde_json::{Map, Value};
use time::OffsetDateTime;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use super::handshake::Environment;

mod fields;
mod level;

use fields::Fields;
pub use level::Levels;

/// Writes hclog's JSON lines.
#[derive(Debug)]
pub struct HclogLayer<W> {
    levels: Levels,
    sink: Mutex<W>,
}

/// Starts logging to stderr for the provider of this type name. A second call has no effect.
pub fn install(provider: &str, environment: Environment<'_>) {
    let layer = HclogLayer::new(Levels::from_environment(provider, environment), std::io::stderr());
    // An error means that logging was started before: its levels stay.
    drop(tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer)));
}

impl<W: Write> HclogLayer<W> {
    /// Writes the lines that `levels` admits to `sink`.
    pub fn new(levels: Levels, sink: W) -> Self {
        Self { levels, sink: Mutex::new(sink) }
    }
}

impl<S, W> Layer<S> for HclogLayer<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Write + Send + 'static,
{
    fn enabled(&self, metadata: &Metadata<'_>, _context: Context<'_, S>) -> bool {
        // Our spans carry the fields of the lines within, whatever their own level. The libraries have one
        // for every frame they send, which would be created for nothing.
        let target = metadata.target();
        (metadata.is_span() && Levels::is_own(target)) || self.levels.admit(target, *metadata.level())
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Map::new();
        line.insert("@level".into(), level_name(*event.metadata().level()).into());
        line.insert("@module".into(), event.metadata().target().into());
        line.insert("@timestamp".into(), timestamp(OffsetDateTime::now_utc()).into());
        for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(fields) = span.extensions().get::<Fields>() {
                line.extend(fields.values.clone());
            }
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        line.insert("@message".into(), fields.message.unwrap_or_default().into());
        line.extend(fields.values);
        self.write(Value::Object(line));
    }
}

impl<W: Write> HclogLayer<W> {
    fn write(&self, line: Value) {
        // Logging must not stop a provider: a full disk or a closed pipe is ignored.
        if let Ok(mut sink) = self.sink.lock() {
            drop(sink.write_all(format!("{line}\n").as_bytes()));
        }
    }
}

/// The only format that go-plugin parses, Go's `2006-01-02T15:04:05.000000Z07:00`.
fn timestamp(now: OffsetDateTime) -> String {
    let (year, month, day) = (now.year(), u8::from(now.month()), now.day());
    let (hour, minute, second, micros) = (now.hour(), now.minute(), now.second(), now.microsecond());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

#[cfg(test)]
mod tests;
