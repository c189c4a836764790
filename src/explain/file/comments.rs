//! JSON with comments, which templates may have.

use std::borrow::Cow;

/// Replaces comments with blanks, so that positions stay the same, and escapes line breaks inside strings,
/// which templates may have too.
pub(super) fn without(text: &str) -> Cow<'_, str> {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    let mut in_string = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if in_string => {
                plain.push(letter);
                plain.extend(letters.next());
            }
            '\n' if in_string => plain.push_str("\\n"),
            '\r' if in_string => {}
            '"' => {
                in_string = !in_string;
                plain.push(letter);
            }
            '/' if !in_string && letters.peek() == Some(&'/') => {
                while letters.next_if(|next| *next != '\n').is_some() {
                    plain.push(' ');
                }
                plain.push(' ');
            }
            '/' if !in_string && letters.peek() == Some(&'*') => {
                plain.push(' ');
                let mut last = ' ';
                letters.next();
                for inside in letters.by_ref() {
                    plain.push(if inside == '\n' { '\n' } else { ' ' });
                    if last == '*' && inside == '/' {
                        break;
                    }
                    last = inside;
                }
            }
            letter => plain.push(letter),
        }
    }
    if plain == text { Cow::Borrowed(text) } else { Cow::Owned(plain) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_removed_and_strings_stay() {
        let text = "{ // a \"comment\"\n \"a\": \"http://x /* y */\", /* b\n */ \"b\\\"//\": 1 }";
        let value: serde_json::Value = serde_json::from_str(&without(text)).unwrap();
        assert_eq!(value, serde_json::json!({ "a": "http://x /* y */", "b\"//": 1 }));
        assert_eq!(without(text).lines().count(), text.lines().count());
        assert_eq!(without("{\"a\": \"x\ny\"}"), "{\"a\": \"x\\ny\"}");
        for text in ["/* open", "//", "\"", "/"] {
            drop(without(text));
        }
    }
}
