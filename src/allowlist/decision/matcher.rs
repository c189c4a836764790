//! Rules prepared for many decisions: references resolved, texts lower-cased, paths split.

use std::borrow::Borrow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::super::{
    Allowlist, DefaultAccess, Document, Endpoint, Grant, InvalidDocument, Mode, Privilege, Rules,
};
use super::compare::{CallerKey, Conditions, Pattern, RequestKey};
use super::numbers::Numbers;
use super::same_path::SamePath;
use super::target::{Target, path_is_guarded};
use super::{Decision, Destination, Request, Step, Verdict};

/// The rules for one endpoint as the guest agent reads them (`authorization_rules.rs`, lines 115-213).
#[derive(Clone, Debug)]
pub struct Matcher {
    /// Nothing if there is no rule document.
    access: Option<(Mode, DefaultAccess)>,
    /// By length of path, the longest first, then by path; for equal paths those with the most parameters first. So the
    /// first match is the most specific, and a request is compared with only a few of many privileges.
    privileges: Vec<(usize, HashMap<String, SamePath<PreparedPrivilege>>)>,
    /// Sorted by name; sets of roles number them in this order.
    roles: Vec<AssignedRole>,
    /// Sorted by name; sets of identities number them in this order.
    identities: Vec<(String, Conditions)>,
    /// By the number of an identity, the roles that it has.
    roles_of_identity: Vec<Vec<usize>>,
}

#[derive(Clone, Debug)]
struct PreparedPrivilege {
    name: String,
    /// The roles that grant it.
    roles: Numbers,
}

/// A role and the identities that have it.
#[derive(Clone, Debug)]
struct AssignedRole {
    role: String,
    identities: Numbers,
}

/// The identities and roles of a caller, as numbers of one matcher.
#[derive(Clone, Debug)]
pub(in crate::allowlist) struct CallerRoles {
    identities: Numbers,
    roles: Numbers,
}

/// The part of a decision that does not depend on the caller.
#[derive(Clone, Debug)]
pub(in crate::allowlist) struct MatchedRequest<'m> {
    /// Decided before the rules.
    before: Option<Decision<'m>>,
    /// The privileges that match, the most specific first.
    matching: Vec<&'m PreparedPrivilege>,
}

/// The result of the rules alone for a request, even if another step decides first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matches<'m> {
    /// The privileges that match, sorted by name.
    pub privileges: Vec<&'m str>,
    /// The grants of those privileges to identities that match, sorted.
    pub grants: Vec<Grant<'m>>,
}

impl Matcher {
    /// Prepares a complete allowlist.
    pub fn new(allowlist: &Allowlist) -> Self {
        let rules = &allowlist.rules;
        let identities =
            rules.identities.iter().map(|(name, one)| (name.clone(), Conditions::new(one))).collect();
        let (roles, roles_of) = resolve_roles(rules);
        let prepare = |(name, one): (&String, &Privilege)| {
            let roles = roles_of.get(name.as_str()).into_iter().flatten().copied();
            let roles = Numbers::new(rules.role_assignments.len(), roles);
            (Pattern::new(one), PreparedPrivilege { name: name.clone(), roles })
        };
        let mut by_length = BTreeMap::<Reverse<usize>, HashMap<String, Vec<_>>>::new();
        // Sorted by name.
        for (pattern, one) in rules.privileges.iter().map(prepare) {
            let path = pattern.path.clone();
            by_length.entry(Reverse(path.len())).or_default().entry(path).or_default().push((pattern, one));
        }
        let privileges = by_length
            .into_iter()
            .map(|(Reverse(length), paths)| {
                (length, paths.into_iter().map(|(path, all)| (path, SamePath::new(all))).collect())
            })
            .collect();
        let access = Some((allowlist.mode, allowlist.default_access));
        let mut roles_of_identity = vec![Vec::new(); rules.identities.len()];
        for (number, one) in roles.iter().enumerate() {
            for identity in one.identities.iter() {
                if let Some(roles) = roles_of_identity.get_mut(identity) {
                    roles.push(number);
                }
            }
        }
        Self { access, privileges, roles, identities, roles_of_identity }
    }

    /// Prepares a document as the agent reads it, including absent lists and unknown words. The agent refuses
    /// a document without `mode` or `default_access`.
    pub fn for_document(document: &Document) -> Result<Self, InvalidDocument> {
        if document.mode.is_none() {
            return Err(InvalidDocument::new(
                "mode",
                "is missing, so the guest agent refuses the rules as a whole",
            ));
        }
        let missing = "is missing, so the guest agent refuses the rules as a whole";
        let allowlist =
            document.as_agent_reads().ok_or_else(|| InvalidDocument::new("default_access", missing))?;
        Ok(Self::new(&allowlist))
    }

