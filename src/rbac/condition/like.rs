//! The wildcards of `StringLike`.

enum Element {
    /// `*`: any run of characters.
    AnyRun,
    /// `?`: any one character.
    AnyOne,
    /// Anything else: the character itself.
    One(char),
}

/// Whether all of `text` matches `pattern`, in which `*` is any run of characters and `?` any one; a backslash
/// before `*`, `?`, `'` or another backslash takes the next character literally.
///
/// Only the last `*` is ever reconsidered, so the work is limited by the product of the two lengths.
pub(super) fn like(text: &str, pattern: &str, ignore_case: bool) -> bool {
    let folded = |c: char| if ignore_case { fold(c) } else { c };
    let text: Vec<char> = text.chars().map(folded).collect();
    let elements = elements(pattern, folded);
    let (mut at, mut next) = (0, 0);
    // The element after the last `*`, and the end of that star's run so far.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let step = match (elements.get(next), text.get(at)) {
            (None, None) => return true,
            (Some(Element::AnyRun), _) => {
                retry = Some((next + 1, at));
                next += 1;
                continue;
            }
            (Some(Element::AnyOne), Some(_)) => true,
            (Some(Element::One(wanted)), Some(found)) => wanted == found,
            _ => false,
        };
        if step {
            at += 1;
            next += 1;
            continue;
        }
        match retry {
            Some((after_star, end)) if end < text.len() => {
                retry = Some((after_star, end + 1));
                at = end + 1;
                next = after_star;
            }
            _ => return false,
        }
    }
}

fn elements(pattern: &str, folded: impl Fn(char) -> char) -> Vec<Element> {
    let mut elements = Vec::with_capacity(pattern.len());
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        elements.push(match (letter, letters.peek()) {
            ('\\', Some(&escaped @ ('*' | '?' | '\'' | '\\'))) => {
                letters.next();
                Element::One(folded(escaped))
            }
            ('*', _) => Element::AnyRun,
            ('?', _) => Element::AnyOne,
            (other, _) => Element::One(folded(other)),
        });
    }
    elements
}

/// A character ignoring its case, one for one, as in .NET's ordinal comparison.
pub(super) fn fold(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}
