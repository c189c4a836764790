//! `GET /metadata/endpoints`: how tools find the rest of a cloud, in the shape of each api-version.
//!
//! Source: the requests of the az CLI (2022-09-01), azurerm's SDK (2022-09-01) and older tools (2015-01-01,
//! 2018 to 2020). The dates 2019-05-01 and 2020-06-01 return a list of clouds, 2015-01-01 and 2018-05-01 one
//! short object, later dates one whole object.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::exchange::{Reply, Request};

const DATES: &[&str] = &[
    "2015-01-01",
    "2018-05-01",
    "2019-05-01",
    "2019-10-01",
    "2020-06-01",
    "2021-04-01",
    "2022-09-01",
    "2023-11-01",
];

/// The name of the cloud.
const CLOUD: &str = "GalleryEmulator";

/// Azure's own clouds, as lists of clouds name them: name, Azure Resource Manager, Entra, portal, and the
/// older audience.
const AZURE: &[(&str, &str, &str, &str, &str)] = &[
    (
        "AzureCloud",
        "https://management.azure.com/",
        "https://login.microsoftonline.com",
        "https://portal.azure.com",
        "https://management.core.windows.net/",
    ),
    (
        "AzureUSGovernment",
        "https://management.usgovcloudapi.net",
        "https://login.microsoftonline.us",
        "https://portal.azure.us",
        "https://management.core.usgovcloudapi.net/",
    ),
    (
        "AzureChinaCloud",
        "https://management.chinacloudapi.cn",
        "https://login.chinacloudapi.cn",
        "https://portal.azure.cn",
        "https://management.core.chinacloudapi.cn/",
    ),
];

/// Handles the request; it needs no token.
pub fn endpoints(request: &Request) -> Reply {
    let base = request.base.as_str();
    let refuse = |code: &str, message: String| {
        Reply::json(StatusCode::BAD_REQUEST, &json!({"error": {"code": code, "message": message}}))
    };
    let body = match request.parameter("api-version") {
        None => {
            return refuse(
                "MissingApiVersionParameter",
                "The api-version query parameter is required.".to_owned(),
            );
        }
        Some("2015-01-01" | "1.0" | "2018-05-01") => short(base),
        Some("2019-05-01" | "2020-06-01") => {
            json!(std::iter::once(whole(base)).chain(AZURE.iter().map(azure)).collect::<Vec<_>>())
        }
        Some(date) if DATES.contains(&date) => whole(base),
        Some(other) => {
            let text = format!(
                "The api-version '{other}' is invalid. The supported versions are '{}'.",
                DATES.join(",")
            );
            return refuse("InvalidApiVersionParameter", text);
        }
    };
    Reply::json(StatusCode::OK, &body)
}

fn azure(cloud: &(&str, &str, &str, &str, &str)) -> Value {
    let (name, manager, login, portal, audience) = *cloud;
    json!({
        "name": name,
        "portal": portal,
        "authentication": {
            "loginEndpoint": login, "audiences": [audience, manager], "tenant": "common", "identityProvider": "AAD"
        },
        "resourceManager": manager,
    })
}

fn short(base: &str) -> Value {
    json!({
        "galleryEndpoint": format!("{base}/"),
        "graphEndpoint": format!("{base}/"),
        "graphAudience": format!("{base}/"),
        "portalEndpoint": format!("{base}/"),
        "authentication": {"loginEndpoint": format!("{base}/"), "audiences": [base, format!("{base}/")]},
    })
}

fn whole(base: &str) -> Value {
    let host = base.trim_start_matches("https://");
    json!({
        "name": CLOUD,
        "portal": base,
        "authentication": {
            "loginEndpoint": base, "audiences": [base, format!("{base}/")], "tenant": "common",
            "identityProvider": "AAD"
        },
        "resourceManager": base,
        "graph": base,
        "graphAudience": base,
        "microsoftGraphResourceId": format!("{base}/"),
        "gallery": base,
        "media": base,
        "batch": base,
        "sqlManagement": base,
        "vmImageAliasDoc": format!("{base}/vm-image-aliases"),
        "activeDirectoryDataLake": base,
        "appInsightsResourceId": base,
        "appInsightsTelemetryChannelResourceId": base,
        "appServiceResourceId": base,
        "attestationResourceId": base,
        "logAnalyticsResourceId": base,
        "ossrdbmsResourceId": base,
        "synapseAnalyticsResourceId": base,
        "suffixes": {
            "storage": host, "keyVaultDns": host, "sqlServerHostname": host, "mysqlServerEndpoint": host,
            "postgresqlServerEndpoint": host, "mariadbServerEndpoint": host, "acrLoginServer": host,
            "mhsmDns": host,
            "azureDataLakeStoreFileSystem": host, "azureDataLakeAnalyticsCatalogAndJob": host,
            "azureFrontDoorEndpointSuffix": host, "storageSyncEndpointSuffix": host, "synapseAnalytics": host,
            "attestationEndpoint": host,
        },
    })
}

#[cfg(test)]
mod tests {
    use hyper::Method;

    use super::*;

    fn ask(date: &str) -> (u16, Value) {
        let path = format!("/metadata/endpoints?api-version={date}");
        let reply = endpoints(&Request::new(Method::GET, &path, "https://127.0.0.1:1"));
        (reply.status.as_u16(), reply.value())
    }

    #[test]
    fn each_date_has_its_shape() {
        assert_eq!(ask("2015-01-01").1["authentication"]["loginEndpoint"], "https://127.0.0.1:1/");
        assert_eq!(ask("2020-06-01").1[0]["resourceManager"], "https://127.0.0.1:1");
        let names: Vec<Value> =
            ask("2019-05-01").1.as_array().unwrap().iter().map(|cloud| cloud["name"].clone()).collect();
        assert_eq!(names, ["GalleryEmulator", "AzureCloud", "AzureUSGovernment", "AzureChinaCloud"]);
        assert_eq!(ask("2022-09-01").1["authentication"]["audiences"][0], "https://127.0.0.1:1");
        assert_eq!(ask("1999-01-01").0, 400);
    }
}
