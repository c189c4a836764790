//! The tokens of one request: our own, and those of further tenants.

use super::super::cloud::Cloud;
use super::super::error::{Error, LoginError};
use super::super::pipeline::{PipelineSettings, wrap_error};
use super::super::secret::Secret;
use super::{Login, TenantId, TokenCache};
use azure_core::http::Context;
use futures::future::try_join_all;

/// The token caches of one login.
#[derive(Debug)]
pub(in crate::arm) struct Tokens {
    own: TokenCache,
    auxiliary: Vec<TokenCache>,
    choice: Option<String>,
}

/// The tokens of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::arm) struct TokenSet {
    /// The token of the login itself.
    pub(in crate::arm) own: Secret,
    /// Those of the auxiliary tenants, in the order in which they were given.
    pub(in crate::arm) auxiliary: Vec<Secret>,
}

impl Tokens {
    /// Takes the login, the further tenants, and how the login was chosen, to report with each failure.
    pub(in crate::arm) fn new(
        login: &Login,
        auxiliary: &[TenantId],
        choice: Option<&str>,
        cloud: &Cloud,
        settings: &PipelineSettings,
    ) -> Result<Self, Error> {
        let cache = |login: &Login| {
            let credential = login.credential(cloud, settings)?;
            let silent = LoginError {
                login_name: login.name(),
                endpoint: login.token_source(cloud),
                ..LoginError::default()
            };
            Ok::<_, Error>(TokenCache::new(
                credential,
                cloud.scope(),
                settings.now,
                settings.pace.login,
                silent,
            ))
        };
        let elsewhere = auxiliary.iter().filter_map(|tenant| login.in_tenant(tenant));
        Ok(Self {
            own: cache(login)?,
            auxiliary: elsewhere.map(|login| cache(&login)).collect::<Result<_, _>>()?,
            choice: choice.map(str::to_owned),
        })
    }

    /// Returns tokens that are valid now. The context carries the call whose deadline limits the requests for
    /// them.
    pub(in crate::arm) async fn get(&self, ctx: &Context<'_>) -> azure_core::Result<TokenSet> {
        let own = self.own.get(ctx).await.map_err(|error| self.with_choice(error))?;
        let auxiliary = try_join_all(self.auxiliary.iter().map(|cache| cache.get(ctx))).await;
        Ok(TokenSet { own, auxiliary: auxiliary.map_err(|error| self.with_choice(error))? })
    }

    /// Drops tokens that the service refused, unless they have been replaced already. The service does not
    /// say which of them it refused.
    pub(in crate::arm) fn forget(&self, tokens: &TokenSet) {
        self.own.forget(&tokens.own);
        for (cache, token) in self.auxiliary.iter().zip(&tokens.auxiliary) {
            cache.forget(token);
        }
    }

    /// The error, with how the login was chosen.
    fn with_choice(&self, error: azure_core::Error) -> azure_core::Error {
        match error.into_downcast::<Error>() {
            Ok(Error::Login(mut login)) => {
                login.choice.clone_from(&self.choice);
                wrap_error(Error::Login(login))
            }
            Ok(other) => wrap_error(other),
            Err(error) => error,
        }
    }
}
