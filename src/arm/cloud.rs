//! The Azure clouds: the endpoint of Azure Resource Manager, the authority that issues tokens, and the
//! tokens' audience.

use std::net::IpAddr;
use url::{Host, Url};

/// One Azure cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    resource_manager: Url,
    authority: Url,
    audience: String,
}

/// A cloud with known addresses, or a host that publishes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloudSource {
    /// The addresses are known.
    Known(Cloud),
    /// The host publishes them under `/metadata/endpoints`; they are read before the first request.
    Published {
        /// The host.
        host: MetadataHost,
        /// Which cloud, if the host lists several.
        environment: Option<String>,
    },
}

impl From<Cloud> for CloudSource {
    fn from(cloud: Cloud) -> Self {
        Self::Known(cloud)
    }
}

/// A host that publishes a cloud's addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataHost(Url);

impl MetadataHost {
    /// Takes `host`, `host:port` or an address, with the rules for endpoints.
    pub fn new(text: &str) -> Result<Self, CloudError> {
        endpoint("metadata host", text).map(Self)
    }

    /// Its address.
    pub fn url(&self) -> &Url {
        &self.0
    }
}

/// Why an endpoint cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CloudError {
    /// There is no cloud of this name.
    #[error("{0:?} is not an Azure environment; possible values are public, usgovernment, china and custom")]
    UnknownName(String),
    /// The text is not an address.
    #[error("the {endpoint} {value:?} is not a web address: {reason}")]
    NotAUrl {
        /// Which of the endpoints.
        endpoint: &'static str,
        /// The text given.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Plain http to another machine would send a token or secret in the clear.
    #[error(
        "the {endpoint} {value:?} uses plain http, which is allowed for loopback addresses only; use https"
    )]
    PlainHttp {
        /// Which of the endpoints.
        endpoint: &'static str,
        /// The text given.
        value: String,
    },
    /// The audience is empty or has blanks in it.
    #[error("the audience {0:?} is empty or has blanks in it")]
    Audience(String),
}

const MANAGER: &str = "resource manager endpoint";
const AUTHORITY: &str = "authority host";

impl Cloud {
    /// The public cloud.
    pub fn public() -> Self {
        Self::known("https://management.azure.com", "https://login.microsoftonline.com")
    }

    /// Azure for US Government.
    pub fn us_government() -> Self {
        Self::known("https://management.usgovcloudapi.net", "https://login.microsoftonline.us")
    }

    /// Azure operated by 21Vianet in China.
    pub fn china() -> Self {
        Self::known("https://management.chinacloudapi.cn", "https://login.chinacloudapi.cn")
    }

    /// A cloud by its name in azurerm, azapi or the az CLI, in any case. `custom` is none of these: pass its
    /// endpoints to [`Cloud::custom`].
    pub fn named(name: &str) -> Result<Self, CloudError> {
        match name.to_ascii_lowercase().as_str() {
            "public" | "azurecloud" | "azurepubliccloud" => Ok(Self::public()),
            "usgovernment" | "azureusgovernment" | "azureusgovernmentcloud" => Ok(Self::us_government()),
            "china" | "azurechinacloud" => Ok(Self::china()),
            _ => Err(CloudError::UnknownName(name.to_owned())),
        }
    }

    /// A cloud with known endpoints: a stamp of Azure Stack, an emulator.
    ///
    /// The addresses must be https, except for loopback hosts; an address without a scheme is taken as https.
    /// Without an audience, tokens are requested for the resource manager endpoint itself.
    pub fn custom(
        resource_manager: &str,
        authority: &str,
        audience: Option<&str>,
    ) -> Result<Self, CloudError> {
        let resource_manager = endpoint(MANAGER, resource_manager)?;
        let authority = endpoint(AUTHORITY, authority)?;
        let audience = match audience.map(str::trim).filter(|audience| !audience.is_empty()) {
            Some(audience) if audience.contains(char::is_whitespace) => {
                return Err(CloudError::Audience(audience.to_owned()));
            }
            Some(audience) => audience.to_owned(),
            None => resource_manager.as_str().trim_end_matches('/').to_owned(),
        };
        Ok(Self { resource_manager, authority, audience })
    }

    /// The endpoint of Azure Resource Manager.
    pub fn resource_manager(&self) -> &Url {
        &self.resource_manager
    }

    /// The host that issues tokens.
    pub fn authority(&self) -> &Url {
        &self.authority
    }

    /// The scope of a token request. The audience is inserted unchanged: Entra wants the doubled slash of
    /// `https://management.core.windows.net//.default`, since the slash is part of that audience.
    pub fn scope(&self) -> String {
        if self.audience.ends_with("/.default") {
            return self.audience.clone();
        }
        format!("{}/.default", self.audience)
    }

    /// Whether an address is under the resource manager endpoint: same scheme, host and port. A token may
    /// only be sent to such an address.
    pub fn owns(&self, url: &Url) -> bool {
        let no_user = url.username().is_empty() && url.password().is_none();
        no_user && url.origin() == self.resource_manager.origin()
    }

