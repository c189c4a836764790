//! `rules_findings(rules)`: the linter.

use super::arguments::Arguments;
use super::rules_argument;
use crate::allowlist::{LintContext, document_findings};
use crate::plugin::function::{Function, FunctionError, Signature};
use crate::plugin::{Type, Value};

/// The function.
#[derive(Clone, Copy, Debug)]
pub struct RulesFindings;

impl Function for RulesFindings {
    fn name(&self) -> &'static str {
        "rules_findings"
    }

    fn signature(&self) -> Signature {
        let text = Type::String;
        let finding = Type::object([
            ("id", text.clone()),
            ("severity", text.clone()),
            ("subject", text.clone()),
            ("message", text.clone()),
            ("suggestion", text),
        ]);
        Signature {
            summary: "What is wrong or dangerous in an allowlist's rules",
            description: "Returns all findings about an allowlist, errors first: mistakes that the guest \
                          agent silently ignores, rules that open or close more than they seem to, and \
                          useful remarks. `severity` is `error`, `warning` or `info`; `subject` is the \
                          rule that the finding is about; `suggestion` is what to write instead, or null. \
                          Each finding has a stable id that the `lint` argument of a version takes; the \
                          guide on findings explains them all."
                .into(),
            parameters: vec![rules_argument::parameter("rules")],
            variadic: None,
            result: Type::list(finding),
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let document = rules_argument::document(&mut Arguments::new(arguments))?;
        let findings = document_findings(&document, &LintContext::default());
        Ok(Value::List(
            findings
                .into_iter()
                .map(|finding| {
                    Value::object([
                        ("id", Value::from(finding.id.to_string())),
                        ("severity", finding.severity.as_str().into()),
                        ("subject", finding.subject.to_string().into()),
                        ("message", finding.message.into()),
                        ("suggestion", finding.suggestion.into()),
                    ])
                })
                .collect(),
        ))
    }
}
