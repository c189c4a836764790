//! Managed identity: where a machine requests a token, in the forms of the instance metadata service, of App
//! Service, of Azure Arc and of Cloud Shell.

pub mod app_service;
pub mod arc;
pub mod cloud_shell;
pub mod instance_metadata;

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::clock::Millis;
use crate::entra::Identity;
use crate::entra::application::ManagedIdentities;
use crate::entra::token::{Subject, Tokens};
use crate::exchange::{Reply, Request};

/// The context of the endpoints.
#[derive(Clone, Copy, Debug)]
pub struct ManagedIdentity<'a> {
    /// The tenant, and the identity of the machine itself.
    pub identity: &'a Identity,
    /// The identities of the machine.
    pub identities: &'a ManagedIdentities,
    /// Makes the tokens.
    pub tokens: &'a Tokens,
    /// The time, as the emulator's clock shows it.
    pub now: Millis,
    /// How long a token lives.
    pub seconds: u64,
}

/// Why a request names no identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    /// The machine does not have it.
    Unknown,
    /// None was named, the machine has no system-assigned identity, and it has several user-assigned ones.
    Ambiguous,
    /// It was named in two ways.
    NamedTwice,
}

/// The names of the three ids in a query.
struct Names {
    client: &'static [&'static str],
    object: &'static [&'static str],
    resource: &'static [&'static str],
}

impl ManagedIdentity<'_> {
    /// The identity a request is for.
    fn subject(&self, request: &Request, names: &Names) -> Result<Subject, Missing> {
        let parameter =
            |names: &[&str]| names.iter().find_map(|name| request.parameter(name)).map(str::to_owned);
        let given = |of: &dyn Fn(&crate::entra::application::UserAssigned) -> bool| {
            let found = self.identities.user_assigned.iter().find(|one| of(one));
            found.map(|one| self.subject_of(&one.client_id, &one.object_id)).ok_or(Missing::Unknown)
        };
        let own = || {
            let known = self.identities.system_assigned;
            known.then(|| self.subject_of(&self.identity.client_id, &self.identity.object_id))
        };
        match (parameter(names.client), parameter(names.object), parameter(names.resource)) {
            (None, None, None) => match (own(), self.identities.user_assigned.as_slice()) {
                (Some(own), _) => Ok(own),
                (None, [only]) => Ok(self.subject_of(&only.client_id, &only.object_id)),
                (None, []) => Err(Missing::Unknown),
                (None, _) => Err(Missing::Ambiguous),
            },
            (Some(id), None, None) => {
                given(&|one| one.client_id.eq_ignore_ascii_case(&id)).or_else(|missing| {
                    own().filter(|own| own.client_id.eq_ignore_ascii_case(&id)).ok_or(missing)
                })
            }
            (None, Some(id), None) => {
                given(&|one| one.object_id.eq_ignore_ascii_case(&id)).or_else(|missing| {
                    own().filter(|own| own.object_id.eq_ignore_ascii_case(&id)).ok_or(missing)
                })
            }
            (None, None, Some(id)) => given(&|one| one.resource_id.eq_ignore_ascii_case(&id)),
            _ => Err(Missing::NamedTwice),
        }
    }

    fn subject_of(&self, client: &str, object: &str) -> Subject {
        Subject {
            tenant_id: self.identity.tenant_id.clone(),
            client_id: client.to_owned(),
            object_id: object.to_owned(),
            user: None,
        }
    }

    /// The members of a response; an error is a resource that nobody registered.
    fn members(&self, request: &Request, subject: &Subject, resource: &str) -> Result<Value, Box<Reply>> {
        if !Tokens::knows(resource, &request.base) {
            let text = format!(
                "AADSTS500011: The resource principal named {resource} was not found in the tenant named {}. This \
                 can happen if the application has not been installed by the administrator of the tenant or \
                 consented to by any user in the tenant. You might have sent your authentication request to the \
                 wrong tenant.",
                self.identity.tenant_id
            );
            return Err(Box::new(refuse("invalid_resource", &text)));
        }
        let issued = self.tokens.issue(subject, &request.base, resource, self.now, self.seconds);
        let Some(token) = issued else {
            return Err(Box::new(Reply::empty(StatusCode::INTERNAL_SERVER_ERROR)));
        };
        let from = self.now / 1000;
        Ok(json!({
            "access_token": token,
            "client_id": subject.client_id,
            "expires_in": self.seconds.to_string(),
            "expires_on": from.saturating_add_unsigned(self.seconds).to_string(),
            "ext_expires_in": self.seconds.to_string(),
            "not_before": from.to_string(),
            "resource": resource,
            "token_type": "Bearer",
        }))
    }
}

fn refuse(error: &str, description: &str) -> Reply {
    Reply::json(StatusCode::BAD_REQUEST, &json!({"error": error, "error_description": description}))
}

#[cfg(test)]
mod tests;
