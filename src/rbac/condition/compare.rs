//! One pair of values under one operator.

use super::like::{fold, like};
use super::syntax::{Literal, StringLiteral};
use super::{Family, Operator, Test};
use serde_json::Value;
use std::borrow::Cow;
use std::cmp::Ordering;

/// Whether `operator` holds between `left` and `right`; `None` if they are not of its kind.
pub(super) fn holds(operator: Operator, left: &Literal, right: &Literal) -> Option<bool> {
    let result = match (left, right) {
        (Literal::Text(left), Literal::Text(right)) => text_holds(operator, left, right)?,
        (Literal::Integer(left), Literal::Integer(right)) => in_order(operator.test, left.cmp(right))?,
        (Literal::Instant(left), Literal::Instant(right)) => in_order(operator.test, left.cmp(right))?,
        (Literal::Guid(left), Literal::Guid(right)) => in_order(operator.test, left.cmp(right))?,
        (Literal::Boolean(left), Literal::Boolean(right)) => in_order(operator.test, left.cmp(right))?,
        _ => return None,
    };
    Some(result != operator.negated)
}

fn text_holds(operator: Operator, left: &StringLiteral, right: &StringLiteral) -> Option<bool> {
    let folded = |text: Cow<'_, str>| -> String {
        if operator.ignore_case { text.chars().map(fold).collect() } else { text.into_owned() }
    };
    match operator.test {
        Test::Equals => Some(folded(left.value()) == folded(right.value())),
        Test::StartsWith => Some(folded(left.value()).starts_with(&folded(right.value()))),
        Test::Like => Some(like(&left.value(), right.pattern(), operator.ignore_case)),
        _ => None,
    }
}

fn in_order(test: Test, order: Ordering) -> Option<bool> {
    match test {
        Test::Equals => Some(order.is_eq()),
        Test::LessThan => Some(order.is_lt()),
        Test::LessThanEquals => Some(order.is_le()),
        Test::GreaterThan => Some(order.is_gt()),
        Test::GreaterThanEquals => Some(order.is_ge()),
        Test::StartsWith | Test::Like => None,
    }
}

/// The value of an attribute, converted for an operator of `family`; `None` if it is of another kind. Only
/// equal kinds match: whether Azure takes the text `10` for a number is not documented.
///
/// A GUID may be the end of a resource id, as Azure takes an assignment's role from `roleDefinitionId`.
pub(super) fn typed(value: &Value, family: Family) -> Option<Literal> {
    match (family, value) {
        (Family::String, Value::String(text)) => Some(Literal::Text(StringLiteral::Plain(text.clone()))),
        (Family::Numeric, Value::Number(number)) => {
            number.as_i64().or_else(|| whole(number.as_f64()?)).map(Literal::Integer)
        }
        (Family::DateTime, Value::String(text)) => text.parse().ok().map(Literal::Instant),
        (Family::Bool, Value::Bool(value)) => Some(Literal::Boolean(*value)),
        (Family::Guid, Value::String(text)) => {
            let end = if text.starts_with('/') { text.rsplit('/').next()? } else { text };
            end.parse().ok().map(Literal::Guid)
        }
        _ => None,
    }
}

/// The whole number that equals a floating one, if there is one.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}
