//! The two planes an operation can belong to.

use super::{Operation, OperationPattern};
use std::sync::LazyLock;

/// Where an operation acts. The planes never mix: `*` in `actions` grants no data operation, and `dataActions`
/// grants no control operation (Microsoft, "Control and data actions").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Plane {
    /// Management of resources, granted by `actions`.
    Control,
    /// The data inside a resource, granted by `dataActions`.
    Data,
}

impl Plane {
    /// The plane an operations catalogue marks with `isDataAction`.
    pub fn of(is_data_action: bool) -> Self {
        if is_data_action { Self::Data } else { Self::Control }
    }

    /// The plane of `operation` if it is a well-known one. A name alone does not show its plane, only a
    /// catalogue does. The control operations are those that this provider needs, and those that can grant
    /// them. The data operations are those that people most often expect a wildcard in `actions` to grant.
    pub fn well_known(operation: &Operation) -> Option<Self> {
        let among = |patterns: &[OperationPattern]| patterns.iter().any(|pattern| pattern.matches(operation));
        if among(&WELL_KNOWN_DATA) {
            Some(Self::Data)
        } else if among(&WELL_KNOWN_CONTROL) {
            Some(Self::Control)
        } else {
            None
        }
    }
}

/// Source: the tables of Microsoft's "Azure permissions" pages of 2026, which list no data action beneath these.
static WELL_KNOWN_CONTROL: LazyLock<Vec<OperationPattern>> = LazyLock::new(|| {
    [
        "Microsoft.Authorization/*",
        "Microsoft.Compute/galleries/*",
        "Microsoft.Compute/locations/capsOperations/read",
        "Microsoft.Compute/locations/operations/read",
        "Microsoft.Compute/virtualMachineScaleSets/manualUpgrade/action",
        "Microsoft.Compute/virtualMachineScaleSets/read",
        "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read",
        "Microsoft.Compute/virtualMachineScaleSets/write",
        "Microsoft.Compute/virtualMachines/read",
        "Microsoft.Compute/virtualMachines/write",
    ]
    .map(OperationPattern::new)
    .to_vec()
});

static WELL_KNOWN_DATA: LazyLock<Vec<OperationPattern>> = LazyLock::new(|| {
    [
        "Microsoft.Compute/virtualMachines/login/action",
        "Microsoft.Compute/virtualMachines/loginAsAdmin/action",
        "Microsoft.Compute/disks/download/action",
        "Microsoft.Compute/disks/upload/action",
        "Microsoft.Compute/snapshots/download/action",
        "Microsoft.Compute/snapshots/upload/action",
        "Microsoft.HybridCompute/machines/login/action",
        "Microsoft.HybridCompute/machines/loginAsAdmin/action",
        "Microsoft.KeyVault/vaults/certificates/*",
        "Microsoft.KeyVault/vaults/keys/*/action",
        "Microsoft.KeyVault/vaults/secrets/*/action",
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*",
        "Microsoft.Storage/storageAccounts/fileServices/fileshares/files/*",
        "Microsoft.Storage/storageAccounts/queueServices/queues/messages/*",
        "Microsoft.Storage/storageAccounts/tableServices/tables/entities/*",
    ]
    .map(OperationPattern::new)
    .to_vec()
});
