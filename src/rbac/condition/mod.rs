//! The language of Azure's role assignment conditions.
//!
//! ```ebnf
//! condition   = or ;
//! or          = and   { ("OR"  | "||") and } ;
//! and         = unary { ("AND" | "&&") unary } ;
//! unary       = ("NOT" | "!") unary | "(" or ")" | predicate ;
//! predicate   = ("ActionMatches" | "SubOperationMatches") "{" string { "," string } "}"
//!             | "Exists" attribute
//!             | operand operator operand ;
//! operator    = [ quantifier ":" ] base ;
//! operand     = attribute | literal | "{" literal { "," literal } "}" ;
//! attribute   = "@" ("Request" | "Resource" | "Principal" | "Environment") "[" name "]" ;
//! literal     = string | integer | "true" | "false" | guid ;
//! ```
//!
//! A set in braces needs a quantifier, as Azure demands. Words are read without case, as shipped roles write `boolequals` and `forallofanyvalues`. White space is free.
//! A text goes through lexer and parser into an [`Expression`]; from there to [`Condition::evaluate`],
//! [`Condition::canonical`], or [`Condition::outline`].
//!
//! Source: Microsoft, "Azure role assignment condition format and syntax". Where it says nothing, this module
//! chooses what allows less, and a comment says so at each place.

mod compare;
mod context;
mod delegation;
mod error;
mod evaluate;
mod finding;
mod format;
mod guid;
mod instant;
mod like;
mod operator;
mod outline;
mod parser;
mod syntax;
mod token;

pub use context::{Fact, RequestContext};
pub use delegation::{DelegationError, condition_for_roles};
pub use error::{ConditionError, ErrorKind};
pub use finding::{ConditionFinding, FindingKind};
pub use guid::{Guid, InvalidGuid};
pub use instant::{Instant, InvalidInstant};
pub use operator::{Family, Operator, Quantifier, Test};
pub use outline::Outline;
pub use syntax::{
    AttributeRef, AttributeSource, Comparison, Expression, GuardSubject, Literal, Operand, StringLiteral,
};

/// Longest condition Azure stores: 8 KB.
pub const MAX_BYTES: usize = 8192;

/// Deepest nesting read here, including parentheses and negations. Azure gives no number; no shipped
/// condition comes near it.
pub const MAX_DEPTH: usize = 64;

/// A parsed condition.
#[derive(Clone, Debug)]
pub struct Condition {
    expression: Expression,
    findings: Vec<ConditionFinding>,
}

impl Condition {
    /// Parses a condition; the error names the first invalid place, and what was expected there.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        let (expression, mut findings) = parser::parse(text)?;
        findings.extend(finding::of_guards(&expression));
        findings.sort_by_key(|finding| finding.offset);
        Ok(Self { expression, findings })
    }

    /// The expression.
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// Parts that are legal but probably not intended, in the order of the text.
    pub fn findings(&self) -> &[ConditionFinding] {
        &self.findings
    }

    /// Whether the condition holds in `context`; `None` if that is not certain.
    pub fn evaluate(&self, context: &RequestContext) -> Option<bool> {
        evaluate::evaluate(&self.expression, context)
    }

    /// The condition in one fixed spelling: each operand of AND and OR in its own parentheses, sets sorted, GUIDs
    /// with dashes and in lower case. It is the style in which Azure ships its built-in roles.
    pub fn canonical(&self) -> String {
        self.expression.to_string()
    }

    /// The guards, attributes and GUIDs in the condition.
    pub fn outline(&self) -> Outline {
        Outline::of(&self.expression)
    }
}

impl std::str::FromStr for Condition {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests;
