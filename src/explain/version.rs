//! One version found in a file, and its explanation.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::{Map, Value};

use super::arguments::CommandLine;
use crate::allowlist::{
    Document, Draft, Endpoint, Finding, FindingId, InvalidDocument, LintContext, List, Needs, OsType,
    Picture, Severity, Subject, UnknownParts, document_findings, findings, open_document_findings,
};

/// A version in a file. Texts in it may be placeholders for values that are known only later.
#[derive(Clone, Debug)]
pub(super) struct Version {
    /// Its name, and its place.
    pub(super) title: String,
    /// What distinguishes it from others in the same kind of file: an id, an address or a name, and its
    /// parent.
    pub(super) key: Key,
    /// Its mode, default access and rules, in either shape.
    pub(super) properties: Map<String, Value>,
    /// What is known of its profile.
    pub(super) profile: Profile,
    /// Names around it that may show what it is for.
    pub(super) names: Vec<String>,
    /// Remarks about it, apart from the rules.
    pub(super) notes: Vec<String>,
    /// Which texts are placeholders, and what they stand for.
    pub(super) placeholders: Placeholders,
}

/// What distinguishes a version from others, and its parent. Both compare ignoring case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) whole: String,
    pub(super) profile: String,
}

impl Key {
    pub(super) fn new(whole: &str, profile: &str) -> Self {
        Self { whole: whole.to_lowercase(), profile: profile.to_lowercase() }
    }
}

/// The properties of a version's profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Profile {
    pub(super) endpoint: Option<Endpoint>,
    pub(super) os_type: Option<OsType>,
}

impl Profile {
    /// Reads two words; an expression or an invalid word counts as missing.
    pub(super) fn of(endpoint: Option<&Value>, os_type: Option<&Value>) -> Self {
        fn word<T: FromStr>(value: Option<&Value>) -> Option<T> {
            value?.as_str()?.parse().ok()
        }
        Self { endpoint: word(endpoint), os_type: word(os_type) }
    }
}

/// Which texts are placeholders for unknown values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Placeholders {
    /// None: the file contains every value.
    Nothing,
    /// Expressions of a template that could not be resolved, as written, and why.
    Expressions(BTreeMap<String, String>),
    /// Values that are not known yet in a plan, marked by [`KNOWN_AFTER_APPLY`].
    Later,
}

/// The marker for a value that is not known yet in a plan.
pub(super) const KNOWN_AFTER_APPLY: &str = "(known after apply)";

impl Placeholders {
    fn contains(&self, text: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Expressions(unresolved) => unresolved.contains_key(text),
            Self::Later => text == KNOWN_AFTER_APPLY,
        }
    }

    /// The sentence about a placeholder: a verb and all that follows.
    fn describe(&self, text: &str) -> String {
        match self {
            Self::Expressions(unresolved) => match unresolved.get(text) {
                Some(why) => format!("is the expression {text}, and {why}"),
                None => format!("is the expression {text}"),
            },
            Self::Nothing | Self::Later => "is known after apply".to_owned(),
        }
    }
}

/// A version explained.
#[derive(Clone, Debug)]
pub(super) struct Explained {
    pub(super) picture: Picture,
    pub(super) findings: Vec<Finding>,
    /// What is not known, one sentence each.
    pub(super) unknown: Vec<String>,
    /// Whether it will be known after an apply.
    pub(super) is_later: bool,
    /// What the file does not contain, one sentence each: nothing that depends on it was checked.
    pub(super) missing: Vec<String>,
    /// Checks that were not made, by what they need.
    pub(super) not_checked: Vec<NotChecked>,
    pub(super) title: String,
    pub(super) key: Key,
    pub(super) document: Document,
    pub(super) profile: Profile,
    /// How much of the rules is not known.
    pub(super) extent: UnknownParts,
    pub(super) placeholders: Placeholders,
}

/// Checks that were not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NotChecked {
    /// What they need, under its name in a configuration.
    pub(super) needs: &'static str,
    pub(super) ids: Vec<FindingId>,
}

impl Explained {
    /// Whether a text is only a placeholder for an unknown value.
    pub(super) fn is_placeholder(&self, text: &str) -> bool {
        self.placeholders.contains(text)
    }
}

/// How many unknown places are named.
const MAX_NAMED: usize = 5;

impl Version {
    /// Its name.
    pub(super) fn title(&self) -> &str {
        if self.title.is_empty() { "The rules" } else { &self.title }
    }

