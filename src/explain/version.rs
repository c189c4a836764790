//! One version found in a file, and what it comes to.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::arguments::Arguments;
use crate::allowlist::{
    Context, Document, Draft, Endpoint, Finding, FindingId, List, OsType, Picture, Refused, Severity,
    Subject, document_findings, findings, open_document_findings,
};

/// A version in a file. Texts in it may stand for others that only come later.
#[derive(Clone, Debug)]
pub(super) struct Version {
    /// What it is called, and where it is.
    pub(super) title: String,
    /// Its mode, default access and rules, in either shape.
    pub(super) properties: Map<String, Value>,
    /// What is known of its profile.
    pub(super) profile: Profile,
    /// Names around it that may tell what it is for.
    pub(super) names: Vec<String>,
    /// Things to know beside the rules.
    pub(super) notes: Vec<String>,
    /// Which texts stand for others, and what these are called.
    pub(super) open: Open,
}

/// What a version's profile says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Profile {
    pub(super) endpoint: Option<Endpoint>,
    pub(super) os_type: Option<OsType>,
}

impl Profile {
    /// Reads two words; one that is an expression, or nonsense, is as good as none.
    pub(super) fn of(endpoint: Option<&Value>, os_type: Option<&Value>) -> Self {
        fn word<T: FromStr>(value: Option<&Value>) -> Option<T> {
            value?.as_str()?.parse().ok()
        }
        Self { endpoint: word(endpoint), os_type: word(os_type) }
    }
}

/// Texts that stand for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Open {
    /// None: the file says everything.
    Nothing,
    /// Expressions of ARM's templates: in brackets, and not in two.
    Expressions,
    /// What a plan does not know yet, marked by [`LATER`].
    Later,
}

/// What stands in a plan for a value that is not known yet.
pub(super) const LATER: &str = "(known after apply)";

impl Open {
    fn is_open(self, text: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Expressions => text.starts_with('[') && !text.starts_with("[[") && text.ends_with(']'),
            Self::Later => text == LATER,
        }
    }

    fn called(self, text: &str) -> String {
        match self {
            Self::Expressions => format!("the expression {text}"),
            Self::Nothing | Self::Later => "known after apply".to_owned(),
        }
    }
}

/// A version explained.
#[derive(Clone, Debug)]
pub(super) struct Explained {
    pub(super) picture: Picture,
    pub(super) findings: Vec<Finding>,
}

impl Version {
    /// What it is called.
    pub(super) fn title(&self) -> &str {
        if self.title.is_empty() { "the rules" } else { &self.title }
    }

    /// What it comes to. What stands for something else is left as it is, and said.
    pub(super) fn explain(&self, arguments: &Arguments) -> Result<Explained, Refused> {
        let mut properties = self.properties.clone();
        let mut notes = self.notes.clone();
        for (name, alias) in
            [("mode", "mode"), ("default access", "default_access"), ("default access", "defaultAccess")]
        {
            if let Some(text) = properties.get(alias).and_then(|value| self.open_text(value)) {
                notes.push(format!("The {name} is {}.", self.open.called(text)));
                properties.remove(alias);
            }
        }
        let beyond = self.beyond(&properties);
        if let Some(place) = &beyond {
            notes.push(format!("The rules cannot be told: {place}."));
            properties.retain(|name, _| name != "rules" && !is_list(name));
        }
        let document = Document::from_value(&Value::Object(properties.clone()))?;
        let profile = Profile {
            endpoint: arguments.endpoint.or(self.profile.endpoint),
            os_type: arguments.os_type.or(self.profile.os_type),
        };
        let context = Context {
            endpoint: profile.endpoint,
            os_type: profile.os_type,
            names: self.names.clone(),
            ..Context::default()
        };
        let mut picture =
            Picture::new(&document).titled(&*self.title).of_profile(profile.endpoint, profile.os_type);
        if beyond.is_none() && self.has_open_texts(properties.get("rules")) {
            notes.push(match self.open {
                Open::Expressions => {
                    "Expressions stand as they are; what depends on them is not checked.".to_owned()
                }
                _ => "What is known after apply is not checked.".to_owned(),
            });
        }
        for note in notes {
            picture = picture.noting(note);
        }
        let found = if beyond.is_some() {
            about_access(&document, &context)
        } else {
            open_document_findings(&document, &context, |text| self.open.is_open(text))
        };
        Ok(Explained { picture, findings: self.as_configured(found) })
    }

