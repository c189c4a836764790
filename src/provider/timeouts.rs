//! The `timeouts` block: how long each operation may take.

use std::time::Duration;

use crate::plugin::schema::{Attribute, Block, BlockNesting, NestedBlock};
use crate::plugin::{Diagnostic, Diagnostics, Path, Type, Value};

/// The name of the block.
pub const BLOCK: &str = "timeouts";

/// An operation with a timeout of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimedOperation {
    /// Making the object.
    Create,
    /// Refreshing the state.
    Read,
    /// Changing the object in place.
    Update,
    /// Removing the object.
    Delete,
}

impl TimedOperation {
    const ALL: [Self; 4] = [Self::Create, Self::Read, Self::Update, Self::Delete];

    /// Its name in the block.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// The default timeout. Versions replicate to regions, which takes image versions up to an hour. A read
    /// is a single request.
    const fn default(self) -> Duration {
        let minutes = if matches!(self, Self::Read) { 5 } else { 60 };
        Duration::from_secs(minutes * 60)
    }
}

/// The block's schema for a resource.
#[must_use]
pub fn block() -> NestedBlock {
    block_for(&TimedOperation::ALL)
}

/// The block's schema if only these operations exist.
#[must_use]
pub fn block_for(operations: &[TimedOperation]) -> NestedBlock {
    let attributes = operations.iter().map(|operation| {
        let minutes = operation.default().as_secs() / 60;
        let what = match operation {
            TimedOperation::Create => "creating it",
            TimedOperation::Read => "reading it",
            TimedOperation::Update => "changing it",
            TimedOperation::Delete => "deleting it",
        };
        Attribute::new(
            operation.name(),
            Type::String,
            format!("How long {what} may take, such as `90s`, `45m` or `1h30m`."),
        )
        .default_text(format!("`{minutes}m`"))
    });
    NestedBlock::new(
        BLOCK,
        BlockNesting::Single,
        Block::new(
            "How long operations may take before the provider gives up, including retries and waiting. \
             This is not sent to Azure: changing it makes no request.",
        )
        .attributes(attributes),
    )
}

/// Checks the block of a configuration.
#[must_use]
pub fn validate(config: &Value) -> Diagnostics {
    let Some(block @ Value::Object(_)) = config.get(BLOCK) else { return Diagnostics::new() };
    let path = Path::attribute(BLOCK);
    TimedOperation::ALL
        .into_iter()
        .filter_map(|operation| {
            let text = block.get(operation.name())?.as_str()?;
            let error = parse(text).err()?;
            let detail = format!("`{text}` is not a duration: {error}. Write it as `90s`, `45m` or `1h30m`.");
            Some(Diagnostic::error("Invalid timeout", detail).at(path.with_attribute(operation.name())))
        })
        .collect()
}

/// The timeout of an operation, from the block in a configuration, plan or state.
#[must_use]
pub fn of(object: &Value, operation: TimedOperation) -> Duration {
    object
        .get(BLOCK)
        .and_then(|block| block.get(operation.name()))
        .and_then(Value::as_str)
        .and_then(|text| parse(text).ok())
        .unwrap_or_else(|| operation.default())
}

/// Why a text is not a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDuration {
    /// It is empty.
    #[error("it is empty")]
    Empty,
    /// A number lacks its unit, or the unit is not known.
    #[error("each number needs one of the units ms, s, m, h")]
    Unit,
    /// There is no number before a unit.
    #[error("a number is expected before each unit")]
    Number,
    /// Zero, or longer than a week, which is surely a mistake.
    #[error("it must be longer than zero and at most 168h")]
    Range,
}

/// Reads a duration in Go's format, which Terraform's users know: `1h30m`, `90s`, `1.5h`, `500ms`.
///
/// # Errors
/// If it is not a duration, is zero, or is longer than a week.
pub fn parse(text: &str) -> Result<Duration, InvalidDuration> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(InvalidDuration::Empty);
    }
    let mut seconds = 0.0_f64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let letters = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, next) = after.split_at(letters);
        let number: f64 = number.parse().map_err(|_| InvalidDuration::Number)?;
        let scale = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return Err(InvalidDuration::Unit),
        };
        seconds += number * scale;
        rest = next;
    }
    if seconds > 0.0 && seconds <= 168.0 * 3600.0 {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err(InvalidDuration::Range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(create: &str) -> Value {
        Value::object([(BLOCK, Value::object([("create", Value::from(create)), ("read", Value::Null)]))])
    }

    #[test]
    fn durations_are_read_as_in_go() {
        assert_eq!(parse("1h30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(parse("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("1.5h"), Ok(Duration::from_secs(5400)));
        assert_eq!(parse("500ms"), Ok(Duration::from_millis(500)));
    }

    #[test]
    fn an_invalid_duration_is_an_error_with_the_reason() {
        assert_eq!(parse(" "), Err(InvalidDuration::Empty));
        assert_eq!(parse("30"), Err(InvalidDuration::Unit));
        assert_eq!(parse("30 m"), Err(InvalidDuration::Unit));
        assert_eq!(parse("m"), Err(InvalidDuration::Number));
        assert_eq!(parse("-5m"), Err(InvalidDuration::Number));
        assert_eq!(parse("0s"), Err(InvalidDuration::Range));
        assert_eq!(parse("999999999999999999999999h"), Err(InvalidDuration::Range));
        assert_eq!(parse("1.2.3s"), Err(InvalidDuration::Number));
    }

    #[test]
    fn the_block_sets_one_operation_and_keeps_the_other_defaults() {
        assert_eq!(of(&config("2m"), TimedOperation::Create), Duration::from_secs(120));
        assert_eq!(of(&config("2m"), TimedOperation::Read), Duration::from_secs(300));
        assert_eq!(
            of(&Value::object([(BLOCK, Value::Null)]), TimedOperation::Delete),
            Duration::from_secs(3600)
        );
    }

    #[test]
    fn an_invalid_duration_is_reported_on_its_attribute() {
        let found = validate(&config("soon"));
        let paths: Vec<_> = found.iter().filter_map(|d| d.path.as_ref().map(ToString::to_string)).collect();
        assert_eq!(paths, ["timeouts.create"]);
        assert!(validate(&config("1m")).is_empty());
    }
}
