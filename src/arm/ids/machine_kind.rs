//! Virtual machines and scale sets: the two kinds of machines that a version can be attached to.

use super::NameError;
use std::str::FromStr;

/// A virtual machine or a scale set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MachineKind {
    /// A virtual machine; also one that belongs to a scale set with flexible orchestration.
    Machine,
    /// A scale set, of either orchestration.
    ScaleSet,
}

impl MachineKind {
    /// The type's name in the id.
    pub const fn collection(self) -> &'static str {
        match self {
            Self::Machine => "virtualMachines",
            Self::ScaleSet => "virtualMachineScaleSets",
        }
    }

    /// The kind in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Machine => "virtual machine",
            Self::ScaleSet => "scale set",
        }
    }
}

impl FromStr for MachineKind {
    type Err = NameError;

    /// Reads the type's name in an id, in any case.
    fn from_str(text: &str) -> Result<Self, NameError> {
        [Self::Machine, Self::ScaleSet]
            .into_iter()
            .find(|kind| kind.collection().eq_ignore_ascii_case(text))
            .ok_or_else(|| NameError {
                kind: "a type of machines",
                value: text.to_owned(),
                reason: "it must be virtualMachines or virtualMachineScaleSets",
            })
    }
}
