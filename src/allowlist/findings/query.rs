//! Query parameters of privileges: L11 (in keys and values), L17 to L20.

use std::collections::BTreeMap;

use super::super::decoding::{fully_decoded, lowered};
use super::super::{DefaultAccess, Mode, Text, known, named};
use super::platform::add_privilege;
use super::privileges::never_matches;
use super::quote::quoted;
use super::twins::twins;
use super::view::View;
use super::{FindingId, Findings, Subject};

/// One query parameter of a privilege.
struct Parameter<'a> {
    view: &'a View<'a>,
    privilege: &'a str,
    key: &'a str,
}

impl Parameter<'_> {
    fn subject(&self) -> Subject {
        Subject::QueryParameter { privilege: self.privilege.to_owned(), key: self.key.to_owned() }
    }

    /// Advice to omit it. The privilege then matches more, and may close what the guest agent needs.
    fn leave_out(&self, advice: &str) -> Option<String> {
        let grant = self.view.and_grant(self.privilege, |one| drop(one.query_parameters.remove(self.key)));
        Some(format!("{advice}{grant}"))
    }

    fn write_key(&self, plain: &str) -> Option<String> {
        self.write(plain, |query, value| drop(query.insert(plain.to_owned(), value)))
    }

    fn write_value(&self, plain: &str) -> Option<String> {
        self.write(plain, |query, _| drop(query.insert(self.key.to_owned(), plain.to_owned())))
    }

    fn write(
        &self,
        plain: &str,
        change: impl FnOnce(&mut BTreeMap<String, String>, String),
    ) -> Option<String> {
        if plain.contains('\u{fffd}') {
            return None;
        }
        let grant = self.view.and_grant(self.privilege, |one| {
            let value = one.query_parameters.remove(self.key).unwrap_or_default();
            change(&mut one.query_parameters, value);
        });
        Some(format!("Write {}.{grant}", quoted(plain)))
    }
}

pub(super) fn check(view: &View<'_>, findings: &mut Findings) {
    for (name, one) in view.privileges() {
        let query = known(&one.query_parameters);
        for (first, key) in twins(query.clone().map(|(key, _)| key)) {
            let parameter = Parameter { view, privilege: name, key };
            let message =
                format!("differs from {} only in case; which of the two counts is random.", quoted(first));
            let instead = parameter.leave_out("Leave one of the two out.");
            findings.error(FindingId::L17, parameter.subject(), message, instead);
        }
        for (key, value) in query {
            let parameter = Parameter { view, privilege: name, key };
            key_alone(&parameter, findings);
            if let Some(value) = value.known() {
                value_alone(value, &parameter, findings);
            }
        }
    }
    check_avoidable(view, findings);
}

fn key_alone(parameter: &Parameter<'_>, findings: &mut Findings) {
    let key = parameter.key;
    if key.is_empty() {
        let message = "has an empty key, which no request has, so the privilege never matches.";
        findings.error(FindingId::L17, parameter.subject(), message, parameter.leave_out("Leave it out."));
    }
    if let Some(plain) = without_controls(key) {
        let message =
            "has a key with a control character; the guest agent's coming matcher refuses such requests.";
        findings.warning(FindingId::L16, parameter.subject(), message, parameter.write_key(&plain));
    } else if !key.is_ascii() {
        let message = "has a key beyond ASCII; the guest agent's coming matcher refuses such requests.";
        findings.warning(FindingId::L16, parameter.subject(), message, None);
    }
    if let Some(plain) = fully_decoded(key) {
        let message = "has a percent-encoded key; the guest agent decodes the request but not the rule.";
        findings.error(FindingId::L11, parameter.subject(), message, parameter.write_key(&plain));
    }
    if key.eq_ignore_ascii_case("api-version") {
        let message = "binds the privilege to one API version; requests for another do not match it.";
        findings.warning(FindingId::L19, parameter.subject(), message, parameter.leave_out("Leave it out."));
    }
}

