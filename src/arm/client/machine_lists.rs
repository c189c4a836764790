//! Lists of machines, with their current state. Only read.

use super::super::call::Call;
use super::super::error::Error;
use super::super::ids::{MachineId, MachineKind, ResourceGroupId, SubscriptionId};
use super::super::models::{InstanceView, Machine};
use super::{Machines, UnreadableEntry};
use std::fmt;

/// The most machines of a list that are read: more than a scale set may have.
const MOST: usize = 10_000;

/// Which machines are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MachineScope {
    /// All of a subscription.
    Subscription(SubscriptionId),
    /// Those of a resource group.
    Group(ResourceGroupId),
}

impl fmt::Display for MachineScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subscription(id) => write!(f, "/subscriptions/{id}"),
            Self::Group(id) => id.fmt(f),
        }
    }
}

/// The result of a list.
#[derive(Clone, Debug, Default)]
pub struct MachineList {
    /// The machines, scale sets or instances.
    pub machines: Vec<Machine>,
    /// The entries that cannot be read.
    pub unreadable: Vec<UnreadableEntry>,
    /// Whether there are more than are read.
    pub is_cut: bool,
}

impl Machines<'_> {
    /// Reads a machine with its instance view: one request.
    pub async fn get_with_view(self, id: &MachineId, call: &Call) -> Result<Machine, Error> {
        let path = id.to_string();
        let http = self.0.http(call).await?;
        let url = http.url_at(&path, http.api_version_of(&path), &[EXPANDED])?;
        self.0.get_at(&url, &path, call).await
    }

    /// Reads the instance view of a machine, or of an instance of a uniform scale set: one request.
    pub async fn instance_view(self, path: &str, call: &Call) -> Result<InstanceView, Error> {
        let path = format!("{path}/instanceView");
        let http = self.0.http(call).await?;
        let url = http.url_at(&path, http.api_version_of(&path), &[])?;
        Ok(self.0.read(&url, call).await?.0)
    }

    /// Lists machines or scale sets: a request for each page.
    pub async fn list(
        self,
        scope: &MachineScope,
        kind: MachineKind,
        call: &Call,
    ) -> Result<MachineList, Error> {
        self.all(&list_path(scope, kind), &[], call).await
    }

    /// Lists the machines of a subscription with their current state, in whatever detail the service returns.
    pub async fn list_states(self, subscription: &SubscriptionId, call: &Call) -> Result<MachineList, Error> {
        let scope = MachineScope::Subscription(subscription.clone());
        self.all(&list_path(&scope, MachineKind::Machine), &[("statusOnly", "true")], call).await
    }

    /// Lists the instances of a uniform scale set with their instance views.
    pub async fn list_instances(self, set: &MachineId, call: &Call) -> Result<MachineList, Error> {
        self.all(&format!("{set}/virtualMachines"), &[EXPANDED], call).await
    }

    /// Lists the machines of a flexible scale set with their instance views.
    pub async fn list_members(self, set: &MachineId, call: &Call) -> Result<MachineList, Error> {
        let group = ResourceGroupId::new(set.subscription().clone(), set.resource_group().clone());
        let filter = format!("'virtualMachineScaleSet/id' eq '{set}'");
        let query = [("$filter", filter.as_str()), EXPANDED];
        self.all(&list_path(&MachineScope::Group(group), MachineKind::Machine), &query, call).await
    }

    async fn all(self, path: &str, query: &[(&str, &str)], call: &Call) -> Result<MachineList, Error> {
        let http = self.0.http(call).await?;
        let api_version = http.api_version_of(path);
        let mut pages = self.0.pages_from::<Machine>(http.url_at(path, api_version, query)?, api_version);
        let mut listed = MachineList::default();
        while let Some(page) = pages.next(call).await? {
            for entry in page {
                match entry {
                    Ok(machine) => listed.machines.push(machine),
                    Err(unreadable) => listed.unreadable.push(unreadable),
                }
            }
            if listed.machines.len() + listed.unreadable.len() >= MOST {
                listed.is_cut = !pages.is_at_end();
                break;
            }
        }
        Ok(listed)
    }
}

const EXPANDED: (&str, &str) = ("$expand", "instanceView");

fn list_path(scope: &MachineScope, kind: MachineKind) -> String {
    format!("{scope}/providers/Microsoft.Compute/{}", kind.collection())
}
