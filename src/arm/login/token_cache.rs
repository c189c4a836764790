//! One token for all callers: one caller requests it when first needed while the others wait, and again
//! before it expires.

use super::super::call::Call;
use super::super::error::{Error, LoginError, duration_text};
use super::super::pipeline::wrap_error;
use super::super::secret::Secret;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::http::{ClientMethodOptions, Context};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use time::{Duration, OffsetDateTime};
use tokio::time::Instant;

/// How long before its expiry a token is replaced, at most; a short-lived one is replaced in the last fifth.
const MARGIN: Duration = Duration::minutes(5);

/// The delay between a failed early replacement and the next.
const RETRY_DELAY: Duration = Duration::seconds(30);

/// How long an early replacement may take: its caller has a token that is still valid and should not wait.
const EARLY_LIMIT: std::time::Duration = std::time::Duration::from_secs(10);

/// Keeps the token of one credential and one scope.
pub(in crate::arm) struct TokenCache {
    credential: Arc<dyn TokenCredential>,
    scope: String,
    now: fn() -> OffsetDateTime,
    early_limit: std::time::Duration,
    /// How long a login may take.
    limit: std::time::Duration,
    /// The error of a login that takes longer.
    timeout_error: LoginError,
    cached: Mutex<Option<CachedToken>>,
    /// The last failure, which callers that waited in the meantime share.
    last_failure: Mutex<Option<(Instant, LoginError)>>,
    /// Locked by the caller that requests a token.
    request_lock: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct CachedToken {
    token: Secret,
    replace_at: OffsetDateTime,
    expires: OffsetDateTime,
}

impl TokenCache {
    /// Takes the credential, the tokens' scope, the time limit of a login, and the error of one that takes
    /// longer.
    pub(in crate::arm) fn new(
        credential: Arc<dyn TokenCredential>,
        scope: String,
        now: fn() -> OffsetDateTime,
        limit: std::time::Duration,
        timeout_error: LoginError,
    ) -> Self {
        Self {
            credential,
            scope,
            now,
            early_limit: EARLY_LIMIT,
            limit,
            timeout_error,
            cached: Mutex::default(),
            last_failure: Mutex::default(),
            request_lock: tokio::sync::Mutex::default(),
        }
    }

    /// Returns a token that is valid now. The context carries the call for which it is; a login also has its
    /// own limits, and errors that are not the call's.
    pub(in crate::arm) async fn get(&self, ctx: &Context<'_>) -> azure_core::Result<Secret> {
        let Some(call) = ctx.value::<Call>().map(|call| call.part(self.limit)) else {
            return self.token(None).await;
        };
        let started_at = Instant::now();
        match tokio::time::timeout_at(call.deadline(), self.token(Some(call))).await {
            Ok(token) => token,
            Err(_) => {
                let description = Some(format!("no token after {}", duration_text(started_at.elapsed())));
                Err(wrap_error(
                    LoginError { description, timed_out: true, ..self.timeout_error.clone() }.into(),
                ))
            }
        }
    }

    async fn token(&self, call: Option<Call>) -> azure_core::Result<Secret> {
        let now = (self.now)();
        let cached = self.cached();
        if let Some(cached) = cached.as_ref().filter(|cached| now < cached.expires) {
            if now < cached.replace_at {
                return Ok(cached.token.clone());
            }
            // Due, but still valid: one caller replaces it, the others do not wait, and a failure has no
            // effect yet.
            let Ok(_guard) = self.request_lock.try_lock() else { return Ok(cached.token.clone()) };
            let reason = match tokio::time::timeout(self.early_limit, self.request_token(call)).await {
                Ok(Ok(token)) => return Ok(token),
                Ok(Err(error)) => error.to_string(),
                Err(_) => "the authority did not respond in time".to_owned(),
            };
            tracing::warn!(target: "provider.auth", reason, "the token could not be replaced early");
            self.store(Some(CachedToken { replace_at: now + RETRY_DELAY, ..cached.clone() }));
            return Ok(cached.token.clone());
        }
        let started_at = Instant::now();
        let _guard = self.request_lock.lock().await;
        let now = (self.now)();
        if let Some(cached) = self.cached().filter(|cached| now < cached.expires) {
            return Ok(cached.token);
        }
        // Callers that waited while a login failed do not repeat it one after the other.
        if let Some((_, error)) = self.last_failure().filter(|(then, _)| *then >= started_at) {
            return Err(wrap_error(error.into()));
        }
        let has_time = |call: &Call| !call.remaining().is_zero();
        let (retained, result) = (call.clone(), self.request_token(call).await);
        if let Err(error) = &result
            && let Some(Error::Login(error)) = error.downcast_ref::<Error>()
            && retained.as_ref().is_none_or(has_time)
        {
            *self.last_failure.lock().unwrap_or_else(PoisonError::into_inner) =
                Some((Instant::now(), LoginError::clone(error)));
        }
        result
    }

