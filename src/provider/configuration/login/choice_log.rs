//! Records how the login was chosen, for the message when it fails.

use std::fmt;

use super::super::arguments::AKS_TOKEN_FILE;
use super::super::source::Lookup;
use super::application::ApplicationIds;
use crate::arm::{AssertionSource, Login};
use crate::plugin::Diagnostic;

/// The logins in the order in which they were considered.
#[derive(Debug, Default)]
pub(super) struct ChoiceLog(Vec<String>);

impl ChoiceLog {
    pub(super) fn used(&mut self, name: &str, login: &Login, ids: &ApplicationIds, lookup: &Lookup<'_>) {
        let method = if login.name() == name { String::new() } else { format!(", by {}", login.name()) };
        let sources = match login {
            Login::ManagedIdentity(_) => ids.sources(&["client_id"]),
            Login::AzureCli { .. } => ids.sources(&["tenant_id"]),
            _ => ids.sources(&["tenant_id", "client_id"]),
        };
        let proof = proof(login, lookup);
        let sources =
            [proof, sources].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
        let sources = if sources.is_empty() { String::new() } else { format!("; {sources}") };
        self.0.push(format!("{name}: used{method}{sources}"));
    }

    pub(super) fn skipped(&mut self, name: &str, reason: &str) {
        self.0.push(format!("{name}: not used, {reason}"));
    }
}

impl fmt::Display for ChoiceLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Logins, in order:")?;
        self.0.iter().try_for_each(|line| write!(f, "\n  - {line}"))
    }
}

/// Settings that show who signs in. Most values are secret, so only the source is shown.
fn proof(login: &Login, lookup: &Lookup<'_>) -> String {
    let names: &[&str] = match login {
        Login::ClientCertificate { .. } => &["client_certificate", "client_certificate_path"],
        Login::ClientSecret { .. } => &["client_secret", "client_secret_file_path"],
        Login::Federated { assertion, .. } => match assertion {
            AssertionSource::Token(_) => &["oidc_token"],
            AssertionSource::File { .. } => &["oidc_token_file_path"],
            AssertionSource::GitHub { .. } => &["oidc_request_url", "oidc_request_token"],
            _ => &[
                "ado_pipeline_service_connection_id",
                "oidc_azure_service_connection_id",
                "oidc_request_url",
                "oidc_request_token",
            ],
        },
        Login::ManagedIdentity(_) => &["msi_endpoint", "msi_object_id", "msi_resource_id"],
        Login::AzureCli { tenant_id: None, .. } => &["subscription_id"],
        _ => &[],
    };
    let given = |name: &&str| lookup.text(name).map(|found| format!("{name} from the {}", found.source));
    let mut texts: Vec<_> = names.iter().filter_map(given).collect();
    if let Login::Federated { assertion: AssertionSource::File { aks: true, .. }, .. } = login
        && texts.is_empty()
        && let Some(found) = lookup.variable(AKS_TOKEN_FILE)
    {
        texts.push(format!("the file of the {}", found.source));
    }
    texts.join(", ")
}

/// No login is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoLogin(String);

impl NoLogin {
    pub(super) fn new(choice: String) -> Self {
        Self(choice)
    }

    /// The message for the first resource that needs Azure.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let detail =
            format!("No credentials are configured, and `use_cli` is false.\n\n{}\n\n{}", self.0, advice());
        Diagnostic::error("No login configured", detail)
    }
}

/// What to set when nothing is set.
#[must_use]
pub fn advice() -> &'static str {
    "Configure one of them. For a client secret, set tenant_id (ARM_TENANT_ID), client_id (ARM_CLIENT_ID) \
     and client_secret (ARM_CLIENT_SECRET). To sign in as yourself, install the az CLI and run `az login`. \
     The environment variables have the same names as those of the azurerm and azapi providers."
}
