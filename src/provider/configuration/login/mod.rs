//! Chooses the login.
//!
//! The logins are considered in azurerm's order: client certificate, client secret, id token (OIDC), managed
//! identity, az CLI. The first that is configured is used. Its errors are reported, and no other is tried: a
//! wrong secret must not lead to somebody's own account. The choice is recorded for the error message.

mod application;
mod machine;
mod oidc;
mod story;

#[cfg(test)]
mod tests;

use super::source::{Found, Lookup};
use crate::arm::{Login, TenantId};
use crate::plugin::{Diagnostic, Diagnostics};
use application::Who;
use story::Story;
use time::OffsetDateTime;

pub use story::{NoLogin, advice};

/// The most that Azure Resource Manager accepts ("Authenticate requests across tenants").
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
enum Verdict {
    /// It is used.
    Take(Login),
    /// It is not used, for this reason.
    Pass(String),
}

/// Chooses the login.
///
/// # Errors
/// If a setting cannot be used, or a login is incomplete.
pub(super) fn sign_in(lookup: &Lookup<'_>) -> Result<SignIn, Diagnostic> {
    let who = Who::find(lookup)?;
    let switches = Switches::find(lookup)?;
    let auxiliary_tenants = auxiliary_tenants(lookup)?;
    let ways: [(&'static str, Way); 5] = [
        ("client certificate", application::by_certificate),
        ("client secret", application::by_secret),
        ("id token (OIDC)", oidc::by_id_token),
        ("managed identity", machine::by_managed_identity),
        ("az CLI", machine::by_az_cli),
    ];
    let mut story = Story::default();
    let mut chosen = None;
    for (name, way) in ways {
        if chosen.is_some() {
            story.passed(name, "another login comes first");
            continue;
        }
        match way(lookup, &who, &switches)? {
            Verdict::Take(login) => {
                story.taken(name, &login, &who, lookup);
                chosen = Some(login);
            }
            Verdict::Pass(reason) => story.passed(name, &reason),
        }
    }
    let mut warnings = Diagnostics::new();
    warnings.extend(chosen.as_ref().and_then(application::expired));
    if let (Some(login), Some(auxiliary)) = (&chosen, &auxiliary_tenants)
        && !auxiliary.value.is_empty()
        && !login.reaches_other_tenants()
    {
        let detail = format!(
            "The {} names further tenants, but a managed identity can sign in to its own tenant only. No \
             tokens of the others are sent.",
            auxiliary.source
        );
        warnings.push(auxiliary.source.blame(Diagnostic::warning("Auxiliary tenants are not used", detail)));
    }
    let choice = story.to_string();
    Ok(SignIn {
        login: chosen.ok_or_else(|| NoLogin::new(choice.clone())),
        choice,
        auxiliary_tenants: auxiliary_tenants.map(|found| found.value).unwrap_or_default(),
        warnings,
    })
}

type Way = fn(&Lookup<'_>, &Who, &Switches) -> Result<Verdict, Diagnostic>;

/// Checks the switches of the logins that need one: each must be a boolean.
struct Switches {
    oidc: Option<Found<bool>>,
    aks: Option<Found<bool>>,
    msi: Option<Found<bool>>,
    cli: Option<Found<bool>>,
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

    fn is_on(switch: &Option<Found<bool>>) -> bool {
        switch.as_ref().is_some_and(|found| found.value)
    }

    /// Whether the user has chosen a login that needs no settings of an application.
    fn asks_for_another(&self) -> bool {
        Self::is_on(&self.msi) || Self::is_on(&self.cli)
    }
}

fn auxiliary_tenants(lookup: &Lookup<'_>) -> Result<Option<Found<Vec<TenantId>>>, Diagnostic> {
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
        return Err(found.source.blame(Diagnostic::error("Too many auxiliary tenants", detail)));
    }
    Ok(Some(found))
}

/// The diagnostic for an incomplete login: `found` shows that it is intended.
fn half<T>(found: &Found<T>, way: &str, what: &str, missing: &[String]) -> Diagnostic {
    let detail = format!(
        "{what} was set by the {}, but not {}. Set that as well, or remove the other.",
        found.source,
        missing.join(", nor ")
    );
    incomplete(found, way, detail)
}

fn incomplete<T>(found: &Found<T>, way: &str, detail: String) -> Diagnostic {
    found.source.blame(Diagnostic::error(format!("Incomplete {way} credentials"), detail))
}

/// A time in a readable form.
fn moment(then: OffsetDateTime) -> String {
    let (date, time) = (then.date(), then.time());
    format!("{date} {:02}:{:02}", time.hour(), time.minute())
}
