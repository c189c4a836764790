//! The list resource `gallery_invm_access_attachment`: the machines and scale sets that refer to versions.

use async_trait::async_trait;

use crate::arm::ids::{MachineId, MachineKind, VersionId};
use crate::arm::models::Machine;
use crate::arm::{Call, MachineScope};
use crate::plugin::list_resource::{ListItem, ListRequest, ListResource, ListSender};
use crate::plugin::schema::{Attribute, Block, Schema};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Type, Value};
use crate::provider::connection::Connection;
use crate::provider::data_sources::lookup::ReadAttempt;
use crate::provider::data_sources::machines::selection::{Selection, VersionFilter, check};
use crate::provider::identity::Identified as _;
use crate::provider::import;
use crate::provider::invm_access_attachment::endpoint::{CurrentRules, Endpoint};
use crate::provider::invm_access_attachment::model::{self, Model};
use crate::provider::invm_access_attachment::schema;

/// What is attached in a resource group or subscription.
#[derive(Clone, Debug)]
pub struct AttachmentList {
    /// Azure, and what this process knows.
    pub connection: Connection,
}

#[async_trait]
impl ListResource for AttachmentList {
    fn type_name(&self) -> &'static str {
        schema::TYPE
    }

    fn schema(&self) -> Schema {
        let text = |name, about: &'static str| Attribute::new(name, Type::String, about);
        let block = Block::new(
            "Lists the virtual machines and scale sets that refer to versions of in-VM access control \
             profiles. Members of a scale set with flexible orchestration are omitted: they follow their \
             set.",
        );
        Schema::new(
            0,
            block.attributes([
                text(
                    "resource_group_id",
                    "The resource id of the resource group whose machines and scale sets are listed. If \
                     omitted, `subscription_id` must be set.",
                ),
                text(
                    "subscription_id",
                    "The subscription whose machines and scale sets are listed, as `/subscriptions/GUID` \
                     or the GUID alone. If omitted, `resource_group_id` must be set.",
                ),
                text(
                    "profile_id",
                    "Only machines that refer to a version of this profile. If omitted, of any profile.",
                ),
                text(
                    "profile_version_id",
                    "Only machines that refer to this version. It cannot be set together with `profile_id`. If omitted, \
                     to any.",
                ),
            ]),
        )
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        check(&config)
    }

    async fn list(
        &self,
        context: &Context,
        request: ListRequest,
        sender: &mut ListSender,
    ) -> Result<(), Failure> {
        let (Selection::Scope(scope), argument) = Selection::read(&request.config)? else {
            let detail = "Set `resource_group_id` or `subscription_id`.";
            return Err(Diagnostic::error("Nothing to list", detail).into());
        };
        let filter = VersionFilter::read(&request.config)?;
        let kind = if matches!(scope, MachineScope::Group(_)) { "resource group" } else { "subscription" };
        let text = scope.to_string();
        let attempt = ReadAttempt { kind, id: &text, argument, parent: ("resource group", argument) };
        let client = self.connection.client()?;
        for kind in [MachineKind::Machine, MachineKind::ScaleSet] {
            let call: Call = super::call(context);
            let listed =
                client.machines().list(&scope, kind, &call).await.map_err(|error| attempt.failed(&error))?;
            for entry in listed.unreadable {
                if sender.warn(unusable_warning(&text, &entry.to_string())).await.is_break() {
                    return Ok(());
                }
            }
            if listed.is_cut && sender.warn(truncated_warning(&text)).await.is_break() {
                return Ok(());
            }
            for machine in listed.machines.into_iter().filter(|one| one.scale_set.is_none()) {
                if !refers(&machine, &filter) {
                    continue;
                }
                let id = machine.id.as_deref().unwrap_or_default().parse::<MachineId>();
                let flow = match id {
                    Err(error) => sender.warn(unusable_warning(&text, &error.to_string())).await,
                    Ok(id) => sender.send(list_entry(&id, &machine, request.include_resource)).await,
                };
                if flow.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// Whether a machine passes the filter. A reference that is not a version's id passes if there is no filter.
fn refers(machine: &Machine, filter: &VersionFilter) -> bool {
    Endpoint::ALL.into_iter().any(|endpoint| match endpoint.current_rules(machine) {
        CurrentRules::Version(reference) => match reference.parse::<VersionId>() {
            Ok(id) => filter.matches(&id),
            Err(_) => matches!(filter, VersionFilter::All),
        },
        _ => false,
    })
}

fn list_entry(id: &MachineId, machine: &Machine, with_state: bool) -> ListItem {
    let imported = import::state(&id.to_string(), &schema::schema());
    ListItem {
        identity: id.identity(),
        display_name: id.name().as_str().to_owned(),
        resource: with_state.then(|| model::state(id, machine, &Model::read(&imported)).write()),
        warnings: Diagnostics::new(),
    }
}

fn unusable_warning(parent: &str, reason: &str) -> Diagnostic {
    let detail = format!("Azure listed a machine of {parent} that is omitted here: {reason}.");
    Diagnostic::warning("A machine in a list cannot be read", detail)
}

fn truncated_warning(parent: &str) -> Diagnostic {
    let detail =
        format!("{parent} has more machines than the provider reads. List its resource groups one by one.");
    Diagnostic::warning("Not all machines are listed", detail)
}
