//! Characters in messages. Only invisible characters are escaped; all others are shown unchanged.

/// A character in words. A character that looks like another gets its name, and the character that is needed
/// instead.
pub(super) fn named(c: char) -> String {
    let code = u32::from(c);
    match c {
        ' ' => "a space".to_owned(),
        '\n' | '\r' => "a line break".to_owned(),
        '\t' => "a tab".to_owned(),
        '\u{a0}' => "a no-break space (U+00A0), where an ordinary space is needed,".to_owned(),
        '\u{feff}' => "a byte order mark (U+FEFF)".to_owned(),
        '\u{200b}'..='\u{200f}' | '\u{2060}' => format!("an invisible character (U+{code:04X})"),
        '\u{2018}' | '\u{2019}' => format!("the curly quote `{c}` (U+{code:04X}), where `'` is needed,"),
        '\u{201c}' | '\u{201d}' => format!("the curly quote `{c}` (U+{code:04X})"),
        _ if c.is_whitespace() => format!("a space (U+{code:04X}), where an ordinary one is needed,"),
        _ if c.is_control() => format!("a control character (U+{code:04X})"),
        _ => format!("`{c}`"),
    }
}

/// A text with only its control characters escaped.
pub(super) fn visible(text: &str) -> String {
    let escaped = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_looks_like_another_is_named() {
        assert!(named('\u{a0}').starts_with("a no-break space (U+00A0)"));
        assert!(named('\u{2019}').contains("where `'` is needed"));
        assert_eq!(named('"'), "`\"`");
        assert_eq!(named('\u{7}'), "a control character (U+0007)");
    }

    #[test]
    fn quotes_and_backslashes_stay_as_they_are() {
        assert_eq!(visible("a\"b\\c\n"), "a\"b\\c\\n");
    }
}
