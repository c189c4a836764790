//! ASN.1 as far as PFX files and private keys need it. Files of older programs are BER rather than DER:
//! indefinite lengths, octet strings in pieces. Both are read.

use std::borrow::Cow;

/// The data is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// How deep pieces may be nested; a hostile file must not exhaust the stack.
const DEPTH: usize = 16;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
const CONSTRUCTED: u8 = 0x20;

/// The tag `[number]`, constructed.
pub(super) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// One element: its tag and its content.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
}

/// Reads elements one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next element, whatever it is.
    pub(super) fn next(&mut self) -> Result<Element<'a>, Malformed> {
        element(&mut self.0, DEPTH)
    }

    /// The next element, which must have this tag.
    pub(super) fn take(&mut self, tag: u8) -> Result<Element<'a>, Malformed> {
        let found = self.next()?;
        if found.tag == tag { Ok(found) } else { Err(Malformed) }
    }

    /// The next element if it has this tag; otherwise nothing is read.
    pub(super) fn take_if(&mut self, tag: u8) -> Result<Option<Element<'a>>, Malformed> {
        if self.0.first() == Some(&tag) { self.next().map(Some) } else { Ok(None) }
    }

    /// The content of the next element, which must have this tag.
    pub(super) fn enter(&mut self, tag: u8) -> Result<Reader<'a>, Malformed> {
        Ok(Reader(self.take(tag)?.content))
    }

    /// A whole number that fits.
    pub(super) fn number(&mut self) -> Result<u32, Malformed> {
        let digits = self.take(INTEGER)?.content;
        let digits = digits.strip_prefix(&[0]).unwrap_or(digits);
        if digits.len() > 4 {
            return Err(Malformed);
        }
        Ok(digits.iter().fold(0, |sum, digit| sum << 8 | u32::from(*digit)))
    }

    /// An octet string, whole or in pieces.
    pub(super) fn octets(&mut self) -> Result<Cow<'a, [u8]>, Malformed> {
        let found = self.next()?;
        if found.tag & !CONSTRUCTED == OCTETS { found.octets() } else { Err(Malformed) }
    }
}

impl<'a> Element<'a> {
    /// Its content as an octet string: itself, or its pieces joined.
    pub(super) fn octets(&self) -> Result<Cow<'a, [u8]>, Malformed> {
        if self.tag & CONSTRUCTED == 0 {
            return Ok(Cow::Borrowed(self.content));
        }
        let mut whole = Vec::new();
        gather(self.content, &mut whole, DEPTH)?;
        Ok(Cow::Owned(whole))
    }
}

fn gather(mut bytes: &[u8], whole: &mut Vec<u8>, depth: usize) -> Result<(), Malformed> {
    let deeper = depth.checked_sub(1).ok_or(Malformed)?;
    while !bytes.is_empty() {
        let piece = element(&mut bytes, deeper)?;
        match piece.tag {
            OCTETS => whole.extend_from_slice(piece.content),
            tag if tag == OCTETS | CONSTRUCTED => gather(piece.content, whole, deeper)?,
            _ => return Err(Malformed),
        }
    }
    Ok(())
}

fn element<'a>(bytes: &mut &'a [u8], depth: usize) -> Result<Element<'a>, Malformed> {
    let (tag, rest) = bytes.split_first().ok_or(Malformed)?;
    let (length, rest) = rest.split_first().ok_or(Malformed)?;
    // No structure here has a tag number above 30.
    if tag & 0x1f == 0x1f {
        return Err(Malformed);
    }
    let (content, rest) = match usize::from(*length) {
        short @ 0..=0x7f => rest.split_at_checked(short).ok_or(Malformed)?,
        0x80 if tag & CONSTRUCTED != 0 => until_end(rest, depth)?,
        long => {
            let count = long & 0x7f;
            let (digits, rest) =
                rest.split_at_checked(count).filter(|_| (1..=4).contains(&count)).ok_or(Malformed)?;
            let length = digits.iter().fold(0_usize, |sum, digit| sum << 8 | usize::from(*digit));
            rest.split_at_checked(length).ok_or(Malformed)?
        }
    };
    *bytes = rest;
    Ok(Element { tag: *tag, content })
}

/// Splits at the end mark of an element of indefinite length.
fn until_end(bytes: &[u8], depth: usize) -> Result<(&[u8], &[u8]), Malformed> {
    let deeper = depth.checked_sub(1).ok_or(Malformed)?;
    let mut rest = bytes;
    loop {
        if let Some(after) = rest.strip_prefix(&[0, 0]) {
            let content = bytes.get(..bytes.len() - rest.len()).ok_or(Malformed)?;
            return Ok((content, after));
        }
        element(&mut rest, deeper)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_in_every_form() {
        let content = |bytes: &[u8]| Reader::new(bytes).octets().map(Cow::into_owned);
        assert_eq!(content(&[4, 2, 7, 8]), Ok(vec![7, 8]));
        assert_eq!(content(&[4, 0x81, 2, 7, 8]), Ok(vec![7, 8]));
        assert_eq!(content(&[4, 0x84, 0, 0, 0, 2, 7, 8]), Ok(vec![7, 8]));
        assert_eq!(content(&[0x24, 6, 4, 1, 7, 4, 1, 8]), Ok(vec![7, 8]));
        assert_eq!(content(&[0x24, 0x80, 4, 1, 7, 0x24, 0x80, 4, 1, 8, 0, 0, 0, 0]), Ok(vec![7, 8]));
        for bad in [
            &[][..],
            &[4],
            &[4, 3, 1, 2],
            &[4, 0x80, 0, 0],
            &[4, 0x85, 0, 0, 0, 0, 1, 7],
            &[0x24, 0x80, 4, 1, 7],
            &[0x24, 3, 2, 1, 7],
            &[0x1f, 0],
            &[5, 0],
        ] {
            assert_eq!(content(bad), Err(Malformed), "{bad:?}");
        }
        assert_eq!(content(&[[0x24_u8, 0x80].repeat(40), vec![0; 80]].concat()), Err(Malformed));
    }

    #[test]
    fn numbers_are_read_if_they_fit() {
        let number = |bytes: &[u8]| Reader::new(bytes).number();
        assert_eq!(number(&[2, 2, 8, 0]), Ok(2048));
        assert_eq!(number(&[2, 5, 0, 255, 255, 255, 255]), Ok(u32::MAX));
        assert_eq!(number(&[2, 5, 1, 0, 0, 0, 0]), Err(Malformed));
        assert_eq!(number(&[4, 1, 1]), Err(Malformed));
    }
}
