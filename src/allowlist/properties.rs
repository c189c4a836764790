//! Properties of all rules, tested on random ones.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const PATHS: [&str; 8] = ["/", "/a", "/a/b", "/ab", "/A", "/a/", "", "/a%2Fb"];
const URLS: [&str; 10] =
    ["/", "/a", "/a/b", "/abc", "/a?k=v", "/a?k=w&k=v", "/a%3Fk=v", "/A/B?K=V", "/a%2Fb", "/x?j=1&k=v"];
const USERS: [&str; 3] = ["u", "v", "root"];

fn names(prefix: char) -> impl Strategy<Value = Vec<String>> {
    proptest::sample::subsequence(vec![0, 1, 2, 3], 0..=4)
        .prop_map(move |numbers| numbers.into_iter().map(|number| format!("{prefix}{number}")).collect())
}

fn lists() -> impl Strategy<Value = Lists> {
    let query = proptest::option::of(proptest::sample::select(vec![("k", "v"), ("j", "1"), ("k", "")]));
    let privilege = (proptest::sample::select(PATHS.to_vec()), query);
    let privileges = proptest::collection::vec(privilege, 0..4).prop_map(|all| {
        let mut entries = Vec::new();
        for (path, query) in all {
            let query = query.map(|(key, value): (&str, &str)| (key.to_owned(), value.to_owned()));
            let (name, path) = (format!("p{}", entries.len()), path.to_owned());
            entries.push(PrivilegeEntry { name, path, query_parameters: query.into_iter().collect() });
        }
        entries
    });
    let roles = proptest::collection::vec(names('p'), 0..4).prop_map(|all| {
        let entry = |(number, privileges)| RoleEntry { name: format!("r{number}"), privileges };
        all.into_iter().enumerate().map(entry).collect::<Vec<_>>()
    });
    let user = proptest::option::of(proptest::sample::select(USERS.to_vec()));
    let exe = proptest::option::of(proptest::sample::select(vec!["/x", "/y"]));
    let identities = proptest::collection::vec((user, exe), 0..4).prop_map(|all| {
        let entry = |(number, (user, exe)): (usize, (Option<&str>, Option<&str>))| IdentityEntry {
            name: format!("i{number}"),
            user_name: user.map(str::to_owned),
            exe_path: exe.map(str::to_owned),
            ..IdentityEntry::default()
        };
        all.into_iter().enumerate().map(entry).collect::<Vec<_>>()
    });
    let assignments = proptest::collection::vec((0..4, names('i')), 0..5).prop_map(|all| {
        let entry = |(role, identities)| RoleAssignmentEntry { role: format!("r{role}"), identities };
        all.into_iter().map(entry).collect::<Vec<_>>()
    });
    (privileges, roles, identities, assignments).prop_map(|(privileges, roles, identities, assignments)| {
        Lists {
            privileges: Some(privileges),
            roles: Some(roles),
            identities: Some(identities),
            role_assignments: Some(assignments),
        }
    })
}

fn modes() -> impl Strategy<Value = Mode> {
    proptest::sample::select(vec![Mode::Audit, Mode::Enforce, Mode::Disabled])
}

fn accesses() -> impl Strategy<Value = DefaultAccess> {
    proptest::sample::select(vec![DefaultAccess::Allow, DefaultAccess::Deny])
}

fn matcher(mode: Mode, default_access: DefaultAccess, rules: Rules) -> Matcher {
    Matcher::new(&Allowlist { mode, default_access, rules })
}

/// Every request of a small world.
fn world() -> impl Iterator<Item = Request<'static>> {
    URLS.into_iter().flat_map(|url| USERS.into_iter().map(move |user| (url, user))).flat_map(
        |(url, user_name)| {
            ["/x", "/y", "/z"].map(|exe_path| Request {
                user_name,
                exe_path,
                ..Request::new(Endpoint::Imds.into(), url)
            })
        },
    )
}

/// A request that matches two privileges.
fn url_of(one: &Privilege, other: &Privilege) -> String {
    let longer = if one.path.len() >= other.path.len() { one } else { other };
    let path = longer.path.to_lowercase().replace('%', "%25");
    let pairs = one.query_parameters.iter().chain(&other.query_parameters);
    let query: BTreeSet<String> = pairs.map(|(key, value)| format!("{key}={value}")).collect();
    let path = if path.is_empty() { "/".to_owned() } else { path };
    format!("{path}?{}", query.into_iter().collect::<Vec<_>>().join("&"))
}

