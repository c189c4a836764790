//! The hosts there are, as data: which release asks what of a provider, and what it makes of the answers.
//!
//! A release is a program and a minor version. What it does follows from [`FEATURES`], where each thing a host can do
//! stands with the first release of either program that does it, and with the source that shows it. Files are named as
//! in the repositories of Terraform and OpenTofu, which share most of their names.
//!
//! Each row of [`FEATURES`] also says what it rests on: [`Evidence::Ran`] where real programs on both sides of the line, or
//! the first that has the feature, have run this provider; [`Evidence::Read`] where only sources were read. Real programs
//! that ran: Terraform 1.0.3, 1.5.7, 1.11.4 and 1.16, OpenTofu 1.6.3 and 1.12.6.
//!
//! Two things no release does: none calls `GetMetadata`, and none accepts a deferral unless it was built for experiments
//! ([`Host::allow_deferral`](super::Host::allow_deferral)).

use std::fmt;

use super::proto;
use crate::cli::Cli;
use Evidence::{Ran, Read};

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
    /// It keeps the private data of a plan and hands it to the plan that is made before the apply.
    PlannedPrivate,
}

impl Feature {
    /// The first minor version 1.x of Terraform and of OpenTofu that has it.
    #[must_use]
    pub fn since(self) -> [Option<u32>; 2] {
        let row = FEATURES.iter().find(|row| row.0 == self);
        row.map_or([None; 2], |(_, terraform, tofu, ..)| [*terraform, *tofu])
    }
}

/// What a row of [`FEATURES`] rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A real program of that version, or real programs before and after it, did this with the provider.
    Ran,
    /// The sources say so.
    Read,
}

/// A feature, the first minor version 1.x of Terraform and of OpenTofu that has it, what that rests on, and where it can
/// be read.
pub type Row = (Feature, Option<u32>, Option<u32>, Evidence, &'static str);

/// What the releases can do.
pub const FEATURES: [Row; 13] = [
    // PlanResourceChange returns at once for a null proposed state unless the provider has the capability.
    (Feature::PlannedDeletion, Some(3), Some(6), Read, "internal/plugin6/grpc_provider.go"),
    // GetProviderSchema looks there first, when the provider says that it need not be asked.
    (Feature::CachedSchema, Some(6), Some(6), Read, "internal/providers/schema_cache.go"),
    // importState, called by the plan of an instance: ImportResourceState, then ReadResource.
    (Feature::ImportBlock, Some(5), Some(6), Ran, "internal/terraform/node_resource_plan_instance.go"),
    (Feature::WrittenConfig, Some(5), Some(6), Ran, "internal/genconfig/generate_config.go"),
    (Feature::Functions, Some(8), Some(7), Read, "internal/plugin6/convert/functions.go"),
    (Feature::FunctionsApart, None, Some(7), Ran, "internal/plugin6/grpc_provider.go"),
    // MoveResourceState, before anything else is asked about the object.
    (Feature::Move, Some(8), Some(10), Read, "internal/refactoring/cross_provider_move.go"),
    // clientCapabilitiesToProto.
    (Feature::Capabilities, Some(9), Some(11), Read, "internal/plugin6/grpc_provider.go"),
    (Feature::WriteOnly, Some(11), Some(11), Read, "internal/plugin6/validation/write_only.go"),
    // GetResourceIdentitySchemas right after the schema; one without it may answer "unimplemented".
    (Feature::Identity, Some(12), Some(12), Ran, "internal/plugin6/grpc_provider.go"),
    (Feature::List, Some(14), None, Ran, "internal/terraform/node_query_list.go"),
    (Feature::GeneratedConfig, Some(14), None, Ran, "internal/terraform/node_resource_plan_instance.go"),
    // ProviderConfigured's and the plan's capabilities say so; the second plan gets PlannedPrivate.
    (Feature::PlannedPrivate, Some(16), None, Ran, "internal/terraform/node_resource_abstract_instance.go"),
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
    pub const NEWEST: Self = Self { program: Program::Terraform, minor: 16 };

    /// Every release from the first that speaks this protocol.
    pub fn all() -> impl Iterator<Item = Self> {
        let of =
            |program, minors: std::ops::RangeInclusive<u32>| minors.map(move |minor| Self { program, minor });
        of(Program::Terraform, 0..=16).chain(of(Program::OpenTofu, 6..=12))
    }

    /// The release that a program on the PATH is; version 1.0 where it gives no version.
    #[must_use]
    pub fn of(cli: &Cli) -> Self {
        let minor = cli.version().split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or(0);
        let program = if cli.name == "tofu" { Program::OpenTofu } else { Program::Terraform };
        Self { program, minor }
    }

    /// Whether it does this.
    #[must_use]
    pub fn has(self, feature: Feature) -> bool {
        let [terraform, tofu] = feature.since();
        let first = match self.program {
            Program::Terraform => terraform,
            Program::OpenTofu => tofu,
        };
        first.is_some_and(|first| first <= self.minor)
    }

    /// The version it gives a provider: OpenTofu from 1.12 on gives Terraform's, whatever its own is
    /// (`version/version.go`, `VersionToImpersonateForProviders`).
    #[must_use]
    pub fn version(self) -> String {
        match self.program {
            Program::OpenTofu if self.minor >= 12 => "1.13.0".to_owned(),
            Program::Terraform | Program::OpenTofu => format!("1.{}.0", self.minor),
        }
    }

    /// What it says it can do; older ones say nothing.
    #[must_use]
    pub fn capabilities(self) -> Option<proto::ClientCapabilities> {
        self.has(Feature::Capabilities).then(|| proto::ClientCapabilities {
            write_only_attributes_allowed: self.has(Feature::WriteOnly),
            store_planned_private: self.has(Feature::PlannedPrivate),
            computed_blocks_allowed: self.has(Feature::PlannedPrivate),
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
        assert_eq!(Release::all().count(), 24);
        assert!(!release(Program::Terraform, 2).has(Feature::PlannedDeletion));
        assert!(release(Program::Terraform, 3).has(Feature::PlannedDeletion));
        assert!(!release(Program::OpenTofu, 9).has(Feature::Move));
        assert!(release(Program::OpenTofu, 10).has(Feature::Move));
        assert!(!release(Program::OpenTofu, 12).has(Feature::List));
        assert_eq!(release(Program::Terraform, 8).capabilities(), None);
        assert_eq!(release(Program::Terraform, 9).capabilities(), Some(proto::ClientCapabilities::default()));
        assert!(!release(Program::Terraform, 15).capabilities().unwrap().store_planned_private);
        let newest = Release::NEWEST.capabilities().unwrap();
        assert!(newest.write_only_attributes_allowed && newest.store_planned_private);
        assert!(!release(Program::OpenTofu, 12).capabilities().unwrap().store_planned_private);
        assert_eq!(release(Program::OpenTofu, 12).version(), "1.13.0");
        assert_eq!(release(Program::OpenTofu, 7).to_string(), "OpenTofu 1.7");
    }
}
