//! Conditions that are legal but probably not what their author meant.

use super::compare::holds;
use super::syntax::{AttributeRef, AttributeSource, Comparison, Expression, GuardSubject, Literal, Operand};
use super::{Operator, Quantifier, Test};
use crate::rbac::OperationPattern;

/// A warning, and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionFinding {
    /// The kind.
    pub kind: FindingKind,
    /// Its place, in bytes from the start of the text.
    pub offset: usize,
}

/// The kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// AND next to OR without parentheses; the documentation calls this ambiguous.
    MixedAndOr,
    /// "Differs from one of several": true for every value.
    VacuousNegation,
    /// "Equals each of several": true for no value.
    NeverTrue,
    /// A backslash other than `\*` and `\?` in a pattern.
    UndocumentedEscape,
    /// A property of a role assignment that is looked up where it never exists.
    WrongSource,
}

impl FindingKind {
    /// The kind as one word, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::MixedAndOr => "mixed_and_or",
            Self::VacuousNegation => "vacuous_negation",
            Self::NeverTrue => "never_true",
            Self::UndocumentedEscape => "undocumented_escape",
            Self::WrongSource => "wrong_source",
        }
    }

    /// Its meaning and what to do, for a person.
    pub fn message(self) -> &'static str {
        match self {
            Self::MixedAndOr => {
                "AND is next to OR without parentheses, an order Azure calls ambiguous; AND is evaluated \
                 first here; write the parentheses that you mean"
            }
            Self::VacuousNegation => {
                "a value always differs from at least one of several, so this comparison excludes nothing; to \
                 exclude all of them use ForAnyOfAllValues"
            }
            Self::NeverTrue => {
                "no value equals each of several different ones, so this comparison is never true; to accept any \
                 of them use ForAnyOfAnyValues"
            }
            Self::UndocumentedEscape => {
                "Azure documents a backslash only as \\* and \\? in the pattern of a Like operator"
            }
            Self::WrongSource => {
                "writing a role assignment has its properties at @Request, deleting one has them at \
                 @Resource; this attribute never exists here"
            }
        }
    }
}

impl ConditionFinding {
    pub(super) fn new(kind: FindingKind, offset: usize) -> Self {
        Self { kind, offset }
    }
}

/// The findings of a single comparison.
pub(super) fn of_comparison(comparison: &Comparison) -> impl Iterator<Item = FindingKind> {
    use Quantifier::{AllAll, AllAny, AnyAll, AnyAny};
    let Comparison { left, quantifier, operator, right } = comparison;
    let equality = operator.test == Test::Equals;
    let several_left = differ(left, *operator);
    let several_right = differ(right, *operator);
    // One of several is enough: a value differs from at least one of them.
    let vacuous = several_right && matches!(quantifier, Some(AnyAny | AllAny))
        || several_left && matches!(quantifier, Some(AnyAny | AnyAll));
    // Each of several is needed: a value equals at most one of them.
    let never = several_right && matches!(quantifier, Some(AnyAll | AllAll))
        || several_left && matches!(quantifier, Some(AllAll));
    [
        (equality && operator.negated && vacuous, FindingKind::VacuousNegation),
        (equality && !operator.negated && never, FindingKind::NeverTrue),
    ]
    .into_iter()
    .filter_map(|(applies, kind)| applies.then_some(kind))
}

/// Whether the operand is a set with two members that are not equal.
fn differ(operand: &Operand, operator: Operator) -> bool {
    let equals = Operator { test: Test::Equals, negated: false, ..operator };
    let Operand::Set(literals) = operand else { return false };
    let Some((first, rest)) = literals.split_first() else { return false };
    rest.iter().any(|other: &Literal| holds(equals, first, other) == Some(false))
}

/// The findings of guards and the attributes next to them.
pub(super) fn of_guards(expression: &Expression) -> Vec<ConditionFinding> {
    let mut findings = Vec::new();
    visit(expression, None, &mut findings);
    findings
}

/// The change of role assignments that a part of a condition is about, if it is only one.
#[derive(Clone, Copy)]
enum Change {
    Write,
    Delete,
}

fn visit(expression: &Expression, change: Option<Change>, findings: &mut Vec<ConditionFinding>) {
    let mut note = |operand: &Operand| {
        if let (Operand::Attribute(attribute), Some(change)) = (operand, change)
            && never_exists(attribute, change)
        {
            findings.push(ConditionFinding::new(FindingKind::WrongSource, attribute.offset));
        }
    };
    match expression {
        Expression::Or(terms) => {
            let mut patterns = Vec::new();
            terms.iter().for_each(|term| guarded_patterns(term, &mut patterns));
            let change = change_of(&patterns).or(change);
            terms.iter().for_each(|term| visit(term, change, findings));
        }
        Expression::And(terms) => terms.iter().for_each(|term| visit(term, change, findings)),
        Expression::Not(inner) => visit(inner, change, findings),
        Expression::Comparison(Comparison { left, right, .. }) => {
            note(left);
            note(right);
        }
        Expression::Matches { .. } | Expression::Exists(_) => {}
    }
}

/// The patterns of guards in the standard form: `!(ActionMatches{...})`, alone, with others, or with more inside.
fn guarded_patterns<'a>(term: &'a Expression, patterns: &mut Vec<&'a OperationPattern>) {
    fn positive<'a>(term: &'a Expression, patterns: &mut Vec<&'a OperationPattern>) {
        match term {
            Expression::Matches { subject: GuardSubject::Action, patterns: found } => patterns.extend(found),
            Expression::And(terms) => terms.iter().for_each(|term| positive(term, patterns)),
            _ => {}
        }
    }
    match term {
        Expression::Not(inner) => positive(inner, patterns),
        Expression::And(terms) => terms.iter().for_each(|term| guarded_patterns(term, patterns)),
        _ => {}
    }
}

fn change_of(patterns: &[&OperationPattern]) -> Option<Change> {
    let covers = |operation: &str| patterns.iter().any(|pattern| pattern.matches_text(operation));
    match (
        covers("Microsoft.Authorization/roleAssignments/write"),
        covers("Microsoft.Authorization/roleAssignments/delete"),
    ) {
        (true, false) => Some(Change::Write),
        (false, true) => Some(Change::Delete),
        _ => None,
    }
}

/// Source: "Authorization actions and attributes": write has the properties of the new assignment as `@Request`
/// only, delete those of the existing one as `@Resource` only.
fn never_exists(attribute: &AttributeRef, change: Change) -> bool {
    const PROPERTIES: &str = "microsoft.authorization/roleassignments:";
    attribute.name.to_ascii_lowercase().starts_with(PROPERTIES)
        && matches!(
            (change, attribute.source),
            (Change::Write, AttributeSource::Resource) | (Change::Delete, AttributeSource::Request)
        )
}