    /// The explanation. It names what is not known, and draws no conclusion from that.
    pub(super) fn explain(&self, arguments: &CommandLine) -> Result<Explained, InvalidDocument> {
        let mut properties = self.properties.clone();
        let mut unknown = Vec::new();
        for (name, alias) in
            [("mode", "mode"), ("default access", "default_access"), ("default access", "defaultAccess")]
        {
            let placeholder = member(&properties, alias).filter(|(_, value)| self.is_placeholder(value));
            if let Some((member, value)) = placeholder.map(|(member, value)| (member.clone(), value.clone()))
            {
                let text = value.as_str().unwrap_or_default();
                unknown.push(format!("The {name} {}.", self.placeholders.describe(text)));
                properties.insert(member, Value::Null);
            }
        }
        let mut extent = UnknownParts::Nothing;
        if let Some(why) = self.unknown_rules(&properties) {
            unknown.push(why);
            extent = UnknownParts::Rules;
            properties.retain(|name, _| !name.eq_ignore_ascii_case("rules") && !is_list(name));
            // So that something is left to read.
            properties.insert("rules".to_owned(), Value::Null);
        } else {
            let mut places = Vec::new();
            if let Some((_, rules)) = member(&properties, "rules") {
                self.find_placeholders(rules, "rules", &mut places);
            }
            if !places.is_empty() {
                extent = UnknownParts::Texts;
            }
            let more = places.len().saturating_sub(MAX_NAMED);
            for (place, text) in places.into_iter().take(MAX_NAMED) {
                unknown.push(format!("{place} {}.", self.placeholders.describe(&text)));
            }
            if more > 0 {
                unknown.push(format!("{more} more values are not known."));
            }
        }
        let mut document = Document::from_value(&Value::Object(properties))?;
        let missing = missing_words(&mut document, arguments, &unknown);
        let profile = Profile {
            endpoint: arguments.endpoint.or(self.profile.endpoint),
            os_type: arguments.os_type.or(self.profile.os_type),
        };
        let context = LintContext {
            endpoint: profile.endpoint,
            os_type: profile.os_type,
            names: self.names.clone(),
            ..LintContext::default()
        };
        let mut picture = Picture::new(&document)
            .titled(&*self.title)
            .of_profile(profile.endpoint, profile.os_type)
            .with_unknown(if unknown.is_empty() && missing.is_empty() {
                UnknownParts::Nothing
            } else {
                extent.max(UnknownParts::Words)
            });
        let not_checked = not_checked(&document, &profile);
        for note in self.notes.iter().chain(&unknown).chain(&missing) {
            picture = picture.noting(note);
        }
        for one in &not_checked {
            let ids: Vec<_> = one.ids.iter().map(ToString::to_string).collect();
            picture = picture.noting(format!("Not checked without {}: {}.", one.needs, ids.join(", ")));
        }
        let findings = if extent == UnknownParts::Rules {
            about_access(&document, &context)
        } else {
            open_document_findings(&document, &context, |text| self.placeholders.contains(text))
        };
        let is_later = self.placeholders == Placeholders::Later;
        Ok(Explained {
            picture,
            findings: self.with_lint_levels(findings),
            unknown,
            is_later,
            missing,
            not_checked,
            title: self.title().to_owned(),
            key: self.key.clone(),
            document,
            profile,
            extent,
            placeholders: self.placeholders.clone(),
        })
    }

    fn is_placeholder(&self, value: &Value) -> bool {
        value.as_str().is_some_and(|text| self.placeholders.contains(text))
    }

    /// Every place of a placeholder in a value.
    fn find_placeholders(&self, value: &Value, at: &str, places: &mut Vec<(String, String)>) {
        match value {
            Value::String(text) if self.is_placeholder(value) => places.push((at.to_owned(), text.clone())),
            Value::Array(elements) => {
                for (index, one) in elements.iter().enumerate() {
                    self.find_placeholders(one, &format!("{at}[{index}]"), places);
                }
            }
            Value::Object(members) => {
                for (name, one) in members {
                    self.find_placeholders(one, &format!("{at}.{name}"), places);
                }
            }
            _ => {}
        }
    }

