//! The rules as a whole: L06, L21, L24, L50 and L51.

use std::collections::{BTreeMap, BTreeSet};

use super::super::decision::Pattern;
use super::super::decoding::lowered;
use super::super::{DefaultAccess, Endpoint, Mode, Privilege, Text, named};
use super::known::{HOST_GA_PLUGIN_PATHS, Sensitive, probes};
use super::platform::Refusal;
use super::quote::quoted;
use super::view::{View, some_of};
use super::{FindingId, Findings, Subject};

pub(super) fn check(view: &View<'_>, findings: &mut Findings) {
    production(view, findings);
    allow(view, findings);
    wrong_endpoint(view, findings);
    plugin(view, findings);
    if !view.ignored {
        reach(view, findings);
        platform(view, findings);
    }
}

/// L06
fn production(view: &View<'_>, findings: &mut Findings) {
    let Some(mode @ (Mode::Audit | Mode::Disabled)) = view.context.mode else { return };
    let speaks = |name: &&String| {
        let mut words = name.split(|c: char| !c.is_ascii_alphabetic());
        words.any(|word| ["prod", "production", "prd"].iter().any(|known| known.eq_ignore_ascii_case(word)))
    };
    if let Some(name) = view.context.names.iter().find(speaks) {
        let message =
            format!("is {mode} in {}: requests that the rules do not allow pass nevertheless.", quoted(name));
        findings.warning(FindingId::L06, Subject::Mode, message, None);
    }
}

/// L21. Under Audit, an open default is a step of the rollout; under Enforce it is a hole.
fn allow(view: &View<'_>, findings: &mut Findings) {
    if view.context.default_access != Some(DefaultAccess::Allow) {
        return;
    }
    match view.context.mode {
        Some(Mode::Enforce) => {
            let message = "is Allow: a request spelled in a way that no privilege recognises is let through.";
            let refused = view.platform().and_then(|platform| {
                let refusals = platform.refusals(DefaultAccess::Deny);
                let now = platform.refusals(DefaultAccess::Allow).len();
                (refusals.len() > now).then(|| refusals.into_iter().next()).flatten()
            });
            let instead = match refused {
                None => "Use Deny.".to_owned(),
                Some(refused) => format!(
                    "Learn from an audit log what the machine needs, grant it, and then use Deny: with the present \
                     rules {} would be refused {}.",
                    refused.program, refused.request
                ),
            };
            findings.warning(FindingId::L21, Subject::DefaultAccess, message, Some(instead));
        }
        Some(Mode::Disabled) => {}
        Some(Mode::Audit) | None => {
            let message = "is Allow, which is for the rollout; requests that no privilege matches are not \
                           recorded.";
            findings.info(FindingId::L21, Subject::DefaultAccess, message, None);
        }
    }
}

/// L24, paths of the other endpoint
fn wrong_endpoint(view: &View<'_>, findings: &mut Findings) {
    let Some(endpoint) = view.context.endpoint.map(Endpoint::profile) else { return };
    for (name, _, path) in view.paths() {
        let path = lowered(path);
        let below = |known: &str| {
            path.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let theirs = match endpoint {
            Endpoint::Imds => below("/machine") || HOST_GA_PLUGIN_PATHS.into_iter().any(below),
            _ => below("/metadata"),
        };
        if theirs {
            let message =
                format!("{} is not a path of {endpoint}, so this profile never sees it.", quoted(&path));
            findings.warning(FindingId::L24, Subject::Path { privilege: name.to_owned() }, message, None);
        }
    }
}

/// L24, nothing for HostGAPlugin
fn plugin(view: &View<'_>, findings: &mut Findings) {
    let context = view.context;
    let is_checked = context.endpoint.is_some_and(|endpoint| endpoint.profile() == Endpoint::WireServer)
        && context.default_access == Some(DefaultAccess::Deny)
        && context.mode != Some(Mode::Disabled);
    let Some(privileges) = named(&view.draft.privileges).filter(|_| is_checked) else { return };
    let covers = |one: &Privilege<Text<'_>>| {
        let Some(path) = one.path.known() else { return true };
        let path = lowered(path);
        HOST_GA_PLUGIN_PATHS.iter().any(|known| known.starts_with(&*path) || path.starts_with(known))
    };
    if !privileges.values().any(covers) {
        let message = "no privilege covers HostGAPlugin, and this profile also decides its requests; \
            extensions and the guest agent need it.";
        let instead = format!(
            "Add privileges for {} and grant them to the guest agent.",
            HOST_GA_PLUGIN_PATHS.join(", ")
        );
        findings.warning(
            FindingId::L24,
            Subject::List(super::super::List::Privileges),
            message,
            Some(instead),
        );
    }
}

/// L50
fn reach(view: &View<'_>, findings: &mut Findings) {
    let Some(references) = &view.references else { return };
    let mut who = BTreeMap::<Sensitive, BTreeSet<&str>>::new();
    for (name, one) in view.privileges() {
        let reached = view.sensitive(one);
        if reached.is_empty() || !references.is_granted(name) {
            continue;
        }
        if !view.spend_pairs(references.cost(name)) {
            return;
        }
        let holders = references.holders(name);
        for what in reached {
            who.entry(what).or_default().extend(&holders);
        }
    }
    // By default, requests that no privilege matches are open to all.
    let context = view.context;
    let open = context.default_access == Some(DefaultAccess::Allow) && context.mode == Some(Mode::Enforce);
    let patterns = view.patterns();
    if open && patterns.len() == view.draft.privileges.len() {
        let endpoint = context.endpoint.or_else(|| view.platform().map(|one| one.endpoint()));
        let probes = endpoint.map_or_else(Vec::new, |endpoint| probes(Some(endpoint)));
        let is_open = |probe: &Pattern| !patterns.values().any(|pattern| pattern.covers(probe));
        let open = probes.into_iter().filter(|(_, probe)| is_open(probe)).map(|(what, _)| what);
        for what in open.collect::<BTreeSet<_>>() {
            who.remove(&what);
            let message = format!(
                "every process reaches {what}: no privilege matches, and the default access is Allow."
            );
            findings.info(FindingId::L50, Subject::Rules, message, None);
        }
    }
    for (what, who) in who {
        let verb = if who.len() == 1 { "reaches" } else { "reach" };
        findings.info(FindingId::L50, Subject::Rules, format!("{} {verb} {what}.", some_of(who)), None);
    }
}

/// L51. If the guest agent is refused at the WireServer, that is an outage; which programs need IMDS differs
/// between machines.
fn platform(view: &View<'_>, findings: &mut Findings) {
    let context = view.context;
    let (Some(Mode::Enforce), Some(default_access)) = (context.mode, context.default_access) else { return };
    let Some(platform) = view.platform() else { return };
    let (loud, low): (Vec<_>, Vec<_>) = platform
        .refusals(default_access)
        .into_iter()
        .partition(|one| one.is_vital || (one.is_closed && platform.endpoint() == Endpoint::WireServer));
    let sentence = |refusals: &[Refusal]| {
        let all: Vec<_> =
            refusals.iter().map(|one| format!("{} is refused {}", one.program, one.request)).collect();
        all.join(", and ")
    };
    if !loud.is_empty() {
        let message = format!("{}. Without it a machine is likely to fail.", sentence(&loud));
        let instead = format!("Grant it to an identity with {}.", platform.guest_agent());
        findings.warning(FindingId::L51, Subject::Rules, message, Some(instead));
    } else if !low.is_empty() {
        findings.info(FindingId::L51, Subject::Rules, format!("{}.", sentence(&low)), None);
    }
}
