//! The id of a machine that a version can be attached to: a virtual machine or a scale set.

use super::path::{self, Tail};
use super::{IdError, IdKind, MachineKind, MachineName, ResourceGroupName, SubscriptionId, portal};
use std::fmt;
use std::str::FromStr;

/// The id of a virtual machine or scale set.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MachineId {
    subscription: SubscriptionId,
    resource_group: ResourceGroupName,
    kind: MachineKind,
    name: MachineName,
}

impl MachineId {
    /// Builds an id from its names.
    pub fn new(
        subscription: SubscriptionId,
        resource_group: ResourceGroupName,
        kind: MachineKind,
        name: MachineName,
    ) -> Self {
        Self { subscription, resource_group, kind, name }
    }

    /// The subscription it belongs to.
    pub fn subscription(&self) -> &SubscriptionId {
        &self.subscription
    }

    /// The resource group it belongs to.
    pub fn resource_group(&self) -> &ResourceGroupName {
        &self.resource_group
    }

    /// Whether it is a machine or a scale set.
    pub fn kind(&self) -> MachineKind {
        self.kind
    }

    /// Its own name.
    pub fn name(&self) -> &MachineName {
        &self.name
    }
}

impl FromStr for MachineId {
    type Err = IdError;

    /// Reads an id or a portal link; surrounding blanks (from copying) are ignored.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let shape = path::shape(&IdKind::Machine);
        let text = text.trim();
        if text.is_empty() {
            return Err(IdError::Empty { shape });
        }
        let parts = if portal::is_link(text) {
            path::read_machine(&portal::path_of(text, shape)?, Tail::PortalPage)?
        } else {
            path::read_machine(text, Tail::None)?
        };
        Ok(Self::new(parts.subscription, parts.resource_group, parts.kind, parts.name))
    }
}

impl fmt::Display for MachineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subscription, resource_group, kind, name } = self;
        let collection = kind.collection();
        write!(
            f,
            "/subscriptions/{subscription}/resourceGroups/{resource_group}/providers/Microsoft.Compute/{collection}/{name}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: &str = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg/providers";

    fn compute(rest: &str) -> String {
        format!("{GROUP}/Microsoft.Compute/{rest}")
    }

    #[test]
    fn machines_and_scale_sets_are_read_in_any_case() {
        for (rest, kind) in [
            ("virtualMachines/Web-1", MachineKind::Machine),
            ("virtualMachines/set_0a1b2c3d", MachineKind::Machine),
            ("virtualMachineScaleSets/web.set", MachineKind::ScaleSet),
        ] {
            let text = compute(rest);
            let id: MachineId = text.parse().unwrap();
            assert_eq!((id.to_string(), id.kind()), (text.clone(), kind));
            assert_eq!(text.to_uppercase().parse::<MachineId>().unwrap(), id);
            assert_eq!(format!("{}/", text.to_lowercase()).parse::<MachineId>().unwrap(), id);
            let link = format!("https://portal.azure.com/#@contoso/resource{text}/networking");
            assert_eq!(link.parse::<MachineId>().unwrap(), id);
        }
        let (machine, set): (MachineId, MachineId) = (
            compute("virtualMachines/x").parse().unwrap(),
            compute("virtualMachineScaleSets/x").parse().unwrap(),
        );
        assert_ne!(machine, set);
    }

    #[test]
    fn a_wrong_id_says_what_is_wrong() {
        let version = "galleries/g/inVMAccessControlProfiles/p/versions/1.0.0";
        for (text, says) in [
            (String::new(), "the id is empty"),
            ("vm-1".to_owned(), "an id starts with"),
            (GROUP.to_owned(), "the id ends after segment 5"),
            (compute("virtualMachines"), "where the name of a machine should follow"),
            (compute("virtualMachines/"), "where the name of a machine should follow"),
            (compute("virtualmachine/x"), "resource of type Microsoft.Compute/virtualmachine,"),
            (compute("disks/x"), "resource of type Microsoft.Compute/disks,"),
            (compute(version), "the id of an in-VM access control profile version,"),
            (
                compute("galleries/g/inVMAccessControlProfiles/p"),
                "the id of an in-VM access control profile,",
            ),
            (
                compute("galleries/g"),
                "the id of a gallery, expected the id of a virtual machine or scale set",
            ),
            (
                compute("virtualMachineScaleSets/s/virtualMachines/0"),
                "resource of type Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
            ),
            (compute("virtualMachines/x/instanceView"), "should end before segment 9, \"instanceView\""),
            (compute("virtualMachines/a b"), "segment 8 of the id: \"a b\" is not a machine name"),
            (compute("virtualMachines/a%2Fb"), "segment 8 of the id: \"a%2Fb\" is not a machine name"),
            (compute("virtualMachines/.."), "it must not consist of periods only"),
            (compute("virtualMachines/a?x=1"), "is not a machine name"),
            (format!("{GROUP}/Microsoft.Web/sites/x"), "resource of type Microsoft.Web/sites,"),
            ("/subscriptions/x/resourceGroups/rg".to_owned(), "is not a subscription id"),
        ] {
            let error = text.parse::<MachineId>().unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
