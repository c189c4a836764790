//! `rules_diagram(rules, format)` and `rules_markdown(rules)`: an allowlist for human readers.

use super::arguments::Arguments;
use super::rules_argument;
use crate::allowlist::{
    LintContext, Matrix, MatrixSource, Picture, Size, document_findings, graphviz, markdown, matrix_markdown,
    matrix_words, mermaid,
};
use crate::plugin::function::{Function, FunctionError, Parameter, Signature};
use crate::plugin::{Type, Value};

/// `rules_diagram(rules, format)`.
#[derive(Clone, Copy, Debug)]
pub struct RulesDiagram;

impl Function for RulesDiagram {
    fn name(&self) -> &'static str {
        "rules_diagram"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "An allowlist's rules as a diagram",
            description: "Draws an allowlist from left to right: the identities with their conditions, \
                          their roles, and the privileges that these grant. It marks privileges that are \
                          closed to everybody, and shows what happens to every other request. The same \
                          rules always give the same text. GitHub, GitLab and Azure DevOps draw Mermaid in \
                          a code block of that name; Graphviz makes a picture of any size: `dot -Tsvg`."
                .into(),
            parameters: vec![
                rules_argument::parameter("rules"),
                Parameter {
                    name: "format",
                    kind: Type::String,
                    allow_null: false,
                    description: "The language of the diagram: `mermaid` or `dot`.".into(),
                },
            ],
            variadic: None,
            result: Type::String,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let mut arguments = Arguments::new(arguments);
        let document = rules_argument::document(&mut arguments)?;
        let pictures = [Picture::new(&document)];
        match &*arguments.text()? {
            "mermaid" => Ok(mermaid(&pictures).into()),
            "dot" => Ok(graphviz(&pictures).into()),
            _ => Err(arguments.error("The format must be `mermaid` or `dot`.")),
        }
    }
}

/// The limits of a matrix in a pull request.
const SIZE: Size = Size { rows: 80, columns: 20 };

/// `rules_markdown(rules)`.
#[derive(Clone, Copy, Debug)]
pub struct RulesMarkdown;

impl Function for RulesMarkdown {
    fn name(&self) -> &'static str {
        "rules_markdown"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "An allowlist's rules as Markdown, for reviewers",
            description: "Writes an allowlist for a pull request: what its modes mean, who gets tokens and \
                          certificates, and a matrix of identities and requests. A table of the privileges \
                          says who may use each, which are closed to everybody, and what happens to every \
                          other request. A table of the identities and the linter's findings follow. Names \
                          and paths are written as code, so nothing in them can be markup, a link or a \
                          mention. The same rules always give the same text."
                .into(),
            parameters: vec![rules_argument::parameter("rules")],
            variadic: None,
            result: Type::String,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let document = rules_argument::document(&mut Arguments::new(arguments))?;
        let findings = document_findings(&document, &LintContext::default());
        let source = MatrixSource { document: &document, endpoint: None, os_type: None, is_open: &|_| false };
        let matrix = matrix_markdown(&Matrix::new(&source, SIZE), matrix_words::mode_of(&document));
        Ok(markdown(&Picture::new(&document), Some(&matrix), &findings).into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::json::to_dynamic;
    use super::*;

    fn rules() -> Value {
        to_dynamic(&json!({ "mode": "Enforce", "default_access": "Deny", "rules": {
            "privileges": { "p": { "path": "/metadata/instance" } }, "roles": { "r": { "privileges": ["p"] } },
            "identities": { "i": { "user_name": "u" } }, "role_assignments": { "r": { "identities": ["i"] } }
        } }))
    }

    #[test]
    fn rules_are_drawn_in_the_requested_language() {
        for (format, start) in [("mermaid", "flowchart LR\n"), ("dot", "digraph allowlist {\n")] {
            let Ok(Value::String(drawn)) = RulesDiagram.call(vec![rules(), format.into()]) else {
                panic!("{format}")
            };
            assert!(drawn.starts_with(start), "{drawn}");
        }
        assert!(RulesDiagram.call(vec![rules(), "svg".into()]).is_err());
    }

    #[test]
    fn a_table_has_a_row_for_a_privilege() {
        let Ok(Value::String(page)) = RulesMarkdown.call(vec![rules()]) else { panic!() };
        assert!(page.contains("| `p` | `/metadata/instance` | `i` by `r` |\n"), "{page}");
    }
}
