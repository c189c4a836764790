//! Whether the provider may register `Microsoft.Compute` in a subscription that lacks it.

use super::schema::REGISTRATIONS;
use super::source::{Lookup, Setting};
use crate::arm::NAMESPACE;
use crate::plugin::Diagnostic;

/// Combines azapi's one switch and azurerm's two settings.
pub(super) fn may_register(lookup: &Lookup<'_>) -> Result<bool, Diagnostic> {
    let skip = lookup.flag("skip_provider_registration")?;
    let set = lookup.text("resource_provider_registrations");
    if let Some(found) = &set
        && !REGISTRATIONS.iter().any(|word| word.eq_ignore_ascii_case(&found.value))
    {
        let detail = format!(
            "The {} is {:?}. Possible values are `core`, `extended`, `all`, `none` and `legacy`.",
            found.source, found.value
        );
        return Err(found.source.attach_to(Diagnostic::error("Unknown set of registrations", detail)));
    }
    let allowed = set.as_ref().map(|found| !found.value.eq_ignore_ascii_case("none"));
    let named = lookup.list("resource_providers_to_register");
    let named = named.filter(|found| found.value.iter().any(|name| name.eq_ignore_ascii_case(NAMESPACE)));
    let conflict = |skip: &Setting<bool>, other: &dyn std::fmt::Display| {
        let detail = format!(
            "The {} forbids what the {other} asks for: registering {NAMESPACE}. Set only one of them.",
            skip.source
        );
        skip.source.attach_to(Diagnostic::error("Two settings that disagree", detail))
    };
    match (&skip, &set, &named) {
        (Some(skip), Some(set), _) if skip.value && allowed == Some(true) => Err(conflict(skip, &set.source)),
        (Some(skip), _, Some(named)) if skip.value => Err(conflict(skip, &named.source)),
        (_, _, Some(_)) => Ok(true),
        _ => Ok(!skip.is_some_and(|skip| skip.value) && allowed != Some(false)),
    }
}
