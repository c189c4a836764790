//! Whether a condition holds.

use super::compare::{holds, typed};
use super::context::{Fact, RequestContext};
use super::syntax::{AttributeRef, Comparison, Expression, GuardSubject, Literal, Operand};
use super::{Family, Quantifier};
use crate::rbac::kleene::{all, any, not};
use crate::rbac::{Operation, OperationPattern};

/// Evaluates an expression; `None` is "undecided".
pub(super) fn evaluate(expression: &Expression, context: &RequestContext) -> Option<bool> {
    match expression {
        Expression::Or(terms) => any(terms.iter().map(|term| evaluate(term, context))),
        Expression::And(terms) => all(terms.iter().map(|term| evaluate(term, context))),
        Expression::Not(inner) => not(evaluate(inner, context)),
        Expression::Matches { subject: GuardSubject::Action, patterns } => {
            context.action().and_then(|action| action_matches(patterns, action))
        }
        Expression::Matches { subject: GuardSubject::SubOperation, patterns } => match context.suboperation()
        {
            Fact::Known(name) => Some(patterns.iter().any(|pattern| pattern.matches_text(name))),
            Fact::Absent => Some(false),
            Fact::Unknown => None,
        },
        Expression::Exists(attribute) => exists(attribute, context),
        Expression::Comparison(comparison) => compare(comparison, context),
    }
}

fn action_matches(patterns: &[OperationPattern], action: &Operation) -> Option<bool> {
    any(patterns.iter().map(|pattern| pattern.coverage(action).as_answer()))
}

/// An attribute without values is undecided: the documentation does not say whether it exists.
fn exists(attribute: &AttributeRef, context: &RequestContext) -> Option<bool> {
    match context.attribute(attribute.source, &attribute.name) {
        Fact::Known([]) | Fact::Unknown => None,
        Fact::Known(_) => Some(true),
        Fact::Absent => Some(false),
    }
}

/// The values of one side of a comparison. A value that is not of the operator's kind is `None`.
fn side(operand: &Operand, family: Family, context: &RequestContext) -> Fact<Vec<Option<Literal>>> {
    match operand {
        Operand::Literal(literal) => Fact::Known(vec![Some(literal.clone())]),
        Operand::Set(literals) => Fact::Known(literals.iter().cloned().map(Some).collect()),
        Operand::Attribute(AttributeRef { source, name, .. }) => match context.attribute(*source, name) {
            Fact::Known(values) => Fact::Known(values.iter().map(|value| typed(value, family)).collect()),
            Fact::Absent => Fact::Absent,
            Fact::Unknown => Fact::Unknown,
        },
    }
}

/// Compares two sides.
///
/// A comparison with an absent attribute is false, as the page's "... OR NOT Exists ..." idiom implies.
/// Negated operators and empty lists are not documented, so they are undecided.
fn compare(comparison: &Comparison, context: &RequestContext) -> Option<bool> {
    let Comparison { quantifier, operator, .. } = comparison;
    let left = side(&comparison.left, operator.family, context);
    let right = side(&comparison.right, operator.family, context);
    let (left, right) = match (left, right) {
        (Fact::Unknown, _) | (_, Fact::Unknown) => return None,
        (Fact::Known(values), _) | (_, Fact::Known(values)) if values.is_empty() => return None,
        (Fact::Absent, _) | (_, Fact::Absent) => return (!operator.negated).then_some(false),
        (Fact::Known(left), Fact::Known(right)) => (left, right),
    };
    let cell = |l: &Option<Literal>, r: &Option<Literal>| holds(*operator, l.as_ref()?, r.as_ref()?);
    let compare_all = |quantifier: Quantifier| match quantifier {
        Quantifier::AnyAny => any(left.iter().map(|l| any(right.iter().map(|r| cell(l, r))))),
        Quantifier::AllAny => all(left.iter().map(|l| any(right.iter().map(|r| cell(l, r))))),
        Quantifier::AnyAll => any(left.iter().map(|l| all(right.iter().map(|r| cell(l, r))))),
        Quantifier::AllAll => all(left.iter().map(|l| all(right.iter().map(|r| cell(l, r))))),
    };
    match quantifier {
        Some(quantifier) => compare_all(*quantifier),
        // How several values are compared without a quantifier is not documented. All four readings lie
        // between the strictest and the loosest. If these two agree, as for single values, the result is
        // certain.
        None => match (compare_all(Quantifier::AllAll), compare_all(Quantifier::AnyAny)) {
            (Some(true), _) => Some(true),
            (_, Some(false)) => Some(false),
            _ => None,
        },
    }
}
