//! Who gains and who loses access by a change, reported at plan.

use super::lint;
use crate::allowlist::{Allowlist, Effect, Endpoint, difference, unnoticed_change};
use crate::plugin::{Diagnostic, Path};

/// How many consequences one warning names; it counts the rest.
const MAX_NAMED: usize = 12;

/// How long a replacement takes at Azure (recorded: 45.05 to 45.19 seconds for each of nine creations,
/// changes and deletions).
const DURATION_NOTE: &str = "\n\nAzure takes about 45 seconds to create the new version and 45 to delete the old one. Without \
    `create_before_destroy` the old one is deleted first, and for some 90 seconds there are no rules to load.";

/// At most two warnings: one for access that somebody may still need but loses, one for new access to
/// something sensitive. None if the change does neither. `is_replaced` says whether the change makes a new
/// version.
#[must_use]
pub fn warnings(
    version: &str,
    is_replaced: bool,
    old: &Allowlist,
    new: &Allowlist,
    endpoint: Option<Endpoint>,
) -> Vec<Diagnostic> {
    let difference = difference(old, new, endpoint);
    let (losses, gains): (Vec<_>, Vec<_>) = difference.effects.iter().partition(|effect| effect.is_loss());
    let warnings = [
        (
            losses,
            "The change takes access away",
            "Processes that still make these requests are refused once virtual machines refer to these rules:",
        ),
        (
            gains,
            "The change opens access",
            "These become reachable once virtual machines refer to these rules:",
        ),
    ];
    let note = if is_replaced { DURATION_NOTE } else { "" };
    warnings
        .into_iter()
        .filter(|(effects, ..)| !effects.is_empty())
        .map(|(effects, summary, introduction)| {
            let detail = format!("{introduction}\n{}{note}", effect_lines(&effects));
            Diagnostic::warning(format!("{summary} (version {version})"), detail).at(attribute_path(&effects))
        })
        .collect()
}

/// A warning for a mode or default access that changes in place: the version keeps its id, and a guest agent
/// notices a change only by the id (finding L07). `is_named` says whether the configuration has a `name`.
#[must_use]
pub fn in_place_warning(name: &str, is_named: bool, old: &Allowlist, new: &Allowlist) -> Option<Diagnostic> {
    let finding = unnoticed_change((name, old), (name, new))?;
    let (attribute, path) = match (old.mode == new.mode, old.default_access == new.default_access) {
        (true, _) => ("default access", Path::attribute("default_access")),
        (false, true) => ("mode", Path::attribute("mode")),
        (false, false) => ("mode and default access", Path::attribute("mode")),
    };
    let advice = match is_named {
        true => {
            "Leave `name` out and the provider picks the next version, or set it to a number that is free."
        }
        false => "Replace the version: run the plan with `-replace` and its address.",
    };
    let detail = format!(
        "The {attribute} of version {name} changes in place, so its id stays the same. A guest agent loads \
         a version again only when the id changes: virtual machines that have loaded this one may keep the \
         old value until they refer to another. To be sure, publish a new version. {advice}\n\n{}",
        lint::silenced_by(finding.id)
    );
    Some(Diagnostic::warning(format!("Virtual machines may not notice the change ({name})"), detail).at(path))
}

fn effect_lines(effects: &[&Effect<'_>]) -> String {
    let mut lines: Vec<_> = effects.iter().take(MAX_NAMED).map(|effect| format!("- {effect}")).collect();
    if let Some(more) = effects.len().checked_sub(MAX_NAMED).filter(|more| *more > 0) {
        lines.push(format!("- and {more} more; the difference of `grants` shows all"));
    }
    lines.join("\n")
}

/// The attribute that the change is about, if there is one.
fn attribute_path(effects: &[&Effect<'_>]) -> Path {
    let attribute = |effect: &Effect<'_>| match effect {
        Effect::NowEnforced(_) | Effect::NoLongerEnforced(_) => "mode",
        Effect::DefaultDenies | Effect::DefaultAllows(_) => "default_access",
        Effect::Lost(_) | Effect::Reaches { .. } | Effect::Closed { .. } | Effect::Opened { .. } => {
            super::rules::BLOCK
        }
    };
    let mut places = effects.iter().map(|effect| attribute(effect));
    match places.next() {
        Some(first) if places.all(|place| place == first) => Path::attribute(first),
        _ => Path::root(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allowlist::{DefaultAccess, Mode, Rules};

    fn allowlist(mode: Mode, default_access: DefaultAccess) -> Allowlist {
        Allowlist { mode, default_access, rules: Rules::default() }
    }

    #[test]
    fn no_change_reports_nothing_at_plan() {
        let same = allowlist(Mode::Enforce, DefaultAccess::Deny);
        assert_eq!(warnings("1.0.0", false, &same, &same, None), []);
    }

    #[test]
    fn a_replacement_says_how_long_it_takes() {
        let (audit, enforce) =
            (allowlist(Mode::Audit, DefaultAccess::Deny), allowlist(Mode::Enforce, DefaultAccess::Deny));
        let detail = |is_replaced| warnings("1.0.0", is_replaced, &audit, &enforce, None).remove(0).detail;
        assert!(detail(true).contains("some 90 seconds") && !detail(false).contains("seconds"));
    }

    #[test]
    fn a_change_in_place_is_warned_about_because_agents_compare_ids() {
        let audit = allowlist(Mode::Audit, DefaultAccess::Deny);
        let enforce = allowlist(Mode::Enforce, DefaultAccess::Deny);
        let warning = in_place_warning("1.0.0", true, &audit, &enforce).unwrap();
        assert_eq!(warning.path, Some(Path::attribute("mode")));
        assert!(
            warning.detail.contains("Leave `name` out") && warning.detail.contains("L07"),
            "{}",
            warning.detail
        );
        let warning = in_place_warning("1.0.0", false, &audit, &enforce).unwrap();
        assert!(
            !warning.detail.contains("`name`") && warning.detail.contains("-replace"),
            "{}",
            warning.detail
        );
        assert_eq!(in_place_warning("1.0.0", true, &audit, &audit), None);
    }

    #[test]
    fn a_warning_is_on_the_attribute_that_changes() {
        let audit = allowlist(Mode::Audit, DefaultAccess::Deny);
        let enforce = allowlist(Mode::Enforce, DefaultAccess::Deny);
        let found = warnings("1.0.0", false, &audit, &enforce, None);
        assert_eq!(found.first().unwrap().path, Some(Path::attribute("mode")));
        assert_eq!(found.first().unwrap().summary, "The change takes access away (version 1.0.0)");
        let open = allowlist(Mode::Enforce, DefaultAccess::Allow);
        let found = warnings("1.0.0", false, &enforce, &open, None);
        assert_eq!(found.first().unwrap().path, Some(Path::attribute("default_access")));
        assert_eq!(found.first().unwrap().summary, "The change opens access (version 1.0.0)");
    }
}
