//! JSON, token by token.
//!
//! Of a library's reader this one differs in what the decoder needs: numbers keep their digits, a value can be
//! skipped and read later, and nothing recurses.

use std::borrow::Cow;

use crate::plugin::value::error::{CodecError, Problem};

/// A place in a JSON text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    text: &'a [u8],
    position: usize,
}

/// What a value begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    /// What it is, in words.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "bool",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

type Read<T> = Result<T, CodecError>;

fn malformed<T>(what: &'static str) -> Read<T> {
    Err(CodecError::new(Problem::Malformed(what)))
}

impl<'a> Reader<'a> {
    pub(super) const fn new(text: &'a [u8]) -> Self {
        Self { text, position: 0 }
    }

    /// The next byte that is not white space, which stays.
    fn peek(&mut self) -> Read<u8> {
        loop {
            match self.text.get(self.position) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.position += 1,
                Some(&byte) => return Ok(byte),
                None => return Err(CodecError::new(Problem::Truncated)),
            }
        }
    }

    /// Takes this byte when it comes next.
    pub(super) fn take(&mut self, byte: u8) -> Read<bool> {
        let found = self.peek()? == byte;
        if found {
            self.position += 1;
        }
        Ok(found)
    }

    fn expect(&mut self, byte: u8, otherwise: &'static str) -> Read<()> {
        if self.take(byte)? { Ok(()) } else { malformed(otherwise) }
    }

    /// What the next value is.
    pub(super) fn kind(&mut self) -> Read<Kind> {
        match self.peek()? {
            b'n' => Ok(Kind::Null),
            b't' | b'f' => Ok(Kind::Bool),
            b'-' | b'0'..=b'9' => Ok(Kind::Number),
            b'"' => Ok(Kind::String),
            b'[' => Ok(Kind::Array),
            b'{' => Ok(Kind::Object),
            _ => malformed("a value is missing"),
        }
    }

    fn word(&mut self, word: &str) -> Read<()> {
        let rest = self.text.get(self.position..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return malformed("there is no such word in JSON");
        }
        self.position += word.len();
        Ok(())
    }

    pub(super) fn null(&mut self) -> Read<()> {
        self.word("null")
    }

    pub(super) fn bool(&mut self) -> Read<bool> {
        let value = self.peek()? == b't';
        self.word(if value { "true" } else { "false" })?;
        Ok(value)
    }

    /// The digits of a number, as they stand there.
    pub(super) fn number(&mut self) -> Read<&'a str> {
        self.peek()?;
        let rest = self.text.get(self.position..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
            .unwrap_or(rest.len());
        let digits = rest.get(..length).unwrap_or_default();
        if !is_number(digits) {
            return malformed("a number is not written as JSON writes numbers");
        }
        self.position += length;
        std::str::from_utf8(digits).map_err(|_| CodecError::new(Problem::NotUtf8))
    }

    pub(super) fn string(&mut self) -> Read<Cow<'a, str>> {
        self.peek()?;
        let start = self.position;
        let escaped = self.skip_string()?;
        let quoted = self.text.get(start..self.position).unwrap_or_default();
        if escaped {
            return serde_json::from_slice(quoted)
                .map(Cow::Owned)
                .or_else(|_| malformed("an escape in a text is not one of JSON's"));
        }
        let plain = quoted.get(1..quoted.len() - 1).unwrap_or_default();
        std::str::from_utf8(plain).map(Cow::Borrowed).map_err(|_| CodecError::new(Problem::NotUtf8))
    }

    /// Passes a string; says whether there are escapes in it.
    fn skip_string(&mut self) -> Read<bool> {
        self.expect(b'"', "a text is missing")?;
        let mut escaped = false;
        loop {
            let rest = self.text.get(self.position..).unwrap_or_default();
            let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
            let Some((plain, byte)) = plain.and_then(|plain| Some((plain, rest.get(plain)?))) else {
                return Err(CodecError::new(Problem::Truncated));
            };
            match byte {
                b'"' => {
                    self.position += plain + 1;
                    return Ok(escaped);
                }
                b'\\' => {
                    escaped = true;
                    self.position += plain + 2;
                }
                _ => return malformed("a control character stands in a text"),
            }
        }
    }

    /// Passes the opening bracket; says whether an element follows.
    pub(super) fn open_array(&mut self) -> Read<bool> {
        self.expect(b'[', "an array is missing")?;
        Ok(!self.take(b']')?)
    }

    /// Passes what follows an element; says whether another one follows.
    pub(super) fn next_element(&mut self) -> Read<bool> {
        if self.take(b',')? {
            return Ok(true);
        }
        self.expect(b']', "a comma or the end of an array is missing")?;
        Ok(false)
    }

    /// Passes the opening brace; says whether a key follows.
    pub(super) fn open_object(&mut self) -> Read<bool> {
        self.expect(b'{', "an object is missing")?;
        Ok(!self.take(b'}')?)
    }

    /// Passes what follows a value; says whether another key follows.
    pub(super) fn next_key(&mut self) -> Read<bool> {
        if self.take(b',')? {
            return Ok(true);
        }
        self.expect(b'}', "a comma or the end of an object is missing")?;
        Ok(false)
    }

    /// The key and the colon after it.
    pub(super) fn key(&mut self) -> Read<Cow<'a, str>> {
        let key = self.string()?;
        self.expect(b':', "a colon is missing")?;
        Ok(key)
    }

    /// Passes one value of any kind and gives its text. What is inside is checked no further than needed to find
    /// the end.
    pub(super) fn skip(&mut self) -> Read<&'a [u8]> {
        self.peek()?;
        let start = self.position;
        let mut open = 0_usize;
        loop {
            match self.peek()? {
                b'"' => drop(self.skip_string()?),
                b'[' | b'{' => {
                    open += 1;
                    self.position += 1;
                }
                b']' | b'}' => {
                    let Some(left) = open.checked_sub(1) else {
                        return malformed("a value is missing");
                    };
                    open = left;
                    self.position += 1;
                }
                b',' | b':' if open > 0 => self.position += 1,
                _ => self.skip_word()?,
            }
            if open == 0 {
                return Ok(self.text.get(start..self.position).unwrap_or_default());
            }
        }
    }

    fn skip_word(&mut self) -> Read<()> {
        match self.kind()? {
            Kind::Null => self.null(),
            Kind::Bool => self.bool().map(drop),
            Kind::Number => self.number().map(drop),
            Kind::String | Kind::Array | Kind::Object => malformed("a value is missing"),
        }
    }

    /// Whether nothing but white space is left.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.peek().is_err()
    }
}

/// Whether these bytes are a number by JSON's grammar, which is narrower than most readers'.
fn is_number(text: &[u8]) -> bool {
    fn digits(text: &[u8]) -> usize {
        text.iter().take_while(|byte| byte.is_ascii_digit()).count()
    }
    let mut rest = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest.starts_with(b"0")) {
        return false;
    }
    rest = rest.get(whole..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = digits(fraction);
        if length == 0 {
            return false;
        }
        rest = fraction.get(length..).unwrap_or_default();
    }
    match rest {
        [] => true,
        [b'e' | b'E', exponent @ ..] => {
            let exponent = exponent.strip_prefix(b"+").or(exponent.strip_prefix(b"-")).unwrap_or(exponent);
            !exponent.is_empty() && digits(exponent) == exponent.len()
        }
        _ => false,
    }
}
