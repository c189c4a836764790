//! The token endpoint: `POST /{tenant}/oauth2/v2.0/token` with a scope, `POST /{tenant}/oauth2/token` with a
//! resource.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use serde_json::json;

use crate::clock::Millis;
use crate::entra::Identity;
use crate::entra::application::Application;
use crate::entra::assertion::AssertionCheck;
use crate::entra::error::EntraError;
use crate::entra::key::PublicKey;
use crate::entra::token::{Subject, Tokens};
use crate::exchange::{Reply, Request};

/// The only supported kind of assertion.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The context of the endpoint.
#[derive(Clone, Copy, Debug)]
pub struct TokenEndpoint<'a> {
    /// The identity.
    pub identity: &'a Identity,
    /// The registrations in addition to the secret.
    pub application: &'a Application,
    /// Makes the tokens.
    pub tokens: &'a Tokens,
    /// The time, as the emulator's clock shows it.
    pub now: Millis,
    /// How long a token lives.
    pub seconds: u64,
}

impl TokenEndpoint<'_> {
    /// Handles a request of a client in `tenant`.
    pub fn answer(&self, request: &Request, tenant: &str, v2: bool) -> Reply {
        let form: Vec<(String, String)> = url::form_urlencoded::parse(&request.body).into_owned().collect();
        let result = self.grant(request, &Form(form), tenant, v2);
        match result {
            Ok(reply) => reply.with("pragma", "no-cache").with("cache-control", "no-store, no-cache"),
            Err(error) => error.reply(&request.base, self.now, request.header("client-request-id")),
        }
    }

    fn grant(&self, request: &Request, form: &Form, tenant: &str, v2: bool) -> Result<Reply, EntraError> {
        let grant = form.required("grant_type")?;
        let other =
            self.application.auxiliary_tenants.iter().find(|other| other.eq_ignore_ascii_case(tenant));
        if !self.identity.is_tenant(tenant) && other.is_none() {
            return Err(EntraError::tenant_unknown(tenant));
        }
        if grant != "client_credentials" {
            return Err(EntraError::grant_unsupported(grant));
        }
        self.authenticate(request, form, tenant)?;
        // For an AD FS, MSAL uses paths without v2 but sends a scope nevertheless.
        let v2 = v2 || (form.get("resource").is_none() && form.get("scope").is_some());
        let audience = if v2 {
            let scope = form.required("scope")?;
            // `https://host//.default` requests the audience `https://host/`.
            scope.strip_suffix("/.default").ok_or_else(|| EntraError::scope_invalid(scope))?
        } else {
            form.required("resource")?
        };
        if !Tokens::knows(audience, &request.base) {
            return Err(EntraError::resource_unknown(audience, tenant));
        }
        let subject = Subject::application(self.identity);
        let subject = other.map_or(subject.clone(), |other| subject.in_tenant(other));
        let token = self
            .tokens
            .issue(&subject, &request.base, audience, self.now, self.seconds)
            .ok_or_else(|| EntraError::resource_unknown(audience, tenant))?;
        let from = self.now / 1000;
        let body = if v2 {
            json!({
                "token_type": "Bearer", "expires_in": self.seconds, "ext_expires_in": self.seconds,
                "access_token": token
            })
        } else {
            json!({
                "token_type": "Bearer",
                "expires_in": self.seconds.to_string(),
                "ext_expires_in": self.seconds.to_string(),
                "expires_on": from.saturating_add_unsigned(self.seconds).to_string(),
                "not_before": from.to_string(),
                "resource": audience,
                "access_token": token,
            })
        };
        Ok(Reply::json(StatusCode::OK, &body))
    }

    fn authenticate(&self, request: &Request, form: &Form, tenant: &str) -> Result<(), EntraError> {
        let basic = basic_credentials(request);
        let (client, secret) = match &basic {
            Some((client, secret)) => (client.as_str(), Some(secret.as_str())),
            None => (form.required("client_id")?, form.get("client_secret")),
        };
        if !client.eq_ignore_ascii_case(&self.identity.client_id) {
            return Err(EntraError::client_unknown(client, tenant));
        }
        if let Some(secret) = secret {
            return if secret == self.identity.client_secret {
                Ok(())
            } else {
                Err(EntraError::secret_wrong(client))
            };
        }
        let assertion = form.get("client_assertion").ok_or_else(EntraError::credential_missing)?;
        if form.required("client_assertion_type")? != ASSERTION_TYPE {
            return Err(EntraError::jwt_invalid("The client_assertion_type is not known."));
        }
        let own_key =
            PublicKey::of_jwk(&self.tokens.public_key()).ok_or_else(EntraError::issuer_unreachable)?;
        let check = AssertionCheck {
            identity: self.identity,
            application: self.application,
            own_key: &own_key,
            base: &request.base,
            tenant,
            now: self.now,
        };
        check.check(assertion, client)
    }
}

