//! What the provider block and the environment come to, once both are put together.

use crate::arm::{Cloud, Secret};
use crate::plugin::{Diagnostic, Diagnostics, Failure, Path, Value};

use super::source::{Found, Lookup, Variables};
use crate::provider::checks::{capitalised, sentence};

/// Everything the provider needs to know to talk to Azure. Nothing here has touched the network.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The addresses and the audience.
    pub environment: Cloud,
    /// How to sign in; or why that is not known, which is told only when Azure is needed.
    pub login: Result<ClientSecret, MissingLogin>,
    /// The value of `x-ms-correlation-request-id`; `None` sends none.
    pub correlation_id: Option<String>,
    /// What follows the provider's own name in the user agent.
    pub user_agent_suffix: Vec<String>,
    /// Whether reads may be answered from lists.
    pub share_reads: bool,
}

/// A sign-in by client secret.
#[derive(Clone, Debug)]
pub struct ClientSecret {
    /// The tenant.
    pub tenant_id: String,
    /// The application.
    pub client_id: String,
    /// Its secret.
    pub secret: Secret,
}

/// Settings that a sign-in by client secret lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingLogin {
    found: Vec<String>,
    missing: Vec<&'static str>,
}

impl MissingLogin {
    /// The message for the first resource that needs Azure.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let found = if self.found.is_empty() {
            "Nothing to sign in with was given.".to_owned()
        } else {
            format!("Given: {}.", self.found.join(", "))
        };
        Diagnostic::error(
            "No way to sign in to Azure",
            format!(
                "{found} To sign in with a client secret, also set {}. The environment variables have the same \
                 names as those of the azurerm and azapi providers.",
                self.missing.join(", ")
            ),
        )
    }
}

impl Settings {
    /// Puts a wholly known provider block and the environment together.
    ///
    /// # Errors
    /// When an argument or variable cannot be used, or two of them disagree.
    pub fn resolve(config: &Value, variables: &dyn Variables) -> Result<Self, Failure> {
        let lookup = Lookup::new(config, variables);
        let mut problems = Diagnostics::new();
        let environment = take(cloud(&lookup), &mut problems);
        let login = take(client_secret(&lookup), &mut problems);
        let correlation_id = take(correlation_id(&lookup), &mut problems);
        let user_agent_suffix = take(user_agent_suffix(&lookup, variables), &mut problems);
        let share_reads = take(share_reads(&lookup), &mut problems);
        match (environment, login, correlation_id, user_agent_suffix, share_reads) {
            (
                Some(environment),
                Some(login),
                Some(correlation_id),
                Some(user_agent_suffix),
                Some(share_reads),
            ) => Ok(Self { environment, login, correlation_id, user_agent_suffix, share_reads }),
            _ => Err(problems.into()),
        }
    }
}

fn take<T>(result: Result<T, Diagnostic>, problems: &mut Diagnostics) -> Option<T> {
    result.map_err(|problem| problems.push(problem)).ok()
}

fn argument(lookup: &Lookup<'_>, name: &str, variable: &'static str) -> Option<Found<String>> {
    lookup.text(&Path::attribute(name), variable)
}

/// The named cloud, with the addresses of the `endpoint` block put over its own. Addresses alone are enough: who
/// gives them need not also say `custom`.
fn cloud(lookup: &Lookup<'_>) -> Result<Cloud, Diagnostic> {
    let name = argument(lookup, "environment", "ARM_ENVIRONMENT");
    let part =
        |name: &str, variable| lookup.text(&Path::attribute("endpoint").with_attribute(name), variable);
    let manager = part("resource_manager_endpoint", "ARM_RESOURCE_MANAGER_ENDPOINT");
    let authority = part("active_directory_authority_host", "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST");
    let audience = part("resource_manager_audience", "ARM_RESOURCE_MANAGER_AUDIENCE");

    let base = match &name {
        Some(found) if found.value.eq_ignore_ascii_case("custom") => None,
        Some(found) => Some(Cloud::named(&found.value).map_err(|error| {
            let detail = format!("The {} is {:?}: {error}.", found.source, found.value);
            found.source.blame(Diagnostic::error("Unknown Azure environment", detail))
        })?),
        None => Some(Cloud::public()),
    };
    if manager.is_none() && authority.is_none() && audience.is_none() {
        return base.ok_or_else(|| incomplete("resource_manager_endpoint", "ARM_RESOURCE_MANAGER_ENDPOINT"));
    }
    let own = |found: &Option<Found<String>>, base: Option<&url::Url>| {
        found.as_ref().map(|found| found.value.clone()).or_else(|| base.map(ToString::to_string))
    };
    let Some(manager_address) = own(&manager, base.as_ref().map(Cloud::resource_manager)) else {
        return Err(incomplete("resource_manager_endpoint", "ARM_RESOURCE_MANAGER_ENDPOINT"));
    };
    let Some(authority_address) = own(&authority, base.as_ref().map(Cloud::authority)) else {
        return Err(incomplete("active_directory_authority_host", "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST"));
    };
    let audience_text = audience.as_ref().map(|found| found.value.as_str());
    Cloud::custom(&manager_address, &authority_address, audience_text).map_err(|error| {
        let diagnostic = Diagnostic::error("Unusable Azure endpoint", sentence(&error));
        let blamed = [&manager, &authority, &audience].into_iter().flatten().find(|found| {
            let shown = error.to_string();
            shown.contains(&format!("{:?}", found.value))
        });
        blamed.map_or(diagnostic.clone(), |found| found.source.blame(diagnostic))
    })
}

