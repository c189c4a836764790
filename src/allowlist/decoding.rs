//! Normalises texts as the guest agent compares them: it percent-decodes those of a request once, then
//! lower-cases all. Texts that stay equal are borrowed, since most are neither encoded nor in capitals.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Percent-decodes once. A `%` that two hexadecimal digits do not follow stays; bytes that are not valid
/// UTF-8 become U+FFFD (`key.rs`, lines 216-317: `percent_decode_str(..).decode_utf8_lossy()`).
pub(super) fn percent_decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// Lower-cases by the full Unicode rules, as for both sides of a comparison (`str::to_lowercase`).
pub(super) fn lowered(text: &str) -> Cow<'_, str> {
    // Beyond ASCII, whether a letter changes depends on more than the letter.
    if text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
        Cow::Owned(text.to_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// Percent-decoded once and lower-cased.
pub(super) fn decoded_lower(text: &str) -> Cow<'_, str> {
    match percent_decoded(text) {
        Cow::Borrowed(plain) => lowered(plain),
        Cow::Owned(decoded) => Cow::Owned(decoded.to_lowercase()),
    }
}

/// The decoded form of a text that is percent-encoded in part, even if it was encoded more than once.
pub(super) fn fully_decoded(text: &str) -> Option<String> {
    let mut plain = percent_decoded(text);
    for _ in 0..8 {
        let next = percent_decoded(&plain).into_owned();
        if next == plain {
            break;
        }
        plain = Cow::Owned(next);
    }
    (plain != text).then(|| plain.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decoding_happens_once_and_never_fails() {
        assert_eq!(percent_decoded("/a%2Fb%20c"), "/a/b c");
        assert_eq!(percent_decoded("%2567"), "%67");
        assert_eq!(percent_decoded("%"), "%");
        assert_eq!(percent_decoded("%4"), "%4");
        assert_eq!(percent_decoded("%zz%41"), "%zzA");
        assert_eq!(percent_decoded("%%41"), "%A");
        assert_eq!(percent_decoded("a%FFb"), "a\u{FFFD}b");
        assert_eq!(percent_decoded("é%C3%89"), "éÉ");
    }

    #[test]
    fn lower_casing_follows_unicode() {
        assert_eq!(decoded_lower("%E2%84%AA"), "k");
        assert_eq!(decoded_lower("%C3%89"), "é");
        assert_eq!(decoded_lower("\u{130}"), "i\u{307}");
        assert_eq!(decoded_lower("ΑΣ"), "ας");
    }

    #[test]
    fn an_unchanged_text_is_borrowed() {
        for text in ["", "/metadata/instance", "a%2", "i-07"] {
            assert!(matches!(lowered(text), Cow::Borrowed(_)), "{text}");
        }
        assert!(matches!(decoded_lower("/a b"), Cow::Borrowed("/a b")));
        assert!(matches!(lowered("/A"), Cow::Owned(_)));
    }

    proptest! {
        #[test]
        fn lower_casing_equals_the_standard_librarys(
            any in any::<String>(), mixed in "[a-zA-Z0-9/ΑΣσςßİıKǅÅé.]{0,12}", plain in "[ -~]{0,12}",
        ) {
            for text in [any, mixed, plain] {
                prop_assert_eq!(lowered(&text), text.to_lowercase());
            }
        }
    }
}
