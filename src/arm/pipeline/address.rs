//! Addresses as the log shows them.

use url::Url;

/// Query parameters that are shown with their value; others are shown by name only.
const QUERY: [&str; 2] = ["api-version", "monitor"];

/// An address without user name and password, its query with values only for allowed names.
pub(super) fn shown_url(url: &Url) -> String {
    let pairs = url.query_pairs().map(|(name, value)| match QUERY.contains(&name.as_ref()) {
        true => format!("{name}={value}"),
        false => format!("{name}=REDACTED"),
    });
    let query = pairs.collect::<Vec<_>>().join("&");
    let separator = if query.is_empty() { "" } else { "?" };
    format!("{}{}{separator}{query}", url.origin().ascii_serialization(), url.path())
}
