//! How every request identifies the provider: the correlation id and the user agent.

use super::source::{Lookup, Variables};
use crate::plugin::Diagnostic;

/// The value of `x-ms-correlation-request-id`; `None` sends none.
pub(super) fn correlation_id(lookup: &Lookup<'_>) -> Result<Option<String>, Diagnostic> {
    if lookup.flag("disable_correlation_request_id")?.is_some_and(|found| found.value) {
        return Ok(None);
    }
    match lookup.text("custom_correlation_request_id") {
        None => Ok(Some(uuid::Uuid::new_v4().to_string())),
        Some(found) if found.value.chars().all(|c| c.is_ascii_graphic()) && found.value.len() <= 128 => {
            Ok(Some(found.value))
        }
        Some(found) => Err(found.source.attach_to(Diagnostic::error(
            "Unusable correlation id",
            format!("The {} must be at most 128 printable ASCII characters without blanks.", found.source),
        ))),
    }
}

/// The text after the provider's own name in the user agent. It names a partner only if one is set.
pub(super) fn user_agent_suffix(
    lookup: &Lookup<'_>,
    variables: &dyn Variables,
) -> Result<Vec<String>, Diagnostic> {
    // This has no effect, since no partner id is sent by default. A misspelt value is an error all the same.
    lookup.flag("disable_terraform_partner_id")?;
    // Appended by Azure's command line tools and by azurerm.
    let mut suffix: Vec<_> = variables.get("AZURE_HTTP_USER_AGENT").into_iter().collect();
    if let Some(found) = lookup.text("partner_id") {
        let bare = found.value.trim_start_matches("pid-");
        let guid = bare.strip_suffix("-partnercenter").unwrap_or(bare);
        if uuid::Uuid::parse_str(guid).is_err() {
            let detail = format!("The {} is not a GUID.", found.source);
            return Err(found.source.attach_to(Diagnostic::error("Unusable partner id", detail)));
        }
        suffix.push(format!("pid-{bare}"));
    }
    Ok(suffix)
}
