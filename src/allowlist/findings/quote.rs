//! Quotes texts as a configuration has them, so that the advice of a finding can be pasted.

/// The text as a string of HCL, with quotes. Invisible characters are written as code points.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => quoted.extend([c, c]),
            c if is_hidden(c) => quoted.push_str(&match u32::from(c) {
                code @ 0..=0xffff => format!("\\u{code:04X}"),
                code => format!("\\U{code:08X}"),
            }),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Controls, marks of direction and blanks without width.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn texts_are_written_as_in_a_configuration() {
        assert_eq!(quoted(r"C:\Windows\x.exe"), r#""C:\\Windows\\x.exe""#);
        assert_eq!(quoted("a\"b\r\n\t"), r#""a\"b\r\n\t""#);
        assert_eq!(quoted("${x} %{y} $z 5%"), r#""$${x} %%{y} $z 5%""#);
        assert_eq!(quoted("a\u{1b}\u{202e}"), r#""a\u001B\u202E""#);
    }
}