    /// If a value that is not a text is a placeholder in the rules, nothing can be said about them. Returns
    /// the sentence for it.
    fn unknown_rules(&self, properties: &Map<String, Value>) -> Option<String> {
        let sentence = |at: &str, text: &Value| {
            format!(
                "The rules are not known: {at} {}.",
                self.placeholders.describe(text.as_str().unwrap_or_default())
            )
        };
        let rules = match member(properties, "rules").map(|(_, rules)| rules) {
            None => properties,
            Some(Value::Object(rules)) => rules,
            Some(other) => return self.is_placeholder(other).then(|| sentence("`rules`", other)),
        };
        for (name, list) in rules.iter().filter(|(name, _)| is_list(name)) {
            if self.is_placeholder(list) {
                return Some(sentence(&format!("rules.{name}"), list));
            }
            let elements: Vec<(String, &Value)> = match list {
                Value::Array(elements) => {
                    elements.iter().enumerate().map(|(index, one)| (format!("[{index}]"), one)).collect()
                }
                Value::Object(elements) => {
                    elements.iter().map(|(key, one)| (format!("[{key:?}]"), one)).collect()
                }
                _ => continue,
            };
            for (at, element) in elements {
                if self.is_placeholder(element) {
                    return Some(sentence(&format!("rules.{name}{at}"), element));
                }
                for (member, value) in element.as_object().into_iter().flatten() {
                    // A list or map, and each name in it: who may call what depends on it.
                    let names =
                        ["queryParameters", "query_parameters", "privileges", "identities", "role", "name"];
                    if !names.iter().any(|one| one.eq_ignore_ascii_case(member)) {
                        continue;
                    }
                    let mut places = Vec::new();
                    let parameters = member.to_ascii_lowercase().starts_with("query");
                    match value {
                        // The value of one parameter is a text like a path.
                        Value::Object(_) if parameters => {}
                        value => {
                            self.find_placeholders(value, &format!("rules.{name}{at}.{member}"), &mut places)
                        }
                    }
                    if let Some((at, text)) = places.into_iter().next() {
                        return Some(sentence(&at, &text.into()));
                    }
                }
            }
        }
        None
    }

    /// The findings with the levels of the resource's `lint` argument.
    fn with_lint_levels(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let Some(lint) = self.properties.get("lint").and_then(Value::as_object) else { return findings };
        let level = |id: FindingId| {
            lint.iter().find(|(name, _)| name.parse() == Ok(id)).and_then(|(_, level)| level.as_str())
        };
        let mut findings: Vec<_> = findings
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
        findings.sort_by_key(|finding| finding.severity);
        findings
    }
}

/// Takes the words that a file does not contain from the command line. Those that are on neither are named,
/// one sentence each.
fn missing_words(document: &mut Document, arguments: &CommandLine, unknown: &[String]) -> Vec<String> {
    let is_later = |name: &str| unknown.iter().any(|one| one.starts_with(&format!("The {name} ")));
    let mut missing = Vec::new();
    if document.mode.is_none() && !is_later("mode") {
        document.mode = arguments.mode.map(|mode| mode.to_string());
        if document.mode.is_none() {
            missing.push("The file does not contain the mode; use --mode.".to_owned());
        }
    }
    if document.default_access.is_none() && !is_later("default access") {
        document.default_access = arguments.default_access.map(|access| access.to_string());
        if document.default_access.is_none() {
            missing.push("The file does not contain the default access; use --default-access.".to_owned());
        }
    }
    missing
}

/// The checks that need an unknown value.
fn not_checked(document: &Document, profile: &Profile) -> Vec<NotChecked> {
    let is_known = document.mode.is_some() && document.default_access.is_some();
    let all = [
        (is_known, Needs::Access, "mode and default_access"),
        (profile.os_type.is_some(), Needs::OsType, "os_type"),
        (profile.endpoint.is_some(), Needs::Endpoint, "applicable_host_endpoint"),
    ];
    let of = |(_, needs, name): (bool, Needs, &'static str)| {
        let ids = FindingId::all().filter(|id| id.entry().needs == needs).collect();
        NotChecked { needs: name, ids }
    };
    all.into_iter().filter(|(is_known, ..)| !is_known).map(of).collect()
}

/// The findings that do not depend on the rules.
fn about_access(document: &Document, context: &LintContext) -> Vec<Finding> {
    let words = |finding: &Finding| matches!(finding.subject, Subject::Mode | Subject::DefaultAccess);
    let context = LintContext {
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
    List::ALL.iter().any(|list| {
        name.eq_ignore_ascii_case(list.as_str()) || name.eq_ignore_ascii_case(list.in_documents())
    })
}

/// A member of an object, whose name may be in any case.
fn member<'v>(object: &'v Map<String, Value>, name: &str) -> Option<(&'v String, &'v Value)> {
    object.iter().find(|(one, _)| one.eq_ignore_ascii_case(name))
}
