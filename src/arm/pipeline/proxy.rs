//! The proxy from the environment, read as Go reads it, so that one value works for Terraform, other
//! providers and this one. A value that cannot be used is an error: otherwise the request would bypass the
//! proxy, or hang.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use reqwest::{NoProxy, Proxy};
use std::env;
use url::Url;

/// The variables for the proxy for https; the first that is not empty counts. Plain http is used only for
/// this machine and its neighbours, where no proxy is used.
const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// The proxy of the environment; `None` if no variable is set, so that the system's settings are used.
pub(super) fn of_environment() -> Result<Option<Proxy>, String> {
    let given = VARIABLES.iter().find_map(|name| {
        let value = env::var_os(name).filter(|value| !value.is_empty())?;
        Some((*name, value.to_string_lossy().into_owned()))
    });
    let Some((name, value)) = given else { return Ok(None) };
    // The value is omitted: it may contain a password.
    let unusable =
        |reason: &str| format!("the environment variable {name} is not the address of a proxy: {reason}");
    let address = ProxyAddress::read(&value).map_err(|reason| unusable(&reason))?;
    let mut proxy = Proxy::https(address.url).map_err(|error| unusable(&error.to_string()))?;
    if let Some((user, password)) = &address.login {
        // They become part of an address, in which a percent sign would be read as the beginning of an
        // escape.
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        proxy = proxy.basic_auth(&encoded(user), &encoded(password));
    }
    Ok(Some(proxy.no_proxy(NoProxy::from_env())))
}

/// A proxy's address, and its credentials.
#[derive(Debug, PartialEq, Eq)]
struct ProxyAddress {
    url: Url,
    login: Option<(String, String)>,
}

impl ProxyAddress {
    /// Reads `http://user:password@host:port`, also without `http://`. As in Go the last `@` ends the
    /// password, which may contain others.
    fn read(value: &str) -> Result<Self, String> {
        if value.trim() != value {
            return Err("it has blanks around it".to_owned());
        }
        if value.starts_with(['"', '\'']) {
            return Err("it is in quotes, which are taken as part of it".to_owned());
        }
        let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            let is_scheme = scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
            let named = if is_scheme { format!(" \"{scheme}\"") } else { String::new() };
            return Err(format!("only http and https proxies are supported, not the scheme{named}"));
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (login, host) = match authority.rsplit_once('@') {
            Some((login, host)) => (Some(login), host),
            None => (None, authority),
        };
        let is_host = |c: char| c.is_ascii_alphanumeric() || "-._:[]%".contains(c);
        let url = Url::parse(&format!("{scheme}://{host}/")).ok();
        let Some(url) = url.filter(|_| !host.is_empty() && host.chars().all(is_host)) else {
            return Err(
                "it has no valid host and port; a `/`, `?` or `#` in a password has to be percent-encoded"
                    .to_owned(),
            );
        };
        Ok(Self { url, login: login.map(read_login).transpose()? })
    }
}

/// Reads `user:password`, percent-encoded where necessary.
fn read_login(login: &str) -> Result<(String, String), String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
    if !login.chars().all(is_allowed) {
        return Err(
            "the user name or password holds a character that has to be percent-encoded, such as %5C for a \
                    backslash, %22 for a quote and %20 for a blank"
                .to_owned(),
        );
    }
    let decoded = |text: &str| {
        let escapes = text.split('%').skip(1);
        let is_whole =
            |rest: &str| rest.get(..2).is_some_and(|two| two.chars().all(|c| c.is_ascii_hexdigit()));
        let text = percent_decode_str(text).decode_utf8().ok().filter(|_| escapes.clone().all(is_whole));
        text.map(String::from).ok_or("the user name or password has a `%` that is not followed by two hexadecimal digits; write %25 for the sign itself")
    };
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    Ok((decoded(user)?, decoded(password)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxy_addresses_are_read_as_in_go() {
        let login = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        for (value, url, expected) in [
            ("http://proxy.example:8080", "http://proxy.example:8080/", None),
            ("proxy.example:8080", "http://proxy.example:8080/", None),
            ("proxy.example", "http://proxy.example/", None),
            ("HTTPS://proxy.example/path?x", "https://proxy.example/", None),
            ("http://[::1]:3128", "http://[::1]:3128/", None),
            ("http://me:p@ss@proxy.example:1", "http://proxy.example:1/", login("me", "p@ss")),
            ("me:p%40ss%5C%22%20@proxy.example", "http://proxy.example/", login("me", "p@ss\\\" ")),
            ("http://domain%5Cme:x:y@proxy.example", "http://proxy.example/", login("domain\\me", "x:y")),
            ("http://me@proxy.example", "http://proxy.example/", login("me", "")),
        ] {
            let address = ProxyAddress::read(value).unwrap_or_else(|reason| panic!("{value}: {reason}"));
            assert_eq!((address.url.as_str(), address.login), (url, expected), "{value}");
        }
    }

    #[test]
    fn an_invalid_proxy_address_is_an_error_without_the_password() {
        for (value, reason) in [
            ("socks5://me:hidden@proxy.example:1080", "only http and https"),
            ("ftp://proxy.example", "\"ftp\""),
            ("http://domain\\me:hidden@proxy.example", "%5C"),
            ("http://me:hid\"den@proxy.example", "%22"),
            ("http://me:hidden x@proxy.example", "%20"),
            ("http://me:hid/den@proxy.example", "percent-encoded"),
            ("http://me:hidden%zz@proxy.example", "%25"),
            ("\"http://proxy.example\"", "quotes"),
            ("'http://proxy.example'", "quotes"),
            (" http://proxy.example", "blanks"),
            ("http://proxy.example\n", "blanks"),
            ("http://proxy example", "host"),
            ("http://proxy.example:port", "port"),
            ("http://", "host"),
            ("http:\\\\proxy.example", "host"),
        ] {
            let description = ProxyAddress::read(value).unwrap_err();
            assert!(description.contains(reason) && !description.contains("hid"), "{value}: {description}");
        }
    }
}
