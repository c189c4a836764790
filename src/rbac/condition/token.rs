//! Splits a condition into tokens, one at a time.

use super::{AttributeSource, ConditionError, ErrorKind, Guid};
use crate::rbac::character;

/// A token and the byte at which it starts.
#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind<'a>,
    pub(super) offset: usize,
}

/// The kinds of tokens.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind<'a> {
    OpenParenthesis,
    CloseParenthesis,
    OpenBrace,
    CloseBrace,
    Comma,
    Colon,
    And,
    Or,
    Not,
    /// `@source[name]`.
    Attribute(AttributeSource, &'a str),
    /// The text between single quotes, including backslashes.
    Text(&'a str),
    Integer(i64),
    Guid(Guid),
    /// Any other word: the name of a function, quantifier or operator, or a truth value.
    Word(&'a str),
    End,
}

impl TokenKind<'_> {
    /// The token in words, for a message.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::OpenParenthesis => "`(`".to_owned(),
            Self::CloseParenthesis => "`)`".to_owned(),
            Self::OpenBrace => "`{`".to_owned(),
            Self::CloseBrace => "`}`".to_owned(),
            Self::Comma => "`,`".to_owned(),
            Self::Colon => "`:`".to_owned(),
            Self::And => "AND".to_owned(),
            Self::Or => "OR".to_owned(),
            Self::Not => "NOT".to_owned(),
            Self::Attribute(source, name) => format!("the attribute @{}[{name}]", source.name()),
            Self::Text(text) => format!("the string '{text}'"),
            Self::Integer(number) => format!("the number {number}"),
            Self::Guid(guid) => format!("the GUID {guid}"),
            Self::Word(word) => format!("`{word}`"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// Reads tokens from a text.
pub(super) struct Lexer<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, position: 0 }
    }

    /// The next token; [`TokenKind::End`] at the end, and ever after.
    pub(super) fn next(&mut self) -> Result<Token<'a>, ConditionError> {
        self.skip_space();
        let offset = self.position;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(Token { kind: TokenKind::End, offset });
        };
        let kind = match first {
            '(' => self.take(1, TokenKind::OpenParenthesis),
            ')' => self.take(1, TokenKind::CloseParenthesis),
            '{' => self.take(1, TokenKind::OpenBrace),
            '}' => self.take(1, TokenKind::CloseBrace),
            ',' => self.take(1, TokenKind::Comma),
            ':' => self.take(1, TokenKind::Colon),
            '!' => self.take(1, TokenKind::Not),
            '&' if rest.starts_with("&&") => self.take(2, TokenKind::And),
            '|' if rest.starts_with("||") => self.take(2, TokenKind::Or),
            '\'' => self.quoted()?,
            '@' => self.attribute()?,
            _ if is_word_part(first) => self.word()?,
            other => {
                return Err(ConditionError::new(
                    ErrorKind::Syntax,
                    offset,
                    format!("{} is not allowed here", character::named(other)),
                ));
            }
        };
        Ok(Token { kind, offset })
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or_default()
    }

    /// Skips ASCII white space. Other white space, which looks the same, is an error.
    fn skip_space(&mut self) {
        let rest = self.rest();
        self.position += rest.len() - rest.trim_ascii_start().len();
    }

    fn take(&mut self, bytes: usize, kind: TokenKind<'a>) -> TokenKind<'a> {
        self.position += bytes;
        kind
    }

    /// Takes everything up to the first character that does not satisfy `belongs`.
    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.position += end;
        rest.get(..end).unwrap_or_default()
    }

    fn quoted(&mut self) -> Result<TokenKind<'a>, ConditionError> {
        let offset = self.position;
        self.position += 1;
        let body = self.rest();
        let mut letters = body.char_indices();
        while let Some((index, letter)) = letters.next() {
            match letter {
                '\\' => {
                    letters.next();
                }
                '\'' => {
                    self.position += index + 1;
                    return Ok(TokenKind::Text(body.get(..index).unwrap_or_default()));
                }
                _ => {}
            }
        }
        Err(ConditionError::new(ErrorKind::Syntax, offset, "this string is not closed"))
    }

    fn attribute(&mut self) -> Result<TokenKind<'a>, ConditionError> {
        let start = self.position;
        self.position += 1;
        self.skip_space();
        let offset = self.position;
        let word = self.take_while(is_word_part);
        let source = AttributeSource::named(word).ok_or_else(|| {
            ConditionError::new(ErrorKind::Syntax, offset, format!("`{word}` after `@`")).expecting(&[
                "Request",
                "Resource",
                "Principal",
                "Environment",
            ])
        })?;
        self.skip_space();
        if !self.rest().starts_with('[') {
            return Err(ConditionError::new(
                ErrorKind::Syntax,
                self.position,
                "no name after the attribute's source",
            )
            .expecting(&["`[`"]));
        }
        self.position += 1;
        let rest = self.rest();
        let Some(end) = rest.find(']') else {
            return Err(ConditionError::new(ErrorKind::Syntax, start, "this attribute is not closed")
                .expecting(&["`]`"]));
        };
        let name = rest.get(..end).unwrap_or_default().trim();
        if name.is_empty() {
            return Err(ConditionError::new(ErrorKind::Syntax, start, "this attribute has no name"));
        }
        self.position += end + 1;
        Ok(TokenKind::Attribute(source, name))
    }

    /// A GUID is tried before a number, since one without dashes may begin with digits or consist of digits.
    fn word(&mut self) -> Result<TokenKind<'a>, ConditionError> {
        let offset = self.position;
        let run = self.take_while(is_word_part);
        if let Ok(guid) = run.parse() {
            return Ok(TokenKind::Guid(guid));
        }
        let digits = run.strip_prefix('-').unwrap_or(run);
        if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            return run.parse().map(TokenKind::Integer).map_err(|_| {
                ConditionError::new(ErrorKind::Literal, offset, format!("the number {run} is out of range"))
            });
        }
        let is_word = run.starts_with(|c: char| c.is_ascii_alphabetic()) && !run.contains('-');
        if !is_word {
            return Err(ConditionError::new(
                ErrorKind::Syntax,
                offset,
                format!("`{run}`, which is neither a word nor a GUID nor a number"),
            )
            .expecting(&["a value"]));
        }
        Ok(match run {
            _ if run.eq_ignore_ascii_case("AND") => TokenKind::And,
            _ if run.eq_ignore_ascii_case("OR") => TokenKind::Or,
            _ if run.eq_ignore_ascii_case("NOT") => TokenKind::Not,
            _ => TokenKind::Word(run),
        })
    }
}

fn is_word_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}
