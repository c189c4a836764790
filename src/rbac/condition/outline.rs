//! The names in a condition.

use super::syntax::{Comparison, Expression, GuardSubject, Literal, Operand};

/// The names in a condition, each once, in the order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Patterns of `ActionMatches`.
    pub guards: Vec<String>,
    /// Patterns of `SubOperationMatches`.
    pub suboperations: Vec<String>,
    /// Attributes, as `@Source[name]`.
    pub attributes: Vec<String>,
    /// GUIDs, in lower case with dashes.
    pub guids: Vec<String>,
}

impl Outline {
    pub(super) fn of(expression: &Expression) -> Self {
        let mut outline = Self::default();
        outline.visit(expression);
        outline
    }

    fn visit(&mut self, expression: &Expression) {
        match expression {
            Expression::Or(terms) | Expression::And(terms) => terms.iter().for_each(|term| self.visit(term)),
            Expression::Not(inner) => self.visit(inner),
            Expression::Matches { subject, patterns } => {
                let list = match subject {
                    GuardSubject::Action => &mut self.guards,
                    GuardSubject::SubOperation => &mut self.suboperations,
                };
                patterns.iter().for_each(|pattern| note(list, pattern.as_str().to_owned()));
            }
            Expression::Exists(attribute) => note(&mut self.attributes, attribute.to_string()),
            Expression::Comparison(Comparison { left, right, .. }) => {
                self.visit_operand(left);
                self.visit_operand(right);
            }
        }
    }

    fn visit_operand(&mut self, operand: &Operand) {
        match operand {
            Operand::Attribute(attribute) => note(&mut self.attributes, attribute.to_string()),
            Operand::Literal(literal) => self.visit_literal(literal),
            Operand::Set(literals) => literals.iter().for_each(|literal| self.visit_literal(literal)),
        }
    }

    fn visit_literal(&mut self, literal: &Literal) {
        if let Literal::Guid(guid) = literal {
            note(&mut self.guids, guid.to_string());
        }
    }
}

fn note(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}
