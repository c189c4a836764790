//! The fields of an event or a span, as JSON.

use std::fmt::Debug;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};

/// go-plugin reads lines of 64 KiB and splits longer ones; a field must leave room for others.
const LONGEST: usize = 16 << 10;

/// Fields in the order they were recorded, without `message`.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) message: Option<String>,
    pub(super) values: Map<String, Value>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        // The names with @ are hclog's own.
        self.values.insert(field.name().trim_start_matches('@').to_owned(), value);
    }

    fn put_text(&mut self, field: &Field, text: String) {
        let text = shorten(text);
        if field.name() == "message" { self.message = Some(text) } else { self.put(field, text.into()) }
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put_text(field, value.to_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        // The whole chain: the last cause is often the only informative one.
        let mut text = value.to_string();
        let mut cause = value.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        self.put_text(field, text);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put_text(field, format!("{value:?}"));
    }
}

/// Cuts a long text at a character boundary, and says how much is missing.
fn shorten(mut text: String) -> String {
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
        let missing = text.len() - end;
        text.truncate(end);
        text.push_str(&format!("… ({missing} more bytes)"));
    }
    text
}
