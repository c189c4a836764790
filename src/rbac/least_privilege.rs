//! The least role for a pipeline: a custom role with the operations of the chosen features and nothing else.
//!
//! No built-in role is narrow enough: the narrowest one that can write profiles also writes images,
//! applications, disks and virtual machines.

use serde::Serialize;
use std::collections::BTreeSet;
use std::str::FromStr;

/// A part of this provider that a role may be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// Data sources and import.
    Read,
    /// Managing profiles.
    Profiles,
    /// Managing versions of profiles.
    Versions,
    /// Removes the deletions from the others: a `prevent_destroy` that a leaked token cannot skip.
    NoDelete,
    /// Attaching a profile to virtual machines and scale sets.
    Attach,
    /// The data sources about roles.
    Rbac,
}

impl Feature {
    /// All features, in the order they are documented.
    pub const ALL: [Self; 6] =
        [Self::Read, Self::Profiles, Self::Versions, Self::NoDelete, Self::Attach, Self::Rbac];

    /// Its name in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Profiles => "profiles",
            Self::Versions => "versions",
            Self::NoDelete => "no_delete",
            Self::Attach => "attach",
            Self::Rbac => "rbac",
        }
    }

    /// The operations it needs: never a wildcard, never a write to the gallery itself.
    ///
    /// The service reports a running write under `capsOperations/read`. We assume by analogy with images that
    /// attaching needs to read the version.
    pub fn actions(self) -> &'static [&'static str] {
        match self {
            Self::Read => &[
                "Microsoft.Compute/galleries/inVMAccessControlProfiles/read",
                "Microsoft.Compute/galleries/inVMAccessControlProfiles/versions/read",
            ],
            Self::Profiles => &[
                "Microsoft.Compute/galleries/inVMAccessControlProfiles/delete",
                "Microsoft.Compute/galleries/inVMAccessControlProfiles/read",
                "Microsoft.Compute/galleries/inVMAccessControlProfiles/write",
                "Microsoft.Compute/locations/capsOperations/read",
            ],
            Self::Versions => &[
                "Microsoft.Compute/galleries/inVMAccessControlProfiles/read",
                "Microsoft.Compute/galleries/inVMAccessControlProfiles/versions/delete",
                "Microsoft.Compute/galleries/inVMAccessControlProfiles/versions/read",
                "Microsoft.Compute/galleries/inVMAccessControlProfiles/versions/write",
                "Microsoft.Compute/locations/capsOperations/read",
            ],
            Self::NoDelete => &[],
            Self::Attach => &[
                "Microsoft.Compute/galleries/inVMAccessControlProfiles/versions/read",
                "Microsoft.Compute/locations/operations/read",
                "Microsoft.Compute/virtualMachineScaleSets/manualUpgrade/action",
                "Microsoft.Compute/virtualMachineScaleSets/read",
                "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read",
                "Microsoft.Compute/virtualMachineScaleSets/write",
                "Microsoft.Compute/virtualMachines/read",
                "Microsoft.Compute/virtualMachines/write",
            ],
            Self::Rbac => &[
                "Microsoft.Authorization/denyAssignments/read",
                "Microsoft.Authorization/permissions/read",
                "Microsoft.Authorization/providerOperations/read",
                "Microsoft.Authorization/roleAssignments/read",
                "Microsoft.Authorization/roleDefinitions/read",
            ],
        }
    }

    fn purpose(self) -> &'static str {
        match self {
            Self::Read => "read in-VM access control profiles and versions",
            Self::Profiles => "manage in-VM access control profiles",
            Self::Versions => "manage versions of in-VM access control profiles",
            Self::NoDelete => "never delete",
            Self::Attach => "attach profiles to virtual machines and scale sets",
            Self::Rbac => "read role definitions, assignments and operations",
        }
    }
}

impl FromStr for Feature {
    type Err = LeastPrivilegeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|feature| feature.name() == text)
            .ok_or_else(|| LeastPrivilegeError::UnknownFeature(text.to_owned()))
    }
}

/// Why no role can be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LeastPrivilegeError {
    /// A word that is not a feature.
    #[error("`{0}` is not a feature; those are {names}", names = feature_names())]
    UnknownFeature(String),
    /// The features need no operation at all.
    #[error("the features need no operation; name at least one of {names}", names = feature_names())]
    Nothing,
    /// The role has no name.
    #[error("a role needs a name")]
    NoName,
    /// A custom role cannot be assigned at this scope.
    #[error(
        "`{0}` is not the scope of a custom role; it begins with /subscriptions/ or \
         /providers/Microsoft.Management/managementGroups/"
    )]
    Scope(String),
}

fn feature_names() -> String {
    Feature::ALL.map(|feature| format!("`{}`", feature.name())).join(", ")
}

/// A custom role, in the shape of azurerm's role definition resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeastPrivilegeRole {
    /// The given name.
    pub name: String,
    /// The given scope.
    pub scope: String,
    /// Its description.
    pub description: String,
    /// One block with the actions.
    pub permissions: Vec<LeastPrivilegePermission>,
    /// The given scope, alone.
    pub assignable_scopes: Vec<String>,
}

/// The permission block of a [`LeastPrivilegeRole`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeastPrivilegePermission {
    /// The operations, sorted.
    pub actions: Vec<String>,
    /// Always empty: nothing is granted that would have to be subtracted.
    pub not_actions: Vec<String>,
    /// Always empty: no operation of profiles is a data action.
    pub data_actions: Vec<String>,
    /// Always empty.
    pub not_data_actions: Vec<String>,
}

impl LeastPrivilegeRole {
    /// Writes the role called `name` for `features`, assignable at `scope`.
    pub fn new(features: &[Feature], name: &str, scope: &str) -> Result<Self, LeastPrivilegeError> {
        if name.trim().is_empty() {
            return Err(LeastPrivilegeError::NoName);
        }
        if !is_custom_role_scope(scope) {
            return Err(LeastPrivilegeError::Scope(scope.to_owned()));
        }
        let chosen: BTreeSet<Feature> = features.iter().copied().collect();
        let keeps_delete = !chosen.contains(&Feature::NoDelete);
        let actions: BTreeSet<&str> = chosen
            .iter()
            .flat_map(|feature| feature.actions())
            .copied()
            .filter(|action| keeps_delete || !action.ends_with("/delete"))
            .collect();
        if actions.is_empty() {
            return Err(LeastPrivilegeError::Nothing);
        }
        let purposes: Vec<&str> = chosen.iter().map(|feature| feature.purpose()).collect();
        Ok(Self {
            name: name.to_owned(),
            scope: scope.to_owned(),
            description: sentence(&purposes.join("; ")),
            permissions: vec![LeastPrivilegePermission {
                actions: actions.into_iter().map(str::to_owned).collect(),
                not_actions: Vec::new(),
                data_actions: Vec::new(),
                not_data_actions: Vec::new(),
            }],
            assignable_scopes: vec![scope.to_owned()],
        })
    }
}

/// Custom roles are possible at a management group, a subscription, or below; never at the root (Microsoft,
/// "Azure custom roles", limits).
fn is_custom_role_scope(scope: &str) -> bool {
    let folded = scope.to_ascii_lowercase();
    ["/subscriptions/", "/providers/microsoft.management/managementgroups/"].iter().any(|start| {
        folded.strip_prefix(start).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
    })
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}
