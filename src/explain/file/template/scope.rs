//! What the expressions of a template refer to, and their values.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::{Map, Value};

use super::expression::{self, TemplateExpression};
use super::functions;

/// How deep values may refer to each other.
const DEEPEST: usize = 48;

/// How much is evaluated: values and characters of one template.
const FUEL: usize = 64 * 1024 * 1024;

/// The most iterations of a copy loop; Azure allows no more.
pub(super) const MOST_COPIES: usize = 800;

/// Expressions that could not be resolved, as written, and why.
pub(super) type Unresolved = BTreeMap<String, String>;

/// A parameter.
#[derive(Clone, Debug)]
enum Parameter {
    /// The value from the outer deployment.
    Given(Value),
    /// The default value.
    Default(Value),
    /// Known only to a deployment.
    Missing,
}

/// Shared by all scopes of a file.
#[derive(Debug)]
pub(super) struct Evaluation {
    fuel: Cell<usize>,
    depth: Cell<usize>,
    unresolved: RefCell<Unresolved>,
    /// The parameters whose default values were used.
    defaults: RefCell<BTreeSet<String>>,
}

impl Default for Evaluation {
    fn default() -> Self {
        Self {
            fuel: Cell::new(FUEL),
            depth: Cell::new(0),
            unresolved: RefCell::default(),
            defaults: RefCell::default(),
        }
    }
}

impl Evaluation {
    /// The parameters whose default values were used since the last call.
    pub(super) fn take_defaults(&self) -> BTreeSet<String> {
        self.defaults.take()
    }

    /// Every expression so far that could not be resolved.
    pub(super) fn unresolved(&self) -> Unresolved {
        self.unresolved.borrow().clone()
    }

    fn spend(&self, amount: usize) -> Result<(), String> {
        match self.fuel.get().checked_sub(amount) {
            Some(rest) => {
                self.fuel.set(rest);
                Ok(())
            }
            None => {
                self.fuel.set(0);
                Err("the template is too large to be resolved here".to_owned())
            }
        }
    }
}

/// Parameters, variables and copy loops at some place.
#[derive(Clone, Debug)]
pub(super) struct TemplateScope<'t> {
    evaluation: &'t Evaluation,
    /// By name in lower case.
    parameters: Rc<BTreeMap<String, Parameter>>,
    variables: Rc<Map<String, Value>>,
    /// Name in lower case, and the iteration; the innermost is last.
    loops: Vec<(String, usize)>,
    /// Replaces a parameter without a value by its name; for titles.
    naming: bool,
}

impl<'t> TemplateScope<'t> {
    /// The scope of a template. `given` are the resolved values that a deployment passes to its parameters.
    pub(super) fn new(evaluation: &'t Evaluation, template: &Value, given: Map<String, Value>) -> Self {
        let object = |name: &str| template.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
        let mut parameters = BTreeMap::new();
        for (name, declared) in object("parameters") {
            let default = declared.get("defaultValue").cloned();
            parameters.insert(name.to_lowercase(), default.map_or(Parameter::Missing, Parameter::Default));
        }
        for (name, value) in given {
            parameters.insert(name.to_lowercase(), Parameter::Given(value));
        }
        let variables = Rc::new(object("variables"));
        Self { evaluation, parameters: Rc::new(parameters), variables, loops: Vec::new(), naming: false }
    }

    /// The same in an iteration of a copy loop.
    pub(super) fn in_loop(&self, name: &str, turn: usize) -> Self {
        let mut inner = self.clone();
        inner.loops.push((name.to_lowercase(), turn));
        inner
    }

    /// A name for people: with the parameter's name if its value is missing.
    pub(super) fn title(&self, text: &str) -> String {
        if !expression::is_expression(text) {
            return text.to_owned();
        }
        let naming = Self { naming: true, ..self.clone() };
        match expression::parse(text).map(|expression| naming.evaluate(&expression)) {
            Some(Ok(Value::String(title))) => title,
            _ => text.to_owned(),
        }
    }

    /// The number of iterations of a copy loop.
    pub(super) fn count(&self, count: Option<&Value>) -> Option<usize> {
        let count = self.resolve(count?).as_u64()?;
        usize::try_from(count).ok().filter(|count| *count <= MOST_COPIES)
    }