    /// Addresses that are known to be valid, so this cannot fail.
    fn known(resource_manager: &str, authority: &str) -> Self {
        let parse = |text: &str| Url::parse(text).unwrap_or_else(|_| unreachable!("{text} is an address"));
        Self {
            resource_manager: parse(resource_manager),
            authority: parse(authority),
            audience: resource_manager.to_owned(),
        }
    }
}

/// Takes the text of an endpoint, returns its address, always with a slash at the end of the path.
fn endpoint(name: &'static str, text: &str) -> Result<Url, CloudError> {
    let not_a_url = |reason: &str| CloudError::NotAUrl {
        endpoint: name,
        value: text.to_owned(),
        reason: reason.to_owned(),
    };
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(not_a_url("it is empty"));
    }
    let with_scheme = if trimmed.contains("://") { trimmed.to_owned() } else { format!("https://{trimmed}") };
    let mut url = Url::parse(&with_scheme).map_err(|error| not_a_url(&error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        // The text is omitted here: it contains a password.
        return Err(CloudError::NotAUrl {
            endpoint: name,
            value: url.host_str().unwrap_or_default().to_owned(),
            reason: "it must not hold a user name or password".to_owned(),
        });
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(CloudError::PlainHttp { endpoint: name, value: text.to_owned() }),
        _ => return Err(not_a_url("only https is supported")),
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(not_a_url("it must not have a query or fragment"));
    }
    let path = format!("{}/", url.path().trim_end_matches('/'));
    url.set_path(&path);
    Ok(url)
}

/// Whether an address leads to this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_clouds_have_the_names_of_other_tools() {
        for (name, manager, scope) in [
            ("public", "https://management.azure.com/", "https://management.azure.com/.default"),
            ("AzureCloud", "https://management.azure.com/", "https://management.azure.com/.default"),
            (
                "USGovernment",
                "https://management.usgovcloudapi.net/",
                "https://management.usgovcloudapi.net/.default",
            ),
            (
                "AzureChinaCloud",
                "https://management.chinacloudapi.cn/",
                "https://management.chinacloudapi.cn/.default",
            ),
        ] {
            let cloud = Cloud::named(name).unwrap();
            assert_eq!(cloud.resource_manager().as_str(), manager);
            assert_eq!(cloud.scope(), scope);
        }
        assert_eq!(Cloud::us_government().authority().as_str(), "https://login.microsoftonline.us/");
        assert!(
            Cloud::named("german")
                .unwrap_err()
                .to_string()
                .contains("\"german\" is not an Azure environment")
        );
    }

    #[test]
    fn plain_http_is_only_for_loopback() {
        for good in ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:9/", "http://127.9.9.9"] {
            assert!(Cloud::custom(good, "https://login.example", None).is_ok(), "{good}");
        }
        for bad in ["http://10.0.0.1", "http://localhost.evil.example", "http://127.0.0.1.example"] {
            let error = Cloud::custom(bad, "https://login.example", None).unwrap_err();
            assert!(matches!(error, CloudError::PlainHttp { .. }), "{bad}: {error}");
        }
        let error = Cloud::custom("https://arm.example", "http://login.example", None).unwrap_err();
        assert!(
            error.to_string().contains("authority host \"http://login.example\" uses plain http"),
            "{error}"
        );
    }

    #[test]
    fn malformed_endpoints_are_errors() {
        for bad in ["", "ftp://x", "https://", "https://arm.example/?x=1", "https://u:hidden@arm.example"] {
            let error = Cloud::custom(bad, "https://login.example", None).unwrap_err().to_string();
            assert!(error.contains("resource manager endpoint"), "{bad}: {error}");
            assert!(!error.contains("hidden"), "{error}");
        }
        assert!(Cloud::custom("https://a.example", "https://b.example", Some("a b")).is_err());
    }

    #[test]
    fn scopes_are_derived_from_audiences() {
        let scope = |audience| Cloud::custom("arm.example/", "login.example", audience).unwrap().scope();
        assert_eq!(scope(None), "https://arm.example/.default");
        assert_eq!(
            scope(Some("https://management.core.windows.net/")),
            "https://management.core.windows.net//.default"
        );
        assert_eq!(scope(Some("api://x/.default")), "api://x/.default");
    }

    #[test]
    fn only_the_endpoint_itself_is_trusted() {
        let cloud = Cloud::custom("https://arm.example:8443", "https://login.example", None).unwrap();
        let owns = |text: &str| cloud.owns(&Url::parse(text).unwrap());
        assert!(owns("https://ARM.example:8443/x?y"));
        for foreign in [
            "http://arm.example:8443/x",
            "https://arm.example/x",
            "https://arm.example.evil:8443/x",
            "https://arm.example:8443@evil.example/x",
            "https://user@arm.example:8443/x",
            "https://login.example/x",
        ] {
            assert!(!owns(foreign), "{foreign}");
        }
    }
}
