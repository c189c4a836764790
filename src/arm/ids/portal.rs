//! The link in the address bar of an Azure portal, as a source of ids.
//!
//! Known forms: `https://portal.azure.com/#@tenant/resource/subscriptions/.../overview`, the same with `%2F`
//! for the slashes, and pages with the id percent-encoded inside their own path
//! (`#view/.../resourceId/%2Fsubscriptions%2F...`). ARM's own addresses with a query are read as well.

use super::error::IdError;
use url::Url;

/// The hosts of the portals, and ARM's own; a subdomain such as `ms.portal.azure.com` counts too.
const HOSTS: [&str; 7] = [
    "portal.azure.com",
    "portal.azure.us",
    "portal.azure.cn",
    "portal.microsoftazure.de",
    "management.azure.com",
    "management.usgovcloudapi.net",
    "management.chinacloudapi.cn",
];

const START: &str = "/subscriptions/";

/// Whether a text looks like a link rather than an id.
pub(super) fn is_link(text: &str) -> bool {
    let text = text.trim_start();
    ["https://", "http://"]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme)))
}

/// Takes a link, returns the path from `/subscriptions/` on, decoded; the name of a portal page may follow
/// the id.
pub(super) fn path_of(link: &str, shape: &'static str) -> Result<String, IdError> {
    let fails = |reason: String| IdError::Link { reason, shape };
    let url = Url::parse(link.trim()).map_err(|error| fails(format!("the link cannot be read: {error}")))?;
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    if !HOSTS.iter().any(|known| host == *known || host.ends_with(&format!(".{known}"))) {
        return Err(fails(format!("the link leads to {host:?}, which is not an Azure portal")));
    }
    let candidates = [url.fragment().unwrap_or_default(), url.path()];
    candidates
        .into_iter()
        .find_map(|text| from_subscriptions(text).or_else(|| from_subscriptions(&decode(&decode(text)))))
        .ok_or_else(|| fails("the link holds no resource id".to_owned()))
}

/// The part from `/subscriptions/` up to a query, each segment decoded.
fn from_subscriptions(text: &str) -> Option<String> {
    let start = text.to_ascii_lowercase().find(START)?;
    let path = text.get(start..)?;
    let end = path.find(['?', '#']).unwrap_or(path.len());
    path.get(..end).map(decode)
}

/// Percent-decoding that leaves malformed escapes unchanged.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'%').then(|| after.get(..2)).flatten();
        let byte = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match byte {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
