//! Parses request targets as the `http` crate does. The guest agent uses it through `hyper` (`http` 1.x,
//! `uri/mod.rs`, `uri/path.rs` and `uri/authority.rs`).

use std::borrow::Cow;

use super::super::decoding::{decoded_lower, percent_decoded};

/// The longest target the `http` crate accepts, in bytes.
const LONGEST: usize = 65_534;

/// A parsed request target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// The path: `*` for the target `*`, empty for a target that is only a host, otherwise never empty.
    pub path: &'a str,
    /// The query without its question mark and without the fragment.
    pub query: Option<&'a str>,
    /// Whether the target is a path (and query) without scheme and host.
    pub is_origin_form: bool,
}

impl<'a> Target<'a> {
    /// Parses a target. Returns nothing if the HTTP parser refuses it: blanks, control characters, a text
    /// that is not a path, an absolute URL or a host, or one that is too long.
    pub fn parse(text: &'a str) -> Option<Self> {
        if text.is_empty() || text.len() > LONGEST {
            return None;
        }
        if text == "*" {
            return Some(Self { path: "*", query: None, is_origin_form: false });
        }
        if text.starts_with('/') {
            return path_and_query(text, true);
        }
        let behind_scheme = behind_scheme(text)?;
        let rest = behind_scheme.unwrap_or(text);
        let authority = authority_len(rest.as_bytes())?;
        let path = rest.get(authority..)?;
        match behind_scheme {
            // Only a host; with anything after it, it is not a target.
            None => path.is_empty().then_some(Self { path: "", query: None, is_origin_form: false }),
            Some(_) if authority == 0 => None,
            Some(_) if path.is_empty() => Some(Self { path: "/", query: None, is_origin_form: false }),
            Some(_) => path_and_query(path, false),
        }
    }
}

impl Target<'_> {
    /// Whether the target is only a path.
    pub(super) const fn is_bare(&self) -> bool {
        self.is_origin_form && self.query.is_none()
    }
}

fn path_and_query(text: &str, is_origin_form: bool) -> Option<Target<'_>> {
    let text = text.split('#').next().unwrap_or_default();
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (text, None),
    };
    let path_may =
        |b: u8| matches!(b, 0x21..=0x22 | 0x24..=0x3B | 0x3D | 0x40..=0x5F | 0x61..=0x7E | 0x80..=0xFF);
    let query_may = |b: u8| matches!(b, 0x21 | 0x24..=0x3B | 0x3D | 0x3F..=0x7E | 0x80..=0xFF);
    if !path.bytes().all(path_may) || !query.unwrap_or_default().bytes().all(query_may) {
        return None;
    }
    let path = if path.is_empty() { "/" } else { path };
    Some(Target { path, query, is_origin_form })
}

/// The text after `scheme://`; `Some(None)` if there is no scheme, nothing if it is too long.
fn behind_scheme(text: &str) -> Option<Option<&str>> {
    let may = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.' | b'~');
    let Some(end) = text.bytes().position(|b| !may(b)) else { return Some(None) };
    match text.get(end..).and_then(|rest| rest.strip_prefix("://")) {
        Some(_) if end > 64 => None,
        rest => Some(rest),
    }
}

/// The length of the host part, with user information and port, or nothing if it is not well-formed.
fn authority_len(bytes: &[u8]) -> Option<usize> {
    let end = bytes.iter().position(|b| matches!(b, b'/' | b'?' | b'#')).unwrap_or(bytes.len());
    let host = bytes.get(..end)?;
    let (mut colons, mut open, mut closed, mut percent) = (0_u32, false, false, false);
    for &byte in host {
        match byte {
            b'%' => percent = true,
            b':' if colons >= 8 => return None,
            b':' => colons += 1,
            b'[' if percent || open => return None,
            b'[' => open = true,
            b']' if !open || closed => return None,
            b']' => (closed, colons, percent) = (true, 0, false),
            b'@' => (colons, percent) = (0, false),
            _ if byte.is_ascii_alphanumeric() || b"!$&'()*+,-.;=_~".contains(&byte) => {}
            _ => return None,
        }
    }
    let well_formed =
        open == closed && colons <= 1 && !percent && host.last() != Some(&b'@') && !bytes.is_empty();
    well_formed.then_some(end)
}

/// Whether the agent refuses a path before any rule (`proxy_connection.rs`, lines 437-443): it contains `//`
/// as it is, or `..` anywhere after decoding, even inside a name.
pub fn path_is_guarded(path: &str) -> bool {
    path.contains("//") || percent_decoded(path).contains("..")
}

/// The normalised path, and the query that was hidden in it: the part after a decoded `?` (`key.rs`, lines
/// 216-317).
pub(super) fn without_hidden_query(path: &str) -> (Cow<'_, str>, Option<String>) {
    let lower = decoded_lower(path);
    match lower.split_once('?') {
        None => (lower, None),
        Some((before, behind)) => {
            let (before, behind) = (before.to_owned(), behind.to_owned());
            (Cow::Owned(before), Some(behind))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<(&str, Option<&str>)> {
        Target::parse(text).map(|target| (target.path, target.query))
    }

    #[test]
    fn every_form_of_target_is_parsed() {
        assert_eq!(parts("/a?b=c#d"), Some(("/a", Some("b=c"))));
        assert_eq!(parts("/a#?b"), Some(("/a", None)));
        assert_eq!(parts("/a?b?c"), Some(("/a", Some("b?c"))));
        assert_eq!(parts("*"), Some(("*", None)));
        assert_eq!(parts("HTTP://u@host:80/x?"), Some(("/x", Some(""))));
        assert_eq!(parts("http://host"), Some(("/", None)));
        assert_eq!(parts("http://host?q"), Some(("/", Some("q"))));
        assert_eq!(parts("ftp+x://h/p"), Some(("/p", None)));
        assert_eq!(parts("http://[::1]:80/p"), Some(("/p", None)));
        assert_eq!(parts("host:80"), Some(("", None)));
        assert_eq!(parts("a"), Some(("", None)));
        assert_eq!(parts("/é?é"), Some(("/é", Some("é"))));
        assert_eq!(parts("/{\"a\"}?`^{}"), Some(("/{\"a\"}", Some("`^{}"))));
    }

    #[test]
    fn other_texts_are_not_targets() {
        for text in [
            "",
            "../a",
            "a/b",
            "/a b",
            "/a?b c",
            "/a\n",
            "/a`",
            "/<",
            "/a?\"",
            "http://",
            "http:///a",
            "http://u@/a",
            "http://a:1:2/",
            "http://%41/",
            "http://[a/",
            "é",
            "?a",
        ] {
            assert_eq!(Target::parse(text), None, "{text}");
        }
        assert!(Target::parse(&format!("/{}", "a".repeat(LONGEST - 1))).is_some());
        assert!(Target::parse(&format!("/{}", "a".repeat(LONGEST))).is_none());
    }

    #[test]
    fn the_hidden_query_is_cut_off() {
        assert_eq!(without_hidden_query("/A%3FC=%2567"), ("/a".into(), Some("c=%67".into())));
        assert_eq!(without_hidden_query("/A"), ("/a".into(), None));
        assert_eq!(without_hidden_query("/a%2Fb"), ("/a/b".into(), None));
    }
}
