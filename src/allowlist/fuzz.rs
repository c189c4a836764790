//! The properties that fuzzing checks. Each function accepts any bytes, and panics if a property does not
//! hold.

use super::{
    Allowlist, DefaultAccess, Destination, Document, Endpoint, Identity, LearnOptions, LintContext, Matcher,
    Mode, OsType, Privilege, Request, Role, RoleAssignment, Rules, document_findings, learn,
};

/// Any bytes are a log: reading ends, the same log yields the same rules, and nothing is counted twice.
pub fn audit_log(log: &[u8]) {
    for endpoint in [Endpoint::Imds, Endpoint::WireServer] {
        let learned = learn(log, LearnOptions::new(endpoint, OsType::Linux)).expect("a slice is readable");
        let again = learn(log, LearnOptions::new(endpoint, OsType::Linux)).expect("a slice is readable");
        assert_eq!(learned, again, "the same log gives the same rules");
        assert!(learned.report.covered <= learned.report.reading.records());
    }
}

/// Any text is a request target, any text is a rule's path: a decision ends, and is always the same. The four
/// texts are one to a line: target, path, name and value of a query parameter.
pub fn decision(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.splitn(4, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (url, path, key, value) = (line(), line(), line(), line());
    let mut rules = Rules::default();
    let query_parameters = [(key.to_owned(), value.to_owned())].into();
    rules.privileges.insert("p".into(), Privilege { path: path.to_owned(), query_parameters });
    rules.privileges.insert("q".into(), Privilege { path: "/metadata".into(), query_parameters: [].into() });
    rules.roles.insert("r".into(), Role { privileges: ["p".to_owned()].into() });
    rules.identities.insert("i".into(), Identity { user_name: Some("web".into()), ..Identity::default() });
    rules.role_assignments.insert("r".into(), RoleAssignment { identities: ["i".to_owned()].into() });
    for default_access in [DefaultAccess::Allow, DefaultAccess::Deny] {
        let matcher = Matcher::new(&Allowlist { mode: Mode::Enforce, default_access, rules: rules.clone() });
        let mut request = Request::new(Destination::Host(Endpoint::Imds), url);
        request.user_name = "web";
        assert_eq!(matcher.decide(&request), matcher.decide(&request));
    }
}

/// Any JSON may be passed as rules: it is read or refused, and the linter accepts the rules that were read.
pub fn rules(data: &[u8]) {
    let Ok(value) = serde_json::from_slice(data) else { return };
    match Document::from_value(&value) {
        Ok(document) => {
            for finding in document_findings(&document, &LintContext::default()) {
                assert!(!finding.message.is_empty());
            }
        }
        Err(refused) => assert!(!refused.to_string().is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use crate::corpus::replay;

    #[test]
    fn audit_log() {
        replay("audit_log", super::audit_log);
    }

    #[test]
    fn decision() {
        replay("decision", super::decision);
    }

    #[test]
    fn rules() {
        replay("rules", super::rules);
    }
}
