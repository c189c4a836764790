//! `$filter` as far as the types here support it: `name eq 'text'`, `name()` and `name('text')`, joined by
//! `and`.

use hyper::StatusCode;

use crate::arm::error::ArmError;

/// One condition of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Term {
    /// `name eq 'text'`, the name in lower case.
    Equals(String, String),
    /// `name()`.
    Bare(String),
    /// `name('text')`.
    With(String, String),
}

/// Reads a filter; without one there are no terms.
pub(super) fn parse(text: Option<&str>) -> Result<Vec<Term>, ArmError> {
    let mut rest = text.unwrap_or("").trim();
    let mut terms = Vec::new();
    let invalid = || {
        ArmError::new(
            StatusCode::BAD_REQUEST,
            "InvalidFilterInQueryString",
            format!("The filter '{}' is not supported.", text.unwrap_or("")),
        )
    };
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let name = name.to_lowercase();
        let after = after.trim_start();
        if name.is_empty() {
            return Err(invalid());
        }
        if let Some(inside) = after.strip_prefix('(') {
            let inside = inside.trim_start();
            let (term, left) = match inside.strip_prefix(')') {
                Some(left) => (Term::Bare(name), left),
                None => {
                    let (value, left) = quoted(inside).ok_or_else(invalid)?;
                    let left = left.trim_start().strip_prefix(')').ok_or_else(invalid)?;
                    (Term::With(name, value), left)
                }
            };
            terms.push(term);
            rest = left.trim_start();
        } else {
            let value = word(after, "eq").ok_or_else(invalid)?;
            let (value, left) = quoted(value.trim_start()).ok_or_else(invalid)?;
            terms.push(Term::Equals(name, value));
            rest = left.trim_start();
        }
        if !rest.is_empty() {
            rest = word(rest, "and").ok_or_else(invalid)?.trim_start();
            if rest.is_empty() {
                return Err(invalid());
            }
        }
    }
    Ok(terms)
}

/// The text after a word.
fn word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (first, rest) = text.split_at_checked(word.len())?;
    (first.eq_ignore_ascii_case(word) && rest.starts_with([' ', '\'', '('])).then_some(rest)
}

/// Quoted text, in which a quote is doubled, and the text after it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('\'')?;
    let mut value = String::new();
    loop {
        let (before, after) = rest.split_once('\'')?;
        value.push_str(before);
        match after.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => return Some((value, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_forms_are_read() {
        assert_eq!(parse(None).unwrap(), []);
        assert_eq!(
            parse(Some("roleName eq 'Bob''s role' and type eq 'CustomRole'")).unwrap(),
            [
                Term::Equals("rolename".into(), "Bob's role".into()),
                Term::Equals("type".into(), "CustomRole".into())
            ]
        );
        assert_eq!(
            parse(Some("atScope() and assignedTo('x')")).unwrap(),
            [Term::Bare("atscope".into()), Term::With("assignedto".into(), "x".into())]
        );
    }

    #[test]
    fn anything_else_is_refused() {
        for wrong in ["roleName eq Reader", "roleName ne 'x'", "atScope(", "a eq 'b' and", "a eq 'b", "'x'"] {
            assert_eq!(parse(Some(wrong)).unwrap_err().code, "InvalidFilterInQueryString", "{wrong}");
        }
    }
}
