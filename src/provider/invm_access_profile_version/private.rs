//! What is kept beside a plan for the provider alone.

use serde::{Deserialize, Serialize};

use crate::arm::ids::VersionName;
use crate::plugin::resource::Private;

/// The private data of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// The version that the planned one takes the place of: a name chosen by the provider must be above it, since a
    /// guest agent notices new rules by a new id only.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
}

impl Carried {
    /// A plan that may take the place of the version of this name.
    #[must_use]
    pub fn replacing(name: &str) -> Self {
        Self { replaces: Some(name.to_owned()) }
    }

    /// Reads private data; what cannot be read carries nothing.
    #[must_use]
    pub fn read(private: &Private) -> Self {
        serde_json::from_slice(private).unwrap_or_default()
    }

    /// The private data to hand to Terraform.
    #[must_use]
    pub fn write(&self) -> Private {
        if *self == Self::default() { Private::new() } else { serde_json::to_vec(self).unwrap_or_default() }
    }

    /// Whether the plan takes the place of a version.
    #[must_use]
    pub const fn is_replacement(&self) -> bool {
        self.replaces.is_some()
    }

    /// The version that the plan takes the place of.
    #[must_use]
    pub fn replaced(&self) -> Option<VersionName> {
        self.replaces.as_deref()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_carried_comes_back() {
        let carried = Carried::replacing("1.2.3");
        assert_eq!(Carried::read(&carried.write()), carried);
        assert_eq!(carried.replaced(), "1.2.3".parse().ok());
        assert_eq!(Carried::default().write(), Private::new());
        assert_eq!(Carried::read(&b"garbage".to_vec()), Carried::default());
    }
}
