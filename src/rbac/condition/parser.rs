//! Parses tokens to an [`Expression`], by recursive descent.

use super::finding::{self, FindingKind};
use super::syntax::{AttributeRef, Comparison, Expression, GuardSubject, Literal, Operand, StringLiteral};
use super::token::{Lexer, Token, TokenKind};
use super::{
    ConditionError, ConditionFinding, ErrorKind, Family, MAX_BYTES, MAX_DEPTH, Operator, Quantifier,
};
use crate::rbac::OperationPattern;

/// What can begin an expression.
const EXPRESSION_START: [&str; 5] = ["`(`", "NOT", "a function", "an attribute", "a value"];

/// Parses a whole condition, with the findings about how it is written.
pub(super) fn parse(text: &str) -> Result<(Expression, Vec<ConditionFinding>), ConditionError> {
    if text.len() > MAX_BYTES {
        let found = format!("the condition has {} bytes, but Azure stores at most {MAX_BYTES}", text.len());
        return Err(ConditionError::new(ErrorKind::TooLong, MAX_BYTES, found));
    }
    let mut lexer = Lexer::new(text);
    let token = lexer.next()?;
    let mut parser = Parser { lexer, token, depth: 0, findings: Vec::new() };
    let expression = parser.or()?;
    match parser.token.kind {
        TokenKind::End => Ok((expression, parser.findings)),
        _ => Err(parser.unexpected(&["AND", "OR", "the end"])),
    }
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The token not yet used.
    token: Token<'a>,
    depth: usize,
    findings: Vec<ConditionFinding>,
}

/// A value whose kind is not known until its operator is.
struct RawLiteral<'a> {
    kind: TokenKind<'a>,
    offset: usize,
}