fn basic_credentials(request: &Request) -> Option<(String, String)> {
    let encoded = request.header("authorization")?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (client, secret) = text.split_once(':')?;
    let decode = |part: &str| {
        let pair = format!("x={part}");
        url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    Some((decode(client)?, decode(secret)?))
}

struct Form(Vec<(String, String)>);

impl Form {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    fn required(&self, name: &str) -> Result<&str, EntraError> {
        self.get(name).ok_or_else(|| EntraError::parameter_missing(name))
    }
}

#[cfg(test)]
mod tests {
    use hyper::Method;
    use hyper::body::Bytes;

    use super::*;

    const NOW: Millis = 1_704_067_200_000;

    const GOOD: &str =
        "grant_type=client_credentials&client_id=c&client_secret=s%2B&scope=https://127.0.0.1:1/.default";

    fn ask(tenant: &str, form: &str, v2: bool) -> (u16, serde_json::Value) {
        let identity = Identity { client_secret: "s+".to_owned(), ..crate::testing::identity() };
        let tokens = Tokens::new(crate::testing::signer());
        let application =
            Application { auxiliary_tenants: vec!["second".to_owned()], ..Application::default() };
        let mut request = Request::new(Method::POST, "/t/oauth2/v2.0/token", "https://127.0.0.1:1");
        request.body = Bytes::from(form.to_owned());
        let endpoint = TokenEndpoint {
            identity: &identity,
            application: &application,
            tokens: &tokens,
            now: NOW,
            seconds: 3599,
        };
        let reply = endpoint.answer(&request, tenant, v2);
        (reply.status.as_u16(), reply.value())
    }

    #[test]
    fn a_secret_gets_a_token_in_both_forms() {
        let (status, body) = ask("t", GOOD, true);
        assert_eq!(status, 200);
        assert_eq!(body["expires_in"], 3599);
        let v1 = "grant_type=client_credentials&client_id=c&client_secret=s%2B&resource=https://127.0.0.1:1/";
        let (status, body) = ask("T", v1, false);
        assert_eq!(status, 200);
        assert_eq!(body["expires_on"], "1704070799");
    }

    #[test]
    fn another_tenant_of_the_application_has_its_own_tokens() {
        let (status, body) = ask("Second", GOOD, true);
        assert_eq!(status, 200);
        let token = crate::entra::jwt::Jwt::read(body["access_token"].as_str().unwrap()).unwrap();
        assert_eq!(token.claim("tid"), "second");
    }

    #[test]
    fn errors_have_entras_codes_and_form() {
        for (tenant, form, status, code) in [
            ("other", GOOD.to_owned(), 400, 90_002),
            ("t", GOOD.replace("client_id=c", "client_id=d"), 400, 700_016),
            ("t", GOOD.replace("s%2B", "wrong"), 401, 7_000_215),
            ("t", GOOD.replace("&client_secret=s%2B", ""), 401, 7_000_216),
            ("t", GOOD.replace("grant_type", "grant"), 400, 900_144),
            ("t", GOOD.replace("client_credentials", "password"), 400, 70_003),
            ("t", GOOD.replace("/.default", "/user"), 400, 1_002_012),
            ("t", GOOD.replace("127.0.0.1:1", "example.com"), 400, 500_011),
        ] {
            let (found, body) = ask(tenant, &form, true);
            assert_eq!((found, &body["error_codes"][0]), (status, &json!(code)), "{form}");
            let description = body["error_description"].as_str().unwrap();
            assert!(description.starts_with(&format!("AADSTS{code}: ")), "{description}");
            assert!(description.contains("\r\nTrace ID: "), "{description}");
        }
    }
}