    /// An endpoint for which no rule document exists.
    pub const fn without_document() -> Self {
        Self {
            access: None,
            privileges: Vec::new(),
            roles: Vec::new(),
            identities: Vec::new(),
            roles_of_identity: Vec::new(),
        }
    }

    /// The agent's decision about a request to the destination of these rules. Rules for the WireServer also
    /// apply to HostGAPlugin.
    pub fn decide<'m>(&'m self, request: &Request<'_>) -> Decision<'m> {
        self.before_rules(request).unwrap_or_else(|| {
            let by_rules = Target::parse(request.url).and_then(|target| {
                self.apply_rules(self.matching(&RequestKey::new(&target)), || self.roles_of_caller(request))
            });
            self.after_rules(by_rules)
        })
    }

    /// The part of the decision that does not depend on the caller, for many callers that are alike elevated.
    pub(in crate::allowlist) fn match_request<'m>(&'m self, request: &Request<'_>) -> MatchedRequest<'m> {
        let matching = match Target::parse(request.url) {
            Some(target) => self.matching(&RequestKey::new(&target)).collect(),
            None => Vec::new(),
        };
        MatchedRequest { before: self.before_rules(request), matching }
    }

    /// The decision about such a request by one of them.
    pub(in crate::allowlist) fn decide_matched<'m>(
        &'m self,
        matched: &MatchedRequest<'m>,
        caller: &CallerRoles,
    ) -> Decision<'m> {
        matched.before.unwrap_or_else(|| {
            self.after_rules(self.apply_rules(matched.matching.iter().copied(), || caller))
        })
    }

    /// The identities and roles of a request's caller.
    pub(in crate::allowlist) fn roles_of_caller(&self, request: &Request<'_>) -> CallerRoles {
        let identities = self.identities_of(request);
        let roles = self.roles_of(&identities);
        CallerRoles { identities, roles }
    }

    /// The names of the identities in it.
    pub(in crate::allowlist) fn names_of(&self, caller: &CallerRoles) -> impl Iterator<Item = &str> {
        let numbers: Vec<usize> = caller.identities.iter().collect();
        numbers.into_iter().filter_map(|number| self.identities.get(number)).map(|(name, _)| name.as_str())
    }

    /// The steps before the rules, if one of them decides.
    fn before_rules<'m>(&self, request: &Request<'_>) -> Option<Decision<'m>> {
        let Some(target) = Target::parse(request.url) else {
            return Some(Decision::plain(Verdict::Denied, Step::MalformedTarget));
        };
        if !request.has_known_method() {
            return Some(Decision::plain(Verdict::Denied, Step::MethodNotAllowed));
        }
        if path_is_guarded(target.path) {
            return Some(Decision::plain(Verdict::Denied, Step::PathGuard));
        }
        if target.is_bare() && ["/provision", "/gpa-aggregated-status"].contains(&target.path) {
            return Some(Decision::plain(Verdict::Allowed, Step::OwnPath));
        }
        if request.elevated && request.is_on_skip_list(&target) {
            return Some(Decision::plain(Verdict::Allowed, Step::SkipList));
        }
        match request.destination {
            Destination::Agent => return Some(Decision::plain(Verdict::Denied, Step::AgentListener)),
            Destination::Other => return Some(Decision::plain(Verdict::Allowed, Step::OtherDestination)),
            Destination::Host(Endpoint::WireServer | Endpoint::HostGaPlugin) if !request.elevated => {
                return Some(Decision::plain(Verdict::Denied, Step::NotElevated));
            }
            Destination::Host(_) => {}
        }
        match self.access {
            None => Some(Decision::plain(Verdict::Allowed, Step::NoDocument)),
            Some((Mode::Disabled, _)) => Some(Decision::plain(Verdict::Allowed, Step::Disabled)),
            Some(_) => None,
        }
    }

    /// Applies mode and default access to the result of the rules.
    fn after_rules<'m>(&self, by_rules: Option<Decision<'m>>) -> Decision<'m> {
        let (mode, default_access) = self.access.unwrap_or((Mode::Disabled, DefaultAccess::Allow));
        let refused = if mode == Mode::Audit { Verdict::AllowedByAudit } else { Verdict::Denied };
        let by_default = || {
            let verdict = if default_access == DefaultAccess::Allow { Verdict::Allowed } else { refused };
            Decision::plain(verdict, Step::DefaultAccess)
        };
        by_rules.unwrap_or_else(by_default).refused_as(refused)
    }

    /// The result of the rules alone: every privilege that matches, and every grant that applies.
    pub fn matches<'m>(&'m self, request: &Request<'_>) -> Matches<'m> {
        let Some(target) = Target::parse(request.url) else { return Matches::default() };
        let normalised = RequestKey::new(&target);
        let identities = self.identities_of(request);
        let roles = self.roles_of(&identities);
        let mut matches = Matches::default();
        for privilege in self.matching(&normalised) {
            matches.privileges.push(&privilege.name);
            for assigned in privilege.roles.shared_with(&roles).filter_map(|role| self.roles.get(role)) {
                let both = assigned.identities.shared_with(&identities);
                matches.grants.extend(both.filter_map(|number| self.identities.get(number)).map(
                    |(identity, _)| Grant { identity, privilege: &privilege.name, role: &assigned.role },
                ));
            }
        }
        matches.privileges.sort_unstable();
        matches.grants.sort_unstable();
        matches
    }

    /// The privileges that match, the most specific first.
    fn matching<'m>(&'m self, request: &RequestKey<'_>) -> impl Iterator<Item = &'m PreparedPrivilege> {
        let of_path =
            self.privileges.iter().filter_map(|(length, paths)| paths.get(request.path.get(..*length)?));
        of_path.flat_map(|same_path| same_path.matching(request))
    }

    /// The identities of a request's caller.
    fn identities_of(&self, request: &Request<'_>) -> Numbers {
        let caller = CallerKey::new(request);
        let met =
            self.identities.iter().zip(0..).filter(|((_, conditions), _)| conditions.are_met_by(&caller));
        Numbers::new(self.identities.len(), met.map(|(_, number)| number))
    }

    /// The roles assigned to any of the identities.
    fn roles_of(&self, identities: &Numbers) -> Numbers {
        let roles = identities.iter().filter_map(|one| self.roles_of_identity.get(one)).flatten();
        Numbers::new(self.roles.len(), roles.copied())
    }

    /// The agent's `is_allowed`, without its default: granted, closed, or nothing matches.
    fn apply_rules<'m, H: Borrow<CallerRoles>>(
        &'m self,
        matching: impl Iterator<Item = &'m PreparedPrivilege>,
        caller: impl FnOnce() -> H,
    ) -> Option<Decision<'m>> {
        let mut matching = matching.peekable();
        let closed = *matching.peek()?;
        let caller = caller();
        let caller: &CallerRoles = caller.borrow();
        for privilege in matching {
            let by_role = |role: usize| {
                let assigned = self.roles.get(role)?;
                Some((assigned.identities.shared_with(&caller.identities).next()?, assigned))
            };
            // Roles are sorted, and of equal identities the first counts.
            let granted = privilege
                .roles
                .shared_with(&caller.roles)
                .filter_map(by_role)
                .min_by_key(|(identity, _)| *identity);
            if let Some((identity, assigned)) = granted {
                return Some(Decision {
                    verdict: Verdict::Allowed,
                    step: Step::Granted,
                    privilege: Some(&privilege.name),
                    identity: self.identities.get(identity).map(|(name, _)| name.as_str()),
                    role: Some(&assigned.role),
                });
            }
        }
        Some(Decision { privilege: Some(&closed.name), ..Decision::plain(Verdict::Denied, Step::Closed) })
    }
}

