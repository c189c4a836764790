//! Where a pipeline requests an assertion: GitHub's and Azure DevOps' request addresses.
//!
//! Source: GitHub's page on OpenID Connect in cloud providers (`GET {url}&audience=`, `value` in the
//! response), the REST reference of Azure DevOps and the requests of the Azure SDKs (`POST`,
//! `serviceConnectionId`, `oidcToken`), threads for the refusals.

use hyper::{Method, StatusCode};
use serde_json::json;

use crate::clock::Millis;
use crate::entra::Identity;
use crate::entra::issuer::{AssertionContent, Issuer};
use crate::entra::signer::Signer;
use crate::exchange::{Reply, Request};

/// The service connection of the emulator's Azure DevOps.
pub const SERVICE_CONNECTION: &str = "7e4a0000-0000-4000-8000-00000000000c";

/// The context of the addresses.
#[derive(Clone, Copy, Debug)]
pub struct OidcEndpoints<'a> {
    /// A job must present its secret here too.
    pub identity: &'a Identity,
    /// Signs assertions.
    pub signer: &'a Signer,
    /// The time.
    pub now: Millis,
    /// How long an assertion lives.
    pub seconds: i64,
}

impl OidcEndpoints<'_> {
    /// `GET /github/idtoken?api-version=2.0&audience=`.
    pub fn github(&self, request: &Request) -> Reply {
        if request.method != Method::GET {
            return Reply::empty(StatusCode::METHOD_NOT_ALLOWED).with("allow", "GET");
        }
        if !self.shows_the_secret(request) {
            let body = json!({"message": "The job's request token is missing or wrong."});
            return Reply::json(StatusCode::UNAUTHORIZED, &body);
        }
        // Without one, a token is for the owner of the repository.
        let audience = request.parameter("audience").unwrap_or("https://github.com/contoso");
        self.assertion(Issuer::GitHub, request, audience).map_or_else(failed, |assertion| {
            Reply::json(StatusCode::OK, &json!({"count": assertion.len(), "value": assertion}))
        })
    }

    /// `POST /azure-devops/oidctoken?api-version=7.1&serviceConnectionId=`.
    pub fn azure_devops(&self, request: &Request) -> Reply {
        if request.method != Method::POST {
            return Reply::empty(StatusCode::METHOD_NOT_ALLOWED).with("allow", "POST");
        }
        if !self.shows_the_secret(request) {
            // People are sent to a login page, unless the client sends this header.
            let suppressed = request.header("x-tfs-fedauthredirect") == Some("Suppress");
            return if suppressed {
                Reply::empty(StatusCode::UNAUTHORIZED)
                    .with("x-vss-e2eid", &uuid::Uuid::new_v4().to_string())
                    .with("www-authenticate", "Bearer")
            } else {
                let signin = format!("{}/azure-devops/_signin", request.base);
                let body = format!("<html><body><a href=\"{signin}\">Object moved</a></body></html>");
                Reply::text(StatusCode::FOUND, "text/html; charset=utf-8", body).with("location", &signin)
            };
        }
        if request.parameter("api-version").is_none() {
            return refused(
                "VssVersionNotSpecifiedException",
                "No api-version was supplied for the \"POST\" request. The version must be supplied either as part \
                 of the Accept header (e.g. \"application/json; api-version=1.0\") or as a query parameter.",
            );
        }
        match request.parameter("serviceConnectionId") {
            None => {
                refused("ArgumentNullException", "Value cannot be null. (Parameter 'serviceConnectionId')")
            }
            Some(SERVICE_CONNECTION) => self
                .assertion(Issuer::AzureDevOps, request, crate::entra::issuer::AUDIENCE)
                .map_or_else(failed, |assertion| {
                    Reply::json(StatusCode::OK, &json!({"oidcToken": assertion}))
                        .with("x-vss-e2eid", &uuid::Uuid::new_v4().to_string())
                }),
            Some(other) => {
                let text = format!(
                    "There is no explicit reference to service connection {other} from current stage \
                     Deploy.Terraform.__default."
                );
                Reply::json(StatusCode::BAD_REQUEST, &json!({"count": text.len(), "value": text}))
            }
        }
    }

    fn shows_the_secret(&self, request: &Request) -> bool {
        request.header("authorization").and_then(|value| value.split_once(' ')).is_some_and(
            |(scheme, token)| {
                scheme.eq_ignore_ascii_case("bearer") && token.trim() == self.identity.client_secret
            },
        )
    }

    fn assertion(&self, issuer: Issuer, request: &Request, audience: &str) -> Option<String> {
        let content =
            AssertionContent { subject: issuer.subject(), audience, now: self.now, seconds: self.seconds };
        issuer.assertion(self.signer, &request.base, &content)
    }
}

