//! The addresses in responses: the next page of a list, a running operation. They are followed only on the
//! configured endpoint, since the request carries a token.

use super::cloud::Cloud;
use super::error::{Error, RequestLine};
use url::Url;

/// Takes a link from the response to a request, absolute or relative, and returns the address to request;
/// adds an `api-version` if there is none. A link to another host, or over plain http where the endpoint has
/// https, is an error.
pub(super) fn follow(
    cloud: &Cloud,
    request: &RequestLine,
    link: &str,
    api_version: &str,
) -> Result<Url, Error> {
    let refused = |reason: String| Error::ForeignAddress { request: Box::new(request.clone()), reason };
    let mut url = cloud
        .resource_manager()
        .join(link.trim())
        .map_err(|error| refused(format!("{:?} is not an address: {error}", shown(link))))?;
    if !cloud.owns(&url) {
        let allowed = cloud.resource_manager().origin().ascii_serialization();
        return Err(refused(format!(
            "it leads to {}, but only {allowed} may be requested",
            url.origin().ascii_serialization()
        )));
    }
    url.set_fragment(None);
    let has_version = url.query_pairs().any(|(name, _)| name.eq_ignore_ascii_case("api-version"));
    if !has_version {
        url.query_pairs_mut().append_pair("api-version", api_version);
    }
    Ok(url)
}

/// Enough of a broken link to find it, without its query.
fn shown(link: &str) -> String {
    link.chars().take_while(|c| *c != '?').take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(link: &str) -> Result<String, Error> {
        let cloud = Cloud::custom("https://arm.example", "https://login.example", None).unwrap();
        let request = RequestLine { method: "GET", path: "/x".to_owned() };
        super::follow(&cloud, &request, link, "2024-03-03").map(|url| url.to_string())
    }

    #[test]
    fn a_link_to_the_same_host_with_an_api_version_is_followed() {
        for (link, expected) in [
            (
                "https://arm.example/p?api-version=2025-03-03&$skiptoken=a/b%20c",
                "https://arm.example/p?api-version=2025-03-03&$skiptoken=a/b%20c",
            ),
            (
                "https://ARM.example:443/p?$skiptoken=x",
                "https://arm.example/p?$skiptoken=x&api-version=2024-03-03",
            ),
            ("/p?API-Version=1", "https://arm.example/p?API-Version=1"),
            (" https://arm.example/p#frag ", "https://arm.example/p?api-version=2024-03-03"),
        ] {
            assert_eq!(follow(link).unwrap(), expected, "{link}");
        }
    }

    #[test]
    fn other_links_are_refused() {
        for link in [
            "http://svchost:99/subscriptions/s?$skiptoken=x",
            "http://arm.example/p",
            "https://arm.example.evil/p",
            "https://arm.example@evil/p",
            "https://user:pw@arm.example/p",
            "//evil/p",
            "\\\\evil/p",
            "https://arm.example:444/p",
            "file:///etc/passwd",
            "data:text/plain,x",
            "https://",
        ] {
            let error = follow(link).unwrap_err();
            assert!(matches!(error, Error::ForeignAddress { .. }), "{link}: {error}");
            assert!(
                !error.to_string().contains("skiptoken") && !error.to_string().contains("pw@"),
                "{error}"
            );
        }
    }
}
