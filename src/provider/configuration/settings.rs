//! The combined result of the provider block and the environment.

use super::login::{NoLogin, SignIn, sign_in};
use super::source::{Lookup, Variables};
use super::{cloud, registration, request};
use crate::arm::{CloudSource, Login, TenantId};
use crate::plugin::{Diagnostic, Diagnostics, Failure, Value};

/// Everything the provider needs to talk to Azure. Nothing here has used the network.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// The addresses and the audience, or the host that provides them.
    pub cloud: CloudSource,
    /// The login, or why there is none: an error only when Azure is needed.
    pub login: Result<Login, NoLogin>,
    /// The logins that were considered, for the message when no token can be acquired.
    pub login_choice: String,
    /// Further tenants whose tokens are sent with each request.
    pub auxiliary_tenants: Vec<TenantId>,
    /// Whether the resource provider may be registered where a subscription lacks it.
    pub may_register: bool,
    /// The value of `x-ms-correlation-request-id`; `None` sends none.
    pub correlation_id: Option<String>,
    /// The text after the provider's own name in the user agent.
    pub user_agent_suffix: Vec<String>,
    /// Whether lists may serve reads.
    pub share_reads: bool,
    /// Warnings.
    pub warnings: Diagnostics,
}

impl ProviderSettings {
    /// Combines a wholly known provider block with the environment.
    ///
    /// # Errors
    /// If an argument or variable cannot be used, or two of them disagree.
    pub fn resolve(config: &Value, variables: &dyn Variables) -> Result<Self, Failure> {
        let lookup = Lookup::new(config, variables);
        let mut problems = Diagnostics::new();
        let cloud = take(cloud::cloud(&lookup), &mut problems);
        let sign_in = take(sign_in(&lookup), &mut problems);
        let may_register = take(registration::may_register(&lookup), &mut problems);
        let correlation_id = take(request::correlation_id(&lookup), &mut problems);
        let user_agent_suffix = take(request::user_agent_suffix(&lookup, variables), &mut problems);
        let share_reads = take(lookup.flag("refresh_by_list"), &mut problems)
            .is_none_or(|found| found.is_none_or(|found| found.value));
        // This has no effect, since no authority is ever checked. A misspelt value is an error all the same.
        let _ = take(lookup.flag("disable_instance_discovery"), &mut problems);
        if problems.has_error() {
            return Err(problems.into());
        }
        match (cloud, sign_in, may_register, correlation_id, user_agent_suffix) {
            (
                Some(cloud),
                Some(sign_in),
                Some(may_register),
                Some(correlation_id),
                Some(user_agent_suffix),
            ) => {
                let SignIn { login, choice, auxiliary_tenants, warnings } = sign_in;
                Ok(Self {
                    cloud,
                    login,
                    login_choice: choice,
                    auxiliary_tenants,
                    may_register,
                    correlation_id,
                    user_agent_suffix,
                    share_reads,
                    warnings,
                })
            }
            // Each missing value has reported its problem.
            _ => Err(problems.into()),
        }
    }
}

fn take<T>(result: Result<T, Diagnostic>, problems: &mut Diagnostics) -> Option<T> {
    result.map_err(|problem| problems.push(problem)).ok()
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
