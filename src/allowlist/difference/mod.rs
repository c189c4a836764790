//! The effect of a change of an allowlist: who gains, who loses, and what of it matters.
//!
//! The two lists of grants compare names, which the reader knows. Whether a change *matters* depends on
//! content. Renaming a privilege or moving a grant to another role takes nothing away, whereas widening a path
//! under an unchanged name gives something. (Ours; the agent compares nothing.)

mod covering;
mod reload;
mod replay;
mod side;

use std::collections::BTreeSet;
use std::fmt;

use super::decision::Pattern;
use super::findings::probes;
use super::{Allowlist, DefaultAccess, Endpoint, Grant, Mode, Rules, Sensitive, count_grants, sensitive};

pub use reload::unnoticed_change;
pub use replay::{ChangedRequest, Replay, replay};

use side::ComparedRules;

/// Rules with more grants than this are not compared grant by grant.
const MOST_GRANTS: usize = 500_000;

/// The difference between two allowlists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference<'a> {
    /// Grants in only the new rules; their roles count.
    pub gained: Vec<Grant<'a>>,
    /// Grants in only the old rules.
    pub lost: Vec<Grant<'a>>,
    /// What somebody should check before it reaches machines; empty for a harmless change.
    pub effects: Vec<Effect<'a>>,
    /// False if there are too many grants to compare.
    pub grants_compared: bool,
}

/// A consequence worth a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect<'a> {
    /// Requests that an identity could make are now refused: an outage, if it still makes them.
    Lost(Grant<'a>),
    /// An identity reaches sensitive data that it did not reach before.
    Reaches {
        /// The grant.
        grant: Grant<'a>,
        /// The sensitive data.
        what: Vec<Sensitive>,
    },
    /// A new privilege closes requests that the default access Allow had left open: only its identities may
    /// make them.
    Closed {
        /// Name of the privilege.
        privilege: &'a str,
        /// Its path.
        path: &'a str,
    },
    /// A privilege is removed that had closed requests under the default access Allow: everybody can make
    /// them.
    Opened {
        /// Name of the privilege.
        privilege: &'a str,
        /// Its path.
        path: &'a str,
    },
    /// The mode becomes Enforce: requests that were only recorded, or not checked, are now refused.
    NowEnforced(Mode),
    /// The mode leaves Enforce: everybody reaches everything.
    NoLongerEnforced(Mode),
    /// The default access becomes Deny under Enforce.
    DefaultDenies,
    /// The default access becomes Allow: these are open to everybody, unless a privilege closes them.
    DefaultAllows(Vec<Sensitive>),
}

impl Effect<'_> {
    /// Whether it removes access, as opposed to granting it.
    pub const fn is_loss(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::Closed { .. } | Self::NowEnforced(_) | Self::DefaultDenies)
    }
}

impl fmt::Display for Effect<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |what: &[Sensitive]| {
            let what: Vec<String> = what.iter().map(ToString::to_string).collect();
            what.join(", ")
        };
        match self {
            Self::Lost(grant) => write!(f, "{grant} is lost: those requests are refused"),
            Self::Reaches { grant, what } => write!(f, "{grant} is gained and reaches {}", list(what)),
            Self::Closed { privilege, path } => {
                write!(f, "privilege \"{privilege}\" closes \"{path}\" for all but its identities")
            }
            Self::Opened { privilege, path } => {
                write!(f, "privilege \"{privilege}\" no longer closes \"{path}\": everybody reaches it")
            }
            Self::NowEnforced(from) => {
                write!(
                    f,
                    "mode changes from {from} to Enforce: requests that no grant allows are refused \
                           from now on"
                )
            }
            Self::NoLongerEnforced(to) => {
                write!(f, "mode changes from Enforce to {to}: everybody reaches everything")
            }
            Self::DefaultDenies => f.write_str("requests that no privilege matches are refused from now on"),
            Self::DefaultAllows(what) if what.is_empty() => {
                f.write_str("requests that no privilege matches are open to everybody from now on")
            }
            Self::DefaultAllows(what) => write!(
                f,
                "requests that no privilege matches are open to everybody from now on, among them {}",
                list(what)
            ),
        }
    }
}