    /// Drops a token that the service refused, unless it has been replaced already.
    pub(in crate::arm) fn forget(&self, token: &Secret) {
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        if cached.as_ref().is_some_and(|cached| cached.token == *token) {
            *cached = None;
        }
    }

    async fn request_token(&self, call: Option<Call>) -> azure_core::Result<Secret> {
        let requested_at = (self.now)();
        let context = match call {
            Some(call) => Context::new().with_value(call),
            None => Context::new(),
        };
        let options = TokenRequestOptions { method_options: ClientMethodOptions { context } };
        let AccessToken { token, expires_on } =
            self.credential.get_token(&[&self.scope], Some(options)).await?;
        let token = Secret::new(token.secret());
        let lifetime: Duration = expires_on - requested_at;
        let margin = Duration::min(lifetime / 5_i32, MARGIN);
        self.store(Some(CachedToken {
            token: token.clone(),
            replace_at: expires_on - margin,
            expires: expires_on,
        }));
        tracing::debug!(target: "provider.auth", scope = self.scope, lifetime_s = lifetime.whole_seconds(), "got a token");
        Ok(token)
    }

    fn last_failure(&self) -> Option<(Instant, LoginError)> {
        self.last_failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn cached(&self) -> Option<CachedToken> {
        self.cached.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn store(&self, cached: Option<CachedToken>) {
        *self.cached.lock().unwrap_or_else(PoisonError::into_inner) = cached;
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache").field("scope", &self.scope).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

    const LONG: std::time::Duration = std::time::Duration::from_secs(60);

    /// Issues tokens `1`, `2` and so on, each valid for some seconds; fails if the lifetime is zero.
    #[derive(Debug)]
    struct Counter {
        count: AtomicU32,
        lifetime: AtomicI64,
        delay: std::time::Duration,
    }

    #[async_trait]
    impl TokenCredential for Counter {
        async fn get_token(
            &self,
            _: &[&str],
            _: Option<TokenRequestOptions<'_>>,
        ) -> azure_core::Result<AccessToken> {
            tokio::time::sleep(self.delay).await;
            let lifetime = self.lifetime.load(Ordering::SeqCst);
            if lifetime == 0 {
                return Err(azure_core::Error::with_message(azure_core::error::ErrorKind::Credential, "no"));
            }
            let number = self.count.fetch_add(1, Ordering::SeqCst) + 1;
            let expires = clock() + Duration::seconds(lifetime);
            Ok(AccessToken::new(number.to_string(), expires))
        }
    }

    thread_local! {
        static NOW: std::cell::Cell<i64> = const { std::cell::Cell::new(1_000_000) };
    }

    fn clock() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(NOW.get()).unwrap()
    }

    fn cache(lifetime: i64, delay: std::time::Duration) -> (Arc<Counter>, TokenCache) {
        let counter =
            Arc::new(Counter { count: AtomicU32::new(0), lifetime: AtomicI64::new(lifetime), delay });
        let cache =
            TokenCache::new(counter.clone(), "s/.default".to_owned(), clock, LONG, LoginError::default());
        (counter, cache)
    }

    async fn get(cache: &TokenCache) -> String {
        cache.get(&Context::new()).await.unwrap().expose().to_owned()
    }

    #[tokio::test]
    async fn many_callers_share_one_token_request() {
        let (counter, cache) = cache(3600, std::time::Duration::from_millis(5));
        let all = futures::future::join_all((0..50).map(|_| get(&cache))).await;
        assert!(all.iter().all(|token| token == "1"));
        assert_eq!(counter.count.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_token_is_replaced_before_it_expires_and_kept_if_that_fails() {
        let (counter, cache) = cache(3600, std::time::Duration::ZERO);
        assert_eq!(get(&cache).await, "1");
        NOW.set(NOW.get() + 3_299);
        assert_eq!(get(&cache).await, "1");
        NOW.set(NOW.get() + 2);
        counter.lifetime.store(0, Ordering::SeqCst);
        assert_eq!(get(&cache).await, "1", "still good, so a failure does no harm");
        counter.lifetime.store(60, Ordering::SeqCst);
        assert_eq!(get(&cache).await, "1", "not tried again at once");
        NOW.set(NOW.get() + 31);
        assert_eq!(get(&cache).await, "2");
        NOW.set(NOW.get() + 47);
        assert_eq!(get(&cache).await, "2", "a short life is used for four fifths");
        NOW.set(NOW.get() + 2);
        assert_eq!(get(&cache).await, "3");
        counter.lifetime.store(0, Ordering::SeqCst);
        NOW.set(NOW.get() + 61);
        assert!(cache.get(&Context::new()).await.is_err(), "an expired token is not given out");
    }

    #[tokio::test]
    async fn a_slow_early_replacement_does_not_delay_its_caller() {
        let (_, mut cache) = cache(3600, std::time::Duration::from_millis(50));
        assert_eq!(get(&cache).await, "1");
        cache.early_limit = std::time::Duration::from_millis(1);
        NOW.set(NOW.get() + 3_400);
        assert_eq!(get(&cache).await, "1");
    }

    /// Hangs, or fails after a moment.
    #[derive(Debug)]
    struct Failing(AtomicU32, Option<std::time::Duration>);

    #[async_trait]
    impl TokenCredential for Failing {
        async fn get_token(
            &self,
            _: &[&str],
            _: Option<TokenRequestOptions<'_>>,
        ) -> azure_core::Result<AccessToken> {
            self.0.fetch_add(1, Ordering::SeqCst);
            match self.1 {
                Some(delay) => tokio::time::sleep(delay).await,
                None => std::future::pending().await,
            }
            Err(wrap_error(LoginError { login_name: "test", ..LoginError::default() }.into()))
        }
    }

    fn failing(delay: Option<u64>, limit: u64) -> (Arc<Failing>, TokenCache) {
        let ms = std::time::Duration::from_millis;
        let credential = Arc::new(Failing(AtomicU32::new(0), delay.map(ms)));
        let timeout_error =
            LoginError { login_name: "test", endpoint: "the authority".to_owned(), ..LoginError::default() };
        let cache =
            TokenCache::new(credential.clone(), "s/.default".to_owned(), clock, ms(limit), timeout_error);
        (credential, cache)
    }

    fn context(limit: std::time::Duration) -> Context<'static> {
        Context::new().with_value(Call::new(limit, tokio_util::sync::CancellationToken::new()))
    }

    #[tokio::test]
    async fn a_login_that_hangs_ends_at_its_own_limit_or_the_callers() {
        for (limit, of_call) in [(20, LONG), (60_000, std::time::Duration::from_millis(20))] {
            let (_, cache) = failing(None, limit);
            let error = cache.get(&context(of_call)).await.unwrap_err();
            let Ok(Error::Login(error)) = error.into_downcast::<Error>() else { panic!("no login error") };
            assert!(error.timed_out);
            let text = error.to_string();
            assert!(text.starts_with("no token by test from the authority: no token after"), "{text}");
        }
    }

    #[tokio::test]
    async fn waiting_callers_share_the_failure_of_a_login() {
        let (credential, cache) = failing(Some(10), 60_000);
        let context = context(LONG);
        let all = futures::future::join_all((0..20).map(|_| cache.get(&context))).await;
        assert!(all.iter().all(|one| one.as_ref().is_err_and(|error| error.to_string().contains("test"))));
        assert_eq!(credential.0.load(Ordering::SeqCst), 1);
        cache.get(&context).await.unwrap_err();
        assert_eq!(credential.0.load(Ordering::SeqCst), 2, "whoever comes later asks anew");
    }

    #[tokio::test]
    async fn a_refused_token_is_forgotten_once() {
        let (_, cache) = cache(3600, std::time::Duration::ZERO);
        let first = cache.get(&Context::new()).await.unwrap();
        cache.forget(&first);
        assert_eq!(get(&cache).await, "2");
        cache.forget(&first);
        assert_eq!(get(&cache).await, "2", "the newer token is kept");
    }
}
