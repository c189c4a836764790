//! `az account`: the signed-in identity, and its tokens.

use serde_json::{Value, json};

use crate::az::{Answer, Cli, Options};
use crate::clock::az_time;
use crate::entra::token::{Subject, Tokens};
use crate::settings::Az;

/// The user that is signed in.
const USER: &str = "someone@contoso.example";

impl Cli<'_> {
    /// `az account show`.
    pub(super) fn show(&self, options: &Options) -> Answer {
        if self.state == Az::SignedOut {
            return signed_out();
        }
        match self.subscription(options) {
            Ok(()) => Answer::json(&self.account()),
            Err(answer) => answer,
        }
    }

    /// `az account list`.
    pub(super) fn list(&self) -> Answer {
        if self.state == Az::SignedOut {
            let warning = "WARNING: Please run \"az login\" to access your accounts.\n".to_owned();
            return Answer { stdout: "[]\n".to_owned(), stderr: warning, code: 0 };
        }
        Answer::json(&json!([self.account()]))
    }

    /// `az account get-access-token`.
    pub(super) fn token(&self, options: &Options) -> Answer {
        if self.state == Az::SignedOut {
            return signed_out();
        }
        let tenant = options.get(&["--tenant", "-t"]);
        if tenant.is_some() && options.has("--subscription") {
            return Answer::error("Please specify only one of subscription and tenant, not both");
        }
        if let Err(answer) = self.subscription(options) {
            return answer;
        }
        let scope = options.get(&["--scope"]);
        let audience = scope
            .map(|scope| scope.strip_suffix("/.default").unwrap_or(scope))
            .or_else(|| options.get(&["--resource"]))
            .unwrap_or(self.base);
        if self.state == Az::Expired {
            return expired(audience);
        }
        let home = self.identity.tenant_id.as_str();
        let others = || self.application.auxiliary_tenants.iter().map(String::as_str);
        let Some(known) = std::iter::once(home)
            .chain(others())
            .find(|known| tenant.is_none_or(|tenant| known.eq_ignore_ascii_case(tenant)))
        else {
            return Answer::error(&format!(
                "AADSTS90002: Tenant '{}' not found. Check to make sure you have the correct tenant ID and are signing \
                 into the correct cloud.",
                tenant.unwrap_or("")
            ));
        };
        if !Tokens::knows(audience, self.base) {
            return Answer::error(&format!(
                "AADSTS500011: The resource principal named {audience} was not found in the tenant named {known}."
            ));
        }
        let Some(token) =
            self.tokens.issue(&self.subject(known), self.base, audience, self.now, self.seconds)
        else {
            return Answer::error("The token cannot be made");
        };
        let until = (self.now / 1000).saturating_add_unsigned(self.seconds);
        let mut answer = json!({
            "accessToken": token,
            // The machine's local time, without its zone.
            "expiresOn": az_time(until.saturating_mul(1000)),
            "tenant": known,
            "tokenType": "Bearer",
        });
        if let Some(members) = answer.as_object_mut() {
            if self.state != Az::Old {
                members.insert("expires_on".to_owned(), json!(until));
            }
            if tenant.is_none() {
                members.insert("subscription".to_owned(), json!(self.identity.subscription_id));
            }
        }
        Answer::json(&answer)
    }

    fn subject(&self, tenant: &str) -> Subject {
        let subject = Subject::application(self.identity).in_tenant(tenant);
        if self.state == Az::ServicePrincipal {
            return subject;
        }
        // The application of the az CLI itself.
        Subject {
            client_id: "04b07795-8ddb-461a-bbee-02f9e1bf7b46".to_owned(),
            user: Some(USER.to_owned()),
            ..subject
        }
    }

    fn account(&self) -> Value {
        let identity = self.identity;
        let user = if self.state == Az::ServicePrincipal {
            json!({"name": identity.client_id, "type": "servicePrincipal"})
        } else {
            json!({"name": USER, "type": "user"})
        };
        json!({
            "environmentName": "GalleryEmulator",
            "homeTenantId": identity.tenant_id,
            "id": identity.subscription_id,
            "isDefault": true,
            "managedByTenants": [],
            "name": "Gallery emulator",
            "state": "Enabled",
            "tenantId": identity.tenant_id,
            "user": user,
        })
    }

    /// Checks that the requested subscription is the only one.
    fn subscription(&self, options: &Options) -> Result<(), Answer> {
        let names = ["--subscription", "--name", "-n", "-s"];
        match options.get(&names) {
            Some(other)
                if !other.eq_ignore_ascii_case(&self.identity.subscription_id)
                    && !other.eq_ignore_ascii_case("Gallery emulator") =>
            {
                Err(Answer::error(&format!(
                    "The subscription of '{other}' doesn't exist in cloud 'GalleryEmulator'."
                )))
            }
            _ => Ok(()),
        }
    }
}

fn signed_out() -> Answer {
    Answer::error("Please run 'az login' to setup account.")
}

fn expired(audience: &str) -> Answer {
    Answer::error(&format!(
        "AADSTS700082: The refresh token has expired due to inactivity. The token was issued on \
         2026-01-01T00:00:00.0000000Z and was inactive for 90.00:00:00. Trace ID: \
         00000000-0000-0000-0000-000000000001 Correlation ID: 00000000-0000-0000-0000-000000000002 Timestamp: \
         2026-04-02 00:00:00Z\nInteractive authentication is needed. Please run:\naz logout\naz login --scope \
         {audience}/.default"
    ))
}
