//! The addresses of a cloud, as a host publishes them under `/metadata/endpoints`: stamps of Azure Stack, emulators, and
//! the endpoint of Azure Resource Manager itself.

use super::call::Call;
use super::cloud::{Cloud, MetadataHost};
use super::error::{Error, TransportError, TransportKind, duration_text, member, read_error, without_mark};
use super::login::send_until_json;
use super::pipeline::{PipelineSettings, request_line, to_error};
use azure_core::http::headers::ACCEPT;
use azure_core::http::{Context, Method, Request};
use serde_json::{Map, Value};
use std::time::Duration;
use url::Url;

/// The one that azurerm requests; hosts with only older ones return their own form whatever is requested.
const API_VERSION: &str = "2022-09-01";

/// Requests the addresses of a host's cloud, or of the named one if it lists several.
pub(super) async fn fetch(
    host: &MetadataHost,
    environment: Option<&str>,
    settings: &PipelineSettings,
    call: &Call,
) -> Result<Cloud, Error> {
    let mut url = host.url().join("metadata/endpoints").map_err(|error| {
        Error::Setup(format!("the metadata host {} does not fit an address: {error}", host.url()))
    })?;
    url.query_pairs_mut().append_pair("api-version", API_VERSION);
    let mut request = Request::new(url.clone(), Method::Get);
    request.insert_header(ACCEPT, "application/json");
    let line = request_line(&request);
    tracing::debug!(target: "provider.http", host = %host.url(), "asking for the addresses of the cloud");
    let pipeline = settings.login_pipeline();
    let call = call.part(settings.pace.login);
    let ctx = Context::new().with_value(call.clone());
    let work = async {
        let sent = send_until_json(&pipeline, &settings.pace, &mut request, &ctx).await;
        sent.map_err(|error| to_error(error, &line, &url))
    };
    let answer = call.run(&line, Duration::ZERO, work).await.map_err(|error| match error {
        // Not the call's own timeout, since a longer one would not help.
        Error::Timeout(timeout) => Error::Transport(Box::new(TransportError {
            kind: TransportKind::Silent,
            request: line.clone(),
            host: url.host_str().unwrap_or_default().to_owned(),
            causes: vec![format!("no usable response after {}", duration_text(timeout.elapsed))],
        })),
        other => other,
    })?;
    let body: &[u8] = answer.body().as_ref();
    if !answer.status().is_success() {
        return Err(Error::Service(Box::new(read_error(u16::from(answer.status()), body, line))));
    }
    let json = serde_json::from_slice(without_mark(body))
        .map_err(|error| Error::unreadable(&line, format!("it is not JSON: {error}")))?;
    read(host, environment, &json).map_err(|reason| Error::unreadable(&line, reason))
}

