//! One of two rule sets, and whether it still gives what a grant of the other gave.

use std::collections::BTreeMap;

use super::super::decoding::lowered;
use super::super::{Grant, Identity, Privilege, Rules, grants};

/// One side of the comparison. What covers a privilege or an identity of the other side is found once for each.
pub(super) struct Side<'a> {
    rules: &'a Rules,
    pub(super) grants: Vec<Grant<'a>>,
    covering_privileges: BTreeMap<&'a str, Vec<&'a str>>,
    covering_identities: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Side<'a> {
    pub(super) fn new(rules: &'a Rules) -> Self {
        let (covering_privileges, covering_identities) = Default::default();
        Self { rules, grants: grants(rules), covering_privileges, covering_identities }
    }

    /// Whether this side lets the holder of another side's grant do all of it still: by some pair of an identity
    /// that includes the holder and a privilege that covers the request.
    pub(super) fn still_gives(&mut self, other: &Rules, grant: Grant<'a>) -> bool {
        let rules = self.rules;
        let identity = other.identities.get(grant.identity);
        let privilege = other.privileges.get(grant.privilege);
        let (Some(identity), Some(privilege)) = (identity, privilege) else { return false };
        let who = self.covering_identities.entry(grant.identity).or_insert_with(|| {
            let including = rules.identities.iter().filter(|(_, mine)| is_included(identity, mine));
            including.map(|(name, _)| name.as_str()).collect()
        });
        let what = self.covering_privileges.entry(grant.privilege).or_insert_with(|| {
            let covering = rules.privileges.iter().filter(|(_, mine)| covers(mine, privilege));
            covering.map(|(name, _)| name.as_str()).collect()
        });
        let given = |pair: (&str, &str)| {
            let of = |grant: &Grant<'_>| (grant.identity, grant.privilege).cmp(&pair);
            self.grants.binary_search_by(of).is_ok()
        };
        who.iter().any(|who| what.iter().any(|what| given((who, what))))
    }

    /// Whether any privilege of this side matches a request that a grant of another side is about.
    pub(super) fn touches(&self, other: &Rules, grant: Grant<'_>) -> bool {
        let Some(theirs) = other.privileges.get(grant.privilege) else { return false };
        let theirs = lowered(&theirs.path);
        self.rules.privileges.values().any(|mine| {
            let mine = lowered(&mine.path);
            mine.starts_with(&*theirs) || theirs.starts_with(&*mine)
        })
    }
}

/// Whether everybody who has identity `one` also has identity `other`.
fn is_included(one: &Identity, other: &Identity) -> bool {
    let fits = |one: &Option<String>, other: &Option<String>| other.is_none() || one == other;
    fits(&one.user_name, &other.user_name)
        && fits(&one.group_name, &other.group_name)
        && fits(&one.exe_path, &other.exe_path)
        && fits(&one.process_name, &other.process_name)
}

/// Whether every request that matches `narrow` also matches `broad`.
pub(super) fn covers(broad: &Privilege, narrow: &Privilege) -> bool {
    let asks = |key: &str, value: &str| {
        let same = |(k, v): (&String, &String)| lowered(k) == key && lowered(v) == value;
        narrow.query_parameters.iter().any(same)
    };
    lowered(&narrow.path).starts_with(&*lowered(&broad.path))
        && broad.query_parameters.iter().all(|(key, value)| asks(&lowered(key), &lowered(value)))
}