impl Decision<'_> {
    /// Applies the mode to a refusal by the rules.
    fn refused_as(self, refused: Verdict) -> Self {
        let verdict = if self.verdict == Verdict::Denied { refused } else { self.verdict };
        Self { verdict, ..self }
    }
}

/// Roles by name with the numbers of their identities, and for each privilege its roles. Dangling references
/// are dropped (`authorization_rules.rs`, lines 166-200).
fn resolve_roles(rules: &Rules) -> (Vec<AssignedRole>, BTreeMap<&str, Vec<usize>>) {
    let numbers: BTreeMap<&str, usize> = rules.identities.keys().map(String::as_str).zip(0..).collect();
    let mut roles = Vec::new();
    let mut roles_of = BTreeMap::<&str, Vec<usize>>::new();
    for (name, assignment) in &rules.role_assignments {
        let Some(role) = rules.roles.get(name) else { continue };
        let members = assignment.identities.iter().filter_map(|name| numbers.get(name.as_str()).copied());
        for privilege in role.privileges.iter().filter(|name| rules.privileges.contains_key(*name)) {
            roles_of.entry(privilege).or_default().push(roles.len());
        }
        let identities = Numbers::new(rules.identities.len(), members);
        roles.push(AssignedRole { role: name.clone(), identities });
    }
    (roles, roles_of)
}
