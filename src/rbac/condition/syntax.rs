//! The syntax tree of a condition.

use super::{Guid, Instant, Operator, Quantifier};
use crate::rbac::OperationPattern;
use std::borrow::Cow;

/// A condition or a part of one.
#[derive(Clone, Debug)]
pub enum Expression {
    /// True if one of them is; at least two.
    Or(Vec<Expression>),
    /// True if all of them are; at least two.
    And(Vec<Expression>),
    /// True if the other is false.
    Not(Box<Expression>),
    /// True if the operation matches one of the patterns.
    Matches {
        /// What is matched.
        subject: GuardSubject,
        /// The patterns.
        patterns: Vec<OperationPattern>,
    },
    /// True if the attribute is present.
    Exists(AttributeRef),
    /// Compares values.
    Comparison(Comparison),
}

/// What a guard checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuardSubject {
    /// The operation: `ActionMatches`.
    Action,
    /// The sub-operation, such as `Blob.List`: `SubOperationMatches`.
    SubOperation,
}

impl GuardSubject {
    /// The word for the guard.
    pub fn name(self) -> &'static str {
        match self {
            Self::Action => "ActionMatches",
            Self::SubOperation => "SubOperationMatches",
        }
    }
}

/// Two operands and the test on them.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The left operand.
    pub left: Operand,
    /// How values are paired; optional.
    pub quantifier: Option<Quantifier>,
    /// The test on each pair.
    pub operator: Operator,
    /// The right operand.
    pub right: Operand,
}

/// One side of a comparison.
#[derive(Clone, Debug)]
pub enum Operand {
    /// The attribute's value when the condition is evaluated.
    Attribute(AttributeRef),
    /// One value.
    Literal(Literal),
    /// Several values, in braces.
    Set(Vec<Literal>),
}

/// An attribute, such as `@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId]`.
#[derive(Clone, Debug)]
pub struct AttributeRef {
    /// Its source.
    pub source: AttributeSource,
    /// The text between the brackets.
    pub name: String,
    /// Its place in the condition, in bytes.
    pub offset: usize,
}

/// The source of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttributeSource {
    /// The request, such as properties in its body.
    Request,
    /// The object before the request.
    Resource,
    /// Custom security attributes of the caller.
    Principal,
    /// Network and time.
    Environment,
}

impl AttributeSource {
    /// All sources.
    pub const ALL: [Self; 4] = [Self::Request, Self::Resource, Self::Principal, Self::Environment];

    /// The word after the `@`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "Request",
            Self::Resource => "Resource",
            Self::Principal => "Principal",
            Self::Environment => "Environment",
        }
    }

    /// The source of this name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name().eq_ignore_ascii_case(name))
    }
}

/// A value, of the kind that its operator needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// Text.
    Text(StringLiteral),
    /// A whole number.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// A GUID.
    Guid(Guid),
    /// A point in time.
    Instant(Instant),
}

/// A text, with or without the backslashes of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StringLiteral {
    /// As written between quotes in a condition, including backslashes.
    Quoted(String),
    /// As an attribute has it.
    Plain(String),
}

impl StringLiteral {
    /// The unescaped text. `\'` is a quote and `\\` a backslash; both are undocumented. A backslash before
    /// anything else stands for itself.
    pub fn value(&self) -> Cow<'_, str> {
        match self {
            Self::Plain(text) => Cow::Borrowed(text),
            Self::Quoted(text) if !text.contains('\\') => Cow::Borrowed(text),
            Self::Quoted(text) => {
                let mut value = String::with_capacity(text.len());
                let mut letters = text.chars().peekable();
                while let Some(letter) = letters.next() {
                    match (letter, letters.peek()) {
                        ('\\', Some(&escaped @ ('\'' | '\\'))) => {
                            value.push(escaped);
                            letters.next();
                        }
                        _ => value.push(letter),
                    }
                }
                Cow::Owned(value)
            }
        }
    }

    /// The text as a pattern of `Like`, with its escapes.
    pub fn pattern(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Quoted(text) => text,
        }
    }
}
