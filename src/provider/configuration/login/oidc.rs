//! Signing in with an id token: given directly, in a file, from an AKS pod, from Azure DevOps, from GitHub.

use super::super::arguments::AKS_TOKEN_FILE;
use super::super::files;
use super::super::source::{Lookup, Setting, disagreement_error};
use super::application::{ApplicationIds, require_agreement};
use super::{Choice, Switches, incomplete, moment};
use crate::arm::{AssertionSource, Login, RequestUrl, Secret};
use crate::plugin::Diagnostic;
use time::OffsetDateTime;

/// An id token, from the first source that is set: the token itself, a file, a service connection, a request
/// address.
pub(super) fn by_id_token(
    lookup: &Lookup<'_>,
    ids: &ApplicationIds,
    switches: &Switches,
) -> Result<Choice, Diagnostic> {
    let aks = Switches::is_on(&switches.aks);
    let switch = [&switches.aks, &switches.oidc].into_iter().flatten().find(|found| found.value);
    let Some(switch) = switch else {
        return Ok(Choice::Skip("use_oidc is not set to true".to_owned()));
    };
    let assertion = match source(lookup, aks)? {
        Ok(assertion) => assertion,
        Err(missing) if switches.asks_for_another() => return Ok(Choice::Skip(missing_text(&missing))),
        Err(missing) => return Err(incomplete(switch, "id token", "The switch", &missing)),
    };
    match ids.application() {
        Ok(application) => Ok(Choice::Use(Login::Federated { application, assertion })),
        Err(missing) if switches.asks_for_another() => Ok(Choice::Skip(missing_text(&missing))),
        Err(missing) => Err(incomplete(switch, "id token", "The switch", &missing)),
    }
}

fn missing_text(missing: &[String]) -> String {
    format!("it lacks {}", missing.join(", and "))
}

/// The source of id tokens, or what is missing.
fn source(lookup: &Lookup<'_>, aks: bool) -> Result<Result<AssertionSource, Vec<String>>, Diagnostic> {
    let token = lookup.sign_in_text("oidc_token")?;
    let mut file = lookup.sign_in_text("oidc_token_file_path")?;
    if aks {
        file = require_agreement(file, lookup.variable(AKS_TOKEN_FILE))?;
    }
    if let Some(file) = file {
        // Read now so that a wrong path is an error on its argument. It is read again for each exchange.
        let text = files::text_of(&file)?;
        if let Some(token) = token
            && token.value != text
        {
            return Err(disagreement_error(&token, &file));
        }
        return Ok(Ok(AssertionSource::File { path: file.value.into(), aks }));
    }
    if aks {
        return Ok(Err(vec![format!("the file with the pod's token ({AKS_TOKEN_FILE})")]));
    }
    if let Some(token) = token {
        let assertion = AssertionSource::Token(Secret::new(token.value.as_str()));
        if let Some(end) = assertion.expires().filter(|end| *end <= OffsetDateTime::now_utc()) {
            let detail = format!(
                "The id token of the {} expired at {} UTC, and cannot be renewed. Set a new one, or set \
                 `oidc_request_url` and `oidc_request_token` or `oidc_token_file_path`, which supply new \
                 ones.",
                token.source,
                moment(end)
            );
            return Err(token.source.attach_to(Diagnostic::error("Expired id token", detail)));
        }
        return Ok(Ok(assertion));
    }
    request(lookup)
}

/// A service that issues id tokens.
fn request(lookup: &Lookup<'_>) -> Result<Result<AssertionSource, Vec<String>>, Diagnostic> {
    let connection =
        lookup.text_of_two("ado_pipeline_service_connection_id", "oidc_azure_service_connection_id")?;
    let connection = connection.map(Setting::usable).transpose()?;
    let url = lookup.sign_in_text("oidc_request_url")?;
    let token = lookup.sign_in_text("oidc_request_token")?;
    let (url, token) = match (url, token) {
        (Some(url), Some(token)) => (url, token),
        (url, token) => return Ok(Err(missing(url.as_ref(), token.as_ref()))),
    };
    let url = url.parse("Unusable OIDC request address", |text| RequestUrl::new(&text))?.value;
    let token = Secret::new(token.value);
    Ok(Ok(match connection {
        Some(connection) => {
            AssertionSource::AzureDevOps { url, token, service_connection_id: connection.value }
        }
        None => AssertionSource::GitHub { url, token },
    }))
}

fn missing(url: Option<&Setting<String>>, token: Option<&Setting<String>>) -> Vec<String> {
    match (url, token) {
        (Some(_), None) => vec![
            "oidc_request_token (ARM_OIDC_REQUEST_TOKEN, ACTIONS_ID_TOKEN_REQUEST_TOKEN, SYSTEM_ACCESSTOKEN), which \
             goes with oidc_request_url"
                .to_owned(),
        ],
        (None, Some(_)) => vec![
            "oidc_request_url (ARM_OIDC_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_URL, SYSTEM_OIDCREQUESTURI), which goes \
             with oidc_request_token"
                .to_owned(),
        ],
        _ => vec![
            "an id token: oidc_token (ARM_OIDC_TOKEN), oidc_token_file_path (ARM_OIDC_TOKEN_FILE_PATH), or \
             oidc_request_url and oidc_request_token, which GitHub Actions sets for jobs with the permission `id-token: \
             write`, and Azure DevOps for steps that map SYSTEM_ACCESSTOKEN"
                .to_owned(),
        ],
    }
}
