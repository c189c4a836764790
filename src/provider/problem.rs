//! From what went wrong at Azure to what the person at the terminal reads: what happened, what Azure said, and the
//! one next step.

use super::sign_in;
use super::timeouts::Operation;
use crate::arm;
use crate::arm::NAMESPACE;
use crate::arm::error::{Missing, human};
use crate::plugin::{Diagnostic, Path};

/// The two ways to be rid of a profile that has versions.
const WAYS_OUT: &str = "Delete the versions of the profile first: import those that Terraform does not manage, without \
    `skip_destroy`, and destroy them. Or set `force_destroy = true` on the profile, apply that, and destroy it again: the \
    versions left in it then go with it.";

/// The kind of what versions are attached by. The object is then the machine.
pub const ATTACHMENT: &str = "attachment";

/// What was being done, for the words of a message.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The operation.
    pub operation: Operation,
    /// The kind of object: `profile`, `profile version`.
    pub kind: &'a str,
    /// The object's id.
    pub id: &'a str,
    /// Where an ARM member is an attribute here: pairs of member and attribute. A member is the last name of the
    /// `target` that ARM gives.
    pub attributes: &'a [(&'a str, &'a str)],
    /// The call it was done under, to tell how long it took of the time it had.
    pub call: Option<&'a arm::Call>,
}

impl Attempt<'_> {
    /// The diagnostic for a failure.
    #[must_use]
    pub fn failed(&self, error: &arm::Error) -> Diagnostic {
        if let arm::Error::Login(login) = error
            && let Some(diagnostic) = sign_in::no_way(login)
        {
            return diagnostic;
        }
        let done = match self.operation {
            Operation::Create => "created",
            Operation::Read => "read",
            Operation::Update => "changed",
            Operation::Delete => "deleted",
        };
        let kind = self.kind;
        let summary = format!("In-VM access {kind} could not be {done}");
        let detail =
            format!("{}\n\nObject: {}{}\n\n{}", error.report(), self.id, self.time(), self.next_step(error));
        let diagnostic = Diagnostic::error(summary, detail);
        match self.attribute(error) {
            Some(name) => diagnostic.at(Path::attribute(name)),
            None => diagnostic,
        }
    }

    /// How long it took of the time it had.
    fn time(&self) -> String {
        let Some(call) = self.call else { return String::new() };
        let (elapsed, limit) = (human(call.elapsed()), human(call.limit()));
        format!("\nElapsed: {elapsed} of the {limit} that `timeouts.{}` allows", self.operation.name())
    }

    /// The attribute that Azure complains about, when it names one.
    fn attribute(&self, error: &arm::Error) -> Option<&str> {
        let arm = error.arm()?;
        let targets = arm.target.iter().chain(arm.details.iter().filter_map(|detail| detail.target.as_ref()));
        targets
            .filter_map(|target| target.rsplit(['.', '/']).next())
            .map(|member| member.split('[').next().unwrap_or(member))
            .find_map(|member| {
                self.attributes
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case(member))
                    .map(|(_, name)| *name)
            })
    }

    fn next_step(&self, error: &arm::Error) -> String {
        let operation = self.operation.name();
        if error.is_cancelled() {
            return "Run the same command again to go on.".to_owned();
        }
        if error.is_timeout_on_nested_resources() {
            return format!(
                "{WAYS_OUT} If they are on their way out and Azure is only slow, raise `{operation}` in the `timeouts` block."
            );
        }
        if error.is_timeout() {
            return format!("If Azure is only slow, raise `{operation}` in the `timeouts` block.");
        }
        if let Some(subscription) = error.lacks_registration() {
            return format!(
                "Register it once: `az provider register --namespace {NAMESPACE} --subscription {subscription} --wait`. \
                 The provider does it itself where the identity signed in may, unless `skip_provider_registration` or \
                 `resource_provider_registrations` forbids it."
            );
        }
        if error.is_forbidden() {
            let action = match self.operation {
                Operation::Create | Operation::Update => "write",
                Operation::Read => "read",
                Operation::Delete => "delete",
            };
            if self.kind == ATTACHMENT {
                return self.machine_permissions();
            }
            let kind = if self.kind == "profile" { "" } else { "/versions" };
            return format!(
                "Check the locks and policies on the gallery, and that the identity signed in has a role with \
                 `Microsoft.Compute/galleries/inVMAccessControlProfiles{kind}/{action}`."
            );
        }
        if error.is_nested_resources() {
            return WAYS_OUT.to_owned();
        }
        match error.missing() {
            Some(Missing::Leaf) if matches!(self.operation, Operation::Update) && self.kind != ATTACHMENT => {
                return "It was deleted after the plan was made. Plan again: what is still wanted is then created."
                    .to_owned();
            }
            Some(Missing::Leaf | Missing::Parent | Missing::ResourceGroup) if self.kind == ATTACHMENT => {
                return "Correct the id, or plan again: the machine may have been deleted after the plan was made."
                    .to_owned();
            }
            Some(Missing::ResourceGroup) => {
                return "Create the resource group and the gallery first, or correct the id.".to_owned();
            }
            Some(Missing::Parent) if self.kind == "profile" => {
                return "Create the gallery first, or correct `gallery_id`.".to_owned();
            }
            Some(Missing::Parent) => {
                return "Create the gallery and the profile first, or correct `profile_id`.".to_owned();
            }
            Some(Missing::Subscription) => {
                return "Check the subscription in the id, and that the identity signed in can see it."
                    .to_owned();
            }
            _ => {}
        }
        // What to do about it has been said with the name of the authority.
        if error.is_untrusted_certificate() {
            return "Run the command again once that authority is trusted.".to_owned();
        }
        match error {
            arm::Error::Login(login) => sign_in::next_step(login),
            arm::Error::Transport(_) | arm::Error::Unreadable { .. } | arm::Error::ForeignAddress { .. } => {
                "Check the `environment` and `endpoint` of the provider block, then run the command again."
                    .to_owned()
            }
            arm::Error::TooLarge { .. } => {
                "Azure never answers so. Check the `environment` and `endpoint` of the provider block, and what stands \
                 between, then run the command again."
                    .to_owned()
            }
            arm::Error::Setup(_) => "Correct that setting and run the command again.".to_owned(),
            arm::Error::Forgotten { .. } => {
                "Run the command again: it looks at the object first and sends what is still missing."
                    .to_owned()
            }
            _ if error.is_conflict() || error.is_throttled() => {
                "Something else is at work on the same objects; run the command again later.".to_owned()
            }
            _ => format!(
                "Correct what Azure names above and run the command again; the request id helps Azure's support to \
                 find this {operation}."
            ),
        }
    }

    /// What a role needs where the object is a machine.
    fn machine_permissions(&self) -> String {
        let is_set = self.id.to_ascii_lowercase().contains("/virtualmachinescalesets/");
        let kind = if is_set { "virtualMachineScaleSets" } else { "virtualMachines" };
        let action = if self.operation == Operation::Read { "read" } else { "write" };
        format!(
            "Check the locks and policies on the machine, and that the identity signed in has a role with \
             `Microsoft.Compute/{kind}/{action}`, and with \
             `Microsoft.Compute/galleries/inVMAccessControlProfiles/versions/read` on the gallery of the version."
        )
    }
}