    /// A value with its expressions resolved. An expression that cannot be resolved stays as written, and is
    /// recorded.
    pub(super) fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::String(text) if expression::is_expression(text) => {
                let resolved = match expression::parse(text) {
                    Some(expression) => self.evaluate(&expression),
                    None => Err("it is not understood here".to_owned()),
                };
                resolved.unwrap_or_else(|why| {
                    self.evaluation.unresolved.borrow_mut().insert(text.clone(), why);
                    value.clone()
                })
            }
            Value::String(text) if text.starts_with("[[") && text.ends_with(']') => {
                Value::from(text.get(1..).unwrap_or_default())
            }
            Value::Array(elements) => elements.iter().map(|one| self.resolve(one)).collect(),
            Value::Object(members) => self.members(members).into(),
            other => other.clone(),
        }
    }

    fn members(&self, members: &Map<String, Value>) -> Map<String, Value> {
        let mut resolved = Map::new();
        for (name, value) in members {
            match value {
                // A property that a loop creates: `copy` lists them.
                Value::Array(loops)
                    if name == "copy" && loops.iter().all(|one| one.get("input").is_some()) =>
                {
                    for one in loops {
                        let made = one.get("name").and_then(Value::as_str).unwrap_or_default();
                        resolved.insert(made.to_owned(), self.looped(one, made));
                    }
                }
                value => drop(resolved.insert(name.clone(), self.resolve(value))),
            }
        }
        resolved
    }

    /// The list that a copy loop creates; its count, if that cannot be resolved.
    fn looped(&self, one: &Value, name: &str) -> Value {
        let count = one.get("count");
        match (self.count(count), one.get("input")) {
            (Some(count), Some(input)) => {
                (0..count).map(|turn| self.in_loop(name, turn).resolve(input)).collect()
            }
            _ => {
                let text = format!("[copy('{name}')]");
                let why = "the number of iterations of this copy loop is not known".to_owned();
                self.evaluation.unresolved.borrow_mut().insert(text.clone(), why);
                text.into()
            }
        }
    }

    fn evaluate(&self, expression: &TemplateExpression) -> Result<Value, String> {
        let depth = self.evaluation.depth.get();
        if depth >= DEEPEST {
            return Err("it refers to itself, or is nested too deeply".to_owned());
        }
        self.evaluation.depth.set(depth + 1);
        let value = self.evaluation.spend(1).and_then(|()| self.evaluate_here(expression));
        self.evaluation.depth.set(depth);
        if let Ok(value) = &value {
            self.evaluation.spend(size(value))?;
        }
        value
    }

    fn evaluate_here(&self, expression: &TemplateExpression) -> Result<Value, String> {
        let (name, arguments) = match expression {
            TemplateExpression::Text(text) => return Ok(text.as_str().into()),
            TemplateExpression::Number(number) => return Ok((*number).into()),
            TemplateExpression::Part { of, at, optional } => {
                let whole = self.known(self.evaluate(of)?, false)?;
                let at = self.known(self.evaluate(at)?, false)?;
                return match part(&whole, &at) {
                    Some(part) => Ok(part.clone()),
                    None if *optional => Ok(Value::Null),
                    None => Err(format!("there is no {at} in it")),
                };
            }
            TemplateExpression::Call { name, arguments } => (name, arguments),
        };
        match (name.to_lowercase().as_str(), arguments.as_slice()) {
            ("parameters", [TemplateExpression::Text(name)]) => self.parameter(name),
            ("variables", [TemplateExpression::Text(name)]) => self.variable(name),
            ("copyindex", arguments) => self.copy_index(arguments),
            ("if", [condition, yes, no]) => match self.known(self.evaluate(condition)?, true)? {
                Value::Bool(true) => self.evaluate(yes),
                Value::Bool(false) => self.evaluate(no),
                _ => Err("its condition is neither true nor false".to_owned()),
            },
            (_, arguments) => {
                let value = |one: &TemplateExpression| self.known(self.evaluate(one)?, true);
                let arguments = arguments.iter().map(value).collect::<Result<Vec<_>, _>>()?;
                functions::call(name, &arguments)
                    .ok_or_else(|| format!("only Azure knows the value of `{name}` here"))
            }
        }
    }

    fn parameter(&self, name: &str) -> Result<Value, String> {
        match self.parameters.get(&name.to_lowercase()) {
            Some(Parameter::Given(value)) => Ok(value.clone()),
            Some(Parameter::Default(value)) => {
                self.evaluation.defaults.borrow_mut().insert(name.to_owned());
                self.nested(value)
            }
            Some(Parameter::Missing) if self.naming => Ok(format!("<{name}>").into()),
            Some(Parameter::Missing) => Err(format!("the parameter `{name}` has no default value")),
            None => Err(format!("there is no parameter `{name}`")),
        }
    }

    fn variable(&self, name: &str) -> Result<Value, String> {
        let same = |(one, _): &(&String, &Value)| one.to_lowercase() == name.to_lowercase();
        if let Some((_, value)) = self.variables.iter().find(same) {
            return self.nested(value);
        }
        let loops = self.variables.get("copy").and_then(Value::as_array).into_iter().flatten();
        let named = |one: &&Value| {
            one.get("name")
                .and_then(Value::as_str)
                .is_some_and(|one| one.to_lowercase() == name.to_lowercase())
        };
        match loops.clone().find(named) {
            Some(one) => Ok(self.looped(one, name)),
            None => Err(format!("there is no variable `{name}`")),
        }
    }

    /// A value that another one refers to.
    fn nested(&self, value: &Value) -> Result<Value, String> {
        let depth = self.evaluation.depth.get();
        if depth >= DEEPEST {
            return Err("it refers to itself, or is nested too deeply".to_owned());
        }
        self.evaluation.spend(size(value))?;
        self.evaluation.depth.set(depth + 1);
        // A variable is resolved outside any loop around its use.
        let resolved = Self { loops: Vec::new(), ..self.clone() }.resolve(value);
        self.evaluation.depth.set(depth);
        match &resolved {
            // The whole value cannot be resolved, for the same reason.
            Value::String(text) if expression::is_expression(text) => match self.why(text) {
                Some(why) => Err(why),
                None => Ok(resolved),
            },
            _ => Ok(resolved),
        }
    }

    /// `copyIndex()`, `copyIndex('loop')`, and either with an offset.
    fn copy_index(&self, arguments: &[TemplateExpression]) -> Result<Value, String> {
        let (name, offset) = match arguments {
            [] => (None, 0),
            [TemplateExpression::Text(name)] => (Some(name), 0),
            [TemplateExpression::Number(offset)] => (None, *offset),
            [TemplateExpression::Text(name), TemplateExpression::Number(offset)] => (Some(name), *offset),
            _ => return Err("its copyIndex is not understood here".to_owned()),
        };
        let turn = match name {
            None => self.loops.last(),
            Some(name) => self.loops.iter().rev().find(|(one, _)| *one == name.to_lowercase()),
        };
        let (_, turn) = turn.ok_or("the iteration of its copy loop is not known")?;
        let turn = i64::try_from(*turn).unwrap_or(i64::MAX);
        Ok(turn.saturating_add(offset).into())
    }

    /// A value for a computation: nothing in it may be unresolved.
    fn known(&self, value: Value, inside: bool) -> Result<Value, String> {
        match self.unresolved_in(&value, inside) {
            Some(why) => Err(why),
            None => Ok(value),
        }
    }

    fn unresolved_in(&self, value: &Value, inside: bool) -> Option<String> {
        match value {
            Value::String(text) => self.why(text),
            Value::Array(elements) if inside => elements.iter().find_map(|one| self.unresolved_in(one, true)),
            Value::Object(members) if inside => {
                members.values().find_map(|one| self.unresolved_in(one, true))
            }
            _ => None,
        }
    }

    fn why(&self, text: &str) -> Option<String> {
        self.evaluation.unresolved.borrow().get(text).cloned()
    }
}

/// A member or an element.
fn part<'v>(whole: &'v Value, at: &Value) -> Option<&'v Value> {
    match (whole, at) {
        (Value::Object(members), Value::String(name)) => members.get(name).or_else(|| {
            members.iter().find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        }),
        (Value::Array(elements), Value::Number(at)) => elements.get(usize::try_from(at.as_u64()?).ok()?),
        _ => None,
    }
}

/// The size of a value, in values and characters.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => 1 + text.len(),
        Value::Array(elements) => 1 + elements.iter().map(size).sum::<usize>(),
        Value::Object(members) => 1 + members.iter().map(|(name, one)| name.len() + size(one)).sum::<usize>(),
        _ => 1,
    }
}
