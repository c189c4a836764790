//! Converts an error of Azure to a diagnostic: what happened, what Azure said, and the one next step.

use super::sign_in;
use super::timeouts::TimedOperation;
use crate::arm;
use crate::arm::NAMESPACE;
use crate::arm::error::{Missing, duration_text};
use crate::plugin::{Diagnostic, Path};

/// The two ways to delete a profile that has versions.
const DELETE_VERSIONS: &str = "Delete the versions of the profile first: import those that Terraform does not \
    manage, without `skip_destroy`, and destroy them. Or set `force_destroy = true` on the profile, apply \
    that, and destroy it again: the remaining versions are then deleted with it.";

/// The kind of an attachment. The object is then the machine.
pub const ATTACHMENT: &str = "attachment";

/// The operation that failed, for the words of a message.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The operation.
    pub operation: TimedOperation,
    /// The kind of object: `profile`, `profile version`.
    pub kind: &'a str,
    /// The object's id.
    pub id: &'a str,
    /// Which attribute here an ARM member is: pairs of member and attribute. A member is the last name of the
    /// `target` that ARM returns.
    pub attributes: &'a [(&'a str, &'a str)],
    /// The call that it belongs to, for the elapsed and the allowed time.
    pub call: Option<&'a arm::Call>,
}

impl Attempt<'_> {
    /// The diagnostic for a failure.
    #[must_use]
    pub fn failed(&self, error: &arm::Error) -> Diagnostic {
        if let arm::Error::Login(login) = error
            && let Some(diagnostic) = sign_in::no_login(login)
        {
            return diagnostic;
        }
        let done = match self.operation {
            TimedOperation::Create => "created",
            TimedOperation::Read => "read",
            TimedOperation::Update => "changed",
            TimedOperation::Delete => "deleted",
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

    /// The elapsed and the allowed time.
    fn time(&self) -> String {
        let Some(call) = self.call else { return String::new() };
        let (elapsed, limit) = (duration_text(call.elapsed()), duration_text(call.limit()));
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
            return "Run the same command again to continue.".to_owned();
        }
        if error.is_timeout_on_nested_resources() {
            return format!(
                "{DELETE_VERSIONS} If they are already being deleted and Azure is only slow, raise `{operation}` \
                 in the `timeouts` block."
            );
        }
        if error.is_timeout() {
            return format!("If Azure is only slow, raise `{operation}` in the `timeouts` block.");
        }
        if let Some(subscription) = error.unregistered_subscription() {
            return format!(
                "Register it once: `az provider register --namespace {NAMESPACE} --subscription \
                 {subscription} --wait`. The provider does this itself if the signed-in identity may, \
                 unless `skip_provider_registration` or `resource_provider_registrations` forbids it."
            );
        }
        if error.is_forbidden() {
            let action = match self.operation {
                TimedOperation::Create | TimedOperation::Update => "write",
                TimedOperation::Read => "read",
                TimedOperation::Delete => "delete",
            };
            if self.kind == ATTACHMENT {
                return self.machine_permissions();
            }
            let kind = if self.kind == "profile" { "" } else { "/versions" };
            return format!(
                "Check the locks and policies on the gallery, and that the signed-in identity has a role \
                 with `Microsoft.Compute/galleries/inVMAccessControlProfiles{kind}/{action}`."
            );
        }
        if error.is_nested_resources() {
            return DELETE_VERSIONS.to_owned();
        }
        match error.missing() {
            Some(Missing::Leaf)
                if matches!(self.operation, TimedOperation::Update) && self.kind != ATTACHMENT =>
            {
                return "It was deleted after the plan was made. Plan again: if it is still wanted, it is \
                        then created."
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
                return "Check the subscription in the id, and that the signed-in identity can see it."
                    .to_owned();
            }
            _ => {}
        }
        // The report, which names the authority, already says what to do.
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
                "Azure never responds like this. Check the `environment` and `endpoint` of the provider \
                 block, and any proxy in between, then run the command again."
                    .to_owned()
            }
            arm::Error::Setup(_) => "Correct that setting and run the command again.".to_owned(),
            arm::Error::Forgotten { .. } => {
                "Run the command again: it reads the object first and sends what is still missing.".to_owned()
            }
            _ if error.is_conflict() || error.is_throttled() => {
                "Something else is changing the same objects; run the command again later.".to_owned()
            }
            _ => format!(
                "Correct what Azure names above and run the command again; the request id helps Azure's \
                 support to find this {operation}."
            ),
        }
    }

    /// The permissions that are needed if the object is a machine.
    fn machine_permissions(&self) -> String {
        let is_set = self.id.to_ascii_lowercase().contains("/virtualmachinescalesets/");
        let kind = if is_set { "virtualMachineScaleSets" } else { "virtualMachines" };
        let action = if self.operation == TimedOperation::Read { "read" } else { "write" };
        format!(
            "Check the locks and policies on the machine, and that the signed-in identity has a role with \
             `Microsoft.Compute/{kind}/{action}`, and with \
             `Microsoft.Compute/galleries/inVMAccessControlProfiles/versions/read` on the gallery of the \
             version."
        )
    }
}
