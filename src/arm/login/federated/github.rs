//! An id token of GitHub Actions (GitHub's documentation on OpenID Connect, "Using custom actions"): a GET of
//! `ACTIONS_ID_TOKEN_REQUEST_URL` with the audience added, allowed by `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.

use super::super::super::error::Error;
use super::super::super::pipeline::Plumbing;
use super::super::super::secret::Secret;
use super::{AUDIENCE, request::id_token};
use azure_core::http::{Context, Method, Pipeline, Request};
use std::fmt;
use url::Url;

/// The runner's token service.
pub(super) struct GitHub {
    way: &'static str,
    url: Url,
    token: Secret,
    pipeline: Pipeline,
}

impl GitHub {
    pub(super) fn new(way: &'static str, url: &Url, token: &Secret, plumbing: &Plumbing) -> Self {
        let mut url = url.clone();
        if !url.query_pairs().any(|(name, _)| name == "audience") {
            url.query_pairs_mut().append_pair("audience", AUDIENCE);
        }
        Self { way, url, token: token.clone(), pipeline: plumbing.login_pipeline() }
    }

    /// A fresh id token.
    pub(super) async fn ask(&self, ctx: &Context<'_>) -> Result<Secret, Error> {
        let request = Request::new(self.url.clone(), Method::Get);
        id_token(self.way, &self.pipeline, request, &self.token, "value", ctx).await
    }
}

impl fmt::Debug for GitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GitHub")
    }
}