fn failed() -> Reply {
    Reply::empty(StatusCode::INTERNAL_SERVER_ERROR)
}

fn refused(kind: &str, message: &str) -> Reply {
    let body = json!({
        "$id": "1", "innerException": null, "message": message,
        "typeName": format!("Microsoft.VisualStudio.Services.WebApi.{kind}, Microsoft.VisualStudio.Services.WebApi"),
        "typeKey": kind, "errorCode": 0, "eventId": 3000,
    });
    Reply::json(StatusCode::BAD_REQUEST, &body)
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;
    use crate::entra::jwt::Jwt;

    fn ask(method: Method, path: &str, headers: &[(&'static str, &'static str)]) -> Reply {
        let identity = crate::testing::identity();
        let signer = crate::testing::signer();
        let requests = OidcEndpoints { identity: &identity, signer: &signer, now: 1_000_000, seconds: 600 };
        let mut request = Request::new(method, path, "https://127.0.0.1:1");
        for (name, value) in headers {
            request.headers.insert(*name, HeaderValue::from_static(value));
        }
        if path.contains("github") { requests.github(&request) } else { requests.azure_devops(&request) }
    }

    #[test]
    fn a_github_job_gets_an_assertion_for_the_audience_it_names() {
        let bearer = [("authorization", "Bearer s")];
        let path = "/github/idtoken?api-version=2.0&audience=api://AzureADTokenExchange";
        let reply = ask(Method::GET, path, &bearer);
        let jwt = Jwt::read(reply.value()["value"].as_str().unwrap()).unwrap();
        assert_eq!(jwt.audiences(), ["api://AzureADTokenExchange"]);
        assert_eq!((jwt.claim("iss"), jwt.time("exp")), ("https://127.0.0.1:1/github", Some(1_600_000)));
        assert_eq!(ask(Method::GET, path, &[]).status, 401);
        assert_eq!(ask(Method::GET, path, &[("authorization", "Bearer wrong")]).status, 401);
        assert_eq!(ask(Method::POST, path, &bearer).status, 405);
    }

    #[test]
    fn an_azure_devops_job_gets_one_for_a_connection_it_may_use() {
        let bearer = [("authorization", "Bearer s")];
        let path =
            format!("/azure-devops/oidctoken?api-version=7.1&serviceConnectionId={SERVICE_CONNECTION}");
        let reply = ask(Method::POST, &path, &bearer);
        let jwt = Jwt::read(reply.value()["oidcToken"].as_str().unwrap()).unwrap();
        assert_eq!(
            (jwt.claim("sub"), jwt.audiences()),
            ("sc://contoso/allowlists/azure", vec!["api://AzureADTokenExchange"])
        );
        assert_eq!(ask(Method::GET, &path, &bearer).status, 405);
        let other =
            ask(Method::POST, "/azure-devops/oidctoken?api-version=7.1&serviceConnectionId=x", &bearer);
        assert!(other.value()["value"].as_str().unwrap().contains("service connection x"));
        assert_eq!(ask(Method::POST, "/azure-devops/oidctoken?api-version=7.1", &bearer).status, 400);
        assert_eq!(ask(Method::POST, "/azure-devops/oidctoken?serviceConnectionId=x", &bearer).status, 400);
        assert_eq!(ask(Method::POST, &path, &[]).status, 302);
        assert_eq!(ask(Method::POST, &path, &[("x-tfs-fedauthredirect", "Suppress")]).status, 401);
    }
}
