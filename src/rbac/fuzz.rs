//! Properties that fuzzing checks in this module. Each function accepts any bytes, and panics if a property
//! is violated.

use super::condition::{Condition, MAX_BYTES, RequestContext};

/// Any text may be given as a condition: it is read or refused, the error points into the text, and a
/// condition keeps its meaning in its canonical spelling.
pub fn condition(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let condition = match Condition::parse(text) {
        Ok(condition) => condition,
        Err(error) => {
            assert!(error.offset <= text.len());
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let contexts = [RequestContext::unknown(), RequestContext::empty()];
    let answers = contexts.each_ref().map(|context| condition.evaluate(context));
    // What holds for every request also holds for the empty one.
    if let Some(always) = answers[0] {
        assert_ne!(answers[1], Some(!always));
    }
    let canonical = condition.canonical();
    match Condition::parse(&canonical) {
        Ok(again) => {
            assert_eq!(again.canonical(), canonical);
            assert_eq!(contexts.each_ref().map(|context| again.evaluate(context)), answers);
            assert_eq!(named(&again), named(&condition));
        }
        // Parentheses are added, so only the limits can be exceeded.
        Err(error) => assert!(
            canonical.len() > MAX_BYTES || matches!(error.kind.code(), "too_long" | "too_deep"),
            "{error}: {canonical}"
        ),
    }
}

/// The names in a condition, sorted: its canonical spelling sorts sets.
fn named(condition: &Condition) -> [Vec<String>; 3] {
    let outline = condition.outline();
    [outline.guards, outline.attributes, outline.guids].map(|mut names| {
        names.sort();
        names
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn condition() {
        crate::corpus::replay("condition", super::condition);
    }
}
