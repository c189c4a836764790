//! Asking somebody on the net for an id token: one request, one member of its JSON answer.

use super::super::super::error::{Error, LoginError, without_mark};
use super::super::super::pipeline::{request_line, to_error};
use super::super::super::secret::Secret;
use super::super::entra::{quoted, unanswered};
use azure_core::http::headers::{ACCEPT, AUTHORIZATION};
use azure_core::http::{Context, Pipeline, PipelineSendOptions, Request};
use serde_json::Value;

/// Sends the request with the token that allows it, gives the id token under `member` of the answer.
pub(super) async fn id_token(
    way: &'static str,
    pipeline: &Pipeline,
    mut request: Request,
    token: &Secret,
    member: &str,
    ctx: &Context<'_>,
) -> Result<Secret, Error> {
    request.insert_header(ACCEPT, "application/json");
    request.insert_header(AUTHORIZATION, format!("Bearer {}", token.expose()));
    let (line, url) = (request_line(&request), request.url().clone());
    tracing::debug!(target: "provider.auth", way, host = url.host_str(), path = url.path(), "asking for an id token");
    let options = PipelineSendOptions { skip_checks: true, ..PipelineSendOptions::default() };
    let answer = match pipeline.send(ctx, &mut request, Some(options)).await {
        Ok(answer) => answer,
        Err(error) => return Err(unanswered(way, &url, to_error(error, &line, &url), &line)),
    };
    let failed = |description: String| {
        Error::from(LoginError {
            way,
            // Without the query, which may hold what nobody else should know.
            endpoint: format!("{}{}", url.origin().ascii_serialization(), url.path()),
            status: Some(u16::from(answer.status())),
            description: Some(description),
            ..LoginError::default()
        })
    };
    let body: &[u8] = answer.body().as_ref();
    if !answer.status().is_success() {
        let said = quoted(token, body).unwrap_or_else(|| "no id token was given".to_owned());
        return Err(failed(said));
    }
    let json: Value = serde_json::from_slice(without_mark(body)).unwrap_or_default();
    match json.get(member).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => Ok(Secret::new(text)),
        // The body is left out: it may hold a token under another name.
        None => Err(failed(format!("the answer holds no id token under `{member}`"))),
    }
}
