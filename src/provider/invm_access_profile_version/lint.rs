//! Findings about the rules, reported on the attributes they are about.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use super::rules;
use crate::allowlist::{
    Endpoint, Finding, FindingGroup, FindingId, LintContext, List, OsType, Severity, Subject, findings, group,
};
use crate::plugin::{Diagnostic, Diagnostics, Path, Value};
use crate::provider::checks;

/// The argument that sets the level of each finding.
pub const ARGUMENT: &str = "lint";

/// More errors of one kind than this are reported together.
const ERRORS_ONE_BY_ONE: usize = 10;

/// The `lint` argument's level of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Off,
    Warning,
    Error,
}

/// When findings are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At `validate`, which does not know whether the version exists. It may, so errors in its rules are
    /// warnings, unless the `lint` argument makes them errors.
    Validate,
    /// At the plan of a version that is to be created.
    Create,
    /// At the plan of an existing version: its rules exist and have the effect they have, whatever is wrong
    /// with them.
    Keep,
}

/// The configuration with the provider block's levels for all versions. The version's own levels take
/// precedence, finding by finding.
#[must_use]
pub fn with_defaults<'a>(config: &'a Value, defaults: &Value) -> Cow<'a, Value> {
    let (Value::Map(defaults), Value::Object(arguments)) = (defaults, config) else {
        return Cow::Borrowed(config);
    };
    let mut levels = defaults.clone();
    match arguments.get(ARGUMENT) {
        Some(Value::Map(own)) => levels.extend(own.clone()),
        Some(unknown) if unknown.is_unknown() => return Cow::Borrowed(config),
        _ => {}
    }
    let mut arguments = arguments.clone();
    arguments.insert(ARGUMENT.to_owned(), Value::Map(levels));
    Cow::Owned(Value::Object(arguments))
}

/// Checks the levels in a provider block.
#[must_use]
pub fn check_defaults(provider: &Value) -> Diagnostics {
    levels(provider).1
}

/// Checks the rules of a configuration, as far as they are known, without the profile.
#[must_use]
pub fn check(config: &Value) -> Diagnostics {
    let (_, mut diagnostics) = levels(config);
    let findings = with_levels(config, config_findings(config, &LintContext::default()));
    diagnostics.extend(report(config, findings.filter(|one| !one.is_default_error()), ""));
    diagnostics
}

/// Reports findings that depend on the profile's operating system or endpoint. [`check`] reports the rest,
/// and [`errors`] the linter's errors.
#[must_use]
pub fn with_profile(config: &Value, profile: &LintContext) -> Diagnostics {
    let findings = with_levels(config, profile_findings(config, profile));
    report(config, findings.filter(|one| !one.is_default_error()), "")
}

/// Whether the operating system or the endpoint of the profile would lead to any finding.
#[must_use]
pub fn depends_on_profile(config: &Value) -> bool {
    let systems = [OsType::Linux, OsType::Windows];
    systems.into_iter().zip([Endpoint::Imds, Endpoint::WireServer]).any(|(os_type, endpoint)| {
        let profile =
            LintContext { os_type: Some(os_type), endpoint: Some(endpoint), ..LintContext::default() };
        with_levels(config, profile_findings(config, &profile)).next().is_some()
    })
}

/// Reports the linter's errors, which [`check`] omits: as errors for a version that is to be created,
/// otherwise as warnings.
#[must_use]
pub fn errors(config: &Value, profile: &LintContext, when: When) -> Diagnostics {
    let (severity, note) = match when {
        When::Validate => (Severity::Warning, " A plan that creates the version fails with it."),
        When::Keep => (
            Severity::Warning,
            " The version exists, so this is a warning; a plan that creates a version fails with it.",
        ),
        When::Create => (Severity::Error, ""),
    };
    let errors = with_levels(config, config_findings(config, profile)).filter(Levelled::is_default_error);
    report(config, errors.map(|one| Levelled { finding: Finding { severity, ..one.finding }, ..one }), note)
}

/// A finding with its level.
struct Levelled {
    finding: Finding,
    /// Whether the `lint` argument sets the level.
    is_configured: bool,
}

impl Levelled {
    /// Whether it is an error unless the `lint` argument says otherwise.
    fn is_default_error(&self) -> bool {
        self.finding.severity == Severity::Error && !self.is_configured
    }
}

