//! Who may do what: the pairs of identity and privilege, and the role that grants each.
//!
//! Roles have no effect on a decision; only these pairs have (`authorization_rules.rs`, lines 166-213). Every
//! role that lists the privilege and is assigned to the identity grants a pair. Dangling names grant nothing.

use std::fmt;

use super::{Draft, Rules, Text, named};

/// An identity, a privilege, and a role by which the first has the second.
///
/// The names are shared with the rules, since rules have many times more grants than names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant<'a> {
    /// Name of the identity.
    pub identity: &'a str,
    /// Name of the privilege.
    pub privilege: &'a str,
    /// Name of the role.
    pub role: &'a str,
}

impl fmt::Display for Grant<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {} ({})", self.identity, self.privilege, self.role)
    }
}

/// Every grant of the rules, sorted by identity, privilege and role.
pub fn grants(rules: &Rules) -> Vec<Grant<'_>> {
    let mut grants = Vec::new();
    for (role, assignment) in &rules.role_assignments {
        let Some(listed) = rules.roles.get(role) else { continue };
        let privileges = || listed.privileges.iter().filter(|name| rules.privileges.contains_key(*name));
        for identity in assignment.identities.iter().filter(|name| rules.identities.contains_key(*name)) {
            grants.extend(privileges().map(|privilege| Grant { identity, privilege, role }));
        }
    }
    grants.sort_unstable();
    grants
}

/// An upper limit of the number of grants, without listing them: it also counts repeated references and
/// dangling names.
pub fn count_grants(rules: &Rules) -> usize {
    let of = |(role, assignment): (&String, &super::RoleAssignment)| {
        let privileges = rules.roles.get(role).map_or(0, |role| role.privileges.len());
        privileges.saturating_mul(assignment.identities.len())
    };
    rules.role_assignments.iter().map(of).fold(0, usize::saturating_add)
}

/// Every grant of rules that may be known in part, or nothing if an unknown part could add or remove one. The
/// content of a privilege or identity does not matter here, only that it exists.
pub fn grants_of_draft<'a>(draft: &Draft<'a>) -> Option<Vec<Grant<'a>>> {
    let (privileges, identities) = (named(&draft.privileges)?, named(&draft.identities)?);
    let (roles, assignments) = (named(&draft.roles)?, named(&draft.role_assignments)?);
    let mut grants = Vec::new();
    for (role, assignment) in assignments {
        let Some(listed) = roles.get(role) else { continue };
        // An empty side grants nothing, whatever the other becomes.
        if listed.privileges.is_empty() || assignment.identities.is_empty() {
            continue;
        }
        if listed.privileges.contains(&Text::Unknown) || assignment.identities.contains(&Text::Unknown) {
            return None;
        }
        for identity in assignment.identities.iter().filter(|name| identities.contains_key(name)) {
            for privilege in listed.privileges.iter().filter(|name| privileges.contains_key(name)) {
                let (identity, privilege, role) = (identity.known()?, privilege.known()?, role.known()?);
                grants.push(Grant { identity, privilege, role });
            }
        }
    }
    grants.sort_unstable();
    Some(grants)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Lists, Role};
    use super::*;

    fn rules() -> Rules {
        let lists = json!({
            "privileges": { "token": { "path": "/t" }, "instance": { "path": "/i" } },
            "roles": { "app": { "privileges": ["token", "instance", "ghost"] }, "ops": { "privileges": ["token"] } },
            "identities": { "web": { "user_name": "web" } },
            "role_assignments": {
                "app": { "identities": ["web", "nobody"] },
                "ops": { "identities": ["web"] },
                "gone": { "identities": ["web"] }
            }
        });
        Lists::from_value(&lists).unwrap().into_rules().0
    }

    #[test]
    fn grants_are_sorted_and_dangling_names_grant_nothing() {
        let rules = rules();
        let grants = grants(&rules);
        assert_eq!(count_grants(&rules), 7);
        let shown = ["web -> instance (app)", "web -> token (app)", "web -> token (ops)"];
        assert_eq!(grants.iter().map(ToString::to_string).collect::<Vec<_>>(), shown);
    }

    #[test]
    fn a_draft_with_known_references_has_the_same_grants() {
        let rules = rules();
        let mut draft = Draft::from(&rules);
        if let Some(privilege) = draft.privileges.get_mut(&Text::Known("token")) {
            privilege.path = Text::Unknown;
        }
        assert_eq!(grants_of_draft(&draft), Some(grants(&rules)));
    }

    #[test]
    fn an_unknown_reference_makes_grants_unknown_unless_nobody_has_the_role() {
        let rules = rules();
        let mut draft = Draft::from(&rules);
        let open = Role { privileges: [Text::Unknown].into() };
        draft.roles.insert(Text::Known("unassigned"), open.clone());
        assert!(grants_of_draft(&draft).is_some());
        draft.roles.insert(Text::Known("ops"), open);
        assert_eq!(grants_of_draft(&draft), None);
    }

    #[test]
    fn an_unknown_name_makes_grants_unknown() {
        let rules = rules();
        for unknown in ["token", "app", "web", "gone"] {
            let draft =
                rules.map(&mut |text| if text == unknown { Text::Unknown } else { Text::Known(text) });
            assert_eq!(grants_of_draft(&draft), None, "{unknown}");
        }
    }
}