fn value_alone(value: &str, parameter: &Parameter<'_>, findings: &mut Findings) {
    if let Some(plain) = without_controls(value) {
        let message = format!(
            "{} has a control character; the guest agent's coming matcher refuses such requests.",
            quoted(value)
        );
        findings.warning(FindingId::L16, parameter.subject(), message, parameter.write_value(&plain));
    } else if !value.is_ascii() {
        let message = format!(
            "{} has letters beyond ASCII; the guest agent's coming matcher refuses such requests.",
            quoted(value)
        );
        findings.warning(FindingId::L16, parameter.subject(), message, None);
    }
    if let Some(plain) = fully_decoded(value) {
        let message = "is percent-encoded; the guest agent decodes the request but not the rule.";
        findings.error(FindingId::L11, parameter.subject(), message, parameter.write_value(&plain));
    }
    let any = "Leave it out if any value will do.";
    if value.is_empty() {
        let message = "is empty, which means present without a value, not any value.";
        findings.warning(FindingId::L17, parameter.subject(), message, parameter.leave_out(any));
    } else if value.contains('*') {
        let message =
            format!("{} contains \"*\", which stands for itself: there are no wildcards.", quoted(value));
        findings.warning(FindingId::L17, parameter.subject(), message, parameter.leave_out(any));
    }
    if value.contains(' ') || value.contains('+') {
        let message = format!(
            "{} contains a blank or a plus sign, which the guest agent distinguishes.",
            quoted(value)
        );
        findings.warning(FindingId::L18, parameter.subject(), message, None);
    }
}

/// The text without its control characters, if it has any.
fn without_controls(text: &str) -> Option<String> {
    text.contains(char::is_control).then(|| text.chars().filter(|c| !c.is_control()).collect())
}

/// L20. A privilege on the bare path, or above it, still matches requests that avoid the narrow one.
fn check_avoidable(view: &View<'_>, findings: &mut Findings) {
    let context = view.context;
    if context.default_access != Some(DefaultAccess::Allow) || context.mode == Some(Mode::Disabled) {
        return;
    }
    // An unknown part might be the one that matches them.
    let Some(privileges) = named(&view.draft.privileges) else { return };
    let mut bare = Vec::new();
    for one in privileges.values() {
        let Some(query) = named(&one.query_parameters) else { return };
        if query.is_empty() {
            let Some(path) = one.path.known() else { return };
            bare.push(lowered(path));
        }
    }
    bare.sort_unstable();
    for (name, one, path) in view.paths() {
        let query = &one.query_parameters;
        let narrowed = !query.is_empty() && !query.contains_key(&Text::Known(""));
        // A privilege that never matches closes nothing, and another finding reports it.
        if !narrowed || never_matches(path).is_some() || fully_decoded(path).is_some() {
            continue;
        }
        let path = lowered(path);
        let ends = path.char_indices().map(|(at, c)| at + c.len_utf8());
        let caught = ends
            .filter_map(|end| path.get(..end))
            .any(|prefix| bare.binary_search_by(|bare| (**bare).cmp(prefix)).is_ok());
        if !caught && !path.is_empty() {
            let message = "is narrowed by query parameters; a request that repeats, omits or respells one \
                of them avoids it and is allowed by default.";
            let instead = how_to_close(view, &path);
            findings.warning(FindingId::L20, Subject::Privilege(name.to_owned()), message, Some(instead));
        }
    }
}

/// L20: how to close the bare path. At IMDS to everybody, since whoever has the narrow privilege needs no
/// other request of it. At the WireServer whoever has a part of the path keeps all of it, above all the guest
/// agent.
fn how_to_close(view: &View<'_>, path: &str) -> String {
    let add = format!("Add a privilege for {} without query_parameters", quoted(path));
    let at_imds = path.starts_with("/metadata");
    if at_imds {
        return format!("{add} that nobody has, or only those who need every request of it.");
    }
    let Some(references) = &view.references else { return format!("{add} and grant it to the guest agent.") };
    let below: Vec<&str> = view
        .paths()
        .filter(|(name, _, below)| lowered(below).starts_with(path) && references.is_granted(name))
        .map(|(name, _, _)| name)
        .collect();
    let roles = view.roles_with(&below);
    let quoted_roles: Vec<String> = roles.iter().map(|role| quoted(role)).collect();
    let mut advice = match quoted_roles.split_last() {
        None => add,
        Some((last, [])) => format!("{add} and list it in the role {last}"),
        Some((last, rest)) => format!("{add} and list it in the roles {} and {last}", rest.join(", ")),
    };
    let Some(platform) = view.platform() else {
        return if roles.is_empty() { advice + " and grant it to the guest agent." } else { advice + "." };
    };
    if platform.is_cut_off(DefaultAccess::Allow, |rules| add_privilege(rules, path, &roles)) {
        advice += &format!(" and grant it to the guest agent: an identity with {}", platform.guest_agent());
    }
    advice + "."
}
