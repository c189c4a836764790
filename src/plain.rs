//! Makes text from elsewhere safe to show.
//!
//! Text from a service or a file is shown in terminals and in the logs of pipelines. It must not move the
//! cursor, change the writing direction, or look like a separate message. It must also not be a command to the
//! program that reads the log: GitHub reads `::error::` at the beginning of a line, Azure DevOps `##vso[` and
//! `##[` anywhere.

use std::fmt::Write as _;

/// The longest text that is shown as one line.
const LONGEST: usize = 4_000;

/// A text as one line: white space becomes a blank, invisible characters become escapes, and commands of
/// pipelines are broken up.
#[must_use]
pub(crate) fn line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len().min(LONGEST) + 16);
    for word in text.split_whitespace() {
        if !shown.is_empty() {
            shown.push(' ');
        }
        push(&mut shown, word, LONGEST);
        if shown.len() >= LONGEST {
            shown.push_str(" ...");
            break;
        }
    }
    shown
}

/// The same for a text of several lines, which keeps its line breaks and indents.
#[must_use]
pub(crate) fn lines(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for piece in text.split_inclusive([' ', '\n']) {
        let word = piece.trim_end_matches([' ', '\n', '\r']);
        push(&mut shown, word, usize::MAX);
        shown.extend(piece.chars().filter(|letter| matches!(letter, ' ' | '\n')));
    }
    shown
}

/// Adds a word between blanks.
fn push(shown: &mut String, word: &str, longest: usize) {
    if word.starts_with("::") {
        shown.push_str(": ");
    }
    let word = word.strip_prefix("::").map_or(word, |_| word.get(1..).unwrap_or_default());
    let mut letters = word.chars().peekable();
    while let Some(letter) = letters.next().filter(|_| shown.len() < longest) {
        match letter {
            '#' if letters.peek() == Some(&'#') => shown.push_str("# "),
            _ if letter.is_whitespace() => shown.push(' '),
            _ if is_invisible(letter) => {
                // Writing to a String cannot fail.
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(letter));
            }
            _ => shown.push(letter),
        }
    }
}

/// Whether a character is invisible, or changes how others are displayed.
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readable_text_stays() {
        for text in ["The mode 'x' is bad.", "Größe: 5 µm, 例", "2001:db8::1 and Foo::Bar", "a#b"] {
            assert_eq!(line(text), text);
            assert_eq!(lines(text), text);
        }
        assert_eq!(line(" one\r\n\t two\u{a0}\u{2028}three "), "one two three");
        let block = "First.\n\nimport {\n  to = x\n}\n\n  - a  b.";
        assert_eq!(lines(block), block);
        assert_eq!(lines("a\r\nb\tc"), "a\nb c");
    }

    #[test]
    fn deceptive_text_is_escaped() {
        for (text, shown) in [
            ("\u{1b}[31mred\u{7}", r"\u{1b}[31mred\u{7}"),
            ("a\u{202e}b\u{2066}c\u{200b}d\u{9b}e", r"a\u{202e}b\u{2066}c\u{200b}d\u{9b}e"),
            ("::error::x", ": :error::x"),
            ("see ::set-output name=a::b", "see : :set-output name=a::b"),
            ("##vso[task.setvariable]x ###[error]", "# #vso[task.setvariable]x # # #[error]"),
        ] {
            assert_eq!(line(text), shown);
            assert_eq!(lines(text), shown);
        }
        assert_eq!(line("done\n\nError: forged"), "done Error: forged");
        assert!(line(&"x".repeat(100_000)).len() < 4_100);
        assert!(line(&"x ".repeat(100_000)).len() < 4_100);
    }
}
