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

    /// `Data` if `operation` is one of the well-known data operations, otherwise `None`: a name alone does not
    /// tell its plane, only a catalogue does. The list holds those that a wildcard in `actions` is most often
    /// believed to grant: log-ins to machines, what lies inside storage accounts, secrets and keys.
    pub fn well_known(operation: &Operation) -> Option<Self> {
        WELL_KNOWN_DATA.iter().any(|pattern| pattern.matches(operation)).then_some(Self::Data)
    }
}

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