/// The findings about a configuration. `profile` is what is known of the version's profile.
fn config_findings(config: &Value, profile: &LintContext) -> Vec<Finding> {
    let word = |name| checks::text(config, name);
    let context = LintContext {
        mode: word("mode").and_then(|word| word.parse().ok()),
        default_access: word("default_access").and_then(|word| word.parse().ok()),
        ..profile.clone()
    };
    findings(&rules::read(config.get(rules::BLOCK).unwrap_or(&Value::Null)), &context)
}

/// The findings that occur only with the profile.
fn profile_findings(config: &Value, profile: &LintContext) -> Vec<Finding> {
    if *profile == LintContext::default() {
        return Vec::new();
    }
    let key = |finding: &Finding| (finding.id, finding.subject.to_string());
    let without: HashSet<_> = config_findings(config, &LintContext::default()).iter().map(key).collect();
    let mut findings = config_findings(config, profile);
    findings.retain(|finding| !without.contains(&key(finding)));
    findings
}

/// Sets the level of each finding, and drops those that are off.
fn with_levels(config: &Value, findings: Vec<Finding>) -> impl Iterator<Item = Levelled> {
    let (levels, _) = levels(config);
    findings.into_iter().filter_map(move |finding| {
        let level = levels.get(&finding.id);
        let severity = match (level, finding.severity) {
            (Some(Level::Off), _) | (None, Severity::Info) => return None,
            (Some(Level::Warning), _) => Severity::Warning,
            (Some(Level::Error), _) => Severity::Error,
            (None, severity) => severity,
        };
        Some(Levelled { finding: Finding { severity, ..finding }, is_configured: level.is_some() })
    })
}

fn report(config: &Value, findings: impl Iterator<Item = Levelled>, note: &str) -> Diagnostics {
    let version = checks::text(config, "name");
    let mut diagnostics = Diagnostics::new();
    for group in group(findings.map(|one| one.finding)) {
        let is_error = group.severity == Severity::Error;
        if is_error && group.findings.len() <= ERRORS_ONE_BY_ONE {
            for finding in group.findings {
                let one = FindingGroup { id: group.id, severity: group.severity, findings: vec![finding] };
                diagnostics.push(diagnostic(&one, version, note));
            }
        } else {
            diagnostics.push(diagnostic(&group, version, note));
        }
    }
    diagnostics
}

/// Whether the `lint` argument silences a finding.
#[must_use]
pub fn is_off(config: &Value, id: FindingId) -> bool {
    levels(config).0.get(&id) == Some(&Level::Off)
}

/// How a finding is silenced, for the end of a message.
#[must_use]
pub fn silenced_by(id: FindingId) -> String {
    format!("This is finding {id}; `{ARGUMENT} = {{ {id} = \"off\" }}` silences it.")
}

/// Terraform shows one of several warnings with equal summaries, so the summary names what it is about.
fn diagnostic(group: &FindingGroup, version: Option<&str>, note: &str) -> Diagnostic {
    let summary = group.summary(version);
    let detail = format!("{group}\n\n{}{note}", silenced_by(group.id));
    let place = match group.findings.as_slice() {
        [one] => path(&one.subject),
        _ => Path::attribute(rules::BLOCK),
    };
    let diagnostic = match group.severity {
        Severity::Error => Diagnostic::error(summary, detail),
        Severity::Warning | Severity::Info => Diagnostic::warning(summary, detail),
    };
    diagnostic.at(place)
}

/// The attribute of a finding. A member of a set has no path of its own in Terraform.
fn path(subject: &Subject) -> Path {
    let within =
        |list: List, name: &str| Path::attribute(rules::BLOCK).with_attribute(list.as_str()).with_key(name);
    match subject {
        Subject::Mode => Path::attribute("mode"),
        Subject::DefaultAccess => Path::attribute("default_access"),
        Subject::Rules => Path::attribute(rules::BLOCK),
        Subject::List(list) => Path::attribute(rules::BLOCK).with_attribute(list.as_str()),
        Subject::Privilege(name) => within(List::Privileges, name),
        Subject::Path { privilege } => within(List::Privileges, privilege).with_attribute("path"),
        Subject::QueryParameter { privilege, key } => {
            within(List::Privileges, privilege).with_attribute("query_parameters").with_key(key)
        }
        // Not the set of names in it: hosts up to Terraform 1.11 look up the last name of a path in the block
        // itself, and would show the map of the same name.
        Subject::Role(role) | Subject::RolePrivilege { role, .. } => within(List::Roles, role),
        Subject::Identity(name) => within(List::Identities, name),
        Subject::Condition { identity, condition } => {
            within(List::Identities, identity).with_attribute(condition.as_str())
        }
        Subject::RoleAssignment(role) | Subject::AssignedIdentity { role, .. } => {
            within(List::RoleAssignments, role)
        }
    }
}

