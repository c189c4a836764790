//! Texts that other tools pass on: files in the encodings of Windows, and values with quotes or references
//! that a pipeline or a shell has not replaced. The error names what is wrong; the text itself is never
//! shown.

/// The text of a file: UTF-8 with or without a byte order mark, or UTF-16, as PowerShell 5.1 writes it. `None` if it is
/// neither.
pub fn decoded(bytes: &[u8]) -> Option<String> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let pairs = bytes.chunks_exact(2);
        let whole = pairs.remainder().is_empty();
        let units: Vec<u16> = pairs.filter_map(|pair| pair.try_into().ok()).map(unit).collect();
        String::from_utf16(&units).ok().filter(|_| whole)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        // Without a mark, every other byte of an ASCII text is zero.
        [first, 0, ..] if *first != 0 => wide(bytes, u16::from_le_bytes),
        [0, first, ..] if *first != 0 => wide(bytes, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}

/// The usable text, without surrounding blanks, line ends and a byte order mark.
///
/// # Errors
/// What a person has to correct: surrounding quotes, or a reference that nothing has replaced.
pub fn checked(text: &str) -> Result<&str, &'static str> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if let Some(hint) = unreplaced_reference(text) {
        return Err(hint);
    }
    let quoted = |quote: char| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    if quoted('"') || quoted('\'') {
        return Err("is in quotes, which would be taken as part of it; remove them");
    }
    match text {
        "" => Err("is blank"),
        text => Ok(text),
    }
}

/// What is wrong with a text that is nothing but a reference to a variable.
pub fn unreplaced_reference(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let within = |start: &str, end: &str| {
        text.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).is_some_and(|inner| {
            let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | ':' | ' ');
            !inner.is_empty() && inner.chars().all(is_name)
        })
    };
    if within("$(", ")") {
        return Some(
            "is a reference `$(NAME)` that the pipeline has not replaced, as Azure DevOps does when no such variable \
             is defined",
        );
    }
    let others = within("${{", "}}") || within("${", "}") || within("%", "%") || within("$env:", "");
    others.then_some("is a reference to a variable that nothing has replaced")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_in_any_encoding_that_windows_writes() {
        let wide = |unit: fn(u16) -> [u8; 2]| "s3cret\r\n".encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        let with = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
        for bytes in [
            b"s3cret\r\n".to_vec(),
            with(b"\xef\xbb\xbf", b"s3cret\r\n"),
            with(b"\xff\xfe", &wide(u16::to_le_bytes)),
            with(b"\xfe\xff", &wide(u16::to_be_bytes)),
            wide(u16::to_le_bytes),
            wide(u16::to_be_bytes),
        ] {
            assert_eq!(decoded(&bytes).as_deref(), Some("s3cret\r\n"), "{bytes:?}");
        }
        for bytes in [b"\xff\xfea".to_vec(), b"\xc3\x28".to_vec(), b"\xff\xfe\x00\xd8".to_vec()] {
            assert_eq!(decoded(&bytes), None, "{bytes:?}");
        }
        assert_eq!(decoded(b"").as_deref(), Some(""));
    }

    #[test]
    fn surrounding_characters_are_removed_or_named() {
        for text in ["s3cret", "s3cret\n", " s3cret\r\n", "\u{feff}s3cret"] {
            assert_eq!(checked(text), Ok("s3cret"), "{text:?}");
        }
        for text in [
            "\"s3cret\"",
            "'s3cret'\n",
            "$(ARM_CLIENT_SECRET)",
            "${SECRET}",
            "${{ secrets.X }}",
            "%SECRET%",
            "$env:SECRET",
        ] {
            let hint = checked(text).unwrap_err();
            assert!(!hint.contains("s3cret") && !hint.contains("SECRET"), "{hint}");
        }
        assert_eq!(checked(" \n"), Err("is blank"));
        for text in ["$(", "a$(b)", "\"", "it's", "%", "${}", "a\"b\"", "$(~8Q~/+)"] {
            assert_eq!(checked(text), Ok(text));
        }
    }
}
