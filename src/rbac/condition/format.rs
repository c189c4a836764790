//! The canonical text of a condition.

use super::syntax::{AttributeRef, Comparison, Expression, Literal, Operand, StringLiteral};
use crate::rbac::OperationPattern;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

impl Display for Expression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Or(terms) => join(f, terms, " OR "),
            Self::And(terms) => join(f, terms, " AND "),
            Self::Not(inner) => write!(f, "!({inner})"),
            Self::Matches { subject, patterns } => {
                let texts = patterns.iter().map(pattern_text);
                write!(f, "{}{{{}}}", subject.name(), sorted(texts).join(", "))
            }
            Self::Exists(attribute) => write!(f, "Exists {attribute}"),
            Self::Comparison(comparison) => comparison.fmt(f),
        }
    }
}

/// Each term in its own parentheses: Azure calls a mixture without them ambiguous, and ships its roles so.
fn join(f: &mut Formatter<'_>, terms: &[Expression], word: &str) -> fmt::Result {
    for (index, term) in terms.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        write!(f, "({term})")?;
    }
    Ok(())
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.left)?;
        if let Some(quantifier) = self.quantifier {
            write!(f, "{}:", quantifier.name())?;
        }
        let space = if matches!(self.right, Operand::Set(_)) { "" } else { " " };
        write!(f, "{}{space}{}", self.operator, self.right)
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(attribute) => attribute.fmt(f),
            Self::Literal(literal) => literal.fmt(f),
            Self::Set(literals) => {
                let texts = literals.iter().map(|literal| (sort_key(literal), literal.to_string()));
                write!(f, "{{{}}}", sorted(texts).join(", "))
            }
        }
    }
}

/// Numbers by size, everything else as text.
fn sort_key(literal: &Literal) -> String {
    match literal {
        Literal::Integer(number) => format!("{:020}", i128::from(*number) - i128::from(i64::MIN)),
        other => other.to_string(),
    }
}

/// The texts in the order of their keys; of those with equal keys the first. A set has no order and no
/// duplicates, so the condition means the same.
fn sorted(texts: impl Iterator<Item = (String, String)>) -> Vec<String> {
    let mut by_key = BTreeMap::new();
    for (key, text) in texts {
        by_key.entry(key).or_insert(text);
    }
    by_key.into_values().collect()
}

/// Patterns are equal ignoring case.
fn pattern_text(pattern: &OperationPattern) -> (String, String) {
    let text = format!("'{}'", pattern.as_str().replace('\\', "\\\\").replace('\'', "\\'"));
    (text.to_ascii_lowercase(), text)
}

impl Display for AttributeRef {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "@{}[{}]", self.source.name(), self.name)
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            // Backslashes stay unchanged: most of them are not documented.
            Self::Text(StringLiteral::Quoted(text)) => write!(f, "'{text}'"),
            Self::Text(StringLiteral::Plain(text)) => {
                write!(f, "'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
            }
            Self::Integer(number) => number.fmt(f),
            Self::Boolean(value) => value.fmt(f),
            Self::Guid(guid) => guid.fmt(f),
            Self::Instant(instant) => write!(f, "'{instant}'"),
        }
    }
}
