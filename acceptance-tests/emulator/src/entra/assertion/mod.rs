//! Client assertions: a signed token in place of a secret, made by the client itself with the key of a registered
//! certificate, or by an issuer that a federated credential names.

pub mod certificate;
pub mod federated;

use crate::clock::Millis;
use crate::entra::Identity;
use crate::entra::application::Application;
use crate::entra::error::EntraError;
use crate::entra::jwt::Jwt;
use crate::entra::key::{ALGORITHMS, PublicKey};

/// The data to check an assertion against.
#[derive(Clone, Copy, Debug)]
pub struct AssertionCheck<'a> {
    /// The identity.
    pub identity: &'a Identity,
    /// The registrations.
    pub application: &'a Application,
    /// The key of the emulator's own issuers.
    pub own_key: &'a PublicKey,
    /// The emulator's address as the client wrote it.
    pub base: &'a str,
    /// The tenant as the client wrote it.
    pub tenant: &'a str,
    /// The time.
    pub now: Millis,
}

impl AssertionCheck<'_> {
    /// Checks an assertion that was sent with this client id.
    pub fn check(&self, assertion: &str, client: &str) -> Result<(), EntraError> {
        let jwt = Jwt::read(assertion).ok_or_else(EntraError::assertion_malformed)?;
        if !ALGORITHMS.contains(&jwt.algorithm()) {
            return Err(EntraError::algorithm_unsupported(jwt.algorithm()));
        }
        // An issuer is an address; a client that signs for itself names itself.
        if jwt.claim("iss").contains("://") {
            federated::check(self, &jwt)
        } else {
            certificate::check(self, &jwt, client)
        }
    }

    /// Checks the time of an assertion. There is no grace at its end: workflows that outlast their assertion
    /// get exactly this error.
    fn times(&self, jwt: &Jwt) -> Result<(), EntraError> {
        let (from, until) = (jwt.time("nbf"), jwt.time("exp"));
        let early = from.is_some_and(|from| self.now.saturating_add(300_000) < from);
        if early || until.is_none_or(|until| self.now >= until) {
            return Err(EntraError::assertion_expired(self.now, from, until));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