proptest! {
    #[test]
    fn decisions_do_not_depend_on_order(
        (lists, shuffled) in lists().prop_flat_map(|lists| {
            let shuffled = (
                Just(lists.privileges.clone().unwrap()).prop_shuffle(),
                Just(lists.roles.clone().unwrap()).prop_shuffle(),
                Just(lists.identities.clone().unwrap()).prop_shuffle(),
                Just(lists.role_assignments.clone().unwrap()).prop_shuffle(),
            );
            (Just(lists), shuffled)
        }),
        mode in modes(), default_access in accesses(),
    ) {
        let (privileges, roles, identities, role_assignments) = shuffled;
        let shuffled = Lists {
            privileges: Some(privileges),
            roles: Some(roles),
            identities: Some(identities),
            role_assignments: Some(role_assignments),
        };
        let one = matcher(mode, default_access, lists.into_rules().0);
        let other = matcher(mode, default_access, shuffled.into_rules().0);
        for request in world() {
            prop_assert_eq!(one.decide(&request), other.decide(&request));
        }
    }

    #[test]
    fn a_decision_follows_from_the_matches(lists in lists(), default_access in accesses()) {
        let matcher = matcher(Mode::Enforce, default_access, lists.into_rules().0);
        for request in world() {
            let (decision, matches) = (matcher.decide(&request), matcher.matches(&request));
            let expected = match (matches.privileges.is_empty(), matches.grants.is_empty()) {
                (_, false) => Step::Granted,
                (false, true) => Step::Closed,
                (true, true) => Step::DefaultAccess,
            };
            prop_assert_eq!(decision.step, expected);
        }
    }

    #[test]
    fn a_further_grant_takes_access_away_only_by_closing(
        lists in lists(), mode in modes(), default_access in accesses(),
        path in proptest::sample::select(PATHS.to_vec()), new in any::<bool>(), to in 0..4_usize,
    ) {
        let (rules, _) = lists.into_rules();
        let mut more = rules.clone();
        let privilege = if new { "new".to_owned() } else { "p0".to_owned() };
        if new {
            let added = Privilege { path: path.to_owned(), query_parameters: BTreeMap::new() };
            more.privileges.insert(privilege.clone(), added);
        }
        more.roles.insert("added".into(), Role { privileges: [privilege].into() });
        let identities = BTreeSet::from([format!("i{to}")]);
        more.role_assignments.insert("added".into(), RoleAssignment { identities });
        let (before, after) = (matcher(mode, default_access, rules), matcher(mode, default_access, more));
        for request in world() {
            let (had, has) = (before.decide(&request), after.decide(&request));
            if had.verdict == Verdict::Allowed && has.verdict != Verdict::Allowed {
                // It was open by default, but the new privilege closes it.
                prop_assert!(new && had.step == Step::DefaultAccess && has.step == Step::Closed);
                prop_assert_eq!(has.privilege, Some("new"));
            }
        }
    }

    #[test]
    fn every_reference_counts_in_rules_without_dangling_names(lists in lists()) {
        let (rules, _) = lists.into_rules();
        let dangling = findings(&Draft::from(&rules), &LintContext::default()).iter().any(|f| f.id == FindingId::L02);
        let all_there = rules.role_assignments.iter().all(|(role, one)| {
            rules.roles.contains_key(role) && one.identities.iter().all(|name| rules.identities.contains_key(name))
        }) && rules.roles.values().flat_map(|role| &role.privileges).all(|name| rules.privileges.contains_key(name));
        prop_assert_eq!(!dangling, all_there);
        if !dangling {
            prop_assert_eq!(grants(&rules).len(), count_grants(&rules));
        }
    }

    #[test]
    fn a_difference_without_losses_loses_nothing(
        old in lists(), new in lists(), before in accesses(), after in accesses(),
    ) {
        let with = |lists: Lists, default_access| Allowlist {
            mode: Mode::Enforce, default_access, rules: lists.into_rules().0,
        };
        let (old, new) = (with(old, before), with(new, after));
        let difference = difference(&old, &new, None);
        if difference.effects.iter().any(Effect::is_loss) {
            return Ok(());
        }
        let (old, new) = (Matcher::new(&old), Matcher::new(&new));
        for request in world() {
            if old.decide(&request).verdict == Verdict::Allowed {
                let now = new.decide(&request);
                prop_assert_eq!(now.verdict, Verdict::Allowed, "{:?} {}", request, now.reason());
            }
        }
    }

    #[test]
    fn closed_to_everybody_agrees_with_the_decision(lists in lists()) {
        let (rules, _) = lists.into_rules();
        let reach = decision::Reach::new(&rules);
        let matcher = matcher(Mode::Enforce, DefaultAccess::Allow, rules.clone());
        for request in world() {
            let matches = matcher.matches(&request);
            let allowed = matcher.decide(&request).verdict == Verdict::Allowed;
            for privilege in &matches.privileges {
                prop_assert!(!(allowed && reach.is_closed(privilege)), "{} {:?}", privilege, request);
            }
        }
        for (name, privilege) in &rules.privileges {
            prop_assert!(reach.is_closed(name) == reach.grants(name).is_empty());
            for reaching in reach.grants(name) {
                let (grant, through) = (reaching.grant, &rules.privileges[reaching.grant.privilege]);
                let url = url_of(privilege, through);
                let identity = &rules.identities[grant.identity];
                let request = Request {
                    user_name: identity.user_name.as_deref().unwrap_or("anybody"),
                    exe_path: identity.exe_path.as_deref().unwrap_or("/any"),
                    ..Request::new(Endpoint::Imds.into(), &url)
                };
                prop_assert!(matcher.matches(&request).privileges.contains(&name.as_str()), "{}", url);
                prop_assert_eq!(matcher.decide(&request).verdict, Verdict::Allowed, "{}", url);
                if !reaching.in_part {
                    let url = url_of(privilege, privilege);
                    let request = Request { url: &url, ..request };
                    prop_assert_eq!(matcher.decide(&request).verdict, Verdict::Allowed, "{}", url);
                }
            }
        }
    }

    #[test]
    fn decisions_never_panic(url in any::<String>(), exe_path in any::<String>(), method in "[A-Z]{0,6}", windows: bool) {
        let (rules, _) = Lists::default().into_rules();
        let os_type = if windows { OsType::Windows } else { OsType::Linux };
        let request = Request { os_type, method: &method, exe_path: &exe_path, ..Request::new(Endpoint::Imds.into(), &url) };
        let matcher = matcher(Mode::Enforce, DefaultAccess::Deny, rules);
        let _ = (matcher.decide(&request), matcher.matches(&request));
    }
}