/// Compares two allowlists for the machines of one endpoint, or of any if the endpoint is unknown.
pub fn difference<'a>(old: &'a Allowlist, new: &'a Allowlist, endpoint: Option<Endpoint>) -> Difference<'a> {
    let mut difference = Difference { grants_compared: true, ..Difference::default() };
    let enforced = new.mode == Mode::Enforce;
    // If nothing was refused, nothing opens. If nothing is refused from now on, everything opens, which is
    // one effect.
    let was_closed = enforced && old.mode == Mode::Enforce;
    match (old.mode, new.mode) {
        (before @ (Mode::Audit | Mode::Disabled), Mode::Enforce) => {
            difference.effects.push(Effect::NowEnforced(before));
        }
        (Mode::Enforce, after @ (Mode::Audit | Mode::Disabled)) => {
            difference.effects.push(Effect::NoLongerEnforced(after));
        }
        _ => {}
    }
    match (old.default_access, new.default_access) {
        (DefaultAccess::Allow, DefaultAccess::Deny) if enforced => {
            difference.effects.push(Effect::DefaultDenies);
        }
        (DefaultAccess::Deny, DefaultAccess::Allow) if was_closed => {
            difference.effects.push(Effect::DefaultAllows(left_open(&new.rules, endpoint)));
        }
        _ => {}
    }
    if count_grants(&old.rules).max(count_grants(&new.rules)) > MOST_GRANTS {
        difference.grants_compared = false;
        return difference;
    }
    let (mut before, mut after) = (ComparedRules::new(&old.rules), ComparedRules::new(&new.rules));
    difference.gained = without(&after.grants, &before.grants);
    difference.lost = without(&before.grants, &after.grants);

    for grant in once_per_pair(&before.grants).filter(|_| enforced) {
        let open = new.default_access == DefaultAccess::Allow && !after.touches(&old.rules, grant);
        if !open && !after.still_gives(&old.rules, grant) {
            difference.effects.push(Effect::Lost(grant));
        }
    }
    for grant in once_per_pair(&after.grants).filter(|_| was_closed) {
        let Some(privilege) = new.rules.privileges.get(grant.privilege) else { continue };
        if old.default_access == DefaultAccess::Allow && !before.touches(&new.rules, grant) {
            continue;
        }
        let what = sensitive(&privilege.path, &privilege.query_parameters, endpoint);
        if !what.is_empty() && !before.still_gives(&new.rules, grant) {
            difference.effects.push(Effect::Reaches { grant, what });
        }
    }
    if enforced && (old.default_access, new.default_access) == (DefaultAccess::Allow, DefaultAccess::Allow) {
        for (name, privilege) in &new.rules.privileges {
            if !before.covers(privilege) {
                difference.effects.push(Effect::Closed { privilege: name, path: &privilege.path });
            }
        }
        for (name, privilege) in old.rules.privileges.iter().filter(|_| was_closed) {
            if !after.covers(privilege) {
                difference.effects.push(Effect::Opened { privilege: name, path: &privilege.path });
            }
        }
    }
    difference
}

/// The sensitive data that no privilege covers.
fn left_open(rules: &Rules, endpoint: Option<Endpoint>) -> Vec<Sensitive> {
    let patterns: Vec<Pattern> = rules.privileges.values().map(Pattern::new).collect();
    let is_open = |probe: &Pattern| !patterns.iter().any(|pattern| pattern.covers(probe));
    let open = probes(endpoint).into_iter().filter(|(_, probe)| is_open(probe)).map(|(what, _)| what);
    open.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Grants that differ only in the role are one to the agent.
fn once_per_pair<'a>(grants: &[Grant<'a>]) -> impl Iterator<Item = Grant<'a>> {
    let alike = |one: &Grant<'_>, other: &Grant<'_>| {
        (one.identity, one.privilege) == (other.identity, other.privilege)
    };
    grants.chunk_by(alike).filter_map(|alike| alike.first().copied())
}

/// The elements of one sorted list that another does not have.
fn without<'a>(list: &[Grant<'a>], other: &[Grant<'a>]) -> Vec<Grant<'a>> {
    list.iter().filter(|grant| other.binary_search(grant).is_err()).copied().collect()
}

#[cfg(test)]
mod tests;
