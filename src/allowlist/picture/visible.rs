//! Text that shows what it holds. Names and paths come from people and files; a line break, a terminal's control
//! sequence or a mark that turns the direction of writing could make a picture show something else than the rules.

use std::borrow::Cow;

/// The text with what cannot be seen made visible: control characters by their pictures (`␊` for a line break), other
/// invisible characters by their code point (`⟨U+202E⟩`), an empty text by its name.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if text.is_empty() {
        return Cow::Borrowed("(empty)");
    }
    if !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match u32::from(c) {
            code @ 0..0x20 => shown.extend(char::from_u32(0x2400 + code)),
            0x7f => shown.push('\u{2421}'),
            code if is_invisible(c) => shown.push_str(&format!("\u{27e8}U+{code:04X}\u{27e9}")),
            _ => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// Controls, marks of direction, blanks without width, blanks that are none, variation selectors and tags.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{17b4}'
                | '\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(visible("C:\\new /opt/wéb"), "C:\\new /opt/wéb");
        assert_eq!(visible("a\nb\u{1b}[2J"), "a␊b␛[2J");
        assert_eq!(visible("exe\u{202e}cod.sh"), "exe⟨U+202E⟩cod.sh");
        assert_eq!(visible("a\u{a0}b\u{7f}\u{85}"), "a⟨U+00A0⟩b␡⟨U+0085⟩");
        assert_eq!(visible(""), "(empty)");
    }
}