/// Reads the response: one cloud as an object, or several in a list.
fn read(host: &MetadataHost, environment: Option<&str>, json: &Value) -> Result<Cloud, String> {
    let one = match json {
        Value::Object(one) => one,
        Value::Array(all) => choose(host, environment, all)?,
        _ => return Err("it is neither an object nor a list".to_owned()),
    };
    let authentication = member(one, "authentication").and_then(Value::as_object);
    let text = |object: &Map<String, Value>, name| {
        let text = member(object, name).and_then(Value::as_str).map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let authority = authentication
        .and_then(|object| text(object, "loginEndpoint"))
        .ok_or("it does not name the login endpoint (authentication.loginEndpoint)")?;
    let audiences = authentication.and_then(|object| member(object, "audiences")).and_then(Value::as_array);
    let audience = audiences.and_then(|all| all.iter().find_map(Value::as_str));
    // The oldest form omits it: it is the requested host.
    let manager = text(one, "resourceManager").unwrap_or_else(|| host.url().to_string());
    Cloud::custom(&manager, &authority, audience).map_err(|error| error.to_string())
}

/// The named cloud; without a name the only one, or the one whose own endpoint was requested.
fn choose<'a>(
    host: &MetadataHost,
    environment: Option<&str>,
    all: &'a [Value],
) -> Result<&'a Map<String, Value>, String> {
    let all: Vec<_> = all.iter().filter_map(Value::as_object).collect();
    let name = |one: &Map<String, Value>| member(one, "name").and_then(Value::as_str).map(str::to_owned);
    let found = match environment {
        Some(requested) => {
            let same = |one: &str| {
                one.eq_ignore_ascii_case(requested)
                    || matches!((Cloud::named(one), Cloud::named(requested)), (Ok(a), Ok(b)) if a == b)
            };
            all.iter().find(|one| name(one).is_some_and(|name| same(&name)))
        }
        None => {
            let is_host = |one: &&&Map<String, Value>| {
                let manager = member(one, "resourceManager").and_then(Value::as_str);
                let manager = manager.and_then(|text| Url::parse(text).ok());
                manager.is_some_and(|url| url.origin() == host.url().origin())
            };
            all.iter().find(is_host).or_else(|| all.first().filter(|_| all.len() == 1))
        }
    };
    found.copied().ok_or_else(|| {
        let names: Vec<_> = all.iter().filter_map(|one| name(one)).collect();
        let requested = environment.map_or("no particular one".to_owned(), |name| format!("{name:?}"));
        format!("it lists the clouds [{}], but {requested} was requested", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cloud(environment: Option<&str>, json: Value) -> Result<Cloud, String> {
        read(&MetadataHost::new("arm.example:8443").unwrap(), environment, &json)
    }

    fn entry(name: &str, manager: &str) -> Value {
        json!({"name": name, "resourceManager": manager, "authentication":
            {"loginEndpoint": "https://login.example", "audiences": ["https://audience.example/", "x"]}})
    }

    #[test]
    fn both_forms_of_an_object_are_read() {
        let found = cloud(None, entry("Stamp", "https://manager.example/")).unwrap();
        assert_eq!(found.resource_manager().as_str(), "https://manager.example/");
        assert_eq!(found.authority().as_str(), "https://login.example/");
        assert_eq!(found.scope(), "https://audience.example//.default");
        let oldest = json!({"galleryEndpoint": "", "authentication":
            {"loginEndpoint": "https://login.example/adfs", "audiences": ["https://a"]}});
        let found = cloud(Some("custom-name"), oldest).unwrap();
        assert_eq!(found.resource_manager().as_str(), "https://arm.example:8443/");
        assert_eq!(found.authority().as_str(), "https://login.example/adfs/");
    }

    #[test]
    fn one_cloud_of_a_list_is_read() {
        let list = json!([
            entry("AzureCloud", "https://management.azure.com"),
            entry("AzureChinaCloud", "https://management.chinacloudapi.cn"),
            entry("Here", "https://ARM.example:8443/"),
        ]);
        let manager =
            |environment| cloud(environment, list.clone()).map(|c| c.resource_manager().to_string());
        assert_eq!(manager(None).unwrap(), "https://arm.example:8443/");
        assert_eq!(manager(Some("china")).unwrap(), "https://management.chinacloudapi.cn/");
        assert_eq!(manager(Some("here")).unwrap(), "https://arm.example:8443/");
        let error = manager(Some("mars")).unwrap_err();
        assert!(error.contains("[AzureCloud, AzureChinaCloud, Here]") && error.contains("mars"), "{error}");
        assert!(cloud(None, json!([entry("Only", "https://x.example")])).is_ok());
        assert!(
            cloud(None, json!([entry("A", "https://x.example"), entry("B", "https://y.example")])).is_err()
        );
    }

    #[test]
    fn an_unusable_value_is_an_error_with_the_reason() {
        for (json, reason) in [
            (json!("x"), "neither an object nor a list"),
            (json!({}), "loginEndpoint"),
            (json!([]), "lists the clouds []"),
            (json!({"authentication": {"loginEndpoint": "http://login.example"}}), "plain http"),
        ] {
            let error = cloud(None, json).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}