fn incomplete(argument: &'static str, variable: &'static str) -> Diagnostic {
    Diagnostic::error(
        "Custom environment without its addresses",
        format!(
            "`environment` is `custom`, so `{argument}` in the `endpoint` block, or {variable}, must be set."
        ),
    )
    .at(Path::attribute("environment"))
}

/// A value given directly, in a file, or both when they agree (as azurerm and azapi have it).
fn direct_or_file(
    lookup: &Lookup<'_>,
    (name, variable): (&'static str, &'static str),
    (file_name, file_variable): (&'static str, &'static str),
) -> Result<Option<Found<String>>, Diagnostic> {
    let direct = argument(lookup, name, variable);
    let Some(file) = argument(lookup, file_name, file_variable) else { return Ok(direct) };
    let read = std::fs::read_to_string(&file.value).map_err(|error| {
        let detail = format!("The file {:?}, named by {}, cannot be read: {error}.", file.value, file.source);
        file.source.blame(Diagnostic::error("Unreadable credential file", detail))
    })?;
    let value = read.trim().to_owned();
    match direct {
        Some(direct) if direct.value != value => {
            let detail = format!(
                "{} and the file named by {} hold different values. Give one of them only.",
                capitalised(&direct.source.to_string()),
                file.source
            );
            Err(file.source.blame(Diagnostic::error("Two credentials that disagree", detail)))
        }
        _ => Ok(Some(Found { value, source: file.source })),
    }
}

fn client_secret(lookup: &Lookup<'_>) -> Result<Result<ClientSecret, MissingLogin>, Diagnostic> {
    let tenant = argument(lookup, "tenant_id", "ARM_TENANT_ID");
    let client = direct_or_file(
        lookup,
        ("client_id", "ARM_CLIENT_ID"),
        ("client_id_file_path", "ARM_CLIENT_ID_FILE_PATH"),
    )?;
    let secret = direct_or_file(
        lookup,
        ("client_secret", "ARM_CLIENT_SECRET"),
        ("client_secret_file_path", "ARM_CLIENT_SECRET_FILE_PATH"),
    )?;
    let settings = [
        (&tenant, "tenant_id (ARM_TENANT_ID)"),
        (&client, "client_id (ARM_CLIENT_ID)"),
        (&secret, "client_secret (ARM_CLIENT_SECRET)"),
    ];
    let missing: Vec<_> =
        settings.iter().filter(|(found, _)| found.is_none()).map(|(_, name)| *name).collect();
    match (tenant, client, secret) {
        (Some(tenant), Some(client), Some(secret)) => Ok(Ok(ClientSecret {
            tenant_id: tenant.value,
            client_id: client.value,
            secret: Secret::new(secret.value),
        })),
        (tenant, client, secret) => {
            // A secret says that this way is meant; without its companions nothing else can make sense of it.
            if let Some(secret) = &secret {
                let detail = format!(
                    "A client secret was given by {}, but not {}.",
                    secret.source,
                    missing.join(", ")
                );
                return Err(secret
                    .source
                    .blame(Diagnostic::error("Half a sign-in by client secret", detail)));
            }
            let found =
                [tenant, client].into_iter().flatten().map(|found| found.source.to_string()).collect();
            Ok(Err(MissingLogin { found, missing }))
        }
    }
}

fn correlation_id(lookup: &Lookup<'_>) -> Result<Option<String>, Diagnostic> {
    let path = Path::attribute("disable_correlation_request_id");
    if lookup.flag(&path, "ARM_DISABLE_CORRELATION_REQUEST_ID")?.is_some_and(|found| found.value) {
        return Ok(None);
    }
    match argument(lookup, "custom_correlation_request_id", "ARM_CORRELATION_REQUEST_ID") {
        None => Ok(Some(uuid::Uuid::new_v4().to_string())),
        Some(found) if found.value.chars().all(|c| c.is_ascii_graphic()) && found.value.len() <= 128 => {
            Ok(Some(found.value))
        }
        Some(found) => Err(found.source.blame(Diagnostic::error(
            "Unusable correlation id",
            format!("The {} must be at most 128 printable ASCII characters without blanks.", found.source),
        ))),
    }
}

fn user_agent_suffix(lookup: &Lookup<'_>, variables: &dyn Variables) -> Result<Vec<String>, Diagnostic> {
    // Appended by Azure's command line tools and by azurerm.
    let mut suffix: Vec<_> = variables.get("AZURE_HTTP_USER_AGENT").into_iter().collect();
    if let Some(found) = argument(lookup, "partner_id", "ARM_PARTNER_ID") {
        let bare = found.value.trim_start_matches("pid-");
        let guid = bare.strip_suffix("-partnercenter").unwrap_or(bare);
        if uuid::Uuid::parse_str(guid).is_err() {
            let detail = format!("The {} is {:?}, which is no GUID.", found.source, found.value);
            return Err(found.source.blame(Diagnostic::error("Unusable partner id", detail)));
        }
        suffix.push(format!("pid-{bare}"));
    }
    Ok(suffix)
}

fn share_reads(lookup: &Lookup<'_>) -> Result<bool, Diagnostic> {
    let found = lookup.flag(&Path::attribute("refresh_by_list"), "ARM_REFRESH_BY_LIST")?;
    Ok(found.is_none_or(|found| found.value))
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
