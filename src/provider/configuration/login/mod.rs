//! Chooses the login.
//!
//! The logins are considered in azurerm's order: client certificate, client secret, id token (OIDC), managed
//! identity, az CLI. The first that is configured is used. Its errors are reported, and no other is tried: a
//! wrong secret must not lead to somebody's own account. The choice is recorded for the error message.

mod application;
mod choice_log;
mod machine;
mod oidc;

#[cfg(test)]
mod tests;

use super::source::{Lookup, Setting};
use crate::arm::{Login, TenantId};
use crate::plugin::{Diagnostic, Diagnostics};
use application::ApplicationIds;
use choice_log::ChoiceLog;
use time::OffsetDateTime;

pub use choice_log::{NoLogin, advice};

/// The most auxiliary tenants that Azure Resource Manager accepts ("Authenticate requests across tenants").
const AUXILIARY: usize = 3;

/// How to sign in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The login, or why there is none: an error only when Azure is needed.
    pub login: Result<Login, NoLogin>,
    /// The logins that were considered, and why each is used or not.
    pub choice: String,
    /// Further tenants whose tokens are sent too.
    pub auxiliary_tenants: Vec<TenantId>,
    /// Warnings.
    pub warnings: Diagnostics,
}

/// The decision about one login.
enum Choice {
    /// It is used.
    Use(Login),
    /// It is not used, for this reason.
    Skip(String),
}

/// Chooses the login.
///
/// # Errors
/// If a setting cannot be used, or a login is incomplete.
pub(super) fn sign_in(lookup: &Lookup<'_>) -> Result<SignIn, Diagnostic> {
    let ids = ApplicationIds::find(lookup)?;
    let switches = Switches::find(lookup)?;
    let auxiliary_tenants = auxiliary_tenants(lookup)?;
    let methods: [(&'static str, LoginMethod); 5] = [
        ("client certificate", application::by_certificate),
        ("client secret", application::by_secret),
        ("id token (OIDC)", oidc::by_id_token),
        ("managed identity", machine::by_managed_identity),
        ("az CLI", machine::by_az_cli),
    ];
    let mut log = ChoiceLog::default();
    let mut chosen = None;
    for (name, method) in methods {
        if chosen.is_some() {
            log.skipped(name, "another login comes first");
            continue;
        }
        match method(lookup, &ids, &switches)? {
            Choice::Use(login) => {
                log.used(name, &login, &ids, lookup);
                chosen = Some(login);
            }
            Choice::Skip(reason) => log.skipped(name, &reason),
        }
    }
    let mut warnings = Diagnostics::new();
    warnings.extend(chosen.as_ref().and_then(application::expired));
    if let (Some(login), Some(auxiliary)) = (&chosen, &auxiliary_tenants)
        && !auxiliary.value.is_empty()
        && !login.supports_other_tenants()
    {
        let detail = format!(
            "The {} names further tenants, but a managed identity can sign in to its own tenant only. No \
             tokens of the others are sent.",
            auxiliary.source
        );
        warnings
            .push(auxiliary.source.attach_to(Diagnostic::warning("Auxiliary tenants are not used", detail)));
    }
    let choice = log.to_string();
    Ok(SignIn {
        login: chosen.ok_or_else(|| NoLogin::new(choice.clone())),
        choice,
        auxiliary_tenants: auxiliary_tenants.map(|found| found.value).unwrap_or_default(),
        warnings,
    })
}

type LoginMethod = fn(&Lookup<'_>, &ApplicationIds, &Switches) -> Result<Choice, Diagnostic>;

/// The switches of the logins that need one.
struct Switches {
    oidc: Option<Setting<bool>>,
    aks: Option<Setting<bool>>,
    msi: Option<Setting<bool>>,
    cli: Option<Setting<bool>>,
}

impl Switches {
    fn find(lookup: &Lookup<'_>) -> Result<Self, Diagnostic> {
        Ok(Self {
            oidc: lookup.flag("use_oidc")?,
            aks: lookup.flag("use_aks_workload_identity")?,
            msi: lookup.flag("use_msi")?,
            cli: lookup.flag("use_cli")?,
        })
    }

    fn is_on(switch: &Option<Setting<bool>>) -> bool {
        switch.as_ref().is_some_and(|found| found.value)
    }

    /// Whether the user has chosen a login that needs no settings of an application.
    fn asks_for_another(&self) -> bool {
        Self::is_on(&self.msi) || Self::is_on(&self.cli)
    }
}

fn auxiliary_tenants(lookup: &Lookup<'_>) -> Result<Option<Setting<Vec<TenantId>>>, Diagnostic> {
    let Some(found) = lookup.list("auxiliary_tenant_ids") else { return Ok(None) };
    let found = found.parse("Unusable auxiliary tenants", |texts| {
        texts.iter().map(|text| text.parse::<TenantId>()).collect::<Result<Vec<_>, _>>()
    })?;
    if found.value.len() > AUXILIARY {
        let detail = format!(
            "The {} names {} tenants; Azure accepts at most {AUXILIARY}.",
            found.source,
            found.value.len()
        );
        return Err(found.source.attach_to(Diagnostic::error("Too many auxiliary tenants", detail)));
    }
    Ok(Some(found))
}

/// The diagnostic for an incomplete login: `found` shows that it is intended.
fn incomplete<T>(found: &Setting<T>, login: &str, what: &str, missing: &[String]) -> Diagnostic {
    let detail = format!(
        "{what} was set by the {}, but not {}. Set that as well, or remove the other.",
        found.source,
        missing.join(", nor ")
    );
    incomplete_error(found, login, detail)
}

fn incomplete_error<T>(found: &Setting<T>, login: &str, detail: String) -> Diagnostic {
    found.source.attach_to(Diagnostic::error(format!("Incomplete {login} credentials"), detail))
}

/// A time in a readable form.
fn moment(then: OffsetDateTime) -> String {
    let (date, time) = (then.date(), then.time());
    format!("{date} {:02}:{:02}", time.hour(), time.minute())
}
