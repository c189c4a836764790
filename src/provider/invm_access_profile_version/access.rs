//! Who gains and who loses access by a change, told at plan.

use crate::allowlist::{Allowlist, Effect, Endpoint, difference};
use crate::plugin::{Diagnostic, Path};

/// How many consequences one warning names before it counts the rest.
const NAMED: usize = 12;

/// At most two warnings: one for access that is taken away from somebody who may still need it, one for access to
/// something sensitive that is given. Nothing when the change does neither.
#[must_use]
pub fn warnings(old: &Allowlist, new: &Allowlist, endpoint: Option<Endpoint>) -> Vec<Diagnostic> {
    let difference = difference(old, new, endpoint);
    let (losses, gains): (Vec<_>, Vec<_>) = difference.effects.iter().partition(|effect| effect.is_loss());
    let told = [
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
    told.into_iter()
        .filter(|(effects, ..)| !effects.is_empty())
        .map(|(effects, summary, introduction)| {
            Diagnostic::warning(summary, format!("{introduction}\n{}", list(&effects))).at(place(&effects))
        })
        .collect()
}

fn list(effects: &[&Effect]) -> String {
    let mut lines: Vec<_> = effects.iter().take(NAMED).map(|effect| format!("- {effect}")).collect();
    if let Some(more) = effects.len().checked_sub(NAMED).filter(|more| *more > 0) {
        lines.push(format!("- and {more} more; the difference of `grants` shows all"));
    }
    lines.join("\n")
}

/// The attribute the change is about, where it is one.
fn place(effects: &[&Effect]) -> Path {
    let attribute = |effect: &Effect| match effect {
        Effect::NowEnforced(_) | Effect::NoLongerEnforced(_) => "mode",
        Effect::DefaultDenies | Effect::DefaultAllows(_) => "default_access",
        Effect::Lost(_) | Effect::Reaches { .. } | Effect::Closed { .. } => super::rules::BLOCK,
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
    fn a_change_of_nothing_is_quiet() {
        let same = allowlist(Mode::Enforce, DefaultAccess::Deny);
        assert_eq!(warnings(&same, &same, None), []);
    }

    #[test]
    fn a_warning_is_told_on_the_attribute_that_changes() {
        let audit = allowlist(Mode::Audit, DefaultAccess::Deny);
        let enforce = allowlist(Mode::Enforce, DefaultAccess::Deny);
        let told = warnings(&audit, &enforce, None);
        assert_eq!(told.first().unwrap().path, Some(Path::attribute("mode")));
        assert_eq!(told.first().unwrap().summary, "The change takes access away");
        let open = allowlist(Mode::Enforce, DefaultAccess::Allow);
        let told = warnings(&enforce, &open, None);
        assert_eq!(told.first().unwrap().path, Some(Path::attribute("default_access")));
        assert_eq!(told.first().unwrap().summary, "The change opens access");
    }
}
