//! The hosts there are, as data: which release asks what of a provider, and what it makes of the answers.
//!
//! A release is a program and a minor version. What it does follows from [`FEATURES`], where each thing a host can do
//! stands with the first release of either program that does it, and with the source that shows it. Files are named as
//! in the repositories of Terraform and OpenTofu, which share most of their names.
//!
//! Three things no release does: none calls `GetMetadata`; none says that it takes "not now" for an answer unless it
//! was built for experiments ([`Host::allow_deferral`](super::Host::allow_deferral)); and none hands what a plan has kept to
//! the second plan of it, which is only on Terraform's main branch yet
//! ([`Host::keep_planned_private`](super::Host::keep_planned_private)).

use std::fmt;

use super::proto;

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Program {
    /// HashiCorp's.
    Terraform,
    /// The fork of Terraform 1.5.
    OpenTofu,
}

/// Something a host does from some release on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// It asks the provider before it deletes something.
    PlannedDeletion,
    /// It keeps schemas between the processes of a run, and asks a later process for none.
    CachedSchema,
    /// It imports by `import` blocks.
    ImportBlock,
    /// It writes configurations for what is imported, by itself.
    WrittenConfig,
    /// It calls functions.
    Functions,
    /// It asks for the functions of a configured provider by a call of their own.
    FunctionsApart,
    /// It moves objects between resource types.
    Move,
    /// It says what it can do.
    Capabilities,
    /// It keeps write-only attributes out of states.
    WriteOnly,
    /// It stores identities and imports by them.
    Identity,
    /// It lists objects.
    List,
    /// It lets the provider write configurations for what is imported.
    GeneratedConfig,
}

/// A feature, the first minor version 1.x of Terraform and of OpenTofu that has it, and where that can be read.
pub const FEATURES: [(Feature, Option<u32>, Option<u32>, &str); 12] = [
    // PlanResourceChange returns at once for a null proposed state unless the provider has the capability.
    (Feature::PlannedDeletion, Some(3), Some(6), "internal/plugin6/grpc_provider.go"),
    // GetProviderSchema looks there first, when the provider says that it need not be asked.
    (Feature::CachedSchema, Some(6), Some(6), "internal/providers/schema_cache.go"),
    // importState, called by the plan of an instance: ImportResourceState, then ReadResource.
    (Feature::ImportBlock, Some(5), Some(6), "internal/terraform/node_resource_plan_instance.go"),
    (Feature::WrittenConfig, Some(5), Some(6), "internal/genconfig/generate_config.go"),
    (Feature::Functions, Some(8), Some(7), "internal/plugin6/convert/functions.go"),
    (Feature::FunctionsApart, None, Some(7), "internal/plugin6/grpc_provider.go"),
    // MoveResourceState, before anything else is asked about the object.
    (Feature::Move, Some(8), Some(10), "internal/refactoring/cross_provider_move.go"),
    // clientCapabilitiesToProto.
    (Feature::Capabilities, Some(9), Some(11), "internal/plugin6/grpc_provider.go"),
    (Feature::WriteOnly, Some(11), Some(11), "internal/plugin6/validation/write_only.go"),
    // GetResourceIdentitySchemas right after the schema; one without it may answer "unimplemented".
    (Feature::Identity, Some(12), Some(12), "internal/plugin6/grpc_provider.go"),
    (Feature::List, Some(14), None, "internal/terraform/node_query_list.go"),
    (Feature::GeneratedConfig, Some(14), None, "internal/terraform/node_resource_plan_instance.go"),
];

/// A host of a certain version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    /// Which one.
    pub program: Program,
    /// The `x` of version 1.x.
    pub minor: u32,
}

impl Release {
    /// The one that does the most.
    pub const NEWEST: Self = Self { program: Program::Terraform, minor: 15 };

    /// Every release from the first that speaks this protocol.
    pub fn all() -> impl Iterator<Item = Self> {
        let of =
            |program, minors: std::ops::RangeInclusive<u32>| minors.map(move |minor| Self { program, minor });
        of(Program::Terraform, 0..=15).chain(of(Program::OpenTofu, 6..=12))
    }

    /// Whether it does this.
    #[must_use]
    pub fn has(self, feature: Feature) -> bool {
        FEATURES.iter().filter(|row| row.0 == feature).any(|(_, terraform, tofu, _)| {
            let first = match self.program {
                Program::Terraform => terraform,
                Program::OpenTofu => tofu,
            };
            first.is_some_and(|first| first <= self.minor)
        })
    }

    /// What it says of itself when it configures a provider.
    #[must_use]
    pub fn version(self) -> String {
        format!("1.{}.0", self.minor)
    }

    /// What it says it can do; older ones say nothing.
    #[must_use]
    pub fn capabilities(self) -> Option<proto::ClientCapabilities> {
        self.has(Feature::Capabilities).then(|| proto::ClientCapabilities {
            write_only_attributes_allowed: self.has(Feature::WriteOnly),
            ..proto::ClientCapabilities::default()
        })
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} 1.{}", self.program, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_release_does_follows_from_the_table() {
        let release = |program, minor| Release { program, minor };
        assert_eq!(Release::all().count(), 23);
        assert!(!release(Program::Terraform, 2).has(Feature::PlannedDeletion));
        assert!(release(Program::Terraform, 3).has(Feature::PlannedDeletion));
        assert!(!release(Program::OpenTofu, 9).has(Feature::Move));
        assert!(release(Program::OpenTofu, 10).has(Feature::Move));
        assert!(!release(Program::OpenTofu, 12).has(Feature::List));
        assert_eq!(release(Program::Terraform, 8).capabilities(), None);
        assert_eq!(release(Program::Terraform, 9).capabilities(), Some(proto::ClientCapabilities::default()));
        assert!(Release::NEWEST.capabilities().unwrap().write_only_attributes_allowed);
        assert_eq!(release(Program::OpenTofu, 7).to_string(), "OpenTofu 1.7");
    }
}
