//! The rules as a whole: L06, L21, L24, L50 and L51.

use std::collections::{BTreeMap, BTreeSet};

use super::super::decoding::lowered;
use super::super::{DefaultAccess, DraftIdentity, Endpoint, Mode, Part};
use super::known::{CALLERS, HOST_GA_PLUGIN_PATHS, Sensitive};
use super::view::{View, some_of};
use super::{FindingId, Found, Subject};

pub(super) fn check(view: &View<'_>, found: &mut Found) {
    production(view, found);
    allow(view, found);
    wrong_endpoint(view, found);
    plugin(view, found);
    reach(view, found);
    callers(view, found);
}

/// L06
fn production(view: &View<'_>, found: &mut Found) {
    let Some(mode @ (Mode::Audit | Mode::Disabled)) = view.context.mode else { return };
    let speaks = |name: &&String| {
        let mut words = name.split(|c: char| !c.is_ascii_alphabetic());
        words.any(|word| ["prod", "production", "prd"].iter().any(|known| known.eq_ignore_ascii_case(word)))
    };
    if let Some(name) = view.context.names.iter().find(speaks) {
        let message =
            format!("is {mode} in \"{name}\": requests that the rules do not allow pass all the same.");
        found.warning(FindingId::L06, Subject::Mode, message, None);
    }
}

/// L21. While only recording, an open default is part of the way; under enforcement it is a hole.
fn allow(view: &View<'_>, found: &mut Found) {
    if view.context.default_access != Some(DefaultAccess::Allow) {
        return;
    }
    match view.context.mode {
        Some(Mode::Enforce) => {
            let message = "is Allow: a request spelled in a way that no privilege recognises is let through.";
            found.warning(FindingId::L21, Subject::DefaultAccess, message, Some("Use Deny.".into()));
        }
        Some(Mode::Disabled) => {}
        Some(Mode::Audit) | None => {
            let message = "is Allow, which is for rolling out; what no privilege matches is not recorded.";
            found.info(FindingId::L21, Subject::DefaultAccess, message, None);
        }
    }
}

/// L24, paths of the other endpoint
fn wrong_endpoint(view: &View<'_>, found: &mut Found) {
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
            let message = format!("\"{path}\" is not a path of {endpoint}, so this profile never sees it.");
            found.warning(FindingId::L24, Subject::Path { privilege: name.to_owned() }, message, None);
        }
    }
}

/// L24, nothing for HostGAPlugin
fn plugin(view: &View<'_>, found: &mut Found) {
    let context = view.context;
    let concerns = context.endpoint.is_some_and(|endpoint| endpoint.profile() == Endpoint::WireServer)
        && context.default_access == Some(DefaultAccess::Deny)
        && context.mode != Some(Mode::Disabled);
    let Some(privileges) = view.draft.privileges.known().filter(|_| concerns) else { return };
    let covers = |one: &Part<super::super::DraftPrivilege<'_>>| {
        let Part::Known(one) = one else { return true };
        let Part::Known(path) = &one.path else { return true };
        let path = lowered(path);
        HOST_GA_PLUGIN_PATHS.iter().any(|known| known.starts_with(&*path) || path.starts_with(known))
    };
    if !privileges.values().any(covers) {
        let message = "no privilege covers HostGAPlugin, whose requests this profile decides as well; extensions \
            and the guest agent need it.";
        let instead = format!("Add privileges for {}.", HOST_GA_PLUGIN_PATHS.join(", "));
        found.warning(FindingId::L24, Subject::List(super::super::List::Privileges), message, Some(instead));
    }
}

/// L50
fn reach(view: &View<'_>, found: &mut Found) {
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
    for (what, who) in who {
        let verb = if who.len() == 1 { "reaches" } else { "reach" };
        found.info(FindingId::L50, Subject::Rules, format!("{} {verb} {what}.", some_of(who)), None);
    }
}

/// L51. The guest agent missing at the WireServer is an outage; who needs IMDS differs from machine to machine.
fn callers(view: &View<'_>, found: &mut Found) {
    let context = view.context;
    let (Some(os_type), Some(endpoint)) = (context.os_type, context.endpoint.map(Endpoint::profile)) else {
        return;
    };
    if (context.mode, context.default_access) != (Some(Mode::Enforce), Some(DefaultAccess::Deny)) {
        return;
    }
    let (Some(references), Part::Known(identities)) = (&view.references, &view.draft.identities) else {
        return;
    };
    let holders = references.all_holders();
    let holding: Vec<_> = identities.iter().filter(|(name, _)| holders.contains(*name)).collect();
    let mut missing = Vec::new();
    for caller in CALLERS.iter().filter(|caller| (caller.os_type, caller.endpoint) == (os_type, endpoint)) {
        let may_be = |(_, identity): &(&&str, &Part<DraftIdentity<'_>>)| match identity {
            Part::Unknown => true,
            Part::Known(identity) => may_be_run_by(identity, caller.executables),
        };
        if !holding.iter().any(may_be) {
            missing.push(caller.name);
        }
    }
    if missing.is_empty() {
        return;
    }
    let message =
        format!("no granted identity is {}, which calls {endpoint} by itself.", missing.join(" or "));
    match endpoint {
        Endpoint::Imds => found.info(FindingId::L51, Subject::Rules, message, None),
        _ => {
            let message = format!("{message} Without it a machine is likely to fail.");
            found.warning(FindingId::L51, Subject::Rules, message, None);
        }
    }
}

fn may_be_run_by(identity: &DraftIdentity<'_>, executables: &[&str]) -> bool {
    let named = |text: &str| {
        let file = lowered(text.rsplit(['/', '\\']).next().unwrap_or_default());
        executables.iter().any(|executable| file.starts_with(executable))
    };
    let fits = |part: &Part<Option<&str>>| match part {
        Part::Unknown | Part::Known(None) => true,
        Part::Known(Some(text)) => named(text),
    };
    fits(&identity.exe_path) && fits(&identity.process_name)
}