    fn open_text<'v>(&self, value: &'v Value) -> Option<&'v str> {
        value.as_str().filter(|text| self.open.is_open(text))
    }

    fn has_open_texts(&self, value: Option<&Value>) -> bool {
        match value {
            Some(Value::String(text)) => self.open.is_open(text),
            Some(Value::Array(elements)) => elements.iter().any(|one| self.has_open_texts(Some(one))),
            Some(Value::Object(members)) => {
                members.iter().any(|(name, one)| self.open.is_open(name) || self.has_open_texts(Some(one)))
            }
            _ => false,
        }
    }

    /// Where something that is no text stands for rules: then nothing can be said about them.
    fn beyond(&self, properties: &Map<String, Value>) -> Option<String> {
        let rules = match properties.get("rules") {
            None => properties,
            Some(Value::Object(rules)) => rules,
            Some(other) => {
                return self.open_text(other).map(|text| format!("they are {}", self.open.called(text)));
            }
        };
        if self.open == Open::Expressions && rules.contains_key("copy") {
            return Some("a copy loop makes them".to_owned());
        }
        let lists = rules.iter().filter(|(name, _)| is_list(name));
        for (name, list) in lists {
            let elements: Vec<&Value> = match list {
                Value::Array(elements) => elements.iter().collect(),
                Value::Object(elements) => elements.values().collect(),
                other => vec![other],
            };
            for element in elements {
                let members = element.as_object().into_iter().flatten();
                let holding = members.filter(|(member, _)| {
                    matches!(
                        member.as_str(),
                        "queryParameters" | "query_parameters" | "privileges" | "identities"
                    )
                });
                let open = std::iter::once(element).chain(holding.map(|(_, value)| value));
                if let Some(text) = open.filter_map(|value| self.open_text(value)).next() {
                    return Some(format!("something in {name} is {}", self.open.called(text)));
                }
            }
        }
        None
    }

    /// The findings as the `lint` argument of the resource wants them.
    fn as_configured(&self, found: Vec<Finding>) -> Vec<Finding> {
        let Some(lint) = self.properties.get("lint").and_then(Value::as_object) else { return found };
        let level = |id: FindingId| {
            lint.iter().find(|(name, _)| name.parse() == Ok(id)).and_then(|(_, level)| level.as_str())
        };
        let mut kept: Vec<_> = found
            .into_iter()
            .filter_map(|mut finding| {
                finding.severity = match level(finding.id) {
                    Some("off") => return None,
                    Some("warning") => Severity::Warning,
                    Some("error") => Severity::Error,
                    _ => finding.severity,
                };
                Some(finding)
            })
            .collect();
        kept.sort_by_key(|finding| finding.severity);
        kept
    }
}

/// What there is to say when the rules cannot be told.
fn about_access(document: &Document, context: &Context) -> Vec<Finding> {
    let words = |finding: &Finding| matches!(finding.subject, Subject::Mode | Subject::DefaultAccess);
    let context = Context {
        mode: document.mode.as_deref().and_then(|word| word.parse().ok()),
        default_access: document.default_access.as_deref().and_then(|word| word.parse().ok()),
        ..context.clone()
    };
    let mut found = findings(&Draft::unknown(), &context);
    let of_words = document_findings(document, &context).into_iter().filter(words);
    found.extend(of_words.filter(|one| one.severity == Severity::Error));
    found.sort_by_key(|finding| finding.severity);
    found
}

fn is_list(name: &str) -> bool {
    List::ALL.iter().any(|list| name == list.as_str() || name == list.in_documents())
}
