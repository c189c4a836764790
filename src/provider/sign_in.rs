//! The next step when no token could be acquired: by Microsoft Entra's error code, otherwise by the login
//! that was tried.

use super::configuration::login::advice;
use crate::arm::error::LoginError;
use crate::plugin::Diagnostic;

/// The diagnostic when no login is configured and the az CLI, the default, is not installed.
#[must_use]
pub fn no_login(error: &LoginError) -> Option<Diagnostic> {
    error.not_installed.then(|| {
        let choice = error.choice.as_deref().unwrap_or_default();
        let detail = format!(
            "No credentials are configured, and the command `az` of the az CLI is not on the PATH.\n\n\
             {choice}\n\n{}",
            advice()
        );
        Diagnostic::error("No login configured", detail)
    })
}

/// The next step to suggest.
#[must_use]
pub fn next_step(error: &LoginError) -> String {
    code(error).and_then(by_code).unwrap_or_else(|| by_login(error)).to_owned()
}

/// Entra's error code, from the list of codes or from the description.
fn code(error: &LoginError) -> Option<i64> {
    error.codes.first().copied().or_else(|| {
        let (_, after) = error.description.as_deref()?.split_once("AADSTS")?;
        let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    })
}

/// Microsoft's reference of these codes: "Microsoft Entra authentication and authorization error codes".
fn by_code(code: i64) -> Option<&'static str> {
    Some(match code {
        7_000_215 => {
            "Check the tenant, the client id and the client secret of the provider block or of the ARM_* \
             environment. The secret's value is needed, not its id."
        }
        7_000_222 => {
            "The client secret has expired: create a new one (`az ad app credential reset --id CLIENT_ID \
             --append`) and set it."
        }
        90_002 | 900_021 | 900_023 | 50_059 => {
            "Check tenant_id (ARM_TENANT_ID), and `environment`: each Azure cloud knows its own tenants only."
        }
        700_016 => {
            "Check client_id (ARM_CLIENT_ID), that it is an application of this tenant (ARM_TENANT_ID), and \
             `environment`."
        }
        7_000_229 => {
            "The application does not exist in this tenant yet: an administrator has to add it, with `az \
             ad sp create --id CLIENT_ID`."
        }
        7_000_112 => "The application is disabled in this tenant: an administrator has to enable it.",
        700_024 => {
            "The credential is not valid at this time. Check this machine's clock. An id token that is set \
             as `oidc_token` cannot be renewed: set `oidc_request_url` and `oidc_request_token`, or a file \
             that is kept up to date, instead."
        }
        700_027 => {
            "Entra does not know the certificate: add it to the application (`az ad app credential reset \
             --id CLIENT_ID --cert @cert.pem --append`), or check that the message names the thumbprint of \
             the right one."
        }
        70_021 | 700_211 | 700_212 | 700_213 | 700_223 => {
            "The application does not trust this id token: compare issuer, subject and audience above with \
             its federated credentials (`az ad app federated-credential list --id CLIENT_ID`)."
        }
        500_011 | 1_002_012 => {
            "Entra does not know the resource of the token: check `environment`, and \
             `resource_manager_audience` in the `endpoint` block."
        }
        53_003 => "A conditional access policy of the tenant forbids it: ask an administrator.",
        _ => return None,
    })
}

fn by_login(error: &LoginError) -> &'static str {
    let unanswered = error.transport.is_some() || error.timed_out;
    match error.login_name {
        "managed identity" if unanswered => {
            "Nothing responds where this machine's managed identity should be. Run this on an Azure \
             machine or service, check `msi_endpoint`, or use another login."
        }
        _ if unanswered => {
            "Check the network, and the `environment` and `endpoint` of the provider block, then run the command again."
        }
        "managed identity" => {
            "Check that the machine or service has a managed identity, and that the one named by client_id, \
             msi_object_id or msi_resource_id is assigned to it."
        }
        "az CLI" => {
            "Run `az login` (with `--tenant` where `tenant_id` is set), and try `az account get-access-token` yourself."
        }
        "OIDC token file" | "AKS workload identity" => {
            "Check the file with the id token, and that the process that renews it is running."
        }
        "OIDC token request" => {
            "Check oidc_request_url and oidc_request_token. In GitHub Actions the job needs the permission `id-token: \
             write`."
        }
        "Azure DevOps service connection" => {
            "Check the id of the service connection, and that the step maps SYSTEM_ACCESSTOKEN to \
             $(System.AccessToken)."
        }
        "client secret" => {
            "Check the tenant, the client id and the client secret of the provider block or of the ARM_* environment."
        }
        "client certificate" => {
            "Check the tenant, the client id and the client certificate of the provider block or of the ARM_* \
             environment."
        }
        _ => "Check the login settings in the provider block and in the environment.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(login_name: &'static str, codes: &[i64], description: &str) -> LoginError {
        LoginError {
            login_name,
            codes: codes.to_vec(),
            description: Some(description.to_owned()),
            ..LoginError::default()
        }
    }

    #[test]
    fn the_advice_depends_on_the_code_in_either_place() {
        let by_list = next_step(&refused("client secret", &[7_000_222], "expired"));
        let by_text =
            next_step(&refused("client secret", &[], "AADSTS7000222: The provided client secret keys"));
        assert!(by_list.contains("expired") && by_list == by_text, "{by_list}\n{by_text}");
        assert!(next_step(&refused("az CLI", &[], "AADSTSx")).contains("az login"));
        assert!(next_step(&refused("client secret", &[1], "")).contains("client secret"));
    }

    /// The keys in [`by_login`] are the logins' own names.
    #[test]
    fn every_login_has_its_own_advice() {
        use crate::arm::{
            Application, AssertionSource, IdentityEndpoint, IdentitySelector, Login, MachineUrl,
        };
        use crate::arm::{ManagedIdentity, RequestUrl, Secret};
        let application = Application::new("t", "c").unwrap();
        let url = RequestUrl::new("https://token.example").unwrap();
        let token = Secret::new("t");
        let federated = |assertion| Login::Federated { application: application.clone(), assertion };
        let machine = IdentityEndpoint::Imds(MachineUrl::imds());
        let logins = [
            Login::ClientSecret { application: application.clone(), secret: token.clone() },
            federated(AssertionSource::File { path: "f".into(), aks: false }),
            federated(AssertionSource::File { path: "f".into(), aks: true }),
            federated(AssertionSource::GitHub { url: url.clone(), token: token.clone() }),
            federated(AssertionSource::AzureDevOps { url, token, service_connection_id: "s".into() }),
            Login::ManagedIdentity(ManagedIdentity::new(IdentitySelector::System, machine, None).unwrap()),
            Login::AzureCli { tenant_id: None, subscription_id: None },
        ];
        for login in logins {
            let step = next_step(&refused(login.name(), &[], ""));
            assert!(!step.starts_with("Check the login settings"), "{}", login.name());
        }
    }

    #[test]
    fn without_a_login_all_logins_are_listed() {
        let error = LoginError {
            not_installed: true,
            choice: Some("Ways:\n  - x".into()),
            ..refused("az CLI", &[], "not there")
        };
        let diagnostic = no_login(&error).unwrap();
        assert_eq!(diagnostic.summary, "No login configured");
        assert!(
            diagnostic.detail.contains("Ways:\n  - x") && diagnostic.detail.contains("ARM_CLIENT_SECRET"),
            "{}",
            diagnostic.detail
        );
        assert_eq!(no_login(&refused("az CLI", &[], "")), None);
    }
}
