//! Three-valued logic: true, false, and `None` for "undecided".
//!
//! Kleene's strong logic: a result is definite as soon as the known parts decide it, whatever the unknown
//! ones turn out to be. Negation is `value.map(|known| !known)`.

/// Whether any of `values` is true: true if one is, false if all are false, otherwise `None`.
pub fn any(values: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut outcome = Some(false);
    for value in values {
        match value {
            Some(true) => return Some(true),
            Some(false) => {}
            None => outcome = None,
        }
    }
    outcome
}

/// Whether all of `values` are true: false if one is false, true if all are true, otherwise `None`.
pub fn all(values: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut outcome = Some(true);
    for value in values {
        match value {
            Some(false) => return Some(false),
            Some(true) => {}
            None => outcome = None,
        }
    }
    outcome
}

/// The opposite of `value`; the opposite of undecided is undecided.
pub fn not(value: Option<bool>) -> Option<bool> {
    value.map(|known| !known)
}