/// The levels in the `lint` argument, and the mistakes in it.
fn levels(config: &Value) -> (BTreeMap<FindingId, Level>, Diagnostics) {
    let (mut levels, mut diagnostics) = (BTreeMap::new(), Diagnostics::new());
    let Some(Value::Map(words)) = config.get(ARGUMENT) else { return (levels, diagnostics) };
    for (id, word) in words {
        let place = Path::attribute(ARGUMENT).with_key(&**id);
        let Ok(finding) = id.parse::<FindingId>() else {
            let detail = format!("There is no finding {id:?}. {}", suggestion(id));
            diagnostics.push(Diagnostic::error("Unknown finding", detail).at(place));
            continue;
        };
        let level = match word {
            Value::String(word) if word == "off" => Level::Off,
            Value::String(word) if word == "warning" => Level::Warning,
            Value::String(word) if word == "error" => Level::Error,
            // Not known yet: the error stays until it is known.
            Value::Unknown(_) => continue,
            _ => {
                let detail = format!("Finding {id} can be `off`, `warning` or `error`.");
                diagnostics.push(Diagnostic::error("Unknown level of a finding", detail).at(place));
                continue;
            }
        };
        levels.insert(finding, level);
    }
    (levels, diagnostics)
}

/// The id that an unknown one was probably meant to be: `l4`, `L4` and `04` are `L04`.
fn suggestion(id: &str) -> String {
    let number = id.trim().trim_start_matches(['l', 'L']).parse::<u8>();
    match number.ok().and_then(|number| format!("L{number:02}").parse::<FindingId>().ok()) {
        Some(finding) => format!("Did you mean `{finding}`?"),
        None => "Their ids are those of the messages, such as `L14`.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_versions_own_levels_take_precedence_over_the_provider_blocks() {
        let defaults = map(&[("L02", "warning".into()), ("L04", "off".into())]);
        let plain = config("tokn", "/metadata", Value::Null);
        assert!(check(&plain).iter().any(|one| one.detail.contains("L04")), "{:?}", check(&plain));
        let merged = with_defaults(&plain, &defaults);
        assert!(check(&merged).iter().all(|one| !one.detail.contains("L04")), "{:?}", check(&merged));
        let own = config("tokn", "/metadata", map(&[("L04", "error".into())]));
        let merged = with_defaults(&own, &defaults);
        let diagnostics = check(&merged);
        let is_error = |one: &Diagnostic| one.severity == crate::plugin::diagnostic::Severity::Error;
        assert!(diagnostics.iter().any(|one| one.detail.contains("L04") && is_error(one)), "{diagnostics:?}");
        assert!(
            diagnostics.iter().any(|one| one.detail.contains("L02") && !is_error(one)),
            "{diagnostics:?}"
        );
        // Nothing is added where the provider block has no levels, or where the version's are not known.
        for defaults in [Value::Null, Value::unknown()] {
            assert!(matches!(with_defaults(&plain, &defaults), Cow::Borrowed(_)));
        }
        let unknown = config("tokn", "/metadata", Value::unknown());
        assert!(matches!(with_defaults(&unknown, &map(&[("L04", "off".into())])), Cow::Borrowed(_)));
        let wrong = Value::object([(ARGUMENT, map(&[("L99", "off".into())]))]);
        assert!(check_defaults(&wrong).has_error());
    }

    fn map(elements: &[(&str, Value)]) -> Value {
        Value::Map(elements.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    }

    fn names(names: &[&str]) -> Value {
        Value::Set(names.iter().map(|name| (*name).into()).collect())
    }

    fn config(privilege_in_role: &str, path: &str, lint: Value) -> Value {
        let rules = Value::object([
            ("privileges", map(&[("token", Value::object([("path", Value::from(path))]))])),
            ("roles", map(&[("app", Value::object([("privileges", names(&[privilege_in_role]))]))])),
            (
                "identities",
                map(&[(
                    "web",
                    Value::object([("exe_path", "/opt/web".into()), ("user_name", Value::from("web"))]),
                )]),
            ),
            ("role_assignments", map(&[("app", Value::object([("identities", names(&["web"]))]))])),
        ]);
        Value::object([
            ("mode", Value::from("Enforce")),
            ("default_access", "Deny".into()),
            ("rules", rules),
            (ARGUMENT, lint),
        ])
    }

    fn errors(config: &Value) -> Vec<(String, String)> {
        let place = |one: &Diagnostic| one.path.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut all = check(config);
        all.extend(super::errors(config, &LintContext::default(), When::Create));
        let errors = all.iter().filter(|one| one.severity == crate::plugin::Severity::Error);
        errors.map(|one| (place(one), one.detail.clone())).collect()
    }

    #[test]
    fn a_mistyped_name_is_an_error_on_its_role_with_the_right_name() {
        let found = errors(&config("tokn", "/metadata/identity/oauth2/token", Value::Null));
        let (place, detail) = found.first().unwrap();
        assert_eq!(place, "rules.roles[\"app\"]");
        assert!(detail.contains("token"), "{detail}");
    }

    #[test]
    fn mistakes_in_rules_are_errors_only_for_a_new_version() {
        let severities = |diagnostics: Diagnostics| -> Vec<_> {
            diagnostics.into_iter().map(|one| one.severity).collect()
        };
        use crate::plugin::Severity::{Error, Warning};
        let wrong = config("token", "metadata/identity", Value::Null);
        assert_eq!(severities(check(&wrong)), []);
        for (when, severity) in [(When::Validate, Warning), (When::Keep, Warning), (When::Create, Error)] {
            let found = super::errors(&wrong, &LintContext::default(), when);
            let one = found.iter().next().unwrap();
            assert_eq!((one.severity, &*one.summary), (severity, "Unusable path: privilege \"token\""));
            assert!(
                one.detail.contains("This is finding L10; `lint = { L10 = \"off\" }` silences it."),
                "{}",
                one.detail
            );
        }
        let chosen = config("token", "metadata/identity", map(&[("L10", "error".into())]));
        assert_eq!(severities(check(&chosen)), [Error]);
        assert_eq!(severities(super::errors(&chosen, &LintContext::default(), When::Keep)), []);
    }

    #[test]
    fn warnings_of_one_kind_about_two_objects_have_two_summaries() {
        let with = |path| {
            let found = check(&config("token", path, Value::Null));
            found.into_iter().map(|one| one.summary.to_string()).collect::<Vec<_>>()
        };
        assert!(with("/Metadata/x").iter().any(|one| one.contains("privilege \"token\"")));
    }

    #[test]
    fn sound_rules_have_no_error() {
        assert_eq!(errors(&config("token", "/metadata/identity/oauth2/token", Value::Null)), []);
    }

    #[test]
    fn a_path_without_its_slash_is_an_error_unless_silenced() {
        let found = errors(&config("token", "metadata/identity", Value::Null));
        assert_eq!(found.first().unwrap().0, "rules.privileges[\"token\"].path");
        assert_eq!(errors(&config("token", "metadata/identity", map(&[("L10", "off".into())]))), []);
    }

    #[test]
    fn only_findings_that_need_the_profile_are_reported_with_the_profile() {
        let mut config = config("token", "metadata/identity", Value::Null);
        let rules = config.get("rules").cloned().unwrap();
        let linux_path =
            Value::object([("exe_path", Value::from("/usr/bin/python3")), ("user_name", "web".into())]);
        if let (Value::Object(config), Value::Object(mut rules)) = (&mut config, rules) {
            rules.insert("identities".to_owned(), map(&[("web", linux_path)]));
            config.insert("rules".to_owned(), Value::Object(rules));
        }
        assert!(depends_on_profile(&config));
        let errors = |os_type| {
            let profile = LintContext { os_type, ..LintContext::default() };
            super::errors(&config, &profile, When::Create).iter().count()
        };
        assert!(errors(Some(OsType::Windows)) > errors(None), "a path of Linux never matches on Windows");
        assert!(with_profile(&config, &LintContext::default()).is_empty());
    }

    #[test]
    fn the_lint_argument_is_checked_itself() {
        let lint = map(&[("L99", "off".into()), ("L14", "loud".into())]);
        let places: Vec<_> =
            errors(&config("token", "/metadata/x", lint)).into_iter().map(|(place, _)| place).collect();
        assert_eq!(places, ["lint[\"L14\"]", "lint[\"L99\"]"]);
        assert_eq!(suggestion("L4"), "Did you mean `L04`?");
        assert!(suggestion("L99").contains("such as"));
    }
}
