//! The functions about roles and conditions, over JSON: the content of Terraform functions, without
//! Terraform.
//!
//! Arguments of no fixed shape are passed as [`Value`], and each error names its argument. All functions are
//! pure: no clock, no network, no catalogue of their own. `None` is "undecided" and never means yes.

use super::condition::{Condition, ConditionError, DelegationError, RequestContext};
use super::{
    Catalogue, Feature, InvalidOperation, LeastPrivilegeError, LeastPrivilegeRole, Operation,
    OperationPattern, Permissions, ReadError, RoleDiff,
};
use serde::Serialize;
use serde_json::Value;

/// Why a function has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct ArgumentError {
    /// The index of the argument, from 0.
    pub argument: usize,
    /// What is wrong with it.
    #[source]
    pub problem: ArgumentProblem,
}

/// What can be wrong with an argument.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArgumentProblem {
    /// JSON of another shape.
    #[error(transparent)]
    Shape(#[from] ReadError),
    /// Not an operation.
    #[error(transparent)]
    Operation(#[from] InvalidOperation),
    /// Not a condition.
    #[error("the condition cannot be read: {0}")]
    Condition(#[from] ConditionError),
    /// Roles for which no condition can be written.
    #[error(transparent)]
    Delegation(#[from] DelegationError),
    /// Features for which no role can be written.
    #[error(transparent)]
    LeastPrivilege(#[from] LeastPrivilegeError),
    /// The context has another operation than the one in question.
    #[error("the context's action is `{0}`, which is not the operation in question; leave it out")]
    OtherAction(String),
    /// The canonical text exceeds the limits of a condition.
    #[error("the condition in its canonical spelling cannot be stored: {0}")]
    Canonical(ConditionError),
}

/// Attaches a problem to its argument.
trait AtArgument<T> {
    fn at_argument(self, argument: usize) -> Result<T, ArgumentError>;
}

impl<T, E: Into<ArgumentProblem>> AtArgument<T> for Result<T, E> {
    fn at_argument(self, argument: usize) -> Result<T, ArgumentError> {
        self.map_err(|error| ArgumentError { argument, problem: error.into() })
    }
}

/// Whether `pattern` matches `operation`: ignoring case, with `*` for any run of characters, slashes
/// included. All other characters are literal, so `a/*/read` does not match `a/read`. A pattern in the place
/// of the operation is an error.
pub fn operation_matches(pattern: &str, operation: &str) -> Result<bool, ArgumentError> {
    let operation = Operation::new(operation).at_argument(1)?;
    Ok(OperationPattern::new(pattern).matches(&operation))
}

/// The operations of `catalogue` that `permissions` grant, of both planes, sorted: the union of all blocks.
/// Conditions are ignored.
pub fn effective_operations(permissions: &Value, catalogue: &Value) -> Result<Vec<String>, ArgumentError> {
    let permissions = Permissions::from_json(permissions).at_argument(0)?;
    let catalogue = Catalogue::from_json(catalogue).at_argument(1)?;
    Ok(permissions.expand(&catalogue).names())
}

/// Whether `permissions` permit `operation` in `context`: a block grants it and the block's condition holds.
/// Without a context (null, or one without members) nothing is known about the request, and a condition that
/// depends on it returns `None`.
pub fn role_permits(
    permissions: &Value,
    operation: &str,
    context: &Value,
) -> Result<Option<bool>, ArgumentError> {
    let permissions = Permissions::from_json(permissions).at_argument(0)?;
    let operation = Operation::new(operation).at_argument(1)?;
    let context = RequestContext::from_json(context).at_argument(2)?;
    if let Some(other) = context.action().filter(|action| **action != operation) {
        return Err(ArgumentProblem::OtherAction(other.to_string())).at_argument(2);
    }
    Ok(permissions.permit(&operation, &context))
}

/// Those of `operations` that `permissions` do not certainly permit, in the order given: not granted at all,
/// or only under a condition that could fail. An empty result means that the role suffices.
pub fn role_missing<T: AsRef<str>>(
    permissions: &Value,
    operations: &[T],
) -> Result<Vec<String>, ArgumentError> {
    let permissions = Permissions::from_json(permissions).at_argument(0)?;
    let operations: Vec<Operation> = operations
        .iter()
        .map(|name| Operation::new(name.as_ref()))
        .collect::<Result<_, _>>()
        .at_argument(1)?;
    Ok(permissions.missing(&operations).into_iter().map(|o| o.as_str().to_owned()).collect())
}

/// What changed from `old` to `new` permissions, in operations of `catalogue`.
pub fn role_diff(old: &Value, new: &Value, catalogue: &Value) -> Result<RoleDiff, ArgumentError> {
    let old = Permissions::from_json(old).at_argument(0)?;
    let new = Permissions::from_json(new).at_argument(1)?;
    let catalogue = Catalogue::from_json(catalogue).at_argument(2)?;
    Ok(super::role_diff(&old, &new, &catalogue))
}

/// Whether `condition` holds in `context`. True does not mean permitted: see [`role_permits`].
pub fn condition_evaluate(condition: &str, context: &Value) -> Result<Option<bool>, ArgumentError> {
    let condition = Condition::parse(condition).at_argument(0)?;
    let context = RequestContext::from_json(context).at_argument(1)?;
    Ok(condition.evaluate(&context))
}

/// The result of [`condition_parse`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ParsedCondition {
    /// Whether it is a condition.
    pub valid: bool,
    /// Why it is not.
    pub error: Option<ParseError>,
    /// Patterns of operations it guards with `ActionMatches`.
    pub guards: Vec<String>,
    /// Its attributes, as `@Source[name]`.
    pub attributes: Vec<String>,
    /// Its GUIDs, in lower case with dashes.
    pub guids: Vec<String>,
    /// Parts that are legal but probably not intended.
    pub diagnostics: Vec<ParseDiagnostic>,
}

/// The first place at which a text is not a valid condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParseError {
    /// `syntax`, `unknown_operator`, `unsupported_operator`, `literal`, `too_long` or `too_deep`.
    pub kind: String,
    /// What is wrong.
    pub message: String,
    /// Its place, in bytes from 0.
    pub offset: usize,
    /// What was expected there.
    pub expected: Vec<String>,
}

/// A warning about a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParseDiagnostic {
    /// `mixed_and_or`, `vacuous_negation`, `never_true`, `undocumented_escape` or
    /// `wrong_source`.
    pub id: String,
    /// Its meaning and what to do.
    pub message: String,
    /// Its place, in bytes from 0.
    pub offset: usize,
}

/// Reads a condition and returns what it names, or why it is invalid. Never fails: `valid` has the result.
pub fn condition_parse(condition: &str) -> ParsedCondition {
    let condition = match Condition::parse(condition) {
        Ok(condition) => condition,
        Err(error) => {
            let error = ParseError {
                kind: error.kind.code().to_owned(),
                message: error.message(),
                offset: error.offset,
                expected: error.expected.iter().map(|text| (*text).to_owned()).collect(),
            };
            return ParsedCondition { error: Some(error), ..ParsedCondition::default() };
        }
    };
    let outline = condition.outline();
    ParsedCondition {
        valid: true,
        error: None,
        guards: outline.guards,
        attributes: outline.attributes,
        guids: outline.guids,
        diagnostics: condition
            .findings()
            .iter()
            .map(|finding| ParseDiagnostic {
                id: finding.kind.code().to_owned(),
                message: finding.kind.message().to_owned(),
                offset: finding.offset,
            })
            .collect(),
    }
}

/// The condition in its canonical spelling. Canonical text is returned unchanged. Parentheses are added, so a
/// condition close to the limits of length and depth may have no canonical text that Azure would store.
pub fn condition_format(condition: &str) -> Result<String, ArgumentError> {
    let canonical = Condition::parse(condition).at_argument(0)?.canonical();
    Condition::parse(&canonical).map_err(ArgumentProblem::Canonical).at_argument(0)?;
    Ok(canonical)
}

/// The condition for assigning and unassigning the roles in `role_ids` and no others.
pub fn condition_for_roles<T: AsRef<str>>(role_ids: &[T]) -> Result<String, ArgumentError> {
    super::condition::condition_for_roles(role_ids).at_argument(0)
}

/// The least role for `features` of this provider, called `name`, assignable at `scope`.
pub fn least_privilege_role<T: AsRef<str>>(
    features: &[T],
    name: &str,
    scope: &str,
) -> Result<LeastPrivilegeRole, ArgumentError> {
    let features: Vec<Feature> =
        features.iter().map(|feature| feature.as_ref().parse()).collect::<Result<_, _>>().at_argument(0)?;
    LeastPrivilegeRole::new(&features, name, scope).map_err(|problem| {
        let argument = match problem {
            LeastPrivilegeError::NoName => 1,
            LeastPrivilegeError::Scope(_) => 2,
            LeastPrivilegeError::UnknownFeature(_) | LeastPrivilegeError::Nothing => 0,
        };
        ArgumentError { argument, problem: problem.into() }
    })
}
