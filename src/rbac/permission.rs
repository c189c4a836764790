//! Permission blocks: what a role grants, and what its wildcards match.

mod expansion;
mod from_json;

pub use expansion::{Expansion, GrantedOperation};

use super::condition::{Condition, ConditionError, RequestContext};
use super::{Operation, OperationPattern, Plane, kleene};

/// One permission of a role: four lists of patterns and perhaps a condition.
///
/// It grants what its `actions` match minus what its `not_actions` match, and the same on the data plane.
/// `not_actions` applies to its own block only: it is a subtraction, not a denial, and another block or
/// another role may still grant the operation.
#[derive(Clone, Debug, Default)]
pub struct PermissionBlock {
    /// Control operations granted.
    pub actions: Vec<OperationPattern>,
    /// Control operations subtracted from `actions`.
    pub not_actions: Vec<OperationPattern>,
    /// Data operations granted.
    pub data_actions: Vec<OperationPattern>,
    /// Data operations subtracted from `data_actions`.
    pub not_data_actions: Vec<OperationPattern>,
    /// The condition of the grant.
    pub condition: Option<BlockCondition>,
}

/// The condition of a permission block, kept as it was written, even if it could not be parsed.
#[derive(Clone, Debug)]
pub struct BlockCondition {
    text: String,
    version: Option<String>,
    parsed: Result<Condition, ConditionError>,
}

impl BlockCondition {
    /// Takes the text and its version.
    pub fn new(text: &str, version: Option<&str>) -> Self {
        Self { text: text.to_owned(), version: version.map(str::to_owned), parsed: Condition::parse(text) }
    }

    /// The condition as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The version, such as `2.0`.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The parsed condition, or why it could not be parsed.
    pub fn parsed(&self) -> Result<&Condition, &ConditionError> {
        self.parsed.as_ref()
    }

    /// Whether the condition holds in `context`. A condition that cannot be read, or is of a version other
    /// than 1.0 and 2.0, is undecided.
    pub fn evaluate(&self, context: &RequestContext) -> Option<bool> {
        if !matches!(self.version(), None | Some("1.0" | "2.0")) {
            return None;
        }
        self.parsed().ok()?.evaluate(context)
    }

    /// The canonical text, in which two conditions of equal meaning usually agree; the original text
    /// (trimmed) if it could not be parsed.
    pub fn canonical(&self) -> String {
        match &self.parsed {
            Ok(condition) => condition.canonical(),
            Err(_) => self.text.trim().to_owned(),
        }
    }
}

impl PermissionBlock {
    /// Whether this block's lists grant `operation` on `plane`, without its condition. `None` if it depends
    /// on the open question of [`super::Coverage::OnlyCollapsed`].
    pub fn grants(&self, operation: &Operation, plane: Plane) -> Option<bool> {
        let (granted, subtracted) = self.lists(plane);
        let matched = |patterns: &[OperationPattern]| {
            kleene::any(patterns.iter().map(|pattern| pattern.coverage(operation).as_answer()))
        };
        kleene::all([matched(granted), kleene::not(matched(subtracted))])
    }

    /// Whether this block's lists, read literally, grant `operation` on `plane`.
    fn grants_literally(&self, operation: &Operation, plane: Plane) -> bool {
        let (granted, subtracted) = self.lists(plane);
        let matched = |patterns: &[OperationPattern]| patterns.iter().any(|p| p.matches(operation));
        matched(granted) && !matched(subtracted)
    }

    /// The granting and the subtracting list of `plane`.
    pub fn lists(&self, plane: Plane) -> (&[OperationPattern], &[OperationPattern]) {
        match plane {
            Plane::Control => (&self.actions, &self.not_actions),
            Plane::Data => (&self.data_actions, &self.not_data_actions),
        }
    }

    /// Whether the block's condition holds in `context`; a block without one always holds.
    pub fn condition_holds(&self, context: &RequestContext) -> Option<bool> {
        self.condition.as_ref().map_or(Some(true), |condition| condition.evaluate(context))
    }
}

/// The permission blocks of one role, or of several taken together: what any block grants is granted.
#[derive(Clone, Debug, Default)]
pub struct Permissions(Vec<PermissionBlock>);

impl Permissions {
    /// Takes the blocks.
    pub fn new(blocks: Vec<PermissionBlock>) -> Self {
        Self(blocks)
    }

    /// The blocks.
    pub fn blocks(&self) -> &[PermissionBlock] {
        &self.0
    }

    /// Whether any block has a condition.
    pub fn is_conditional(&self) -> bool {
        self.0.iter().any(|block| block.condition.is_some())
    }

    /// Whether `operation` is permitted on `plane` in `context`: some block grants it and that block's condition
    /// holds. The lists come first: a condition that is true grants nothing.
    pub fn permit_on(&self, operation: &Operation, plane: Plane, context: &RequestContext) -> Option<bool> {
        let context = context.with_action(operation);
        kleene::any(self.0.iter().map(|block| match block.grants(operation, plane) {
            Some(false) => Some(false),
            granted => kleene::all([granted, block.condition_holds(&context)]),
        }))
    }

    /// Whether `operation` is permitted in `context`, if it is not certain to which plane it belongs.
    ///
    /// The context may have the plane. Otherwise an operation counts as a data operation if it is a
    /// well-known one or the role itself lists it exactly among its data actions; otherwise as a control
    /// operation. If only a wildcard among the data actions could grant it, the plane matters, and the result
    /// is `None`.
    pub fn permit(&self, operation: &Operation, context: &RequestContext) -> Option<bool> {
        let known = context.plane().or_else(|| Plane::well_known(operation));
        if let Some(plane) = known.or_else(|| self.plane_named(operation)) {
            return self.permit_on(operation, plane, context);
        }
        let control = self.permit_on(operation, Plane::Control, context);
        match (control, self.permit_on(operation, Plane::Data, context)) {
            (Some(true), _) | (_, Some(false)) => control,
            _ => None,
        }
    }

    /// Those of `operations` that are not certainly permitted, whatever the circumstances of a request: the
    /// role does not grant them, or only under a condition that could fail, or the grant is undecided.
    pub fn missing<'a>(&self, operations: &'a [Operation]) -> Vec<&'a Operation> {
        let mut missing: Vec<&Operation> = Vec::new();
        for operation in operations {
            let permitted = self.permit(operation, &RequestContext::unknown());
            if permitted != Some(true) && !missing.contains(&operation) {
                missing.push(operation);
            }
        }
        missing
    }

    /// The data plane, if a block lists `operation` among its data actions without a wildcard.
    fn plane_named(&self, operation: &Operation) -> Option<Plane> {
        let named = |pattern: &OperationPattern| !pattern.has_wildcard() && pattern.matches(operation);
        self.0.iter().any(|block| block.data_actions.iter().any(named)).then_some(Plane::Data)
    }
}
