//! Makes all characters of a text visible. Names and paths come from people and files; a line break, a
//! terminal's control sequence or a mark that changes the direction of writing could make a picture show
//! other rules.

use std::borrow::Cow;

/// The text with invisible characters made visible: control characters by their pictures (`␊` for a line
/// break), other invisible characters by their code point (`⟨U+202E⟩`), an empty text by its name.
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

/// Controls, marks of direction, blanks without width, letters that look like blanks, variation selectors and
/// tags.
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

/// How many names are shown in one place.
pub(crate) const NAMED: usize = 40;

/// As many names as a reader looks at, separated by commas; the others are counted.
pub(crate) fn listed(names: &[String]) -> String {
    let shown = names.get(..NAMED).unwrap_or(names).join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// A text that occurs in many places, without its middle if it is long.
pub(crate) fn clipped(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 160;
    if text.chars().nth(LONGEST).is_none() {
        return Cow::Borrowed(text);
    }
    let head: String = text.chars().take(LONGEST / 2).collect();
    let tail: String = text.chars().rev().take(LONGEST / 4).collect();
    Cow::Owned(format!("{head}\u{2026}{}", tail.chars().rev().collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_shown() {
        assert_eq!(visible("C:\\new /opt/wéb"), "C:\\new /opt/wéb");
        assert_eq!(visible("a\nb\u{1b}[2J"), "a␊b␛[2J");
        assert_eq!(visible("exe\u{202e}cod.sh"), "exe⟨U+202E⟩cod.sh");
        assert_eq!(visible("a\u{a0}b\u{7f}\u{85}"), "a⟨U+00A0⟩b␡⟨U+0085⟩");
        assert_eq!(visible(""), "(empty)");
    }

    #[test]
    fn long_lists_are_truncated_and_long_texts_lose_their_middle() {
        let names: Vec<String> = (0..43).map(|number| format!("n{number}")).collect();
        assert!(listed(&names).ends_with("n39 and 3 more"));
        assert_eq!(listed(&names[..2]), "n0, n1");
        let long = format!("{}{}", "a".repeat(100), "z".repeat(100));
        assert_eq!(clipped(&long), format!("{}\u{2026}{}", "a".repeat(80), "z".repeat(40)));
        assert_eq!(clipped(&long[..160]), &long[..160]);
    }
}