enum RawOperand<'a> {
    Attribute(AttributeRef),
    One(RawLiteral<'a>),
    Set(Vec<RawLiteral<'a>>),
}

impl<'a> Parser<'a> {
    fn or(&mut self) -> Result<Expression, ConditionError> {
        let mut terms = Vec::new();
        let (first, mut mixed_at) = self.and()?;
        terms.push(first);
        while self.token.kind == TokenKind::Or {
            self.advance()?;
            let (term, and_at) = self.and()?;
            terms.push(term);
            mixed_at = mixed_at.or(and_at);
        }
        if let (Some(offset), true) = (mixed_at, terms.len() > 1) {
            self.findings.push(ConditionFinding::new(FindingKind::MixedAndOr, offset));
        }
        Ok(joined(terms, Expression::Or))
    }

    /// A chain of AND, and the place of its first AND if it has one.
    fn and(&mut self) -> Result<(Expression, Option<usize>), ConditionError> {
        let mut terms = vec![self.unary()?];
        let mut first_and = None;
        while self.token.kind == TokenKind::And {
            first_and = first_and.or(Some(self.token.offset));
            self.advance()?;
            terms.push(self.unary()?);
        }
        Ok((joined(terms, Expression::And), first_and))
    }

    fn unary(&mut self) -> Result<Expression, ConditionError> {
        match self.token.kind {
            TokenKind::Not => self.nested(|parser| {
                Ok(match parser.unary()? {
                    Expression::Not(inner) => *inner,
                    other => Expression::Not(Box::new(other)),
                })
            }),
            TokenKind::OpenParenthesis => self.nested(|parser| {
                let inner = parser.or()?;
                if parser.token.kind != TokenKind::CloseParenthesis {
                    return Err(parser.unexpected(&["AND", "OR", "`)`"]));
                }
                parser.advance()?;
                Ok(inner)
            }),
            _ => self.predicate(),
        }
    }

    /// Consumes the token that opens a level, and parses its content.
    fn nested(
        &mut self,
        inside: impl FnOnce(&mut Self) -> Result<Expression, ConditionError>,
    ) -> Result<Expression, ConditionError> {
        let offset = self.token.offset;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let found = format!("the condition is nested more than {MAX_DEPTH} levels deep");
            return Err(ConditionError::new(ErrorKind::TooDeep, offset, found));
        }
        self.advance()?;
        let expression = inside(self)?;
        self.depth -= 1;
        Ok(expression)
    }

    fn predicate(&mut self) -> Result<Expression, ConditionError> {
        let TokenKind::Word(word) = self.token.kind else { return self.comparison() };
        for subject in [GuardSubject::Action, GuardSubject::SubOperation] {
            if word.eq_ignore_ascii_case(subject.name()) {
                self.advance()?;
                return Ok(Expression::Matches { subject, patterns: self.patterns()? });
            }
        }
        if word.eq_ignore_ascii_case("Exists") {
            self.advance()?;
            return match self.attribute()? {
                Some(attribute) => Ok(Expression::Exists(attribute)),
                None => Err(self.unexpected(&["an attribute"])),
            };
        }
        if is_truth_value(word) {
            return self.comparison();
        }
        let word_at = self.token.offset;
        if Operator::is_unsupported(word) {
            return Err(ConditionError::new(ErrorKind::UnsupportedOperator, word_at, format!("`{word}`")));
        }
        let unexpected = self.unexpected(&EXPRESSION_START);
        self.advance()?;
        match self.token.kind {
            // A word that is used like a function is an unknown function rather than a wrong token.
            TokenKind::OpenBrace | TokenKind::OpenParenthesis if Operator::named(word).is_none() => {
                Err(ConditionError::new(ErrorKind::UnknownOperator, word_at, format!("`{word}`")))
            }
            _ => Err(unexpected),
        }
    }

    fn patterns(&mut self) -> Result<Vec<OperationPattern>, ConditionError> {
        self.braced(|parser| match parser.token.kind {
            TokenKind::Text(text) => {
                let pattern = OperationPattern::new(&StringLiteral::Quoted(text.to_owned()).value());
                parser.note_escapes(text, &[]);
                parser.advance()?;
                Ok(pattern)
            }
            _ => Err(parser.unexpected(&["a string"])),
        })
    }

    fn comparison(&mut self) -> Result<Expression, ConditionError> {
        let start = self.token.offset;
        let left = self.operand(&EXPRESSION_START)?;
        let operator_at = self.token.offset;
        let (quantifier, operator) = self.operator()?;
        let right = self.operand(&["an attribute", "a value", "`{`"])?;
        let has_set = [&left, &right].into_iter().any(|side| matches!(side, RawOperand::Set(_)));
        if has_set && quantifier.is_none() {
            let found = format!(
                "a set in braces needs a quantifier in front of the operator, such as `ForAnyOfAnyValues:{operator}`"
            );
            return Err(ConditionError::new(ErrorKind::Syntax, operator_at, found));
        }
        let comparison = Comparison {
            left: self.typed_operand(left, operator)?,
            quantifier,
            operator,
            right: self.typed_operand(right, operator)?,
        };
        self.findings
            .extend(finding::of_comparison(&comparison).map(|kind| ConditionFinding::new(kind, start)));
        Ok(Expression::Comparison(comparison))
    }

    fn operator(&mut self) -> Result<(Option<Quantifier>, Operator), ConditionError> {
        let mut word = self.operator_word()?;
        let mut quantifier = None;
        if let Some(found) = Quantifier::named(word.0) {
            quantifier = Some(found);
            if self.token.kind != TokenKind::Colon {
                return Err(self.unexpected(&["`:`"]));
            }
            self.advance()?;
            word = self.operator_word()?;
        }
        let (name, offset) = word;
        match Operator::named(name) {
            Some(operator) => Ok((quantifier, operator)),
            None => {
                let kind = if Operator::is_unsupported(name) {
                    ErrorKind::UnsupportedOperator
                } else {
                    ErrorKind::UnknownOperator
                };
                Err(ConditionError::new(kind, offset, format!("`{name}`")))
            }
        }
    }

    fn operator_word(&mut self) -> Result<(&'a str, usize), ConditionError> {
        let TokenKind::Word(word) = self.token.kind else { return Err(self.unexpected(&["an operator"])) };
        let offset = self.token.offset;
        self.advance()?;
        Ok((word, offset))
    }

    fn operand(&mut self, expected: &[&'static str]) -> Result<RawOperand<'a>, ConditionError> {
        if let Some(attribute) = self.attribute()? {
            return Ok(RawOperand::Attribute(attribute));
        }
        if self.token.kind == TokenKind::OpenBrace {
            return Ok(RawOperand::Set(self.braced(|parser| parser.literal(&["a value"]))?));
        }
        Ok(RawOperand::One(self.literal(expected)?))
    }

    fn attribute(&mut self) -> Result<Option<AttributeRef>, ConditionError> {
        let TokenKind::Attribute(source, name) = self.token.kind else { return Ok(None) };
        let attribute = AttributeRef { source, name: name.to_owned(), offset: self.token.offset };
        self.advance()?;
        Ok(Some(attribute))
    }

    fn literal(&mut self, expected: &[&'static str]) -> Result<RawLiteral<'a>, ConditionError> {
        match self.token.kind {
            TokenKind::Text(_) | TokenKind::Integer(_) | TokenKind::Guid(_) => {}
            TokenKind::Word(word) if is_truth_value(word) => {}
            _ => return Err(self.unexpected(expected)),
        }
        let Token { kind, offset } = self.token.clone();
        self.advance()?;
        Ok(RawLiteral { kind, offset })
    }

    /// One or more of `item` between braces, separated by commas.
    fn braced<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, ConditionError>,
    ) -> Result<Vec<T>, ConditionError> {
        if self.token.kind != TokenKind::OpenBrace {
            return Err(self.unexpected(&["`{`"]));
        }
        let mut items = Vec::new();
        loop {
            self.advance()?;
            items.push(item(self)?);
            match self.token.kind {
                TokenKind::Comma => {}
                TokenKind::CloseBrace => break,
                _ => return Err(self.unexpected(&["`,`", "`}`"])),
            }
        }
        self.advance()?;
        Ok(items)
    }

    fn typed_operand(&mut self, raw: RawOperand<'a>, operator: Operator) -> Result<Operand, ConditionError> {
        Ok(match raw {
            RawOperand::Attribute(attribute) => Operand::Attribute(attribute),
            RawOperand::One(literal) => Operand::Literal(self.typed(&literal, operator)?),
            RawOperand::Set(literals) => {
                let typed = literals.iter().map(|literal| self.typed(literal, operator));
                Operand::Set(typed.collect::<Result<_, _>>()?)
            }
        })
    }

    /// The value in the kind that its operator needs. A number or a GUID in the place of a string is refused,
    /// not converted: whether Azure would is not documented.
    fn typed(&mut self, literal: &RawLiteral<'a>, operator: Operator) -> Result<Literal, ConditionError> {
        let RawLiteral { kind, offset } = literal;
        let wrong = |expected: &'static str| {
            Err(ConditionError::new(ErrorKind::Literal, *offset, kind.describe()).expecting(&[expected]))
        };
        match (operator.family, kind) {
            (Family::String, TokenKind::Text(text)) => {
                let wildcards: &[char] = if operator.test == super::Test::Like { &['*', '?'] } else { &[] };
                self.note_escapes_at(text, wildcards, *offset);
                Ok(Literal::Text(StringLiteral::Quoted((*text).to_owned())))
            }
            (Family::String, _) => wrong("a string"),
            (Family::Numeric, TokenKind::Integer(number)) => Ok(Literal::Integer(*number)),
            (Family::Numeric, _) => wrong("a whole number"),
            (Family::DateTime, TokenKind::Text(text)) => match text.parse() {
                Ok(instant) => Ok(Literal::Instant(instant)),
                Err(_) => wrong("a date and time of the form 'yyyy-mm-ddThh:mm:ss.fffffffZ'"),
            },
            (Family::DateTime, _) => wrong("a date and time in quotes"),
            (Family::Bool, TokenKind::Word(word)) => Ok(Literal::Boolean(word.eq_ignore_ascii_case("true"))),
            (Family::Bool, _) => wrong("true or false"),
            (Family::Guid, TokenKind::Guid(guid)) => Ok(Literal::Guid(*guid)),
            (Family::Guid, TokenKind::Text(text)) => match text.parse() {
                Ok(guid) => Ok(Literal::Guid(guid)),
                Err(_) => wrong("a GUID"),
            },
            (Family::Guid, _) => wrong("a GUID"),
        }
    }

    fn note_escapes(&mut self, text: &str, documented: &[char]) {
        self.note_escapes_at(text, documented, self.token.offset);
    }

    fn note_escapes_at(&mut self, text: &str, documented: &[char], offset: usize) {
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            if letter == '\\' && !letters.next().is_some_and(|escaped| documented.contains(&escaped)) {
                self.findings.push(ConditionFinding::new(FindingKind::UndocumentedEscape, offset));
                return;
            }
        }
    }

    fn advance(&mut self) -> Result<(), ConditionError> {
        self.token = self.lexer.next()?;
        Ok(())
    }

    fn unexpected(&self, expected: &[&'static str]) -> ConditionError {
        ConditionError::new(ErrorKind::Syntax, self.token.offset, self.token.kind.describe())
            .expecting(expected)
    }
}

/// The only term, or all of them under `join`. Chains of the same kind are flattened: they mean the same.
fn joined(mut terms: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    if terms.len() == 1
        && let Some(only) = terms.pop()
    {
        return only;
    }
    let joins_or = matches!(join(Vec::new()), Expression::Or(_));
    let mut flat = Vec::with_capacity(terms.len());
    for term in terms {
        match term {
            Expression::Or(inner) if joins_or => flat.extend(inner),
            Expression::And(inner) if !joins_or => flat.extend(inner),
            other => flat.push(other),
        }
    }
    join(flat)
}

fn is_truth_value(word: &str) -> bool {
    word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false")
}
